"""Where files of an environment may come from; the first source that has one wins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..download import Report, SourceUnreachable
from ..errors import (
    DownloadFailed,
    FileMissing,
    HashMismatch,
    IndexUnreachable,
)
from ..progress import Progress
from ..store import Check, Store, disk_room


@dataclass(frozen=True, kw_only=True)
class WantedFile:
    """A file that a lock names; `project` is empty for files of the runtime."""

    file_name: str
    sha256: str
    project: str = ""


class Source(Protocol):
    """One place that may have files."""

    name: str

    def fetch(self, wanted: WantedFile, partial: Path, report: Report) -> bool:
        """Complete `partial`; False when this source does not have the file.

        Raises SourceUnreachable, IndexUnreachable, DownloadFailed, OSError.
        """
        ...


class MemorySource:
    """Files in memory: the fake of this seam, which counts what was asked of it."""

    def __init__(self, files: Mapping[str, bytes], name: str = "memory") -> None:
        self.name = name
        self.files = dict(files)
        self.asked: list[str] = []

    def fetch(self, wanted: WantedFile, partial: Path, report: Report) -> bool:
        self.asked.append(wanted.file_name)
        body = self.files.get(wanted.file_name)
        if body is None:
            return False
        partial.write_bytes(body)
        report(len(body), len(body))
        return True


def obtain(
    store: Store,
    sources: Sequence[Source],
    wanted: WantedFile,
    progress: Progress,
    check: Check | None = None,
) -> Path:
    """The stored file, fetched once however many ask for it at the same time.

    `check` refuses a file by raising, before anything of it is kept.
    """
    if store.has(wanted.sha256):
        return store.path(wanted.sha256)
    room = disk_room(wanted.file_name, store.folder)
    with room, store.claim(wanted.sha256) as partial:
        if store.has(wanted.sha256):  # it came while we waited
            return store.path(wanted.sha256)
        return _from_first(store, sources, wanted, partial, progress, check)


def _from_first(
    store: Store,
    sources: Sequence[Source],
    wanted: WantedFile,
    partial: Path,
    progress: Progress,
    check: Check | None,
) -> Path:
    tried: list[str] = []
    mismatch: HashMismatch | None = None
    broken: DownloadFailed | None = None

    def report(done: int, total: int | None) -> None:
        progress.bytes(wanted.file_name, done, total)

    for source in sources:
        report(0, None)
        # Leftovers of an earlier attempt may be wrong; then the same source gets a clean start.
        for _ in range(2 if partial.exists() else 1):
            try:
                if not source.fetch(wanted, partial, report):
                    tried.append(f"{source.name} (does not have it)")
                    break
                return store.accept(partial, wanted.file_name, wanted.sha256, source.name, check)
            except HashMismatch as error:
                mismatch = error
                tried.append(f"{source.name} (has another file of this name)")
            except DownloadFailed as error:
                broken = error
                tried.append(f"{source.name} ({error.message})")
            except (SourceUnreachable, IndexUnreachable) as error:
                tried.append(f"{source.name} ({error})")
                break
    raise mismatch or broken or FileMissing(wanted.file_name, tried)
