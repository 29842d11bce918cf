"""People with accounts, put into a relay's store as `wasm-runtime users add` does."""

import time

from relay.auth.passwords import password_hash
from relay.auth.store.opening import open_database
from relay.auth.store.users import add_account

PASSWORD = "correct horse battery staple"


def add_accounts(documents: str, *names: str) -> None:
    """Add people to the relay that keeps its documents there."""
    database = open_database(documents)
    with database.writing() as connection:
        for name in names:
            add_account(connection, name, time.time(), password_hash(PASSWORD))
    database.close()
