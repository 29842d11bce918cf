"""Agents and other programs at a relay: the tokens by which they act for somebody.

    mcp             the Model Context Protocol (streamable HTTP), for whoever brings a token
    tokens          GET TokenList · POST NewToken -> MadeToken
    tokens/{id}     DELETE -> TokenList

A token is brought as `Authorization: Bearer`, to `mcp` alone: everywhere else only a session
counts. It may at most what the person may who made it, and of that what its scopes say.
"""

from dataclasses import dataclass, field
from typing import Literal

from .shape import contract_of

MCP_PATH = "mcp"
TOKENS_PATH = "tokens"
TOKEN_PREFIX = "wrt_"
"""So that people, and programs that look for leaked secrets, see what they have before them."""
MAX_TOKENS = 100
"""Of one person."""
MAX_TOKEN_SECONDS = 366 * 24 * 3600
DEFAULT_TOKEN_SECONDS = 30 * 24 * 3600

Scope = Literal["mcp:read", "mcp:write", "mcp:run"]
"""mcp:read: list and read notebooks. mcp:write: change cells; it brings mcp:read along. mcp:run:
have cells run and see what comes of them, and run Python in sandboxes of the relay."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """What a program may do in somebody's name."""

    id: str
    name: str
    """As whom others see it."""
    scopes: list[Scope]
    created_at: float
    """Seconds since 1970."""
    expires_at: float
    """Seconds since 1970."""
    document_id: str | None = None
    """The one notebook that it is for; null: all of its owner's."""


@dataclass(frozen=True, kw_only=True)
class TokenList:
    """The asker's own tokens that still work, the newest first."""

    tokens: list[Token]


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """Make a token."""

    name: str
    scopes: list[Scope] = field(default_factory=list)
    """Empty: mcp:read alone."""
    expires_in_seconds: float = DEFAULT_TOKEN_SECONDS
    document_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class MadeToken:
    """A new token with its secret, which the relay tells this once and keeps only a hash of."""

    token: Token
    secret: str


AGENTS_CONTRACT = contract_of([TokenList, NewToken, MadeToken], {})
"""No page reads it yet, so TypeScript has none of it."""
