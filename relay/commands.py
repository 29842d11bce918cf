"""`wasm-runtime connection …`, `secret …` and `audit …`."""

import argparse
import asyncio
import getpass
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from wasm_runtime.errors import UsageError, WasmRuntimeError

if TYPE_CHECKING:
    from relay.audit import AuditLog
    from relay.data import Connections
    from relay.secret_store import SecretStore

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_parsers(commands: Commands) -> None:
    """Add the three and their commands; each sets `run`, which takes the arguments."""
    _add_connection(commands)
    _add_secret(commands)
    _add_audit(commands)


def _add_connection(commands: Commands) -> None:
    parser = commands.add_parser("connection", help="declare databases for the relay")
    of = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    command = of.add_parser("add", help="declare one; its password is asked for")
    command.add_argument("name", metavar="NAME")
    command.add_argument("url", metavar="URL", help="such as postgresql://reader@db:5432/shop")
    command.add_argument("--file", action="append", default=[], metavar="NAME=PATH", dest="files",
                         help="DuckDB: a view over a Parquet, CSV or JSON file")  # fmt: skip
    command.add_argument("--description", default="")
    command.add_argument("--only-where-chosen", action="store_true",
                         help="for shared notebooks only where their owners chose it")  # fmt: skip
    command.add_argument("--accept-powerful-role", action="store_true",
                         help="use a role that may do more than read")  # fmt: skip
    command.add_argument("--no-kept-results", action="store_true",
                         help="never keep a result to answer the same query again")  # fmt: skip
    command.set_defaults(run=add)
    command = of.add_parser("test", help="connect, and see that nothing can be written")
    command.add_argument("name", metavar="NAME")
    command.set_defaults(run=test)
    command = of.add_parser("list", help="what is declared, and where")
    command.set_defaults(run=list_connections)
    command = of.add_parser("rotate", help="keep a new password")
    command.add_argument("name", metavar="NAME")
    command.set_defaults(run=rotate)
    command = of.add_parser("remove", help="forget one, and its password")
    command.add_argument("name", metavar="NAME")
    command.set_defaults(run=remove)


def _add_secret(commands: Commands) -> None:
    parser = commands.add_parser("secret", help="keep secrets that declarations refer to")
    of = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    command = of.add_parser("set", help="keep one; it is asked for, and never shown again")
    command.add_argument("name", metavar="NAME")
    command.set_defaults(run=set_secret)
    command = of.add_parser("list", help="their names")
    command.set_defaults(run=list_secrets)
    command = of.add_parser("remove", help="forget one")
    command.add_argument("name", metavar="NAME")
    command.set_defaults(run=remove_secret)


def _add_audit(commands: Commands) -> None:
    parser = commands.add_parser("audit", help="what was done with a credential, by whom")
    of = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    command = of.add_parser("export", help="every record, a line of JSON each")
    command.add_argument("--after", type=int, default=0, metavar="SEQUENCE")
    command.set_defaults(run=export_audit)
    command = of.add_parser("verify", help="see that no record was changed or removed")
    command.add_argument("--newest", metavar="HASH", help="a hash that was noted elsewhere")
    command.set_defaults(run=verify_audit)


def add(arguments: argparse.Namespace) -> int:
    from relay.data.declaration import declaration_of, fields_of_url

    fields, in_url = fields_of_url(arguments.url)
    if in_url:
        raise UsageError(
            "The URL has a password in it, which the shell's history now has too.",
            hint="Leave it out of the URL: it is asked for, or read from standard input.",
        )
    fields["files"] = dict(_name_and_path(each) for each in arguments.files)
    fields["description"] = arguments.description
    fields["every_notebook"] = not arguments.only_where_chosen
    fields["accept_powerful_role"] = arguments.accept_powerful_role
    fields["keep_results"] = not arguments.no_kept_results
    if fields.get("path"):
        fields["path"] = str(Path(fields["path"]).absolute())
    declared = declaration_of(arguments.name, fields)
    password = ""
    if declared.engine == "bigquery":
        password = _asked("The service account's key, as one line of JSON: ")
    elif declared.user:
        password = _asked(f"Password of {declared.user}: ")
    connections, _, audit = _opened()
    connections.add(declared, password)
    _note(audit, "connection add", declared.name, "ok")
    print(f"Kept {declared.name}. Try it: wasm-runtime connection test {declared.name}")
    return 0


