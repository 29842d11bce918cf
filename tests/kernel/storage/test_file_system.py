"""storage:// as fsspec, pandas and plain code use it."""

import errno
import importlib
import io

import fsspec
import pandas as pd
import pytest

from tests.kernel.conftest import Notebook
from tests.kernel.seen import seen
from tests.kernel.storage.conftest import Carrier
from tests.kernel.test_waiting import nested_loop
from tests.relay.storage.relay_with_storages import StorageRelay
from wasm_runtime.kernel.host import HttpResponse
from wasm_runtime.kernel.libraries import fsspec_knows_storages
from wasm_runtime.kernel.storage import relay_files
from wasm_runtime.kernel.storage.file_system import StorageFileSystem
from wasm_runtime.kernel.storage.relay_files import install_storages

MEBIBYTE = 2**20


def put(files: StorageFileSystem, *paths: str) -> None:
    for path in paths:
        files.pipe_file(path, path.encode())


def test_the_root_holds_the_storages(files: StorageFileSystem) -> None:
    assert files.ls("", detail=False) == ["archive", "lake"]
    assert files.ls("storage://", detail=False) == ["archive", "lake"]
    assert files.isdir("lake")
    assert not files.exists("unheard-of")


def test_ls_shows_what_is_directly_below(files: StorageFileSystem) -> None:
    put(files, "lake/a.csv", "lake/trips/may.csv", "lake/trips/2025/june.csv")
    assert sorted(files.ls("storage://lake", detail=False)) == ["lake/a.csv", "lake/trips"]
    (file,) = [each for each in files.ls("lake/trips") if each["type"] == "file"]
    assert (file["name"], file["size"]) == ("lake/trips/may.csv", 18)
    assert files.ls("lake/a.csv", detail=False) == ["lake/a.csv"]
    with pytest.raises(FileNotFoundError):
        files.ls("lake/none")


def test_walk_find_and_glob_go_down(files: StorageFileSystem) -> None:
    put(files, "lake/a.csv", "lake/trips/may.csv", "lake/trips/2025/june.csv", "lake/trips/x.txt")
    assert files.glob("storage://lake/trips/**/*.csv") == [
        "lake/trips/2025/june.csv",
        "lake/trips/may.csv",
    ]
    assert files.glob("lake/trips/*.csv") == ["lake/trips/may.csv"]
    assert len(files.find("lake")) == 4
    assert [(each[0], each[1], sorted(each[2])) for each in files.walk("lake/trips")] == [
        ("lake/trips", ["2025"], ["may.csv", "x.txt"]),
        ("lake/trips/2025", [], ["june.csv"]),
    ]


def test_info_tells_files_and_folders_apart(files: StorageFileSystem) -> None:
    put(files, "lake/trips/may.csv")
    assert files.isfile("lake/trips/may.csv")
    assert not files.isdir("lake/trips/may.csv")
    assert files.isdir("lake/trips")
    assert not files.isfile("lake/trips")
    assert files.size("lake/trips/may.csv") == 18
    assert files.modified("lake/trips/may.csv").year >= 2026
    before = files.ukey("lake/trips/may.csv")
    files.pipe_file("lake/trips/may.csv", b"another one")
    assert files.ukey("lake/trips/may.csv") != before


def test_names_of_every_kind_come_through(files: StorageFileSystem) -> None:
    names = ["größe 100%.csv", "a+b&c=d.csv", "what?.csv", "it's; [x] #1.csv", "日本.csv", "a..b"]
    put(files, *[f"lake/{name}" for name in names])
    for name in names:
        assert files.cat_file(f"lake/{name}") == f"lake/{name}".encode()
    assert sorted(files.ls("lake", detail=False)) == sorted(f"lake/{name}" for name in names)


def test_a_file_is_read_in_blocks_ahead_of_the_reader(
    files: StorageFileSystem, carrier: Carrier
) -> None:
    content = bytes(range(256)) * 10_000
    files.pipe_file("lake/large", content)
    carrier.asked.clear()
    with files.open("lake/large", "rb", block_size=1_000_000) as file:
        assert file.read(10) == content[:10]
        assert file.read(10) == content[10:20]
        file.seek(2_000_000)
        assert file.read(5) == content[2_000_000:2_000_005]
        file.seek(-3, io.SEEK_END)
        assert file.read() == content[-3:]
    ranges = [asked for method, _, asked in carrier.asked if method == "GET"]
    assert ranges == ["bytes=0-1000009", "bytes=2000000-2559999"]


def test_lines_and_text_are_read_as_from_any_file(files: StorageFileSystem) -> None:
    files.pipe_file("lake/text", "eins\nzwei\nöl\n".encode())
    with files.open("lake/text", "r", encoding="utf-8") as file:
        assert list(file) == ["eins\n", "zwei\n", "öl\n"]
    assert files.head("lake/text", 4) == b"eins"
    assert files.tail("lake/text", 4) == "öl\n".encode()
    assert files.cat_file("lake/text", start=5, end=9) == b"zwei"
    assert files.cat_file("lake/text", start=-4) == "öl\n".encode()
    assert files.cat_file("lake/text", start=90) == b""


def test_a_file_that_changes_while_it_is_read_is_an_error(files: StorageFileSystem) -> None:
    files.pipe_file("lake/a", b"x" * 100)
    with files.open("lake/a", "rb", block_size=10, cache_type="none") as file:
        assert file.read(10) == b"x" * 10
        files.pipe_file("lake/a", b"y" * 200)
        with pytest.raises(OSError, match="not as it was expected"):
            file.read(10)


