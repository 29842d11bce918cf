"""The messages between the page and the kernel worker.

The contents of run events are Jupyter's (messaging protocol 5.4), so that writing an
`.ipynb`, ipywidgets and being a Jupyter kernel are renames. Cursors count code points.
The page decodes all it receives: user code can post from the worker.
"""

from dataclasses import dataclass, field
from typing import Literal

from .capabilities import Capability
from .data import QueryRequest
from .environments import Environment
from .relay_api import ErrorBody
from .shape import Blob, Json

# ---------------------------------------------------------------- page to worker


@dataclass(frozen=True, kw_only=True)
class KernelSettings:
    """How one kernel behaves; chosen by the page or the command line."""

    auto_install: bool = True
    index_url: str = ""
    """A simple index (PEP 503/691) for micropip; empty means packages cannot be installed."""
    working_folder: str = "/home/notebook"
    environment_variables: dict[str, str] = field(default_factory=dict)
    use_snapshot: bool = True
    asks_relay: bool = True
    """Whether AI libraries that are given no address and no key ask the relay."""


@dataclass(frozen=True, kw_only=True)
class StartKernel:
    """Start. Files of the environment follow as ProvideAsset, in any order.

    Those whose hashes are `announced` come unasked; the worker asks for any other that it needs.
    """

    environment: Environment
    settings: KernelSettings
    announced: list[str] = field(default_factory=list)
    kind: Literal["start_kernel"] = "start_kernel"


@dataclass(frozen=True, kw_only=True)
class PrepareKernel:
    """Bring Python up, answered by KernelPrepared; a StartKernel with the same may come much later.

    Until then the kernel is nobody's: nothing of a notebook is in it. With `to_save` a SaveSnapshot
    follows instead: Python is booted so that its memory can be saved.
    """

    environment: Environment
    settings: KernelSettings
    to_save: bool = False
    announced: list[str] = field(default_factory=list)
    kind: Literal["prepare_kernel"] = "prepare_kernel"


@dataclass(frozen=True, kw_only=True)
class SaveSnapshot:
    """Import each of `imports` that can be imported, save the heap, and end as a kernel.

    Comes after KernelPrepared, and is answered by SnapshotSaved.
    """

    imports: list[str]
    kind: Literal["save_snapshot"] = "save_snapshot"


@dataclass(frozen=True, kw_only=True)
class ProvideAsset:
    """One file of the environment, whole.

    Bytes were proved by their hash on the way; a blob is one that was kept, and is not proved.
    """

    sha256: str
    body: Blob
    kind: Literal["provide_asset"] = "provide_asset"


@dataclass(frozen=True, kw_only=True)
class RefuseAsset:
    """A file of the environment cannot be had, and why."""

    sha256: str
    error: ErrorBody
    kind: Literal["refuse_asset"] = "refuse_asset"


@dataclass(frozen=True, kw_only=True)
class RunCell:
    """Run `source`; events follow with the same run_id and end with one RunFinished."""

    run_id: str
    cell_id: str
    source: str
    silent: bool = False
    store_history: bool = True
    allow_input: bool = True
    kind: Literal["run_cell"] = "run_cell"


@dataclass(frozen=True, kw_only=True)
class InterruptRun:
    """Stop the running cell with KeyboardInterrupt, wherever it waits."""

    kind: Literal["interrupt_run"] = "interrupt_run"


@dataclass(frozen=True, kw_only=True)
class AnswerInput:
    """The line a person typed; null when they cancelled."""

    input_id: str
    value: str | None
    kind: Literal["answer_input"] = "answer_input"


@dataclass(frozen=True, kw_only=True)
class CompleteCode:
    """What could stand at the cursor."""

    request_id: str
    source: str
    cursor: int
    kind: Literal["complete_code"] = "complete_code"


@dataclass(frozen=True, kw_only=True)
class InspectCode:
    """What is known of the name at the cursor; inside a call, of the function called."""

    request_id: str
    source: str
    cursor: int
    detail_level: int = 0
    kind: Literal["inspect_code"] = "inspect_code"


@dataclass(frozen=True, kw_only=True)
class AnswerHttp:
    """The response to a FetchHttp: whole, or as far as it has come while `is_last` is not set."""

    request_id: str
    status: int
    reason: str
    url: str
    headers: list[list[str]]
    body: bytes
    is_last: bool = True
    kind: Literal["answer_http"] = "answer_http"


