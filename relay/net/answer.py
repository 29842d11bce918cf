"""A host's answer on its way back: decoded, bounded, and with the relay's secrets masked."""

from collections.abc import AsyncIterator, Collection

import httpcore2

from wasm_runtime.contracts.net import NetResponse

from .declaration import Host
from .decoding import Decoder
from .errors import BodyTooLarge
from .headers import returned_headers, value_of
from .masking import StreamMask
from .target import Target
from .upstream import in_our_words


class Answer:
    """`passed_bytes` counts what was handed on so far."""

    def __init__(
        self, received: httpcore2.Response, target: Target, host: Host, secrets: Collection[str]
    ) -> None:
        self._received = received
        self._target = target
        self._host = host
        self._mask = StreamMask(secrets)
        self._decoder = Decoder(value_of("content-encoding", received.headers))
        self.passed_bytes = 0

    @property
    def head(self) -> NetResponse:
        """Raises HostFailed."""
        headers = returned_headers(self._received.headers)
        if value_of("content-encoding", self._received.headers) or self._mask.is_needed:
            headers = [pair for pair in headers if pair[0] not in ("content-md5", "digest")]
        reason = bytes(self._received.extensions.get("reason_phrase", b""))
        return NetResponse(
            status=self._received.status,
            reason=self._mask.whole(reason.decode("latin-1")),
            url=self._mask.whole(self._target.url),
            headers=[[name, self._mask.whole(value)] for name, value in headers],
        )

    async def chunks(self) -> AsyncIterator[bytes]:
        """Raises BodyTooLarge, HostFailed, HostTimeout."""
        decoded = 0
        with in_our_words(self._target):
            async for received in self._received.aiter_stream():
                for part in self._decoder.feed(received):
                    decoded += len(part)
                    if decoded > self._host.max_response_bytes:
                        raise BodyTooLarge(
                            f"The answer of {self._target.name} is larger than "
                            f"{self._host.max_response_bytes} bytes.",
                            hint="Ask for a part of it.",
                        )
                    if masked := self._mask.feed(part):
                        self.passed_bytes += len(masked)
                        yield masked
        self._decoder.end()
        if rest := self._mask.end():
            self.passed_bytes += len(rest)
            yield rest
