"""Audit records: kept in order, and any tampering shows."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from relay.audit import AuditEvent, AuditFault, AuditLog, Broken
from relay.secrets import SecretMask


def event(number: int) -> AuditEvent:
    return AuditEvent(
        actor="ada",
        on_behalf_of="an agent",
        action="query",
        object="warehouse",
        result="ok",
        details={"rows": number, "sql": "select 'ü'"},
    )


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    written = AuditLog(tmp_path / "audit.sqlite")
    for number in range(5):
        written.append(event(number))
    return written


def tamper(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DROP TRIGGER no_update")
        database.execute("DROP TRIGGER no_delete")
        database.execute(statement)


def test_records_come_back_as_they_were_and_the_chain_holds(log: AuditLog) -> None:
    records = list(log.records())
    assert [record.sequence for record in records] == [1, 2, 3, 4, 5]
    assert [record.details["rows"] for record in log.records(after=3)] == [3, 4]
    assert records[0].actor == "ada"
    assert log.verify() is None
    assert log.verify(newest=records[-1].hash) is None
    json.dumps(asdict(records[0]))


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE records SET actor = 'eve' WHERE sequence = 3", Broken(3, "it was changed")),
        ("UPDATE records SET details = '{}' WHERE sequence = 1", Broken(1, "it was changed")),
        ("DELETE FROM records WHERE sequence = 2", Broken(2, "record 2 is missing")),
        ("DELETE FROM records WHERE sequence = 1", Broken(1, "record 1 is missing")),
    ],
)
def test_tampering_shows(log: AuditLog, tmp_path: Path, statement: str, broken: Broken) -> None:
    log.close()
    tamper(tmp_path / "audit.sqlite", statement)
    assert log.verify() == broken


def test_records_cut_off_the_end_show_to_whoever_noted_the_newest(
    log: AuditLog, tmp_path: Path
) -> None:
    newest = list(log.records())[-1].hash
    log.close()
    tamper(tmp_path / "audit.sqlite", "DELETE FROM records WHERE sequence = 5")
    assert log.verify() is None
    assert log.verify(newest) == Broken(5, "the newest known record is missing")


def test_the_database_itself_refuses_a_change(log: AuditLog, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "audit.sqlite")) as database:
        for statement in ("UPDATE records SET actor = 'eve'", "DELETE FROM records"):
            with pytest.raises(sqlite3.IntegrityError, match="an audit record is never"):
                database.execute(statement)


def test_two_writers_keep_one_chain(tmp_path: Path) -> None:
    logs = [AuditLog(tmp_path / "audit.sqlite") for _ in range(2)]
    logs[0].append(event(0))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: logs[n % 2].append(event(n)), range(40)))
    assert logs[0].verify() is None
    assert len(list(logs[1].records())) == 41


def test_no_record_repeats_a_secret(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.sqlite", SecretMask(["a-secret-value"]))
    log.append(
        AuditEvent(
            actor="a", action="query", object="w", result="ok", details={"sql": "'a-secret-value'"}
        )
    )
    log.close()
    assert b"a-secret-value" not in (tmp_path / "audit.sqlite").read_bytes()


def test_a_record_that_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "audit.sqlite").mkdir()
    with pytest.raises(AuditFault, match="could not be written"):
        AuditLog(tmp_path / "audit.sqlite").append(event(1))
