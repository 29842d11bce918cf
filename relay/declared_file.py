"""A TOML file in which an operator declares things, checked before anything is made of it."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from wasm_runtime.errors import UsageError

_D = TypeVar("_D")


def read_declared_file(
    path: Path, setting: str, declared_of: Callable[[Mapping[str, Any]], _D]
) -> _D:
    """What `declared_of` makes of the file. Raises UsageError that names it and what is wrong."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}, which the setting {setting} names.") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not valid TOML: {error}.") from error
    try:
        return declared_of(plain)
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", hint=error.hint) from error


def refuse_unknown(what: str, given: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raises UsageError for a field that is none of `names`."""
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise UsageError(f"{what} has no field {', '.join(unknown)}.",
                         hint=f"Known are {', '.join(sorted(names))}.")  # fmt: skip


def wrongly_typed(declared: Any) -> list[str]:
    """The fields of a dataclass whose values are of another type than it says: str, bool, int,
    float, a Literal, Sequence[str], or else a mapping of text."""
    return [
        name
        for name, expected in get_type_hints(type(declared)).items()
        if not _is_of_type(getattr(declared, name), expected)
    ]


def per_person(plain: Mapping[str, Any]) -> int:
    """How many requests somebody may have under way. Raises UsageError."""
    found = plain.get("requests_per_person", 6)
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise UsageError(f"requests_per_person: expected 1 or more, got {found!r}.")
    return found


def _is_of_type(value: object, expected: Any) -> bool:
    if expected is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if expected is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if get_origin(expected) is Literal:
        return value in get_args(expected)
    if expected in (str, bool):
        return isinstance(value, expected)
    if expected == Sequence[str]:
        return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and isinstance(each, str) for name, each in value.items()
    )
