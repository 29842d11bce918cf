"""A real Flight SQL server to test with: ROAPI, which is DataFusion over files."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from relay.data.declaration import Declaration

_START_SECONDS = 30
_PROTOCOLS = ("http", "postgres", "flight_sql")


@contextmanager
def flight_server(folder: Path, password: str) -> Iterator[Declaration]:
    """A connection to it, with the table people; its role is called reader."""
    (folder / "people.csv").write_text("id,name,city\n1,Ada,1\n2,,2\n3,O'Brien,2\n")
    ports = _free_ports(len(_PROTOCOLS))
    config = folder / "roapi.yml"
    config.write_text(
        json.dumps(
            {
                "addr": {
                    protocol: f"127.0.0.1:{port}"
                    for protocol, port in zip(_PROTOCOLS, ports, strict=True)
                },
                "flight_sql_config": {"auth_basic": {"username": "reader", "password": password}},
                "datafusion": {"catalog.information_schema": "true"},
                "tables": [{"name": "people", "uri": f"{folder}/people.csv"}],
            }
        )
    )
    log = folder / "roapi.log"
    with log.open("wb") as output:
        process = subprocess.Popen(["roapi", "-c", str(config)], stdout=output, stderr=output)
    try:
        _wait(ports[-1], process, log)
        yield Declaration(
            name="flight",
            engine="flightsql",
            host="127.0.0.1",
            port=ports[-1],
            user="reader",
            options={"sslmode": "disable"},
            accept_powerful_role=True,
        )
    finally:
        process.kill()
        process.wait(20)


def _free_ports(count: int) -> list[int]:
    """It cannot say which port it was given, so it has to be told ones that are free."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(log.read_text())
            time.sleep(0.05)
