"""A provider that keeps failing is left alone for a while, so that nobody waits for it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Closed:
    """Requests go through; so many failed since the last that did not."""

    failures: int = 0


@dataclass(frozen=True, slots=True)
class Open:
    """None goes through until then."""

    until: float


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """One request tries whether it works again."""


class Breaker:
    def __init__(
        self, clock: Callable[[], float], failures: int = 5, open_seconds: float = 30
    ) -> None:
        self._clock = clock
        self._failures = failures
        self._open_seconds = open_seconds
        self.state: Closed | Open | HalfOpen = Closed()

    def lets_through(self) -> bool:
        """Whether a request may be sent now; its outcome is to be told."""
        if isinstance(self.state, Open) and self._clock() >= self.state.until:
            self.state = HalfOpen()
            return True
        return isinstance(self.state, Closed)

    def succeeded(self) -> None:
        self.state = Closed()

    def failed(self) -> None:
        match self.state:
            case Closed(failures) if failures + 1 < self._failures:
                self.state = Closed(failures + 1)
            case _:
                self.state = Open(self._clock() + self._open_seconds)

    def abandoned(self) -> None:
        """Nobody waited for the outcome: the next one may try."""
        if isinstance(self.state, HalfOpen):
            self.state = Open(self._clock())
