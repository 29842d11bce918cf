"""What the child and its parent say to each other: a request, then frames.

A frame is one byte of kind, four of rows, four of length (big endian), and its content.
"""

import json
import struct
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

CHUNK, END, FAILED = b"c", b"e", b"x"
HEAD = struct.Struct(">cII")
ASK = struct.Struct(">IQI")
"""For bytes of a file that the parent reads: its number, the first byte, how many."""
ANSWER = struct.Struct(">?I")
"""Whether what follows are the bytes, or else the reason why not; how many."""
MOST_BYTES = 4 * 2**20
"""Of a file in one answer."""

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
    stored: dict[str, dict[str, int]] = field(default_factory=dict)
    """Of each further view the files that the parent reads, with their sizes."""
    stored_descriptor: int = -1
    """Of the socket by which it is asked."""

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
