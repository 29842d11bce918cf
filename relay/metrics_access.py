"""Who may read /metrics: collectors at addresses that the operator named, or with a token."""

import secrets

from starlette.requests import Request

from .client_address import is_forwarded, is_told_by_trusted
from .errors import NotAllowed
from .networks import Networks, address_in

_SCHEME = "bearer "


class MetricsAccess:
    def __init__(self, addresses: Networks, token: str | None) -> None:
        self._addresses = addresses
        self._token = token

    def check(self, request: Request) -> None:
        """Raises NotAllowed."""
        if self._has_token(request) or self._is_at_a_named_address(request):
            return
        raise NotAllowed(
            "The numbers of this relay are for its operator.",
            hint="Ask from an address in the setting metrics_addresses, or send metrics_token as "
            "a bearer token.",
        )

    def _has_token(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        if self._token is None or not given.lower().startswith(_SCHEME):
            return False
        return secrets.compare_digest(given[len(_SCHEME) :].encode(), self._token.encode())

    def _is_at_a_named_address(self, request: Request) -> bool:
        # What comes from this machine may have been brought by a proxy that runs on it.
        if is_forwarded(request) and not is_told_by_trusted(request):
            return False
        address = address_in(request.client.host) if request.client else None
        return address is not None and address in self._addresses
