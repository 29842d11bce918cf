"""Kept results over HTTP: on a whole relay, with databases that would answer differently."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from relay.audit import AuditLog
from relay.data.engine import END_OF_STREAM
from tests.faults.faulty_disk import DiskFault, FaultyDisk
from tests.relay.data.conftest import SERIES, Declarations
from tests.relay.data.reading import rows_of
from tests.relay.data.relay_with_data import DataRelay, data_relay
from tests.relay.data.servers import READER_PASSWORD

AGE, KEEP, PERSON = "x-result-age", "x-result-keep", "x-result-person"
DIFFERENT = {
    "postgresql": "select clock_timestamp()::text as a, :n::int as n",
    "sqlite": "select hex(randomblob(16)) as a, :n as n",
}
"""A new value each time that the database is asked."""


@pytest.fixture(scope="module")
def relay(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DataRelay]:
    folder = tmp_path_factory.mktemp("relay")
    declarations = Declarations(request, folder)
    declared = {name: declarations.of(name) for name in DIFFERENT}
    declared["forbidden"] = dataclasses.replace(declared["postgresql"], keep_results=False)
    declared["brief"] = dataclasses.replace(declared["postgresql"], keep_seconds=0.2)
    with data_relay(folder, declared, READER_PASSWORD) as started:
        yield started


def ask(
    relay: DataRelay, name: str, n: int, max_age: float | None = 600, **given: object
) -> httpx2.Response:
    sql = DIFFERENT.get(name, DIFFERENT["postgresql"])
    answer = relay.post(name, sql, parameters={"n": n}, max_age_seconds=max_age, **given)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("name", DIFFERENT)
def test_the_same_question_is_answered_by_what_was_kept(relay: DataRelay, name: str) -> None:
    first = ask(relay, name, 1)
    again = ask(relay, name, 1, query_id=f"kept-again-{name}")
    assert AGE not in first.headers
    assert 0 <= float(again.headers[AGE]) < 60
    assert again.content == first.content
    status = relay.status(f"kept-again-{name}")
    assert (status["state"], status["rows"]) == ("finished", 1)
    assert 0 <= status["age_seconds"] < 60


@pytest.mark.parametrize("name", DIFFERENT)
def test_whoever_asks_for_nothing_kept_gets_what_the_database_says(
    relay: DataRelay, name: str
) -> None:
    kept = ask(relay, name, 2)
    new = ask(relay, name, 2, max_age=None)
    assert AGE not in new.headers
    assert rows_of(new.content) != rows_of(kept.content)
    assert ask(relay, name, 2).content == kept.content, "what nobody asked to keep is not kept"


def test_an_age_of_0_asks_the_database_and_keeps(relay: DataRelay) -> None:
    ask(relay, "sqlite", 3)
    new = ask(relay, "sqlite", 3, max_age=0)
    assert AGE not in new.headers
    assert ask(relay, "sqlite", 3).content == new.content


def test_other_parameters_or_another_cut_are_another_question(relay: DataRelay) -> None:
    kept = ask(relay, "sqlite", 4)
    for other in (ask(relay, "sqlite", 5), ask(relay, "sqlite", 4, first_rows=1)):
        assert AGE not in other.headers
        assert other.content != kept.content


def test_a_result_that_ended_early_still_says_so(relay: DataRelay) -> None:
    sql = SERIES["postgresql"].format(rows=20)
    for number in range(2):
        answer = relay.post(
            "postgresql", sql, first_rows=5, max_age_seconds=600, query_id=f"kept-more-{number}"
        )
        assert len(rows_of(answer.content)) == 5
        status = relay.status(f"kept-more-{number}")
        assert (status["more"], "age_seconds" in status) == (True, number == 1)


def test_a_page_is_told_how_long_it_may_keep_a_result_and_for_whom(relay: DataRelay) -> None:
    heads = [ask(relay, "sqlite", 7).headers for _ in range(2)]
    assert [each[PERSON] for each in heads] == ["local", "local"]
    assert heads[0][KEEP] == "86400"
    assert float(heads[1][KEEP]) == pytest.approx(86400 - float(heads[1][AGE]), abs=1)


def test_what_the_operator_forbids_is_not_kept(relay: DataRelay) -> None:
    answers = [ask(relay, "forbidden", 1) for _ in range(2)]
    assert [(AGE in each.headers, each.headers[KEEP]) for each in answers] == [(False, "0")] * 2


def test_the_longest_age_is_the_operators(relay: DataRelay) -> None:
    kept = ask(relay, "brief", 1)
    until(lambda: AGE not in ask(relay, "brief", 1).headers)
    assert ask(relay, "brief", 1).content != kept.content


def test_a_result_that_was_cut_is_not_kept(relay: DataRelay) -> None:
    sql = SERIES["postgresql"].format(rows=200_000)
    with pytest.raises(httpx2.RemoteProtocolError):
        relay.post("postgresql", sql, max_rows=100_000, max_age_seconds=600)
    with relay.stream("postgresql", sql, max_age_seconds=600, query_id="left-early") as answer:
        next(answer.iter_bytes())
    until(lambda: relay.status("left-early")["state"] == "failed")
    whole = relay.post("postgresql", sql, max_age_seconds=600)
    assert AGE not in whole.headers
    kept = relay.post("postgresql", sql, max_age_seconds=600)
    assert AGE in kept.headers
    assert kept.content == whole.content
    with pytest.raises(httpx2.RemoteProtocolError):
        relay.post("postgresql", sql, max_rows=100_000, max_age_seconds=600)


def test_two_who_ask_at_once_each_ask_the_database(relay: DataRelay) -> None:
    sql = "select clock_timestamp()::text as a, pg_sleep(0.5)"

    def one() -> httpx2.Response:
        return relay.post("postgresql", sql, max_age_seconds=600)

    with ThreadPoolExecutor(2) as threads:
        answers = [each.result() for each in (threads.submit(one), threads.submit(one))]
    assert [AGE in each.headers for each in answers] == [False, False]
    contents = [each.content for each in answers]
    assert contents[0] != contents[1]
    assert one().content in contents


def test_every_use_of_a_kept_result_is_in_the_audit_log(relay: DataRelay) -> None:
    for number in range(2):
        ask(relay, "sqlite", 6, query_id=f"kept-audited-{number}")
    log = AuditLog(relay.data / "audit.sqlite")
    assert log.verify() is None
    asked, kept = list(log.records())[-2:]
    log.close()
    assert (asked.result, kept.result) == ("ok", "kept")
    assert (kept.actor, kept.object, kept.details["query"]) == ("local", "sqlite", "kept-audited-1")
    assert kept.details["rows"] == 1


def test_an_age_that_is_none_is_refused(relay: DataRelay) -> None:
    answer = relay.post("sqlite", "select 1", max_age_seconds=-1)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_kept_result_begins_within_50_ms(relay: DataRelay) -> None:
    sql = SERIES["postgresql"].format(rows=500_000)
    relay.post("postgresql", sql, max_age_seconds=600)
    fastest = min(seconds_to_first_byte(relay, sql) for _ in range(10))
    assert fastest < 0.05


@pytest.mark.parametrize("fault", ["disk full", "write EIO"])
@pytest.mark.parametrize("every", [1, 3])
def test_a_bad_disk_costs_nobody_a_result(
    declarations: Declarations, tmp_path: Path, fault: DiskFault, every: int
) -> None:
    disk = FaultyDisk(tmp_path, files="/results/")
    declared = {"postgresql": declarations.of("postgresql")}
    sql = SERIES["postgresql"].format(rows=300_000)
    with data_relay(tmp_path, declared, READER_PASSWORD, **disk.variables) as relay:
        disk.fail(fault, every)
        answers = [relay.post("postgresql", sql, max_age_seconds=600) for _ in range(2)]
        assert disk.mend() > 0
        assert all(each.content.endswith(END_OF_STREAM) for each in answers)
        assert [AGE in each.headers for each in answers] == [False, False]
        kept = [each for each in (relay.data / "results").glob("*/*") if each.name != ".lock"]
        assert kept == []
        assert "a result could not be kept" in relay.log
        relay.post("postgresql", sql, max_age_seconds=600)
        assert AGE in relay.post("postgresql", sql, max_age_seconds=600).headers


def seconds_to_first_byte(relay: DataRelay, sql: str) -> float:
    started = time.perf_counter()
    with relay.stream("postgresql", sql, max_age_seconds=600) as answer:
        next(answer.iter_bytes())
        assert AGE in answer.headers
        return time.perf_counter() - started


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "It did not come about."
        time.sleep(0.01)
