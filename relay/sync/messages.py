"""The wire: y-protocols' sync (0) and awareness (1) messages, one in each WebSocket frame."""

from dataclasses import dataclass
from typing import TypeAlias

from .errors import Malformed
from .lib0 import Reader, block_bytes

_SYNC, _AWARENESS = 0, 1
_STEP_1, _STEP_2, _UPDATE = 0, 1, 2
_MAX_STATE_ENTRIES = 200_000


FRAME_BYTES = 16
"""More than what stands before an update in its frame."""


@dataclass(frozen=True, slots=True)
class StateRequest:
    """Sync step 1: send me what I lack beyond this state vector."""

    state_vector: bytes


@dataclass(frozen=True, slots=True)
class Edit:
    """Sync step 2 or an update; `is_answer` for step 2, which holds all that the sender has."""

    update: bytes
    is_answer: bool


@dataclass(frozen=True, slots=True)
class AwarenessUpdate:
    states: bytes


Message: TypeAlias = StateRequest | Edit | AwarenessUpdate

RECEIPT = bytes([_SYNC, _UPDATE, 2, 0, 0])
"""An update that changes nothing. The relay sends one for each Edit of a client, in their order,
once what it brought is on disk; to a client that does not count them they are nothing."""

KEEP_ALIVE = bytes([_AWARENESS, 1, 0])
"""News of nobody: y-websocket takes a socket that is silent for 30 s for dead."""


def read_message(frame: bytes) -> Message:
    """The message in a frame; its update is not examined yet. Raises Malformed."""
    reader = Reader(frame)
    kind = reader.number()
    if kind == _AWARENESS:
        message: Message = AwarenessUpdate(reader.block())
    elif kind == _SYNC:
        step = reader.number()
        content = reader.block()
        if step == _STEP_1:
            _check_state_vector(content)
            message = StateRequest(content)
        elif step in (_STEP_2, _UPDATE):
            message = Edit(content, is_answer=step == _STEP_2)
        else:
            raise Malformed(f"There is no sync message of type {step}.")
    else:
        raise Malformed(f"There is no message of type {kind}.")
    reader.end()
    return message


def state_request(state_vector: bytes) -> bytes:
    return bytes([_SYNC, _STEP_1]) + block_bytes(state_vector)


def answer(update: bytes) -> bytes:
    return bytes([_SYNC, _STEP_2]) + block_bytes(update)


def news(update: bytes) -> bytes:
    return bytes([_SYNC, _UPDATE]) + block_bytes(update)


def awareness(states: bytes) -> bytes:
    return bytes([_AWARENESS]) + block_bytes(states)


def _check_state_vector(content: bytes) -> None:
    reader = Reader(content)
    for _ in range(reader.number(below=_MAX_STATE_ENTRIES)):
        reader.number()
        reader.number(below=2**31)
    reader.end()
