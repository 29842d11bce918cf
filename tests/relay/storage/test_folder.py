"""A folder's walls: what is outside of it is not there, however it is asked for."""

import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from relay.storage.beneath import UPLOADING, folder_of, open_file
from relay.storage.errors import BadPath, NoSuchFile, StorageError, StorageFailed
from relay.storage.folder import FolderStore

pytestmark = pytest.mark.anyio
SECRET = b"what is outside"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    made = tmp_path / "outside"
    made.mkdir()
    (made / "secret.txt").write_bytes(SECRET)
    return made


@pytest.fixture
def store(folder: Path) -> FolderStore:
    return FolderStore(str(folder))


async def one(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def content_of(store: FolderStore, path: str) -> bytes:
    async with store.read(path, None) as reading:
        return b"".join([part async for part in reading.parts])


def on_disk(folder: Path) -> dict[str, bytes | None]:
    """What is really there; None is a folder or a link that leads nowhere."""
    return {
        each.name: each.read_bytes() if each.is_file() and not each.is_symlink() else None
        for each in sorted(folder.iterdir())
    }


def relative(path: Path) -> str:
    """A socket's path may be no longer than a hundred characters or so."""
    return os.path.relpath(path)


async def names(store: FolderStore, path: str = "") -> list[str]:
    return [entry.path for entry in (await store.list(path, "", 1000)).entries]


@pytest.fixture
def links(folder: Path, outside: Path) -> list[str]:
    """Paths that lead outside, or back in, by a symbolic link."""
    (folder / "real").mkdir()
    (folder / "real" / "file").write_bytes(b"inside")
    (folder / "to_file").symlink_to(outside / "secret.txt")
    (folder / "to_folder").symlink_to(outside)
    (folder / "relative").symlink_to("../outside")
    (folder / "real" / "up").symlink_to("../..")
    (folder / "chain").symlink_to("to_folder")
    (folder / "dangling").symlink_to(outside / "new.txt")
    (folder / "loop").symlink_to("loop")
    (folder / "inside").symlink_to("real")
    return [
        "to_file",
        "to_folder/secret.txt",
        "relative/secret.txt",
        "real/up/outside/secret.txt",
        "chain/secret.txt",
        "dangling",
        "loop",
        "loop/x",
        "inside/file",
    ]


async def test_no_symbolic_link_is_read_or_shown(store: FolderStore, links: list[str]) -> None:
    for path in links:
        with pytest.raises(NoSuchFile):
            await content_of(store, path)
        with pytest.raises(NoSuchFile):
            await store.info(path)
    for path in ("to_folder", "relative", "chain", "inside", "real/up"):
        with pytest.raises(NoSuchFile):
            await store.list(path, "", 10)
    assert await names(store) == ["real"]
    assert await names(store, "real") == ["real/file"]


async def test_no_symbolic_link_is_written_through_or_deleted(
    store: FolderStore, links: list[str], outside: Path, folder: Path
) -> None:
    for path in ["to_folder/new", "relative/new", "real/up/new", "chain/new", "loop/new"]:
        with pytest.raises(NoSuchFile):
            await store.write(path, one(b"x"))
    for path in links:
        with pytest.raises(NoSuchFile):
            await store.delete(path)
    await store.write("dangling", one(b"in the link's place"))
    await store.write("to_file", one(b"in the link's place"))
    assert on_disk(outside) == {"secret.txt": SECRET}
    assert on_disk(folder)["to_file"] == b"in the link's place"


def test_a_link_that_comes_in_between_is_not_followed(folder: Path, outside: Path) -> None:
    inside = folder / "turning"
    inside.mkdir()
    (inside / "secret.txt").write_bytes(b"inside")
    (inside / "other.txt").write_bytes(b"inside")
    with folder_of(str(folder), "turning/secret.txt") as (opened, name):
        inside.rename(folder / "aside")
        inside.symlink_to(outside)
        with open_file(opened, name, "turning/secret.txt") as file:
            assert file.read() == b"inside"

    def read_what_became_a_link() -> None:
        other = folder / "aside" / "other.txt"
        with folder_of(str(folder), "aside/other.txt") as (opened, name):
            other.unlink()
            other.symlink_to(outside / "secret.txt")
            open_file(opened, name, "aside/other.txt")

    with pytest.raises(NoSuchFile):
        read_what_became_a_link()


async def test_pipes_sockets_and_devices_are_not_there(store: FolderStore, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(relative(folder / "socket"))
        for path in ("pipe", "socket"):
            with pytest.raises(NoSuchFile):
                await content_of(store, path)
        assert await names(store) == []


async def test_names_that_cannot_be_asked_for_are_not_shown(
    store: FolderStore, folder: Path
) -> None:
    for name in (b"\xff\xfe", b"a\nb", b"a\\b", b"fine"):
        os.close(os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT))
    assert await names(store) == ["fine"]


async def test_a_folder_is_not_a_file_and_a_file_no_folder(
    store: FolderStore, folder: Path
) -> None:
    (folder / "sub").mkdir()
    (folder / "file").write_bytes(b"1")
    with pytest.raises(BadPath, match="is a folder"):
        await content_of(store, "sub")
    with pytest.raises(BadPath, match="is a folder"):
        await store.write("sub", one(b"1"))
    with pytest.raises(NoSuchFile):
        await store.write("file/below", one(b"1"))
    with pytest.raises(NoSuchFile):
        await store.list("file", "", 10)
    assert on_disk(folder) == {"file": b"1", "sub": None}


async def test_an_empty_folder_is_deleted_and_a_full_one_is_not(
    store: FolderStore, folder: Path
) -> None:
    (folder / "full").mkdir()
    (folder / "full" / "file").write_bytes(b"1")
    (folder / "empty").mkdir()
    await store.delete("empty")
    with pytest.raises(BadPath, match="not empty"):
        await store.delete("full")
    assert await names(store) == ["full"]


async def test_a_file_on_its_way_is_not_shown_and_readers_see_the_old_one(
    store: FolderStore, folder: Path
) -> None:
    (folder / "a").write_bytes(b"old")
    seen = []

    async def slow() -> AsyncIterator[bytes]:
        yield b"new "
        seen.append((await names(store), await content_of(store, "a")))
        seen.append([name.startswith(UPLOADING) for name in on_disk(folder)].count(True))
        yield b"one"

    await store.write("a", slow())
    assert seen == [(["a"], b"old"), 1]
    assert on_disk(folder) == {"a": b"new one"}


async def test_a_file_that_shrinks_while_it_is_read_is_an_error(
    store: FolderStore, folder: Path
) -> None:
    file = folder / "a"
    file.write_bytes(b"x" * 2**20)

    async def read_and_shorten() -> None:
        async with store.read("a", None) as reading:
            async for _ in reading.parts:
                os.truncate(file, 10)

    with pytest.raises(StorageFailed, match="shorter"):
        await read_and_shorten()


async def test_errors_name_no_folder_of_the_machine(folder: Path) -> None:
    for root, path in [(folder / "gone", "a"), (folder, "a"), (folder, "a/b/c")]:
        with pytest.raises(StorageError) as failed:
            await content_of(FolderStore(str(root)), path)
        assert str(folder) not in failed.value.message + failed.value.hint
