"""The bus over Redis: one stream that every relay writes to and reads.

Redis may forget or be gone: then notes are missed, and the rooms read the log instead.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from .background import background
from .bus import Listener, Note
from .errors import Malformed
from .notes import Fields, fields_of, read_note

_log = structlog.stdlib.get_logger("relay.sync")

STREAM = "wasm-runtime:sync:1"
"""The number is that of the notes' form; relays of another one do not hear each other."""
_KEPT_NOTES = 4_000
"""A relay that reads slower than they come misses some, and reads the log instead."""
_MAX_QUEUE = 4_000
"""Notes that wait to be told; beyond it the oldest are dropped."""
_BEAT_SECONDS = 1.0
_GONE_SECONDS = 5.0
"""A relay of which nothing was heard for so long is taken for dead."""
_READ_SECONDS = 1.0
_RETRY_SECONDS = 0.5
_TIMEOUT_SECONDS = 5.0

_RELAY = b"relay"
"""The field that tells who says it; an entry with nothing else says that the relay is there."""


class RedisBus:
    """Connections are made anew after a fault, for as long as it is open."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._relay = secrets.token_hex(8)
        self._queue: deque[Note] = deque(maxlen=_MAX_QUEUE)
        self._work = asyncio.Event()
        self._heard_at: dict[str, float] = {}

    def post(self, note: Note) -> None:
        self._queue.append(note)
        self._work.set()

    @asynccontextmanager
    async def open(self, listener: Listener) -> AsyncIterator[None]:
        async with background(
            self._lasting(self._tell),
            self._lasting(lambda client: self._listen(client, listener)),
            self._watch(listener),
        ):
            yield

    async def _lasting(self, work: Callable[[Redis], Awaitable[None]]) -> None:
        """Do `work` on a connection, and again on another when that one has failed."""
        while True:
            client = Redis.from_url(
                self._url,
                socket_connect_timeout=_TIMEOUT_SECONDS,
                socket_timeout=_TIMEOUT_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
            try:
                await work(client)
            except (RedisError, OSError) as error:
                _log.warning("redis not reached", error=str(error))
            finally:
                await client.aclose()
            await asyncio.sleep(_RETRY_SECONDS)

    async def _tell(self, client: Redis) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_BEAT_SECONDS):
                    await self._work.wait()
            self._work.clear()
            told = [fields_of(note) for note in self._queue] or [{}]
            self._queue.clear()
            async with client.pipeline(transaction=False) as pipeline:
                for fields in told:
                    entry: dict[Any, Any] = {_RELAY: self._relay.encode(), **fields}
                    pipeline.xadd(STREAM, entry, maxlen=_KEPT_NOTES, approximate=True)
                await pipeline.execute()

    async def _listen(self, client: Redis, listener: Listener) -> None:
        newest: Any = await client.xrevrange(STREAM, count=1)
        last = newest[0][0] if newest else b"0-0"
        listener.missed()
        while True:
            found = await client.xread({STREAM: last}, count=1000, block=int(1000 * _READ_SECONDS))
            for number, fields in _entries(found):
                self._hear(fields, listener)
                last = number

    def _hear(self, fields: Fields, listener: Listener) -> None:
        relay = fields.get(_RELAY, b"").decode(errors="replace")
        if relay == self._relay:
            return
        if relay not in self._heard_at:
            listener.missed()
        self._heard_at[relay] = monotonic()
        try:
            note = read_note(fields)
            if note is not None:
                listener.heard(relay, note)
        except Malformed as error:
            _log.warning("note not understood", relay=relay, error=error.message)

    async def _watch(self, listener: Listener) -> None:
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            silent = monotonic() - _GONE_SECONDS
            for relay in [name for name, heard in self._heard_at.items() if heard < silent]:
                del self._heard_at[relay]
                listener.gone(relay)


def _entries(found: Any) -> list[tuple[bytes, Fields]]:
    """Of the one stream that was read: the client gives a list or, on RESP3, a map."""
    streams = dict(found or {})
    return [entry for entries in streams.values() for entry in entries]
