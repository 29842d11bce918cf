"""HTTP of a headless kernel through a relay's gateway, which adds what its operator declared."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.contracts.net import (
    EXCHANGE_TYPE,
    MAX_HEAD_BYTES,
    NET_FETCH_PATH,
    NetRequest,
    NetResponse,
)
from wasm_runtime.contracts.relay_api import ErrorBody, ErrorCode
from wasm_runtime.contracts.shape import contract_of
from wasm_runtime.contracts.worker import AnswerHttp, FetchHttp
from wasm_runtime.errors import NetworkRefused, WasmRuntimeError

from .relay_address import RelayAddress

_EXCHANGE = contract_of([NetRequest, NetResponse], {})
_LENGTH_BYTES = 4
_PORTS = {"http": 80, "https": 443}


class _Refused(WasmRuntimeError):
    """In the relay's own words."""

    def __init__(self, body: ErrorBody) -> None:
        super().__init__(body.message, body.hint)
        self._body = body

    def body(self) -> ErrorBody:
        return self._body


@dataclass(frozen=True)
class RelayHosts:
    """The hosts that a run asks through `relay`: `names` are as its operator wrote them."""

    relay: RelayAddress
    names: frozenset[str]
    transport: httpx2.AsyncBaseTransport | None = None

    def has(self, url: str) -> bool:
        return _name_of(url) in self.names

    async def answer(self, request: FetchHttp, max_body_bytes: int) -> AnswerHttp:
        """Raises WasmRuntimeError for what is refused, here or there."""
        try:
            return self._checked(request, await self._exchanged(request, max_body_bytes))
        except httpx2.ConnectError as error:
            raise _refused(
                "unavailable",
                "The relay, which is to ask the host, cannot be reached.",
                "Start it with wasm-runtime serve, or correct --relay.",
            ) from error
        except httpx2.HTTPError as error:
            raise _refused(
                "upstream_failed",
                f"The answer of {_name_of(request.url)} did not come whole through the relay.",
                "The host broke off, or its answer is larger or slower than the operator allows.",
            ) from error

    async def _exchanged(self, request: FetchHttp, max_body_bytes: int) -> bytes:
        async with (
            httpx2.AsyncClient(
                headers=self.relay.headers,
                transport=self.transport,
                # How long a host may be silent is the operator's to say.
                timeout=httpx2.Timeout(30, read=None),
                trust_env=False,
                follow_redirects=False,
            ) as client,
            client.stream(
                "POST", self.relay.address_of(NET_FETCH_PATH), content=_exchange_of(request)
            ) as response,
        ):
            if response.status_code != 200:
                await response.aread()
                raise self._refusal(response)
            if response.headers.get("content-type") != EXCHANGE_TYPE:
                raise self._no_gateway()
            content = bytearray()
            async for part in response.aiter_bytes():
                content += part
                if len(content) > max_body_bytes + MAX_HEAD_BYTES:
                    raise NetworkRefused(
                        f"{request.url}: the answer is larger than {max_body_bytes // 1024**2} MiB."
                    )
        return bytes(content)

    def _checked(self, request: FetchHttp, content: bytes) -> AnswerHttp:
        end = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "big")
        try:
            head: NetResponse = decode(
                json.loads(content[_LENGTH_BYTES:end]), "NetResponse", _EXCHANGE
            )
        except (ContractError, ValueError) as error:
            raise self._no_gateway() from error
        if not self.has(head.url):
            landed = _name_of(head.url)
            raise NetworkRefused(
                f"{_name_of(request.url)} sent on to {landed}, which this run may not reach.",
                hint=f"Allow it with --gateway {landed}",
            )
        return AnswerHttp(
            request_id=request.request_id,
            status=head.status,
            reason=head.reason,
            url=head.url,
            headers=head.headers,
            body=content[end:],
        )

    def _refusal(self, response: httpx2.Response) -> WasmRuntimeError:
        try:
            return _Refused(decode(response.json(), "ErrorBody", CONTRACT))
        except (ContractError, ValueError):
            return self._no_gateway()

    def _no_gateway(self) -> WasmRuntimeError:
        return _refused(
            "unavailable",
            f"{self.relay.url} is no relay with a gateway.",
            "Check the address of --relay.",
        )


def _refused(code: ErrorCode, message: str, hint: str) -> _Refused:
    return _Refused(ErrorBody(code=code, message=message, hint=hint))


def _name_of(url: str) -> str:
    """As an operator names the host; empty for what has none."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS:
        return ""
    shown = f"[{host}]" if ":" in host else host
    return shown if port in (None, _PORTS[parts.scheme]) else f"{shown}:{port}"


def _exchange_of(request: FetchHttp) -> bytes:
    head = NetRequest(
        method=request.method,
        url=request.url,
        headers=request.headers,
        timeout_seconds=request.timeout_seconds,
    )
    text = json.dumps(encode(head)).encode()
    return len(text).to_bytes(_LENGTH_BYTES, "big") + text + (request.body or b"")
