"""Who is who, and who may what: the relay's HTTP for sign-in, members and links.

    session                           GET Session · POST SignIn -> Session · DELETE: sign out
    sessions                          DELETE: sign out everywhere
    sign-in/oidc                      GET: go to the identity provider; `?return=` a path of ours
    sign-in/oidc/return               GET: where the provider sends people back to
    links                             POST RedeemLink -> RedeemedLink
    rooms/{document_id}               GET RoomStatus, with the asker's role · DELETE, by an owner
    rooms/{document_id}/members       GET MemberList · PUT NewMember -> MemberList
    rooms/{document_id}/members/{id}  DELETE -> MemberList; oneself: to leave
    rooms/{document_id}/links         GET LinkList · POST NewLink -> MadeLink
    rooms/{document_id}/links/{id}    DELETE -> LinkList

The session is a cookie that no script can read. Whoever may not see a document is answered as if
it did not exist: 404 over HTTP, CLOSE_NOT_ALLOWED on a socket (CLOSE_NOT_SIGNED_IN without a
session). A signed-in user who joins a document that nobody has written yet is its owner.
"""

from dataclasses import dataclass
from typing import Literal

from .document import User

SESSION_PATH = "session"
SESSIONS_PATH = "sessions"
OIDC_PATH = "sign-in/oidc"
OIDC_RETURN_PATH = "sign-in/oidc/return"
LINKS_PATH = "links"
MEMBERS = "members"
LINKS = "links"

LINK_FRAGMENT = "share"
"""A link is the page's address with `#share=TOKEN`: browsers never send a fragment to a server."""
MAX_NAME_CHARACTERS = 80
"""Of people, in sign-in names and in what others see."""
MIN_PASSWORD_CHARACTERS = 12

Role = Literal["viewer", "runner", "editor", "owner"]
"""Each may all that the one before it may. A viewer reads and is present; a runner also asks for
runs (writes the roots `runs`, `stops` and `runtimes`); an editor edits; an owner also decides who
may."""
LinkRole = Literal["viewer", "runner", "editor"]
AccessMode = Literal["one-person", "accounts", "none"]
"""one-person: whoever is at this machine owns everything. accounts: people sign in. none: the relay
serves the page and keeps no documents."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """Who asks, as the relay sees them, and how to become somebody."""

    mode: AccessMode
    rooms: bool
    """Whether the asker may have shared documents here now; false until they sign in."""
    user: User | None = None
    guest: bool = False
    """Came by a link, without an account."""
    passwords: bool = False
    """Whether one can sign in with a name and a password."""
    provider: str | None = None
    """The name of the identity provider that OIDC_PATH leads to; null when there is none."""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Sign in to a local account."""

    name: str
    password: str


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody with a role of their own, not by a link."""

    user: User
    role: Role


@dataclass(frozen=True, kw_only=True)
class MemberList:
    """All who have a role in a document, owners first."""

    members: list[Member]


@dataclass(frozen=True, kw_only=True)
class NewMember:
    """Give somebody with an account a role; their old one is replaced."""

    name: str
    """What they sign in with."""
    role: Role


@dataclass(frozen=True, kw_only=True)
class Link:
    """A way in for whoever holds it."""

    id: str
    role: LinkRole
    created_at: float
    """Seconds since 1970."""
    created_by: User
    expires_at: float | None = None
    """Seconds since 1970; null: not by itself."""


@dataclass(frozen=True, kw_only=True)
class LinkList:
    """The links of a document that still work, the newest first."""

    links: list[Link]


@dataclass(frozen=True, kw_only=True)
class NewLink:
    """Make a link."""

    role: LinkRole
    expires_in_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class MadeLink:
    """A new link with its token, which the relay tells this once and keeps only a hash of."""

    link: Link
    token: str


@dataclass(frozen=True, kw_only=True)
class RedeemLink:
    """Come in by a link; who has no session becomes a guest with this name."""

    token: str
    name: str = "Guest"


@dataclass(frozen=True, kw_only=True)
class RedeemedLink:
    """Where the link led."""

    document_id: str
    role: Role
    """The asker's role now: a member's own may be higher than the link's."""
    session: Session
