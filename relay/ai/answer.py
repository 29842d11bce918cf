"""A model's answer on its way back: bounded, counted, and without the relay's key."""

import json
from collections.abc import AsyncIterator

from relay.net.masking import StreamMask

from .asked import Asked
from .asking import Begun
from .endpoints import usage_object
from .errors import AnswerTooLarge, ProviderFailed
from .events import EventReader
from .usage import Usage, usage_in

_EVENT_STREAM = "text/event-stream"
_RETURNED = ("x-request-id", "request-id")


class Answer:
    """Read once. `usage` is what is known of it so far."""

    def __init__(self, begun: Begun, asked: Asked) -> None:
        self._begun = begun
        self._asked = asked
        self._events = EventReader(asked.endpoint, hides_usage=not asked.wants_usage)
        self._mask = StreamMask([begun.key] if begun.key else [])
        self._reported: Usage | None = None
        self.is_whole = False

    @property
    def headers(self) -> list[tuple[str, str]]:
        kind = _EVENT_STREAM if self._asked.streams else "application/json"
        received = self._begun.received.headers
        kept = [(name, received[name]) for name in _RETURNED if name in received]
        return [("content-type", kind), *((name, self._mask.whole(value)) for name, value in kept)]

    @property
    def usage(self) -> Usage:
        """As the provider counts, or about as much when it did not come to say."""
        reported = self._events.usage if self._asked.streams else self._reported
        if reported is not None and (self.is_whole or reported.output_tokens):
            return reported
        expected = reported.input_tokens if reported else self._asked.expected_input_tokens
        return Usage(input_tokens=expected, output_tokens=self._events.events)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Raises AnswerTooLarge, ProviderFailed, ProviderTimeout."""
        if not self._asked.streams:
            yield await self._body()
            return
        async for part in self._bounded():
            if masked := self._mask.feed(self._events.feed(part)):
                yield masked
        if rest := self._mask.feed(self._events.end()) + self._mask.end():
            yield rest
        provider = self._begun.candidate.provider
        # Not every server that is compatible says that it has come to the end.
        if not self._events.has_ended and provider.kind != "compatible":
            raise ProviderFailed(f"{provider.name} broke off in the middle of its answer.")
        self.is_whole = True

    async def _body(self) -> bytes:
        content = b"".join([part async for part in self._bounded()])
        name = self._begun.candidate.provider.name
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            raise ProviderFailed(f"{name} answered with what is not JSON.") from None
        self._reported = usage_in(usage_object(answer))
        self.is_whole = True
        return self._mask.feed(content) + self._mask.end()

    async def _bounded(self) -> AsyncIterator[bytes]:
        provider = self._begun.candidate.provider
        received = 0
        async for part in self._begun.received.parts():
            received += len(part)
            if received > provider.max_response_bytes:
                raise AnswerTooLarge(
                    f"The answer of {provider.name} is larger than "
                    f"{provider.max_response_bytes} bytes."
                )
            yield part
