"""`wasm-runtime users`, beside a relay that runs."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from relay.auth.one_person import LOCAL_USER_ID
from relay.auth.store.rights import claim
from relay.settings import Settings
from tests.relay.auth.world import World
from wasm_runtime.cli import main

Users = Callable[..., tuple[int, str]]

PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def _same_store(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WASM_RUNTIME_DOCUMENTS", settings.documents or "")


@pytest.fixture
def users(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Users:
    def run(*arguments: str, password: str = PASSWORD) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        capsys.readouterr()  # what the relay has logged meanwhile
        status = main(["users", *arguments])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run


def signs_in(world: World, name: str, password: str = PASSWORD) -> bool:
    answer = world.nobody().ask("POST", "/session", json={"name": name, "password": password})
    return answer.status_code == 200


def test_who_is_added_can_sign_in_at_once(world: World, users: Users) -> None:
    assert users("add", "Ada Lovelace") == (0, "Ada Lovelace can sign in.\n")
    assert signs_in(world, "ada lovelace")
    status, listed = users("list")
    name, way, notebooks, account_id = listed.rstrip("\n").split("\t")
    assert (status, name, way, notebooks) == (0, "Ada Lovelace", "password", "0 notebooks")
    assert account_id
    assert users("add", "ADA lovelace")[0] != 0


def test_another_password_signs_out_everywhere(world: World, users: Users) -> None:
    users("add", "ada")
    before = world.person("ada")
    assert users("passwd", "ada", password="another password")[0] == 0
    assert "user" not in before.ask("GET", "/session").json()
    assert not signs_in(world, "ada")
    assert signs_in(world, "ada", "another password")


def test_what_was_written_before_accounts_can_be_adopted(world: World, users: Users) -> None:
    world.write(lambda found: claim(found, "old", LOCAL_USER_ID))
    assert users("add", "ada", "--adopt") == (0, "ada can sign in. 1 notebooks are theirs now.\n")
    assert world.person("ada").ask("GET", "/rooms/old/members").status_code == 200


def test_an_account_goes_once_its_notebooks_have_an_owner(world: World, users: Users) -> None:
    ada = world.person("ada")
    assert ada.may_read("hers")
    status, words = users("remove", "ada")
    assert (status != 0, "ada alone owns 1 notebooks" in words) == (True, True)
    bob = world.person("bob")
    assert users("remove", "ada", "--give-to", "bob")[0] == 0
    assert "user" not in ada.ask("GET", "/session").json()
    assert bob.ask("GET", "/rooms/hers/members").json()["members"][0]["role"] == "owner"


@pytest.mark.parametrize("password", ["", "short", "x" * 5000])
def test_a_password_that_is_none_is_refused(users: Users, password: str) -> None:
    status, words = users("add", "ada", password=password)
    assert status != 0
    assert "A password has at" in words
    assert users("list") == (0, "")
