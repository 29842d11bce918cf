"""The parts of the data service as the settings say, for the relay and for the commands."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from relay.audit import AuditLog
from relay.chosen import Chosen
from relay.data_folder import data_folder
from relay.secret_store import SecretStore
from relay.secrets import SecretMask
from relay.settings import Settings

from .connections import Connections
from .demo import demo_declaration
from .kept_results import KeptResults
from .reuse import open_results


def open_secrets(settings: Settings, mask: SecretMask) -> SecretStore:
    key = settings.secret_key.get_secret_value() if settings.secret_key else None
    if key:
        mask.learn([key])
    return SecretStore(_folder(settings) / "secrets.sqlite", mask, key=key)


def open_connections(settings: Settings, mask: SecretMask) -> Connections:
    """Raises UsageError for a declaration that cannot be."""
    folder = _folder(settings)
    demo = demo_declaration(folder / "demo.sqlite")
    return Connections(
        folder / "connections.sqlite",
        open_secrets(settings, mask),
        file=settings.connections,
        built_in={demo.name: demo} if settings.demo_connection else {},
    )


def open_kept_results(settings: Settings) -> AbstractAsyncContextManager[KeptResults]:
    return open_results(_folder(settings) / "results", settings.kept_results_bytes)


def open_chosen_connections(settings: Settings, audit: AuditLog) -> Chosen:
    return Chosen(_folder(settings) / "notebook-connections.sqlite", "connections", audit)


def _folder(settings: Settings) -> Path:
    return (settings.data_folder or data_folder()).absolute()
