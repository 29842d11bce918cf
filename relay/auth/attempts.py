"""How often something may be tried: so many times within a while, for each key."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil

from relay.errors import TooManyRequests

_MAX_KEYS = 10_000
"""Beyond it the oldest are forgotten: an attacker with many addresses must not fill the memory."""


class Attempts:
    """A window that moves with each attempt that was let through."""

    def __init__(
        self, most: int, window_seconds: float = 60, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._window_seconds = window_seconds
        self._clock = clock
        self._tried: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, key: str) -> None:
        """Raises TooManyRequests."""
        now = self._clock()
        tried = self._tried.setdefault(key, deque(maxlen=self._most))
        self._tried.move_to_end(key)
        while len(self._tried) > _MAX_KEYS:
            self._tried.popitem(last=False)
        if len(tried) == self._most and now - tried[0] < self._window_seconds:
            wait = ceil(self._window_seconds - (now - tried[0]))
            raise TooManyRequests("That was tried too often.", max(1, wait))
        tried.append(now)