def test(arguments: argparse.Namespace) -> int:
    from relay.data.engines import open_engine
    from relay.settings_loading import load_settings
    from relay.storage import DatabaseFiles, OpenStores, declared_storages

    connections, secrets, audit = _opened()
    declared = connections.get(arguments.name)
    stored = DatabaseFiles(declared_storages(load_settings()), OpenStores(secrets), audit)
    try:
        engine = open_engine(declared, connections.password(declared), stored)
        version = asyncio.run(engine.check())
    except WasmRuntimeError as error:
        _note(audit, "connection test", declared.name, error.code)
        raise
    _note(audit, "connection test", declared.name, "ok")
    print(f"{declared.name}: {version}, and its role only reads.")
    return 0


def list_connections(arguments: argparse.Namespace) -> int:
    connections, _, _ = _opened()
    for name, declared in sorted(connections.all().items()):
        print(f"{name}  {declared.engine}  ({connections.origin(name)})  {declared.description}")
    return 0


def rotate(arguments: argparse.Namespace) -> int:
    connections, _, audit = _opened()
    declared = connections.get(arguments.name)
    if connections.origin(declared.name) != "store":
        raise UsageError(
            f"{declared.name} is declared in a {connections.origin(declared.name)}.",
            hint="Change its secret there, or with wasm-runtime secret set NAME.",
        )
    connections.add(declared, _asked(f"New password of {declared.user}: "))
    _note(audit, "connection rotate", declared.name, "ok")
    print(f"{declared.name} has a new password from its next query on.")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    connections, _, audit = _opened()
    if not connections.remove(arguments.name):
        raise UsageError(f"The store has no connection {arguments.name!r}.")
    _note(audit, "connection remove", arguments.name, "ok")
    return 0


def set_secret(arguments: argparse.Namespace) -> int:
    _, secrets, audit = _opened()
    secrets.put(arguments.name, _asked(f"Value of {arguments.name}: "))
    _note(audit, "secret set", arguments.name, "ok")
    print(f'Kept. A declaration names it as secret("{arguments.name}").')
    return 0


def list_secrets(arguments: argparse.Namespace) -> int:
    _, secrets, _ = _opened()
    for name in secrets.names():
        print(name)
    return 0


def remove_secret(arguments: argparse.Namespace) -> int:
    _, secrets, audit = _opened()
    if not secrets.remove(arguments.name):
        raise UsageError(f"There is no secret {arguments.name!r}.")
    _note(audit, "secret remove", arguments.name, "ok")
    return 0


def export_audit(arguments: argparse.Namespace) -> int:
    _, _, audit = _opened()
    for record in audit.records(arguments.after):
        print(json.dumps(asdict(record), ensure_ascii=False))
    return 0


def verify_audit(arguments: argparse.Namespace) -> int:
    _, _, audit = _opened()
    broken = audit.verify(arguments.newest)
    if broken:
        raise UsageError(
            f"The audit log is broken at record {broken.sequence}: {broken.reason}.",
            hint="Compare it with the last export.",
        )
    records = list(audit.records())
    newest = records[-1].hash if records else "none"
    print(f"{len(records)} records, none changed or removed. Newest: {newest}")
    return 0


def _opened() -> "tuple[Connections, SecretStore, AuditLog]":
    from relay.audit.opening import open_audit
    from relay.data.opening import open_connections, open_secrets
    from relay.secrets import SecretMask
    from relay.settings_loading import load_settings

    settings = load_settings()
    mask = SecretMask.of_environment(os.environ)
    return (
        open_connections(settings, mask),
        open_secrets(settings, mask),
        open_audit(settings, mask),
    )


def _note(audit: "AuditLog", action: str, name: str, result: str) -> None:
    from relay.audit import AuditEvent

    audit.append(
        AuditEvent(
            actor=f"command line, {getpass.getuser()}", action=action, object=name, result=result
        )
    )
    audit.close()


def _asked(prompt: str) -> str:
    """Typed unseen, or one line of standard input."""
    value = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not value:
        raise UsageError("Nothing was given.", hint="Type it, or pipe it in.")
    return value


def _name_and_path(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise UsageError(f"--file wants NAME=PATH, got {text!r}.")
    return name, str(Path(path).absolute())
