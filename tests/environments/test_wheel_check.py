"""Malformed and dangerous wheels are refused before anything of them is kept."""

import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasm_runtime.environments.errors import WheelRefused
from wasm_runtime.environments.wheel_check import check_wheel

from .wheels import make_wheel, record_of, zip_of

NAME = "alpha-1.0-py3-none-any.whl"
INFO = "alpha-1.0.dist-info"


def refusal(folder: Path, body: bytes, name: str = NAME) -> str:
    path = folder / "wheel"
    path.write_bytes(body)
    with pytest.raises(WheelRefused) as refused:
        check_wheel(path, name)
    assert name in refused.value.message
    return refused.value.reason


def wheel_with(*extra: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    entries = {"alpha.py": b"", f"{INFO}/METADATA": b""}
    entries |= {str(getattr(name, "filename", name)): body for name, body in extra}
    record = (f"{INFO}/RECORD", record_of(entries, INFO))
    return zip_of([("alpha.py", b""), (f"{INFO}/METADATA", b""), *extra, record])


def test_a_sound_wheel_passes(tmp_path: Path) -> None:
    name, body = make_wheel("alpha")
    (tmp_path / name).write_bytes(body)
    check_wheel(tmp_path / name, name)


@pytest.mark.parametrize(
    "name",
    [
        "../escape.py",
        "a/../../escape.py",
        "/absolute.py",
        "C:/drive.py",
        "a\\b.py",
        "a//b.py",
        "./a.py",
        "bell\x07.py",
        "ALPHA.py",
        "evil.pth",
        "sitecustomize.py",
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_dangerous_names_are_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, wheel_with((name, b"")))


def test_a_nul_in_a_name_is_refused(tmp_path: Path) -> None:
    body = wheel_with(("aXb.py", b"")).replace(b"aXb.py", b"a\0b.py")
    assert "a\\x00b.py" in refusal(tmp_path, body)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "symbolic link" in refusal(tmp_path, wheel_with((link, b"/etc/passwd")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    assert "twice" in refusal(tmp_path, wheel_with(("alpha.py", b"other")))


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    assert "times its size" in refusal(tmp_path, wheel_with(("zeros", bytes(20_000_000))))


def test_a_length_that_lies_is_refused(tmp_path: Path) -> None:
    body = bytearray(wheel_with(("long", bytes(5000))))
    at = body.rindex(b"PK\x01\x02", 0, body.rindex(b"long"))
    body[at + 24 : at + 28] = struct.pack("<L", 10)
    assert "two different ways" in refusal(tmp_path, bytes(body))


def test_headers_that_disagree_are_refused(tmp_path: Path) -> None:
    body = wheel_with(("first.py", b""))
    at = body.index(b"first.py")
    assert "two different ways" in refusal(tmp_path, body[:at] + b"other.py" + body[at + 8 :])


@pytest.mark.parametrize("where", ["before", "after"])
def test_data_around_the_archive_is_refused(tmp_path: Path, where: str) -> None:
    _, body = make_wheel("alpha")
    assert refusal(tmp_path, b"#!" + body if where == "before" else body + b"tail")


def test_a_file_that_differs_from_the_record_is_refused(tmp_path: Path) -> None:
    _, body = make_wheel("alpha", files={"alpha.py": b"good"})
    with zipfile.ZipFile(_as_file(tmp_path, body)) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    changed = [(name, b"evil" if name == "alpha.py" else data) for name, data in entries]
    assert "differs from its RECORD" in refusal(tmp_path, zip_of(changed))


def test_a_file_that_the_record_does_not_list_is_refused(tmp_path: Path) -> None:
    record = (f"{INFO}/RECORD", record_of({}, INFO))
    assert "does not list" in refusal(tmp_path, zip_of([("alpha.py", b""), record]))


def test_a_wheel_without_a_record_is_refused(tmp_path: Path) -> None:
    assert "RECORD" in refusal(tmp_path, zip_of([("alpha.py", b"")]))


def test_another_project_under_this_name_is_refused(tmp_path: Path) -> None:
    _, body = make_wheel("beta")
    assert "another project" in refusal(tmp_path, body)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_ends_in_anything_but_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    _, body = make_wheel("alpha", files={"alpha.py": b"x = 1\n" * 20})
    at = data.draw(st.integers(0, len(body) - 1))
    damaged = body[:at] + bytes([body[at] ^ data.draw(st.integers(1, 255))]) + body[at + 1 :]
    path = tmp_path_factory.getbasetemp() / "damaged.whl"
    path.write_bytes(damaged)
    try:
        check_wheel(path, NAME)
    except WheelRefused:
        return
    with zipfile.ZipFile(path) as archive:  # what passes is readable, and says what it said
        assert archive.read("alpha.py") == b"x = 1\n" * 20


def _as_file(folder: Path, body: bytes) -> Path:
    path = folder / "source.zip"
    path.write_bytes(body)
    return path
