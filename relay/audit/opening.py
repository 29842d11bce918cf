"""The audit log that the settings name."""

from collections.abc import Callable
from pathlib import Path

from relay.data_folder import data_folder
from relay.settings import Settings

from .log import AuditLog


def open_audit(settings: Settings, mask: Callable[[str], str]) -> AuditLog:
    folder: Path = settings.data_folder or data_folder()
    return AuditLog(folder.absolute() / "audit.sqlite", mask)
