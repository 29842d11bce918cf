"""The errors a person sees: what was expected, what came, what to do.

WasmRuntimeError
├── UsageError              the command line or a setting says something impossible
├── NotebookFormatError     a file is not a notebook
├── BlobMissing             a large value that a notebook refers to is not where it is kept
├── EnvironmentMissing      no built environment of that name
├── ClientMissing           the page's files were not built
├── HostMissing             Deno or Node is not on this machine
├── KernelStartFailed       the headless worker did not come up
├── KernelDied              the headless worker ended in the middle of a run
├── RunTimeout              the notebook did not finish before its deadline
├── MemoryExceeded          the notebook asked for more memory than it may have
└── NetworkRefused          Python asked for a host that was not allowed
"""

from typing import ClassVar

from wasm_runtime.contracts.relay_api import ErrorBody, ErrorCode


class WasmRuntimeError(Exception):
    """The root of the tree; `hint` says what to do, `exit_status` is the command line's."""

    code: ClassVar[ErrorCode] = "internal"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def body(self) -> ErrorBody:
        return ErrorBody(code=self.code, message=self.message, hint=self.hint)


class UsageError(WasmRuntimeError):
    code = "bad_request"
    exit_status = 2


class NotebookFormatError(WasmRuntimeError):
    code = "bad_request"
    exit_status = 2


class BlobMissing(WasmRuntimeError):
    code = "not_found"
    exit_status = 5


class EnvironmentMissing(WasmRuntimeError):
    code = "environment_missing"
    exit_status = 5


class ClientMissing(WasmRuntimeError):
    code = "unavailable"
    exit_status = 5


class HostMissing(WasmRuntimeError):
    code = "unavailable"
    exit_status = 5


class KernelStartFailed(WasmRuntimeError):
    code = "kernel_start_failed"
    exit_status = 5


class KernelDied(WasmRuntimeError):
    code = "kernel_died"


class RunTimeout(WasmRuntimeError):
    code = "timeout"
    exit_status = 3


class MemoryExceeded(WasmRuntimeError):
    code = "kernel_died"
    exit_status = 4


class NetworkRefused(WasmRuntimeError):
    code = "network_refused"
