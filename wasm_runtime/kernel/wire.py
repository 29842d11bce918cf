"""Messages as JSON text and buffers: binary fields travel beside the text."""

import base64
import dataclasses
import datetime
import json
import math
import numbers
from collections.abc import Sequence
from typing import Any

from wasm_runtime.contracts import codec
from wasm_runtime.contracts.everything import CONTRACT


def encode_message(message: Any) -> tuple[str, list[bytes]]:
    """The JSON text of a contract dataclass, and its `body` or `buffers`."""
    fields = {name: value for name, value in vars(message).items() if value is not None}
    buffers: list[bytes] = fields.pop("buffers", None) or []
    if "body" in fields:
        buffers = [fields.pop("body")]
    try:
        return json.dumps(fields, default=_plain, allow_nan=False), buffers
    except ValueError:  # NaN is no JSON; Jupyter's front ends expect null
        return json.dumps(_without_nan(fields), default=_plain), buffers


def decode_message(text: str, buffers: Sequence[bytes]) -> Any:
    """The PageToWorker dataclass of `text`. Raises ContractError."""
    fields = json.loads(text)
    kind = fields.get("kind")
    if kind in ("comm_open", "comm_msg"):
        fields["buffers"] = list(buffers)
    elif buffers:
        fields["body"] = buffers[0]
    elif kind in ("write_file", "answer_http", "http_part", "query_part"):
        fields["body"] = b""
    return codec.decode(fields, "PageToWorker", CONTRACT)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return codec.encode(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value)


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return value
