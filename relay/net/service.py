"""The gateway: who may ask what of which host, what is sent along, and what is noted of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from math import inf

import httpcore2
import structlog

from relay.audit import AuditEvent, AuditLog
from relay.auth.actor import Actor
from relay.chosen import Chosen
from relay.errors import Unavailable
from relay.places import Places
from relay.secret_store import SecretStore, references_in
from wasm_runtime.contracts.net import DocumentHosts, HostList, NetRequest
from wasm_runtime.errors import UsageError, WasmRuntimeError

from .answer import Answer
from .declaration import Declared, Host
from .errors import HOW_TO_ALLOW, BadExchange, BodyTooLarge, HostRefused
from .headers import Pairs, for_another_host, sent_headers, value_of, with_credentials
from .incoming import Incoming
from .target import Target, target_of
from .upstream import Upstream, too_slow

_log = structlog.stdlib.get_logger("relay.net")
_MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class NetService:
    """`pool` connects to checked addresses alone."""

    def __init__(
        self,
        declared: Declared,
        secrets: SecretStore,
        chosen: Chosen,
        audit: AuditLog,
        pool: httpcore2.AsyncConnectionPool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._declared = declared
        self._secrets = secrets
        self._chosen = chosen
        self._audit = audit
        self._upstream = Upstream(pool)
        self._places = Places(declared.requests_per_person)
        self._clock = clock

    def hosts(self, actor: Actor) -> HostList:
        """Those that the actor may reach."""
        offered = sorted(self._declared.hosts.values(), key=lambda host: host.name)
        return HostList(hosts=[host.info for host in offered if host.may_be_reached_by(actor)])

    async def document_hosts(self, actor: Actor, document_id: str) -> DocumentHosts:
        chosen = await self._chosen.of(document_id)
        return DocumentHosts(offered=self.hosts(actor).hosts, chosen=chosen)

    async def choose(
        self, actor: Actor, document_id: str, hosts: list[str] | None
    ) -> DocumentHosts:
        """Raises BadRequest for a host that the operator does not offer."""
        offered = {info.host for info in self.hosts(actor).hosts}
        await self._chosen.choose(actor, document_id, hosts, offered, HOW_TO_ALLOW)
        return await self.document_hosts(actor, document_id)

    @asynccontextmanager
    async def fetch(
        self, actor: Actor, document_id: str | None, asked: NetRequest, incoming: Incoming
    ) -> AsyncIterator[Answer]:
        """The answer, for as long as the block; with its end, the use is on record.

        Raises NetError, TooManyRequests, Unavailable, AuditFault.
        """
        use = _Use(actor, document_id, asked.method, self._clock())
        try:
            async with self._places.place(actor.id):
                target = target_of(asked.url)
                use.target = target
                host = await self._allowed(actor, document_id, target, use.method)
                try:
                    async with asyncio.timeout(host.max_seconds):
                        received, last, its_host = await self._follow(
                            use, target, host, asked, incoming
                        )
                        try:
                            use.status = received.status
                            use.answer = Answer(received, last, its_host, use.secrets)
                            yield use.answer
                        finally:
                            await received.aclose()
                except TimeoutError:
                    raise too_slow(target, host) from None
        except BaseException as error:
            use.result = error.code if isinstance(error, WasmRuntimeError) else "cancelled"
            raise
        finally:
            await asyncio.to_thread(self._audit.append, use.event(self._clock()))

    async def _follow(
        self, use: "_Use", target: Target, host: Host, asked: NetRequest, incoming: Incoming
    ) -> tuple[httpcore2.Response, Target, Host]:
        """The answer at the end of the redirects, and whose it is."""
        method = use.method
        if asked.timeout_seconds is not None and not asked.timeout_seconds > 0:
            raise BadExchange(f"timeout_seconds must be above 0, not {asked.timeout_seconds}.")
        seconds = min(host.first_byte_seconds, asked.timeout_seconds or inf)
        added = await asyncio.to_thread(self._credentials, host, use.secrets)
        headers = with_credentials(sent_headers(asked.headers), added)
        body = None if await incoming.is_empty() else self._bounded(use, host, incoming)
        framing = _framing(method, body is not None, incoming.body_length)
        for _ in range(_MAX_REDIRECTS + 1):
            try:
                async with asyncio.timeout(seconds):
                    received = await self._upstream.send(
                        method, target, headers + framing, body, seconds
                    )
            except TimeoutError:
                raise too_slow(target) from None
            location = value_of("location", received.headers)
            if received.status not in _REDIRECTS or not location:
                return received, target, host
            await received.aclose()
            method = _method_after(received.status, method, target)
            there = target_of(location, base=target)
            if (there.scheme, there.name) != (target.scheme, target.name):
                # Credentials of one host are not the next one's, and the next one's are not for
                # another host to use.
                headers = for_another_host(headers)
            host = await self._allowed(use.actor, use.document_id, there, method)
            target, body, framing = there, None, []
        raise HostRefused(f"{target.name} sends on more than {_MAX_REDIRECTS} times.")

    async def _allowed(
        self, actor: Actor, document_id: str | None, target: Target, method: str
    ) -> Host:
        """The declaration of a host that may be asked so. Raises HostRefused."""
        host = self._declared.hosts.get(target.name)
        if host is None or not host.may_be_reached_by(actor):
            raise HostRefused(
                f"This relay lets you reach no {target.name} by its gateway.", hint=HOW_TO_ALLOW
            )
        if target.scheme == "http" and not host.http:
            raise HostRefused(
                f"This relay reaches {target.name} over https only.", hint="Ask for https://."
            )
        if method not in host.methods:
            raise HostRefused(
                f"This relay sends {target.name} no {method[:16]}, only {', '.join(host.methods)}.",
                hint=HOW_TO_ALLOW,
            )
        if not await self._chosen.allows(document_id, host.name, otherwise=host.every_notebook):
            raise HostRefused(
                f"This notebook may not reach {target.name}.",
                hint="An owner of the notebook can choose the host for it.",
            )
        return host

    def _credentials(self, host: Host, secrets: set[str]) -> Pairs:
        """The headers that the operator declared; `secrets` learns what is in them."""
        try:
            for value in host.headers.values():
                secrets.update(map(self._secrets.get, references_in(value)))
            return [
                (name.lower(), self._secrets.fill(value)) for name, value in host.headers.items()
            ]
        except UsageError as error:
            _log.error("a host's credential cannot be had", host=host.name, reason=error.message)
            raise Unavailable(
                f"The relay has no credential for {host.name}.",
                hint="Whoever runs the relay finds the reason in its log.",
            ) from None

    async def _bounded(self, use: "_Use", host: Host, incoming: Incoming) -> AsyncIterator[bytes]:
        async for part in incoming.body():
            use.sent_bytes += len(part)
            if use.sent_bytes > host.max_request_bytes:
                raise BodyTooLarge(
                    f"The relay sends {host.name} at most {host.max_request_bytes} bytes.",
                    hint="Send it in parts.",
                )
            yield part


class _Use:
    """What a record says of one request."""

    def __init__(self, actor: Actor, document_id: str | None, method: str, started: float) -> None:
        self.actor = actor
        self.document_id = document_id
        self.method = method.upper()
        self.started = started
        self.target: Target | None = None
        self.secrets: set[str] = set()
        self.answer: Answer | None = None
        self.status: int | None = None
        self.sent_bytes = 0
        self.result = "ok"

    def event(self, now: float) -> AuditEvent:
        return AuditEvent(
            actor=self.actor.id,
            action="fetch",
            object=self.target.name[:256] if self.target else "",
            result=self.result,
            details={
                "document_id": self.document_id,
                "method": self.method[:16],
                "path": self.target.shown_path[:1024] if self.target else "",
                "status": self.status,
                "bytes": self.answer.passed_bytes if self.answer else 0,
                "sent_bytes": self.sent_bytes,
                "seconds": round(now - self.started, 3),
            },
        )


def _framing(method: str, has_body: bool, length: int | None) -> Pairs:
    """How the host is to tell where the body ends."""
    if has_body:
        return (
            [("transfer-encoding", "chunked")]
            if length is None
            else [("content-length", str(length))]
        )
    return [] if method in _BODILESS else [("content-length", "0")]


def _method_after(status: int, method: str, target: Target) -> str:
    """With what a redirect is followed. Raises BadExchange where that would send a body again."""
    if method in _BODILESS:
        return method
    if status == 303 or (method == "POST" and status in (301, 302)):
        return "GET"
    raise BadExchange(
        f"{target.name} sends a {method} on to another address; what may change something is not "
        "sent twice unasked.",
        hint="Ask for the other address.",
    )
