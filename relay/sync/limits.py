"""How much a client may ask of the relay."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The settings say why."""

    max_message_bytes: int = 16 * 1024 * 1024
    max_outbox_bytes: int = 4 * 1024 * 1024
    max_document_bytes: int = 64 * 1024 * 1024
    messages_per_second: int = 500
    idle_seconds: float = 30
    max_history_bytes: int = 64 * 1024 * 1024
    max_document_blob_bytes: int = 256 * 1024 * 1024
    watch_seconds: float = 1
    """How often to look whether other relays have written what nobody told of."""
