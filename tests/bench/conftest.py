"""A relay with the measured notebooks, the control beside it, and one table at the end."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright

import wasm_runtime
from tests.bench import control
from tests.bench.figures import Figures
from tests.bench.line import SLOW_BYTES_PER_SECOND, line_to
from tests.bench.plain_wheels import stock_wheels
from tests.bench.work import CORE, DATA
from tests.browser.conftest import Relay
from tests.support.find_chromium import FLAGS, chromium_path
from wasm_runtime.environments.cache import Cache

ROOT = Path(__file__).parents[2]
CLIENT = Path(wasm_runtime.__file__).parent / "client"
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
# One run shows that the benchmarks work, as CI does; the small environment is enough for that.
WORKS = [CORE, DATA] if RUNS > 1 else [CORE]

OpenBrowser = Callable[[Path], AbstractContextManager[BrowserContext]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.bench)


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    figures = Figures()
    yield figures
    if not figures.rows():
        return
    print()
    figures.print()
    if os.environ.get("WRITE"):
        figures.write(ROOT / "BENCHMARKS.md")


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the client, safe from builds; the notebooks go to its examples."""
    return Path(shutil.copytree(CLIENT, tmp_path_factory.mktemp("ours") / "client"))


@pytest.fixture(scope="session")
def relay(client: Path) -> Iterator[Relay]:
    relay = Relay(environment={"WASM_RUNTIME_CLIENT": str(client)}, is_measured=True)
    yield relay
    relay.stop()


@pytest.fixture(scope="session")
def plain_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plain Pyodide, its pages and its wheels."""
    cache = Cache.locate()
    folder = tmp_path_factory.mktemp("plain")
    lock = ROOT / f"packages-cache/locks/pyodide-{cache.definitions().pyodide.distribution}.json"
    control.lay_out(folder, CLIENT / "pyodide", lock, stock_wheels(cache, DATA.packages))
    return folder


@pytest.fixture(scope="session")
def plain(plain_folder: Path) -> Iterator[str]:
    with control.serve(plain_folder) as address:
        yield address


@pytest.fixture(scope="session")
def slow_plain(plain_folder: Path) -> Iterator[str]:
    """Plain Pyodide through the slow line, its bodies compressed."""
    control.compress(plain_folder)
    with (
        control.serve(plain_folder, is_compressed=True) as address,
        line_to(address, SLOW_BYTES_PER_SECOND) as line,
    ):
        yield line.address


@pytest.fixture(scope="session")
def slow_relay(relay: Relay) -> Iterator[str]:
    """Ours through the slow line."""
    with line_to(relay.url, SLOW_BYTES_PER_SECOND) as line:
        yield line.address


@pytest.fixture
def profile(tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """Makes browser profiles in which nothing was ever opened."""
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(dir=tmp_path)))
        return made[-1]

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def open_browser(playwright: Playwright) -> OpenBrowser:
    """Starts Chromium on a profile; starting it again on the same profile is a warm visit."""

    @contextmanager
    def open_browser(profile: Path) -> Iterator[BrowserContext]:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium_path(), args=FLAGS, headless=True
        )
        context.set_default_timeout(60_000)
        context.add_init_script(path=Path(__file__).parent / "watch.js")
        try:
            yield context
        finally:
            context.close()

    return open_browser
