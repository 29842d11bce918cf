"""HTTP through the relay, for what a browser may not read itself: what is asked, what is answered.

`POST net/fetch` takes an exchange and answers with one. An exchange is the length of its head (four
bytes, the most significant first), the head (JSON, a NetRequest or a NetResponse), and then the
body to the end, streamed both ways. `rooms/{document_id}/net/fetch` is the same for a shared
notebook, within what its owners let it reach.

The relay answers 200 with an exchange whatever the status of the host is; what fails before the
head is an ErrorBody with its status. A body that is cut (a limit, a lost host) does not end as HTTP
says it should, and is an error in every reader.

    net/hosts                        GET HostList: what whoever asks may reach
    net/fetch                        POST an exchange -> an exchange
    rooms/{document_id}/net/fetch    the same
    rooms/{document_id}/net/hosts    GET DocumentHosts · PUT ChosenHosts -> DocumentHosts
"""

from dataclasses import dataclass, field

NET_FETCH_PATH = "net/fetch"
NET_HOSTS_PATH = "net/hosts"
EXCHANGE_TYPE = "application/vnd.wasm-runtime.exchange"
MAX_HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class NetRequest:
    """One HTTP request; names and values of `headers` in pairs."""

    method: str
    url: str
    headers: list[list[str]] = field(default_factory=list)
    timeout_seconds: float | None = None
    """How long the host may be silent; what the operator set is never exceeded."""


@dataclass(frozen=True, kw_only=True)
class NetResponse:
    """What the host answered; `url` is where redirects led to."""

    status: int
    reason: str
    url: str
    headers: list[list[str]]


@dataclass(frozen=True, kw_only=True)
class HostInfo:
    """A host as whoever may reach it sees it; headers the relay adds are not told."""

    host: str
    """With its port, if that is not the scheme's own."""
    methods: list[str]
    description: str
    adds_credentials: bool
    """Whether the relay sends headers of the operator's along."""
    every_notebook: bool = True
    """Otherwise only shared notebooks whose owners chose it."""


@dataclass(frozen=True, kw_only=True)
class HostList:
    """What `net/hosts` answers."""

    hosts: list[HostInfo]


@dataclass(frozen=True, kw_only=True)
class DocumentHosts:
    """What a notebook may reach of `offered`, the deployment's list."""

    offered: list[HostInfo]
    chosen: list[str] | None = None
    """By its owners; null when they left it at what the operator offers every notebook."""


@dataclass(frozen=True, kw_only=True)
class ChosenHosts:
    """What owners decide; null leaves it at what every notebook may reach."""

    hosts: list[str] | None = None
