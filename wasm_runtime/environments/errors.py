"""What can go wrong with environments: which package, what was expected, what came, what to do.

EnvironmentsError
├── DefinitionError         environments.toml says something impossible
├── UnknownEnvironment      no environment of that name is defined, or it is not built
├── LockStale               the committed lock does not fit environments.toml
├── RequirementConflict     two requirers want different versions of one package
├── NoUsableWheel           nothing on offer runs in Pyodide
├── WheelRefused            a wheel's archive is malformed or dangerous
├── HashMismatch            a file is not the one the lock names
├── FileMissing             no source has a file that the lock names
├── DownloadFailed          a source had the file but broke off
├── IndexUnreachable        the package index does not answer
├── DiskFull                the cache's disk has no room
├── CompileFailed           Pyodide could not be run to byte-compile
├── SnapshotFailed          no snapshot could be taken, or the one taken cannot be restored
├── NotOffered              a project's page has no such file
└── NotStored               the store has no such file
"""

from typing import ClassVar

from wasm_runtime.contracts.relay_api import ErrorCode
from wasm_runtime.errors import WasmRuntimeError


class EnvironmentsError(WasmRuntimeError):
    """The root of this tree."""

    code: ClassVar[ErrorCode] = "environment_broken"
    exit_status = 5


class DefinitionError(EnvironmentsError):
    code = "bad_request"
    exit_status = 2


class UnknownEnvironment(EnvironmentsError):
    code = "environment_missing"

    def __init__(self, name: str, known: list[str], hint: str = "") -> None:
        listed = ", ".join(known) or "none"
        super().__init__(f"There is no environment {name!r}; there are: {listed}.", hint)
        self.name = name


class LockStale(EnvironmentsError):
    def __init__(self, environment: str, reason: str) -> None:
        super().__init__(
            f"The lock of {environment!r} does not fit environments.toml: {reason}.",
            f"wasm-runtime env build {environment} --relock",
        )


class RequirementConflict(EnvironmentsError):
    code = "wheel_unusable"

    def __init__(self, project: str, demands: list[tuple[str, str]]) -> None:
        said = "; ".join(f"{requirer} wants {project}{wanted}" for wanted, requirer in demands)
        super().__init__(
            f"No version of {project} suits everyone: {said}.",
            "Loosen one of these requirements in environments.toml.",
        )
        self.project = project
        self.demands = demands


class NoUsableWheel(EnvironmentsError):
    code = "wheel_unusable"

    def __init__(self, project: str, requirer: str, expected: str, came: str) -> None:
        super().__init__(
            f"{project} (wanted by {requirer}): expected {expected}, the index offers {came}.",
            f"Pick a version or a replacement of {project} that is pure Python or built for "
            "Pyodide, or put a wheel that you built into a folder given by --source.",
        )
        self.project = project


class WheelRefused(EnvironmentsError):
    code = "wheel_unusable"

    def __init__(self, file_name: str, reason: str) -> None:
        super().__init__(
            f"{file_name}: refused, {reason}.",
            "The file is damaged or hostile: nothing of it was kept. Report it to its project.",
        )
        self.file_name = file_name
        self.reason = reason


class HashMismatch(EnvironmentsError):
    code = "hash_mismatch"

    def __init__(self, file_name: str, expected: str, came: str, source: str) -> None:
        super().__init__(
            f"{file_name}: expected sha256 {expected}, {source} gave {came}.",
            "Someone on the way changed the file, or the lock is wrong: try again, and if it "
            "stays, compare with the project's own page before --relock.",
        )
        self.file_name = file_name
        self.expected = expected
        self.came = came


class FileMissing(EnvironmentsError):
    code = "download_failed"

    def __init__(self, file_name: str, tried: list[str]) -> None:
        listed = "; ".join(tried) or "no source is configured"
        super().__init__(
            f"{file_name}: no source has it. Tried: {listed}.",
            "Connect to the network, or give a folder that holds the file with --source.",
        )
        self.file_name = file_name
        self.tried = tried


class DownloadFailed(EnvironmentsError):
    code = "download_failed"

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(
            f"{what}: the download broke off, {reason}.",
            "Run the command again: it goes on where it stopped.",
        )


class IndexUnreachable(EnvironmentsError):
    code = "upstream_failed"

    def __init__(self, project: str, reason: str) -> None:
        super().__init__(
            f"{project}: the package index does not answer, {reason}.",
            "Check the network and pip's index-url; WASM_RUNTIME_INDEX_URL names another index.",
        )


class DiskFull(EnvironmentsError):
    code = "disk_full"

    def __init__(self, file_name: str, folder: str) -> None:
        super().__init__(
            f"{file_name}: no room is left on the disk of {folder}.",
            'Free some, run "wasm-runtime env clean", or set WASM_RUNTIME_CACHE to another disk.',
        )
        self.file_name = file_name


class CompileFailed(EnvironmentsError):
    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Pyodide could not be run to byte-compile: {reason}.",
            '"wasm-runtime doctor" says what this machine can do.',
        )


class SnapshotFailed(EnvironmentsError):
    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(
            f"No snapshot was taken: {reason}.",
            hint or "Kernels start without it, more slowly; wasm-runtime doctor may know why.",
        )


class NotOffered(EnvironmentsError):
    code = "not_found"

    def __init__(self, project: str, file_name: str) -> None:
        super().__init__(
            f"{file_name} is not among the files of {project}.",
            f"The page of {project} lists those that run in Pyodide.",
        )


class NotStored(EnvironmentsError):
    code = "not_found"

    def __init__(self, sha256: str) -> None:
        super().__init__(
            f"The store has no file {sha256}.", "Run wasm-runtime env build, or reload the page."
        )
