"""Whether a kept result answers a query, and if not, where its own result is kept."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from .declaration import Declaration
from .engine import Statement
from .errors import BadParameter
from .keeping import Keeping
from .kept_result import KeptResult
from .kept_results import KeptResults
from .query import Limits
from .result_key import result_key

_CLEANING_SECONDS = 60.0


def reuse(
    results: KeptResults,
    declared: Declaration,
    password: str,
    statement: Statement,
    limits: Limits,
    max_age_seconds: float,
) -> KeptResult | Keeping | None:
    """None where nothing is kept. Raises BadParameter.

    Equal queries at once each ask the database: one would go at the pace of another's reader.
    """
    if not max_age_seconds >= 0:
        raise BadParameter(f"max_age_seconds must be 0 or more, not {max_age_seconds}.")
    if not declared.keep_results:
        return None
    key = result_key(results.key_secret, declared, password, statement)
    kept = (
        results.find(key, min(max_age_seconds, declared.keep_seconds)) if max_age_seconds else None
    )
    if kept is not None and kept.rows <= limits.rows and kept.bytes <= limits.bytes:
        return kept
    if kept is not None:
        kept.close()  # too large for this request: it fails as the database's answer does
    return results.begin(key, declared.keep_seconds)


def keep_seconds(declared: Declaration, age_seconds: float | None) -> float:
    """How long whoever gets a result may keep it."""
    return max(0.0, declared.keep_seconds - (age_seconds or 0)) if declared.keep_results else 0.0


@asynccontextmanager
async def open_results(folder: Path, max_bytes: int) -> AsyncIterator[KeptResults]:
    """For the time of an application's life; what is too old goes also while nobody asks."""
    with KeptResults(folder, max_bytes) as results:
        cleaning = asyncio.create_task(_clean(results))
        try:
            yield results
        finally:
            cleaning.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await cleaning


async def _clean(results: KeptResults) -> None:
    while True:
        await asyncio.sleep(_CLEANING_SECONDS)
        await asyncio.to_thread(results.remove_old)
