"""Group commit: what all rooms have to write goes to the store in one transaction after another."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import islice
from time import perf_counter
from typing import Protocol, TypeVar

import structlog

from .compaction import Due, plan
from .metrics import SyncMetrics
from .store import Append, Compaction, Store, StoreFault

_log = structlog.stdlib.get_logger("relay.sync")

T = TypeVar("T")

STALL_SECONDS = 1.5
"""A commit that takes longer is reported as not saved: a writer must know within two seconds."""


class Writer(Protocol):
    """A room, as the journal sees it."""

    def take(self) -> Sequence[Append]:
        """What is to be written, all of it; what comes later is for the next time."""

    def saved(self, sequences: Sequence[int]) -> None:
        """What was taken is on disk, under these numbers."""

    def lost(self, fault: StoreFault) -> None:
        """What was taken may not be on disk; nothing that followed will be asked for."""


class Journal:
    """The only one who calls the store, on threads of its own."""

    def __init__(
        self,
        store: Store,
        metrics: SyncMetrics,
        max_history_bytes: int,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._store = store
        self._max_history_bytes = max_history_bytes
        self._metrics = metrics
        self._stall_seconds = stall_seconds
        self._dirty: dict[Writer, None] = {}
        self._plans: dict[asyncio.Task[None], None] = {}
        self._compactions: deque[tuple[Compaction, Callable[[], None]]] = deque()
        self._work = asyncio.Event()
        self._rest = asyncio.Event()
        self._rest.set()
        self._answers = asyncio.Event()
        self._answers.set()
        self._writing = ThreadPoolExecutor(1, "store-writer")
        self._reading = ThreadPoolExecutor(1, "store-reader")

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Journal"]:
        """Write while open; at the end everything handed over is written first."""
        task = asyncio.create_task(self._write())
        try:
            yield self
        finally:
            await asyncio.gather(*self._plans)
            await self._rest.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._reading.shutdown()
            await asyncio.get_running_loop().run_in_executor(self._writing, self._store.close)
            self._writing.shutdown()

    def submit(self, writer: Writer) -> None:
        """`writer` has something to take."""
        if not self._answers.is_set():
            writer.take()
            writer.lost(_Stalled())
            return
        self._dirty[writer] = None
        self._rest.clear()
        self._work.set()

    def compact(self, due: Due, done: Callable[[], None]) -> None:
        """Have a snapshot written when there is time; should it fail, the log has it all."""
        self._plans[task := asyncio.create_task(self._plan(due, done))] = None
        task.add_done_callback(self._plans.pop)

    async def compact_now(self, compaction: Compaction) -> None:
        """Write a snapshot at once. Raises StoreFault."""
        await asyncio.get_running_loop().run_in_executor(
            self._writing, self._store.compact, compaction
        )

    async def delete(self, document_id: str, epoch: str | None) -> bool:
        """Delete a document, behind what is being written. Raises StoreFault."""
        return await asyncio.get_running_loop().run_in_executor(
            self._writing, self._store.delete, document_id, epoch
        )

    async def read(self, ask: Callable[[Store], T]) -> T:
        """What `ask` makes, on the reading thread, of the store. Raises StoreFault."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, ask, self._store)

    async def answers(self) -> None:
        """Wait while the store hangs in a commit."""
        await self._answers.wait()

    async def _write(self) -> None:
        while True:
            if not self._dirty and not self._compactions:
                self._rest.set()
                self._work.clear()
                await self._work.wait()
            taken = {writer: list(writer.take()) for writer in self._dirty}
            self._dirty.clear()
            if taken:
                await self._commit(taken)
            if self._compactions:
                await self._compact(*self._compactions.popleft())

    async def _commit(self, taken: dict[Writer, list[Append]]) -> None:
        appends = [append for of_one in taken.values() for append in of_one]
        started = perf_counter()
        commit = asyncio.get_running_loop().run_in_executor(
            self._writing, self._store.append, appends
        )
        done, _ = await asyncio.wait([commit], timeout=self._stall_seconds)
        if not done:
            await self._stall(commit, taken)
            return
        self._metrics.commit_seconds.observe(perf_counter() - started)
        fault = commit.exception()
        if fault is None:
            self._metrics.records.inc(len(appends))
            numbers = iter(commit.result())
            for writer, of_one in taken.items():
                writer.saved(list(islice(numbers, len(of_one))))
        elif not isinstance(fault, StoreFault):
            raise fault
        elif len(taken) > 1:
            # One document's trouble is not another's.
            for writer, of_one in taken.items():
                await self._commit({writer: of_one})
        else:
            self._report(fault)
            for writer in taken:
                writer.lost(fault)

    async def _stall(
        self, commit: "asyncio.Future[Sequence[int]]", taken: Iterable[Writer]
    ) -> None:
        """Tell every writer at once; then wait for the end, whatever it is."""
        self._answers.clear()
        self._report(_Stalled())
        for writer in taken:
            writer.lost(_Stalled())
        for writer in self._dirty:
            writer.take()
            writer.lost(_Stalled())
        self._dirty.clear()
        await asyncio.wait([commit])
        commit.exception()  # it was reported as lost already
        self._answers.set()

    def _report(self, fault: StoreFault) -> None:
        self._metrics.store_faults.inc()
        _log.error("edits not saved", fault=str(fault))

    async def _plan(self, due: Due, done: Callable[[], None]) -> None:
        """Beside the commits: the log may have to be read for it."""
        try:
            compaction = await self.read(lambda store: plan(store, due, self._max_history_bytes))
        except StoreFault as fault:
            self._not_compacted(due.document_id, fault)
            return
        self._compactions.append((compaction, done))
        self._rest.clear()
        self._work.set()

    async def _compact(self, compaction: Compaction, done: Callable[[], None]) -> None:
        try:
            await self.compact_now(compaction)
        except StoreFault as fault:
            self._not_compacted(compaction.document_id, fault)
        else:
            self._metrics.snapshots.inc()
            done()

    def _not_compacted(self, document_id: str, fault: StoreFault) -> None:
        self._metrics.store_faults.inc()
        _log.warning("snapshot not written", document_id=document_id, fault=str(fault))


class _Stalled(StoreFault):
    """The commit is still under way."""

    def __init__(self) -> None:
        super().__init__("The store does not answer.")
