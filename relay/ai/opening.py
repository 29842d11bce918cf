"""The AI service as the settings say, for the time of an application's life."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from pydantic import SecretStr

from relay.audit import AuditLog
from relay.data_folder import data_folder
from relay.secret_store import SecretStore, reference_to
from relay.settings import Settings

from .asking import Asking
from .budgets import Budgets
from .catalog import Catalog
from .declaration import Declared, Provider, ProviderKind, read_declared
from .ledger import Ledger
from .service import AiService
from .upstream import Upstream, open_upstream

_KEYS: dict[ProviderKind, str] = {
    "openai": "openai_key",
    "anthropic": "anthropic_key",
    "gemini": "gemini_key",
}


def declared_ai(settings: Settings) -> Declared:
    """The file's, and a provider for each key of the settings. Raises UsageError."""
    declared = read_declared(settings.ai) if settings.ai else Declared()
    by_key: dict[str, Provider] = {
        kind: Provider(name=kind, kind=kind, key=reference_to(name))
        for kind, name in _KEYS.items()
        if _key_of(settings, name) is not None and kind not in declared.providers
    }
    return replace(declared, providers={**by_key, **declared.providers})


@asynccontextmanager
async def open_ai(
    settings: Settings,
    declared: Declared,
    secrets: SecretStore,
    audit: AuditLog,
    upstream: Upstream | None = None,
) -> AsyncIterator[AiService]:
    folder = (settings.data_folder or data_folder()).absolute()
    given = {name: _key_of(settings, name) for name in _KEYS.values()}
    keys = _KeysOfSettings(secrets, {name: key for name, key in given.items() if key is not None})
    async with open_upstream() as network:
        asking = Asking(upstream or network, keys, time.monotonic)
        ledger = Ledger(folder / "ai.sqlite")
        yield AiService(
            declared,
            Catalog(declared, asking, time.monotonic),
            asking,
            ledger,
            Budgets(declared, ledger),
            audit,
        )


class _KeysOfSettings:
    """The secret store, with the keys that came as settings."""

    def __init__(self, secrets: SecretStore, given: dict[str, str]) -> None:
        self._secrets = secrets
        self._given = {reference_to(name): key for name, key in given.items()}
        secrets.mask.learn(given.values())

    def resolve(self, text: str) -> str:
        """Raises UsageError."""
        return self._given[text] if text in self._given else self._secrets.resolve(text)


def _key_of(settings: Settings, name: str) -> str | None:
    value = getattr(settings, name)
    assert value is None or isinstance(value, SecretStr)
    return value.get_secret_value() if value else None
