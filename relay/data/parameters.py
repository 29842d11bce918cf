"""The values bound to a statement, as JSON carries them.

null, true, 1, 1.5 and "text" are themselves. What JSON has no value for is an object with one key:
{"decimal": "1.20"}, {"bytes": base64}, {"date": "2026-11-21"}, {"timestamp": ISO 8601, with a zone
or without}.
"""

import base64
import binascii
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from .errors import BadParameter

Parameter: TypeAlias = bool | int | float | str | bytes | Decimal | date | datetime | None

MAX_PARAMETERS = 1000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_MAX_INT64 = 2**63 - 1


def parameters_of(plain: Mapping[str, object]) -> dict[str, Parameter]:
    """The values of a request. Raises BadParameter that names the bad one."""
    if len(plain) > MAX_PARAMETERS:
        raise BadParameter(f"A query takes at most {MAX_PARAMETERS} parameters, not {len(plain)}.")
    for name in plain:
        if not _NAME.fullmatch(name):
            raise BadParameter(
                f"{name[:80]!r} is no name of a parameter.",
                hint="Letters, digits and _ make a name, as in WHERE city = :city.",
            )
    return {name: _parameter(name, value) for name, value in plain.items()}


def _parameter(name: str, value: object) -> Parameter:
    match value:
        case None | bool() | str():
            return value
        case float() if math.isfinite(value):
            return value
        case float():
            raise BadParameter(
                f"Parameter {name} is {value}, which not every database has.",
                hint="Pass null, or write the value into the SQL.",
            )
        case int() if -_MAX_INT64 - 1 <= value <= _MAX_INT64:
            return value
        case int():
            raise BadParameter(
                f"Parameter {name}: {value} needs more than 64 bits.",
                hint='Pass it as a decimal: {"decimal": "…"}.',
            )
        case dict() if len(value) == 1:
            ((kind, text),) = value.items()
            read = _TAGGED.get(kind)
            if read is not None and isinstance(text, str):
                try:
                    return read(text)
                except (ValueError, InvalidOperation, binascii.Error) as error:
                    raise BadParameter(f"Parameter {name} is no {kind}: {text[:80]!r}.") from error
    raise BadParameter(
        f"Parameter {name}: expected a value, got {type(value).__name__}.",
        hint='Use null, true, 1, 1.5, "text", or one of '
        + ", ".join(f'{{"{kind}": "…"}}' for kind in _TAGGED),
    )


def _finite_decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    return value


_TAGGED: dict[str, Callable[[str], Parameter]] = {
    "decimal": _finite_decimal,
    "bytes": lambda text: base64.b64decode(text, validate=True),
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}
