"""Who runs the relay, and so may declare connections and read the audit log."""

from collections.abc import Callable, Collection
from typing import TypeAlias

from .actor import Actor
from .one_person import LOCAL_USER_ID

IsOperator: TypeAlias = Callable[[Actor], bool]


class Operators:
    """The person at this machine, and the accounts that the setting `operators` names by id."""

    def __init__(self, account_ids: Collection[str]) -> None:
        self._ids = frozenset(account_ids)

    def __call__(self, actor: Actor) -> bool:
        if actor.user is None or actor.guest:
            return False
        return actor.user.id == LOCAL_USER_ID or actor.user.id in self._ids


NO_OPERATORS = Operators(())
"""The person at this machine alone."""