@dataclass(frozen=True, kw_only=True)
class HttpPart:
    """The next bytes of a response's body: some, or with `is_last` perhaps none.

    Only a body that came whole has a last part; any other ends with a RefuseRequest.
    """

    request_id: str
    body: bytes
    is_last: bool = False
    kind: Literal["http_part"] = "http_part"


@dataclass(frozen=True, kw_only=True)
class QueryPart:
    """The next bytes of a query's Arrow stream: some, or with `is_last` perhaps none.

    Only a result that came whole has a last part; any other ends with a RefuseRequest.
    """

    request_id: str
    body: bytes
    is_last: bool = False
    more: bool = False
    """With `is_last`: it ended after `first_rows`, and there were more."""
    age_seconds: float | None = None
    """With the first part: how old a kept result is; null when the database was asked."""
    is_offline: bool = False
    """With the first part: the page kept it, and the relay cannot be reached."""
    kind: Literal["query_part"] = "query_part"


@dataclass(frozen=True, kw_only=True)
class RefuseRequest:
    """A request of the kernel (for HTTP or a query) that was not carried out."""

    request_id: str
    error: ErrorBody
    position: int | None = None
    """Of a query: the character of the SQL, from 0, at which the database found the error."""
    kind: Literal["refuse_request"] = "refuse_request"


@dataclass(frozen=True, kw_only=True)
class WriteFile:
    """Put a file into the kernel's file system; relative paths are below the working folder."""

    request_id: str
    path: str
    body: bytes
    kind: Literal["write_file"] = "write_file"


@dataclass(frozen=True, kw_only=True)
class ReadFile:
    """Ask for a file's bytes; answered by FileRead or RequestFailed."""

    request_id: str
    path: str
    kind: Literal["read_file"] = "read_file"


@dataclass(frozen=True, kw_only=True)
class RemoveFile:
    """Remove a file or a whole folder; answered by RequestDone or RequestFailed."""

    request_id: str
    path: str
    kind: Literal["remove_file"] = "remove_file"


@dataclass(frozen=True, kw_only=True)
class ListPackages:
    """Ask what was installed beside the environment; answered by PackagesListed."""

    request_id: str
    kind: Literal["list_packages"] = "list_packages"


@dataclass(frozen=True, kw_only=True)
class OpenComm:
    """Jupyter's comm_open, in either direction; `buffers` are its binary parts."""

    comm_id: str
    target_name: str
    data: Json
    metadata: Json = None  # type: ignore[assignment]  # JSON null
    buffers: list[bytes] = field(default_factory=list)
    kind: Literal["comm_open"] = "comm_open"


@dataclass(frozen=True, kw_only=True)
class CommMessage:
    """Jupyter's comm_msg, in either direction."""

    comm_id: str
    data: Json
    metadata: Json = None  # type: ignore[assignment]  # JSON null
    buffers: list[bytes] = field(default_factory=list)
    kind: Literal["comm_msg"] = "comm_msg"


@dataclass(frozen=True, kw_only=True)
class CloseComm:
    """Jupyter's comm_close, in either direction."""

    comm_id: str
    data: Json = None  # type: ignore[assignment]  # JSON null
    kind: Literal["comm_close"] = "comm_close"


PageToWorker = (
    StartKernel
    | PrepareKernel
    | SaveSnapshot
    | ProvideAsset
    | RefuseAsset
    | RunCell
    | InterruptRun
    | AnswerInput
    | CompleteCode
    | InspectCode
    | AnswerHttp
    | HttpPart
    | QueryPart
    | RefuseRequest
    | WriteFile
    | ReadFile
    | RemoveFile
    | ListPackages
    | OpenComm
    | CommMessage
    | CloseComm
)

# ---------------------------------------------------------------- worker to page

StartStep = Literal["runtime", "packages", "restore", "python", "imports", "save"]


@dataclass(frozen=True, kw_only=True)
class StartProgress:
    """Which step of the start is under way inside the worker."""

    step: StartStep
    detail: str = ""
    kind: Literal["start_progress"] = "start_progress"


@dataclass(frozen=True, kw_only=True)
class KernelPrepared:
    """The answer to PrepareKernel: only StartKernel is missing."""

    kind: Literal["kernel_prepared"] = "kernel_prepared"


