"""The past and the blobs of a document, as HTTP tells them."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from relay.app import create_app
from relay.settings import Settings
from relay.sync.blobs import GRACE_SECONDS, hash_of
from tests.relay.sync.peer import Peer
from tests.relay.sync.test_endpoint import ORIGIN, write
from wasm_runtime.contracts.codec import decode
from wasm_runtime.contracts.everything import CONTRACT

PLOT = b"<svg/>" * 100


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "max_body_bytes": 1024,
            "max_blob_bytes": 100_000,
            "max_document_blob_bytes": 150_000,
        }
    )


@pytest.fixture
def relay(settings: Settings) -> Iterator[TestClient]:
    app = create_app(settings)
    with TestClient(app, base_url=ORIGIN, client=("127.0.0.1", 50_000)) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "documents.blobs" / "d"


def path_of(content: bytes) -> str:
    return f"/rooms/d/blobs/{hash_of(content)}"


def put(relay: TestClient, content: bytes) -> int:
    return relay.put(path_of(content), content=content).status_code


def refer_to(relay: TestClient, peer: Peer, *contents: bytes) -> None:
    peer.doc.get("outputs", type=type(peer.text)).clear()
    peer.text.clear()
    peer.text += " ".join(map(hash_of, contents))
    write(relay, peer)


def age(folder: Path) -> None:
    """As if every blob had been put before the grace time."""
    for path in folder.iterdir():
        then = path.stat().st_mtime - GRACE_SECONDS - 1
        os.utime(path, (then, then))


def test_a_blob_is_kept_and_told_to_be_private_and_immutable(relay: TestClient) -> None:
    assert put(relay, PLOT) == 204
    answer = relay.get(path_of(PLOT))
    assert answer.content == PLOT
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == "attachment"
    assert relay.get(f"/rooms/other/blobs/{hash_of(PLOT)}").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (path_of(b"another"), 400),
        ("/rooms/d/blobs/abc", 400),
        ("/rooms/a.b/blobs/" + hash_of(PLOT), 400),
    ],
)
def test_what_does_not_fit_its_path_is_refused(relay: TestClient, path: str, status: int) -> None:
    assert relay.put(path, content=PLOT).status_code == status
    assert relay.get(path).status_code in (400, 404)


def test_a_blob_above_its_bound_is_refused_whether_or_not_it_says_so(relay: TestClient) -> None:
    large = bytes(100_001)
    unannounced = iter([large[:50_000], large[50_000:]])
    assert put(relay, large) == 413
    assert relay.put(path_of(large), content=unannounced).status_code == 413
    assert relay.post("/rooms/d/last-good-state", content=bytes(2000)).status_code == 413


def test_a_damaged_blob_is_not_given_and_can_be_put_again(relay: TestClient, folder: Path) -> None:
    put(relay, PLOT)
    (folder / hash_of(PLOT)).write_bytes(PLOT[:-1])
    assert relay.get(path_of(PLOT)).status_code == 404
    put(relay, PLOT)
    assert relay.get(path_of(PLOT)).content == PLOT


def test_at_the_bound_what_nothing_refers_to_gives_way(relay: TestClient, folder: Path) -> None:
    kept, free, new = (bytes([number]) * 70_000 for number in range(3))
    refer_to(relay, Peer(), kept)
    assert (put(relay, kept), put(relay, free), put(relay, new)) == (204, 204, 413)
    age(folder)
    assert put(relay, new) == 204
    assert [relay.get(path_of(each)).status_code for each in (kept, free, new)] == [200, 404, 200]


def test_at_the_bound_the_past_gives_way_to_the_present(relay: TestClient, folder: Path) -> None:
    past, present, new = (bytes([number]) * 70_000 for number in range(3))
    peer = Peer()
    refer_to(relay, peer, past, present)
    refer_to(relay, peer, present)
    put(relay, past)
    put(relay, present)
    age(folder)
    assert put(relay, new) == 204
    assert [relay.get(path_of(each)).status_code for each in (past, present)] == [404, 200]
    refer_to(relay, peer, present, new)
    age(folder)
    assert put(relay, past) == 413


def test_the_history_tells_who_wrote_what_can_be_read_again(relay: TestClient) -> None:
    peer = Peer()
    for word in ("a", "b", "c"):
        peer.text += word
        write(relay, peer)
    (entry,) = decode(relay.get("/rooms/d/history").json(), "History", CONTRACT).entries
    assert (entry.first, entry.last, entry.authors) == (1, 3, ["local"])
    assert entry.started_at <= entry.ended_at
    past = Peer()
    past.doc.apply_update(relay.get("/rooms/d/history/2").content)
    assert str(past) == "ab"


@pytest.mark.parametrize("path", ["/rooms/d/history/0", "/rooms/d/history/4", "/rooms/x/history/1"])
def test_a_point_that_is_not_kept_is_not_found(relay: TestClient, path: str) -> None:
    peer = Peer()
    peer.text += "a"
    write(relay, peer)
    answer = relay.get(path)
    assert (answer.status_code, "history" in answer.json()["hint"]) == (404, True)


def test_the_history_of_what_was_never_written_is_empty(relay: TestClient) -> None:
    assert relay.get("/rooms/d/history").json() == {"entries": []}


def test_a_damaged_point_is_not_found(relay: TestClient, settings: Settings) -> None:
    peer = Peer()
    for word in ("a", "b", "c"):
        peer.text += word
        write(relay, peer)
    with sqlite3.connect(str(settings.documents)) as database:
        database.execute("UPDATE records SET content = x'00' WHERE sequence = 2")
    assert [relay.get(f"/rooms/d/history/{n}").status_code for n in (1, 2, 3)] == [200, 404, 404]


def test_somebody_at_another_machine_is_denied(settings: Settings) -> None:
    app = create_app(settings)
    with TestClient(app, base_url=ORIGIN, client=("192.0.2.7", 1)) as stranger:
        for path in ("/rooms/d/history", "/rooms/d/history/1", path_of(PLOT)):
            assert stranger.get(path).status_code == 403
        assert put(stranger, PLOT) == 403
