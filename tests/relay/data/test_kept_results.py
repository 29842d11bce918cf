"""Results that are kept: what is found again, what goes, and what a bad disk does to it."""

import os
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from relay.data.declaration import Declaration
from relay.data.engine import Chunk, End, Statement
from relay.data.errors import DataError
from relay.data.kept_result import KeptResult
from relay.data.kept_results import KeptResults
from relay.data.result_key import result_key

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def results(tmp_path: Path, clock: Clock) -> Iterator[KeptResults]:
    with KeptResults(tmp_path / "results", 4000, clock) as opened:
        yield opened


async def put(results: KeptResults, key: str, size: int = 100) -> None:
    keeping = results.begin(key, good_seconds=3600)
    assert keeping is not None
    for _ in range(2):
        await keeping.add(b"x" * (size // 2))
    await keeping.finish(rows=7, more=True)


def found(results: KeptResults, *keys: str) -> list[str]:
    seen = {key: results.find(key, 3600) for key in keys}
    for each in seen.values():
        if each is not None:
            each.close()
    return [key for key, each in seen.items() if each is not None]


def files_of(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file() and each.name != ".lock"]


async def read(result: KeptResult) -> list[Chunk | End]:
    async def parts() -> AsyncIterator[Chunk | End]:
        async with result.run(Statement(sql="")) as run:
            async for part in run:
                yield part

    return [part async for part in parts()]


async def test_a_kept_result_is_given_as_it_was_with_its_age(
    results: KeptResults, clock: Clock
) -> None:
    await put(results, "a")
    clock.now += 60
    kept = results.find("a", 61)
    assert kept is not None
    assert kept.age_seconds == 60
    assert await read(kept) == [Chunk(b"x" * 100, 7), End(more=True)]
    assert results.find("a", 59) is None


async def test_age_counts_from_when_the_database_was_asked(
    results: KeptResults, clock: Clock
) -> None:
    keeping = results.begin("slow", good_seconds=3600)
    assert keeping is not None
    clock.now += 50
    await keeping.add(b"x")
    await keeping.finish(rows=1, more=False)
    assert results.find("slow", 49) is None
    assert found(results, "slow") == ["slow"]


async def test_a_clock_that_was_set_back_makes_no_result_younger(
    results: KeptResults, clock: Clock
) -> None:
    await put(results, "a")
    clock.now -= 10
    assert found(results, "a") == []


async def test_the_least_recently_used_go_first(results: KeptResults, tmp_path: Path) -> None:
    for key in "abcd":
        await put(results, key, 1000)
    assert found(results, "a") == ["a"]
    await put(results, "e", 1000)
    assert found(results, *"abcde") == ["a", "c", "d", "e"]
    assert sum(each.stat().st_size for each in files_of(tmp_path)) == 4000


async def test_what_is_being_written_counts_too(results: KeptResults, tmp_path: Path) -> None:
    writing = [results.begin(key, 3600) for key in "abcde"]
    for each in writing:
        assert each is not None
        await each.add(b"x" * 1000)
    assert len(files_of(tmp_path)) == 4
    for each in writing:
        assert each is not None
        await each.finish(rows=1, more=False)
    assert found(results, *"abcde") == ["a", "b", "c", "d"]


async def test_a_result_that_would_push_out_all_others_is_not_kept(
    results: KeptResults, tmp_path: Path
) -> None:
    await put(results, "a", 500)
    await put(results, "large", 1002)
    assert found(results, "a", "large") == ["a"]
    assert len(files_of(tmp_path)) == 1
    for key in "bcd":
        await put(results, key, 1000)
    assert found(results, *"abcd") == [*"abcd"], "What was given back can be used."


async def test_a_dropped_result_leaves_nothing(results: KeptResults, tmp_path: Path) -> None:
    keeping = results.begin("a", 3600)
    assert keeping is not None
    await keeping.add(b"x" * 100)
    await keeping.drop()
    await keeping.add(b"late")
    await keeping.finish(rows=1, more=False)
    assert (found(results, "a"), files_of(tmp_path)) == ([], [])


async def test_what_nobody_may_use_any_more_leaves_the_disk(
    results: KeptResults, clock: Clock, tmp_path: Path
) -> None:
    await put(results, "a")
    clock.now += 3601
    results.remove_old()
    assert files_of(tmp_path) == []


async def test_a_newer_result_takes_the_place_of_the_older(
    results: KeptResults, clock: Clock, tmp_path: Path
) -> None:
    await put(results, "a", 100)
    clock.now += 10
    await put(results, "a", 200)
    kept = results.find("a", 3600)
    assert kept is not None
    kept.close()
    assert (kept.age_seconds, kept.bytes, len(files_of(tmp_path))) == (0, 200, 1)


async def test_files_are_their_owners_and_go_with_the_relay(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "results"
    before = os.umask(0)
    try:
        with KeptResults(folder, 4000, clock) as results:
            await put(results, "a")
            (file,) = files_of(folder)
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert [stat.S_IMODE(each.stat().st_mode) for each in (folder, file.parent)] == [
                0o700,
                0o700,
            ]
    finally:
        os.umask(before)
    assert files_of(folder) == []


async def test_what_a_killed_relay_left_is_removed_and_a_living_ones_stays(
    results: KeptResults, tmp_path: Path, clock: Clock
) -> None:
    await put(results, "a")
    left = tmp_path / "results" / "of-a-killed-relay"
    left.mkdir()
    (left / "result").write_bytes(b"rows")
    with KeptResults(tmp_path / "results", 4000, clock) as other:
        assert not left.exists()
        assert found(other, "a") == []
        assert found(results, "a") == ["a"]


async def test_a_result_that_is_given_out_is_whole_though_it_is_removed_meanwhile(
    results: KeptResults, clock: Clock
) -> None:
    await put(results, "a")
    kept = results.find("a", 60)
    clock.now += 10_000
    results.remove_old()
    assert kept is not None
    assert await read(kept) == [Chunk(b"x" * 100, 7), End(more=True)]


async def test_a_file_that_lost_its_end_is_an_error_and_is_forgotten(
    results: KeptResults, tmp_path: Path
) -> None:
    await put(results, "a")
    (file,) = files_of(tmp_path)
    os.truncate(file, 60)
    kept = results.find("a", 60)
    assert kept is not None
    with pytest.raises(DataError, match="cannot be read any more"):
        await read(kept)
    assert found(results, "a") == []


async def test_a_file_that_is_gone_is_no_result(results: KeptResults, tmp_path: Path) -> None:
    await put(results, "a")
    for file in files_of(tmp_path):
        file.unlink()
    assert found(results, "a") == []


async def test_without_room_or_folder_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for folder, size in ((tmp_path / "results", 0), (tmp_path / "file" / "results", 4000)):
        with KeptResults(folder, size) as results:
            assert results.begin("a", 3600) is None
            assert results.find("a", 3600) is None


def test_a_key_is_of_all_that_shapes_the_result() -> None:
    declared = Declaration(name="w", engine="postgresql", host="a", user="reader")
    base = (declared, "password", Statement(sql="select :a", parameters={"a": 1}))
    others = [
        (Declaration(name="v", engine="postgresql", host="a", user="reader"), *base[1:]),
        (Declaration(name="w", engine="postgresql", host="b", user="reader"), *base[1:]),
        (Declaration(name="w", engine="postgresql", host="a", user="admin"), *base[1:]),
        (declared, "rotated", base[2]),
        (declared, "password", Statement(sql="select  :a", parameters={"a": 1})),
        (declared, "password", Statement(sql="select :a", parameters={"a": 1.0})),
        (declared, "password", Statement(sql="select :a", parameters={"a": True})),
        (declared, "password", Statement(sql="select :a", parameters={"a": "1"})),
        (declared, "password", Statement(sql="select :a", parameters={"a": 1}, first_rows=1)),
    ]
    keys = {result_key(b"secret", *each) for each in (base, *others)}
    assert len(keys) == 1 + len(others)
    same = Statement(sql="select :a", parameters={"a": 1}, seconds=5)
    assert result_key(b"secret", declared, "password", same) in keys
    assert result_key(b"other secret", *base) not in keys
