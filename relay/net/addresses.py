"""Which addresses are the public internet, and nobody's own network."""

import ipaddress
import socket

# What is not globally reachable by the IANA special-purpose registries. Python's own is_global
# says yes to some of them (NAT64), depending on its version, hence the list.
_NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # a public address that is Azure's metadata service inside Azure
    )
)  # fmt: skip
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
"""Nothing else is given out; IPv4 in IPv6 (::ffff:0:0/96, NAT64's 64:ff9b::/96) is outside."""
_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, which carries an IPv4 address, and other protocols' own
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",
    )
)


def is_public(address: str) -> bool:
    """Of an address as the resolver or a socket gives it; anything else is not public."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _NOT_PUBLIC_4)
    if parsed.scope_id is not None or parsed not in _GLOBAL_6:
        return False
    return not any(parsed in network for network in _NOT_PUBLIC_6)


def is_own(address: str) -> bool:
    """Whether an address is one of this machine's, public or not.

    The way to oneself begins where it ends; nothing is sent to find that out.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
        except OSError:  # no way there: connecting will say so
            return False
        return bool(probe.getsockname()[0] == address)
