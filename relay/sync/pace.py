"""How fast a client may speak: it is not read faster, and nothing is lost."""

from collections.abc import Callable
from time import monotonic


class Pace:
    """A bucket that holds one second's messages, and fills at that rate."""

    def __init__(self, per_second: int, clock: Callable[[], float] = monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._left = float(per_second)
        self._then = clock()

    def wait_seconds(self) -> float:
        """Count one message; how long to wait before it is dealt with."""
        now = self._clock()
        self._left = min(self._per_second, self._left + (now - self._then) * self._per_second)
        self._then = now
        self._left -= 1
        return max(0.0, -self._left / self._per_second)
