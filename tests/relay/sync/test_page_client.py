"""The page's own client of a room, under Node: what no frame has room for arrives all the same."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from relay.sync.opening import open_document
from relay.sync.sqlite_store import SqliteStore
from tests.relay.sync.peer import Peer
from tests.relay.sync.relay_process import RelayProcess, running_relay
from wasm_runtime.contracts.relay_api import UPDATE_PART_BYTES
from wasm_runtime.notebook import Notebook
from wasm_runtime.runtimes.hosts import find_node

pytestmark = pytest.mark.anyio

_SCRIPT = Path(__file__).with_name("page-client.mjs")
NOTEBOOK_BYTES = 30_000_000
PASTE_BYTES = 20_000_000


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayProcess]:
    with running_relay(tmp_path) as running:
        yield running


async def test_a_notebook_and_a_paste_larger_than_a_frame_are_saved_in_parts(
    relay: RelayProcess,
) -> None:
    node = find_node()
    assert node, "Node is missing; `make build` installs it."
    told = [relay.address, "d", str(NOTEBOOK_BYTES), str(PASTE_BYTES)]
    process = await asyncio.create_subprocess_exec(
        node, str(_SCRIPT), *told, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    ended = json.loads(out)
    assert ended["waiting"] == 0
    assert ended["largest"] <= UPDATE_PART_BYTES + 16
    relay.end()
    stored = Peer()
    stored.doc.apply_update(stored_state(relay.documents))
    outputs = [cell.outputs[0]["text"] for cell in Notebook(stored.doc).cells]
    assert outputs == ["é" * 250_000] * 60
    assert str(stored.doc.get("pasted", type=type(stored.text))) == "p" * PASTE_BYTES


def stored_state(documents: Path) -> bytes:
    store = SqliteStore(documents)
    stored = store.load("d")
    store.close()
    assert stored is not None
    return open_document("d", stored, "").replica.state()
