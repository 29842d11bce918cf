"""The document of a room, twice: what the log holds, and that plus what is being written."""

from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import Any

from pycrdt import Doc, Map, TransactionEvent

from wasm_runtime.contracts.document import ROOT_VERSIONS

from .errors import Malformed
from .lib0 import Reader
from .places import Places
from .update import MAX_ELEMENTS, Outside, Roots, check_deletions, examine

EMPTY_STATE_VECTOR = b"\0"
MAX_STORED_ELEMENTS = 100_000_000
"""What is stored was within the bounds when it came; together it may be more."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What came of an update: what of it is `new` and must be written; and whether it was taken
    whole, or builds on edits that have not arrived."""

    new: bytes | None
    complete: bool


class Replica:
    """`durable` is all that anybody is shown. `head` takes each update first: what fails in the
    codec fails there, and is thrown away with it."""

    def __init__(self) -> None:
        self._durable: Doc[Any] = Doc()
        self._head: Doc[Any] = Doc()
        self._places = Places()
        self._offered: deque[bytes] = deque()
        self._new: list[bytes] = []
        self._state: bytes | None = None
        # A large update is offered on another thread, while others are kept.
        self._lock = Lock()
        self._watch()

    def offer(
        self, update: bytes, max_elements: int = MAX_ELEMENTS, only: Roots | None = None
    ) -> Offered:
        """Take an update on trial; `only` confines what it may change to these roots.

        Raises Malformed and Outside, and then nothing of it remains.
        """
        examined = examine(update, self._places, max_elements, only)
        self._new.clear()
        try:
            self._head.apply_update(examined.update)
        except BaseException as error:
            # The codec's panics derive from BaseException alone.
            if not _is_of_the_codec(error):
                raise
            self._begin_head_again()
            raise Malformed(f"The update cannot be applied: {error}") from error
        if not self._new:
            return Offered(None, examined.complete)
        if only is not None:
            self._check_deletions(self._new[-1], only)
        with self._lock:
            self._offered.append(self._new[-1])
        return Offered(self._new[-1], examined.complete)

    def _check_deletions(self, new: bytes, only: Roots) -> None:
        # Whoever answers sends all deletions there ever were: only the codec knows the new ones.
        try:
            check_deletions(new, self._places, only)
        except Outside:
            self._begin_head_again()
            raise

    def keep(self) -> bytes:
        """The oldest offered update is written, and everybody may see it."""
        with self._lock:
            update = self._offered.popleft()
            self._durable.apply_update(update)
            self._state = None
        return update

    def add(self, update: bytes) -> None:
        """Take what is written already, by another relay. Raises Malformed."""
        examined = examine(update, self._places, MAX_STORED_ELEMENTS)
        if not examined.complete:
            raise Malformed("The update builds on others that are not there.")
        try:
            self._head.apply_update(update)
        except BaseException as error:
            if not _is_of_the_codec(error):
                raise
            self._begin_head_again()
            raise Malformed(f"The update cannot be applied: {error}") from error
        with self._lock:
            self._durable.apply_update(update)
            self._state = None

    def versions(self) -> list[object]:
        """What the document holds under its named versions; its writers may have put anything."""
        return list(self._durable.get(ROOT_VERSIONS, type=Map).to_py().values())

    def _begin_head_again(self) -> None:
        with self._lock:
            self._head = Doc()
            self._watch()
            for update in (self.state(), *self._offered):
                self._head.apply_update(update)
            clocks = _clocks(self._head.get_state())
            self._places.cut({client: clocks.get(client, 0) for client in self._places.ends})

    def state_vector(self) -> bytes:
        return self._durable.get_state()

    def state(self) -> bytes:
        """All of the durable document as one update."""
        if self._state is None:
            self._state = self._durable.get_update()
        return self._state

    def beyond(self, state_vector: bytes) -> bytes:
        """What somebody with this state vector lacks. Raises Malformed."""
        if state_vector == EMPTY_STATE_VECTOR:
            return self.state()
        try:
            return self._durable.get_update(state_vector)
        except BaseException as error:
            if not _is_of_the_codec(error):
                raise
            raise Malformed(f"The state vector cannot be read: {error}") from error

    def _watch(self) -> None:
        def remember(event: TransactionEvent) -> None:
            self._new.append(event.update)

        self._subscription = self._head.observe(remember)


def _is_of_the_codec(error: BaseException) -> bool:
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _clocks(state_vector: bytes) -> dict[int, int]:
    reader = Reader(state_vector)
    return {reader.number(): reader.number() for _ in range(reader.number())}
