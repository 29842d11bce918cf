"""The session's cookie: no script reads it, and no other site sends it along with a change."""

from starlette.requests import HTTPConnection
from starlette.responses import Response


class Cookies:
    """`secure` behind a proxy that speaks TLS: the relay itself is asked over http then."""

    def __init__(self, secure: bool) -> None:
        self._secure = secure

    def read(self, connection: HTTPConnection, name: str) -> str | None:
        return connection.cookies.get(self._name(connection, name))

    def write(
        self, connection: HTTPConnection, response: Response, name: str, value: str, seconds: float
    ) -> None:
        response.set_cookie(
            self._name(connection, name),
            value,
            max_age=int(seconds),
            path="/",
            secure=self._is_secure(connection),
            httponly=True,
            # Not "strict": a link to a notebook in a mail would find its reader signed out.
            samesite="lax",
        )

    def remove(self, connection: HTTPConnection, response: Response, name: str) -> None:
        self.write(connection, response, name, "", 0)

    def _name(self, connection: HTTPConnection, name: str) -> str:
        if self._is_secure(connection):
            # Browsers take it from this very host alone, over TLS.
            return f"__Host-wasm-runtime-{name}"
        # Cookies know no ports: two relays on one machine must not sign each other's people out.
        return f"wasm-runtime-{name}-{connection.url.port or 80}"

    def _is_secure(self, connection: HTTPConnection) -> bool:
        return self._secure or connection.scope["scheme"] in ("https", "wss")
