"""The clients of a room, and whom they say is there: at this relay and at others."""

from collections.abc import Sequence

from .bus import Bus, States, WhoIsThere
from .client import Client
from .errors import NotSaved, SyncError
from .messages import awareness, news
from .presence import Presence


class Audience:
    """What is shown is shown to all; sending never waits."""

    def __init__(self, document_id: str, bus: Bus) -> None:
        self.clients: set[Client] = set()
        self._document_id = document_id
        self._bus = bus
        self._presence = Presence()

    def join(self, client: Client) -> None:
        """From now on the client is shown everything; at once, who is there."""
        self.clients.add(client)
        everyone = self._presence.everyone()
        if everyone is not None:
            client.send(awareness(everyone))

    def leave(self, client: Client) -> None:
        self.clients.discard(client)
        self._show_states(self._presence.leave(client), tell=True)

    def show_edits(self, updates: Sequence[bytes], but: Client | None = None) -> None:
        """Edits that are on disk."""
        for update in updates:
            self.show(news(update), but)

    def show(self, message: bytes, but: Client | None = None) -> None:
        for client in self.clients:
            if client is not but:
                client.send(message)

    def saved(self, edits: int) -> None:
        for client in self.clients:
            client.saved(edits)

    def close(self, reason: SyncError) -> None:
        for client in self.clients:
            client.close(reason)

    def close_waiting(self, why: str) -> None:
        """Whoever waits for a receipt is to come back and send again."""
        for client in self.clients:
            if client.is_waiting_for_receipts:
                client.close(NotSaved(why))

    def says(self, client: Client, states: bytes) -> None:
        """Awareness by a client. Raises Malformed and MessageTooLarge."""
        # To the sender too: it keeps a socket alive on which nobody else speaks.
        self._show_states(self._presence.update(client, states), tell=True)

    def says_relay(self, relay: str, states: bytes) -> None:
        """Awareness of those who came by another relay. Raises Malformed."""
        self._show_states(self._presence.update_from(relay, states))

    def gone(self, relay: str) -> None:
        """Those who came by this relay are not here any more, as far as anybody knows."""
        self._show_states(self._presence.leave(relay))

    def introduce(self) -> None:
        """Relays that know nothing of each other meet: who is where?"""
        self._bus.post(WhoIsThere(self._document_id))
        self.say_who_is_here()

    def say_who_is_here(self) -> None:
        """Tell the other relays."""
        here = self._presence.everyone_here()
        if here is not None:
            self._bus.post(States(self._document_id, here))

    def _show_states(self, states: bytes | None, tell: bool = False) -> None:
        if states is None:
            return
        self.show(awareness(states))
        if tell:
            self._bus.post(States(self._document_id, states))
