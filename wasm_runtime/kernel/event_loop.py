"""Keeps the event loop's callbacks out of a suspended tick.

A tick may suspend the cell anywhere, inside an import for one. A callback that imports then
waits for the import lock for ever, and tasks would run in the middle of synchronous code.
"""

from collections.abc import Callable
from typing import Any

RETRY_SECONDS = 0.01


def defer_callbacks_while(loop_class: Any, ticking: Callable[[], bool]) -> None:
    """Make `loop_class.call_later` put callbacks off while `ticking()`."""
    call_later = loop_class.call_later
    own_plumbing = loop_class._decrement_in_progress

    def deferring_call_later(
        self: Any, delay: float, callback: Any, *args: Any, context: Any = None
    ) -> Any:
        # run_sync's own plumbing: it runs no user code, and the tick itself waits for it.
        if (
            type(callback).__name__ == "FutureDoneCallback"
            or getattr(callback, "__func__", None) is own_plumbing
        ):
            return call_later(self, delay, callback, *args, context=context)

        def gated(*args: Any) -> None:
            if ticking():
                self.call_later(RETRY_SECONDS, callback, *args, context=context)
            else:
                callback(*args)

        return call_later(self, delay, gated, *args, context=context)

    loop_class.call_later = deferring_call_later
