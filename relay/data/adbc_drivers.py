"""What is particular to each database that an ADBC driver reaches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wasm_runtime.contracts.data import EngineName

from .declaration import Declaration

Options = dict[str, str]

_CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AdbcDriver:
    title: str
    """How a person calls the database."""
    module: str
    open: Callable[[Any, Options], Any]
    """The AdbcDatabase, of the imported module."""
    options: Callable[[Declaration, str], Options]
    """Of a declaration and the password it refers to."""
    limits: Callable[[float], dict[str, str | int]] = field(default=lambda seconds: {})
    """A statement's options that make the server stop it after so many seconds."""
    begin: Callable[[float], list[str]] = field(default=lambda seconds: [])
    """Statements of ours that come before."""


def driver_of(engine: EngineName) -> AdbcDriver:
    return _DRIVERS[engine]


def _flightsql_options(declared: Declaration, password: str) -> Options:
    mode = declared.options.get("sslmode", "verify-full")
    scheme = "grpc" if mode == "disable" else "grpc+tls"
    client = "adbc.flight.sql.client_option"
    options = {"uri": f"{scheme}://{declared.host}:{declared.port or 31337}"}
    if mode == "require":
        options[f"{client}.tls_skip_verify"] = "true"
    if root := declared.options.get("sslrootcert"):
        options[f"{client}.tls_root_certs"] = Path(root).read_text(encoding="utf-8")
    if declared.user:
        options |= {"username": declared.user, "password": password}
    elif password:
        options["adbc.flight.sql.authorization_header"] = f"Bearer {password}"
    return options


def _snowflake_options(declared: Declaration, password: str) -> Options:
    sql = "adbc.snowflake.sql"
    options = {
        "username": declared.user,
        f"{sql}.account": declared.host,
        f"{sql}.db": declared.database,
        f"{sql}.client_option.login_timeout": f"{_CONNECT_SECONDS}s",
        **{f"{sql}.{name}": value for name, value in declared.options.items()},
    }
    if password.startswith("-----BEGIN"):
        options[f"{sql}.auth_type"] = "auth_jwt"
        options[f"{sql}.client_option.jwt_private_key_pkcs8_value"] = password
    else:
        options["password"] = password
    return _filled(options)


def _bigquery_options(declared: Declaration, password: str) -> Options:
    sql = "adbc.bigquery.sql"
    return _filled(
        {
            f"{sql}.project_id": declared.host,
            f"{sql}.dataset_id": declared.database,
            f"{sql}.location": declared.options.get("location", ""),
            f"{sql}.auth_type": f"{sql}.auth_type.json_credential_string",
            f"{sql}.auth_credentials": password,
        }
    )


def _declared_options(declared: Declaration, password: str) -> Options:
    """As they are, the password where a URI says {password}, or else as the option password."""
    options = dict(declared.options)
    if "{password}" in options.get("uri", ""):
        options["uri"] = options["uri"].replace("{password}", quote(password, safe=""))
    elif password:
        options["password"] = password
    return options


def _filled(options: Mapping[str, str]) -> Options:
    return {name: value for name, value in options.items() if value}


_RPC = "adbc.flight.sql.rpc.timeout_seconds"
_DRIVERS: dict[EngineName, AdbcDriver] = {
    "flightsql": AdbcDriver(
        title="Flight SQL",
        module="adbc_driver_flightsql",
        open=lambda module, options: module.connect(options.pop("uri"), options),
        options=_flightsql_options,
        limits=lambda seconds: {f"{_RPC}.query": str(seconds), f"{_RPC}.fetch": str(seconds)},
    ),
    "snowflake": AdbcDriver(
        title="Snowflake",
        module="adbc_driver_snowflake",
        open=lambda module, options: module.connect(db_kwargs=options),
        options=_snowflake_options,
        begin=lambda seconds: [
            f"ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = {max(1, round(seconds))}"
        ],
    ),
    "bigquery": AdbcDriver(
        title="BigQuery",
        module="adbc_driver_bigquery",
        open=lambda module, options: module.connect(options),
        options=_bigquery_options,
        limits=lambda seconds: {
            # In milliseconds; the driver knows it as a number only.
            "adbc.bigquery.sql.query.job_timeout": max(1, round(seconds * 1000))
        },
    ),
    "adbc": AdbcDriver(
        title="ADBC",
        # It finds the driver by its file, or by the name of its manifest.
        module="adbc_driver_manager",
        open=lambda module, options: module.AdbcDatabase(**options),
        options=_declared_options,
    ),
}
