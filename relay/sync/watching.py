"""Looking now and then whether other relays have written what nobody told of."""

import asyncio
from collections.abc import Collection
from functools import partial
from typing import Protocol

import structlog

from .journal import Journal
from .store import Store, StoreFault

_log = structlog.stdlib.get_logger("relay.sync")


class Watched(Protocol):
    """The rooms, as their watcher sees them."""

    def open_documents(self) -> Collection[str]: ...

    def reached(self, document_id: str, sequence: int) -> None:
        """The log of this document goes up to here."""

    def ended(self, document_id: str) -> None:
        """The document was deleted."""


async def watch(rooms: Watched, journal: Journal, every_seconds: float) -> None:
    """Until cancelled; while the store cannot be read it is tried again."""
    while True:
        await asyncio.sleep(every_seconds)
        names = rooms.open_documents()
        if not names:
            continue
        try:
            heads, deleted = await journal.read(partial(_look, names))
        except StoreFault as fault:
            _log.warning("not watched", fault=str(fault))
            continue
        for name, sequence in heads.items():
            rooms.reached(name, sequence)
        for name in deleted:
            rooms.ended(name)


def _look(names: Collection[str], store: Store) -> tuple[dict[str, int], frozenset[str]]:
    return store.heads(names), store.deleted(names)
