"""Private addresses, and the ways to write one in a URL."""

import ipaddress
from collections.abc import Iterator

PRIVATE_4 = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.254", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1",
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.0.2.1", "192.88.99.1",
]  # fmt: skip
PRIVATE_6 = [
    "::1", "::", "fe80::1", "fe80::a9fe:a9fe", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1",
    "2001:db8::1", "2001:0:1::1", "2001:10::1", "3fff::1", "100::1", "5f00::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::200e"]


def carried_in_6(address: str) -> Iterator[str]:
    """An IPv4 address within IPv6: mapped, compatible, NAT64, 6to4, ISATAP, Teredo."""
    number = int(ipaddress.IPv4Address(address))
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    yield f"::ffff:{address}"
    yield f"::ffff:{high}:{low}"
    yield f"::{high}:{low}"
    yield f"64:ff9b::{high}:{low}"
    yield f"64:ff9b:1::{high}:{low}"
    yield f"2002:{high}:{low}::1"
    yield f"fe80::5efe:{high}:{low}"
    yield f"2001:0:{high}:{low}::1"


def spellings_of(address: str) -> Iterator[str]:
    """An IPv4 address as libraries and resolvers read it, the plain one first."""
    number = int(ipaddress.IPv4Address(address))
    a, b, c, d = address.split(".")
    yield address
    yield f"{address}."
    yield str(number)
    yield f"0x{number:x}"
    yield f"0X{number:X}"
    yield f"0{number:o}"
    yield f"{a}.{(int(b) << 16) + (int(c) << 8) + int(d)}"
    yield f"{a}.{b}.{(int(c) << 8) + int(d)}"
    yield f"0x{int(a):x}.0x{int(b):x}.0x{int(c):x}.0x{int(d):x}"
    yield f"0{int(a):o}.0{int(b):o}.0{int(c):o}.0{int(d):o}"
    yield f"0x{int(a):x}.{b}.{c}.{d}"
    yield f"{a:0>3}.{b:0>3}.{c:0>3}.{d:0>3}"
    yield address.replace(".", "。")
    yield address.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    yield address.translate({48: "⓪"} | {ord(str(n)): chr(0x2460 + n - 1) for n in range(1, 10)})
    yield "".join(f"%{ord(character):x}" for character in address)


def hosts_of(address: str) -> Iterator[str]:
    """As it stands in a URL."""
    if ":" in address:
        yield f"[{address}]"
        yield f"[{ipaddress.IPv6Address(address).exploded}]"
        yield f"[{address}%25lo]"
        yield f"[{address}%lo]"
    else:
        yield from spellings_of(address)
        for carried in carried_in_6(address):
            yield f"[{carried}]"


def urls_to(address: str, port: int) -> Iterator[str]:
    """Addresses that lead there, or that some parser takes there."""
    for host in hosts_of(address):
        yield f"http://{host}:{port}/"
    plain = next(hosts_of(address))
    yield from (
        f"http://public.example@{plain}:{port}/",
        f"http://{plain}:{port}#@public.example/",
        f"http://{plain}:{port}\\@public.example/",
        f"http://public.example#@{plain}:{port}/",
        f"http://public.example\\@{plain}:{port}/",
        f"http://public.example%00@{plain}:{port}/",
        f"http://public.example\r\n@{plain}:{port}/",
        f"http:\\\\{plain}:{port}/",
        f"http:{plain}:{port}/",
        f"//{plain}:{port}/",
        f"HTTP://{plain}:{port}/",
        f"https://{plain}:{port}/",
        f"ftp://{plain}:{port}/",
        f"gopher://{plain}:{port}/_x",
        f"unix://{plain}:{port}/",
        f"file://{plain}/etc/passwd",
        f"ws://{plain}:{port}/",
        f"jar:http://{plain}:{port}/!/",
    )
