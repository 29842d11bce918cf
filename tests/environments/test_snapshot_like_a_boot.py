"""A cell finds in a restored kernel what it finds in one that booted and imported the same."""

from dataclasses import replace

import pytest

from tests.support.restored_kernels import run_cells
from wasm_runtime.contracts.environments import Environment
from wasm_runtime.contracts.worker import KernelSettings
from wasm_runtime.environments.cache import Cache

SETTINGS = KernelSettings(working_folder="/home/someone", environment_variables={"TEAM": "red"})

CELLS = {
    "time": """
import datetime, time
print(time.tzname, time.timezone, datetime.datetime.now().astimezone().tzinfo)
print(abs(time.time() - datetime.datetime.now().timestamp()) < 5, time.time() > 1.7e9)
print(0 <= time.monotonic() < 3600, 0 <= time.perf_counter() < 3600, 0 <= time.process_time())
""",
    "working folder": """
import os, pathlib, tempfile
print(os.getcwd(), pathlib.Path.home(), tempfile.gettempdir(), sorted(os.listdir("/")))
print([name for name in os.listdir() if not name.startswith(".")], oct(os.umask(0o22)))
""",
    "environment variables": """
import os
print(sorted(os.environ.items()))
""",
    "interpreter": """
import sys
print(sys.argv, sys.path, sys.flags)
print(sys.getrecursionlimit(), sys.getswitchinterval())
print(sys.platform, sys.version, sys.getfilesystemencoding(), sys.dont_write_bytecode)
""",
    "names": """
print(sorted(name for name in globals() if not name.startswith("_")))
""",
    "streams": """
import sys
print("to stdout", flush=True)
print("to stderr", file=sys.stderr)
print(sys.stdout.encoding, sys.stderr.encoding, sys.stdout.isatty(), type(sys.stdin).__name__)
""",
    "warnings": """
import warnings
print(len(set(map(str, warnings.filters))), sorted(map(str, warnings.filters)))
for _ in range(2):
    warnings.warn("look", UserWarning, stacklevel=1)
warnings.warn("old", DeprecationWarning, stacklevel=1)
""",
    "logging": """
import logging
print(logging.root.handlers, logging.root.level, logging.getLogger("matplotlib").level)
""",
    "asyncio": """
import asyncio
async def twice(n):
    await asyncio.sleep(0.01)
    return n * 2
print(await asyncio.gather(twice(1), twice(2)), asyncio.run(twice(3)))
print(len(asyncio.all_tasks()), asyncio.get_running_loop().is_running())
try:
    await asyncio.wait_for(asyncio.sleep(60), 0.01)
except TimeoutError:
    print("timed out")
""",
    "threads": """
import threading
print(threading.active_count(), threading.current_thread() is threading.main_thread())
try:
    threading.Thread(target=print).start()
except RuntimeError as error:
    print(error)
""",
    "sqlite3": """
import sqlite3
with sqlite3.connect("notes.db") as database:
    database.execute("create table notes (text, at default current_timestamp)")
    database.execute("insert into notes (text) values ('a')")
    print(database.execute("select text, at > '2026' from notes").fetchall())
print(sqlite3.sqlite_version)
""",
    "ssl": """
import hashlib, ssl
print(ssl.OPENSSL_VERSION, len(ssl.RAND_bytes(8)), hashlib.sha256(b"a").hexdigest())
print(ssl.create_default_context().verify_mode, sorted(hashlib.algorithms_available))
""",
    "fonts": """
import matplotlib, matplotlib.font_manager as manager
print(matplotlib.get_backend(), manager.findfont("DejaVu Sans"), len(manager.fontManager.ttflist))
print(sorted(map(str, matplotlib.rcParams.items())))
""",
    "figures": """
import hashlib, io, matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([1, 3, 2], label="$x^2$"), axes.legend(), axes.set_title("Größe")
target = io.BytesIO()
figure.savefig(target, format="rgba")
print(hashlib.sha256(target.getvalue()).hexdigest(), plt.get_fignums(), plt.isinteractive())
plt.close(figure)
print(plt.get_fignums())
""",
    "pandas options": """
import pandas
print(pandas.get_option("display.max_rows"), pandas.get_option("display.width"))
pandas.describe_option()
pandas.set_option("display.max_rows", 3)
print(pandas.Series(range(9)), pandas.DataFrame({"a": [1.5], "b": ["x"]}).to_html())
pandas.reset_option("display.max_rows")
""",
    "numpy": """
import numpy
print(numpy.get_printoptions(), numpy.geterr(), numpy.random.default_rng(1).random())
numpy.random.seed(1)
print(numpy.random.rand(3), numpy.array([1e-9, 1.0]), numpy.float64(1) / numpy.array([0, 1]))
""",
    "garbage": """
import gc
print(gc.isenabled(), gc.get_threshold(), gc.garbage, gc.get_debug(), gc.callbacks)
""",
    "decimals": """
import decimal, fractions, locale
print(decimal.getcontext(), fractions.Fraction(1, 3), locale.getlocale(), locale.localeconv())
""",
}


MEMORY = """
import pyodide_js
print(pyodide_js._module.HEAPU8.length)
"""


@pytest.fixture(scope="module")
def printed() -> dict[str, tuple[str, str]]:
    """By cell: what the restored kernel printed, and the booted one."""
    environment = Cache.locate().environment("data")
    assert environment.snapshot is not None, "the environment was built without a snapshot"
    imports = "\n".join(f"import {name}" for name in environment.preload)
    unbind = "\n".join(f"del {name.partition('.')[0]}" for name in ["IPython", "jedi"])

    cells = {**CELLS, "memory": MEMORY}

    def run(variant: Environment) -> list[str]:
        said = run_cells(variant, f"{imports}\n{unbind}", *cells.values(), settings=SETTINGS)
        assert said.ready.restored == (variant.snapshot is not None), said.ready.note
        return said.printed[1:]

    pairs = zip(run(environment), run(replace(environment, snapshot=None)), strict=True)
    return dict(zip(cells, pairs, strict=True))


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_prints_the_same(printed: dict[str, tuple[str, str]], name: str) -> None:
    restored, booted = printed[name]
    assert booted
    assert restored == booted


def test_a_restored_kernel_takes_no_more_memory(printed: dict[str, tuple[str, str]]) -> None:
    restored, booted = map(int, printed["memory"])
    assert restored <= booted
