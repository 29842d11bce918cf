"""The server-sent events of an answer: passed on whole and at once, and read for what they used."""

import json
import re
from dataclasses import fields

from .endpoints import CHAT, Endpoint, usage_object
from .errors import AnswerTooLarge
from .usage import Usage, usage_in

_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_MAX_EVENT_BYTES = 4 * 1024**2


class EventReader:
    """Feed it parts. `hides_usage`: the relay asked for a chat's usage, the notebook did not."""

    def __init__(self, endpoint: Endpoint, hides_usage: bool) -> None:
        self._endpoint = endpoint
        self._hides_usage = hides_usage and endpoint is CHAT
        self._rest = b""
        self._searched = 0
        self.usage: Usage | None = None
        self.events = 0
        self.has_ended = False
        """Whether the last event of a whole answer has come."""

    def feed(self, part: bytes) -> bytes:
        """The events that are whole now. Raises AnswerTooLarge."""
        self._rest += part
        passed = bytearray()
        while found := _BLANK_LINE.search(self._rest, self._searched):
            event, self._rest = self._rest[: found.end()], self._rest[found.end() :]
            self._searched = 0
            if not self._takes(event):
                passed += event
        if len(self._rest) > _MAX_EVENT_BYTES:
            raise AnswerTooLarge("The provider sent an event that is too large.")
        self._searched = max(0, len(self._rest) - 3)
        return bytes(passed)

    def end(self) -> bytes:
        """What came after the last event."""
        rest, self._rest = self._rest, b""
        if self._takes(rest):
            return b""
        return rest

    def _takes(self, event: bytes) -> bool:
        """Reads an event; whether it is the relay's own and not the notebook's."""
        self.events += b"data:" in event
        if any(mark in event for mark in self._endpoint.last_events):
            self.has_ended = True
        if b'"usage"' not in event:
            return False
        data = b"".join(
            line[5:].strip() for line in event.splitlines() if line.startswith(b"data:")
        )
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError):
            return False
        used = usage_in(usage_object(answer))
        if used is None:
            return False
        self.usage = used if self.usage is None else _greater(self.usage, used)
        return self._hides_usage and isinstance(answer, dict) and answer.get("choices") == []


def _greater(one: Usage, other: Usage) -> Usage:
    """Of counts that rise while an answer comes, and of which later ones may lack some."""
    names = [each.name for each in fields(Usage)]
    return Usage(**{name: max(getattr(one, name), getattr(other, name)) for name in names})
