"""Whether an address is this machine's own."""

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Of an address or the name localhost; any other name is somewhere else."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
