"""What relays that share documents tell each other; the store is the truth, this is only faster.

A note may come twice, late or never: what it tells of edits is in the log too.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Written:
    """A record is in the log; a large one is told without its content."""

    document_id: str
    epoch: str
    sequence: int
    update: bytes | None


@dataclass(frozen=True, slots=True)
class Compacted:
    """There is a snapshot up to here: nobody else need write one."""

    document_id: str
    sequence: int


@dataclass(frozen=True, slots=True)
class States:
    """Awareness of those who are in the room by the relay that says it."""

    document_id: str
    states: bytes


@dataclass(frozen=True, slots=True)
class WhoIsThere:
    """A relay has opened the room: the others are to say who is in it."""

    document_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """An owner has deleted the document."""

    document_id: str


Note: TypeAlias = Written | Compacted | States | WhoIsThere | Ended


class Listener(Protocol):
    """Called with what the other relays say, each by a name."""

    def heard(self, relay: str, note: Note) -> None: ...

    def gone(self, relay: str) -> None:
        """Nothing was heard of a relay for long."""

    def missed(self) -> None:
        """Notes may have been lost: what matters is to be asked anew."""


class Bus(Protocol):
    def post(self, note: Note) -> None:
        """Tell the other relays, soon; never waits, and drops what cannot be told."""

    def open(self, listener: Listener) -> AbstractAsyncContextManager[None]:
        """Listen while it is open."""


class NoBus:
    """For a relay that is alone."""

    def post(self, note: Note) -> None:
        """There is nobody to tell."""

    @asynccontextmanager
    async def open(self, listener: Listener) -> AsyncIterator[None]:
        yield


class MemoryBus:
    """Relays of one process; `deliver` decides what becomes of each note."""

    def __init__(self, deliver: Callable[[Callable[[], None]], None] = lambda call: call()) -> None:
        self._deliver = deliver
        self._listeners: dict[str, Listener] = {}

    def seat(self, relay: str) -> "Seat":
        """The bus as one relay has it."""
        return Seat(self, relay)

    def sit(self, relay: str, listener: Listener) -> None:
        self._listeners[relay] = listener

    def rise(self, relay: str) -> None:
        del self._listeners[relay]
        for listener in self._listeners.values():
            listener.gone(relay)

    def post(self, relay: str, note: Note) -> None:
        for name, listener in self._listeners.items():
            if name != relay:
                self._deliver(partial(listener.heard, relay, note))


class Seat:
    def __init__(self, bus: MemoryBus, relay: str) -> None:
        self._bus = bus
        self._relay = relay

    def post(self, note: Note) -> None:
        self._bus.post(self._relay, note)

    @asynccontextmanager
    async def open(self, listener: Listener) -> AsyncIterator[None]:
        self._bus.sit(self._relay, listener)
        try:
            yield
        finally:
            self._bus.rise(self._relay)
