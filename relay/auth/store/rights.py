"""Who may what with a document: members by their account, and links."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from wasm_runtime.contracts.access import LinkRole, Role

from .database import Connection
from .sessions import hashed, new_token

LINK_ROLES: tuple[LinkRole, ...] = get_args(LinkRole)


@dataclass(frozen=True, slots=True)
class StoredLink:
    id: str
    document_id: str
    role: LinkRole
    created_by: str
    """A user id."""
    created_at: float
    expires_at: float | None

    def works(self, now: float) -> bool:
        return self.expires_at is None or self.expires_at > now


@dataclass(frozen=True, slots=True)
class Rights:
    """All rights to one document."""

    members: Mapping[str, Role]
    """By user id."""
    links: Mapping[str, StoredLink]
    """By link id; some may have expired."""


_LINK = "SELECT id, document_id, role, created_by, created_at, expires_at FROM access_links"


def rights_to(connection: Connection, document_id: str) -> Rights:
    members = connection.execute(
        "SELECT user_id, role FROM access_members WHERE document_id = ?", (document_id,)
    ).fetchall()
    links = connection.execute(f"{_LINK} WHERE document_id = ?", (document_id,)).fetchall()
    return Rights(dict(members), {row[0]: StoredLink(*row) for row in links})


def documents_of(connection: Connection, user_id: str) -> Sequence[tuple[str, Role]]:
    rows = connection.execute(
        "SELECT document_id, role FROM access_members WHERE user_id = ? ORDER BY document_id",
        (user_id,),
    ).fetchall()
    return [(document_id, role) for document_id, role in rows]


def claim(connection: Connection, document_id: str, user_id: str) -> bool:
    """Make somebody the owner of a document that has no members; whether it had none."""
    claimed = connection.execute(
        "INSERT INTO access_members SELECT ?, ?, 'owner' WHERE NOT EXISTS "
        "(SELECT user_id FROM access_members WHERE document_id = ?)",
        (document_id, user_id, document_id),
    )
    return claimed.rowcount == 1


def set_member(connection: Connection, document_id: str, user_id: str, role: Role) -> None:
    connection.execute(
        "INSERT INTO access_members VALUES (?, ?, ?) "
        "ON CONFLICT (document_id, user_id) DO UPDATE SET role = excluded.role",
        (document_id, user_id, role),
    )


def remove_member(connection: Connection, document_id: str, user_id: str) -> None:
    connection.execute(
        "DELETE FROM access_members WHERE document_id = ? AND user_id = ?", (document_id, user_id)
    )


def is_last_owner(rights: Rights, user_id: str) -> bool:
    owners = [member for member, role in rights.members.items() if role == "owner"]
    return owners == [user_id]


def make_link(
    connection: Connection,
    document_id: str,
    role: LinkRole,
    created_by: str,
    now: float,
    expires_at: float | None,
) -> tuple[StoredLink, str]:
    """A new link, and its token."""
    token = new_token()
    link = StoredLink(secrets.token_hex(8), document_id, role, created_by, now, expires_at)
    connection.execute(
        "INSERT INTO access_links VALUES (?, ?, ?, ?, ?, ?, ?)",
        (link.id, hashed(token), document_id, role, created_by, now, expires_at),
    )
    return link, token


def link_with_token(connection: Connection, token: str, now: float) -> StoredLink | None:
    """A link that works."""
    row = connection.execute(f"{_LINK} WHERE secret = ?", (hashed(token),)).fetchone()
    link = StoredLink(*row) if row else None
    return link if link is not None and link.works(now) else None


def remove_link(connection: Connection, document_id: str, link_id: str) -> bool:
    """Whether there was one."""
    connection.execute("DELETE FROM access_session_links WHERE link_id = ?", (link_id,))
    removed = connection.execute(
        "DELETE FROM access_links WHERE document_id = ? AND id = ?", (document_id, link_id)
    )
    return removed.rowcount == 1


def remove_rights(connection: Connection, document_id: str) -> None:
    """All members and links of a document."""
    connection.execute(
        "DELETE FROM access_session_links WHERE link_id IN "
        "(SELECT id FROM access_links WHERE document_id = ?)",
        (document_id,),
    )
    for table in ("access_links", "access_members"):
        connection.execute(f"DELETE FROM {table} WHERE document_id = ?", (document_id,))


def hand_over(connection: Connection, from_user: str, to_user: str) -> int:
    """Give all of somebody's roles to another, who keeps a higher one; how many there were."""
    documents = documents_of(connection, from_user)
    for document_id, role in documents:
        rights = rights_to(connection, document_id)
        if role == "owner" or to_user not in rights.members:
            set_member(connection, document_id, to_user, role)
        remove_member(connection, document_id, from_user)
    return len(documents)
