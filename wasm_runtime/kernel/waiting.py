"""time.sleep as a wait that Stop ends."""

import time
from typing import SupportsFloat, SupportsIndex

from .blocking import Blocking

_sleep_without_loop = time.sleep


class Waiting:
    """Replaces time.sleep; where a stack can be suspended, the event loop goes on meanwhile."""

    def __init__(self, blocking: Blocking) -> None:
        self._blocking = blocking

    def install(self) -> None:
        time.sleep = self.sleep

    def sleep(self, seconds: SupportsFloat | SupportsIndex, /) -> None:
        """time.sleep."""
        duration = float(seconds)
        if duration < 0:
            raise ValueError("sleep length must be non-negative")
        if self._blocking.is_possible():
            self._blocking.sleep(duration)
        else:
            _sleep_without_loop(duration)
