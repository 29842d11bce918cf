"""Which points of a document's past are kept, once the log between them goes.

Every version that has a name; the last point of each hour of the past day; the last one of each
day before. When they are larger than a bound together, the oldest without a name go first.
"""

from collections.abc import Collection, Iterable, Mapping

_HOUR, _DAY = 3600.0, 86_400.0


def thinned(
    times: Iterable[tuple[int, float]], named: Collection[int], now: float
) -> frozenset[int]:
    """The sequences to keep of these, given with their times in the order of sequences."""
    kept = set()
    last_of: dict[tuple[float, int], int] = {}
    for sequence, time in times:
        if sequence in named:
            kept.add(sequence)
        period = _HOUR if now - time < _DAY else _DAY
        last_of[period, int(time // period)] = sequence
    return frozenset(kept | set(last_of.values()))


def beyond_bytes(
    sizes: Mapping[int, int], named: Collection[int], max_bytes: int
) -> frozenset[int]:
    """The sequences that go so that the others are not larger than `max_bytes` together."""
    size = sum(sizes.values())
    gone = set()
    for sequence in sorted(sizes, key=lambda sequence: (sequence in named, sequence)):
        if size <= max_bytes:
            break
        gone.add(sequence)
        size -= sizes[sequence]
    return frozenset(gone)
