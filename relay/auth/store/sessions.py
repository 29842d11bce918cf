"""Sessions: who came in, by which links, and until when. A token is kept as its hash alone."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from wasm_runtime.contracts.document import User

from ..colors import color_of
from .database import Connection

TOKEN_BYTES = 32
GUEST_PREFIX = "guest-"


@dataclass(frozen=True, slots=True)
class StoredSession:
    id: str
    """The token's hash."""
    user: User
    guest: bool
    """Without an account."""
    expires_at: float
    links: frozenset[str]


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def hashed(token: str) -> str:
    """What is kept of a token. It is random and long, so a fast hash does."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin_session(
    connection: Connection,
    user_id: str,
    now: float,
    expires_at: float,
    guest_name: str | None = None,
) -> str:
    """The token of a new session. Sessions that are over are swept out by the way."""
    token = new_token()
    connection.execute(
        "INSERT INTO access_sessions VALUES (?, ?, ?, ?, ?)",
        (hashed(token), user_id, guest_name, now, expires_at),
    )
    _forget(connection, "expires_at <= ?", now)
    return token


def find_session(connection: Connection, session_id: str, now: float) -> StoredSession | None:
    """A session that is not over."""
    row = connection.execute(
        "SELECT s.user_id, s.guest_name, u.shown, s.expires_at FROM access_sessions s "
        "LEFT JOIN access_users u ON u.id = s.user_id WHERE s.id = ? AND s.expires_at > ?",
        (session_id, now),
    ).fetchone()
    if row is None:
        return None
    user_id, guest_name, shown, expires_at = row
    name = shown if guest_name is None else guest_name
    if name is None:  # the account is gone
        return None
    links = connection.execute(
        "SELECT link_id FROM access_session_links WHERE session_id = ?", (session_id,)
    ).fetchall()
    return StoredSession(
        id=session_id,
        user=User(id=user_id, name=name, color=color_of(user_id)),
        guest=guest_name is not None,
        expires_at=expires_at,
        links=frozenset(link for (link,) in links),
    )


def add_links(connection: Connection, session_id: str, links: Iterable[str]) -> None:
    for link in links:
        connection.execute(
            "INSERT INTO access_session_links VALUES (?, ?) ON CONFLICT DO NOTHING",
            (session_id, link),
        )


def end_session(connection: Connection, session_id: str) -> None:
    _forget(connection, "id = ?", session_id)


def end_sessions_of(connection: Connection, user_id: str) -> int:
    """How many there were."""
    return _forget(connection, "user_id = ?", user_id)


def guest_id() -> str:
    return GUEST_PREFIX + secrets.token_hex(8)


def _forget(connection: Connection, condition: str, value: object) -> int:
    connection.execute(
        "DELETE FROM access_session_links WHERE session_id IN "
        f"(SELECT id FROM access_sessions WHERE {condition})",
        (value,),
    )
    return connection.execute(f"DELETE FROM access_sessions WHERE {condition}", (value,)).rowcount
