"""A DataFrame that is looked at: windows, sorts, filters, profiles, exports, and its end."""

import json
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from tests.kernel.conftest import Notebook
from wasm_runtime.contracts.codec import encode
from wasm_runtime.contracts.table import (
    TABLE_TARGET,
    AskExport,
    AskProfile,
    AskWindow,
    ProfileBin,
    TableExport,
    TableFilter,
    TableProfile,
    TableRefusal,
    TableSort,
    TableWindow,
)
from wasm_runtime.contracts.worker import CommMessage, OpenComm
from wasm_runtime.kernel.tables.comm_target import answer_request
from wasm_runtime.kernel.tables.refused import RefusedRequest
from wasm_runtime.kernel.tables.store import TableStore, store

FRAME = pd.DataFrame(
    {
        "city": ["Osaka", "Bern", None, "bern", "Zürich"],
        "n": pd.array([3, None, 2**60, -1, 3], dtype="Int64"),
        "amount": [1.5, float("nan"), float("inf"), -2.0, 0.25],
        "on": pd.to_datetime(["2026-01-02", "2026-01-01", None, "2026-03-01", "2026-02-01"]),
        "at": pd.to_datetime(["2026-01-02T08:00Z"] * 4 + [None]),
        "exact": [Decimal("1.10"), Decimal("-1.20"), None, Decimal(3), Decimal("2.5")],
        "tags": [[1, None], [], None, ["x"], ["y"]],
        "is_new": pd.array([True, False, None, True, True], dtype="boolean"),
    }
)
COLUMN = {name: number for number, name in enumerate(FRAME.columns)}


def ask(request: Any, frame: pd.DataFrame = FRAME) -> Any:
    table_id, _ = store.add(frame, "frame")
    answer, _ = answer_request(table_id, encode(request))
    return answer


def order_by(*sort: TableSort, filters: tuple[TableFilter, ...] = ()) -> list[Any]:
    """The first column's values, sorted and filtered."""
    request = AskWindow(request_id="1", offset=0, limit=10, sort=list(sort), filters=list(filters))
    return [row[0] for row in ask(request).rows]


def test_a_window_holds_json_and_text() -> None:
    answer = ask(AskWindow(request_id="7", offset=0, limit=3))
    assert answer == TableWindow(
        request_id="7",
        offset=0,
        total=5,
        rows=[
            ["Osaka", 3, 1.5, "2026-01-02", "2026-01-02 08:00:00+00:00", "1.10", "[1, null]", True],
            ["Bern", None, None, "2026-01-01", "2026-01-02 08:00:00+00:00", "-1.20", "[]", False],
            [None, str(2**60), "inf", None, "2026-01-02 08:00:00+00:00", None, None, None],
        ],
    )
    json.dumps(encode(answer), allow_nan=False)


@pytest.mark.parametrize(
    ("column", "ascending", "descending"),
    [
        (
            "city",
            ["Bern", "Osaka", "Zürich", "bern", None],
            ["bern", "Zürich", "Osaka", "Bern", None],
        ),
        ("n", ["bern", "Osaka", "Zürich", None, "Bern"], [None, "Osaka", "Zürich", "bern", "Bern"]),
        (
            "amount",
            ["bern", "Zürich", "Osaka", None, "Bern"],
            [None, "Osaka", "Zürich", "bern", "Bern"],
        ),
        (
            "on",
            ["Bern", "Osaka", "Zürich", "bern", None],
            ["bern", "Zürich", "Osaka", "Bern", None],
        ),
        (
            "exact",
            ["Bern", "Osaka", "Zürich", "bern", None],
            ["bern", "Zürich", "Osaka", "Bern", None],
        ),
    ],
)
def test_rows_are_sorted_with_missing_ones_last(
    column: str, ascending: list[Any], descending: list[Any]
) -> None:
    assert order_by(TableSort(column=COLUMN[column])) == ascending
    assert order_by(TableSort(column=COLUMN[column], descending=True)) == descending


def test_the_second_column_orders_what_is_equal_in_the_first() -> None:
    by_number = TableSort(column=COLUMN["n"])
    assert order_by(by_number, TableSort(column=0, descending=True))[:3] == [
        "bern",
        "Zürich",
        "Osaka",
    ]


@pytest.mark.parametrize(
    ("wanted", "passing"),
    [
        (TableFilter(column=COLUMN["city"], test="contains", value="BER"), ["Bern", "bern"]),
        (TableFilter(column=COLUMN["city"], test="equals", value="Bern"), ["Bern"]),
        (TableFilter(column=COLUMN["city"], test="missing"), [None]),
        (TableFilter(column=COLUMN["n"], test="present"), ["Osaka", None, "bern", "Zürich"]),
        (TableFilter(column=COLUMN["n"], test="equals", value=3), ["Osaka", "Zürich"]),
        (TableFilter(column=COLUMN["n"], test="equals", value=str(2**60)), [None]),
        (TableFilter(column=COLUMN["n"], test="contains", value="115"), [None]),
        (TableFilter(column=COLUMN["amount"], test="range", least=0, most=1), ["Zürich"]),
        (TableFilter(column=COLUMN["on"], test="range", least="2026-02-01"), ["bern", "Zürich"]),
        (TableFilter(column=COLUMN["on"], test="equals", value="2026-01-01"), ["Bern"]),
        (TableFilter(column=COLUMN["at"], test="range", most="2026-01-01"), []),
        (TableFilter(column=COLUMN["exact"], test="range", least=2), ["bern", "Zürich"]),
        (TableFilter(column=COLUMN["is_new"], test="equals", value=False), ["Bern"]),
        (TableFilter(column=COLUMN["tags"], test="contains", value="x"), ["bern"]),
    ],
)
def test_filters_keep_what_passes(wanted: TableFilter, passing: list[Any]) -> None:
    assert order_by(filters=(wanted,)) == passing


