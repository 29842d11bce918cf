"""What the operator lets notebooks reach: a TOML file, a table [hosts."NAME"] each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from relay.auth.actor import Actor
from relay.auth.declared_users import is_for
from relay.declared_file import per_person, read_declared_file, refuse_unknown, wrongly_typed
from relay.secret_store import references_in
from wasm_runtime.contracts.net import HostInfo
from wasm_runtime.errors import UsageError

from .target import host_of

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PRIVATE = re.compile(r"(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]):\d{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host, on the scheme's own port unless the name has one."""

    name: str
    methods: Sequence[str] = ("GET", "HEAD")
    description: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent along with each request; secret("NAME") within a value stands for the secret."""
    users: Sequence[str] = ()
    """Ids of the accounts that may reach it; "*" is everybody who has one."""
    every_notebook: bool = True
    """Otherwise only shared notebooks whose owners chose it, and those of no room."""
    http: bool = False
    """Also without TLS."""
    max_request_bytes: int = 16 * 1024**2
    max_response_bytes: int = 256 * 1024**2
    """After decoding."""
    first_byte_seconds: float = 30
    """Until the host answers, connecting and sending included; then between parts of the answer."""
    max_seconds: float = 120
    """Until the answer's end."""

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise UsageError(f"Host {self.name!r}: {problem}")

    @property
    def info(self) -> HostInfo:
        return HostInfo(
            host=self.name,
            methods=list(self.methods),
            description=self.description,
            adds_credentials=bool(self.headers),
            every_notebook=self.every_notebook,
        )

    def may_be_reached_by(self, actor: Actor) -> bool:
        return is_for(actor, self.users)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Everything the file says; without a file, nothing may be reached."""

    hosts: Mapping[str, Host] = field(default_factory=dict)
    allow_private: frozenset[str] = frozenset()
    """Addresses with their port that are private and meant all the same."""
    requests_per_person: int = 6
    """At a time."""

    @property
    def max_request_bytes(self) -> int:
        return max((host.max_request_bytes for host in self.hosts.values()), default=0)


def read_declared(path: Path) -> Declared:
    """Raises UsageError that names what is wrong."""
    return read_declared_file(path, "gateway", declared_of)


def declared_of(plain: Mapping[str, Any]) -> Declared:
    refuse_unknown("The file", plain, [each.name for each in fields(Declared)])
    tables = plain.get("hosts", {})
    if not isinstance(tables, dict) or not all(isinstance(each, dict) for each in tables.values()):
        raise UsageError('hosts: expected tables, [hosts."api.example.com"] each.')
    for name, table in tables.items():
        names = [each.name for each in fields(Host) if each.name != "name"]
        refuse_unknown(f"Host {name!r}", table, names)
    private = plain.get("allow_private", [])
    if not isinstance(private, list) or not all(
        isinstance(each, str) and _PRIVATE.fullmatch(each) for each in private
    ):
        raise UsageError(
            f"allow_private: expected addresses with their port, got {private!r}.",
            hint='Such as allow_private = ["10.0.0.5:8080", "[fd00::5]:443"].',
        )
    return Declared(
        hosts={name: Host(name=name, **table) for name, table in tables.items()},
        allow_private=frozenset(private),
        requests_per_person=per_person(plain),
    )


def _problem(host: Host) -> str:
    wrong = wrongly_typed(host)
    if wrong:
        return f"{', '.join(wrong)} is of another type than expected."
    if host_of(host.name) != host.name:
        return "expected a host such as api.example.com, or with its port, api.example.com:8443."
    unknown = sorted(set(host.methods) - set(METHODS))
    if unknown or not host.methods:
        return f"methods must be some of {', '.join(METHODS)}, got {', '.join(unknown) or 'none'}."
    if not all(map(_TOKEN.fullmatch, host.headers)):
        return "the name of a header is letters, digits and -."
    plain = [name for name, value in host.headers.items() if not references_in(value)]
    if plain:
        return (
            f'the value of {", ".join(plain)} must refer to a secret, such as secret("NAME"); keep '
            "the secret itself with wasm-runtime secret set NAME."
        )
    numbers = (host.max_request_bytes, host.max_response_bytes)
    if min(*numbers, host.first_byte_seconds, host.max_seconds) <= 0:
        return "limits must be greater than 0."
    return ""
