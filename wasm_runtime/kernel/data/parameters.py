"""Python's values as a QueryRequest carries them."""

import base64
import math
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from wasm_runtime.contracts.shape import Json

from .errors import InterfaceError


def parameters_json(parameters: Mapping[str, object]) -> dict[str, Json]:
    """The values by their names. Raises InterfaceError that names the bad one."""
    return {name: parameter_json(name, value) for name, value in parameters.items()}


def parameter_json(name: str, value: Any) -> Any:
    """One value; numpy's scalars, and pandas's missing values, are what they stand for."""
    if hasattr(value, "item") and hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0:
        value = value.item()
    if type(value).__name__ in ("NAType", "NaTType"):  # pandas's; the second is also a datetime
        return None
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -(2**63) <= value < 2**63 else {"decimal": str(value)}
        case float() if math.isfinite(value):
            return value
        case Decimal() if value.is_finite():
            return {"decimal": str(value)}
        case bytes() | bytearray() | memoryview():
            return {"bytes": base64.b64encode(value).decode("ascii")}
        case datetime():
            return {"timestamp": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case uuid.UUID():
            return str(value)
    shown = "nan" if isinstance(value, float | Decimal) else type(value).__name__
    raise InterfaceError(
        f"Parameter :{name} is {shown}, which no database takes as a value.",
        "Pass None, a number, text, bytes, a date or a datetime; for a list, one name for each "
        "value: IN (:a, :b).",
    )
