"""What whoever runs the relay manages from the page: connections, and the audit log.

`GET operator/connections` answers with a DeclaredConnections; `POST` of a NewConnection declares
one, `DELETE operator/connections/{name}` forgets it, `POST operator/connections/{name}/test`
answers with a ConnectionTest. A password goes in once, and is in no answer.

`GET operator/audit` answers with an AuditPage, the newest record first; `?before=SEQUENCE` goes on
from there, `?connection=` and `?actor=` choose. `GET operator/audit/chain` answers with an
AuditChain, `GET operator/audit/export` with every record, a line of JSON each.
"""

from dataclasses import dataclass, field

from .data import ConnectionInfo
from .relay_api import ErrorBody
from .shape import Json

OPERATOR_PATH = "operator"
OPERATOR_CONNECTIONS_PATH = "operator/connections"
OPERATOR_AUDIT_PATH = "operator/audit"
AUDIT_CHAIN_PATH = "operator/audit/chain"
AUDIT_EXPORT_PATH = "operator/audit/export"


@dataclass(frozen=True, kw_only=True)
class DeclaredConnection:
    """A connection as its operator sees it."""

    info: ConnectionInfo
    origin: str
    """Where it is declared, in words."""
    can_be_removed: bool
    users: list[str]
    max_queries: int
    accepts_powerful_role: bool = False


@dataclass(frozen=True, kw_only=True)
class DeclaredConnections:
    connections: list[DeclaredConnection]


@dataclass(frozen=True, kw_only=True)
class NewConnection:
    """A connection to declare. The URL holds no password: that is a field of its own."""

    name: str
    url: str
    password: str = ""
    description: str = ""
    users: list[str] = field(default_factory=list)
    """Ids of accounts; "*" is everybody who has one."""
    files: dict[str, str] = field(default_factory=dict)
    """DuckDB: names of views, each over one Parquet, CSV or JSON file."""
    every_notebook: bool = True
    """Otherwise a shared notebook uses it only where its owners chose it."""
    accept_powerful_role: bool = False


@dataclass(frozen=True, kw_only=True)
class ConnectionTest:
    """What came of connecting: the server's version, or why not."""

    version: str = ""
    error: ErrorBody | None = None


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One record of the audit log."""

    sequence: int
    time: str
    """UTC, ISO 8601."""
    actor: str
    action: str
    object: str
    result: str
    on_behalf_of: str = ""
    details: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """Records, the newest first."""

    records: list[AuditEntry]
    more: bool
    """There are older ones that fit."""


@dataclass(frozen=True, kw_only=True)
class AuditChain:
    """Whether each record still follows the one before it."""

    records: int
    newest: str
    """The newest record's hash: noted elsewhere, it shows a cut at the end."""
    broken_at: int | None = None
    reason: str = ""
