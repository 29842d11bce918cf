"""Over TLS the connection goes to the checked address, and the certificate is the name's."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from relay.settings import Settings
from tests.relay.net.gateway import Fetched, gateway_with
from tests.relay.net.test_private_addresses import Resolver
from tests.support.canaries import canary

FetchFrom = Callable[..., tuple[Fetched, "Seen"]]
SECRET = canary("tls")


def certificate(folder: Path, name: str) -> Path:
    """Its own authority; the key is in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name[0].isdigit():
        names = [x509.IPAddress(ipaddress.ip_address(name))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


class Seen:
    """What a server learned of the one who came."""

    def __init__(self) -> None:
        self.port = 0
        self.names: list[str | None] = []
        self.request = b""


@contextmanager
def tls_server(file: Path) -> Iterator[Seen]:
    """Answers one connection with `secure`."""
    seen = Seen()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.sni_callback = lambda _socket, name, _context: seen.names.append(name)
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(20)
    seen.port = int(listening.getsockname()[1])

    def serve() -> None:
        with suppress(OSError), listening.accept()[0] as plain:
            plain.settimeout(20)
            with context.wrap_socket(plain, server_side=True) as connection:
                seen.request = connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecure")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield seen
    finally:
        thread.join()
        listening.close()


@pytest.fixture
def fetch_from(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FetchFrom:
    """Asks https://tls.example of a server that has a certificate for the name given."""

    def fetch(name: str, trusted: bool = True) -> tuple[Fetched, Seen]:
        file = certificate(tmp_path, name)
        authority = file if trusted else certificate(tmp_path, "another.example")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        monkeypatch.setenv("WASM_RUNTIME_SECRET_TEAM", SECRET)
        monkeypatch.setattr(socket, "getaddrinfo", Resolver([["127.0.0.1"]]))
        with tls_server(file) as seen:
            host = {f"tls.example:{seen.port}": {"headers": {"x-key": 'secret("TEAM")'}}}
            private = [f"127.0.0.1:{seen.port}"]
            with gateway_with(settings, tmp_path, host, allow_private=private) as gateway:
                found = gateway.fetch(f"https://tls.example:{seen.port}/")
        return found, seen

    return fetch


def test_the_name_is_asked_for_at_the_address_that_was_checked(fetch_from: FetchFrom) -> None:
    found, seen = fetch_from("tls.example")
    assert found.body == b"secure"
    assert seen.names == ["tls.example"]
    assert f"host: tls.example:{seen.port}\r\n".encode() in seen.request
    assert SECRET.encode() in seen.request


@pytest.mark.parametrize(
    ("name", "trusted"), [("evil.example", True), ("127.0.0.1", True), ("tls.example", False)]
)
def test_nothing_is_sent_to_a_host_whose_certificate_does_not_hold(
    fetch_from: FetchFrom, name: str, trusted: bool
) -> None:
    found, seen = fetch_from(name, trusted)
    assert found.code == "upstream_failed"
    assert "its certificate does not hold" in found.message
    assert seen.request == b""
