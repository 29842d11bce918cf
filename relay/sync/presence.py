"""Who is in a room: awareness states, each bound to the connection, or the other relay, by which
it came, and stamped with the user whose connection it is."""

import json
from dataclasses import dataclass

from wasm_runtime.contracts.codec import encode
from wasm_runtime.contracts.document import User

from .client import Client
from .errors import Malformed, MessageTooLarge
from .lib0 import Reader, block_bytes, number_bytes

MAX_STATES_BYTES = 64 * 1024
_MAX_IDS = 16
"""Of one connection: its own, and those of other tabs that a stock provider passes on."""
_MAX_CLOCK = 2**32
_GONE = b"null"


@dataclass(frozen=True, slots=True)
class _State:
    clock: int
    state: bytes
    owner: "Client | str"


class Presence:
    """Answers with the states that the others should get, as an awareness message holds them."""

    def __init__(self) -> None:
        self._states: dict[int, _State] = {}

    def everyone(self) -> bytes | None:
        return _encoded({number: (s.clock, s.state) for number, s in self._states.items()})

    def everyone_here(self) -> bytes | None:
        """Those who came by a connection of this relay."""
        here = {n: s for n, s in self._states.items() if isinstance(s.owner, Client)}
        return _encoded({number: (s.clock, s.state) for number, s in here.items()})

    def update(self, client: Client, states: bytes) -> bytes | None:
        """Take what a client says; what it says of another one's id is dropped.

        Raises Malformed and MessageTooLarge.
        """
        if len(states) > MAX_STATES_BYTES:
            raise MessageTooLarge(f"Awareness of more than {MAX_STATES_BYTES} bytes.")
        accepted = {}
        user = client.actor.user
        stamped = [(number, clock, _stamped(state, user)) for number, clock, state in _read(states)]
        for number, clock, state in stamped:
            known = self._states.get(number)
            if known is None:
                if state == _GONE or self._owned(client) >= _MAX_IDS:
                    continue
            # Whoever was at another relay may have come here.
            elif known.owner is not client and isinstance(known.owner, Client):
                continue
            if known is not None and clock < known.clock:
                continue
            self._put(number, _State(clock, state, client))
            accepted[number] = (clock, state)
        return _encoded(accepted)

    def update_from(self, relay: str, states: bytes) -> bytes | None:
        """Take what another relay says of those who came by it."""
        accepted = {}
        for number, clock, state in _read(states):
            known = self._states.get(number)
            if known is None and state == _GONE:
                continue
            if known is not None and (isinstance(known.owner, Client) or clock < known.clock):
                continue
            self._put(number, _State(clock, state, relay))
            accepted[number] = (clock, state)
        return _encoded(accepted)

    def leave(self, owner: "Client | str") -> bytes | None:
        """Forget the states of a client, or of those who came by another relay."""
        left = {number: s for number, s in self._states.items() if s.owner == owner}
        for number in left:
            del self._states[number]
        return _encoded({number: (s.clock, _GONE) for number, s in left.items()})

    def _put(self, number: int, state: _State) -> None:
        if state.state == _GONE:
            self._states.pop(number, None)
        else:
            self._states[number] = state

    def _owned(self, client: Client) -> int:
        return sum(state.owner is client for state in self._states.values())


def _read(states: bytes) -> list[tuple[int, int, bytes]]:
    reader = Reader(states)
    found = []
    for _ in range(reader.number()):
        number, clock = reader.number(), reader.number(_MAX_CLOCK)
        state = reader.block()
        found.append((number, clock, state))
    reader.end()
    return found


def _stamped(state: bytes, user: User | None) -> bytes:
    """The state with the user who is really there, whatever the client says. Raises Malformed."""
    try:
        value = json.loads(state)
        if value is None:
            return _GONE
        if not isinstance(value, dict):
            return state  # no place for a user: nobody is shown for it
        value["user"] = encode(user)
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Malformed("An awareness state is not JSON.") from error


def _encoded(states: dict[int, tuple[int, bytes]]) -> bytes | None:
    if not states:
        return None
    parts = [number_bytes(len(states))]
    for number, (clock, state) in states.items():
        parts += [number_bytes(number), number_bytes(clock), block_bytes(state)]
    return b"".join(parts)
