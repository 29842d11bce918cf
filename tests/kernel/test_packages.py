"""%pip, and imports that are installed because a cell asks for them."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wasm_runtime.kernel.install import Packages, awaited_pip_lines
from wasm_runtime.kernel.missing_imports import missing_imports, packages_for

from .conftest import Notebook
from .seen import printed, seen

LOCK = {"packages": {"snow-flake": {"name": "snow-flake", "imports": ["snowflake_module"]}}}


class FakeSource:
    """Installs one module by writing it; knows no other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.asked: list[tuple[list[str], dict[str, Any]]] = []
        self.version = ""
        """Of the package; none is told where it is empty."""

    async def install(self, requirements: list[str], **options: Any) -> None:
        await asyncio.sleep(0)
        self.asked.append((requirements, options))
        if requirements != ["snow-flake"]:
            raise ValueError(f"can't find a pure Python wheel for {requirements[0]}")
        (self._folder / "snowflake_module.py").write_text("value = 7")
        if self.version:
            info = self._folder / "snow_flake.dist-info"
            info.mkdir(exist_ok=True)
            (info / "METADATA").write_text(f"Name: snow-flake\nVersion: {self.version}\n")
            (info / "top_level.txt").write_text("snowflake_module")

    def uninstall(self, packages: list[str]) -> None:
        self.asked.append((packages, {}))


@pytest.fixture
def source(tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any) -> FakeSource:
    folder = tmp_path_factory.mktemp("site")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "snowflake_module", raising=False)
    return FakeSource(folder)


def with_index(make: Callable[..., Notebook], source: FakeSource, **settings: Any) -> Notebook:
    notebook = make(index_url="https://index.example/simple", **settings)
    packages = Packages(notebook.host, notebook.kernel.outbox, lambda: source)
    notebook.kernel.use_packages(packages)
    notebook.host.lock = LOCK
    return notebook


def test_a_missing_import_is_installed_from_the_index_and_said(
    make_notebook: Callable[..., Notebook], source: FakeSource
) -> None:
    notebook = with_index(make_notebook, source)
    messages = seen(notebook.run("import snowflake_module\nsnowflake_module.value"))
    assert [m for m in messages if m[0] != "stderr"] == [
        ("package", "snow-flake", "looking"),
        ("package", "snow-flake", "installing"),
        ("package", "snow-flake", "installed"),
        ("execute_result", {"text/plain": "7"}),
        ("finished", "ok"),
    ]
    index = ["https://index.example/simple"]
    options = {"keep_going": True, "reinstall": True, "index_urls": index}
    assert source.asked == [(["snow-flake"], options)]


def test_automatic_installs_can_be_switched_off(
    make_notebook: Callable[..., Notebook], source: FakeSource
) -> None:
    notebook = with_index(make_notebook, source, auto_install=False)
    error = notebook.run("import snowflake_module")[1]
    assert error.ename == "ModuleNotFoundError"
    assert source.asked == []


def test_a_package_that_nobody_has_leaves_the_imports_error(
    make_notebook: Callable[..., Notebook], source: FakeSource
) -> None:
    notebook = with_index(make_notebook, source)
    assert seen(notebook.run("import no_such_module")) == [
        ("package", "no_such_module", "looking"),
        ("package", "no_such_module", "installing"),
        ("package", "no_such_module", "failed"),
        ("error", "ModuleNotFoundError", "No module named 'no_such_module'"),
        ("finished", "error"),
    ]


@pytest.mark.parametrize("prefix", ["%", "!"])
def test_pip_install_goes_to_the_same_place(
    make_notebook: Callable[..., Notebook], source: FakeSource, prefix: str
) -> None:
    notebook = with_index(make_notebook, source)
    assert seen(notebook.run(f"{prefix}pip install -q snow-flake"))[-1] == ("finished", "ok")
    assert source.asked[0][0] == ["snow-flake"]


def test_a_replaced_package_that_was_imported_before_is_said(
    make_notebook: Callable[..., Notebook], source: FakeSource
) -> None:
    notebook = with_index(make_notebook, source, auto_install=False)
    source.version = "1"
    first = printed(notebook.run("%pip install snow-flake\nimport snowflake_module"), "stderr")
    source.version = "2"
    again = printed(notebook.run("%pip install snow-flake"), "stderr")
    assert first == "Installed snow-flake 1\n"
    assert again.startswith("Installed snow-flake 2\nsnow-flake: imported before;")


def test_pip_list_and_show_read_what_is_installed(notebook: Notebook) -> None:
    assert "ipython==" in printed(notebook.run("%pip freeze"))
    assert "Name: ipython" in printed(notebook.run("%pip show ipython"))


def test_pip_lines_inside_a_cell_magic_are_text() -> None:
    lines = ["%%writefile a.txt\n", "%pip install x\n"]
    assert awaited_pip_lines(lines) == lines


def test_imports_that_may_fail_or_are_there_are_not_missing() -> None:
    source = (
        "import os, absent_a.b\nfrom . import c\n"
        "try:\n    import absent_d\nexcept ImportError:\n    pass\n"
        "def f():\n    from absent_e import g"
    )
    assert missing_imports(source) == ["absent_a", "absent_e"]


def test_a_package_is_found_by_the_locks_imports_then_by_known_names() -> None:
    names = ["snowflake_module", "sklearn", "other"]
    assert packages_for(names, LOCK) == {
        "snowflake_module": "snow-flake",
        "sklearn": "scikit-learn",
        "other": "other",
    }
