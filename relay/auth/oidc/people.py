"""From what an identity provider says of somebody to their account here."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from relay.errors import NotAllowed
from wasm_runtime.contracts.access import MAX_NAME_CHARACTERS

from ..names import shown_name
from ..store.database import Connection
from ..store.users import Account, account_of_identity, add_account


def check_domain(claims: dict[str, Any], domains: Collection[str]) -> None:
    """Raises NotAllowed unless they have an address at one of these, or all are welcome."""
    if domains and verified_address(claims).rpartition("@")[2].lower() not in domains:
        raise NotAllowed(
            "People of your organisation are not let in here.",
            hint="An operator lists those who are in the setting oidc_domains.",
        )


def find_or_add(connection: Connection, issuer: str, claims: dict[str, Any], now: float) -> Account:
    """The account of this subject; it is never one that somebody made with a password, whatever
    name or address the provider tells."""
    subject = str(claims["sub"])
    known = account_of_identity(connection, issuer, subject)
    if known is not None:
        return known
    by_subject = f"{subject}@{urlsplit(issuer).hostname}"[:MAX_NAME_CHARACTERS]
    address = verified_address(claims)[:MAX_NAME_CHARACTERS]
    shown = shown_name(str(claims.get("name") or claims.get("preferred_username") or address or ""))
    for name in (address, by_subject):
        account = name and add_account(
            connection, name, now, identity=(issuer, subject), shown=shown
        )
        if account:
            return account
    raise NotAllowed(f"There is somebody named {by_subject!r} already.")


def verified_address(claims: dict[str, Any]) -> str:
    """An e-mail address that the provider vouches for, else nothing."""
    address = claims.get("email")
    return address if isinstance(address, str) and claims.get("email_verified") is True else ""
