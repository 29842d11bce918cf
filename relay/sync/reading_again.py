"""Reading a document again, after a fault of the store: what was lost may be on disk after all."""

import asyncio

import structlog

from .journal import Journal
from .opening import Opened, open_document
from .store import DocumentDeleted, Store, StoreFault

_log = structlog.stdlib.get_logger("relay.sync")

_FIRST_RETRY_SECONDS, _LAST_RETRY_SECONDS = 0.05, 1.0


async def read_again(journal: Journal, document_id: str, epoch: str) -> Opened:
    """The document, as soon as the store answers; `epoch` is for one that was never written.

    Raises Quarantined and DocumentDeleted.
    """

    def read(store: Store) -> Opened:
        return open_document(document_id, store.load(document_id), epoch)

    delay = _FIRST_RETRY_SECONDS
    while True:
        await journal.answers()
        try:
            return await journal.read(read)
        except DocumentDeleted:
            raise
        except StoreFault as fault:
            _log.warning("not readable", document_id=document_id, fault=str(fault))
            await asyncio.sleep(delay)
            delay = min(2 * delay, _LAST_RETRY_SECONDS)
