"""Magics: IPython's own that must work, and those that refuse helpfully."""

from pathlib import Path

import pytest

from .conftest import Notebook
from .seen import printed, seen


def test_html_and_javascript_cells_are_displays(notebook: Notebook) -> None:
    assert notebook.run("%%html\n<b>x</b>")[1].data["text/html"] == "<b>x</b>\n"
    shown = notebook.run("%%javascript\nlet x = 1")[1]
    assert shown.data["application/javascript"] == "let x = 1\n"


def test_writefile_and_run(notebook: Notebook) -> None:
    notebook.run("%%writefile program.py\nprint('from a file')")
    assert seen(notebook.run("%run program.py"))[0] == ("stdout", "from a file\n")


def test_time_timeit_and_capture(notebook: Notebook) -> None:
    assert "Wall time" in printed(notebook.run("%time 1"))
    assert "per loop" in printed(notebook.run("%%timeit -n 1 -r 1\n1"))
    assert seen(notebook.run("%%capture kept\nprint('hidden')")) == [("finished", "ok")]
    assert seen(notebook.run("kept.stdout"))[0][1] == {"text/plain": "'hidden\\n'"}


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("!ls", "os.listdir"),
        ("files = !ls", "os.listdir"),
        ("!wget https://x.org/a.csv", "urlretrieve"),
        ("%%bash\ncat a.txt", "open("),
        ("!frobnicate", "look for a Python package"),
        ("%conda install numpy", "%pip install"),
    ],
)
def test_other_programs_are_refused_with_the_python_way(
    notebook: Notebook, source: str, hint: str
) -> None:
    _, message, finished = notebook.run(source)
    assert (message.name, finished.status) == ("stderr", "error")
    assert hint in message.text


def test_exit_says_how_to_restart(notebook: Notebook) -> None:
    assert seen(notebook.run("exit")) == [
        ("stderr", "The notebook keeps running; to start afresh, use Restart.\n"),
        ("finished", "ok"),
    ]


def test_the_working_folder_is_where_cells_start(notebook: Notebook, tmp_path: Path) -> None:
    assert seen(notebook.run("import os; print(os.getcwd())"))[0] == ("stdout", f"{tmp_path}\n")
