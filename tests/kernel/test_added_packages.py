"""What a person installed, and importing it before a snapshot."""

import sys
from pathlib import Path

import pytest

from wasm_runtime.contracts.worker import AddedPackage
from wasm_runtime.kernel.added_packages import added_packages
from wasm_runtime.kernel.prepare import preload_each

URL = "https://index.example/files/moo-1.2-py3-none-any.whl"


def install(folder: Path, name: str, files: dict[str, str], **origin: str) -> None:
    """Put a package below `folder`, as an installer leaves it."""
    notes = folder / f"{name}-1.2.dist-info"
    notes.mkdir()
    texts = {
        **files,
        f"{notes.name}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n",
        **{f"{notes.name}/{key}": text for key, text in origin.items()},
    }
    texts[f"{notes.name}/RECORD"] = "".join(f"{file},,\n" for file in texts)
    for file, text in texts.items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(text)


def test_packages_from_wheels_are_listed_with_what_they_let_one_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"moo/__init__.py": "", "moo/cow.py": "", "mooing.py": "", "_moo.py": "", "moo.txt": ""}
    install(tmp_path, "moo", files, PYODIDE_URL=URL, PYODIDE_SHA256="ab")
    install(tmp_path, "part-of-the-environment", {"part.py": ""})
    monkeypatch.syspath_prepend(tmp_path)
    moo = AddedPackage(name="moo", version="1.2", url=URL, sha256="ab", imports=["moo", "mooing"])
    assert added_packages() == [moo]


def test_what_cannot_be_imported_holds_up_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good_for_a_snapshot.py").write_text("")
    (tmp_path / "bad_for_a_snapshot.py").write_text("raise RuntimeError('no display')")
    monkeypatch.syspath_prepend(tmp_path)
    names = ["bad_for_a_snapshot", "good_for_a_snapshot"]
    assert preload_each(names) == ["good_for_a_snapshot"]
    assert "no display" in capsys.readouterr().err
    del sys.modules["good_for_a_snapshot"]
