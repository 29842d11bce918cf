"""HTTP on behalf of sandboxed Python: only to hosts named on the command line, within limits."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from urllib.parse import urljoin, urlsplit

import httpx2

from wasm_runtime.contracts.relay_api import ErrorBody
from wasm_runtime.contracts.worker import AnswerHttp, FetchHttp, RefuseRequest
from wasm_runtime.errors import NetworkRefused, WasmRuntimeError

from .relay_hosts import RelayHosts

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_MAX_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_CREDENTIALS = frozenset({"authorization", "cookie"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# The connection is ours: what describes it is not for Python to choose.
_OUR_HEADERS = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer",
     "proxy-authorization", "proxy-connection", "keep-alive", "expect"}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class NetworkPolicy:
    """Which hosts may be asked; none by default. A name may carry a port, `localhost:8000`."""

    allowed_hosts: frozenset[str] = frozenset()
    max_body_bytes: int = 64 * 1024**2
    timeout_seconds: float = 30

    def check(self, method: str, url: str) -> None:
        """Raises NetworkRefused unless the method, scheme and exact host are allowed."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            raise NetworkRefused(f"{url!r} is not a URL: {error}") from error
        if method not in _METHODS:
            raise NetworkRefused(f"The HTTP method {method!r} is not allowed.")
        if parts.scheme not in ("http", "https") or parts.username or parts.password:
            raise NetworkRefused(f"{url!r}: only http and https, without a user name in the URL.")
        default = port in (None, 443 if parts.scheme == "https" else 80)
        named = {f"{host}:{port}"} | ({host} if default else set())
        if not named & self.allowed_hosts:
            shown = host if default else f"{host}:{port}"
            raise NetworkRefused(
                f"This run may not reach {shown}.", hint=f"Allow it with --allow-net {shown}"
            )

    def check_address(self, host: str, address: str) -> None:
        """Raises NetworkRefused when a public name turned out to point into this network."""
        literal = host.strip("[]")
        if literal in ("localhost", address):
            return  # named outright on the command line
        if not ipaddress.ip_address(address.partition("%")[0]).is_global:
            raise NetworkRefused(
                f"{host} points to {address}, an address of a private network.",
                hint=f"If that is meant, name the address itself: --allow-net {address}",
            )


async def system_resolver(host: str, port: int) -> str:
    """The first address of a name. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return str(found[0][4][0])


@dataclass(frozen=True)
class Gateway:
    """Answers the kernel's FetchHttp under a policy; `transport` is the network itself.

    What is among `relayed` is asked through the relay, which decides about it.
    """

    policy: NetworkPolicy
    transport: httpx2.AsyncBaseTransport | None = None
    resolve: Callable[[str, int], Awaitable[str]] = system_resolver
    relayed: RelayHosts | None = None

    async def answer(self, request: FetchHttp) -> AnswerHttp | RefuseRequest:
        try:
            if self.relayed is not None and self.relayed.has(request.url):
                return await self.relayed.answer(request, self.policy.max_body_bytes)
            return await self._follow(request)
        except WasmRuntimeError as refused:
            return RefuseRequest(request_id=request.request_id, error=refused.body())
        except (httpx2.TimeoutException, TimeoutError):
            body = ErrorBody(
                code="timeout",
                message=f"{request.url} did not answer in time.",
                hint="Allow it more time, or ask for less.",
            )
            return RefuseRequest(request_id=request.request_id, error=body)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            body = ErrorBody(code="upstream_failed", message=f"{request.url}: {error}")
            return RefuseRequest(request_id=request.request_id, error=body)

    def too_many(self, request: FetchHttp) -> RefuseRequest:
        body = ErrorBody(code="too_many_requests", message="Too many requests at once.")
        return RefuseRequest(request_id=request.request_id, error=body)

    async def _follow(self, request: FetchHttp) -> AnswerHttp:
        method, url, body = request.method.upper(), request.url, request.body
        headers = [
            (name, value)
            for name, value in (pair for pair in request.headers if len(pair) == 2)
            if name.lower() not in _OUR_HEADERS
        ]
        silence = min(request.timeout_seconds or inf, self.policy.timeout_seconds)
        timeout = httpx2.Timeout(silence)
        async with asyncio.timeout(self.policy.timeout_seconds):
            async with httpx2.AsyncClient(
                transport=self.transport, timeout=timeout, trust_env=False, follow_redirects=False
            ) as client:
                for _ in range(_MAX_REDIRECTS + 1):
                    response = await self._once(client, method, url, headers, body)
                    if response.status not in _REDIRECTS or response.location is None:
                        return response.answer(request.request_id, url)
                    target = urljoin(url, response.location)
                    if urlsplit(target).netloc != urlsplit(url).netloc:
                        # Credentials of one host are not the next one's.
                        headers = [h for h in headers if h[0].lower() not in _CREDENTIALS]
                    url = target
                    if response.status == 303 or (
                        method == "POST" and response.status in (301, 302)
                    ):
                        method, body = "GET", None
        raise NetworkRefused(f"{request.url} redirects more than {_MAX_REDIRECTS} times.")

    async def _once(
        self,
        client: httpx2.AsyncClient,
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: bytes | None,
    ) -> "_Received":
        """One request to a checked address: the name is resolved once, so it cannot change."""
        self.policy.check(method, url)
        asked = httpx2.URL(url)
        address = await self.resolve(asked.host, asked.port or _PORTS[asked.scheme])
        self.policy.check_address(asked.host, address)
        request = client.build_request(
            method,
            asked.copy_with(host=address),
            headers=[*headers, ("host", asked.netloc.decode("ascii"))],
            content=body,
            extensions={"sni_hostname": asked.host},
        )
        response = await client.send(request, stream=True)
        try:
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > self.policy.max_body_bytes:
                    mebibytes = self.policy.max_body_bytes // 1024**2
                    raise NetworkRefused(f"{url}: the answer is larger than {mebibytes} MiB.")
        finally:
            await response.aclose()
        return _Received(
            status=response.status_code,
            reason=response.reason_phrase,
            headers=response.headers.multi_items(),
            location=response.headers.get("location"),
            body=bytes(content),
        )


@dataclass(frozen=True, kw_only=True)
class _Received:
    status: int
    reason: str
    headers: list[tuple[str, str]]
    location: str | None
    body: bytes

    def answer(self, request_id: str, url: str) -> AnswerHttp:
        # The body is decoded already, so what described its transfer no longer holds.
        transfer = {"content-encoding", "content-length", "transfer-encoding"}
        kept = [[name, value] for name, value in self.headers if name.lower() not in transfer]
        return AnswerHttp(
            request_id=request_id,
            status=self.status,
            reason=self.reason,
            url=url,
            headers=kept,
            body=self.body,
        )
