"""What the person at this machine manages: connections whose secrets stay, and the audit log."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from relay.audit import AuditLog
from relay.auth.actor import Actor
from relay.auth.one_person import LOCAL_USER_ID
from relay.data.connections import Connections
from relay.errors import BadRequest
from relay.operator.managed_connections import ManagedConnections
from relay.secret_store import SecretStore
from relay.secrets import SecretMask
from relay.settings import Settings
from tests.relay.data.leak_scanner import LeakScanner
from tests.support.canaries import canary
from wasm_runtime.contracts.document import User
from wasm_runtime.contracts.operator import NewConnection

CANARY = canary("operator")
NEW = {"name": "warehouse", "url": "postgresql://reader@127.0.0.1:1/shop", "password": CANARY}


@pytest.fixture
def here(relay: TestClient) -> TestClient:
    """As whoever sits at this machine: nobody else is let through."""
    return TestClient(relay.app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000))


def test_a_connection_is_declared_tested_and_forgotten(here: TestClient) -> None:
    added = here.post("/operator/connections", json=NEW | {"description": "Orders"})
    assert added.status_code == 200, added.text
    warehouse = next(c for c in added.json()["connections"] if c["info"]["name"] == "warehouse")
    assert warehouse["info"]["engine"] == "postgresql"
    assert (warehouse["origin"], warehouse["can_be_removed"]) == ("store", True)
    test = here.post("/operator/connections/warehouse/test").json()
    assert test["error"]["message"].startswith("warehouse: ")
    left = here.delete("/operator/connections/warehouse").json()["connections"]
    assert [each["info"]["name"] for each in left] == ["demo"]


def test_a_connection_for_chosen_notebooks_is_kept_as_such(here: TestClient) -> None:
    here.post("/operator/connections", json=NEW | {"every_notebook": False})
    listed = here.get("/data/connections").json()["connections"]
    found = {each["name"]: each.get("every_notebook", True) for each in listed}
    assert found == {"demo": True, "warehouse": False}


def test_the_demo_answers_a_test_with_its_version_and_cannot_be_removed(here: TestClient) -> None:
    assert "SQLite" in here.post("/operator/connections/demo/test").json()["version"]
    refused = here.delete("/operator/connections/demo")
    assert refused.status_code == 400
    assert "declared elsewhere (built in)" in refused.json()["message"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": f"postgresql://reader:{'x' * 20}@db/shop"}, "password in it"),
        ({"url": "oracle://db/shop"}, "no engine for oracle"),
        ({"name": "Ware House"}, "lower case letter"),
        ({"name": "demo"}, "already"),
        ({"password": [CANARY]}, "NewConnection.password"),
        ({"port": 1}, "NewConnection.port"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused_in_words(
    here: TestClient, change: dict[str, object], said: str
) -> None:
    answer = here.post("/operator/connections", json=NEW | change)
    assert answer.status_code == 400
    assert said in answer.json()["message"]


def test_only_the_person_at_the_machine_declares_its_files(tmp_path: Path) -> None:
    secrets = SecretStore(tmp_path / "s.sqlite", SecretMask([]), environment={})
    connections = Connections(tmp_path / "c.sqlite", secrets, environment={})
    managed = ManagedConnections(connections, AuditLog(tmp_path / "audit.sqlite"))
    new = NewConnection(name="files", url="sqlite:///srv/shop.sqlite")
    with pytest.raises(BadRequest, match="declared there, not from the page"):
        managed.add(Actor(User(id="u-ada", name="Ada", color="#000000")), new)
    here = Actor(User(id=LOCAL_USER_ID, name="Me", color="#000000"))
    assert [each.info.name for each in managed.add(here, new).connections] == ["files"]


def test_no_answer_has_a_secret_in_it(here: TestClient, settings: Settings) -> None:
    scanner = LeakScanner({"password": CANARY})
    asked = [
        here.post("/operator/connections", json=NEW),
        here.post("/operator/connections", json=NEW),
        here.post("/operator/connections/warehouse/test"),
        here.post("/operator/connections", json=NEW | {"name": "Not a name"}),
        here.post("/operator/connections", json=NEW | {"name": "x", "password": [CANARY]}),
        *(
            here.get(path)
            for path in (
                "/operator/connections",
                "/operator/audit",
                "/operator/audit/chain",
                "/operator/audit/export",
                "/data/connections",
                "/data/warehouse/schema",
            )
        ),
        here.delete("/operator/connections/warehouse"),
    ]
    for answer in asked:
        scanner.feed("http", repr(answer.headers.raw).encode() + answer.content)
    assert settings.data_folder is not None
    for file in settings.data_folder.glob("*.sqlite*"):
        scanner.feed(file.name, file.read_bytes())
    assert scanner.hits() == set()


def test_the_audit_log_is_read_newest_first_and_by_connection(here: TestClient) -> None:
    here.post("/operator/connections", json=NEW)
    here.post("/operator/connections/demo/test")
    records = here.get("/operator/audit").json()["records"]
    assert [(each["action"], each["object"], each["result"]) for each in records] == [
        ("connection test", "demo", "ok"),
        ("connection add", "warehouse", "ok"),
    ]
    of_demo = here.get("/operator/audit", params={"connection": "demo"}).json()["records"]
    assert [each["action"] for each in of_demo] == ["connection test"]
    older = here.get("/operator/audit", params={"before": records[0]["sequence"]}).json()
    assert [each["action"] for each in older["records"]] == ["connection add"]
    assert here.get("/operator/audit", params={"actor": "somebody"}).json()["records"] == []
    assert here.get("/operator/audit", params={"before": "-1"}).status_code == 400


def test_the_chain_says_where_it_is_broken(here: TestClient, settings: Settings) -> None:
    for _ in range(3):
        here.post("/operator/connections/demo/test")
    chain = here.get("/operator/audit/chain").json()
    assert (chain["records"], chain.get("broken_at"), len(chain["newest"])) == (3, None, 64)
    assert settings.data_folder is not None
    _tamper(settings.data_folder / "audit.sqlite")
    broken = here.get("/operator/audit/chain").json()
    assert (broken["broken_at"], broken["reason"]) == (2, "it was changed")


def test_the_export_has_every_record_as_a_line(here: TestClient) -> None:
    for _ in range(2):
        here.post("/operator/connections/demo/test")
    export = here.get("/operator/audit/export")
    assert "attachment" in export.headers["content-disposition"]
    assert len(export.text.splitlines()) == 2


def _tamper(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DROP TRIGGER no_update")
        database.execute("UPDATE records SET result = 'refused' WHERE sequence = 2")
