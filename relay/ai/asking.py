"""Gets the beginning of an answer: tries again as the provider asks, then another model."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog

from relay.errors import Unavailable
from wasm_runtime.errors import UsageError

from .asked import Asked, body_for
from .breaker import Breaker
from .declaration import Model, Provider
from .errors import AiError, ModelBusy, ProviderFailed, ProviderTimeout
from .refusals import RETRIED, failure_of, retry_after_seconds
from .upstream import Headers, Received, Upstream

_log = structlog.stdlib.get_logger("relay.ai")
_LONGEST_WAIT_SECONDS = 20
"""A provider that asks for more is not waited for."""
_FIRST_WAIT_SECONDS = 0.5
_MAX_ERROR_BYTES = 64 * 1024
_WAIT_FOR_PLACE_SECONDS = 30
_ELSEWHERE = (ProviderFailed, ProviderTimeout, ModelBusy, Unavailable)
"""After these another model may do better."""


class Keys(Protocol):
    """A SecretStore has this shape."""

    def resolve(self, text: str) -> str:
        """`text`, or the secret when it is a reference to one. Raises UsageError."""


@dataclass(frozen=True, slots=True)
class Candidate:
    model: Model
    provider: Provider


@dataclass(slots=True)
class Begun:
    """An answer that has begun, and who gives it."""

    candidate: Candidate
    received: Received
    key: str
    """What may not be repeated; empty for none."""


class Asking:
    def __init__(
        self,
        upstream: Upstream,
        keys: Keys,
        clock: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._upstream = upstream
        self._keys = keys
        self._clock = clock
        self._pause = pause
        self._breakers: dict[str, Breaker] = {}
        self._places: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def answered(
        self, asked: Asked, candidates: Sequence[Candidate], on_try: Callable[[Candidate], None]
    ) -> AsyncIterator[Begun]:
        """The first answer that begins, closed with the block. Raises AiError, Unavailable."""
        async with AsyncExitStack() as held:
            yield await self._first(held, asked, candidates, on_try)

    async def listing(self, provider: Provider) -> bytes:
        """What the provider says of its models. Raises AiError, Unavailable."""
        headers, key = await self._headers(provider)
        received = await self._upstream.send(provider, "GET", "models", headers, None)
        try:
            body = await _bounded(received, provider.max_response_bytes)
            if received.status != 200:
                mask = partial(_without, key)
                raise failure_of(provider, received.status, received.headers, body, mask)
            return body
        finally:
            await received.close()

    async def _first(
        self,
        held: AsyncExitStack,
        asked: Asked,
        candidates: Sequence[Candidate],
        on_try: Callable[[Candidate], None],
    ) -> Begun:
        failure: Exception | None = None
        for candidate in candidates:
            async with AsyncExitStack() as own:
                try:
                    begun = await self._begun(own, asked, candidate, on_try)
                except _ELSEWHERE as error:
                    failure = failure or error
                    continue
                held.push_async_exit(own.pop_all())
                return begun
        assert failure is not None, "there is always a candidate"
        raise failure

    async def _begun(
        self,
        own: AsyncExitStack,
        asked: Asked,
        candidate: Candidate,
        on_try: Callable[[Candidate], None],
    ) -> Begun:
        provider = candidate.provider
        body = await asyncio.to_thread(body_for, asked, candidate.model, provider)
        own_headers, key = await self._headers(provider)
        named = {**dict(own_headers), **dict(asked.protocol), "content-type": "application/json"}
        headers = list(named.items())
        await self._take_place(own, provider)
        for attempt in range(provider.retries + 1):
            on_try(candidate)
            received, wait, error = await self._once(asked, provider, headers, body, key)
            if received is not None:
                own.push_async_callback(received.close)
                return Begun(candidate, received, key)
            assert error is not None
            pause = _pause_after(attempt) if wait is None else wait
            is_over = attempt == provider.retries or pause > _LONGEST_WAIT_SECONDS
            if is_over or not error.is_transient:
                raise error
            await self._pause(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _once(
        self, asked: Asked, provider: Provider, headers: Headers, body: bytes, key: str
    ) -> tuple[Received | None, float | None, AiError | None]:
        """An answer; or how long the provider wants to be left alone, and why there is none."""
        breaker = self._breakers.setdefault(provider.name, Breaker(self._clock))
        if not breaker.lets_through():
            raise ProviderFailed(
                f"{provider.name} has failed several times, and is left alone for a while.",
                hint="Try again in half a minute, or ask another model.",
            )
        try:
            received = await self._upstream.send(
                provider, "POST", asked.endpoint.path, headers, body
            )
            if 200 <= received.status < 300:
                breaker.succeeded()
                return received, None, None
            try:
                text = await _bounded(received, _MAX_ERROR_BYTES)
            finally:
                await received.close()
        except (ProviderFailed, ProviderTimeout) as unanswered:
            breaker.failed()
            unanswered.is_transient = isinstance(unanswered, ProviderFailed)
            return None, None, unanswered
        except BaseException:
            breaker.abandoned()
            raise
        if received.status >= 500:
            breaker.failed()
        else:
            breaker.succeeded()
        if received.status in (401, 403):
            _log.error("a provider refuses the relay's key", provider=provider.name)
        mask = partial(_without, key)
        error = failure_of(provider, received.status, received.headers, text, mask)
        error.is_transient = received.status in RETRIED
        return None, retry_after_seconds(received.headers), error

    async def _headers(self, provider: Provider) -> tuple[Headers, str]:
        """Those with the key in them, and the key."""
        try:
            key = await asyncio.to_thread(self._keys.resolve, provider.key)
        except UsageError as error:
            _log.error(
                "a provider's key cannot be had", provider=provider.name, reason=error.message
            )
            raise Unavailable(
                f"The relay has no key for {provider.name}.",
                hint="Whoever runs the relay finds the reason in its log.",
            ) from None
        if provider.wire == "anthropic":
            return [("x-api-key", key), ("anthropic-version", "2023-06-01")], key
        return ([("authorization", f"Bearer {key}")] if key else []), key

    async def _take_place(self, own: AsyncExitStack, provider: Provider) -> None:
        """Held until the answer's end. Raises ModelBusy."""
        places = self._places.setdefault(provider.name, asyncio.Semaphore(provider.max_requests))
        try:
            async with asyncio.timeout(_WAIT_FOR_PLACE_SECONDS):
                await places.acquire()
        except TimeoutError:
            raise ModelBusy(
                f"All {provider.max_requests} places at {provider.name} are taken.", 5
            ) from None
        own.callback(places.release)


def _pause_after(attempt: int) -> float:
    # Spread out: those who failed together are not to come back together.
    return _FIRST_WAIT_SECONDS * 2.0**attempt * random.uniform(0.5, 1.0)


def _without(key: str, text: str) -> str:
    return text.replace(key, "***") if key else text


async def _bounded(received: Received, max_bytes: int) -> bytes:
    content = bytearray()
    async for part in received.parts():
        content += part
        if len(content) > max_bytes:
            break
    return bytes(content[:max_bytes])
