"""The notebook as a CRDT document (Yjs in the page, pycrdt in Python): its roots and fields.

    meta     map   schema_version, document_id, epoch, nbformat, nbformat_minor,
                   metadata (map of JSON), unknown (JSON: top-level keys we do not know)
    cells    map   cell id -> map with the CELL_* keys; a move is one write of `order`
    outputs  map   cell id -> array of nbformat outputs; apart from the cells, so that
                   outputs do not bloat the history of the sources
    execution_counts  map  cell id -> number: of the run whose outputs are shown; beside the
                   outputs, so that who may run and not edit writes nothing of the cells
    runs     map   run id -> Run (JSON, replaced whole)
    stops    map   run id -> user id: somebody asked for the run to end
    runtimes map   runtime id -> Runtime (JSON): those that ran something here, so that a run
                   can be attributed after its runtime has left
    comments map   comment id -> map with the COMMENT_* keys
    versions map   version id -> Version (JSON): names given to points of the history

A run is addressed: whoever asks for it names the runtime (`meta.host`, the one whose kernel runs
this notebook; where nobody is present, the asker makes its own the host). Only the addressed
runtime may start it, so no two ever do, however late they hear of each other. After that only it
writes the run, with two exceptions: anybody may mark the runs of a runtime that is no longer
present in the awareness as "lost", and a stop is a key of its own in `stops`, so that neither
write undoes the other. The host hands over by writing `meta.host`; the old one addresses what it
has not started to the new one, as new runs. Of each cell the runtime keeps the newest ended run.

`source` is shared text, a cell's `metadata` a map of JSON. A stream output is a map whose
`text` is shared text, so that it can grow; every other output is one JSON value. A display
keeps Jupyter's `transient` (its display id) while the document lives; files are written
without it. Readers keep keys they do not know.
"""

from dataclasses import dataclass
from typing import Literal

from .shape import Json

SCHEMA_VERSION = 2
"""1 had the execution counts in the cells, under `execution_count`."""

ROOT_META = "meta"
ROOT_CELLS = "cells"
ROOT_OUTPUTS = "outputs"
ROOT_EXECUTION_COUNTS = "execution_counts"
ROOT_RUNS = "runs"
ROOT_STOPS = "stops"
ROOT_RUNTIMES = "runtimes"
ROOT_COMMENTS = "comments"
ROOT_VERSIONS = "versions"

META_HOST = "host"
"""The id of the runtime whose kernel runs this notebook."""

CELL_ID = "id"
CELL_TYPE = "cell_type"
CELL_ORDER = "order"
CELL_SOURCE = "source"
CELL_METADATA = "metadata"
CELL_ATTACHMENTS = "attachments"
CELL_EDITED_BY = "edited_by"
"""The id of the user who last changed the source, written with the change."""
CELL_UNKNOWN = "unknown"
"""A JSON object: the cell's keys that nbformat does not name."""

STREAM_OMITTED = "omitted_characters"
"""In a stream's map: how many characters were cut out of its middle to bound memory; a line in
the text says so too. Not part of nbformat, so files are written without it."""

CellType = Literal["code", "markdown", "raw"]

METADATA_NAMESPACE = "wasm_runtime"
"""Ours within notebook and cell metadata: `environment` and `packages` on a notebook,
`language` ("python", "sql", "ai", "html") on a code cell."""

COMMENT_CELL_ID = "cell_id"
COMMENT_THREAD_ID = "thread_id"
"""The id of the comment that began the thread; its own id for that one."""
COMMENT_AUTHOR = "author"
"""A User as JSON, as it was when the comment was written."""
COMMENT_TEXT = "text"
COMMENT_CREATED_AT = "created_at"
COMMENT_RESOLVED = "resolved"
"""On a thread's first comment: a boolean."""

BLOB_KEY = "wasm_runtime.blob"
"""A value of a MIME bundle that is longer than BLOB_CHARACTERS stands in the document as
`{BLOB_KEY: BlobReference}`; files (.ipynb, HTML) always have the value itself."""
BLOB_CHARACTERS = 65_536

RunState = Literal["queued", "running", "finished", "cancelled", "lost"]


@dataclass(frozen=True, kw_only=True)
class BlobReference:
    """A large value kept beside the document, by the hash of its UTF-8 bytes."""

    sha256: str
    size: int
    """Bytes."""
    encoding: Literal["text", "json"] = "text"
    """What the bytes are: the string itself, or JSON that is not a string."""


@dataclass(frozen=True, kw_only=True)
class User:
    """A person or agent, as others see them."""

    id: str
    name: str
    color: str
    """CSS hexadecimal, legible on light and dark with the page's own mixing."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of one cell, from the request to its end."""

    cell_id: str
    runtime_id: str
    """The one runtime that may start it."""
    asked_by: str
    """A user id."""
    asked_at: float
    """Seconds since 1970 on the asker's clock; the queue's order is the runtime's own."""
    state: RunState
    status: Literal["ok", "error", "interrupted"] | None = None
    """How a finished run ended."""
    started_at: float | None = None
    duration_seconds: float | None = None
    asks: str | None = None
    """The prompt of an `input()` that waits: it is answered where the kernel is."""


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """A kernel that runs, or ran, cells of this document."""

    id: str
    kind: Literal["browser", "headless", "jupyter", "agent"]
    user_id: str
    name: str
    """What people see: whose browser or which machine."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A name for a point of the history."""

    name: str
    sequence: int
    """The relay's log up to and including this record."""
    created_at: float
    author: User


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """Where somebody types: relative positions in the source, as Yjs writes them in JSON."""

    cell_id: str
    anchor: Json
    head: Json


@dataclass(frozen=True, kw_only=True)
class AwarenessState:
    """What a client tells the others in a room while it is there (y-protocols awareness).

    The relay replaces `user` by the one who is signed in, whatever the client says.
    """

    user: User
    runtime: Runtime | None = None
    """The kernel that this client offers."""
    cell_id: str | None = None
    """The cell that is selected."""
    cursor: Cursor | None = None
    """Only while somebody edits."""
