"""A whole relay in a process of its own; people in its rooms, and agents before its door."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client
from mcp.client.client import ConnectMode
from mcp.client.streamable_http import streamable_http_client

from relay.sync.lib0 import Reader, block_bytes, number_bytes
from tests.relay.sync.relay_process import RelayProcess, SocketPeer, running_relay
from wasm_runtime.cell import CellContent
from wasm_runtime.notebook import Notebook

ROOT = Path(__file__).parents[3]


class AgentRelay:
    def __init__(self, process: RelayProcess, folder: Path, variables: dict[str, str]) -> None:
        self.process = process
        self.folder = folder
        self._variables = variables

    @property
    def origin(self) -> str:
        return self.process.address.replace("ws://", "http://").removesuffix("/rooms")

    @property
    def url(self) -> str:
        return f"{self.origin}/mcp"

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`wasm-runtime …` beside the relay."""
        return subprocess.run(
            [sys.executable, "-m", "wasm_runtime", *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "PATH": os.environ["PATH"],
            "WASM_RUNTIME_DOCUMENTS": str(self.process.documents),
            **self._variables,
        }

    def token(self, *scopes: str, **options: str) -> str:
        """A new token's secret; its scopes are read, write and run if none are given."""
        return self.named_token(*scopes, **options)[1]

    def named_token(self, *scopes: str, **options: str) -> tuple[str, str]:
        """The id and the secret of a new token."""
        given = [f"--scope={scope}" for scope in scopes or ("read", "write", "run")]
        given += [f"--{name}={value}" for name, value in options.items()]
        done = self.command("token", "add", "Claude", *given)
        assert done.returncode == 0, done.stderr
        first, second, *_ = done.stdout.splitlines()
        return first.split()[1], second.strip()

    def audit(self) -> list[dict[str, Any]]:
        exported = self.command("audit", "export").stdout
        return [json.loads(line) for line in exported.splitlines()]

    def kept(self) -> bytes:
        """Every byte that the relay has on disk."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return b"\n".join(path.read_bytes() for path in files)

    def rows(self, table: str) -> list[tuple[object, ...]]:
        database = sqlite3.connect(self.process.documents.with_name("accounts.sqlite"))
        try:
            return list(database.execute(f"SELECT * FROM {table}"))
        finally:
            database.close()


@contextmanager
def relay_with_agents(folder: Path, **variables: str) -> Iterator[AgentRelay]:
    kept = {"WASM_RUNTIME_DATA_FOLDER": str(folder / "data"), **variables}
    kept["WASM_RUNTIME_CACHE"] = str(ROOT / "packages-cache")
    with running_relay(folder, HOME=str(folder), **kept) as process:
        yield AgentRelay(process, folder, kept)


@asynccontextmanager
async def agent_at(
    relay: AgentRelay, token: str, mode: ConnectMode = "auto", **headers: str
) -> AsyncIterator[Client]:
    """The official client, as its documentation has it."""
    given = {"authorization": f"Bearer {token}", **headers}
    async with (
        httpx2.AsyncClient(headers=given, trust_env=False, timeout=60) as http,
        Client(streamable_http_client(relay.url, http_client=http), mode=mode) as client,
    ):
        yield client


class Person(SocketPeer):
    """Somebody with a notebook open: what they see, and whom."""

    def __init__(self, relay: AgentRelay, document_id: str) -> None:
        super().__init__(lambda: relay.process.address, document_id)
        self.states: dict[int, Any] = {}
        self._clock = 0

    @property
    def notebook(self) -> Notebook:
        return Notebook(self.doc)

    @property
    def sources(self) -> list[str]:
        return [cell.source for cell in self.notebook.cells]

    @property
    def names(self) -> set[str]:
        return {state["user"]["name"] for state in self.states.values() if state}

    def write(self, *sources: str) -> None:
        """Begin the notebook with these cells."""
        begun = Notebook.create("book")
        contents = [CellContent(source=source, id=f"c{i}") for i, source in enumerate(sources)]
        begun.append_cells(contents)
        begun.set_metadata("title", "Sales")
        self.doc.apply_update(begun.doc.get_update())

    def tell(self, **state: Any) -> None:
        self._clock += 1
        parts = (number_bytes(1), number_bytes(self.doc.client_id), number_bytes(self._clock))
        states = b"".join(parts) + block_bytes(json.dumps(state).encode())
        self._say(bytes([1]) + block_bytes(states))

    def receive(self, frame: bytes) -> None:
        if frame[:1] != b"\x01":
            super().receive(frame)
            return
        reader = Reader(Reader(frame[1:]).block())
        for _ in range(reader.number()):
            number, _ = reader.number(), reader.number(2**32)
            self.states[number] = json.loads(reader.block())
