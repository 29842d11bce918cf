"""`wasm-runtime users`: the accounts of a relay, whether it runs or not."""

import argparse
import getpass
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from relay.errors import RelayError
from relay.settings_loading import load_settings
from wasm_runtime.contracts.access import MAX_NAME_CHARACTERS
from wasm_runtime.errors import UsageError

from .one_person import LOCAL_USER_ID
from .passwords import check_new_password, password_hash
from .store.database import Connection, Database, StoreFault
from .store.opening import open_database
from .store.rights import documents_of, hand_over, is_last_owner, remove_member, rights_to
from .store.sessions import end_sessions_of
from .store.tokens import remove_tokens_of
from .store.users import (
    Account,
    account_named,
    add_account,
    all_accounts,
    login_name,
    remove_account,
    set_password,
)


def add(options: argparse.Namespace) -> int:
    """A new account with a password."""
    name = options.name.strip()
    if not login_name(name) or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise UsageError(f"A name has 1 to {MAX_NAME_CHARACTERS} printable characters.")
    kept = _new_password(name)
    with _writing() as connection:
        account = add_account(connection, name, time.time(), kept)
        if account is None:
            raise UsageError(f"There is somebody named {name} already.")
        adopted = hand_over(connection, LOCAL_USER_ID, account.id) if options.adopt else 0
    print(f"{name} can sign in." + (f" {adopted} notebooks are theirs now." if adopted else ""))
    return 0


def list_(options: argparse.Namespace) -> int:
    """Everybody with an account, how many notebooks they may open, and the account's id."""
    with _writing() as connection:
        for account in all_accounts(connection):
            way = "password" if account.password else account.issuer
            count = len(documents_of(connection, account.id))
            print(f"{account.shown}\t{way}\t{count} notebooks\t{account.id}")
    return 0


def remove(options: argparse.Namespace) -> int:
    """Remove an account; notebooks that nobody else owns go to somebody."""
    with _writing() as connection:
        account = _account(connection, options.name)
        if options.give_to:
            hand_over(connection, account.id, _account(connection, options.give_to).id)
        documents = [document_id for document_id, _ in documents_of(connection, account.id)]
        alone = [d for d in documents if is_last_owner(rights_to(connection, d), account.id)]
        if alone:
            raise UsageError(
                f"{account.shown} alone owns {len(alone)} notebooks.",
                hint="Say with --give-to NAME whose they are to be.",
            )
        for document_id in documents:
            remove_member(connection, document_id, account.id)
        end_sessions_of(connection, account.id)
        remove_tokens_of(connection, account.id)
        remove_account(connection, account.id)
    print(f"{account.shown} is removed, and signed out everywhere.")
    return 0


def passwd(options: argparse.Namespace) -> int:
    """Set another password; all sessions end."""
    with _writing() as connection:
        _account(connection, options.name)
    kept = _new_password(options.name)
    with _writing() as connection:
        account = _account(connection, options.name)
        set_password(connection, account.id, kept)
        end_sessions_of(connection, account.id)
    print(f"{account.shown} has a new password, and is signed out everywhere.")
    return 0


def _account(connection: Connection, name: str) -> Account:
    account = account_named(connection, name)
    if account is None:
        raise UsageError(
            f"There is nobody named {name}.", hint='"wasm-runtime users list" lists everybody.'
        )
    return account


def _new_password(name: str) -> str:
    """The hash of a password that is asked for twice; without a terminal, a line of stdin."""
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password for {name}: ")
        if getpass.getpass("Again: ") != password:
            raise UsageError("The two are not the same.")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    try:
        check_new_password(password)
    except RelayError as error:
        raise UsageError(error.message) from error
    return password_hash(password)


@contextmanager
def _writing() -> Iterator[Connection]:
    database: Database = open_database(load_settings().documents)
    try:
        with database.writing() as connection:
            yield connection
    except StoreFault as fault:
        raise UsageError(f"The accounts cannot be reached: {fault}") from fault
    finally:
        database.close()
