"""What the operator declares of a connection: everything but the secret itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

from relay.secret_store import is_reference
from relay.storage.address import SCHEME, parse_address
from wasm_runtime.contracts.data import CONNECTION_NAME_PATTERN, ConnectionInfo, EngineName
from wasm_runtime.errors import UsageError

NAME = re.compile(CONNECTION_NAME_PATTERN)
_ENGINES: tuple[EngineName, ...] = get_args(EngineName)
_SCHEMES: dict[str, EngineName] = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
    "redshift": "redshift",
    "flightsql": "flightsql",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
}
_SERVERS = ("postgresql", "mysql", "redshift", "flightsql", "snowflake", "bigquery")
_TLS = frozenset({"sslmode", "sslrootcert"})
_OPTIONS: dict[EngineName, frozenset[str]] = {
    "postgresql": frozenset({"sslmode", "sslrootcert", "application_name"}),
    "mysql": _TLS,
    "sqlite": frozenset(),
    "duckdb": frozenset(),
    "redshift": _TLS,
    "flightsql": _TLS,
    "snowflake": frozenset({"warehouse", "role", "schema"}),
    "bigquery": frozenset({"location"}),
}
"""What each takes; adbc takes whatever its driver does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One connection. Fields that its engine has no use for stay empty."""

    name: str
    engine: EngineName
    description: str = ""
    host: str = ""
    """A name, an address, or the folder of a Unix socket (PostgreSQL) or the socket (MySQL);
    Snowflake's account, BigQuery's project."""
    port: int = 0
    database: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    """A reference `secret("NAME")`; the secret itself is never part of a declaration."""
    path: str = ""
    """The database file of SQLite and DuckDB."""
    files: Mapping[str, str] = field(default_factory=dict)
    """DuckDB: names of views, each over one Parquet, CSV or JSON file, or over those of a storage
    that match, storage://NAME/trips/*.parquet."""
    options: Mapping[str, str] = field(default_factory=dict)
    max_seconds: float = 60
    max_rows: int = 10_000_000
    max_bytes: int = 2 * 1024**3
    max_queries: int = 4
    """At a time; others wait."""
    keep_results: bool = True
    """Whether a result may be kept, here and in browsers, to answer the same query again."""
    keep_seconds: float = 24 * 60 * 60
    """A kept result is never used, or left on the disk, longer."""
    users: Sequence[str] = ()
    """Ids of the accounts that may use it; "*" is everybody who has one."""
    every_notebook: bool = True
    """Otherwise only shared notebooks whose owners chose it, and those of no room."""
    accept_powerful_role: bool = False
    """Use a role even though it may do more than read."""

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise UsageError(f"Connection {self.name!r}: {problem}")

    @property
    def info(self) -> ConnectionInfo:
        return ConnectionInfo(
            name=self.name,
            engine=self.engine,
            description=self.description,
            max_seconds=self.max_seconds,
            max_rows=self.max_rows,
            max_bytes=self.max_bytes,
            every_notebook=self.every_notebook,
        )


def declaration_of(name: str, plain: Mapping[str, Any]) -> Declaration:
    """From a table of TOML or JSON. Raises UsageError that names the bad field."""
    known = {known.name: known for known in fields(Declaration)} | {"url": None}
    unknown = sorted(set(plain) - set(known) | ({"name"} & set(plain)))
    if unknown:
        raise UsageError(
            f"Connection {name!r} has no field {', '.join(unknown)}.",
            hint=f"Known are {', '.join(sorted(set(known) - {'name'}))}.",
        )
    values = dict(plain)
    url = values.pop("url", None)
    if url is not None:
        values = {**fields_of_url(str(url))[0], **values}
    if "engine" not in values:
        raise UsageError(
            f"Connection {name!r} names no engine.", hint=f"One of {', '.join(_ENGINES)}."
        )
    return Declaration(name=name, **values)


