"""numpy's global generator: a new state for it without a call of numpy's compiled code.

A restored kernel links compiled code when it is first called, and numpy's generators take longer to
link than all else of a start. So the place of the state in memory is found out before a snapshot is
taken, and a start writes there. The layout is that of `mt19937_state` in numpy's `mt19937.h`, to
which `BitGenerator.ctypes.state_address` points; it is used only when it was seen to hold.
"""

import secrets
import sys
from typing import Any

_WORDS = 624
_NON_ZERO = 0x80
"""Set in the first word's highest byte: a state of zeros only would give zeros for ever."""
_address: int | None = None


def find_numpy_state() -> None:
    """Find out where the state is; without effect where numpy's generators are not imported."""
    global _address
    mtrand = sys.modules.get("numpy.random.mtrand")
    _address = None if mtrand is None else _state_address(mtrand._rand)


def reseed_numpy() -> None:
    """Give `numpy.random`'s functions a state that no other kernel has."""
    if _address is not None:
        _write_state(_address)
    elif numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed([secrets.randbits(32) for _ in range(8)])


def _state_address(generator: Any) -> int | None:
    """Where the words are, and after them the position; None where the layout is another one."""
    import ctypes

    kept = generator.get_state(legacy=False)
    if kept["bit_generator"] != "MT19937" or kept["has_gauss"]:
        return None
    address: int = generator._bit_generator.ctypes.state_address
    seen = (ctypes.c_uint32 * _WORDS).from_address(address)
    seen_position = ctypes.c_int.from_address(address + ctypes.sizeof(seen))
    state = kept["state"]
    holds = list(seen) == state["key"].tolist() and seen_position.value == state["pos"]
    return address if holds else None


def _write_state(address: int) -> None:
    import ctypes

    state = bytearray(secrets.token_bytes(4 * _WORDS))
    state[3] |= _NON_ZERO
    ctypes.memmove(address, bytes(state), len(state))
    # All words are used up: the next draw mixes them first.
    ctypes.c_int.from_address(address + len(state)).value = _WORDS
