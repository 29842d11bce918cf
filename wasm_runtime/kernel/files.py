"""The working folder: the page's reads and writes, and what a run changed in it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wasm_runtime.contracts.relay_api import ErrorBody
from wasm_runtime.contracts.worker import (
    FileChanged,
    FileRead,
    ReadFile,
    RemoveFile,
    RequestDone,
    RequestFailed,
    WriteFile,
)

MAX_FILE_BYTES = 64 << 20  # larger files stay in the kernel: a copy of each lives in the browser
MAX_FILES = 5_000  # a scan runs after every cell

Stamp = tuple[int, int]
AnyFileRequest = ReadFile | WriteFile | RemoveFile


class WorkingFolder:
    """Notices changed files after each run and tells the page."""

    def __init__(
        self, folder: Path, send: Callable[[Any], None], notice: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._send = send
        self._notice = notice
        self._seen: dict[str, Stamp] = {}

    def start(self) -> None:
        """Make the folder, go there, and take what it holds as known."""
        self._folder.mkdir(parents=True, exist_ok=True)
        os.chdir(self._folder)
        self._seen = self._scan()

    def send_changes(self) -> None:
        """Send FileChanged for what is new, different or gone since the last call."""
        now = self._scan()
        changed = [name for name, stamp in now.items() if self._seen.get(name) != stamp]
        gone = [name for name in self._seen if name not in now]
        self._seen = now
        for name in changed:
            if now[name][1] > MAX_FILE_BYTES:
                self._notice(
                    f"{name} is larger than {MAX_FILE_BYTES >> 20} MiB and is kept "
                    "only until the kernel stops."
                )
            else:
                self._send(FileChanged(path=name, body=(self._folder / name).read_bytes()))
        for name in gone:
            self._send(FileChanged(path=name, body=None))

    def handle(self, request: AnyFileRequest) -> None:
        """Carry out a request of the page and answer it."""
        try:
            answer = self._answer(request)
        except OSError as error:
            code: Any = "not_found" if isinstance(error, FileNotFoundError) else "bad_request"
            body = ErrorBody(code=code, message=f"{request.path}: {error.strerror or error}")
            answer = RequestFailed(request_id=request.request_id, error=body)
        self._send(answer)

    def _answer(self, request: AnyFileRequest) -> Any:
        path = self.resolve(request.path)
        if isinstance(request, ReadFile):
            return FileRead(request_id=request.request_id, body=path.read_bytes())
        if isinstance(request, WriteFile):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(request.body)
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        # The page knows of its own change already.
        self._seen = {**self._seen, **self._stamp_of(path)}
        self._seen = {name: s for name, s in self._seen.items() if (self._folder / name).exists()}
        return RequestDone(request_id=request.request_id)

    def resolve(self, path: str) -> Path:
        """The file that a page's path names. Raises OSError for one outside the folder."""
        if "\0" in path:
            raise OSError("a path cannot hold a zero byte")
        folder = self._folder.resolve()
        full = (folder / path).resolve()
        if full == folder or not full.is_relative_to(folder):
            raise OSError(f"not below the working folder {folder}")
        return full

    def _stamp_of(self, path: Path) -> dict[str, Stamp]:
        if not path.is_file():
            return {}
        status = path.stat()
        name = path.relative_to(self._folder.resolve()).as_posix()
        return {name: (status.st_mtime_ns, status.st_size)}

    def _scan(self) -> dict[str, Stamp]:
        found: dict[str, Stamp] = {}
        pending = [str(self._folder)]
        start = len(str(self._folder)) + 1
        while pending and len(found) < MAX_FILES:
            try:
                entries = list(os.scandir(pending.pop()))
            except FileNotFoundError:
                continue  # removed by the run
            for entry in entries:
                if entry.name.startswith(".") or entry.name == "__pycache__":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    status = entry.stat()
                    found[entry.path[start:]] = (status.st_mtime_ns, status.st_size)
        return found
