"""Which points of the past remain."""

from relay.sync.retention import beyond_bytes, thinned

HOUR, DAY = 3600.0, 86_400.0
NOW = 100 * DAY


def test_of_the_past_day_the_last_point_of_each_hour_remains() -> None:
    times = [(n, NOW - 3 * HOUR + n * HOUR / 4) for n in range(12)]
    assert thinned(times, (), NOW) == {3, 7, 11}


def test_of_earlier_days_the_last_point_of_each_remains() -> None:
    times = [(n, NOW - 4 * DAY + n * DAY / 4) for n in range(12)]
    assert thinned(times, (), NOW) == {3, 7, 11}


def test_a_point_with_a_name_remains() -> None:
    assert thinned([(1, NOW), (2, NOW), (3, NOW)], {2}, NOW) == {2, 3}


def test_beyond_the_bound_the_oldest_without_a_name_go_first() -> None:
    sizes = {1: 10, 2: 10, 3: 10, 4: 10}
    assert beyond_bytes(sizes, {1}, 40) == set()
    assert beyond_bytes(sizes, {1}, 20) == {2, 3}
    assert beyond_bytes(sizes, {1}, 5) == {1, 2, 3, 4}
