"""How much may still be used today: asked before a request, counted after it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from wasm_runtime.contracts.ai import AiBudget

from .declaration import Bound, Declared
from .errors import BudgetSpent
from .ledger import Ledger, Scope, Spent

_Key = tuple[Scope, str]
_MILLION = 1_000_000
_WHOSE: dict[Scope, str] = {
    "person": "You have",
    "notebook": "This notebook has",
    "relay": "This relay has",
}


class Budgets:
    """What is under way counts as much as it is expected to use, so that many requests at once do
    not each believe to be the only one; a bound is passed by no more than the last request."""

    def __init__(
        self,
        declared: Declared,
        ledger: Ledger,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bounds: dict[Scope, Bound] = {
            "person": declared.person,
            "notebook": declared.notebook,
            "relay": declared.relay,
        }
        self._ledger = ledger
        self._now = now
        self._under_way: Counter[_Key] = Counter()
        self._day = ""
        self._spent: dict[_Key, Spent] = {}
        """Of `_day`, as far as it was asked for; the ledger is read once."""
        self._reading = asyncio.Lock()

    @property
    def bound_dollars(self) -> bool:
        """Whether money is bounded anywhere."""
        return any(bound.dollars is not None for bound in self._bounds.values())

    @asynccontextmanager
    async def reserved(
        self, person: str, notebook: str | None, expected_tokens: int
    ) -> AsyncIterator[None]:
        """Raises BudgetSpent."""
        scopes = self._scopes(person, notebook)
        now = self._now()
        spents = [await self._spent_of(_day(now), *each) for each in scopes]
        # From here to the reservation nothing is awaited: nobody else comes in between.
        for (scope, whose), spent in zip(scopes, spents, strict=True):
            bound = self._bounds[scope]
            tokens = spent.tokens + self._under_way[scope, whose]
            if bound.tokens is not None and tokens >= bound.tokens:
                raise BudgetSpent(
                    f"{_WHOSE[scope]} used {spent.tokens} of {bound.tokens} tokens for today.",
                    _until_midnight(now),
                )
            if bound.dollars is not None and spent.microdollars >= bound.dollars * _MILLION:
                raise BudgetSpent(
                    f"{_WHOSE[scope]} used {spent.microdollars / _MILLION:.2f} of "
                    f"{bound.dollars:.2f} US dollars for today.",
                    _until_midnight(now),
                )
        self._under_way.update({each: expected_tokens for each in scopes})
        try:
            yield
        finally:
            self._under_way.subtract({each: expected_tokens for each in scopes})
            self._under_way += Counter()

    async def count(self, person: str, notebook: str | None, model: str, spent: Spent) -> None:
        """Raises Unavailable."""
        day = _day(self._now())
        async with self._reading:
            await asyncio.to_thread(self._ledger.add, day, person, notebook or "", model, spent)
            for key in self._scopes(person, notebook):
                if day == self._day and key in self._spent:
                    self._spent[key] = self._spent[key] + spent

    async def used(self, person: str, notebook: str | None) -> list[AiBudget]:
        """What somebody is shown: their own, the notebook's, the relay's where it is bounded."""
        day = _day(self._now())
        shown = []
        for scope, whose in self._scopes(person, notebook):
            bound = self._bounds[scope]
            if scope == "relay" and bound == Bound():
                continue
            spent = await self._spent_of(day, scope, whose)
            shown.append(
                AiBudget(
                    scope=scope,
                    tokens=spent.tokens,
                    dollars=spent.microdollars / _MILLION,
                    max_tokens=bound.tokens,
                    max_dollars=bound.dollars,
                )
            )
        return shown

    async def _spent_of(self, day: str, scope: Scope, whose: str) -> Spent:
        if day == self._day and (known := self._spent.get((scope, whose))) is not None:
            return known
        async with self._reading:
            if day != self._day:
                self._day, self._spent = day, {}
            spent = await asyncio.to_thread(self._ledger.spent, scope, day, whose)
            self._spent[scope, whose] = spent
            return spent

    def _scopes(self, person: str, notebook: str | None) -> list[_Key]:
        of_notebook: list[_Key] = [("notebook", notebook)] if notebook else []
        return [("person", person), *of_notebook, ("relay", "")]


def _day(now: datetime) -> str:
    return now.date().isoformat()


def _until_midnight(now: datetime) -> int:
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, int((tomorrow - now).total_seconds()))
