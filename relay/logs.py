"""Structured log lines, written by a thread of their own so that a slow disk delays no request."""

import logging
import logging.handlers
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import structlog

from .secrets import SecretMask
from .settings import Settings

_MAX_WAITING_LINES = 10_000
"""Beyond this, lines are dropped: a stuck terminal must not eat the relay's memory."""


class _Queue(logging.handlers.QueueHandler):
    """Hands records over; a full queue loses the line, not the request."""

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            return

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record


class _Masked(logging.Formatter):
    def __init__(self, inner: logging.Formatter, mask: SecretMask) -> None:
        super().__init__()
        self._inner = inner
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        return self._mask(self._inner.format(record))


@contextmanager
def logging_to(stream: TextIO, settings: Settings, mask: SecretMask) -> Iterator[None]:
    """While open, structlog and the standard library's loggers write to `stream`."""
    mask.learn(settings.secret_values)
    json = settings.log_format == "json" or (settings.log_format == "auto" and not stream.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
        if json
        else [structlog.dev.ConsoleRenderer(colors=stream.isatty())]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    output = logging.StreamHandler(stream)
    output.setFormatter(_Masked(formatter, mask))
    lines: queue.Queue[logging.LogRecord] = queue.Queue(_MAX_WAITING_LINES)
    entrance = _Queue(lines)
    listener = logging.handlers.QueueListener(lines, output)
    root = logging.getLogger()
    level = root.level
    root.addHandler(entrance)
    root.setLevel(settings.log_level.upper())
    # uvicorn says each start and stop at info, which is our own lines' job.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    listener.start()
    try:
        yield
    finally:
        root.removeHandler(entrance)
        root.setLevel(level)
        listener.stop()
        structlog.reset_defaults()
