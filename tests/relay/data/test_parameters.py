"""Values are bound, whatever they hold; and what a request may hold is decided at the door."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from relay.data.declaration import Declaration
from relay.data.engine import Engine
from relay.data.errors import BadParameter
from relay.data.parameters import Parameter, parameters_of
from relay.data.placeholders import bind, original_position
from tests.relay.data.conftest import Declarations, engine_of
from tests.relay.data.reading import one, read

HOSTILE = ["'; DROP TABLE people; --", "\\'", '"', "%s %d", ":name ? $1 ${x}", "*/ x /*", "😀\\"]


@pytest.mark.anyio
@pytest.mark.parametrize("text", HOSTILE)
async def test_no_text_is_ever_sql(engine: Engine, text: str) -> None:
    sql = "select name as n, ':text' as quoted from people where name = :text or id = :id"
    assert await read(engine, sql, text=text, id=1) == [{"n": "Ada", "quoted": ":text"}]


@pytest.mark.anyio
async def test_values_of_each_kind_are_compared_as_what_they_are(engine: Engine) -> None:
    sql = "select count(*) from people where id < :number and name <> :text and 1.5 = :float"
    values: dict[str, Parameter] = {"number": 3, "text": "ü", "float": 1.5}
    assert await one(engine, sql, **values) == 1
    assert await one(engine, "select count(*) from people where name = :none", none=None) == 0
    assert await one(engine, "select id from people order by id limit :n", n=1) == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("engine_name", "sql", "value", "expected"),
    [
        ("postgresql", "select :v + 0.005", Decimal("-1.20"), "-1.195"),
        ("postgresql", "select :v", b"\x00\xff", b"\x00\xff"),
        ("postgresql", "select :v - 1", date(2026, 3, 1), date(2026, 2, 28)),
        ("postgresql", "select :v", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),  # noqa: E501
        ("postgresql", "select not :v", True, False),
        ("postgresql", "select left('abc', :v)", 2, "ab"),
        ("mysql", "select :v + 0.005", Decimal("-1.20"), Decimal("-1.195")),
        ("mysql", "select :v", b"\x00\xff", b"\x00\xff"),
        ("mysql", "select date(:v)", datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1)),
        ("duckdb", "select :v + 0.005", Decimal("-1.20"), Decimal("-1.195")),
        ("duckdb", "select :v", b"\x00\xff", b"\x00\xff"),
        ("duckdb", "select :v", date(2026, 3, 1), date(2026, 3, 1)),
        ("sqlite", "select :v", b"\x00\xff", b"\x00\xff"),
        ("sqlite", "select date(:v, '+1 day')", date(2026, 2, 28), "2026-03-01"),
    ],
)  # fmt: skip
async def test_what_json_has_no_value_for(
    engine_name: str, sql: str, value: Parameter, expected: Any, declarations: Declarations
) -> None:
    assert await one(engine_of(declarations.of(engine_name)), sql, v=value) == expected


_NAIVE = datetime(2026, 3, 29, 1, 30, 0, 123456)
_VALUES: dict[str, Parameter] = {
    "nothing": None,
    "true": True,
    "false": False,
    "smallest": -(2**63),
    "largest": 2**63 - 1,
    "zero": 0.0,
    "tiny": 5e-324,
    "huge": -1.7976931348623157e308,
    "third": 1 / 3,
    "decimal": Decimal("-12345678901234567890.123456789"),
    "small": Decimal("1E-9"),
    "empty": "",
    "text": "Zürich 😀 \u202e\n\t'\"\\",
    "long": "é" * 100_000,
    "no_bytes": b"",
    "bytes": bytes(range(256)),
    "day": date(1, 1, 1),
    "last_day": date(9999, 12, 31),
    "moment": _NAIVE,
    "instant": _NAIVE.replace(tzinfo=timezone(timedelta(hours=2))),
}
"""One value of each kind that a request may hold, at the ends of what it may be."""
_AS_STORED: dict[str, Callable[[Parameter], Any]] = {
    # It has neither booleans, decimals nor times: they are numbers and text.
    "sqlite": lambda value: {
        bool: lambda: int(bool(value)),
        Decimal: lambda: str(value),
        date: lambda: str(value),
        datetime: lambda: str(value),
    }.get(type(value), lambda: value)(),
    "mysql": lambda value: int(value) if isinstance(value, bool) else value,
    # `numeric` comes as its digits.
    "postgresql": lambda value: f"{value:f}" if isinstance(value, Decimal) else value,
    "duckdb": lambda value: value,
}


@pytest.mark.anyio
@pytest.mark.parametrize("kind", _VALUES)
async def test_a_value_of_each_kind_comes_back_as_it_was_given(
    declaration: Declaration, kind: str
) -> None:
    value = _VALUES[kind]
    given = await one(engine_of(declaration), "select :v as v", v=value)
    expected = _AS_STORED[declaration.engine](value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        # The moment stays; of its zone the databases keep nothing.
        given, expected = _in_utc(given), _in_utc(expected)
    assert given == expected


def _in_utc(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def test_a_request_says_of_what_kind_a_value_is() -> None:
    assert parameters_of(
        {
            "a": None,
            "b": True,
            "c": 2**63 - 1,
            "d": {"decimal": "1.20"},
            "e": {"bytes": "AP8="},
            "f": {"date": "2026-11-21"},
            "g": {"timestamp": "2026-11-21T10:00:00+02:00"},
        }
    ) == {
        "a": None,
        "b": True,
        "c": 2**63 - 1,
        "d": Decimal("1.20"),
        "e": b"\x00\xff",
        "f": date(2026, 11, 21),
        "g": datetime(2026, 11, 21, 8, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    "value",
    [
        {"select": "1"},
        {"decimal": "NaN"},
        {"decimal": 1},
        {"date": "yesterday"},
        {"bytes": "*"},
        {"date": "2026-11-21", "bytes": ""},
        [1],
        {},
        2**63,
        float("nan"),
        float("inf"),
    ],
)
def test_anything_else_is_refused_by_name(value: object) -> None:
    with pytest.raises(BadParameter, match="Parameter city"):
        parameters_of({"city": value})


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a'b", "x" * 64])
def test_a_name_that_sql_could_not_have_is_refused(name: str) -> None:
    with pytest.raises(BadParameter, match="no name of a parameter"):
        parameters_of({name: 1})


def test_a_million_parameters_are_refused() -> None:
    with pytest.raises(BadParameter, match="at most 1000"):
        parameters_of({f"p{n}": n for n in range(1_000_000)})


@pytest.mark.parametrize(
    ("dialect", "sql", "bound"),
    [
        ("postgresql", "select :a, ':a', \":a\", x::a", "select <a>, ':a', \":a\", x::a"),
        ("postgresql", "select $$ :a $$, $t$ :a $t$, :a", "select $$ :a $$, $t$ :a $t$, <a>"),
        ("postgresql", r"select E'\' :a', :a", r"select E'\' :a', <a>"),
        ("postgresql", "select x[1:n], :n -- :n", "select x[1:n], :n -- :n"),
        ("mysql", r"select '\' :a', `:a`, :a # :a", r"select '\' :a', `:a`, <a> # :a"),
        ("mysql", "select /* :a */ /*!50000 :a */", "select /* :a */ /*!50000 <a> */"),
        ("sqlite", "select [:a], `:a`, :a, :ab", "select [:a], `:a`, <a>, :ab"),
        ("duckdb", "select '' || :a || '''' -- :a\n, :a", "select '' || <a> || '''' -- :a\n, <a>"),
    ],
)
def test_placeholders_are_found_where_sql_has_values(dialect: str, sql: str, bound: str) -> None:
    assert bind(sql, {"a"}, dialect, lambda name: f"<{name}>") == bound


def test_a_place_in_the_bound_text_is_found_in_the_one_that_was_written() -> None:
    sql = "select :a, :a, nope"
    bound = bind(sql, {"a"}, "postgresql", lambda name: "current_setting")
    at = original_position(
        sql, bound.index("nope"), {"a"}, "postgresql", lambda _: "current_setting"
    )
    assert sql[at:] == "nope"
