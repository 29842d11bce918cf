"""The numbers of the sync service."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_COMMIT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5)


class SyncMetrics:
    """Counted over all documents: no label names one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.rooms = Gauge("relay_sync_rooms", "Rooms open", registry=registry)
        self.clients = Gauge("relay_sync_clients", "Clients connected", registry=registry)
        self._messages = Counter(
            "relay_sync_messages", "Messages received", ["kind"], registry=registry
        )
        self._of_kind: dict[str, Counter] = {}
        self.closed = Counter(
            "relay_sync_closed", "Clients closed by the relay", ["code"], registry=registry
        )
        self.records = Counter("relay_sync_records", "Edits written", registry=registry)
        self.snapshots = Counter("relay_sync_snapshots", "Snapshots written", registry=registry)
        self.store_faults = Counter(
            "relay_sync_store_faults", "Writes the store did not take", registry=registry
        )
        self.commit_seconds = Histogram(
            "relay_sync_commit_seconds",
            "Time that one group commit took",
            buckets=_COMMIT_SECONDS,
            registry=registry,
        )

    def received(self, kind: str) -> None:
        """A message of a kind, of which there are few; each series is looked up once."""
        counter = self._of_kind.get(kind)
        if counter is None:
            counter = self._of_kind[kind] = self._messages.labels(kind)
        counter.inc()
