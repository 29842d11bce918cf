"""Everything a run sends, in the order it happened.

Streams are line-buffered, as at a terminal: what was printed before a long computation is seen
while it computes, and nothing else could send it then, since the event loop stands still. A program
that prints a great deal would drown the page in messages, so beyond a rate its text is joined over
one frame.
"""

import asyncio
import contextvars
import time
from collections.abc import Callable
from typing import Any, Literal

from wasm_runtime.contracts.worker import Stream

from .interrupt import uninterrupted

FRAME_SECONDS = 0.016
MAX_PENDING_CHARACTERS = 1 << 18  # a message of this size keeps the page responsive
PROMPT_LINES = 200  # sent at once after a pause
PROMPT_LINES_PER_SECOND = 500

StreamName = Literal["stdout", "stderr"]

_run_of_context: contextvars.ContextVar[str] = contextvars.ContextVar("run_of_context")


class Outbox:
    """Posts messages; holds back stream text until its line, or a busy program's frame, is over."""

    def __init__(self, post: Callable[[Any], None]) -> None:
        self._post = post
        self._last_run_id = ""
        self._run_id = ""
        self._name: StreamName = "stdout"
        self._parts: list[str] = []
        self._characters = 0
        self._due = 0.0
        self._prompt_lines = float(PROMPT_LINES)
        self._counted_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def run_id(self) -> str:
        """The run whose code is running; a task started by a cell stays with that cell's run."""
        return _run_of_context.get(self._last_run_id)

    def enter_run(self, run_id: str) -> None:
        """Attribute what this context sends to `run_id`, and what has no run, from now on."""
        _run_of_context.set(run_id)
        self._last_run_id = run_id

    @uninterrupted
    def write(self, name: StreamName, text: str) -> None:
        """Append to a stream of the current run."""
        run_id = self.run_id
        now = time.perf_counter()
        if self._parts and (name != self._name or run_id != self._run_id):
            self.flush()
        if not self._parts:
            self._run_id, self._name, self._due = run_id, name, now + FRAME_SECONDS
            self._schedule()
        self._parts.append(text)
        self._characters += len(text)
        if (
            now >= self._due
            or self._characters > MAX_PENDING_CHARACTERS
            or (text.endswith("\n") and self._is_prompt(now))
        ):
            self.flush()

    @uninterrupted
    def flush_line(self) -> None:
        """Send the text that is held back, unless the program asks for that all the time."""
        if self._parts and self._is_prompt(time.perf_counter()):
            self.flush()

    @uninterrupted
    def send(self, message: Any) -> None:
        """Send a message after all text written before it."""
        self.flush()
        self._post(message)

    @uninterrupted
    def flush(self) -> None:
        """Send the text that is held back."""
        if not self._parts:
            return
        text = "".join(self._parts)
        self._parts.clear()
        self._characters = 0
        self._post(Stream(run_id=self._run_id, name=self._name, text=text))

    def _is_prompt(self, now: float) -> bool:
        """Whether one more line may be sent by itself; counts it."""
        # The clock of a restored kernel begins anew.
        earned = max(0.0, now - self._counted_at) * PROMPT_LINES_PER_SECOND
        self._prompt_lines = min(PROMPT_LINES, self._prompt_lines + earned)
        self._counted_at = now
        if self._prompt_lines < 1:
            return False
        self._prompt_lines -= 1
        return True

    def _schedule(self) -> None:
        if self._timer is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # no loop: flushed by the next message or the end of the run
        self._timer = loop.call_later(FRAME_SECONDS, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self.flush()
