"""What happens to somebody's access is a line in the log and a record in the chain."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from relay.app import create_app
from relay.audit import AuditFault, AuditLog, audit, keeping_lines
from relay.settings import Settings


def test_lines_are_kept_in_their_order(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.sqlite")
    with keeping_lines(log):
        audit("signed in", actor="ada", address="10.0.0.1")
        audit("denied", actor="eve", verb="write", document_id="d1", role=None)
    audit("signed out", actor="nobody keeps this one")
    first, second = log.records()
    assert (first.actor, first.action, first.result) == ("ada", "signed in", "ok")
    assert (second.object, second.result, second.details["verb"]) == ("d1", "refused", "write")
    assert log.verify() is None


def test_a_line_that_cannot_be_kept_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "audit.sqlite").mkdir()
    log = AuditLog(tmp_path / "audit.sqlite")
    with keeping_lines(log):
        audit("signed in", actor="ada")
    with pytest.raises(AuditFault):
        list(log.records())


def test_a_denial_at_the_relays_door_is_in_its_audit_log(settings: Settings) -> None:
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as relay:
        relay.get("/rooms/some-document/members", headers={"x-forwarded-for": "10.0.0.1"})
    log = AuditLog(settings.data_folder / "audit.sqlite")  # type: ignore[operator]
    (denied,) = log.records()
    assert (denied.action, denied.object) == ("denied", "some-document")
