"""Stopping a cell; restarts are in test_spare.py."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from relay.app import create_app
from relay.settings_loading import load_settings
from tests.bench.conftest import RUNS, OpenBrowser
from tests.bench.figures import Figures
from tests.bench.pages import open_ours, write_notebook
from tests.browser.conftest import Relay

LOOP = "while True: pass"
_ISOLATION = (b"cross-origin-opener-policy", b"cross-origin-embedder-policy")


class WithoutIsolation:
    """The application on a host that cannot send the headers of cross-origin isolation."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_fewer_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [each for each in message["headers"] if each[0].lower() not in _ISOLATION]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_fewer_headers)


@pytest.fixture(scope="module")
def plain_host(client: Path) -> Iterator[str]:
    """A host without isolation headers; its service worker, which would add them, is not there."""
    app = WithoutIsolation(create_app(load_settings(client=client, log_level="warning")))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("is_isolated", [True, False], ids=["isolated", "not-isolated"])
def test_interrupt_of_a_busy_loop(
    is_isolated: bool,
    relay: Relay,
    plain_host: str,
    client: Path,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    query = write_notebook(client, "interrupt", *[LOOP] * RUNS)
    seconds: list[float] = []
    words = "isolated" if is_isolated else "not isolated"
    figures.add(f"interrupt of a busy loop, {words}", "s", seconds, limit=0.5)
    with open_browser(profile()) as ours:
        if not is_isolated:
            ours.add_init_script("delete Navigator.prototype.serviceWorker")
        page = open_ours(ours, (relay.url if is_isolated else plain_host) + query)
        assert page.evaluate("crossOriginIsolated") is is_isolated
        for at in range(RUNS):
            seconds.append(page.evaluate("(at) => bench.interrupt(at)", at))
