"""Where files come from: the first source that has one wins."""

import errno
import os
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest

from wasm_runtime.environments.download import (
    NoRanges,
    Report,
    SourceUnreachable,
    make_client,
)
from wasm_runtime.environments.errors import DiskFull, FileMissing, HashMismatch
from wasm_runtime.environments.progress import Recorded
from wasm_runtime.environments.sources.carried import CarriedDistribution
from wasm_runtime.environments.sources.cdn import PyodideCdn
from wasm_runtime.environments.sources.index import MemoryIndex
from wasm_runtime.environments.sources.index_page import IndexFile
from wasm_runtime.environments.sources.local import local_source
from wasm_runtime.environments.sources.remote_zip import RemoteZip
from wasm_runtime.environments.sources.source import MemorySource, Source, WantedFile, obtain
from wasm_runtime.environments.store import Store

from .web import Web
from .wheels import sha256, zip_of

BODY = os.urandom(5000)
WANTED = WantedFile(file_name="numpy.whl", sha256=sha256(BODY), project="numpy")


def get(folder: Path, *sources: Source) -> bytes:
    return obtain(Store(folder), sources, WANTED, Recorded()).read_bytes()


def test_the_first_source_that_has_the_file_wins(tmp_path: Path) -> None:
    empty, full, spare = MemorySource({}), MemorySource({"numpy.whl": BODY}), MemorySource({})
    assert get(tmp_path, empty, full, spare) == BODY
    assert (empty.asked, spare.asked) == (["numpy.whl"], [])


def test_a_stored_file_is_not_asked_for_again(tmp_path: Path) -> None:
    get(tmp_path, MemorySource({"numpy.whl": BODY}))
    assert get(tmp_path) == BODY


def test_a_source_with_a_wrong_file_is_passed_over(tmp_path: Path) -> None:
    wrong, right = MemorySource({"numpy.whl": b"evil"}), MemorySource({"numpy.whl": BODY})
    assert get(tmp_path, wrong, right) == BODY


def test_only_wrong_files_end_in_a_hash_mismatch(tmp_path: Path) -> None:
    with pytest.raises(HashMismatch) as refused:
        get(tmp_path, MemorySource({"numpy.whl": b"evil"}, "the mirror"), MemorySource({}))
    assert (refused.value.expected, refused.value.came) == (WANTED.sha256, sha256(b"evil"))


def test_a_file_that_nobody_has_says_who_was_asked(tmp_path: Path) -> None:
    with pytest.raises(FileMissing) as missing:
        get(tmp_path, MemorySource({}, "this folder"), MemorySource({}, "that index"))
    assert "numpy.whl" in missing.value.message
    assert "this folder" in missing.value.message
    assert "--source" in missing.value.hint


def test_wrong_leftovers_of_an_earlier_run_do_no_harm(web: Web, tmp_path: Path) -> None:
    web.bodies["/v1/full/numpy.whl"] = BODY
    with Store(tmp_path).claim(WANTED.sha256) as partial:
        partial.write_bytes(b"rubbish")
    with make_client() as client:
        assert get(tmp_path, PyodideCdn(client, "1", {"numpy.whl"}, web.address)) == BODY


def test_twenty_who_ask_at_once_share_one_download(tmp_path: Path) -> None:
    source = MemorySource({"numpy.whl": BODY})
    got: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: got.append(get(tmp_path, source))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [BODY] * 20
    assert source.asked == ["numpy.whl"]


_FETCH = """
import pathlib, sys
from wasm_runtime.environments.download import make_client
from wasm_runtime.environments.progress import Recorded
from wasm_runtime.environments.sources.cdn import PyodideCdn
from wasm_runtime.environments.sources.source import WantedFile, obtain
from wasm_runtime.environments.store import Store

folder, address, sha256 = sys.argv[1:]
with make_client() as client:
    cdn = PyodideCdn(client, "1", {"numpy.whl"}, address)
    wanted = WantedFile(file_name="numpy.whl", sha256=sha256)
    obtain(Store(pathlib.Path(folder)), [cdn], wanted, Recorded())
"""


