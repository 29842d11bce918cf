"""Internet addresses, and networks of them, as settings name them."""

import ipaddress
from collections.abc import Iterable
from functools import cached_property

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def address_in(text: str) -> Address | None:
    """The address in `192.0.2.7`, `192.0.2.7:80`, `2001:db8::7` or `[2001:db8::7]:80`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket that listens on both kinds gives IPv4 addresses so.
    return getattr(address, "ipv4_mapped", None) or address


class Networks:
    """Raises ValueError for what is neither an address nor a network."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._networks: list[Network] = [ipaddress.ip_network(name) for name in self._names]

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self._of_version[address.version])

    @cached_property
    def _of_version(self) -> dict[int, list[Network]]:
        return {
            version: [each for each in self._networks if each.version == version]
            for version in (4, 6)
        }