@dataclass(frozen=True, kw_only=True)
class SnapshotPart:
    """One file of a snapshot: `name` is its field in contracts' Snapshot."""

    name: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class SnapshotSaved:
    """The answer to SaveSnapshot; `imports` are those that could be imported."""

    parts: list[SnapshotPart]
    imports: list[str]
    kind: Literal["snapshot_saved"] = "snapshot_saved"


@dataclass(frozen=True, kw_only=True)
class RequestAsset:
    """Ask for a file of the environment; `damaged`: what came last is not what its hash says."""

    sha256: str
    damaged: bool = False
    kind: Literal["request_asset"] = "request_asset"


@dataclass(frozen=True, kw_only=True)
class KernelReady:
    """The kernel takes runs from now on. `timings` are seconds per step."""

    capabilities: list[Capability]
    python_version: str
    restored: bool
    note: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    kind: Literal["kernel_ready"] = "kernel_ready"


@dataclass(frozen=True, kw_only=True)
class KernelFailed:
    """The kernel cannot start, or cannot go on."""

    error: ErrorBody
    kind: Literal["kernel_failed"] = "kernel_failed"


@dataclass(frozen=True, kw_only=True)
class RunStarted:
    """The run left the kernel's queue."""

    run_id: str
    execution_count: int
    kind: Literal["run_started"] = "run_started"


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Text written to stdout or stderr, joined over at most one frame."""

    run_id: str
    name: Literal["stdout", "stderr"]
    text: str
    kind: Literal["stream"] = "stream"


@dataclass(frozen=True, kw_only=True)
class DisplayData:
    """`display(...)`; `transient.display_id` names it for updates."""

    run_id: str
    data: dict[str, Json]
    metadata: dict[str, Json]
    transient: dict[str, Json] = field(default_factory=dict)
    kind: Literal["display_data"] = "display_data"


@dataclass(frozen=True, kw_only=True)
class UpdateDisplayData:
    """New data for every output with this `transient.display_id`, in any cell."""

    run_id: str
    data: dict[str, Json]
    metadata: dict[str, Json]
    transient: dict[str, Json]
    kind: Literal["update_display_data"] = "update_display_data"


@dataclass(frozen=True, kw_only=True)
class ExecuteResult:
    """The value of the cell's last expression."""

    run_id: str
    execution_count: int
    data: dict[str, Json]
    metadata: dict[str, Json]
    kind: Literal["execute_result"] = "execute_result"


@dataclass(frozen=True, kw_only=True)
class RunError:
    """An exception that left the cell; `traceback` lines carry ANSI colours."""

    run_id: str
    ename: str
    evalue: str
    traceback: list[str]
    kind: Literal["error"] = "error"


@dataclass(frozen=True, kw_only=True)
class ClearOutput:
    """Forget the cell's outputs, at once or, with `wait`, when the next one comes."""

    run_id: str
    wait: bool
    kind: Literal["clear_output"] = "clear_output"


@dataclass(frozen=True, kw_only=True)
class RunFinished:
    """The last message of a run. `payload` is Jupyter's (`set_next_input`, `page`)."""

    run_id: str
    status: Literal["ok", "error", "interrupted"]
    execution_count: int
    duration_seconds: float
    payload: list[Json] = field(default_factory=list)
    kind: Literal["run_finished"] = "run_finished"


@dataclass(frozen=True, kw_only=True)
class InputRequested:
    """The cell waits for a line (`input`, or `getpass` with `password`)."""

    run_id: str
    input_id: str
    prompt: str
    password: bool
    kind: Literal["input_requested"] = "input_requested"


@dataclass(frozen=True, kw_only=True)
class Completion:
    """One candidate: `text` replaces code points start to end of the source."""

    text: str
    start: int
    end: int
    type: str = ""
    signature: str = ""


@dataclass(frozen=True, kw_only=True)
class CodeCompleted:
    """The answer to CompleteCode, best candidates first."""

    request_id: str
    completions: list[Completion]
    kind: Literal["code_completed"] = "code_completed"


@dataclass(frozen=True, kw_only=True)
class CodeInspected:
    """The answer to InspectCode: a MIME bundle, empty when nothing is known."""

    request_id: str
    data: dict[str, Json]
    signature: str = ""
    kind: Literal["code_inspected"] = "code_inspected"


