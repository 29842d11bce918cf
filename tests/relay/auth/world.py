"""People who ask a relay, each with cookies of their own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any, TypeVar

from httpx2 import Response
from starlette.testclient import TestClient, WebSocketTestSession

from relay.app import create_app
from relay.auth.store.database import Connection
from relay.auth.store.opening import open_database
from relay.auth.store.rights import claim, make_link, set_member
from relay.auth.store.sessions import add_links, begin_session, guest_id, hashed
from relay.auth.store.users import Account, account_named, add_account
from relay.settings import Settings
from relay.sync.messages import StateRequest, read_message
from tests.relay.sync.peer import Peer
from wasm_runtime.contracts.access import LinkRole, Role

T = TypeVar("T")

ORIGIN = "http://127.0.0.1"
COOKIE = "wasm-runtime-session-80"
DOCUMENT = "notebook"
HERE = "192.0.2.7"
"""Not loopback: where somebody comes from counts for nothing."""


class Visitor:
    """Somebody with a cookie jar; `headers` go along with each request."""

    def __init__(self, relay: TestClient, token: str | None = None) -> None:
        self._relay = relay
        self.token = token

    def ask(self, method: str, path: str, **options: Any) -> Response:
        headers = {**self._headers(), **options.pop("headers", {})}
        answer = self._relay.request(
            method, path, headers=headers, follow_redirects=False, **options
        )
        self._relay.cookies.clear()
        for header in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                if name == COOKIE:
                    self.token = morsel.value or None
        return answer

    def join(self, document_id: str = DOCUMENT) -> WebSocketTestSession:
        url = f"ws://127.0.0.1/rooms/{document_id}"
        return self._relay.websocket_connect(url, headers=self._headers())

    def close_code(self, document_id: str = DOCUMENT) -> int:
        """With which the relay ends a connection on which nothing is said."""
        with self.join(document_id) as socket:
            return code_of(socket)

    def may_read(self, document_id: str = DOCUMENT) -> bool:
        with self.join(document_id) as socket:
            received = socket.receive()
            return received["type"] == "websocket.send" and isinstance(
                read_message(received["bytes"]), StateRequest
            )

    def _headers(self) -> dict[str, str]:
        return {"cookie": f"{COOKIE}={self.token}"} if self.token else {}


def code_of(socket: WebSocketTestSession) -> int:
    """With which the relay closes the socket; raises nothing, and waits for it."""
    received = socket.receive()
    while received["type"] == "websocket.send":
        received = socket.receive()
    return int(received["code"])


class World:
    """`database` is written as another process would."""

    def __init__(self, relay: TestClient, settings: Settings) -> None:
        self.relay = relay
        self._database = open_database(settings.documents)

    def write(self, change: Callable[[Connection], T]) -> T:
        with self._database.writing() as connection:
            return change(connection)

    def account(self, name: str, password: str | None = None) -> Account:
        def find_or_add(found: Connection) -> Account:
            account = account_named(found, name) or add_account(found, name, 0.0, password)
            assert account is not None
            return account

        return self.write(find_or_add)

    def nobody(self) -> Visitor:
        return Visitor(self.relay)

    def person(self, name: str, seconds: float = 1000) -> Visitor:
        """Somebody who has signed in."""
        user_id = self.account(name).id
        now = time.time()
        return Visitor(
            self.relay,
            self.write(lambda found: begin_session(found, user_id, now, now + seconds)),
        )

    def member(self, role: Role, document_id: str = DOCUMENT) -> Visitor:
        """Somebody who has signed in, named like their role in the document."""
        user_id = self.account(role).id
        self.write(lambda found: set_member(found, document_id, user_id, role))
        return self.person(role)

    def link(
        self, role: LinkRole, document_id: str = DOCUMENT, seconds: float | None = None
    ) -> tuple[str, str]:
        """The id and the token of a link."""
        owner, now = self.account("owner").id, time.time()
        expires_at = now + seconds if seconds is not None else None
        link, token = self.write(
            lambda found: make_link(found, document_id, role, owner, now, expires_at)
        )
        return link.id, token

    def guest(self, role: LinkRole, document_id: str = DOCUMENT) -> Visitor:
        link_id, _ = self.link(role, document_id)
        now = time.time()

        def come_in(found: Connection) -> str:
            token = begin_session(found, guest_id(), now, now + 1000, "Gast")
            add_links(found, hashed(token), [link_id])
            return token

        return Visitor(self.relay, self.write(come_in))

    def notebook(self, text: str = "hello", document_id: str = DOCUMENT) -> Peer:
        """What the owner has written."""
        owner = self.account("owner").id
        self.write(lambda found: claim(found, document_id, owner))
        peer = Peer()
        peer.text.insert(0, text)
        with self.person("owner").join(document_id) as socket:
            peer.connect()
            while not peer.is_saved:
                for frame in peer.take():
                    socket.send_bytes(frame)
                peer.receive(socket.receive_bytes())
        return peer

    def close(self) -> None:
        self._database.close()


@contextmanager
def world_of(settings: Settings) -> Iterator[World]:
    app = create_app(settings)
    with TestClient(app, base_url=ORIGIN, client=(HERE, 50_000)) as relay:
        world = World(relay, settings)
        try:
            yield world
        finally:
            world.close()
