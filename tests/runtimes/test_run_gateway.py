"""`wasm-runtime run --gateway`: a headless notebook reads a host with the operator's key."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relay.net.gateway import toml
from tests.relay.net.upstream import Upstream, echo, running_upstream
from tests.relay.sync.relay_process import RelayProcess, running_relay
from tests.support.canaries import canary

from .conftest import RunNotebook

KEY = canary("team")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with running_upstream() as upstream:
        upstream.answers["/echo"] = echo
        yield upstream


@pytest.fixture
def relay(tmp_path: Path, upstream: Upstream) -> Iterator[RelayProcess]:
    host = {"http": True, "headers": {"x-key": 'secret("TEAM")'}}
    file = tmp_path / "gateway.toml"
    file.write_text(toml({upstream.name: host}, allow_private=[upstream.name]))
    with running_relay(
        tmp_path,
        WASM_RUNTIME_GATEWAY=str(file),
        WASM_RUNTIME_SECRET_TEAM=KEY,
        WASM_RUNTIME_DATA_FOLDER=str(tmp_path / "data"),
    ) as relay:
        yield relay


def test_a_named_host_is_read_through_the_relay(
    run_notebook: RunNotebook, relay: RelayProcess, upstream: Upstream
) -> None:
    read = f"from pyodide.http import pyfetch\nanswer = await pyfetch('{upstream.url}/echo')\n"
    address = relay.address.replace("ws://", "http://").removesuffix("rooms")
    ran = run_notebook(
        f"{read}print(answer.status, (await answer.string()).lower())",
        arguments=("--relay", address, "--gateway", upstream.name),
    )
    assert ran.status == 0, ran.printed
    assert upstream.received[0].headers["x-key"] == KEY
    assert "x-key: ***" in ran.text_of(0)
    assert KEY not in ran.text_of(0) + ran.printed


def test_without_being_named_it_is_not_read(
    run_notebook: RunNotebook, relay: RelayProcess, upstream: Upstream
) -> None:
    address = relay.address.replace("ws://", "http://").removesuffix("rooms")
    ran = run_notebook(
        f"from pyodide.http import pyfetch\nawait pyfetch('{upstream.url}/echo')",
        arguments=("--relay", address),
    )
    assert ran.status == 1
    assert f"This run may not reach {upstream.name}" in ran.printed
    assert upstream.received == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--gateway", "a.example"), "--gateway: expected --relay beside it"),
        (
            ("--relay", "http://r.example", "--gateway", "a.example", "--allow-net", "A.example"),
            "a.example: expected either --gateway or --allow-net, got both",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(
    run_notebook: RunNotebook, arguments: tuple[str, ...], message: str
) -> None:
    ran = run_notebook("1", arguments=arguments)
    assert (ran.status, message in ran.printed) == (2, True)
