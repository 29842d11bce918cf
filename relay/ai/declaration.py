"""What the operator declares: providers, models, budgets, and who may have what."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints
from urllib.parse import urlsplit

from relay.auth.actor import Actor
from relay.auth.declared_users import EVERYBODY, is_for
from relay.declared_file import read_declared_file, refuse_unknown
from relay.secret_store import is_reference
from wasm_runtime.contracts.ai import AiPolicy, Wire
from wasm_runtime.errors import UsageError

ProviderKind = Literal["openai", "anthropic", "gemini", "compatible"]
"""compatible: any server that speaks OpenAI's protocol, such as Ollama, LM Studio, vLLM."""
ADDRESSES: dict[ProviderKind, str] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com/v1",
    # Google's own door for OpenAI's protocol.
    "gemini": "https://generativelanguage.googleapis.com/v1beta/openai",
}
_MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Somebody who runs models, at one address, with one key."""

    name: str
    kind: ProviderKind
    key: str = field(default="", repr=False)
    """A reference secret("NAME"); the secret itself is never part of a declaration."""
    address: str = ""
    """Up to and with /v1; a compatible server's, or another than the provider's own."""
    discover: bool = True
    """Offer every model that the provider lists, beside those that are declared."""
    users: Sequence[str] = (EVERYBODY,)
    """Ids of the accounts that may ask its discovered models; "*" is everybody who has one."""
    allow_tools: Sequence[str] = ()
    """Types of tools that run at the provider, such as web_search, which may reach the web."""
    allow_fields: Sequence[str] = ()
    """Fields of a request, beside those that the relay knows, which are passed on."""
    max_requests: int = 16
    """At a time."""
    retries: int = 2
    """Of a request that failed before anything of its answer came."""
    first_byte_seconds: float = 120
    silence_seconds: float = 60
    """Between parts of an answer."""
    max_seconds: float = 600
    max_response_bytes: int = 32 * 1024**2

    def __post_init__(self) -> None:
        problem = _provider_problem(self)
        if problem:
            raise UsageError(f"Provider {self.name!r}: {problem}")

    @property
    def wire(self) -> Wire:
        return "anthropic" if self.kind == "anthropic" else "openai"

    @property
    def base(self) -> str:
        return (self.address or ADDRESSES[self.kind]).rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What notebooks ask for by `id`; `name` is what the provider calls it."""

    id: str
    provider: str
    name: str = ""
    description: str = ""
    fallback: Sequence[str] = ()
    """Ids of models to ask when this one's provider fails before anything came."""
    users: Sequence[str] = (EVERYBODY,)
    input_price: float | None = None
    output_price: float | None = None
    """US dollars for a million tokens, where the price table does not know it; 0 is a price."""

    def __post_init__(self) -> None:
        if not _MODEL_ID.fullmatch(self.id):
            raise UsageError(f"Model {self.id!r}: an id is letters, digits and . _ : / @ -")
        prices = [each for each in (self.input_price, self.output_price) if each is not None]
        if len(prices) == 1 or any(price < 0 for price in prices):
            raise UsageError(f"Model {self.id!r}: expected both prices, at least 0, or neither.")

    @property
    def upstream_name(self) -> str:
        return self.name or self.id

    def may_be_asked_by(self, actor: Actor) -> bool:
        return is_for(actor, self.users)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How much may be used in a day (UTC); None is no bound."""

    tokens: int | None = None
    dollars: float | None = None

    def __post_init__(self) -> None:
        if any(each is not None and each <= 0 for each in (self.tokens, self.dollars)):
            raise UsageError("A budget must be greater than 0; leave it out for none.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The strictest of what applies holds."""

    default: AiPolicy = "full"
    python: AiPolicy = "hints"
    """The least at which Python may ask models; what a model answers there is not looked at."""
    users: Mapping[str, AiPolicy] = field(default_factory=dict)
    notebooks: Mapping[str, AiPolicy] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Everything the file says; without a file or a key there are no models."""

    providers: Mapping[str, Provider] = field(default_factory=dict)
    models: Mapping[str, Model] = field(default_factory=dict)
    person: Bound = field(default_factory=Bound)
    notebook: Bound = field(default_factory=Bound)
    relay: Bound = field(default_factory=Bound)
    policies: Policies = field(default_factory=Policies)
    requests_per_person: int = 4
    """At a time; others wait."""
    max_request_bytes: int = 16 * 1024**2

    def __post_init__(self) -> None:
        for model in self.models.values():
            if model.provider not in self.providers:
                raise UsageError(f"Model {model.id!r}: there is no provider {model.provider!r}.")
            for other in model.fallback:
                if other not in self.models or self.wire_of(other) != self.wire_of(model.id):
                    raise UsageError(
                        f"Model {model.id!r}: fallback {other!r} must be a declared model that is "
                        "asked by the same protocol."
                    )

    def wire_of(self, model_id: str) -> Wire:
        return self.providers[self.models[model_id].provider].wire


def read_declared(path: Path) -> Declared:
    """Raises UsageError that names what is wrong."""
    return read_declared_file(path, "ai", declared_of)


def declared_of(plain: Mapping[str, Any]) -> Declared:
    given = dict(plain)
    providers = _tables("providers", given.pop("providers", {}))
    models = _tables("models", given.pop("models", {}))
    budgets = _tables("budgets", given.pop("budgets", {}))
    refuse_unknown("budgets", budgets, ["person", "notebook", "relay"])
    policies = given.pop("policy", {})
    if not isinstance(policies, Mapping):
        raise UsageError("policy: expected a table [policy].")
    made: Declared = _made(
        Declared,
        "The file",
        {
            **given,
            "providers": {
                name: _made(Provider, f"Provider {name!r}", {**table, "name": name})
                for name, table in providers.items()
            },
            "models": {
                id: _made(Model, f"Model {id!r}", {**table, "id": id})
                for id, table in models.items()
            },
            **{scope: _made(Bound, f"Budget {scope}", table) for scope, table in budgets.items()},
            "policies": _made(Policies, "policy", policies),
        },
    )
    return made


def _tables(what: str, given: object) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(given, Mapping) or not all(isinstance(each, dict) for each in given.values()):
        raise UsageError(f"{what}: expected tables, [{what}.NAME] each.")
    return given


def _made(kind: Any, what: str, given: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    refuse_unknown(what, given, list(hints))
    missing = [
        each.name
        for each in fields(kind)
        if each.default is MISSING and each.default_factory is MISSING and each.name not in given
    ]
    if missing:
        raise UsageError(f"{what} needs {', '.join(missing)}.")
    for name, value in given.items():
        if not _is_of_type(value, hints[name]):
            raise UsageError(f"{what}: {name} is of another type than expected, got {value!r}.")
    return kind(**given)


def _is_of_type(value: object, expected: Any) -> bool:
    if expected in (bool, str):
        return isinstance(value, expected)
    if expected is int or expected == int | None:
        return isinstance(value, int) and not isinstance(value, bool)
    if expected is float or expected == float | None:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if expected == Sequence[str]:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if expected == Mapping[str, AiPolicy]:
        return isinstance(value, Mapping) and all(
            each in get_args(AiPolicy) for each in value.values()
        )
    if get_args(expected) and all(isinstance(each, str) for each in get_args(expected)):
        return value in get_args(expected)
    return True  # made above


def _provider_problem(provider: Provider) -> str:
    if not _NAME.fullmatch(provider.name):
        return "a name has small letters, digits, - and _, and begins with a letter."
    if provider.key and not is_reference(provider.key):
        return (
            'key must refer to a secret, such as secret("NAME"); keep the secret itself with '
            "wasm-runtime secret set NAME."
        )
    if not provider.key and provider.kind != "compatible":
        return "it needs a key: key = 'secret(\"NAME\")'."
    if not provider.address and provider.kind == "compatible":
        return "a compatible server needs its address, such as http://127.0.0.1:11434/v1."
    parts = urlsplit(provider.base)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        return f"address: expected one such as https://api.example.com/v1, got {provider.base!r}."
    if parts.scheme == "http" and provider.key and not _is_near(parts.hostname):
        return "a key is sent without TLS within this machine or a private network only."
    limits = (provider.first_byte_seconds, provider.silence_seconds, provider.max_seconds)
    if (
        min(*limits, provider.max_response_bytes, provider.max_requests) <= 0
        or provider.retries < 0
    ):
        return "limits must be greater than 0."
    return ""


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host
