"""Kinds of settings that are lists: a variable or the command line has them in one text."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

from .networks import Networks


def _split(value: object) -> object:
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    return value


def _plain(names: list[str]) -> list[str]:
    for name in names:
        if set(name) & set("*/:@ ?#") and not name.startswith("["):
            raise ValueError(f"{name!r} is not a plain host name (no port, scheme or pattern)")
    return names


def _of_networks(names: list[str]) -> list[str]:
    Networks(names)
    return names


Names = Annotated[list[str], NoDecode, BeforeValidator(_split)]
"""Separated by commas."""
HostNames = Annotated[Names, AfterValidator(_plain)]
NetworkNames = Annotated[Names, AfterValidator(_of_networks)]
"""Addresses, or networks such as 10.0.0.0/8."""
