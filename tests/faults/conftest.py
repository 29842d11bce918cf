"""Asynchronous tests run on asyncio; a relay to break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relay.sync.relay_process import RelayProcess, running_relay


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayProcess]:
    with running_relay(tmp_path) as running:
        yield running
