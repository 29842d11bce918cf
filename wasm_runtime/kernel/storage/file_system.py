"""The relay's storages as a file system of fsspec: `storage://NAME/PATH`, in pandas and elsewhere.

pandas.read_csv("storage://lake/trips/may.csv")
fsspec.filesystem("storage").ls("lake/trips")
"""

import errno
from datetime import datetime
from typing import Any, ClassVar

from fsspec.spec import AbstractBufferedFile, AbstractFileSystem

from wasm_runtime.contracts.storage import StorageEntry

from .relay_files import RelayFiles, present_files

Details = dict[str, Any]


class StorageFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """Blocking: every call waits for the relay. The root holds the storages that one may use."""

    protocol: ClassVar[str] = "storage"
    cachable: ClassVar[bool] = False
    """An instance holds nothing; one that was kept would outlive its kernel in a snapshot."""

    def __init__(self, *args: Any, files: RelayFiles | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._files = files or present_files()

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        found = self._list(self._strip_protocol(path))
        return found if detail else [each["name"] for each in found]

    def info(self, path: str, **_: Any) -> Details:
        path = self._strip_protocol(path)
        storage, below = _parts(path)
        if not storage:
            return _folder("")
        if below:
            try:
                state = self._files.state(storage, below)
            except FileNotFoundError:
                pass
            except OSError as error:
                # On a disk a folder has a name of its own, which is no file's.
                if error.errno != errno.EIO:
                    raise
            else:
                found = _file(path, state.size, state.modified)
                return found | {"ETag": state.etag}
        next(self._files.entries(storage, below), None)  # raises FileNotFoundError
        return _folder(path)

    def created(self, path: str) -> datetime:
        raise NotImplementedError("A storage knows when a file was last written: modified(path).")

    def modified(self, path: str) -> datetime:
        found: datetime = self.info(path)["mtime"]
        return found

    def ukey(self, path: str) -> str:
        return str(self.info(path)["ETag"])

    def rm_file(self, path: str) -> None:
        storage, below = self._of_file(path)
        self._files.delete(storage, below)

    _rm = rm_file

    def rm(self, path: Any, recursive: bool = False, maxdepth: int | None = None) -> None:
        for each in reversed(self.expand_path(path, recursive=recursive, maxdepth=maxdepth)):
            try:
                self.rm_file(each)
            except FileNotFoundError:
                # In an object store a folder goes with its last file.
                if not recursive:
                    raise

    def rmdir(self, path: str) -> None:
        storage, below = self._of_file(path)
        if next(self._files.entries(storage, below), None) is not None:
            raise OSError(errno.ENOTEMPTY, "the folder is not empty", path)
        self._files.delete(storage, below)

    def mkdir(self, path: str, create_parents: bool = True, **_: Any) -> None:
        """Nothing: a folder is made with its first file."""

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Nothing: a folder is made with its first file."""

    def cp_file(self, path1: str, path2: str, **_: Any) -> None:
        self.pipe_file(path2, self.cat_file(path1))

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        storage, below = self._of_file(path)
        self._files.write(storage, below, bytes(value), only_new=mode == "create")

    def _open(self, path: str, mode: str = "rb", block_size: Any = None, **options: Any) -> Any:
        options.pop("autocommit", None)
        size = self.blocksize if block_size in (None, "default") else block_size
        return StorageFile(self, path, mode, size, files=self._files, **options)

    def _list(self, path: str) -> list[Details]:
        storage, below = _parts(path)
        if not storage:
            return [_folder(each.name) for each in self._files.storages()]
        try:
            return [_entry(storage, each) for each in self._files.entries(storage, below)]
        except FileNotFoundError:
            if not below:
                raise
            return [self.info(path)]

    def _of_file(self, path: str) -> tuple[str, str]:
        storage, below = _parts(self._strip_protocol(path))
        if not below:
            raise IsADirectoryError(errno.EISDIR, "this is a whole storage", path)
        return storage, below


class StorageFile(AbstractBufferedFile):  # type: ignore[misc]
    """One file: read in blocks ahead of whoever reads, written at once when it is closed."""

    def __init__(
        self,
        fs: StorageFileSystem,
        path: str,
        mode: str,
        block_size: int,
        files: RelayFiles,
        **options: Any,
    ) -> None:
        self._files = files
        self._storage, self._below = fs._of_file(path)
        super().__init__(fs, path, mode, block_size, **options)
        self._replaced = ""
        if mode == "ab" and fs.exists(path):
            found = fs.info(path)
            self._replaced = found["ETag"]
            self.buffer.write(
                self._files.read(self._storage, self._below, 0, found["size"], self._replaced)
            )
            self.loc = found["size"]

    def _fetch_range(self, start: int, end: int) -> bytes:
        etag = self.details["ETag"]
        return self._files.read(self._storage, self._below, start, end, etag)

    def _initiate_upload(self) -> None:
        """Nothing is begun before everything is there."""

    def _upload_chunk(self, final: bool = False) -> bool:
        """False keeps what was written so far for the next time."""
        if final:
            self._files.write(
                self._storage,
                self._below,
                self.buffer.getvalue(),
                self._replaced,
                only_new=self.mode == "xb",
            )
        return final


def _parts(path: str) -> tuple[str, str]:
    """The storage, and the path in it."""
    storage, _, below = path.strip("/").partition("/")
    return storage, below


def _entry(storage: str, entry: StorageEntry) -> Details:
    name = f"{storage}/{entry.path}"
    if entry.kind == "folder":
        return _folder(name)
    modified = datetime.fromisoformat(entry.modified) if entry.modified else None
    return _file(name, entry.size, modified)


def _file(name: str, size: int, modified: datetime | None) -> Details:
    return {"name": name, "type": "file", "size": size, "mtime": modified}


def _folder(name: str) -> Details:
    return {"name": name, "type": "directory", "size": 0}
