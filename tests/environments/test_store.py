"""The store: whole files or none, whatever happens in between."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from wasm_runtime.environments.errors import DiskFull, HashMismatch, NotStored
from wasm_runtime.environments.file_lock import exclusive
from wasm_runtime.environments.store import Store, compressed_twin, disk_room

from .wheels import sha256


def test_a_file_is_found_by_its_hash(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept = store.add("greeting", b"hello")
    assert kept.sha256 == sha256(b"hello")
    assert store.path(kept.sha256).read_bytes() == b"hello"
    assert list(store.hashes()) == [kept.sha256]


def test_what_compresses_well_gets_a_twin_and_noise_does_not(tmp_path: Path) -> None:
    store = Store(tmp_path)
    dull = store.add("dull", b"a" * 10_000, compress=True)
    noise = store.add("noise", os.urandom(10_000), compress=True)
    assert dull.transfer_bytes < 100
    assert noise.transfer_bytes == noise.size_bytes
    assert not compressed_twin(store.path(noise.sha256)).exists()


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64])
def test_anything_but_a_known_hash_is_not_stored(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotStored):
        Store(tmp_path).path(name)


def test_a_wrong_file_is_refused_and_nothing_of_it_stays(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.claim("a" * 64) as partial:
        partial.write_bytes(b"other")
        with pytest.raises(HashMismatch) as refused:
            store.accept(partial, "numpy.whl", "a" * 64, "the mirror")
    assert "numpy.whl" in refused.value.message
    assert "the mirror" in refused.value.message
    assert list(store.hashes()) == []
    assert not partial.exists()


def test_a_file_that_its_check_refuses_is_not_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def refuse(path: Path) -> None:
        raise ValueError(path.read_bytes())

    with store.claim(sha256(b"bad")) as partial:
        partial.write_bytes(b"bad")
        with pytest.raises(ValueError, match="bad"):
            store.accept(partial, "bad", sha256(b"bad"), "here", refuse)
    assert not partial.exists()


def test_a_process_killed_while_it_writes_leaves_no_file(tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib; from wasm_runtime.environments.store import Store\n"
        "with Store(pathlib.Path(sys.argv[1])).claim('a' * 64) as partial:\n"
        "    partial.write_bytes(b'half'); print('half', flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGKILL)
    store = Store(tmp_path)
    assert list(store.hashes()) == []
    with store.claim("a" * 64) as partial:  # the lock died with its holder
        assert partial.read_bytes() == b"half"


def test_a_full_disk_names_the_file_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DiskFull) as full, disk_room("pandas.whl", tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert "pandas.whl" in full.value.message
    assert "env clean" in full.value.hint


def test_leftovers_of_broken_downloads_can_be_removed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.claim("a" * 64) as partial:
        partial.write_bytes(b"half")
    kept = store.add("whole", b"whole")
    assert store.remove_leftovers() == 4
    assert not partial.exists()
    assert store.has(kept.sha256)


def test_only_one_thread_holds_a_lock(tmp_path: Path) -> None:
    inside, most = [0], [0]

    def enter() -> None:
        with exclusive(tmp_path / "lock"):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            inside[0] -= 1

    _run_together([enter] * 16)
    assert most == [1]


def _run_together(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
