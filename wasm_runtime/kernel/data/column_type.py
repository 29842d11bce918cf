"""What a column of an Arrow stream holds, read off the format text of Arrow's C data interface.

https://arrow.apache.org/docs/format/CDataInterface.html#data-type-description-format-strings
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from .errors import NotSupportedError

Kind = Literal[
    "null",
    "boolean",
    "number",
    "decimal",
    "text",
    "bytes",
    "fixed_bytes",
    "date",
    "time",
    "timestamp",
    "duration",
    "interval",
    "list",
    "fixed_list",
    "struct",
    "map",
    "numeric_text",
    "json",
    "uuid",
]

_NUMBERS = {
    "c": "i1",
    "C": "u1",
    "s": "i2",
    "S": "u2",
    "i": "i4",
    "I": "u4",
    "l": "i8",
    "L": "u8",
    "e": "f2",
    "f": "f4",
    "g": "f8",
}
_UNITS = {"s": "s", "m": "ms", "u": "us", "n": "ns"}
_OFFSETS = {"u": "i4", "z": "i4", "U": "i8", "Z": "i8", "+l": "i4", "+m": "i4", "+L": "i8"}
_EXTENSION = b"ARROW:extension:name"
_EXTENSION_METADATA = b"ARROW:extension:metadata"


@dataclass(frozen=True, kw_only=True)
class ColumnType:
    """`dtype` is numpy's of the values as they are stored, `offsets` of where each begins."""

    name: str
    kind: Kind
    dtype: str = ""
    offsets: str = ""
    unit: str = ""
    zone: str = ""
    precision: int = 0
    """Digits of a decimal, `scale` of them behind the point."""
    scale: int = 0
    size: int = 0
    """Bytes of each value of fixed width, or values of each list of fixed length."""
    children: tuple["ColumnType", ...] = ()

    @property
    def is_integer(self) -> bool:
        return self.kind == "number" and self.dtype[0] in "iu"


def column_types(schema: Any) -> list[ColumnType]:
    """The columns of a stream's schema (nanoarrow's CSchema). Raises NotSupportedError."""
    return [_type_of(schema.child(number)) for number in range(schema.n_children)]


def _type_of(schema: Any) -> ColumnType:
    name, text = schema.name or "", str(schema.format)
    metadata = dict(schema.metadata.items()) if schema.metadata else {}
    children = tuple(_type_of(schema.child(number)) for number in range(schema.n_children))
    if schema.dictionary is not None:
        raise _unknown(name, "dictionary")
    found = _stored(name, text, children)
    extended = _extended(found.kind, metadata)
    return found if extended is None else _with_kind(found, extended)


def _with_kind(found: ColumnType, kind: Kind) -> ColumnType:
    return ColumnType(**{**vars(found), "kind": kind})


def _extended(kind: Kind, metadata: dict[bytes, bytes]) -> Kind | None:
    """What an extension type stands for, where that is more than what it is stored as."""
    match metadata.get(_EXTENSION), kind:
        case b"arrow.json", "text":
            return "json"
        case b"arrow.uuid", "fixed_bytes":
            return "uuid"
        case b"arrow.opaque", "text":
            opaque = json.loads(metadata.get(_EXTENSION_METADATA, b"{}"))
            return "numeric_text" if opaque.get("type_name") == "numeric" else None
    return None


def _stored(name: str, text: str, children: tuple[ColumnType, ...]) -> ColumnType:
    head, _, rest = text.partition(":")
    if text in _NUMBERS:
        return ColumnType(name=name, kind="number", dtype=_NUMBERS[text])
    match head:
        case "n":
            return ColumnType(name=name, kind="null")
        case "b":
            return ColumnType(name=name, kind="boolean")
        case "u" | "U":
            return ColumnType(name=name, kind="text", offsets=_OFFSETS[head])
        case "z" | "Z":
            return ColumnType(name=name, kind="bytes", offsets=_OFFSETS[head])
        case "w":
            return ColumnType(name=name, kind="fixed_bytes", size=int(rest))
        case "d":
            precision, scale, *bits = map(int, rest.split(","))
            width = bits[0] // 8 if bits else 16
            return ColumnType(
                name=name, kind="decimal", precision=precision, scale=scale, size=width
            )
        case "tdD" | "tdm":
            unit, dtype = ("D", "i4") if head == "tdD" else ("ms", "i8")
            return ColumnType(name=name, kind="date", unit=unit, dtype=dtype)
        case "tts" | "ttm" | "ttu" | "ttn":
            dtype = "i4" if head[2] in "sm" else "i8"
            return ColumnType(name=name, kind="time", unit=_UNITS[head[2]], dtype=dtype)
        case "tss" | "tsm" | "tsu" | "tsn":
            unit = _UNITS[head[2]]
            return ColumnType(name=name, kind="timestamp", unit=unit, zone=rest, dtype="i8")
        case "tDs" | "tDm" | "tDu" | "tDn":
            return ColumnType(name=name, kind="duration", unit=_UNITS[head[2]], dtype="i8")
        case "tin":
            return ColumnType(name=name, kind="interval", dtype="i4,i4,i8")
        case "+l" | "+L":
            return ColumnType(name=name, kind="list", offsets=_OFFSETS[head], children=children)
        case "+m":
            return ColumnType(name=name, kind="map", offsets=_OFFSETS[head], children=children)
        case "+w":
            return ColumnType(name=name, kind="fixed_list", size=int(rest), children=children)
        case "+s":
            return ColumnType(name=name, kind="struct", children=children)
    raise _unknown(name, text)


def _unknown(name: str, text: str) -> NotSupportedError:
    return NotSupportedError(
        f"Column {name!r} has a type ({text}) that has no counterpart in Python.",
        "Ask for CAST(column AS TEXT), or CHAR in MySQL.",
    )
