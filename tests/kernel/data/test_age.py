"""Kept results in Python: how old one may be, and that its age is said."""

from datetime import timedelta

import pytest

from tests.kernel.conftest import Notebook
from tests.kernel.seen import printed, seen
from tests.kernel.test_waiting import nested_loop
from wasm_runtime.contracts.table import TABLE_TYPE
from wasm_runtime.kernel.data.age import MaxAge, age_words, max_age_seconds
from wasm_runtime.kernel.data.errors import InterfaceError

IMPORT = "from wasm_runtime.data import *\n"
SQL = "select * from cities"
pytestmark = nested_loop


@pytest.mark.parametrize(
    ("max_age", "seconds"),
    [
        (None, None),
        (0, 0),
        (1.5, 1.5),
        (timedelta(minutes=2), 120),
        ("90", 90),
        ("90s", 90),
        ("10 minutes", 600),
        ("1 Minute", 60),
        ("10m", 600),
        ("1.5 hours", 5400),
        ("2 hrs", 7200),
        ("1d", 86400),
    ],
)
def test_an_age_is_said_as_people_say_it(max_age: MaxAge, seconds: float | None) -> None:
    assert max_age_seconds(max_age) == seconds


@pytest.mark.parametrize("max_age", ["", "soon", "10 parsecs", "-1", -1, True, float("nan"), "m"])
def test_what_is_no_age_is_refused_with_one_that_is(max_age: MaxAge) -> None:
    with pytest.raises(InterfaceError, match="10 minutes"):
        max_age_seconds(max_age)


def test_ages_in_words() -> None:
    words = [age_words(each) for each in (0, 59, 60, 200, 3600, 90_000, 200_000)]
    assert words == [
        "less than a minute old",
        "less than a minute old",
        "1 minute old",
        "3 minutes old",
        "1 hour old",
        "1 day old",
        "2 days old",
    ]


@pytest.mark.parametrize(
    "source",
    [
        f"query('demo', '{SQL}', max_age='10 minutes');",
        f"query('demo', '{SQL}', max_age='10 minutes', result='arrow');",
        f"await query_async('demo', '{SQL}', max_age=600);",
        f"connect('demo', max_age='10m').execute('{SQL}').fetchall();",
    ],
)
def test_the_age_of_a_kept_result_stands_beside_the_output(shop: Notebook, source: str) -> None:
    shop.host.ages[SQL] = 200
    assert ("stderr", "demo: kept result, 3 minutes old\n") in seen(shop.run(IMPORT + source))
    (asked,) = shop.host.queries
    assert asked.request.max_age_seconds == 600


def test_what_the_database_has_just_given_has_no_age(shop: Notebook) -> None:
    lines = seen(shop.run(f"{IMPORT}query('demo', '{SQL}');"))
    assert not [each for each in lines if each[0] == "stderr"]
    assert shop.host.queries[0].request.max_age_seconds is None


def test_an_answer_without_the_relay_says_so(shop: Notebook) -> None:
    shop.host.ages[SQL], shop.host.is_offline = 7200, True
    lines = seen(shop.run(f"{IMPORT}query('demo', '{SQL}');"))
    expected = "demo: kept result, 2 hours old; the relay cannot be reached\n"
    assert ("stderr", expected) in lines


def test_a_sql_cell_says_the_age_in_its_table_and_in_its_text(shop: Notebook) -> None:
    shop.host.ages[SQL], shop.host.is_offline = 200, True
    events = shop.run(f"%%sql demo --max-age 10m\n{SQL}")
    (shown,) = [each.data for each in events if hasattr(each, "data") and TABLE_TYPE in each.data]
    source = shown[TABLE_TYPE]["source"]
    assert (source["cached"], source["offline"]) == (True, True)
    words = "kept result, 3 minutes old; the relay cannot be reached"
    assert shown["text/plain"].endswith(f"\n{words}")
    assert shown["text/html"].endswith(f"<p>{words}</p>")
    assert shop.host.queries[0].request.max_age_seconds == 600


@pytest.mark.parametrize(
    ("line", "words"),
    [("demo --max-age soon", "such as 90s, 10m"), ("--max-age 10m", "is for a connection")],
)
def test_a_line_that_asks_for_no_age_is_refused(shop: Notebook, line: str, words: str) -> None:
    assert words in printed(shop.run(f"%%sql {line}\n{SQL}"), "stderr")
