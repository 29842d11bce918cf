"""Errors of tasks that nobody awaits, shown where the cell that started them prints."""

import asyncio
import sys
from typing import Any

from .tracebacks import user_traceback


def report_task_errors(loop: asyncio.AbstractEventLoop, shell: Any) -> None:
    """Write what the event loop has to report to stderr, with the cells' own names and lines."""

    def report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        lines = [f"{context.get('message') or 'Unhandled exception in the event loop'}:"]
        if error is not None:
            tb = user_traceback(error.__traceback__)
            lines += shell.InteractiveTB.structured_traceback(type(error), error, tb, tb_offset=0)
        sys.stderr.write("\n".join(lines) + "\n")

    loop.set_exception_handler(report)
