"""A server to ask, and a gateway that may."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from relay.settings import Settings
from tests.relay.net.gateway import Gateway, gateway_with
from tests.relay.net.upstream import Upstream, running_upstream

LIMITS = {
    "max_request_bytes": 1000,
    "max_response_bytes": 200_000,
    "first_byte_seconds": 0.7,
    "max_seconds": 2,
}


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with running_upstream() as upstream:
        yield upstream


@pytest.fixture
def gateway(settings: Settings, tmp_path: Path, upstream: Upstream) -> Iterator[Gateway]:
    """May ask `upstream` anything, within LIMITS."""
    methods = ["GET", "HEAD", "POST", "PUT", "DELETE"]
    hosts = {upstream.name: {"http": True, "methods": methods, **LIMITS}}
    with gateway_with(settings, tmp_path, hosts, allow_private=[upstream.name]) as gateway:
        yield gateway
