"""A plan as a tree of steps, whatever engine it is of."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from wasm_runtime.contracts.data import PlanStep

MAX_STEPS = 2000
"""More of them nobody reads, and a page would have to draw them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`cost` is with all steps below, as in PlanStep."""

    name: str
    detail: str = ""
    rows: float | None = None
    cost: float | None = None
    below: Sequence["Step"] = field(default=())


def flattened(steps: Iterable[Step]) -> list[PlanStep]:
    """Each step before those below it; the first MAX_STEPS of them."""
    found: list[PlanStep] = []
    for depth, step in _walk(steps):
        if len(found) == MAX_STEPS:
            break
        found.append(
            PlanStep(
                depth=depth, name=step.name, detail=step.detail, rows=step.rows, cost=step.cost
            )
        )
    return found


def _walk(steps: Iterable[Step]) -> Iterator[tuple[int, Step]]:
    waiting = [(0, step) for step in reversed(list(steps))]
    while waiting:
        depth, step = waiting.pop()
        yield depth, step
        waiting += [(depth + 1, each) for each in reversed(step.below)]


def cost_of(steps: Iterable[Step]) -> float | None:
    """The costs of these together; None when none of them states one."""
    stated = [step.cost for step in steps if step.cost is not None]
    return math.fsum(stated) if stated else None


def number(value: object) -> float | None:
    """A figure as a database writes it: a number, or a text of one, perhaps with a ~ before it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(str(value).removeprefix("~"))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def text(value: object) -> str:
    """A value of a plan as one line; lists with commas."""
    if isinstance(value, list):
        return ", ".join(text(each) for each in value)
    return " ".join(str(value).split())
