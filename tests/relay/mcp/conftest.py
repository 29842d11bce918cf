"""Tests of agents run on asyncio, as the relay does."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