def test_processes_that_ask_at_once_share_one_download(web: Web, tmp_path: Path) -> None:
    web.bodies["/v1/full/numpy.whl"] = BODY
    command = [sys.executable, "-c", _FETCH, str(tmp_path), web.address, WANTED.sha256]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert web.asked("/v1/full/numpy.whl") == 1
    assert Store(tmp_path).path(WANTED.sha256).read_bytes() == BODY


def test_a_full_disk_names_the_wheel(tmp_path: Path) -> None:
    class FullDisk:
        name = "full"

        def fetch(self, wanted: WantedFile, partial: Path, report: Report) -> bool:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFull) as full:
        get(tmp_path, FullDisk())
    assert full.value.file_name == "numpy.whl"


def test_an_unreachable_cdn_is_tried_once_per_run(tmp_path: Path) -> None:
    with make_client(0.5) as client:
        cdn = PyodideCdn(client, "1", {"numpy.whl"}, "http://127.0.0.1:1")
        reasons = []
        for _ in range(2):
            with pytest.raises(SourceUnreachable) as failed:
                cdn.fetch(WANTED, tmp_path / "part", lambda done, total: None)
            reasons.append(failed.value)
    assert reasons[0] is reasons[1]


def test_a_folder_a_zip_and_a_tar_are_sources(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "numpy.whl").write_bytes(BODY)
    (tmp_path / "some.zip").write_bytes(zip_of([("deep/inside/numpy.whl", BODY)]))
    with tarfile.open(tmp_path / "some.tar.bz2", "w:bz2") as archive:
        archive.add(folder / "numpy.whl", "pyodide/numpy.whl")
    for number, name in enumerate(["folder", "some.zip", "some.tar.bz2"]):
        assert get(tmp_path / str(number), local_source(tmp_path / name)) == BODY


def test_one_member_of_a_remote_zip_is_read_without_the_rest(web: Web, tmp_path: Path) -> None:
    noise = os.urandom(2_000_000)
    web.bodies["/big.whl"] = zip_of([("a", noise), ("in/numpy.whl", BODY), ("z", noise)])
    with make_client() as client:
        remote = RemoteZip(client, f"{web.address}/big.whl")
        assert remote.names() == ["a", "in/numpy.whl", "z"]
        assert remote.fetch("in/numpy.whl", tmp_path / "part", lambda done, total: None)
        assert not remote.fetch("absent", tmp_path / "other", lambda done, total: None)
    assert (tmp_path / "part").read_bytes() == BODY
    assert all(span for _, span in web.requests)


def test_a_carried_distribution_works_with_and_without_ranges(web: Web, tmp_path: Path) -> None:
    carrier = zip_of([("carrier/pyodide/numpy.whl", BODY), ("noise", os.urandom(400_000))])
    web.bodies["/carrier-1.0-py3-none-any.whl"] = carrier
    file = IndexFile(
        file_name="carrier-1.0-py3-none-any.whl",
        url=f"{web.address}/carrier-1.0-py3-none-any.whl",
        sha256=sha256(carrier),
    )
    for ranges in (True, False):
        web.ranges = ranges
        with make_client() as client:
            carried = CarriedDistribution(
                client=client,
                index=MemoryIndex({"carrier": [file]}),
                store=Store(tmp_path / str(ranges)),
                requirement="carrier==1.0",
                folder="carrier/pyodide",
                files={"numpy.whl"},
            )
            assert carried.names() == {"numpy.whl"}
            assert get(tmp_path / str(ranges), carried) == BODY


def test_a_remote_zip_without_ranges_says_so(web: Web) -> None:
    web.bodies["/big.whl"] = zip_of([("a", b"a")])
    web.ranges = False
    with make_client() as client, pytest.raises(NoRanges):
        RemoteZip(client, f"{web.address}/big.whl")
