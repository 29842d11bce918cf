"""What each role may do with a document."""

from typing import Literal

from wasm_runtime.contracts.access import Role
from wasm_runtime.contracts.document import ROOT_RUNS, ROOT_RUNTIMES, ROOT_STOPS

Verb = Literal["read", "run", "write", "reopen", "manage", "delete"]
"""read: see it and be present. run: ask for runs. write: edit. reopen: from its last good state.
manage: decide who may what. delete: end it for everybody."""

RUN_ROOTS = frozenset({ROOT_RUNS, ROOT_STOPS, ROOT_RUNTIMES})
"""The roots of the document that somebody may change who may run, but not write."""

VERBS_OF: dict[Role, frozenset[Verb]] = {
    "viewer": frozenset({"read"}),
    "runner": frozenset({"read", "run"}),
    "editor": frozenset({"read", "run", "write"}),
    "owner": frozenset({"read", "run", "write", "reopen", "manage", "delete"}),
}
_RISING: tuple[Role, ...] = tuple(VERBS_OF)


def may(role: Role | None, verb: Verb) -> bool:
    return role is not None and verb in VERBS_OF[role]


def higher(one: Role | None, other: Role | None) -> Role | None:
    """The role that may more; None is no role."""
    roles = [role for role in (one, other) if role is not None]
    return max(roles, key=_RISING.index, default=None)
