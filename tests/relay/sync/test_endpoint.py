"""The door of the sync service: handshakes, close codes, and what HTTP tells of a document."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from relay.app import create_app
from relay.settings import Settings
from relay.sync.messages import RECEIPT, news, state_request
from tests.relay.sync.hostile import nested_types
from tests.relay.sync.peer import Peer
from wasm_runtime.contracts import relay_api
from wasm_runtime.contracts.codec import decode
from wasm_runtime.contracts.everything import CONTRACT

ORIGIN = "http://127.0.0.1"
SOCKETS = "ws://127.0.0.1"
DEEP = news(nested_types(100_000))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_message_bytes": 2 * 1024 * 1024})


@pytest.fixture
def relay(settings: Settings) -> Iterator[TestClient]:
    app = create_app(settings)
    with TestClient(app, base_url=ORIGIN, client=("127.0.0.1", 50_000)) as client:
        yield client


def write(relay: TestClient, peer: Peer, path: str = "/rooms/d") -> None:
    """Have the relay save all that a peer has."""
    with relay.websocket_connect(SOCKETS + path) as socket:
        peer.connect()
        while not peer.is_saved:
            for frame in peer.take():
                socket.send_bytes(frame)
            peer.receive(socket.receive_bytes())


def close_code(relay: TestClient, frame: bytes | str) -> int:
    """The code with which the relay answers a frame."""
    with relay.websocket_connect(f"{SOCKETS}/rooms/d") as socket:
        socket.send_text(frame) if isinstance(frame, str) else socket.send_bytes(frame)
        received = {"type": "websocket.send"}
        while received["type"] == "websocket.send":
            received = socket.receive()
    return int(received["code"])


def test_the_version_is_agreed_on_in_the_subprotocol(relay: TestClient) -> None:
    offered = ["something.else", relay_api.SYNC_SUBPROTOCOL]
    with relay.websocket_connect(f"{SOCKETS}/rooms/d", subprotocols=offered) as socket:
        assert socket.accepted_subprotocol == relay_api.SYNC_SUBPROTOCOL
        assert socket.receive_bytes() == state_request(b"\0")


def test_a_client_that_offers_no_subprotocol_is_spoken_to(relay: TestClient) -> None:
    with relay.websocket_connect(f"{SOCKETS}/rooms/d") as socket:
        assert socket.accepted_subprotocol is None
        assert socket.receive_bytes() == state_request(b"\0")


def test_a_later_version_is_told_so(relay: TestClient) -> None:
    with (
        relay.websocket_connect(
            f"{SOCKETS}/rooms/d", subprotocols=["wasm-runtime.sync.v9"]
        ) as socket,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        socket.receive_bytes()
    assert closed.value.code == relay_api.CLOSE_VERSION_UNKNOWN


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("text", relay_api.CLOSE_BAD_MESSAGE),
        (b"\x05", relay_api.CLOSE_BAD_MESSAGE),
        (b"\x00\x02\x09", relay_api.CLOSE_BAD_MESSAGE),
        (DEEP, relay_api.CLOSE_BAD_MESSAGE),
        (bytes(2 * 1024 * 1024 + 1), relay_api.CLOSE_TOO_LARGE),
        (b"\x01" + b"\x81\x80\x04" + bytes(65_537), relay_api.CLOSE_TOO_LARGE),
    ],
)
def test_a_hostile_frame_closes_its_sender_alone(
    relay: TestClient, frame: bytes | str, code: int
) -> None:
    peer = Peer()
    peer.text.insert(0, "before")
    write(relay, peer)
    assert close_code(relay, frame) == code
    peer.text.insert(6, " after")
    write(relay, peer)
    assert f'relay_sync_closed_total{{code="{code}"}} 1.0' in relay.get("/metrics").text


@pytest.mark.parametrize("document_id", ["a.b", "x" * 129, "%00", "ä"])
def test_an_odd_document_id_is_refused(relay: TestClient, document_id: str) -> None:
    with (
        relay.websocket_connect(f"{SOCKETS}/rooms/{document_id}") as socket,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        socket.receive_bytes()
    assert closed.value.code == relay_api.CLOSE_BAD_MESSAGE
    assert relay.get(f"/rooms/{document_id}").status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1.evil.example"}, 403),
        ({"origin": "http://127.0.0.1:81"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_another_sites_page_does_not_join(
    relay: TestClient, headers: dict[str, str], status: int
) -> None:
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        relay.websocket_connect(f"{SOCKETS}/rooms/d", headers=headers),
    ):
        pass
    assert denied.value.status_code == status
    assert denied.value.json()["code"] == "not_allowed"


def test_the_own_page_joins(relay: TestClient) -> None:
    headers = {"host": "127.0.0.1", "origin": ORIGIN, "sec-fetch-site": "same-origin"}
    with relay.websocket_connect(f"{SOCKETS}/rooms/d", headers=headers) as socket:
        assert socket.receive_bytes() == state_request(b"\0")


def test_somebody_at_another_machine_is_denied(settings: Settings) -> None:
    app = create_app(settings)
    with TestClient(app, base_url=ORIGIN, client=("192.0.2.7", 1)) as stranger:
        assert stranger.get("/rooms/d").status_code == 403
        assert stranger.get("/rooms/d/last-good-state").status_code == 403
        assert stranger.post("/rooms/d/last-good-state").status_code == 403
        assert close_code(stranger, RECEIPT) == relay_api.CLOSE_NOT_ALLOWED


def test_http_tells_the_epoch_and_how_much_is_kept(relay: TestClient) -> None:
    assert (relay.get("/rooms/d").status_code, relay.get("/rooms/d").json()["code"]) == (
        404,
        "not_found",
    )
    peer = Peer()
    peer.text.insert(0, "hello")
    write(relay, peer, "/rooms/d?epoch=mine")
    status = decode(relay.get("/rooms/d").json(), "RoomStatus", CONTRACT)
    assert (status.document_id, status.epoch, status.sequence) == ("d", "mine", 1)
    assert status.damage is None


def test_another_epoch_is_closed(relay: TestClient) -> None:
    write(relay, Peer(), "/rooms/d?epoch=mine")
    with (
        relay.websocket_connect(f"{SOCKETS}/rooms/d?epoch=yours") as socket,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        socket.receive_bytes()
    assert closed.value.code == relay_api.CLOSE_EPOCH_DIFFERS


def test_the_whole_state_can_be_fetched(relay: TestClient) -> None:
    peer, reader = Peer(), Peer()
    peer.text.insert(0, "hello")
    write(relay, peer)
    answer = relay.get("/rooms/d/last-good-state")
    reader.doc.apply_update(answer.content)
    assert (str(reader), answer.headers["cache-control"]) == ("hello", "no-store")
    assert relay.post("/rooms/d/last-good-state").json()["sequence"] == 1
