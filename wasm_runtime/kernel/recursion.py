"""A bound for sys.setrecursionlimit: beyond it an error would end the kernel, not the cell."""

import operator
import sys
from typing import SupportsIndex

# An error's frames are freed one inside the other, on the engine's own stack of about a megabyte.
# Measured: 5,000 are freed in Chromium and in Deno, 6,000 overflow it and Python is dead.
DEEPEST = 4000

_unbounded = sys.setrecursionlimit


def install_recursion_bound() -> None:
    """Take over sys.setrecursionlimit."""
    sys.setrecursionlimit = setrecursionlimit


def setrecursionlimit(limit: SupportsIndex, /) -> None:
    """sys.setrecursionlimit."""
    asked = operator.index(limit)
    _unbounded(min(asked, DEEPEST))
    if asked > DEEPEST:
        sys.stderr.write(
            f"sys.setrecursionlimit({asked}): set to {DEEPEST}, the deepest that Python in "
            "WebAssembly can be brought back from.  hint: for more depth keep a list of what is "
            "left to do instead of recursing\n"
        )