def test_a_filtered_table_is_sorted_and_counted() -> None:
    wanted = TableFilter(column=COLUMN["n"], test="present")
    assert order_by(TableSort(column=0), filters=(wanted,)) == ["Osaka", "Zürich", "bern", None]
    asked = AskWindow(request_id="1", offset=1, limit=1, filters=[wanted])
    assert ask(asked).total == 4


def test_a_profile_of_numbers_has_equally_wide_bins() -> None:
    frame = pd.DataFrame({"n": [0, 1, 2, 3, None, 10]})
    answer = ask(AskProfile(request_id="1", column=0), frame)
    assert isinstance(answer, TableProfile)
    assert (answer.rows, answer.missing, answer.distinct) == (6, 1, 5)
    assert (answer.least, answer.most, answer.mean) == (0, 10, 3.2)
    assert [each.count for each in answer.bins] == [2, 2, 0, 0, 1]
    assert (answer.bins[0].least, answer.bins[-1].most) == (0, 10)


def test_a_profile_of_text_has_the_most_frequent() -> None:
    frame = pd.DataFrame({"t": ["a", "b", "a", None]})
    answer = ask(AskProfile(request_id="1", column=0), frame)
    assert (answer.least, answer.most, answer.mean) == ("a", "b", None)
    assert answer.bins == [
        ProfileBin(least="a", most=None, count=2),  # type: ignore[arg-type]  # JSON null
        ProfileBin(least="b", most=None, count=1),  # type: ignore[arg-type]  # JSON null
    ]


@pytest.mark.parametrize("column", range(len(COLUMN)))
def test_every_kind_of_column_has_a_profile(column: int) -> None:
    answer = ask(AskProfile(request_id="1", column=column))
    assert isinstance(answer, TableProfile)
    assert answer.rows == 5
    assert sum(each.count for each in answer.bins) >= 3
    json.dumps(encode(answer), allow_nan=False)


def test_csv_is_exported_as_sorted_and_filtered() -> None:
    table_id, _ = store.add(FRAME[["city", "n"]], "my frame")
    request = AskExport(
        request_id="1",
        format="csv",
        sort=[TableSort(column=0, descending=True)],
        filters=[TableFilter(column=0, test="contains", value="ern")],
    )
    answer, buffers = answer_request(table_id, encode(request))
    assert answer == TableExport(request_id="1", file_name="my_frame.csv")
    assert buffers == [b"city,n\nbern,-1\nBern,\n"]


def test_csv_of_many_rows_has_one_header() -> None:
    table_id, _ = store.add(pd.DataFrame({"n": range(120_000)}))
    _, (body,) = answer_request(table_id, encode(AskExport(request_id="1", format="csv")))
    lines = body.decode().splitlines()
    assert (len(lines), lines[0], lines[1], lines[-1]) == (120_001, "n", "0", "119999")


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_a_file_that_is_too_large_is_refused(
    format_: Literal["csv", "parquet"], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wasm_runtime.kernel.tables.export.MAX_BYTES", 2 * 1024**2)
    frame = pd.DataFrame({"n": np.random.default_rng(1).random(600_000)})
    answer = ask(AskExport(request_id="1", format=format_), frame)
    assert isinstance(answer, TableRefusal)
    assert "larger than 2 MiB" in answer.message


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (AskWindow(request_id="1", offset=0, limit=5000), "at most 1000"),
        (AskProfile(request_id="1", column=99), "there is no column 99"),
        (
            AskWindow(
                request_id="1",
                offset=0,
                limit=1,
                filters=[TableFilter(column=COLUMN["n"], test="equals", value="abc")],
            ),
            "'abc' is none",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(request_: Any, said: str) -> None:
    answer = ask(request_)
    assert isinstance(answer, TableRefusal)
    assert said in answer.message


def test_a_message_that_is_none_of_the_contract_is_refused() -> None:
    answer, _ = answer_request("x", {"kind": "drop_table", "request_id": "5"})
    assert isinstance(answer, TableRefusal)
    assert answer.request_id == "5"


def test_old_tables_go_unless_python_keeps_their_frames() -> None:
    tables = TableStore()
    kept = pd.DataFrame({"n": [1, 2]})
    first, _ = tables.add(kept)
    lost, _ = tables.add(pd.DataFrame({"n": [3]}))
    for number in range(20):
        tables.add(pd.DataFrame({"n": [number]}))
    assert tables.find(first)[0].rows == 2
    with pytest.raises(RefusedRequest, match="does not have this table any more"):
        tables.find(lost)


def test_a_table_shows_the_frame_as_it_was_when_it_was_shown() -> None:
    tables = TableStore()
    frame = pd.DataFrame({"n": [1, 2]})
    table_id, _ = tables.add(frame)
    frame.loc[0, "n"] = 99
    assert tables.find(table_id)[0].preview(1) == [[1]]


def test_a_page_asks_through_a_comm(notebook: Notebook) -> None:
    table_id, _ = store.add(FRAME)
    messages = notebook.ask(
        OpenComm(comm_id="c", target_name=TABLE_TARGET, data={"table_id": table_id}),  # type: ignore[arg-type]  # JSON
        CommMessage(comm_id="c", data=encode(AskWindow(request_id="w", offset=4, limit=1))),
        CommMessage(comm_id="c", data=encode(AskExport(request_id="e", format="csv"))),
    )
    window, exported = messages
    assert (window.comm_id, window.data["rows"][0][0]) == ("c", "Zürich")
    assert exported.buffers[0].startswith(b"city,n,")
