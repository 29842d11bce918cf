"""Completions from IPython and jedi; positions in code points."""

import itertools
import warnings
from typing import Any

from wasm_runtime.contracts.worker import Completion

MAX_COMPLETIONS = 500  # a longer list is not read, and costs time to make and to send


def complete(shell: Any, source: str, cursor: int) -> list[Completion]:
    """Candidates for the text at `cursor`, best first."""
    from IPython.core.completer import provisionalcompleter, rectify_completions

    completer = _completer_of(shell)
    with provisionalcompleter(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        candidates = itertools.islice(completer.completions(source, cursor), MAX_COMPLETIONS)
        found = list(rectify_completions(source, candidates))
    return [
        Completion(
            text=item.text,
            start=item.start,
            end=item.end,
            type=_kind_of(item),
            signature=item.signature or "",
        )
        for item in found
    ]


def _completer_of(shell: Any) -> Any:
    if shell.Completer is None:
        # Imports jedi: not wanted before the first completion.
        from IPython.core.interactiveshell import InteractiveShell

        InteractiveShell.init_completer(shell)
    return shell.Completer


def _kind_of(item: Any) -> str:
    known = item.type or ""
    return "" if known == "<unknown>" else known
