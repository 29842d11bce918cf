"""What one runtime does with the runs addressed to it: only it starts them, each at most once."""

from collections.abc import Collection
from typing import Literal

from wasm_runtime.contracts.document import Run
from wasm_runtime.runs import STEP_SECONDS, Runs, is_ended

FinishStatus = Literal["ok", "error", "interrupted"]


class RuntimeRuns:
    """One runtime's queue. Times are seconds since 1970, as `now`."""

    def __init__(self, runs: Runs, id: str) -> None:
        self.id = id
        self._runs = runs
        self._queue: list[str] = []
        """In the order in which this runtime heard of them. One that is not in the document now
        may be on its way: a deletion can come before what is written in its place."""
        self._heard: set[str] = set()
        """Every run that was ever taken in: whatever a late peer writes, none is again."""
        self._ended: dict[str, dict[str, object]] = {}
        """How runs ended here, as long as the document has them."""
        self.running: str | None = None
        """The id of the run under way."""

    @property
    def has_queued(self) -> bool:
        return bool(self._waiting())

    def follow(self) -> None:
        """Takes in what changed in the document; who took this runtime for gone is put right."""
        entries = self._runs.entries()
        newest = {run.cell_id: id for id, run in entries.items()}
        for id, run in entries.items():
            # One that was marked as lost before this runtime heard of it is wanted until its cell
            # is asked for anew.
            is_wanted = run.state == "queued" or (run.state, newest[run.cell_id]) == ("lost", id)
            if run.runtime_id == self.id and is_wanted and id not in self._heard:
                self._heard.add(id)
                self._queue.append(id)
        for id in self._waiting():
            self._assert(id, state="queued")
        if self.running is not None:
            self._assert(self.running, state="running")
        self._ended = {id: run for id, run in self._ended.items() if id in entries}
        for id, ended in self._ended.items():
            self._assert(id, **ended)
        self.cancel([id for id in self._queue if self._runs.is_stop_asked(id)])

    def take(self, now: float) -> tuple[str, Run] | None:
        """Starts the next run; None when none waits or one is running."""
        if self.running is not None:
            return None
        for id in self._waiting():
            self._queue.remove(id)
            self.running = id
            self._runs.change(id, state="running", started_at=now)
            run = self._runs.get(id)
            return None if run is None else (id, run)
        return None

    def finish(self, status: FinishStatus, duration_seconds: float) -> None:
        """Ends the run under way. An error takes what its asker has waiting along, a stop all."""
        if self.running is None:
            raise ValueError(f"cannot finish a run as {status}: none is running")
        id, self.running = self.running, None
        run = self._runs.get(id)
        asker = run.asked_by if run is not None else None
        with self._runs.doc.transaction():
            self._end(
                id, state="finished", status=status, duration_seconds=duration_seconds, asks=None
            )
            if status == "interrupted":
                self.cancel(list(self._queue))
            elif status == "error":
                self.cancel([each for each in self._queue if self._asker_of(each) == asker])

    def cancel(self, ids: Collection[str]) -> None:
        """Gives up runs that wait."""
        self._queue = [id for id in self._queue if id not in ids]
        with self._runs.doc.transaction():
            for id in ids:
                self._end(id, state="cancelled")

    def hand_over(self, runtime_id: str) -> None:
        """Gives what waits to another runtime, as new runs: the old ones start nowhere any more."""
        waiting = self._waiting()
        self._queue = []
        with self._runs.doc.transaction():
            self._runs.delete(waiting)
            for run in waiting.values():
                self._runs.ask(
                    [run.cell_id],
                    runtime_id=runtime_id,
                    asked_by=run.asked_by,
                    now=run.asked_at + STEP_SECONDS,
                )

    def _end(self, id: str, **changes: object) -> None:
        """Of each cell the newest ended run is kept."""
        run = self._runs.get(id)
        if run is None:
            return
        entries = self._runs.entries().items()
        older = [
            each
            for each, other in entries
            if other.cell_id == run.cell_id and each != id and is_ended(other)
        ]
        self._runs.delete(older)
        self._runs.change(id, **changes)
        self._ended[id] = changes

    def _waiting(self) -> dict[str, Run]:
        return {id: run for id in self._queue if (run := self._runs.get(id)) is not None}

    def _asker_of(self, id: str) -> str | None:
        run = self._runs.get(id)
        return run.asked_by if run is not None else None

    def _assert(self, id: str, **changes: object) -> None:
        """Only this runtime knows how its runs stand."""
        run = self._runs.get(id)
        if run is not None and run.state != changes["state"]:
            self._runs.change(id, **changes)