@dataclass(frozen=True, kw_only=True)
class FetchHttp:
    """Python asks the page to make an HTTP request under the page's policy.

    Answered by AnswerHttp or RefuseRequest. An address that begins with RELAY_ADDRESS is the
    relay's own (relay_requests.py).
    """

    request_id: str
    method: str
    url: str
    headers: list[list[str]]
    body: bytes | None = None
    timeout_seconds: float | None = None
    """How long the server may be silent, before the response and within it; null for no limit but
    the page's own."""
    stream_id: str = ""
    """Not empty: the body comes in parts. No more is read than the kernel asks for with ReadHttp; a
    CloseHttp ends it sooner, also before there is an answer."""
    kind: Literal["fetch_http"] = "fetch_http"


@dataclass(frozen=True, kw_only=True)
class ReadHttp:
    """Ask for the next part of a body, once the last one has come: an HttpPart."""

    request_id: str
    stream_id: str
    kind: Literal["read_http"] = "read_http"


@dataclass(frozen=True, kw_only=True)
class CloseHttp:
    """Nobody reads the response any more: the request is aborted. Has no answer."""

    stream_id: str
    kind: Literal["close_http"] = "close_http"


@dataclass(frozen=True, kw_only=True)
class OpenQuery:
    """Python asks the page to have a database connection of the relay run a query.

    Answered by the first QueryPart or by RefuseRequest. No more is read from the relay than the
    kernel asks for, so that a slow reader slows the database down; a CloseQuery ends it sooner.
    """

    request_id: str
    query_id: str
    connection: str
    request: QueryRequest
    kind: Literal["open_query"] = "open_query"


@dataclass(frozen=True, kw_only=True)
class ReadQuery:
    """Ask for the next part, once the last one has come; answered as OpenQuery is."""

    request_id: str
    query_id: str
    kind: Literal["read_query"] = "read_query"


@dataclass(frozen=True, kw_only=True)
class CloseQuery:
    """Nobody reads the query any more: the relay ends it in the database. Has no answer."""

    query_id: str
    kind: Literal["close_query"] = "close_query"


@dataclass(frozen=True, kw_only=True)
class FileChanged:
    """A file below the working folder is new or different; `body` null means it is gone."""

    path: str
    body: bytes | None
    kind: Literal["file_changed"] = "file_changed"


@dataclass(frozen=True, kw_only=True)
class FileRead:
    """The answer to ReadFile."""

    request_id: str
    body: bytes
    kind: Literal["file_read"] = "file_read"


@dataclass(frozen=True, kw_only=True)
class AddedPackage:
    """A package installed from a wheel: where it came from, its hash, and what one can import."""

    name: str
    version: str
    url: str
    sha256: str
    imports: list[str]


@dataclass(frozen=True, kw_only=True)
class PackagesListed:
    """The answer to ListPackages."""

    request_id: str
    packages: list[AddedPackage]
    kind: Literal["packages_listed"] = "packages_listed"


@dataclass(frozen=True, kw_only=True)
class RequestDone:
    """WriteFile or RemoveFile was carried out."""

    request_id: str
    kind: Literal["request_done"] = "request_done"


@dataclass(frozen=True, kw_only=True)
class RequestFailed:
    """A request of the page could not be answered."""

    request_id: str
    error: ErrorBody
    kind: Literal["request_failed"] = "request_failed"


@dataclass(frozen=True, kw_only=True)
class PackageProgress:
    """An install for a run: which package, and what is happening to it."""

    run_id: str
    package: str
    state: Literal["looking", "downloading", "installing", "installed", "failed"]
    detail: str = ""
    kind: Literal["package_progress"] = "package_progress"


RunEvent = (
    RunStarted
    | Stream
    | DisplayData
    | UpdateDisplayData
    | ExecuteResult
    | RunError
    | ClearOutput
    | InputRequested
    | PackageProgress
    | RunFinished
)

WorkerToPage = (
    StartProgress
    | KernelPrepared
    | SnapshotSaved
    | RequestAsset
    | KernelReady
    | KernelFailed
    | RunStarted
    | Stream
    | DisplayData
    | UpdateDisplayData
    | ExecuteResult
    | RunError
    | ClearOutput
    | RunFinished
    | InputRequested
    | CodeCompleted
    | CodeInspected
    | FetchHttp
    | ReadHttp
    | CloseHttp
    | OpenQuery
    | ReadQuery
    | CloseQuery
    | FileChanged
    | FileRead
    | PackagesListed
    | RequestDone
    | RequestFailed
    | PackageProgress
    | OpenComm
    | CommMessage
    | CloseComm
)
