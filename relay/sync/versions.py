"""The points of its history that a document has names for."""

from collections.abc import Iterable

_MOST = 1000


def named_sequences(versions: Iterable[object]) -> frozenset[int]:
    """The sequences that the values of its `versions` name, read from what writers put there."""
    named = (value.get("sequence") for value in versions if isinstance(value, dict))
    numbers = {int(n) for n in named if isinstance(n, int | float) and 0 < n < 2**53 and n % 1 == 0}
    return frozenset(sorted(numbers)[-_MOST:])
