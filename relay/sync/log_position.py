"""Which records of a document's log a room has; other relays write to the log too."""


class LogPosition:
    """Everything up to `upto`, and some beyond it: own records, and heard ones that wait for those
    before them. A record builds on lower numbers only."""

    def __init__(self, upto: int) -> None:
        self.upto = upto
        self._own: set[int] = set()
        self._heard: dict[int, bytes | None] = {}

    @property
    def is_behind(self) -> bool:
        """Whether records exist that the room does not have."""
        return bool(self._heard) or bool(self._own)

    def wrote(self, sequence: int) -> None:
        """The room has this record, because it is its own."""
        self._own.add(sequence)
        self._close_up()

    def heard(self, sequence: int, update: bytes | None) -> None:
        """There is this record; None when its content is not told."""
        if sequence <= self.upto or sequence in self._own:
            return
        self._heard[sequence] = update or self._heard.get(sequence)

    def next(self) -> bytes | None:
        """The content of the record that comes next, when it was told."""
        return self._heard.get(self.upto + 1)

    def took(self, sequence: int) -> None:
        """The room has everything up to here."""
        self.upto = max(self.upto, sequence)
        self._close_up()

    def _close_up(self) -> None:
        while self.upto + 1 in self._own:
            self.upto += 1
        self._own = {number for number in self._own if number > self.upto}
        self._heard = {n: update for n, update in self._heard.items() if n > self.upto}
