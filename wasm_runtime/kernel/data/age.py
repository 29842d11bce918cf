"""How old a result may be, as people say it, and how old it is, in words."""

import math
import re
import sys
from datetime import timedelta
from typing import TypeAlias

from .errors import InterfaceError

MaxAge: TypeAlias = float | str | timedelta | None
"""Seconds, "10 minutes", "10m" or a timedelta; None: the database is asked."""

_UNITS = {"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}
_LONG = {"sec": "s", "second": "s", "min": "m", "minute": "m", "hr": "h", "hour": "h", "day": "d"}
_TEXT = re.compile(r"\s*(?P<count>\d+(?:\.\d+)?)\s*(?P<unit>[a-z]*)\s*", re.IGNORECASE)


def max_age_seconds(max_age: MaxAge) -> float | None:
    """Raises InterfaceError for what is no length of time."""
    seconds = _seconds(max_age)
    if seconds is not None and not 0 <= seconds < math.inf:
        raise InterfaceError(
            f"max_age: expected a length of time, got {max_age!r}.", 'max_age="10 minutes"'
        )
    return seconds


def age_words(seconds: float) -> str:
    """Such as "3 minutes old", in the largest unit that fits."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'} old"
    return "less than a minute old"


def kept_words(seconds: float, is_offline: bool) -> str:
    """What is said of a result that the database was not asked for."""
    reason = "; the relay cannot be reached" if is_offline else ""
    return f"kept result, {age_words(seconds)}{reason}"


def say_age(connection: str, age_seconds: float | None, is_offline: bool) -> None:
    """Where no table says it: a line beside the output."""
    if age_seconds is not None:
        print(f"{connection}: {kept_words(age_seconds, is_offline)}", file=sys.stderr)


def _seconds(max_age: MaxAge) -> float | None:
    match max_age:
        case None:
            return None
        case timedelta():
            return max_age.total_seconds()
        case int() | float() if not isinstance(max_age, bool):
            return float(max_age)
        case str() if found := _TEXT.fullmatch(max_age):
            word = found["unit"].lower()
            unit = _LONG.get(word.removesuffix("s") if len(word) > 1 else word, word)
            if unit in ("", *_UNITS):
                return float(found["count"]) * _UNITS.get(unit, 1)
    return math.nan
