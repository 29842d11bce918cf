"""Where tests are taken from: the locked versions as built for Linux, which still carry them."""

import io
import zipfile
from collections.abc import Iterable, Iterator

from wasm_runtime.environments.cache import Cache
from wasm_runtime.environments.progress import Recorded
from wasm_runtime.environments.sources.source import WantedFile, obtain
from wasm_runtime.environments.supplies import open_supplies

TOOLS = [
    WantedFile(
        project="pytest",
        file_name="pytest-9.0.2-py3-none-any.whl",
        sha256="711ffd45bf766d5264d487b917733b453d917afd2b0ad65223959f59089f875b",
    ),
    WantedFile(
        project="pluggy",
        file_name="pluggy-1.6.0-py3-none-any.whl",
        sha256="e920276dd6813095e9377c0bc5566d94c932c33b27a3e3945d8389c374dd4746",
    ),
    WantedFile(
        project="iniconfig",
        file_name="iniconfig-2.3.0-py3-none-any.whl",
        sha256="f631c04d2c48c52b84d0d0549c99ff3859c98df65b3101406327ecc7d53fbf12",
    ),
    WantedFile(
        project="hypothesis",
        file_name="hypothesis-6.140.0-py3-none-any.whl",
        sha256="ff251c41e4ffed6484720ffef68b31f705e62f50e22947f9f7ef1206b715f376",
    ),
    WantedFile(
        project="attrs",
        file_name="attrs-25.4.0-py3-none-any.whl",
        sha256="adcf7e2a1fb3b36ac48d97835bb6d8ade15b8dcce26aba8bf1d14847b57a3373",
    ),
    WantedFile(
        project="sortedcontainers",
        file_name="sortedcontainers-2.4.0-py2.py3-none-any.whl",
        sha256="a163dcaede0f1c021485e957a39245190e74249897e2ae4b2aa38595db237ee0",
    ),
]
LIBRARIES = {
    "numpy": WantedFile(
        project="numpy",
        file_name="numpy-2.4.3-cp314-cp314-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        sha256="679f2a834bae9020f81534671c56fd0cc76dd7e5182f57131478e23d0dc59e24",
    ),
    "pandas": WantedFile(
        project="pandas",
        file_name="pandas-3.0.2-cp314-cp314-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
        sha256="deeca1b5a931fdf0c2212c8a659ade6d3b1edc21f0914ce71ef24456ca7a6535",
    ),
    "scipy": WantedFile(
        project="scipy",
        file_name="scipy-1.18.0-cp314-cp314-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        sha256="8ca01e8ae69f1b18e9a58d91afead31be3cef0dd905a10249dac559ee15460a0",
    ),
}


def archive_of_tests(library: str) -> bytes:
    """A zip with pytest and every test of the library, to be unpacked into site-packages."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for wanted, names in [
            (LIBRARIES[library], _only_tests),
            *((tool, _everything) for tool in TOOLS),
        ]:
            with zipfile.ZipFile(_fetch(wanted)) as wheel:
                for name in names(wheel.namelist()):
                    archive.writestr(name, wheel.read(name))
    return made.getvalue()


def _fetch(wanted: WantedFile) -> io.BytesIO:
    cache = Cache.locate()
    with open_supplies(cache) as supplies:
        path = obtain(cache.store, supplies.wheels, wanted, Recorded())
    return io.BytesIO(path.read_bytes())


def _everything(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if not name.endswith("/"))


def _only_tests(names: Iterable[str]) -> Iterator[str]:
    for name in _everything(names):
        is_test = "/tests/" in name or name.endswith(("/conftest.py", "_pytesttester.py"))
        if is_test and not name.endswith(".so"):
            yield name
