"""Thrift's compact protocol, as far as Parquet's metadata is written in it.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

_TRUE, _FALSE, _I8, _I32, _I64, _BINARY, _LIST, _STRUCT = 1, 2, 3, 5, 6, 8, 9, 12
_LONG_LIST = 15


class Value(NamedTuple):
    """A value with the code of its type."""

    code: int
    content: bytes


def boolean(value: bool) -> Value:
    """A field of a struct: it is all in the code."""
    return Value(_TRUE if value else _FALSE, b"")


def i8(value: int) -> Value:
    return Value(_I8, value.to_bytes(1, "little", signed=True))


def i32(value: int) -> Value:
    return Value(_I32, varint(_zigzag(value)))


def i64(value: int) -> Value:
    return Value(_I64, varint(_zigzag(value)))


def text(value: str) -> Value:
    content = value.encode("utf-8", "replace")
    return Value(_BINARY, varint(len(content)) + content)


def list_of(values: Sequence[Value]) -> Value:
    """Values of one type, at least one."""
    code, size = values[0].code, len(values)
    head = bytes([size << 4 | code]) if size < _LONG_LIST else bytes([0xF0 | code]) + varint(size)
    return Value(_LIST, head + b"".join(value.content for value in values))


def struct(fields: Mapping[int, Value | None]) -> Value:
    """Fields by their numbers, no two further apart than 15; those that are None are left out."""
    content = bytearray()
    last = 0
    for number, value in sorted(fields.items()):
        if value is not None:
            content.append((number - last) << 4 | value.code)
            content += value.content
            last = number
    content.append(0)
    return Value(_STRUCT, bytes(content))


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    content = bytearray()
    while value > 0x7F:
        content.append(value & 0x7F | 0x80)
        value >>= 7
    content.append(value)
    return bytes(content)


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1
