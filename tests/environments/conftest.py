"""What the tests of environments share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .web import Web, serving
from .world import World


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as server:
        yield server


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "cache")
