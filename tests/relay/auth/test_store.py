"""The access store: the same statements in SQLite and in PostgreSQL; and when it fails."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from relay.auth.store.database import Connection, Database, StoreFault, changes
from relay.auth.store.opening import open_database
from relay.auth.store.rights import (
    claim,
    documents_of,
    hand_over,
    link_with_token,
    make_link,
    remove_link,
    rights_to,
    set_member,
)
from relay.auth.store.sessions import (
    add_links,
    begin_session,
    end_sessions_of,
    find_session,
    hashed,
)
from relay.auth.store.users import account_named, account_of_identity, add_account, all_accounts
from relay.settings import Settings
from tests.relay.auth.world import World
from tests.relay.sync import postgres
from wasm_runtime.contracts import relay_api


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "documents.sqlite")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    database = open_database(place)
    yield database
    with database.writing() as connection:
        for table in ("users", "sessions", "session_links", "members", "links"):
            connection.execute(f"DELETE FROM access_{table}")
    database.close()


@pytest.fixture
def found(database: Database) -> Iterator[Connection]:
    with database.writing() as connection:
        yield connection


def test_an_account_is_found_by_name_and_by_identity(found: Connection) -> None:
    ada = add_account(found, " Ada ", 1.5, "hash")
    bob = add_account(found, "bob", 2.5, identity=("https://idp", "7"), shown="Bob B.")
    assert ada is not None
    assert bob is not None
    assert (ada.name, ada.shown, bob.user.name) == ("ada", "Ada", "Bob B.")
    assert account_named(found, "ADA") == ada
    assert account_of_identity(found, "https://idp", "7") == bob
    assert add_account(found, "aDa", 3.0) is None
    assert add_account(found, "another", 3.0, identity=("https://idp", "7")) is None
    assert all_accounts(found) == [ada, bob]


def test_a_session_is_found_by_its_hash_until_it_ends(found: Connection) -> None:
    ada = add_account(found, "ada", 0.0)
    assert ada is not None
    token = begin_session(found, ada.id, now=1.0, expires_at=10.0)
    guest = begin_session(found, "guest-1", now=1.0, expires_at=10.0, guest_name="Eve")
    add_links(found, hashed(token), ["l1", "l2", "l1"])
    session = find_session(found, hashed(token), 9.0)
    assert session is not None
    assert (session.user, session.guest, session.links) == (ada.user, False, {"l1", "l2"})
    visitor = find_session(found, hashed(guest), 9.0)
    assert visitor is not None
    assert (visitor.user.name, visitor.guest) == ("Eve", True)
    assert find_session(found, token, 9.0) is None
    assert find_session(found, hashed(token), 10.0) is None
    assert end_sessions_of(found, ada.id) == 1
    assert find_session(found, hashed(token), 9.0) is None


def test_a_session_of_an_account_that_is_gone_is_none(found: Connection) -> None:
    token = begin_session(found, "u-gone", now=1.0, expires_at=10.0)
    assert find_session(found, hashed(token), 2.0) is None


def test_a_document_is_claimed_once(found: Connection) -> None:
    assert claim(found, "d", "ada")
    assert not claim(found, "d", "bob")
    set_member(found, "d", "bob", "viewer")
    set_member(found, "d", "bob", "editor")
    assert rights_to(found, "d").members == {"ada": "owner", "bob": "editor"}
    assert hand_over(found, "ada", "bob") == 1
    assert documents_of(found, "bob") == [("d", "owner")]


def test_a_link_works_until_it_ends_or_is_removed(found: Connection) -> None:
    link, token = make_link(found, "d", "runner", "ada", now=1.0, expires_at=10.0)
    assert link_with_token(found, token, 9.9) == link
    assert link_with_token(found, token, 10.0) is None
    assert link_with_token(found, hashed(token), 1.0) is None
    assert not remove_link(found, "another", link.id)
    assert remove_link(found, "d", link.id)
    assert link_with_token(found, token, 1.0) is None


def test_every_transaction_that_writes_is_counted_and_one_that_fails_leaves_nothing(
    place: str, database: Database
) -> None:
    other = open_database(place)
    with other.reading() as connection:
        before = changes(connection)
    with database.writing() as connection:
        claim(connection, "d", "ada")
    with suppress(ZeroDivisionError), database.writing() as connection:
        claim(connection, "e", "ada")
        raise ZeroDivisionError
    with other.reading() as connection:
        assert changes(connection) == before + 1
        assert documents_of(connection, "ada") == [("d", "owner")]
    other.close()


def test_tables_of_a_later_version_are_left_alone(place: str, database: Database) -> None:
    with database.writing() as connection:
        connection.execute("UPDATE access_state SET version = 99")
    later = open_database(place)
    with pytest.raises(StoreFault, match="later version"), later.reading():
        pass
    with database.writing() as connection:
        connection.execute("UPDATE access_state SET version = 1")


def test_a_store_that_cannot_be_read_lets_nobody_in_and_says_so(
    world: World, settings: Settings
) -> None:
    editor = world.member("editor")
    path = Path(settings.documents or "").with_name("accounts.sqlite")
    world.write(lambda found: found.execute("UPDATE access_state SET version = 99"))
    answer = editor.ask("GET", "/rooms/notebook")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert str(path) not in answer.text
    assert editor.close_code() == relay_api.CLOSE_STORE_UNAVAILABLE
    world.write(lambda found: found.execute("UPDATE access_state SET version = 1"))
    assert editor.ask("GET", "/session").json()["user"]["name"] == "editor"