def test_what_is_written_is_there_once_it_is_closed(files: StorageFileSystem) -> None:
    with files.open("lake/new/deep.bin", "wb", block_size=10_000) as file:
        for _ in range(20):
            file.write(b"z" * 50_000)
        assert not files.exists("lake/new/deep.bin")
    assert files.size("lake/new/deep.bin") == 1_000_000
    with files.open("lake/new/deep.bin", "ab") as file:
        file.write(b"the end")
    assert files.tail("lake/new/deep.bin", 8) == b"zthe end"
    with files.open("lake/empty", "wb"):
        pass
    assert files.cat_file("lake/empty") == b""


def test_x_writes_new_files_only(files: StorageFileSystem) -> None:
    with files.open("lake/a", "xb") as file:
        file.write(b"1")
    again = files.open("lake/a", "xb")
    again.write(b"2")
    with pytest.raises(FileExistsError):
        again.close()
    assert files.cat_file("lake/a") == b"1"


def test_files_and_whole_folders_are_copied_moved_and_removed(files: StorageFileSystem) -> None:
    put(files, "lake/a/one", "lake/a/b/two", "lake/keep")
    files.cp_file("lake/a/one", "lake/c/one")
    files.mv("lake/c/one", "lake/c/uno")
    assert files.cat_file("lake/c/uno") == b"lake/a/one"
    files.rm("lake/a", recursive=True)
    files.rm_file("lake/c/uno")
    files.rm("lake/c", recursive=True) if files.exists("lake/c") else None
    assert files.find("lake") == ["lake/keep"]
    assert not files.exists("lake/a")


def test_refusals_are_pythons_own_errors(files: StorageFileSystem) -> None:
    put(files, "lake/a")
    with pytest.raises(FileNotFoundError) as missing:
        files.open("lake/none", "rb").read()
    assert missing.value.filename == "lake/none"
    with pytest.raises(PermissionError, match="only read"):
        files.pipe_file("archive/b", b"1")
    with pytest.raises(PermissionError, match="only read"):
        files.rm_file("archive/a")
    with pytest.raises(FileNotFoundError, match="no storage 'unheard-of'"):
        files.ls("unheard-of")
    with pytest.raises(OSError, match="larger than 3000000 bytes") as large:
        files.pipe_file("lake/large", b"x" * 3_000_001)
    assert large.value.errno == errno.EFBIG
    with pytest.raises(IsADirectoryError):
        files.pipe_file("lake", b"1")


def test_a_larger_file_than_one_request_gives_is_read_in_parts(
    relay: StorageRelay, files: StorageFileSystem, monkeypatch: pytest.MonkeyPatch, carrier: Carrier
) -> None:
    monkeypatch.setattr(relay_files, "PIECE_BYTES", MEBIBYTE)
    for part in ("a", "b"):
        files.pipe_file(f"lake/{part}", b"x" * 2_500_000)
    carrier.asked.clear()
    assert files.cat_file("lake/a") == b"x" * 2_500_000
    assert [asked for method, _, asked in carrier.asked if method == "GET"] == [
        "bytes=0-1048575",
        "bytes=1048576-2097151",
        "bytes=2097152-2499999",
    ]


@pytest.fixture
def installed(carrier: Carrier) -> Carrier:
    """As a kernel does it: by the name of the protocol."""
    install_storages(carrier)
    # The package's own name `registry` is another object than its module of that name.
    fsspec_knows_storages(importlib.import_module("fsspec.registry"))
    return carrier


@pytest.mark.usefixtures("installed")
def test_pandas_reads_and_writes_by_the_name_of_the_protocol(relay: StorageRelay) -> None:
    frame = pd.DataFrame({"city": ["Osaka", "Zürich"], "orders": [3, 5]})
    frame.to_csv("storage://lake/out/cities.csv", index=False)
    frame.to_json("storage://lake/out/cities.json.gz", orient="records")
    pd.testing.assert_frame_equal(pd.read_csv("storage://lake/out/cities.csv"), frame)
    pd.testing.assert_frame_equal(pd.read_json("storage://lake/out/cities.json.gz"), frame)
    with fsspec.open("storage://lake/out/cities.csv", "rt", encoding="utf-8") as file:
        assert file.readline() == "city,orders\n"
    assert fsspec.filesystem("storage").ls("lake/out", detail=False) == [
        "lake/out/cities.csv",
        "lake/out/cities.json.gz",
    ]


def answer(url: str, body: bytes, **headers: str) -> HttpResponse:
    named = [[name.replace("_", "-"), value] for name, value in headers.items()]
    return HttpResponse(status=200, reason="OK", url=url, headers=named, body=body)


@nested_loop
def test_a_cell_asks_the_page_for_the_file(notebook: Notebook) -> None:
    listed = "https://relay.invalid/storages/lake/list?path=trips&after="
    entries = b'{"entries": [{"path": "trips/may.csv", "kind": "file", "size": 8}]}'
    notebook.host.responses[listed] = answer(listed, entries)
    source = "import fsspec\nprint(fsspec.filesystem('storage').ls('lake/trips', detail=False))"
    assert seen(notebook.run(source))[0] == ("stdout", "['lake/trips/may.csv']\n")


@nested_loop
def test_what_the_person_refuses_is_an_error_of_the_cell(notebook: Notebook) -> None:
    source = "import pandas\npandas.read_csv('storage://lake/a.csv')"
    kind, name, said = seen(notebook.run(source))[0]
    assert (kind, name) == ("error", "HttpRefused")
    assert "is not allowed" in said
