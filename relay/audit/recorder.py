"""Events of the whole relay, kept in the audit log by a thread of their own."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from .lines import recording
from .log import AuditFault, AuditLog
from .record import AuditEvent

_log = structlog.stdlib.get_logger("relay.audit")


@contextmanager
def keeping_lines(log: AuditLog) -> Iterator[None]:
    """While open, every audit line is also a record; all of them are kept when it ends.

    A sign-in does not wait for its record, and one that cannot be kept is an error in the log.
    """
    waiting: queue.SimpleQueue[AuditEvent | None] = queue.SimpleQueue()

    def keep() -> None:
        while (event := waiting.get()) is not None:
            try:
                log.append(event)
            except AuditFault as fault:
                _log.error("audit record lost", action=event.action, reason=fault.message)

    thread = threading.Thread(target=keep, name="audit")
    thread.start()
    try:
        with recording(waiting.put):
            yield
    finally:
        waiting.put(None)
        thread.join()
