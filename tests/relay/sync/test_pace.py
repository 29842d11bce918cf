"""How fast a client is read."""

import pytest

from relay.sync.pace import Pace


def test_a_burst_of_a_second_passes_and_then_one_at_a_time() -> None:
    now = 0.0
    pace = Pace(10, clock=lambda: now)
    assert [pace.wait_seconds() for _ in range(10)] == [0.0] * 10
    assert pace.wait_seconds() == pytest.approx(0.1)
    now = 1.1
    assert pace.wait_seconds() == 0.0


def test_a_clock_that_stands_still_never_blocks_for_ever() -> None:
    pace = Pace(10, clock=lambda: 0.0)
    assert [pace.wait_seconds() for _ in range(12)][-1] == pytest.approx(0.2)
