"""Which connections a shared notebook may use, by whose choice, and what is noted of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from httpx2 import Response

from relay.audit import AuditLog
from relay.settings import Settings
from tests.relay.auth.world import DOCUMENT, Visitor, World, world_of
from tests.relay.data.reading import rows_of

IN_THE_NOTEBOOK = f"/rooms/{DOCUMENT}/data"
_FOR_EVERYBODY = 'users = ["*"]'
_TABLE = {"schema": "main", "table": "people"}


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> Iterator[World]:
    """A relay with accounts, a notebook and three connections to one database."""
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as database, database:
        database.execute("CREATE TABLE people (name TEXT)")
        database.execute("INSERT INTO people VALUES ('Ada')")
    granted = {
        "shop": _FOR_EVERYBODY,
        "payroll": _FOR_EVERYBODY + "\nevery_notebook = false",
        "operators": "",
    }
    file = tmp_path / "connections.toml"
    file.write_text(
        "\n".join(
            f'[connections.{name}]\nurl = "sqlite://{tmp_path}/shop.sqlite"\n{fields}'
            for name, fields in granted.items()
        )
    )
    declared = {"connections": file, "demo_connection": False, "access": "accounts"}
    with world_of(settings.model_copy(update=declared)) as world:
        world.notebook()
        yield world


def query(who: Visitor, connection: str, place: str = IN_THE_NOTEBOOK) -> Response:
    asked = {"sql": "select name from people"}
    return who.ask("POST", f"{place}/{connection}/query", json=asked)


def choose(owner: Visitor, connections: list[str] | None) -> Response:
    asked = {"connections": connections}
    return owner.ask("PUT", f"{IN_THE_NOTEBOOK}/connections", json=asked)


def test_left_open_a_notebook_uses_what_each_person_may_and_every_notebook_too(
    world: World,
) -> None:
    runner = world.member("runner")
    assert rows_of(query(runner, "shop").content) == [{"name": "Ada"}]
    refused = query(runner, "payroll")
    assert (refused.status_code, refused.json()["message"]) == (
        403, "This notebook may not use payroll.",
    )  # fmt: skip
    assert "An owner" in refused.json()["hint"]
    # In a notebook of one's own it is a matter between the operator and the person.
    assert rows_of(query(runner, "payroll", "/data").content) == [{"name": "Ada"}]


def test_an_owner_chooses_for_everybody_in_the_notebook(world: World) -> None:
    owner, runner = world.person("owner"), world.member("runner")
    assert choose(owner, ["payroll"]).json()["chosen"] == ["payroll"]
    assert query(runner, "payroll").status_code == 200
    assert query(runner, "shop").json()["code"] == "not_allowed"
    assert choose(owner, []).json()["chosen"] == []
    assert {query(runner, name).status_code for name in ("shop", "payroll")} == {403}
    choose(owner, None)
    assert query(runner, "shop").status_code == 200


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("GET", "schema", None),
        ("POST", "sample", _TABLE),
        ("POST", "profile", _TABLE),
        ("POST", "query", {"sql": "select 1"}),
    ],
)
def test_the_choice_holds_for_every_way_to_ask(
    world: World, method: str, what: str, body: dict[str, str] | None
) -> None:
    owner = world.person("owner")
    path = f"{IN_THE_NOTEBOOK}/shop/{what}"
    assert owner.ask(method, path, json=body).status_code == 200
    choose(owner, ["payroll"])
    assert owner.ask(method, path, json=body).json()["code"] == "not_allowed"


def test_what_a_notebook_may_use_is_no_more_than_each_person_may(world: World) -> None:
    choose(world.person("owner"), ["shop"])
    for role in ("viewer", "runner", "editor"):
        guest = world.guest(role)  # type: ignore[arg-type]
        assert guest.ask("GET", f"{IN_THE_NOTEBOOK}/shop/schema").json()["code"] == "not_found"
        assert guest.ask("GET", f"{IN_THE_NOTEBOOK}/connections").json()["offered"] == []
    assert query(world.guest("editor"), "shop").json()["code"] == "not_found"


def test_a_viewer_sees_what_there_is_and_runs_nothing(world: World) -> None:
    viewer = world.member("viewer")
    answer = viewer.ask("GET", f"{IN_THE_NOTEBOOK}/shop/schema")
    assert [table["name"] for table in answer.json()["tables"]] == ["people"]
    for what, asked in (("query", {"sql": "select 1"}), ("sample", _TABLE), ("profile", _TABLE)):
        refused = viewer.ask("POST", f"{IN_THE_NOTEBOOK}/shop/{what}", json=asked)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert choose(viewer, ["shop"]).status_code == 403


def test_an_owner_is_offered_what_they_may_use_themselves(world: World) -> None:
    owner = world.person("owner")
    found = owner.ask("GET", f"{IN_THE_NOTEBOOK}/connections").json()
    offered = {each["name"]: each.get("every_notebook", True) for each in found["offered"]}
    assert offered == {"payroll": False, "shop": True}
    assert found.get("chosen") is None
    refused = choose(owner, ["shop", "operators"])
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    assert owner.ask("PUT", f"{IN_THE_NOTEBOOK}/connections", json={"connections": 3}).is_error
    assert owner.ask("GET", f"{IN_THE_NOTEBOOK}/connections").json().get("chosen") is None


def test_a_connection_of_others_is_as_unknown_as_one_that_is_not_declared(world: World) -> None:
    owner = world.person("owner")
    there, missing = query(owner, "operators"), query(owner, "missing")
    assert there.status_code == missing.status_code == 404
    assert there.json()["message"].replace("operators", "missing") == missing.json()["message"]


def test_records_name_the_notebook_and_who_asked(world: World, settings: Settings) -> None:
    owner = world.person("owner")
    query(owner, "shop")
    choose(owner, ["payroll"])
    query(owner, "shop")
    query(owner, "shop", "/data")
    assert settings.data_folder is not None
    log = AuditLog(settings.data_folder / "audit.sqlite")
    found = log.newest(4, actor=world.account("owner").id)
    log.close()
    assert [
        (each.action, each.object, each.result, each.details.get("document_id"))
        for each in reversed(found)
    ] == [
        ("query", "shop", "ok", DOCUMENT),
        ("connections chosen", DOCUMENT, "ok", None),
        ("query", "shop", "not_allowed", DOCUMENT),
        ("query", "shop", "ok", None),
    ]


def test_a_query_of_a_notebook_is_known_to_whoever_began_it(world: World) -> None:
    owner, runner = world.person("owner"), world.member("runner")
    asked = {"sql": "select 1", "query_id": "the-owners-own"}
    assert owner.ask("POST", f"{IN_THE_NOTEBOOK}/shop/query", json=asked).status_code == 200
    assert owner.ask("GET", "/data/queries/the-owners-own").json()["state"] == "finished"
    assert runner.ask("GET", "/data/queries/the-owners-own").status_code == 404
    assert runner.ask("DELETE", "/data/queries/the-owners-own").status_code == 404
