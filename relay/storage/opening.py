"""The storages as the settings say, for the time of an application's life."""

import os
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from relay.audit import AuditLog
from relay.chosen import Chosen
from relay.data_folder import data_folder
from relay.secret_store import SecretStore
from relay.settings import Settings
from wasm_runtime.errors import UsageError

from .declaration import Declared, Storage, read_declared
from .service import StorageService
from .store import Store

_CONNECT_SECONDS = 10
_RETRY_SECONDS = 20
"""How long a request that a store refused for the moment is tried again."""


def declared_storages(settings: Settings) -> Declared:
    """Raises UsageError for a file that is not as expected."""
    return read_declared(settings.storages) if settings.storages else Declared()


def open_storage(
    settings: Settings, declared: Declared, stores: "OpenStores", audit: AuditLog
) -> StorageService:
    folder = (settings.data_folder or data_folder()).absolute()
    chosen = Chosen(folder / "storages.sqlite", "storages", audit)
    return StorageService(declared, stores, chosen, audit)


class OpenStores:
    """Opens each storage when it is first asked for, and anew when its secrets are others."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets
        self._opened: dict[str, tuple[Mapping[str, str], Store]] = {}
        self._lock = threading.Lock()

    def __call__(self, storage: Storage) -> Store:
        """Raises UsageError when a secret cannot be had, or the place is none."""
        credentials = {
            name: self._secrets.resolve(reference)
            for name, reference in storage.credentials.items()
        }
        with self._lock:
            known = self._opened.get(storage.name)
            if known is None or known[0] != credentials:
                known = (credentials, open_store(storage, credentials))
                self._opened[storage.name] = known
            return known[1]


def open_store(storage: Storage, credentials: Mapping[str, str]) -> Store:
    """Nothing is asked of it yet. Raises UsageError."""
    if storage.kind == "folder":
        return _open_folder(storage)
    try:
        from obstore.exceptions import BaseError
        from obstore.store import AzureStore, GCSStore, S3Store

        from .object_store import ObjectStore
    except ImportError as error:
        raise UsageError(
            "Object storage needs the package obstore.",
            hint='Install it: pip install "wasm-runtime[storage]".',
        ) from error
    config: dict[str, Any] = {"skip_signature": storage.anonymous}
    options = {
        "allow_http": storage.endpoint.startswith("http://"),
        "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
        "timeout": timedelta(seconds=storage.max_seconds),
    }
    given: dict[str, Any] = {
        "prefix": storage.prefix.rstrip("/") or None,
        "client_options": options,
        "retry_config": {"max_retries": 3, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)},
    }
    place = {"region": storage.region, "account_name": storage.account}
    config |= {name: value for name, value in place.items() if value}
    if storage.endpoint:
        config["base_url" if storage.kind == "gcs" else "endpoint"] = storage.endpoint
    if storage.kind == "gcs":
        config |= credentials
    elif credentials:
        # By a callback: else what is in the relay's own environment, AWS_SESSION_TOKEN, goes along.
        given["credential_provider"] = lambda: _as_provided(credentials)
    kinds: dict[str, Any] = {"s3": S3Store, "gcs": GCSStore, "azure": AzureStore}
    try:
        return ObjectStore(
            storage.name, kinds[storage.kind](storage.bucket, config=config, **given)
        )
    except (BaseError, ValueError) as error:
        raise UsageError(f"The storage {storage.name} cannot be opened: {error}.") from error


def _open_folder(storage: Storage) -> Store:
    if os.open not in os.supports_dir_fd:
        raise UsageError(
            f"The storage {storage.name}: on this system no folder can be opened below another one "
            "without following links.",
            hint="Run the relay on Linux or macOS.",
        )
    from .folder import FolderStore

    return FolderStore(storage.folder)


def _as_provided(credentials: Mapping[str, str]) -> dict[str, Any]:
    """Credentials of S3 or Azure as obstore wants to be given them."""
    if "account_key" in credentials:
        return {"access_key": credentials["account_key"], "expires_at": None}
    if "sas_key" in credentials:
        return {"sas_token": credentials["sas_key"], "expires_at": None}
    return {
        "access_key_id": credentials["access_key_id"],
        "secret_access_key": credentials["secret_access_key"],
        "token": credentials.get("session_token"),
        "expires_at": None,
    }