def fields_of_url(url: str) -> tuple[dict[str, Any], str]:
    """The fields in a URL such as postgresql://user@host:5432/database, and the password in it."""
    parts = urlsplit(url)
    engine = _SCHEMES.get(parts.scheme)
    if engine is None:
        raise UsageError(
            f"There is no engine for {parts.scheme or 'a URL without a scheme'}.",
            hint=f"A URL begins with {', '.join(f'{scheme}://' for scheme in _SCHEMES)}.",
        )
    if engine in ("sqlite", "duckdb"):
        return {"engine": engine, "path": unquote(parts.netloc + parts.path)}, ""
    try:
        port = parts.port
    except ValueError as error:
        raise UsageError(f"The port in the URL is not a number: {error}.") from error
    query = dict(parse_qsl(parts.query))
    found: dict[str, Any] = {
        "engine": engine,
        "host": unquote(query.pop("host", parts.hostname or "")),
        "port": port or 0,
        "database": unquote(parts.path.lstrip("/")),
        "user": unquote(parts.username or ""),
        "options": query,
    }
    return found, unquote(parts.password or "")


def with_password(declaration: Declaration, reference: str) -> Declaration:
    return replace(declaration, password=reference)


def as_plain(declaration: Declaration) -> dict[str, Any]:
    """The fields that differ from their defaults, without the name."""
    plain = {}
    for each in fields(declaration):
        value = getattr(declaration, each.name)
        is_empty = isinstance(value, Mapping | Sequence) and not value
        if each.name == "name" or is_empty or value == each.default:
            continue
        plain[each.name] = dict(value) if isinstance(value, Mapping) else value
    return plain


def _problem(declaration: Declaration) -> str:
    engine = declaration.engine
    wrong = [
        each.name
        for each in fields(declaration)
        if not _is_of_type(getattr(declaration, each.name), each.type)
    ]
    if wrong:
        return f"{', '.join(wrong)} is of another type than expected."
    if not NAME.fullmatch(declaration.name):
        return "a name is a lower case letter, then letters, digits, _ and -."
    if engine not in _ENGINES:
        return f"there is no engine {engine!r}; known are {', '.join(_ENGINES)}."
    if declaration.password and not is_reference(declaration.password):
        return (
            'the password must be a reference, such as secret("NAME"); keep the secret itself with '
            f"wasm-runtime connection rotate {declaration.name}."
        )
    unknown = sorted(set(declaration.options) - _OPTIONS.get(engine, set(declaration.options)))
    if unknown:
        return f"{engine} takes no option {', '.join(unknown)}."
    if engine in _SERVERS and not declaration.host:
        return "it names no host."
    if engine in _SERVERS and (declaration.path or declaration.files):
        return f"{engine} is a server and takes no path or files."
    if engine == "sqlite" and (not declaration.path or declaration.files):
        return "SQLite wants the path of its file, and nothing else."
    if engine == "duckdb" and not (declaration.path or declaration.files):
        return "DuckDB wants the path of its file, or files to make views of."
    wrong = [each for each in stored_files(declaration).values() if parse_address(each) is None]
    if wrong:
        return f"{wrong[0]} is no address of files, such as storage://NAME/trips/*.parquet."
    if engine == "bigquery" and not declaration.database:
        return "it names no dataset, as in bigquery://project/dataset."
    if engine == "adbc" and not declaration.options.get("driver"):
        return "ADBC wants the option driver: the name of its manifest, or its file."
    if engine == "adbc" and (declaration.host or declaration.path or declaration.files):
        return "ADBC takes options alone, those that its driver knows."
    if not all(Path(path).is_absolute() for path in _paths(declaration)):
        return "paths must be absolute: it must not matter where the relay was started."
    limits = (declaration.max_seconds, declaration.max_rows, declaration.max_bytes)
    if min(*limits, declaration.max_queries, declaration.keep_seconds) <= 0:
        return "limits must be greater than 0."
    return ""


def stored_files(declaration: Declaration) -> dict[str, str]:
    """The views over files of a storage."""
    return {name: each for name, each in declaration.files.items() if each.startswith(SCHEME)}


def local_files(declaration: Declaration) -> dict[str, str]:
    """The views over files of this machine."""
    return {name: each for name, each in declaration.files.items() if not each.startswith(SCHEME)}


def _paths(declaration: Declaration) -> list[str]:
    return [path for path in (declaration.path, *local_files(declaration).values()) if path]


def _is_of_type(value: object, expected: Any) -> bool:
    if expected is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if expected in (str, bool):
        return isinstance(value, expected)
    if expected is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if expected is EngineName:
        return isinstance(value, str)
    if expected == Sequence[str]:
        return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    return isinstance(value, Mapping) and all(
        isinstance(k, str) and isinstance(v, str) for k, v in value.items()
    )
