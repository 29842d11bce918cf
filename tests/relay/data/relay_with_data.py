"""A whole relay in a process of its own, with a connection to each database; and what is asked of
it over HTTP."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil

from relay.data.declaration import Declaration, as_plain
from tests.relay.data.reading import rows_of
from tests.relay.sync.relay_process import RelayProcess
from tests.support.canaries import SECRET_KEY


class DataRelay:
    """Connections are called by their engines."""

    def __init__(self, process: RelayProcess, folder: Path) -> None:
        self._process = process
        self.data = folder / "data"
        base = process.address.replace("ws://", "http://").removesuffix("rooms")
        self.http = httpx2.Client(base_url=base, trust_env=False, timeout=60)

    @property
    def log(self) -> str:
        return self._process.log

    @property
    def pid(self) -> int:
        assert self._process.process is not None
        return self._process.process.pid

    @property
    def memory_bytes(self) -> int:
        return int(psutil.Process(self.pid).memory_info().rss)

    def children(self) -> list[psutil.Process]:
        found = psutil.Process(self.pid).children()
        return [child for child in found if child.status() != psutil.STATUS_ZOMBIE]

    def post(self, connection: str, sql: str, **given: Any) -> httpx2.Response:
        return self.http.post(f"data/{connection}/query", json={"sql": sql, **given})

    def rows(self, connection: str, sql: str, **given: Any) -> list[dict[str, Any]]:
        answer = self.post(connection, sql, **given)
        assert answer.status_code == 200, answer.text
        return rows_of(answer.content)

    def stream(self, connection: str, sql: str, **given: Any) -> Any:
        return self.http.stream("POST", f"data/{connection}/query", json={"sql": sql, **given})

    def status(self, query_id: str) -> dict[str, Any]:
        return dict(self.http.get(f"data/queries/{query_id}").json())


@contextmanager
def data_relay(
    folder: Path, declared: Mapping[str, Declaration], password: str, **variables: str
) -> Iterator[DataRelay]:
    """A relay that has these connections, until the block ends."""
    (folder / "index.html").write_text("<!doctype html>")
    file = folder / "connections.toml"
    file.write_text("\n".join(_table(name, each) for name, each in declared.items()))
    relay = RelayProcess(
        folder,
        WASM_RUNTIME_CONNECTIONS=str(file),
        WASM_RUNTIME_DATA_FOLDER=str(folder / "data"),
        **{
            "WASM_RUNTIME_SECRET_READER": password,
            "WASM_RUNTIME_SECRET_KEY": SECRET_KEY,
            **variables,
        },
    )
    relay.start()
    try:
        started = DataRelay(relay, folder)
        with started.http:
            yield started
    finally:
        relay.end()


def _table(name: str, declared: Declaration) -> str:
    password = 'secret("reader")' if declared.user else ""
    plain = as_plain(dataclasses.replace(declared, password=password))
    # A JSON string is a TOML string too.
    lines = [
        f"{field}.{each} = {json.dumps(own)}" if each else f"{field} = {json.dumps(own)}"
        for field, value in plain.items()
        for each, own in (value.items() if isinstance(value, dict) else [("", value)])
    ]
    return "\n".join([f"[connections.{name}]", *lines])
