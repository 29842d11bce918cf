"""Reading lib0's encoding, the bytes that Yjs speaks: bounds are checked, nothing recurses."""

from .errors import Malformed

_MAX_VAR_BYTES = 10
MAX_CLIENT = 2**53
"""A JavaScript number holds no larger id."""


class Reader:
    """A cursor over bytes. Every method raises Malformed where the bytes end too early."""

    __slots__ = ("data", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def byte(self) -> int:
        try:
            value = self.data[self.position]
        except IndexError:
            raise Malformed("The message ends in the middle of a value.") from None
        self.position += 1
        return value

    def number(self, below: int = MAX_CLIENT) -> int:
        """An unsigned number in groups of seven bits, the lowest first."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 7 * _MAX_VAR_BYTES:
                raise Malformed("A number has more digits than 64 bits hold.")
        if value >= below:
            raise Malformed(f"Expected a number below {below}, got {value}.")
        return value

    def skip(self, count: int) -> None:
        if count > len(self.data) - self.position:
            raise Malformed("A length points behind the end of the message.")
        self.position += count

    def block(self) -> bytes:
        """Bytes after their length."""
        length = self.number()
        start = self.position
        self.skip(length)
        return self.data[start : self.position]

    def end(self) -> None:
        """Raise Malformed unless everything was read."""
        if self.position != len(self.data):
            raise Malformed(f"{len(self.data) - self.position} bytes follow the end of a message.")


def number_bytes(value: int) -> bytes:
    """What `Reader.number` reads."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def block_bytes(value: bytes) -> bytes:
    """What `Reader.block` reads."""
    return number_bytes(len(value)) + value
