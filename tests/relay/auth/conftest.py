"""A relay with accounts, and people before it."""

from collections.abc import Iterator

import pytest

from relay.settings import Settings
from tests.relay.auth.world import World, world_of


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"access": "accounts"})


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    with world_of(settings) as world:
        yield world
