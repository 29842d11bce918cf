"""Which byte-code a snapshot makes needless."""

import importlib
import json
import py_compile
import sys
from pathlib import Path
from types import ModuleType

import pytest

from wasm_runtime.kernel.prepare import spent_byte_code


def test_byte_code_of_what_is_imported_is_spent() -> None:
    assert json.__spec__ is not None
    assert json.__spec__.cached in spent_byte_code()


def test_a_module_without_a_source_keeps_its_byte_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "alone.py"
    source.write_text("x = 1", encoding="utf-8")
    byte_code = tmp_path / "sourceless.pyc"
    py_compile.compile(str(source), cfile=str(byte_code))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "sourceless", raising=False)
    assert importlib.import_module("sourceless").x == 1
    assert str(byte_code) not in spent_byte_code()


def test_modules_of_any_make_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = ModuleType("odd")
    odd.__spec__ = "none of importlib's"  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "odd", odd)
    assert all(path.endswith(".pyc") for path in spent_byte_code())
