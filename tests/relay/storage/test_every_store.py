"""What a store does, whichever kind it is: in memory, a folder, S3."""

from collections.abc import AsyncIterator

import pytest

from relay.storage.errors import FileChanged, NoSuchFile, OutsideFile
from relay.storage.span import Span
from relay.storage.store import Store

pytestmark = pytest.mark.anyio
MEBIBYTE = 2**20


async def parts(*contents: bytes) -> AsyncIterator[bytes]:
    for content in contents:
        yield content


async def put(store: Store, **files: bytes) -> None:
    for path, content in files.items():
        await store.write(path.replace("__", "/"), parts(content))


async def content_of(store: Store, path: str, span: Span | None = None) -> bytes:
    async with store.read(path, span) as reading:
        content = b"".join([part async for part in reading.parts])
        assert len(content) == reading.end - reading.start
        return content


async def names(store: Store, path: str = "", limit: int = 1000) -> list[str]:
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await store.list(path, after, limit)
        assert len(page.entries) <= limit
        found += [each.path + "/" * (each.kind == "folder") for each in page.entries]
        after = page.next
    return found


async def test_what_was_written_is_read_as_it_was(store: Store) -> None:
    every_byte = bytes(range(256))
    etag = await store.write("a/größe 100%+&=#.bin", parts(every_byte, b"", every_byte))
    assert await content_of(store, "a/größe 100%+&=#.bin") == every_byte * 2
    info = await store.info("a/größe 100%+&=#.bin")
    assert (info.size, info.etag) == (512, etag)


async def test_a_large_file_comes_and_goes_in_parts(store: Store) -> None:
    block = bytes(range(256)) * 4096
    await store.write("large", parts(*[block] * 20))
    async with store.read("large", None) as reading:
        lengths = [len(part) async for part in reading.parts]
    assert sum(lengths) == 20 * MEBIBYTE
    assert max(lengths) <= MEBIBYTE
    assert await content_of(store, "large", Span(11 * MEBIBYTE - 1, 11 * MEBIBYTE + 2)) == (
        b"\xff\x00\x01"
    )


async def test_an_empty_file_is_one(store: Store) -> None:
    await put(store, empty=b"")
    assert await content_of(store, "empty") == b""
    assert (await store.info("empty")).size == 0


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(0, 4), b"0123"),
        (Span(4), b"456789"),
        (Span(-3), b"789"),
        (Span(-30), b"0123456789"),
        (Span(8, 30), b"89"),
        (Span(9, 10), b"9"),
    ],
)
async def test_a_part_of_a_file_is_read_alone(store: Store, span: Span, expected: bytes) -> None:
    await put(store, digits=b"0123456789")
    assert await content_of(store, "digits", span) == expected


@pytest.mark.parametrize("span", [Span(10), Span(30, 40), Span(0, 0)])
async def test_bytes_beyond_the_end_are_refused_with_the_size(store: Store, span: Span) -> None:
    await put(store, digits=b"0123456789")
    with pytest.raises(OutsideFile) as refused:
        await content_of(store, "digits", span)
    assert refused.value.size == 10


async def test_a_folder_lists_what_is_directly_in_it(store: Store) -> None:
    await put(store, b=b"1", a__x=b"22", a__deep__y=b"3", c__z=b"4", ab=b"5")
    assert sorted(await names(store)) == ["a/", "ab", "b", "c/"]
    assert sorted(await names(store, "a")) == ["a/deep/", "a/x"]
    (file,) = [each for each in (await store.list("a", "", 9)).entries if each.kind == "file"]
    assert (file.path, file.size, file.modified[-6:]) == ("a/x", 2, "+00:00")


async def test_a_long_list_comes_in_pages_without_a_gap_or_a_repeat(store: Store) -> None:
    files = {f"n{number:02}": b"." for number in range(25)}
    await put(store, **files, m__inside=b".", m__more=b".", z__last=b".")
    assert sorted(await names(store, limit=7)) == sorted([*files, "m/", "z/"])


async def test_what_is_not_there_is_said_to_be_missing(store: Store) -> None:
    await put(store, a__b=b"1")
    for missing in ("x", "a/c", "a/b/c"):
        with pytest.raises(NoSuchFile):
            await store.info(missing)
        with pytest.raises(NoSuchFile):
            await content_of(store, missing)
        with pytest.raises(NoSuchFile):
            await store.delete(missing)
    with pytest.raises(NoSuchFile):
        await store.list("x", "", 10)


async def test_a_file_is_deleted(store: Store) -> None:
    await put(store, a__b=b"1", a__c=b"2")
    await store.delete("a/b")
    assert await names(store, "a") == ["a/c"]


async def test_a_condition_holds_for_reading_writing_and_deleting(store: Store) -> None:
    await put(store, a=b"1")
    old = (await store.info("a")).etag
    new = await store.write("a", parts(b"22"), if_match=old)
    assert new != old
    with pytest.raises(FileChanged):
        await store.write("a", parts(b"333"), if_match=old)
    with pytest.raises(FileChanged):
        await store.delete("a", if_match=old)
    with pytest.raises(FileChanged):
        await store.info("a", if_match=old)
    with pytest.raises(FileChanged):
        async with store.read("a", Span(0, 1), if_match=old):
            pass
    assert await content_of(store, "a") == b"22"
    await store.delete("a", if_match=new)
    with pytest.raises(FileChanged):
        await store.write("a", parts(b"4"), if_match=new)


async def test_what_must_be_new_replaces_nothing(store: Store) -> None:
    await store.write("a", parts(b"1"), only_new=True)
    with pytest.raises(FileChanged):
        await store.write("a", parts(b"2"), only_new=True)
    assert await content_of(store, "a") == b"1"


@pytest.mark.parametrize("blocks", [1, 20])
async def test_an_upload_that_is_cut_leaves_everything_as_it_was(store: Store, blocks: int) -> None:
    class Cut(Exception):
        pass

    async def broken() -> AsyncIterator[bytes]:
        for _ in range(blocks):
            yield b"x" * MEBIBYTE
        raise Cut

    await put(store, kept=b"as it was")
    for path in ("kept", "new"):
        with pytest.raises(Cut):
            await store.write(path, broken())
    assert await names(store) == ["kept"]
    assert await content_of(store, "kept") == b"as it was"
