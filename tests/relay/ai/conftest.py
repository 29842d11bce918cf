"""Services over fake providers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from relay.ai.errors import AiError
from relay.ai.fake_upstream import FakeAnswer, FakeUpstream
from tests.relay.ai.world import World, one_model

MakeWorld = Callable[..., World]


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[MakeWorld]:
    made: list[World] = []

    def make(
        declared: Mapping[str, Any] | None = None, **answers: Sequence[FakeAnswer | AiError]
    ) -> World:
        world = World(tmp_path, declared or one_model(), FakeUpstream(**answers))
        made.append(world)
        return world

    yield make
    for world in made:
        world.audit.close()
