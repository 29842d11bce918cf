"""`wasm-runtime token`: what programs may do in somebody's name, whether the relay runs or not."""

import argparse
import getpass
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from wasm_runtime.contracts.agents import DEFAULT_TOKEN_SECONDS, MCP_PATH
from wasm_runtime.contracts.relay_api import DOCUMENT_ID_PATTERN
from wasm_runtime.errors import UsageError

if TYPE_CHECKING:
    from relay.settings import Settings

    from .store.database import Connection
    from .store.tokens import StoredToken

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_DAY_SECONDS = 24 * 3600
_SCOPES = ("read", "write", "run")


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser("token", help="let agents use notebooks over MCP")
    of = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    command = of.add_parser("add", help="make one; it is shown once")
    command.add_argument("name", metavar="NAME", help="as whom others see the agent")
    command.add_argument("--scope", action="append", choices=_SCOPES, default=[], dest="scopes",
                         help="what it may do; say it again for more (read)")  # fmt: skip
    command.add_argument("--notebook", metavar="ID", help="the one notebook that it is for (all)")
    command.add_argument("--days", type=float, default=DEFAULT_TOKEN_SECONDS / _DAY_SECONDS,
                         help="how long it works (30)")  # fmt: skip
    command.add_argument("--for", dest="person", metavar="NAME",
                         help="with accounts: in whose name it acts")  # fmt: skip
    command.set_defaults(run=add)
    command = of.add_parser("list", help="those that work")
    command.set_defaults(run=list_)
    command = of.add_parser("revoke", help="end one; whoever uses it is out within seconds")
    command.add_argument("id", metavar="ID")
    command.set_defaults(run=revoke)


def add(options: argparse.Namespace) -> int:
    """A new token: its secret on stdout, how to use it beside it."""
    from relay.errors import RelayError

    from .new_token import add_token

    if options.notebook is not None and not re.fullmatch(DOCUMENT_ID_PATTERN, options.notebook):
        raise UsageError(f"--notebook: an id matches {DOCUMENT_ID_PATTERN}.")
    with _writing() as (settings, connection):
        user_id = _owner(settings, connection, options.person)
        try:
            id, secret = add_token(
                connection,
                user_id,
                name=options.name,
                scopes=[f"mcp:{scope}" for scope in options.scopes],  # type: ignore[misc]
                document_id=options.notebook,
                seconds=options.days * _DAY_SECONDS,
                now=time.time(),
            )
        except RelayError as error:
            raise UsageError(error.message) from error
        _note(settings, "token made", id, options.notebook or "")
    address = _address(settings)
    print(f"Token {id} for {options.name}. It is not shown again:")
    print(f"  {secret}")
    print(f"Address: {address}")
    print(f"Header:  Authorization: Bearer {secret}")
    print("Claude Code:")
    print(f"  claude mcp add --transport http notebooks {address} "
          f'--header "Authorization: Bearer {secret}"')  # fmt: skip
    return 0


def list_(options: argparse.Namespace) -> int:
    """Each token that works: id, name, in whose name, scopes, notebook, until when."""
    from .store.tokens import all_tokens

    with _writing() as (_, connection):
        for token in all_tokens(connection, time.time()):
            print("\t".join(_columns(token)))
    return 0


def revoke(options: argparse.Namespace) -> int:
    """End a token."""
    from .store.tokens import remove_token

    with _writing() as (settings, connection):
        if not remove_token(connection, options.id):
            raise UsageError(
                f"There is no token {options.id!r}.", hint='"wasm-runtime token list" lists them.'
            )
        _note(settings, "token revoked", options.id)
    print(f"{options.id} is revoked; whoever uses it is out within seconds.")
    return 0


def _owner(settings: "Settings", connection: "Connection", name: str | None) -> str:
    from .one_person import LOCAL_USER_ID
    from .store.users import account_named

    if settings.access == "none":
        raise UsageError("This relay keeps no documents, and takes no tokens.")
    if settings.access == "one-person":
        if name is not None:
            raise UsageError("--for: this relay has no accounts.")
        return LOCAL_USER_ID
    account = account_named(connection, name) if name else None
    if account is None:
        raise UsageError(
            "Say with --for NAME in whose name the token acts.",
            hint='"wasm-runtime users list" lists everybody.',
        )
    return account.id


def _address(settings: "Settings") -> str:
    """Where agents find the relay, as far as the settings say."""
    if settings.public_origin:
        return f"{settings.public_origin}/{MCP_PATH}"
    return f"http://127.0.0.1:{settings.port or 'PORT'}/{MCP_PATH}"


def _columns(token: "StoredToken") -> list[str]:
    until = datetime.fromtimestamp(token.expires_at, UTC).isoformat(timespec="minutes")
    scopes = ",".join(sorted(token.scopes))
    notebook = token.document_id or "all notebooks"
    return [token.id, token.name, token.owner or "this machine", scopes, notebook, until]


def _note(settings: "Settings", action: str, id: str, document_id: str = "") -> None:
    """Within the transaction: what cannot be noted does not happen."""
    from relay.audit import AuditEvent
    from relay.audit.opening import open_audit
    from relay.secrets import SecretMask

    log = open_audit(settings, SecretMask.of_environment(os.environ))
    who = f"command line, {getpass.getuser()}"
    log.append(
        AuditEvent(
            actor=who, action=action, object=document_id, result="ok", details={"token_id": id}
        )
    )
    log.close()


@contextmanager
def _writing() -> "Iterator[tuple[Settings, Connection]]":
    from relay.settings_loading import load_settings

    from .store.database import StoreFault
    from .store.opening import open_database

    settings = load_settings()
    database = open_database(settings.documents)
    try:
        with database.writing() as connection:
            yield settings, connection
    except StoreFault as fault:
        raise UsageError(f"The tokens cannot be reached: {fault}") from fault
    finally:
        database.close()
