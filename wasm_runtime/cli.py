"""The command line: one short function per command."""

import argparse
import os
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from rich.console import Console

import wasm_runtime
from relay import commands as relay_commands
from relay.auth import token_commands
from relay.mcp import commands as mcp_commands
from wasm_runtime.environments import commands as environment_commands
from wasm_runtime.environments.cache import Cache
from wasm_runtime.errors import ClientMissing, WasmRuntimeError
from wasm_runtime.runtimes import commands as run_commands
from wasm_runtime.runtimes.terminal import plain

if TYPE_CHECKING:
    from relay.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_CLIENT = Path(wasm_runtime.__file__).parent / "client"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors of ours are two lines on stderr, never a traceback."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except WasmRuntimeError as error:
        print(f"error: {plain(error.message)}", file=sys.stderr)
        if error.hint:
            print(f"hint: {plain(error.hint)}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        return 130


def serve(options: argparse.Namespace) -> int:
    """Start the relay, with an environment, and print the notebook's address."""
    # Imported here: the other commands start without the server.
    from relay.app import create_app
    from relay.logs import logging_to
    from relay.secrets import SecretMask
    from relay.server import listen
    from relay.server import run as run_relay
    from relay.settings_loading import load_settings

    given = {"host": options.host, "port": options.port, "environment": options.env}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    if not (settings.client / "index.html").is_file():
        raise ClientMissing(
            f"The page is not built: {settings.client} has no index.html.",
            hint='In a checkout run "make build"; an installed package carries it.',
        )

    def ready(address: str) -> None:
        print(f"Notebook ready at {address}", flush=True)
        if options.open:
            webbrowser.open(address)

    with listen(settings) as bound:
        _ensure_environment(settings)
        mask = SecretMask.of_environment(os.environ)
        with logging_to(sys.stderr, settings, mask):
            try:
                run_relay(create_app(settings, mask), settings, bound, ready)
            except KeyboardInterrupt:
                return 0
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Say what this machine can and cannot do; status 5 when something needed is missing."""
    from wasm_runtime.doctor import examine, print_table

    return 0 if print_table(examine(), Console()) else 5


def export_site(options: argparse.Namespace) -> int:
    """Write a folder that any static host can serve."""
    from wasm_runtime.site import export_site as write_site

    cache = Cache.locate()
    environments = [cache.environment(name) for name in options.env or [None]]
    pages = write_site(options.folder, _CLIENT, cache, environments, options.notebooks)
    print(f"Site written to {options.folder}; upload it anywhere. Its pages:")
    for page in pages:
        print(f"  {page}")
    return 0


def users(options: argparse.Namespace) -> int:
    """Look after the accounts of a relay."""
    from relay.auth import commands

    actions = {
        "add": commands.add,
        "list": commands.list_,
        "remove": commands.remove,
        "passwd": commands.passwd,
    }
    return actions[options.action](options)


def _ensure_environment(settings: "Settings") -> None:
    cache = Cache.locate(settings.cache)
    built = {environment.name for environment in cache.environments().environments}
    if settings.environment not in built:
        print(f"Building the environment {settings.environment!r} (once) ...", flush=True)
        environment_commands.build([settings.environment], cache=cache)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wasm-runtime", description="A Python notebook that runs in the browser, and headless."
    )
    version = f"wasm-runtime {wasm_runtime.__version__}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands)
    run_commands.add_parser(commands)
    environment_commands.add_parser(commands)
    _add_export_site(commands)
    _add_users(commands)
    token_commands.add_parser(commands)
    mcp_commands.add_parser(commands)
    relay_commands.add_parsers(commands)
    examine = commands.add_parser("doctor", help="say what this machine can and cannot do")
    examine.set_defaults(run=doctor)
    return parser


def _add_serve(commands: Commands) -> None:
    parser = commands.add_parser("serve", help="open the notebook in a browser")
    parser.add_argument("--port", type=int, help="port to listen on (a free one)")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--env", metavar="NAME", help="environment to build when missing (data)")
    parser.add_argument("--open", action="store_true", help="open a browser as well")
    parser.set_defaults(run=serve)


def _add_users(commands: Commands) -> None:
    parser = commands.add_parser("users", help="who can sign in to a relay with accounts")
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    add = actions.add_parser("add", help="add an account; asks for its password")
    add.add_argument("name")
    add.add_argument(
        "--adopt",
        action="store_true",
        help="make it the owner of what was written before there were accounts",
    )
    actions.add_parser("list", help="list everybody")
    remove = actions.add_parser("remove", help="remove an account")
    remove.add_argument("name")
    remove.add_argument("--give-to", metavar="NAME", help="who gets its notebooks")
    passwd = actions.add_parser("passwd", help="set another password")
    passwd.add_argument("name")
    parser.set_defaults(run=users)


def _add_export_site(commands: Commands) -> None:
    parser = commands.add_parser("export-site", help="write a site for any static host")
    parser.add_argument("folder", type=Path, help="where to write it; replaced when it is a site")
    parser.add_argument("notebooks", type=Path, nargs="*", help=".ipynb files to include")
    parser.add_argument(
        "--env", action="append", metavar="NAME", help="environment to include (the default)"
    )
    parser.set_defaults(run=export_site)
