"""Why a request of a notebook was not carried out.

WasmRuntimeError
└── NetError
    ├── HostRefused      the operator's list does not have the host, the method or the person
    ├── AddressRefused   the name leads into a private network
    ├── BadExchange      what was asked is no request
    ├── HostFailed       the host could not be reached, or answered nonsense
    ├── HostTimeout
    └── BodyTooLarge     the request's, or the answer's after decoding
"""

from relay.errors import RelayError

HOW_TO_ALLOW = "Whoever runs this relay can allow it, in the file that the setting gateway names."


class NetError(RelayError):
    """Carries no word that a host sent, and no secret."""


class HostRefused(NetError):
    code = "network_refused"


class AddressRefused(NetError):
    code = "network_refused"


class BadExchange(NetError):
    code = "bad_request"


class HostFailed(NetError):
    code = "upstream_failed"


class HostTimeout(NetError):
    code = "timeout"


class BodyTooLarge(NetError):
    code = "too_large"
