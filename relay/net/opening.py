"""The gateway as the settings say, for the time of an application's life."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from relay.audit import AuditLog
from relay.chosen import Chosen
from relay.data_folder import data_folder
from relay.secret_store import SecretStore
from relay.settings import Settings

from .connecting import CheckedBackend
from .declaration import Declared, read_declared
from .service import NetService
from .upstream import new_pool


def declared_hosts(settings: Settings) -> Declared:
    """Raises UsageError for a file that is not as expected."""
    return read_declared(settings.gateway) if settings.gateway else Declared()


@asynccontextmanager
async def open_net(
    settings: Settings, declared: Declared, secrets: SecretStore, audit: AuditLog
) -> AsyncIterator[NetService]:
    folder = (settings.data_folder or data_folder()).absolute()
    chosen = Chosen(folder / "gateway.sqlite", "hosts", audit)
    async with new_pool(CheckedBackend(declared.allow_private)) as pool:
        yield NetService(declared, secrets, chosen, audit, pool)
