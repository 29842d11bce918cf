"""Files that are already on this machine: a folder, or an archive."""

import shutil
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from ..download import Report
from ..errors import DefinitionError
from .source import Source, WantedFile


class LocalFolder:
    """A folder with the files in it, not below it."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def fetch(self, wanted: WantedFile, partial: Path, report: Report) -> bool:
        path = self._folder / wanted.file_name
        if not path.is_file():
            return False
        with path.open("rb") as body:
            _copy(body, partial, path.stat().st_size, report)
        return True


class LocalArchive:
    """A zip, a wheel or a tar that carries the files anywhere inside."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path

    def names(self) -> set[str]:
        """The last parts of all names inside."""
        if zipfile.is_zipfile(self._path):
            with zipfile.ZipFile(self._path) as archive:
                return {PurePosixPath(name).name for name in archive.namelist()}
        with tarfile.open(self._path) as archive_of_files:
            return {PurePosixPath(name).name for name in archive_of_files.getnames()}

    def fetch(self, wanted: WantedFile, partial: Path, report: Report) -> bool:
        if zipfile.is_zipfile(self._path):
            with zipfile.ZipFile(self._path) as archive:
                for entry in archive.infolist():
                    if PurePosixPath(entry.filename).name == wanted.file_name:
                        with archive.open(entry) as body:
                            _copy(body, partial, entry.file_size, report)
                        return True
            return False
        with tarfile.open(self._path) as archive_of_files:
            for member in archive_of_files:
                if member.isfile() and PurePosixPath(member.name).name == wanted.file_name:
                    extracted = archive_of_files.extractfile(member)
                    assert extracted is not None  # isfile() says that it has a body
                    _copy(extracted, partial, member.size, report)
                    return True
        return False


def local_source(path: Path) -> Source:
    """The source for a path that a person gave. Raises DefinitionError."""
    if path.is_dir():
        return LocalFolder(path)
    if path.is_file() and (zipfile.is_zipfile(path) or tarfile.is_tarfile(path)):
        return LocalArchive(path)
    raise DefinitionError(
        f"{path} is neither a folder nor an archive.", "Give a folder of wheels, a zip or a tar."
    )


def _copy(body: IO[bytes], partial: Path, size: int, report: Report) -> None:
    with partial.open("wb") as target:
        shutil.copyfileobj(body, target, 1024 * 1024)
    report(size, size)
