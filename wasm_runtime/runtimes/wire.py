"""The lines between this process and the worker: JSON, bytes as base64, every line checked."""

import base64
import binascii
import json
from typing import Any

from wasm_runtime.contracts import codec
from wasm_runtime.contracts.codec import ContractError
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.contracts.shape import Shape


def encode_line(message: Any) -> bytes:
    """A PageToWorker message as one line."""
    return encode_plain(codec.encode(message))


def encode_plain(message: object) -> bytes:
    """What has been encoded already, or is none of the contract's, as one line."""
    return json.dumps(message, default=_base64).encode() + b"\n"


def decode_line(line: bytes, token: bytes) -> Any | None:
    """The WorkerToPage message of a line; None for a line without the token, which is noise.

    Raises ContractError: what has the token and does not fit the contract is hostile or a defect.
    """
    head, separator, rest = line.partition(b" ")
    if not separator or head != token:
        return None
    try:
        plain = json.loads(rest)
    except (ValueError, RecursionError) as error:
        raise ContractError("line", "JSON", rest[:80]) from error
    return codec.decode(_with_bytes(plain), "WorkerToPage", CONTRACT)


def _base64(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} cannot be sent to the worker")


def _with_bytes(message: object) -> object:
    """The same message with its byte fields, by the contract's own table, decoded."""
    if not isinstance(message, dict):
        return message
    for name in CONTRACT.unions["WorkerToPage"]:
        fields = CONTRACT.records[name].fields
        if message.get("kind") in fields["kind"]["values"]:
            return {
                key: _bytes_of(value, fields[key]) if key in fields else value
                for key, value in message.items()
            }
    return message


def _bytes_of(value: object, shape: Shape) -> object:
    if shape["is"] == "bytes" and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise ContractError("body", "base64", value[:40]) from error
    if shape["is"] == "optional":
        return _bytes_of(value, shape["of"])
    if shape["is"] == "list" and isinstance(value, list):
        return [_bytes_of(item, shape["of"]) for item in value]
    return value
