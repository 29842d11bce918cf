"""The runs of a document: who asked for which cell, which runtime has it, and how it ended."""

import dataclasses
import secrets
from collections.abc import Collection, Iterable
from typing import Any, get_args

from pycrdt import Doc, Map

from wasm_runtime.contracts import document as names
from wasm_runtime.contracts.codec import encode
from wasm_runtime.contracts.document import Run, Runtime
from wasm_runtime.json_values import plain

_STATES = frozenset(get_args(names.RunState))
_FIELDS = tuple(field.name for field in dataclasses.fields(Run))
STEP_SECONDS = 1e-6
"""So much later is each run of one asking, so that all peers see one order."""


class Runs:
    """A view over a document's runs, stops and runtimes; every peer may read and ask."""

    def __init__(self, doc: "Doc[Any]") -> None:
        self.doc = doc
        self._meta: Map[Any] = doc.get(names.ROOT_META, type=Map)
        self._runs: Map[Any] = doc.get(names.ROOT_RUNS, type=Map)
        self._stops: Map[Any] = doc.get(names.ROOT_STOPS, type=Map)
        self._runtimes: Map[Any] = doc.get(names.ROOT_RUNTIMES, type=Map)

    @property
    def host(self) -> str | None:
        """The id of the runtime that runs this notebook; it may have left."""
        host = self._meta.get(names.META_HOST)
        return host if isinstance(host, str) else None

    @host.setter
    def host(self, runtime_id: str) -> None:
        self._meta[names.META_HOST] = runtime_id

    def announce(self, runtime: Runtime) -> None:
        """Makes a runtime known, and forgets those that no run names any more."""
        if runtime.id in self._runtimes:
            return
        named = {run.runtime_id for run in self.entries().values()}
        with self.doc.transaction():
            for id in set(self._runtimes.keys()) - named:
                del self._runtimes[id]
            self._runtimes[runtime.id] = encode(runtime)

    def entries(self) -> dict[str, Run]:
        """Run id to run, in the order in which they were asked for."""
        runs = {id: run for id, _ in self._runs.items() if (run := self.get(id)) is not None}
        return dict(sorted(runs.items(), key=lambda item: (item[1].asked_at, item[0])))

    def get(self, id: str) -> Run | None:
        """None when there is none, or a peer wrote something that is none."""
        value = plain(self._runs.get(id))
        is_run = (
            isinstance(value, dict)
            and isinstance(value.get("cell_id"), str)
            and isinstance(value.get("runtime_id"), str)
            and isinstance(value.get("asked_at"), int | float)
            and value.get("state") in _STATES
        )
        return Run(**{"asked_by": "", **_known(value)}) if is_run else None

    def unfinished(self) -> dict[str, Run]:
        """What waits or runs."""
        return {id: run for id, run in self.entries().items() if not is_ended(run)}

    def ask(
        self, cell_ids: Iterable[str], *, runtime_id: str, asked_by: str, now: float
    ) -> list[str]:
        """Asks a runtime to run these cells in this order; returns the new runs' ids."""
        ids = []
        with self.doc.transaction():
            for index, cell_id in enumerate(cell_ids):
                id = secrets.token_urlsafe(8)
                asked_at = now + index * STEP_SECONDS
                run = Run(
                    cell_id=cell_id,
                    runtime_id=runtime_id,
                    asked_by=asked_by,
                    asked_at=asked_at,
                    state="queued",
                )
                self._runs[id] = encode(run)
                ids.append(id)
        return ids

    def change(self, id: str, **changes: Any) -> None:
        """Writes the run anew, with these fields changed (None takes one away)."""
        written = {**plain(self._runs[id]), **changes}
        with self.doc.transaction():
            self._runs[id] = {key: value for key, value in written.items() if value is not None}
            if changes.get("state") not in (None, "queued", "running") and id in self._stops:
                del self._stops[id]

    def delete(self, ids: Iterable[str]) -> None:
        """Forgets runs, with what was asked of them."""
        with self.doc.transaction():
            for id in ids:
                for root in (self._runs, self._stops):
                    if id in root:
                        del root[id]

    def stop(self, ids: Iterable[str], user_id: str) -> None:
        """Asks whoever has these runs to end them."""
        with self.doc.transaction():
            for id in ids:
                self._stops[id] = user_id

    def is_stop_asked(self, id: str) -> bool:
        return id in self._stops

    def lose_absent(self, present: Collection[str]) -> list[str]:
        """Marks the runs of runtimes that are not among `present` as lost; returns their ids."""
        lost = [id for id, run in self.unfinished().items() if run.runtime_id not in present]
        with self.doc.transaction():
            for id in lost:
                self.change(id, state="lost")
        return lost


def is_ended(run: Run) -> bool:
    return run.state not in ("queued", "running")


def _known(value: dict[str, Any]) -> dict[str, Any]:
    return {key: value[key] for key in _FIELDS if key in value}
