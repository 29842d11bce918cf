"""Tokens of programs that act for somebody. A token is kept as its hash alone."""

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from wasm_runtime.contracts.agents import TOKEN_PREFIX, Scope

from .database import Connection
from .sessions import hashed, new_token


@dataclass(frozen=True, slots=True)
class StoredToken:
    id: str
    user_id: str
    """Whose it is."""
    name: str
    scopes: frozenset[Scope]
    document_id: str | None
    created_at: float
    expires_at: float
    owner: str | None
    """The name of the owner's account; None when there is none (any more)."""


_TOKEN = (
    "SELECT t.id, t.user_id, t.name, t.scopes, t.document_id, t.created_at, t.expires_at, u.shown "
    "FROM access_tokens t LEFT JOIN access_users u ON u.id = t.user_id"
)


def make_token(
    connection: Connection,
    user_id: str,
    name: str,
    scopes: Collection[Scope],
    document_id: str | None,
    now: float,
    expires_at: float,
) -> tuple[str, str]:
    """A new token's id, and the token. Those that have expired are swept out by the way."""
    connection.execute("DELETE FROM access_tokens WHERE expires_at <= ?", (now,))
    id, token = secrets.token_hex(8), TOKEN_PREFIX + new_token()
    connection.execute(
        "INSERT INTO access_tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            id,
            hashed(token),
            user_id,
            name,
            json.dumps(sorted(scopes)),
            document_id,
            now,
            expires_at,
        ),
    )
    return id, token


def find_token(connection: Connection, secret: str, now: float) -> StoredToken | None:
    """The token of this hash that works."""
    row = connection.execute(
        f"{_TOKEN} WHERE t.secret = ? AND t.expires_at > ?", (secret, now)
    ).fetchone()
    return _stored(row) if row else None


def token_with_id(connection: Connection, id: str, now: float) -> StoredToken | None:
    """The token of this id that works."""
    row = connection.execute(f"{_TOKEN} WHERE t.id = ? AND t.expires_at > ?", (id, now)).fetchone()
    return _stored(row) if row else None


def all_tokens(
    connection: Connection, now: float, user_id: str | None = None
) -> Sequence[StoredToken]:
    """Those that work, the newest first; of one person, when named."""
    whose, values = (" AND t.user_id = ?", (now, user_id)) if user_id else ("", (now,))
    rows = connection.execute(
        f"{_TOKEN} WHERE t.expires_at > ?{whose} ORDER BY t.created_at DESC, t.id", values
    ).fetchall()
    return [_stored(row) for row in rows]


def remove_token(connection: Connection, id: str, user_id: str | None = None) -> bool:
    """Whether there was one; of this person, when named."""
    whose, values = (" AND user_id = ?", (id, user_id)) if user_id else ("", (id,))
    return (
        connection.execute(f"DELETE FROM access_tokens WHERE id = ?{whose}", values).rowcount == 1
    )


def remove_tokens_of(connection: Connection, user_id: str) -> int:
    """How many there were."""
    return connection.execute("DELETE FROM access_tokens WHERE user_id = ?", (user_id,)).rowcount


def _stored(row: Sequence[object]) -> StoredToken:
    id, user_id, name, scopes, document_id, created_at, expires_at, owner = row
    return StoredToken(
        str(id),
        str(user_id),
        str(name),
        frozenset(json.loads(str(scopes))),
        str(document_id) if document_id is not None else None,
        float(str(created_at)),
        float(str(expires_at)),
        str(owner) if owner is not None else None,
    )
