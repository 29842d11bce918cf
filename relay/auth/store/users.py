"""People with an account: what they sign in with, and as whom others see them."""

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from wasm_runtime.contracts.document import User

from ..colors import color_of
from .database import Connection

_COLUMNS = "id, name, shown, password, issuer, subject, created_at"


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    name: str
    """What they sign in with, as `login_name` makes it."""
    shown: str
    password: str | None
    """A hash; None for those who come from an identity provider."""
    issuer: str | None
    subject: str | None
    created_at: float

    @property
    def user(self) -> User:
        return User(id=self.id, name=self.shown, color=color_of(self.id))


def login_name(name: str) -> str:
    """The one spelling of a name: `Ada ` and `ADA` sign in to the same account."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def add_account(
    connection: Connection,
    name: str,
    now: float,
    password: str | None = None,
    identity: tuple[str, str] | None = None,
    shown: str | None = None,
) -> Account | None:
    """A new account; `identity` is an issuer and a subject, `shown` what others see in place of
    the name. None when the name is taken."""
    issuer, subject = identity or (None, None)
    account = Account(
        id=f"u-{secrets.token_hex(8)}",
        name=login_name(name),
        shown=shown or name.strip(),
        password=password,
        issuer=issuer,
        subject=subject,
        created_at=now,
    )
    added = connection.execute(
        "INSERT INTO access_users VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        astuple(account),
    )
    return account if added.rowcount == 1 else None


def account_named(connection: Connection, name: str) -> Account | None:
    return _one(connection, "name = ?", login_name(name))


def account_with_id(connection: Connection, user_id: str) -> Account | None:
    return _one(connection, "id = ?", user_id)


def account_of_identity(connection: Connection, issuer: str, subject: str) -> Account | None:
    return _one(connection, "issuer = ? AND subject = ?", issuer, subject)


def all_accounts(connection: Connection) -> Sequence[Account]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM access_users ORDER BY name").fetchall()
    return [Account(*row) for row in rows]


def set_password(connection: Connection, user_id: str, password: str) -> None:
    connection.execute("UPDATE access_users SET password = ? WHERE id = ?", (password, user_id))


def remove_account(connection: Connection, user_id: str) -> None:
    """The account alone: its sessions and roles are others' to end."""
    connection.execute("DELETE FROM access_users WHERE id = ?", (user_id,))


def _one(connection: Connection, condition: str, *values: str) -> Account | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM access_users WHERE {condition}", values
    ).fetchone()
    return Account(*row) if row else None
