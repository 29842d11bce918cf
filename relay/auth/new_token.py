"""What a new token may say, whoever makes it."""

from collections.abc import Collection
from typing import get_args

from relay.errors import BadRequest
from wasm_runtime.contracts.access import MAX_NAME_CHARACTERS
from wasm_runtime.contracts.agents import MAX_TOKEN_SECONDS, MAX_TOKENS, Scope

from .store.database import Connection
from .store.tokens import all_tokens, make_token

SCOPES: tuple[Scope, ...] = get_args(Scope)
_READ: Scope = "mcp:read"


def add_token(
    connection: Connection,
    user_id: str,
    *,
    name: str,
    scopes: Collection[Scope],
    document_id: str | None,
    seconds: float,
    now: float,
) -> tuple[str, str]:
    """A new token's id, and the token. Raises BadRequest."""
    name = name.strip()
    if not name or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise BadRequest(f"A token's name has 1 to {MAX_NAME_CHARACTERS} printable characters.")
    if not 0 < seconds <= MAX_TOKEN_SECONDS:
        raise BadRequest(f"A token works for up to {MAX_TOKEN_SECONDS // 86400} days.")
    if len(all_tokens(connection, now, user_id)) >= MAX_TOKENS:
        raise BadRequest(f"One person has at most {MAX_TOKENS} tokens: revoke some.")
    kept = frozenset(scopes) or frozenset({_READ})
    if "mcp:write" in kept:
        kept |= {_READ}  # whoever changes a cell has read it
    return make_token(connection, user_id, name, kept, document_id, now, now + seconds)
