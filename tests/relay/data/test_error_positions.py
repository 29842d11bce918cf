"""Where in the SQL an error is, also for the engines that do not say it, or not plainly."""

import pytest

from relay.data.child.sqlite_position import position_of
from relay.data.errors import QueryFailed
from tests.relay.data.conftest import Declarations, engine_of
from tests.relay.data.reading import read

pytestmark = pytest.mark.anyio

WRONG = {
    "select 1 frm ‹people": "a word where none can stand",
    "select 'frm', \"frm\" as frmx -- frm\n from people where id = 1 ‹frm": "after others like it",
    "select name as ordered from people where id = 1 or ‹or 2": "a word that begins another",
    "select ‹nmae from people": "a column that is not there",
    "select p.id, ‹p.nmae from people p": "one of a table",
    "select 'nmae', id -- nmae\nfrom people where ‹NMAE = 1": "beside texts and comments",
    "select * from people join ‹nowhere on true": "a table that is not there",
    "select ‹nothing(id) from people": "a function that is not there",
    "select ‹id from people p join cities c on true": "a column of two tables",
    "select id from people where (id = 1‹": "a text that ends too soon",
    "select 'é😀', id frm ‹people": "behind characters of several bytes",
    "select id from people where id = 1 ‹¤ 2": "a sign that is none",
}


@pytest.mark.parametrize("marked", WRONG, ids=list(WRONG.values()))
async def test_sqlites_error_has_its_place(declarations: Declarations, marked: str) -> None:
    sql = marked.replace("‹", "")
    with pytest.raises(QueryFailed) as failed:
        await read(engine_of(declarations.of("sqlite")), sql)
    assert failed.value.position == marked.index("‹"), str(failed.value)


async def test_finding_the_place_runs_nothing(declarations: Declarations) -> None:
    endless = (
        "with recursive s (n) as (select 1 union all select n + 1 from s) select count(*) from s"
    )
    sql = f"{endless} ;;; "
    with pytest.raises(QueryFailed) as failed:
        await read(engine_of(declarations.of("sqlite")), f"{sql} s")
    assert failed.value.position is None or failed.value.position >= len(endless)


def test_so_many_places_are_tried_and_no_more() -> None:
    tried: list[str] = []

    def never(sql: str) -> str:
        tried.append(sql)
        return ""

    assert position_of('near "x": syntax error', "x " * 5000, never) is None
    assert len(tried) == 100


async def test_duckdbs_error_has_its_place_in_a_long_line(declarations: Declarations) -> None:
    engine = engine_of(declarations.of("duckdb"))
    columns = ", ".join(f"id + {n} as id_{n}" for n in range(60))
    for marked in (
        f"select {columns}, ‹nmae from people",
        f"select 1,\n  {columns}, ‹nmae, {columns} from people",
        "select 'é😀' as a, ‹nmae from people",
        f"select 'é😀' as a, {columns}, ‹nmae from people where id < :most",
    ):
        sql = marked.replace("‹", "")
        with pytest.raises(QueryFailed) as failed:
            await read(engine, sql, **({"most": 3} if ":most" in sql else {}))
        assert failed.value.position == marked.index("‹"), str(failed.value)
