"""`wasm-runtime run --relay`: a headless notebook asks a relay's databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relay.data.relay_with_data import DataRelay, data_relay

from .conftest import RunNotebook


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[DataRelay]:
    with data_relay(tmp_path, {}, "") as started:
        yield started


def test_a_headless_notebook_queries_the_relay(run_notebook: RunNotebook, relay: DataRelay) -> None:
    ran = run_notebook(
        "%%sql demo\nselect count(*) as n from orders",
        "print('orders', _sql.n[0])",
        "from wasm_runtime.data import query\nquery('demo', 'select nothing')",
        arguments=("--env", "data", "--relay", str(relay.http.base_url)),
    )
    assert ran.text_of(1) == "orders 2000\n"
    assert ran.cells[2].outputs[0]["ename"] == "ProgrammingError"
    assert ran.status == 1


def test_a_headless_text_says_how_old_a_kept_result_is(
    run_notebook: RunNotebook, relay: DataRelay
) -> None:
    ran = run_notebook(
        *["%%sql demo --max-age 10m\nselect hex(randomblob(8)) as mark"] * 2,
        arguments=("--env", "data", "--relay", str(relay.http.base_url)),
    )
    asked, kept = ("".join(cell.outputs[0]["data"]["text/plain"]) for cell in ran.cells)
    assert kept == f"{asked}\nkept result, less than a minute old"
    assert ran.status == 0
