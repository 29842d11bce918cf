"""Hashes an environment's files in a thread, while the process that will read them starts."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from wasm_runtime.contracts.environments import Environment
from wasm_runtime.environments.store import hash_file


class Proofs:
    """Of each of some files of a store: is it what its name says?"""

    def __init__(self, results: "dict[str, Future[bool]]") -> None:
        self._results = results

    @property
    def hashes(self) -> list[str]:
        """Those that an answer will come for."""
        return list(self._results)

    async def answers(self) -> AsyncIterator[tuple[str, bool]]:
        """Each as soon as it is known."""
        for sha256, result in self._results.items():
            yield sha256, await asyncio.wrap_future(result)


@contextmanager
def proving(store: Path, hashes: Iterable[str]) -> Iterator[Proofs]:
    """Begin to hash the files, in this order; those that nobody waits for any more are left out."""
    # One: the other processor is for the process that starts.
    thread = ThreadPoolExecutor(1, "wasm-runtime-proofs")
    try:
        yield Proofs({sha256: thread.submit(_is_intact, store, sha256) for sha256 in hashes})
    finally:
        thread.shutdown(wait=False, cancel_futures=True)


def files_of_a_start(environment: Environment) -> list[str]:
    """Hashes of what a restored start reads whole, in the order that it does; the rest is read in
    parts, which have sums of their own."""
    files = [*environment.runtime, environment.lock]
    if snapshot := environment.snapshot:
        files += [snapshot.layout, snapshot.modules, snapshot.heap]
    return [file.sha256 for file in files]


def _is_intact(store: Path, sha256: str) -> bool:
    try:
        return hash_file(store / sha256[:2] / sha256) == sha256
    except OSError:
        return False  # the reader says what is wrong with it
