"""Who may use which storage, by whose choice, and what the others are told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from relay.settings import Settings
from tests.relay.auth.world import DOCUMENT, World, world_of
from tests.relay.storage.relay_with_storages import toml

IN_THE_NOTEBOOK = f"/rooms/{DOCUMENT}/storages"


@pytest.fixture
def world(settings: Settings, tmp_path: Path, folder: Path) -> Iterator[World]:
    """A relay with accounts, a notebook, and one folder in four storages' names."""
    (folder / "a").write_bytes(b"hello")
    kept = {"kind": "folder", "folder": str(folder)}
    file = tmp_path / "storages.toml"
    file.write_text(
        toml(
            {
                "everybody": {**kept, "users": ["*"], "may_write": True},
                "nobody": kept,
                "adas": {**kept, "users": ["u-ada"]},
                "chosen": {**kept, "users": ["*"], "every_notebook": False},
            }
        )
    )
    settings = settings.model_copy(update={"storages": file, "access": "accounts"})
    with world_of(settings) as world:
        world.notebook()
        yield world


def test_whoever_has_an_account_uses_what_is_for_everybody(world: World) -> None:
    ada = world.person("ada")
    offered = [each["name"] for each in ada.ask("GET", "/storages").json()["storages"]]
    assert offered == ["chosen", "everybody"]
    assert ada.ask("GET", "/storages/everybody/files/a").content == b"hello"
    runner = world.member("runner")
    assert runner.ask("GET", f"{IN_THE_NOTEBOOK}/everybody/files/a").content == b"hello"
    assert runner.ask("PUT", f"{IN_THE_NOTEBOOK}/everybody/files/b").status_code == 204


@pytest.mark.parametrize("role", ["viewer", "runner", "editor"])
def test_a_guest_uses_nothing(world: World, role: str) -> None:
    guest = world.guest(role)  # type: ignore[arg-type]
    assert guest.ask("GET", "/storages").json() == {"storages": []}
    assert guest.ask("GET", "/storages/everybody/files/a").status_code == 404
    within = guest.ask("GET", f"{IN_THE_NOTEBOOK}/everybody/files/a")
    assert within.status_code == (403 if role == "viewer" else 404)


def test_a_viewer_reads_nothing_in_the_notebooks_name(world: World) -> None:
    viewer = world.member("viewer")
    for path in ("files/a", "list"):
        refused = viewer.ask("GET", f"{IN_THE_NOTEBOOK}/everybody/{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


def test_a_storage_for_others_is_as_unknown_as_one_that_is_not_declared(world: World) -> None:
    ada = world.person("ada")
    for path in ("files/a", "list"):
        there = ada.ask("GET", f"/storages/nobody/{path}")
        missing = ada.ask("GET", f"/storages/missing/{path}")
        assert there.status_code == missing.status_code == 404
        assert there.text.replace("nobody", "missing") == missing.text


def test_an_owner_narrows_what_the_notebook_uses(world: World) -> None:
    owner, runner = world.person("owner"), world.member("runner")
    path = f"{IN_THE_NOTEBOOK}/everybody/files/a"
    assert owner.ask("PUT", IN_THE_NOTEBOOK, json={"storages": []}).json()["chosen"] == []
    refused = runner.ask("GET", path)
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "This notebook may not use the storage everybody.",
    )
    assert runner.ask("GET", "/storages/everybody/files/a").content == b"hello"
    owner.ask("PUT", IN_THE_NOTEBOOK, json={"storages": None})
    assert runner.ask("GET", path).content == b"hello"


def test_an_owner_chooses_a_storage_that_not_every_notebook_uses(world: World) -> None:
    owner, path = world.person("owner"), f"{IN_THE_NOTEBOOK}/chosen/files/a"
    assert owner.ask("GET", path).status_code == 403
    before = owner.ask("GET", IN_THE_NOTEBOOK).json()["storages"]
    assert [each["name"] for each in before] == ["everybody"]
    chosen = owner.ask("PUT", IN_THE_NOTEBOOK, json={"storages": ["chosen"]}).json()
    assert chosen["chosen"] == [each["name"] for each in chosen["storages"]] == ["chosen"]
    assert [each["name"] for each in chosen["offered"]] == ["chosen", "everybody"]
    assert owner.ask("GET", path).content == b"hello"


def test_an_owner_chooses_only_from_what_is_offered(world: World) -> None:
    owner = world.person("owner")
    for asked in ({"storages": ["nobody"]}, {"storages": 3}, [], "x"):
        assert owner.ask("PUT", IN_THE_NOTEBOOK, json=asked).status_code == 400
    assert owner.ask("GET", IN_THE_NOTEBOOK).json().get("chosen") is None
