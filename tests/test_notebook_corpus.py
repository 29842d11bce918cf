"""The notebooks of Jupyter's own test suites keep their meaning in our client's hands."""

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any, get_args

import nbformat
import pytest
from nbformat.v4 import upgrade
from pycrdt import Doc

from wasm_runtime.contracts.document import CellType
from wasm_runtime.ipynb import to_ipynb
from wasm_runtime.notebook import Notebook

REPOSITORY = Path(__file__).parent.parent
SUITES = ("nbformat==5.11.1", "nbconvert==7.17.2", "nbclient==0.11.0")


@pytest.fixture(scope="module")
def corpus(pytestconfig: pytest.Config) -> Path:
    """The folder of every `.ipynb` in the suites' source archives, downloaded once."""
    cache = pytestconfig.cache.mkdir("notebook-corpus")
    for suite in SUITES:
        name, version = suite.split("==")
        archive = cache / f"{name}-{version}.tar.gz"
        if not archive.exists():
            _download(suite, cache)
        with tarfile.open(archive) as files:
            notebooks = [file for file in files if file.name.endswith(".ipynb")]
            files.extractall(cache / "notebooks", notebooks, filter="data")
    return cache / "notebooks"


@pytest.fixture(scope="module")
def written(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same notebooks as the client writes them after reading."""
    folder = tmp_path_factory.mktemp("written")
    test = REPOSITORY / "static/src/document/corpus.test.ts"
    environment = os.environ | {
        "NOTEBOOK_CORPUS": str(corpus),
        "NOTEBOOK_CORPUS_WRITTEN": str(folder),
    }
    node = Path(sys.executable).with_name("node")
    subprocess.run([node, "--test", test], env=environment, check=True, timeout=120)
    return folder


def test_notebooks_of_other_test_suites_keep_their_meaning(corpus: Path, written: Path) -> None:
    originals = sorted(corpus.rglob("*.ipynb"))
    # An empty notebook gets an empty cell to begin with.
    meanings = {path: _meaning(path) for path in originals if _is_readable(path)}
    readable = {path: meaning for path, meaning in meanings.items() if meaning.cells}
    changed = [
        path.name
        for path, meaning in readable.items()
        if meaning != _meaning(written / path.relative_to(corpus), like=path)
    ]
    assert len(readable) > 50
    assert changed == []


def test_only_what_nbformat_cannot_read_is_refused(corpus: Path, written: Path) -> None:
    refused = [path.relative_to(written).with_suffix("") for path in written.rglob("*.refused")]
    assert [path for path in refused if _is_readable(corpus / path)] == []


def test_python_reads_the_documents_of_the_client(written: Path) -> None:
    different = []
    for path in sorted(written.rglob("*.yjs")):
        doc: Doc[Any] = Doc()
        doc.apply_update(path.read_bytes())
        notebook = json.loads(path.with_suffix("").read_text("utf-8"))
        is_known = all(cell["cell_type"] in get_args(CellType) for cell in notebook["cells"])
        if is_known and to_ipynb(Notebook(doc)) != notebook:
            different.append(path.name)
    assert different == []


def _download(suite: str, folder: Path) -> None:
    name = suite.split("==")[0]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name]
    subprocess.run([*pip, "--dest", folder, suite], check=True, timeout=300)


def _read(path: Path) -> nbformat.NotebookNode:
    notebook = nbformat.convert(nbformat.reader.reads(path.read_text(encoding="utf-8")), 4)
    return upgrade(notebook, 4, notebook.nbformat_minor)


def _is_readable(path: Path) -> bool:
    try:
        _read(path)
    except (nbformat.ValidationError, nbformat.reader.NotJSONError, AttributeError, KeyError):
        return False
    return True


def _meaning(path: Path, like: Path | None = None) -> nbformat.NotebookNode:
    """The notebook as nbformat upgrades it, without the ids that `like` (or itself) lacked."""
    notebook = nbformat.v4.rwbase.strip_transient(_read(path))
    original = nbformat.reader.reads((like or path).read_text(encoding="utf-8"))
    declared = [cell.get("id", "") for cell in original.get("cells", [])]
    has_ids = original.get("nbformat_minor", 0) >= 5
    for cell, identity in zip(notebook.cells, declared or [""] * 10_000, strict=False):
        cell.setdefault("source", "")
        is_good = re.fullmatch("[a-zA-Z0-9_-]{1,64}", identity) and declared.count(identity) == 1
        if not (has_ids and is_good):
            cell.pop("id", None)
    return notebook
