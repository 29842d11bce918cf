"""Kernels restored in one page, one after the other, leave nothing behind."""

import os

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.notebook_page import NotebookPage

RESTORES = int(os.environ.get("SNAPSHOT_RESTORES", "8"))
BOUND_BYTES = 150e6
"""Less than the half of what one kernel with pandas takes."""


def restart(notebook: NotebookPage) -> None:
    notebook.select(0)
    notebook.press("0", "0")
    dialog = notebook.page.get_by_role("dialog", name="Restart the kernel?")
    dialog.get_by_role("button", name="Restart").click()
    expect(dialog).to_be_hidden()


def renderers_bytes() -> int:
    """Memory of this browser's pages; what they share counts once."""
    children = psutil.Process().children(recursive=True)
    renderers = [child for child in children if "--type=renderer" in child.cmdline()]
    return sum(child.memory_full_info().pss for child in renderers)


def test_memory_does_not_grow_with_every_restart(notebook: NotebookPage) -> None:
    cell = "import numpy, pandas; print(numpy.random.rand(), 'x' in globals()); x = 1"
    notebook.open(cell, environment="data")
    drawn = [notebook.run(0).inner_text()]
    taken = []
    for _ in range(RESTORES):
        restart(notebook)
        drawn.append(notebook.run(0).inner_text())
        taken.append(renderers_bytes())
    assert all("False" in text for text in drawn)
    assert len(set(drawn)) == len(drawn)
    # An ended worker takes a while to be cleared away, from the first restart to the last.
    assert min(taken[-3:]) <= max(taken[:3]) + BOUND_BYTES


@pytest.mark.samples
def test_scipy_and_scikit_learn_are_there_before_their_import(
    notebook: NotebookPage,
) -> None:
    cell = """
import sys
known = set(sys.modules)
from scipy import linalg, optimize, stats
import sklearn.linear_model, sympy, seaborn
print("nothing was imported", set(sys.modules) <= known)
print(optimize.brentq(lambda x: x**2 - 2, 0, 2).__round__(6), stats.norm.cdf(0))
line = sklearn.linear_model.LinearRegression().fit([[0], [1]], [0, 2])
print(linalg.svdvals([[3.0, 0], [0, 4]]), line.coef_)
"""
    output = notebook.result(cell, environment="science")
    expect(output).to_contain_text("nothing was imported True\n1.414214 0.5\n[4. 3.] [2.]")
