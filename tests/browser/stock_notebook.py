"""A document put into a room by pycrdt, as another program would."""

from pycrdt import Doc, YMessageType, YSyncMessageType, create_sync_message, handle_sync_message
from websockets.sync.client import connect

from tests.browser.conftest import Relay
from wasm_runtime.cell import CellContent
from wasm_runtime.notebook import Notebook

_RECEIPT = bytes([0, 2, 2, 0, 0])


def put_notebook(relay: Relay, document_id: str, source: str) -> None:
    """A new notebook of one cell, under this id; it is on the relay's disk afterwards.

    The room is joined without naming an epoch, so that the relay makes one up.
    """
    notebook = Notebook.create(document_id)
    notebook.insert_cell(0, CellContent(source=source))
    doc: Doc[object] = notebook.doc
    address = f"ws://127.0.0.1:{relay.port}/rooms/{document_id}"
    with connect(address, proxy=None) as socket:
        socket.send(create_sync_message(doc))
        while (frame := socket.recv()) != _RECEIPT:
            assert isinstance(frame, bytes)
            if frame[0] == YMessageType.SYNC and frame[1] == YSyncMessageType.SYNC_STEP1:
                answer = handle_sync_message(frame[1:], doc)
                assert answer is not None
                socket.send(answer)
