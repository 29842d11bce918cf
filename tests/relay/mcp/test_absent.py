"""Without the library of MCP the relay serves all else, and says how to install it."""

import sys
import time

import pytest
from starlette.testclient import TestClient

from relay.auth.new_token import add_token
from relay.settings import Settings
from tests.relay.auth.world import World
from tests.relay.mcp.test_matrix import post
from wasm_runtime.cli import main


@pytest.fixture(autouse=True)
def _absent(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = [name for name in sys.modules if name.startswith("mcp.")]
    for name in ("mcp", *loaded):
        monkeypatch.setitem(sys.modules, name, None)
    for module in ("relay.mcp.transport", "relay.mcp.server", "relay.mcp.stdio"):
        monkeypatch.delitem(sys.modules, module, raising=False)


def test_the_command_says_what_to_install(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp"]) == 2
    assert 'pip install "wasm-runtime[mcp]"' in capsys.readouterr().err


def test_the_route_says_what_to_install(settings: Settings, relay: TestClient) -> None:
    world = World(relay, settings)
    _, secret = world.write(
        lambda found: add_token(
            found, "local", name="a", scopes=[], document_id=None, seconds=9, now=time.time()
        )
    )
    answer = post(relay, secret, "tools/list")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert 'pip install "wasm-runtime[mcp]"' in answer.json()["hint"]
    assert relay.get("/health").status_code == 200
    world.close()
