"""The settings in force, and what is wrong with those that were given."""

import os
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from wasm_runtime.errors import UsageError

from .secrets import SecretMask
from .settings import DEFAULT_FILE, FILE_VARIABLE, PREFIX, Settings

FREELY_NAMED = (f"{PREFIX}CONNECTION_", f"{PREFIX}SECRET_")
"""Variables that go on with a name of the operator's own; they are no settings."""
SECRETS = frozenset(
    name for name, field in Settings.model_fields.items() if field.annotation == SecretStr | None
)


def load_settings(**overrides: Any) -> Settings:
    """The settings in force. Raises UsageError that names every bad one and where it came from."""
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX)
        and name != FILE_VARIABLE
        and (name == _variable("secret_key") or not name.startswith(FREELY_NAMED))
        and name.removeprefix(PREFIX).lower() not in Settings.model_fields
    )
    if unknown:
        raise UsageError(
            f"There is no setting {', '.join(unknown)}.",
            hint=f"Known are {', '.join(_variable(name) for name in Settings.model_fields)}.",
        )
    named = os.environ.get(FILE_VARIABLE)
    if named and not Path(named).is_file():
        raise UsageError(f"{FILE_VARIABLE}: there is no file {named}.")
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise UsageError(
            SecretMask(())(_describe(error)), hint="docs/settings.md lists all settings."
        ) from error
    except ValueError as error:  # TOML that does not parse
        file = named or DEFAULT_FILE
        raise UsageError(f"{file} is not valid TOML: {error}") from error


def _describe(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        if not problem["loc"]:  # of several together, whose values may be secret
            lines.append(problem["msg"].removeprefix("Value error, "))
            continue
        name = str(problem["loc"][0])
        came = "" if name in SECRETS else f", got {problem['input']!r}"
        lines.append(f"setting {name} ({_variable(name)}): {problem['msg']}{came}")
    return "; ".join(lines)


def _variable(name: str) -> str:
    return PREFIX + name.upper()
