"""Why a tool does not do what it was asked; its code stands first in what the agent reads.

RelayError
└── ToolError
    ├── BadArguments
    ├── StaleCell           the cell was changed since the agent read it
    ├── NoSuchCell
    ├── NoRuntime           nobody who could run cells is there
    ├── NothingToUndo
    ├── ScopeMissing        the token does not allow it
    ├── NoSuchTool
    └── NoSuchResource
"""

from typing import ClassVar

from relay.errors import RelayError
from wasm_runtime.contracts.relay_api import ErrorCode


class ToolError(RelayError):
    code: ClassVar[ErrorCode] = "bad_request"
    reason: ClassVar[str] = "BAD_REQUEST"


class BadArguments(ToolError):
    reason = "BAD_ARGUMENTS"


class StaleCell(ToolError):
    reason = "STALE_CELL"


class NoSuchCell(ToolError):
    code = "not_found"
    reason = "NO_SUCH_CELL"


class NoRuntime(ToolError):
    code = "unavailable"
    reason = "NO_RUNTIME"


class NothingToUndo(ToolError):
    reason = "NOTHING_TO_UNDO"


class ScopeMissing(ToolError):
    code = "not_allowed"
    reason = "SCOPE_MISSING"


class NoSuchTool(ToolError):
    code = "not_found"
    reason = "NO_SUCH_TOOL"


class NoSuchResource(ToolError):
    code = "not_found"
    reason = "NO_SUCH_RESOURCE"
