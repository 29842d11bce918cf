"""Providers that answer as the test says."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .declaration import Provider
from .errors import AiError
from .upstream import Headers, Received

Part = bytes | AiError | None
"""Bytes, a failure, or silence for ever."""


@dataclass
class FakeAnswer:
    """What a provider answers; `silent` is set once it is, `closed` once nobody reads any more."""

    status: int = 200
    body: Sequence[Part] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def parts(self) -> AsyncIterator[bytes]:
        for part in self.body:
            if part is None:
                self.silent.set()
                await asyncio.Event().wait()
            if isinstance(part, AiError):
                raise part
            assert part is not None
            yield part

    async def close(self) -> None:
        self.closed.set()


@dataclass(frozen=True)
class Sent:
    """What came to a provider."""

    provider: str
    method: str
    path: str
    headers: Headers
    body: Any


class FakeUpstream:
    """Gives each provider's answers in turn, the last one again and again."""

    def __init__(self, **answers: Sequence[FakeAnswer | AiError]) -> None:
        self._answers = {name: list(given) for name, given in answers.items()}
        self.sent: list[Sent] = []

    async def send(
        self, provider: Provider, method: str, path: str, headers: Headers, body: bytes | None
    ) -> Received:
        plain = None if body is None else json.loads(body)
        self.sent.append(Sent(provider.name, method, path, headers, plain))
        left = self._answers[provider.name]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, AiError):
            raise answer
        return answer
