"""`wasm-runtime run --relay`: a headless notebook reads and writes files in S3."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relay.storage.conftest import folder, s3, started_s3  # noqa: F401
from tests.relay.storage.s3_server import S3Server
from tests.relay.storage.test_streaming import KEY_VARIABLES, Relay, relay_of, s3_storage

from .conftest import RunNotebook


@pytest.fixture
def relay(tmp_path: Path, s3: S3Server) -> Iterator[Relay]:  # noqa: F811
    """With `lake` in S3, to be written, and `archive`, the same to read."""
    kept = s3_storage(s3)
    storages = {"lake": {**kept, "may_write": True}, "archive": kept}
    with relay_of(tmp_path, storages, **KEY_VARIABLES) as made:
        yield made


def test_pandas_reads_a_csv_in_s3_and_writes_one(
    run_notebook: RunNotebook,
    relay: Relay,
    s3: S3Server,  # noqa: F811
) -> None:
    rows = "".join(f"{number},row {number}\n" for number in range(600_000))
    s3.put("trips/may.csv", b"n,text\n" + rows.encode())
    ran = run_notebook(
        "import pandas as pd\n"
        "frame = pd.read_csv('storage://lake/trips/may.csv')\n"
        "print(len(frame), frame.n.sum(), frame.text.iloc[-1])",
        "frame.head(2).to_csv('storage://lake/out/größe 1.csv', index=False)\n"
        "import fsspec\n"
        "files = fsspec.filesystem('storage')\n"
        "print(files.ls('', detail=False), files.glob('lake/**/*.csv'))",
        "with files.open('lake/trips/may.csv', block_size=1000) as file:\n"
        "    file.seek(-7, 2)\n"
        "    print(file.read())",
        "files.rm('lake/trips', recursive=True)\nprint(files.exists('lake/trips/may.csv'))",
        "pd.read_csv('storage://archive/none.csv')",
        arguments=("--env", "data", "--relay", relay.address),
    )
    assert ran.text_of(0) == f"600000 {sum(range(600_000))} row 599999\n"
    assert ran.text_of(1) == (
        "['archive', 'lake'] ['lake/out/größe 1.csv', 'lake/trips/may.csv']\n"
    )
    assert ran.text_of(2) == "b'599999\\n'\n"
    assert ran.text_of(3) == "False\n"
    assert ran.cells[4].outputs[0]["ename"] == "FileNotFoundError"
    assert s3.content("out/größe 1.csv") == b"n,text\n0,row 0\n1,row 1\n"
    assert s3.keys() == ["out/größe 1.csv"]


def test_what_may_only_be_read_stays_as_it_is(
    run_notebook: RunNotebook,
    relay: Relay,
    s3: S3Server,  # noqa: F811
) -> None:
    ran = run_notebook(
        "import fsspec\nfsspec.filesystem('storage').pipe_file('archive/a', b'1')",
        arguments=("--env", "data", "--relay", relay.address),
    )
    assert ran.cells[0].outputs[0]["ename"] == "PermissionError"
    assert s3.keys() == []
