"""Files in S3 from a notebook's cells: pandas, the page's question, and no key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Relay
from tests.browser.scratch_notebook import Scratch, open_context
from tests.relay.storage.relay_with_storages import toml
from tests.relay.storage.s3_server import S3Server, s3_server
from tests.relay.storage.test_streaming import KEY_VARIABLES, s3_storage

ROWS = "".join(f"{number},row {number}\n" for number in range(300_000))


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        server.put("trips/may.csv", f"n,text\n{ROWS}".encode())
        yield server


@pytest.fixture(scope="module")
def scratch(
    browser: Browser, s3: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scratch]:
    """At a relay with the storage `lake`."""
    folder: Path = tmp_path_factory.mktemp("storages")
    (folder / "storages.toml").write_text(toml({"lake": {**s3_storage(s3), "may_write": True}}))
    relay = Relay(
        environment={
            "WASM_RUNTIME_STORAGES": str(folder / "storages.toml"),
            "WASM_RUNTIME_DATA_FOLDER": str(folder / "data"),
            "WASM_RUNTIME_DOCUMENTS": str(folder / "documents.sqlite"),
            **KEY_VARIABLES,
        }
    )
    with open_context(browser) as context:
        yield Scratch(context.new_page(), relay.url, "data")
    relay.stop()


def question(scratch: Scratch, words: str) -> Locator:
    asked = scratch.page.get_by_role("alertdialog", name="Network permission")
    expect(asked).to_contain_text(f"wants to {words} with your rights")
    return asked


def test_pandas_reads_a_csv_in_s3_after_the_person_agreed(scratch: Scratch) -> None:
    sent: list[str] = []
    scratch.page.on("request", lambda request: sent.append(request.url))
    index = scratch.start(
        "import pandas as pd\n"
        "frame = pd.read_csv('storage://lake/trips/may.csv')\n"
        "print(len(frame), frame.n.sum(), frame.text.iloc[-1])"
    )
    asked = question(scratch, "read the storage lake")
    assert not [url for url in sent if "/storages/" in url]
    asked.get_by_role("button", name="Always in this notebook").click()
    scratch.printed(index, f"300000 {sum(range(300_000))} row 299999")


def test_writing_is_asked_for_once_more(scratch: Scratch, s3: S3Server) -> None:
    index = scratch.start(
        "frame.head(2).to_csv('storage://lake/out/two.csv', index=False)\nprint('done')"
    )
    asked = question(scratch, "change the storage lake")
    assert s3.keys() == ["trips/may.csv"]
    asked.get_by_role("button", name="Always in this notebook").click()
    scratch.printed(index, "done")
    assert s3.content("out/two.csv") == b"n,text\n0,row 0\n1,row 1\n"


def test_a_file_is_read_where_it_is_wanted(scratch: Scratch) -> None:
    output = scratch.run(
        "import fsspec\n"
        "files = fsspec.filesystem('storage')\n"
        "with files.open('lake/trips/may.csv', block_size=1000) as file:\n"
        "    file.seek(-7, 2)\n"
        "    print(file.read(), files.glob('lake/**/*.csv'))"
    )
    expect(output).to_contain_text(r"b'299999\n' ['lake/out/two.csv', 'lake/trips/may.csv']")
