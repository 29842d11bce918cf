"""What a browser, a runtime and a relay each say they can do."""

from dataclasses import dataclass, field
from typing import Literal

CapabilityName = Literal[
    "isolation",
    "interrupt",
    "input",
    "blocking_wait",
    "blocking_http",
    "persistent_files",
    "package_index",
    "offline",
    "snapshot",
    "rooms",
    "gateway",
    "ai",
]
"""A closed list: the page's table of fallbacks does not compile until a new name has its words."""

CapabilityProvider = Literal["browser", "runtime", "relay"]


@dataclass(frozen=True, kw_only=True)
class Capability:
    """One thing a provider can do; a missing one means it cannot."""

    name: CapabilityName
    provider: CapabilityProvider
    version: int = 1
    how: str = ""
    limits: dict[str, float] = field(default_factory=dict)
