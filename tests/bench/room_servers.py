"""The relay, and the servers beside which its rooms are measured, each in a process of its own."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.relay.sync.relay_process import running_relay
from wasm_runtime.runtimes.hosts import find_node

PEERS = Path(__file__).parent / "rooms-peers"
_LOAD_SECONDS = 120


@dataclass(frozen=True)
class RoomServer:
    """One that answers; `address` is that of its rooms."""

    name: str
    address: str
    process: psutil.Process

    @property
    def memory_bytes(self) -> int:
        """Resident, of all its processes: `node` may be a script that starts the real one."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(process.memory_info().rss for process in family)


def install_peers() -> None:
    """From the lock file, once; better-sqlite3 is compiled where no binary can be fetched."""
    if (PEERS / "node_modules").exists():
        return
    node = _node()
    npm = shutil.which("npm", path=str(Path(node).parent)) or "npm"
    # `node` may be a script that starts the real one, beside which its headers are.
    asked = subprocess.run([node, "-p", "process.execPath"], capture_output=True, check=True)
    headers = Path(asked.stdout.decode().strip()).parents[1]
    path = os.pathsep.join([str(Path(node).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "npm_config_nodedir": str(headers)}
    subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=PEERS,
        env=environment,
        check=True,
    )


@contextmanager
def running(name: str, folder: Path) -> Iterator[RoomServer]:
    """`ours`, `Hocuspocus` or `y-websocket`, over an empty folder."""
    folder.mkdir(parents=True)
    if name == "ours":
        with running_relay(folder) as relay:
            assert relay.process is not None
            yield RoomServer(name, relay.address, psutil.Process(relay.process.pid))
        return
    process = subprocess.Popen(
        [_node(), str(PEERS / f"{name.lower()}.mjs"), str(folder / "documents.sqlite")],
        env={**os.environ, "YPERSISTENCE": str(folder / "leveldb")},
        stdout=subprocess.PIPE,
        text=True,
    )
    server = psutil.Process(process.pid)
    try:
        yield RoomServer(name, f"ws://127.0.0.1:{_port(process)}", server)
    finally:
        if process.poll() is None:
            for each in [*server.children(recursive=True), server]:
                each.kill()
        process.communicate()


def put_load(server: RoomServer, load: str, **options: Any) -> dict[str, float]:
    """What the load's own process measured, in milliseconds."""
    with _loading(server, load, options) as process:
        out, _ = process.communicate(timeout=_LOAD_SECONDS)
        assert process.returncode == 0, f"{load} on {server.name} has failed"
    figures: dict[str, float] = json.loads(out)
    return figures


def bytes_per_idle_client(server: RoomServer, clients: int) -> float:
    before = server.memory_bytes
    with _loading(server, "idle", {"name": "idle", "documents": 20, "clients": clients}) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["connected"] == clients
        after = server.memory_bytes
        process.communicate(timeout=_LOAD_SECONDS)
    return (after - before) / clients


@contextmanager
def _loading(
    server: RoomServer, load: str, options: dict[str, Any]
) -> Iterator["subprocess.Popen[str]"]:
    told = {"load": load, "address": server.address, **options}
    told["hocuspocus"] = server.name == "Hocuspocus"
    with subprocess.Popen(
        [_node(), str(PEERS / "load.mjs"), json.dumps(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def _port(process: "subprocess.Popen[str]") -> int:
    """The number that a server prints on a line of its own once it answers."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().isdigit():
            return int(line)
    raise AssertionError("the server has ended")


def _node() -> str:
    node = find_node()
    assert node, "Node is missing; `make build` installs it."
    return str(node)
