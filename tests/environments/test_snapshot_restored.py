"""A kernel restored from a snapshot is as fresh, and as able, as one that booted."""

import json
import os

import pytest

from tests.support.restored_kernels import run_cells
from wasm_runtime.contracts.environments import Environment
from wasm_runtime.contracts.worker import KernelSettings
from wasm_runtime.environments.cache import Cache

STREAMS = """
import email.generator, json, os, random, secrets, sqlite3, ssl, tempfile, uuid
import numpy, pandas
print(json.dumps({
    "random": random.random(),
    "choices": random.choices(range(10**6), k=3),
    "numpy.random": numpy.random.rand(),
    "RandomState": numpy.random.RandomState().rand(),
    "default_rng": numpy.random.default_rng().random(),
    "SeedSequence": str(numpy.random.SeedSequence().entropy),
    "pandas sample": pandas.Series(range(10**6)).sample(3).tolist(),
    "urandom": os.urandom(16).hex(),
    "boundary": email.generator._make_boundary(),
    "uuid1": str(uuid.uuid1()),
    "uuid4": str(uuid.uuid4()),
    "secrets": secrets.token_hex(),
    "SystemRandom": random.SystemRandom().random(),
    "ssl": ssl.RAND_bytes(16).hex(),
    "sqlite": sqlite3.connect(":memory:").execute("select random()").fetchone()[0],
    "tempfile": tempfile.mkdtemp(),
}))
"""
RESTORES = int(os.environ.get("SNAPSHOT_RESTORES", "3"))


@pytest.fixture(scope="module")
def data() -> Environment:
    environment = Cache.locate().environment("data")
    assert environment.snapshot is not None, "the environment was built without a snapshot"
    return environment


def test_restored_kernels_share_no_random_stream(data: Environment) -> None:
    kernels = [run_cells(data, STREAMS) for _ in range(RESTORES)]
    assert all(kernel.ready.restored for kernel in kernels)
    drawn = [json.loads(kernel.printed[0]) for kernel in kernels]
    for name in drawn[0]:
        assert len({json.dumps(each[name]) for each in drawn}) == RESTORES, name


def test_time_folder_environment_and_streams_are_those_of_this_start(data: Environment) -> None:
    settings = KernelSettings(working_folder="/home/someone", environment_variables={"TEAM": "red"})
    cell = """
import datetime, os, pathlib, sys, time, warnings
print(os.getcwd(), os.environ["HOME"], os.environ["TEAM"], pathlib.Path.home())
print(abs(time.time() - datetime.datetime.now().timestamp()) < 1, time.perf_counter() < 600)
print("to stderr", file=sys.stderr)
"""
    said = run_cells(data, cell, settings=settings)
    assert said.ready.restored
    home = "/home/someone"
    assert said.printed == [f"{home} {home} red {home}\nTrue True\nto stderr\n"]


def test_the_collector_finds_every_object_of_the_heap(data: Environment) -> None:
    cell = """
import gc, pandas
frozen = gc.get_freeze_count()
gc.unfreeze()
found = gc.get_objects()
print(frozen > 100_000, len(found) >= frozen, any(each is pandas.DataFrame for each in found))
del found
gc.collect()
print(gc.get_freeze_count())
"""
    said = run_cells(data, cell)
    assert said.ready.restored
    assert said.printed == ["True True True\n0\n"]


def test_an_imported_module_is_loaded_again_from_its_source(data: Environment) -> None:
    cell = """
import importlib, os, pandas.io.clipboards as module
print(importlib.reload(module) is module, callable(module.read_clipboard))
print(os.path.exists(module.__file__), os.path.exists(module.__spec__.cached))
"""
    said = run_cells(data, cell)
    assert said.ready.restored
    assert said.printed == ["True True\nTrue False\n"]


def test_the_standard_library_works_after_a_restore(data: Environment) -> None:
    cell = """
import asyncio, sqlite3, ssl, decimal, zoneinfo
async def twice(n):
    await asyncio.sleep(0)
    return n * 2
print(await asyncio.gather(twice(1), twice(2)), asyncio.run(twice(3)))
database = sqlite3.connect("notes.db")
database.execute("create table notes (text)")
print(database.execute("select count(*) from notes").fetchone())
print(ssl.OPENSSL_VERSION.split()[0], decimal.Decimal(1) / 3)
"""
    said = run_cells(data, cell)
    assert said.printed == ["[2, 4] 6\n(0,)\nOpenSSL 0.3333333333333333333333333333\n"]


def test_modules_that_were_not_preloaded_are_found_in_the_wheels(data: Environment) -> None:
    cell = """
import importlib.metadata, importlib.resources, inspect, pkgutil
import numpy, pandas, matplotlib
import numpy.ma.mrecords, numpy.polynomial.hermite, pandas.io.sas, PIL.ImageFilter, sqlite3.dump
print(inspect.getsource(numpy.ma.mrecords).splitlines()[0].startswith('\"\"\"'))
print("def head(self" in inspect.getsource(pandas.DataFrame.head))
print(importlib.resources.files("matplotlib").joinpath("mpl-data/matplotlibrc").read_bytes()[:2])
print(len(list(pkgutil.iter_modules(numpy.__path__))) > 10)
print(importlib.metadata.version("numpy") == numpy.__version__)
print(len(importlib.metadata.entry_points()) >= 0)
"""
    said = run_cells(data, cell)
    expected = "True\nTrue\nb'##'\nTrue\nTrue\nTrue\n"
    assert (said.ready.restored, said.printed) == (True, [expected])


def test_what_a_snapshot_leaves_out_is_read_when_it_is_asked_for(data: Environment) -> None:
    cell = """
import datetime, importlib.metadata
import dateutil.tz, jedi, pandas
noon = datetime.datetime(2026, 7, 1, 12)
print(noon.replace(tzinfo=dateutil.tz.gettz("Europe/Oslo")).utcoffset())
print(pandas.Timestamp("2026-01-01", tz="dateutil/Asia/Tokyo").utcoffset())
print(importlib.metadata.version("pandas") == pandas.__version__)
script = jedi.Script("class A:\\n def sort_all(self): ...\\nA().sor")
print([each.name for each in script.complete()])
"""
    said = run_cells(data, cell)
    expected = "2:00:00\n9:00:00\nTrue\n['sort_all']\n"
    assert (said.ready.restored, said.printed) == (True, [expected])


def test_numpy_pandas_and_matplotlib_compute_and_draw(data: Environment) -> None:
    cell = """
import io, warnings
import numpy as np, pandas as pd, matplotlib.pyplot as plt
print(np.linalg.det(np.array([[1.0, 2], [3, 4]])).round(6), np.fft.fft([1, 2])[0])
frame = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=4), "n": [1, 2, 3, 4]})
print(frame.set_index("day").resample("2D").n.sum().tolist())
pd.set_option("display.max_rows", 3)
print(len(str(pd.Series(range(9))).splitlines()))
figure, axes = plt.subplots()
axes.hist([1, 2, 2], label="Größe $x^2$")
target = io.BytesIO()
figure.savefig(target, format="png")
plt.close(figure)
print(target.getvalue()[1:4], len(target.getvalue()) > 5000)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("old", FutureWarning)
print(caught[0].category.__name__)
"""
    said = run_cells(data, cell)
    expected = "-2.0 (3+0j)\n[3, 7]\n4\nb'PNG' True\nFutureWarning\n"
    assert (said.ready.restored, said.printed) == (True, [expected])
