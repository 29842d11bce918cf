"""How large a request may be."""

import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import TooLarge, error_response


class BodyLimit:
    """Refuses a body above `max_bytes`: by its announced size, else once it has grown past it.

    `larger` are bounds of their own for the paths that match a pattern.
    """

    def __init__(
        self, app: ASGIApp, max_bytes: int, larger: Mapping[re.Pattern[str], int] | None = None
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        bounds = (bound for path, bound in self._larger.items() if path.fullmatch(scope["path"]))
        max_bytes = next(bounds, self.max_bytes)
        error = TooLarge(f"The request is larger than {max_bytes} bytes.")
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > max_bytes:
            await error_response(error.body())(scope, receive, send)
            return
        seen = 0

        async def receive_limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > max_bytes:
                raise error
            return message

        await self.app(scope, receive_limited, send)
