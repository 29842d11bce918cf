"""What the child and its parent say to each other: a request, then frames.

A frame is one byte of kind, four of rows, four of length (big endian), and its content.
"""

import json
import struct
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

CHUNK, END, FAILED = b"c", b"e", b"x"
HEAD = struct.Struct(">cII")

FailureKind = Literal["failed", "no_rows", "refused"]


class CannotOpen(Exception):
    """The database, or one of its files, is not what was declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`engine` and what to open, which statement to run, and how far it may go."""

    engine: Literal["sqlite", "duckdb"]
    path: str
    files: dict[str, str]
    sql: str
    parameters: dict[str, Any] = field(default_factory=dict)
    """As JSON carries them."""
    seconds: float
    first_rows: int | None
    max_memory_bytes: int

    def to_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> "Request":
        return cls(**json.loads(line))


@dataclass(frozen=True, slots=True)
class Failure:
    kind: FailureKind
    message: str
    hint: str = ""
    position: int | None = None

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def of_bytes(cls, content: bytes) -> "Failure":
        return cls(**json.loads(content))


def frame(kind: bytes, content: bytes = b"", rows: int = 0) -> bytes:
    return HEAD.pack(kind, rows, len(content)) + content
