"""`wasm-runtime run`: a notebook from beginning to end, without a browser."""

import argparse
import asyncio
import os
from pathlib import Path

from rich.console import Console

from wasm_runtime.contracts.worker import KernelSettings
from wasm_runtime.environments.cache import Cache
from wasm_runtime.errors import MemoryExceeded, UsageError
from wasm_runtime.ipynb import read_ipynb, write_ipynb
from wasm_runtime.notebook import Notebook
from wasm_runtime.percent import read_percent

from .execute import CellResult, execute
from .hosts import HOSTS
from .network import Gateway, NetworkPolicy
from .parameters import inject_parameters, parse_parameters
from .registry import runtime
from .relay_address import RelayAddress
from .relay_hosts import RelayHosts
from .report import ConsoleProgress, describe_failure
from .runtime import Limits
from .working_folder import copy_in, copy_out

_MEBIBYTE = 1024**2
_RELAY_VARIABLE = "WASM_RUNTIME_RELAY"
_COOKIE_VARIABLE = "WASM_RUNTIME_RELAY_COOKIE"
_LARGEST_MEMORY_MEBIBYTES = 4096  # WebAssembly's addresses have 32 bits


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "run",
        help="run a notebook without a browser",
        description="Runs every code cell, in a sandbox. Exit status: 0 all ran, 1 a cell failed, "
        "2 wrong use, 3 out of time, 4 out of memory, 5 something is missing on this machine.",
    )
    parser.add_argument("notebook", type=Path, help="an .ipynb file, or a .py in percent format")
    parser.add_argument("-o", "--output", type=Path, help="write the notebook with its outputs")
    parser.add_argument("--env", help="environment (the notebook's own, else the default)")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for all cells (60)")
    parser.add_argument("--memory", type=int, default=2048, help="MiB that Python may use (2048)")
    parser.add_argument(
        "--parameters", "-p", nargs="+", action="extend", default=[], metavar="NAME=VALUE"
    )
    parser.add_argument(
        "--allow-net", action="append", default=[], metavar="HOST", help="a host Python may ask"
    )
    parser.add_argument(
        "--relay",
        metavar="URL",
        help="the relay whose databases, AI models and storages Python may use, as the person at "
        "this machine; with "
        f"accounts, {_COOKIE_VARIABLE} holds the session's cookie (${_RELAY_VARIABLE})",
    )
    parser.add_argument(
        "--gateway",
        action="append",
        default=[],
        metavar="HOST",
        help="a host Python may ask through the relay's gateway, with its operator's headers",
    )
    parser.add_argument("--files", type=Path, help="folder copied in before and out after the run")
    parser.add_argument("--host", choices=sorted(HOSTS), default="deno", help="(deno)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the notebook that the command line names; the output is written whatever happens."""
    _check(options)
    notebook = _read(options.notebook)
    if options.output is not None:
        write_ipynb(notebook)  # what cannot be written is said before anything runs
    inject_parameters(notebook, parse_parameters(options.parameters))
    console = Console(stderr=True)
    if not HOSTS[options.host].is_sandbox:
        console.print(f"note: {options.host} is no sandbox; run only notebooks that you trust.")
    failed: CellResult | None = None
    try:
        failed = asyncio.run(_run(options, notebook, console))
    finally:
        if options.output is not None:
            options.output.write_text(write_ipynb(notebook), encoding="utf-8")
    if failed is None:
        return 0
    console.print(describe_failure(failed, colours=console.is_terminal), soft_wrap=True)
    out_of_memory = failed.error is not None and failed.error.ename == "MemoryError"
    return MemoryExceeded.exit_status if out_of_memory else 1


async def _run(
    options: argparse.Namespace, notebook: Notebook, console: Console
) -> CellResult | None:
    cache = Cache.locate()
    environment = cache.environment(options.env or notebook.environment)
    relay = _relay(options)
    settings = KernelSettings(auto_install=False, asks_relay=relay is not None)
    place = runtime(
        options.host, cache.folder / "store", _gateway(options, relay), settings, relay=relay
    )
    progress = ConsoleProgress(console)
    console.print(f"starting {environment.name} ({options.host})", highlight=False)
    async with place.open(environment, Limits(memory_bytes=options.memory * _MEBIBYTE)) as kernel:
        try:
            if options.files is not None:
                await copy_in(options.files, kernel, settings.working_folder)
            return await execute(notebook, kernel, options.timeout, progress)
        finally:
            progress.close()
            if options.files is not None:
                copy_out(kernel.changed_files, options.files, settings.working_folder)


def _gateway(options: argparse.Namespace, relay: RelayAddress | None) -> Gateway:
    policy = NetworkPolicy(allowed_hosts=frozenset(host.lower() for host in options.allow_net))
    named = frozenset(host.lower() for host in options.gateway)
    if not named:
        return Gateway(policy)
    if relay is None:
        raise UsageError(
            "--gateway: expected --relay beside it.",
            hint="Name the relay: wasm-runtime run --relay http://127.0.0.1:8000/ NOTEBOOK",
        )
    if both := named & policy.allowed_hosts:
        raise UsageError(
            f"{', '.join(sorted(both))}: expected either --gateway or --allow-net, got both.",
            hint="With --gateway the relay asks the host, with --allow-net this machine does.",
        )
    return Gateway(policy, relayed=RelayHosts(relay, named))


def _relay(options: argparse.Namespace) -> RelayAddress | None:
    url = options.relay or os.environ.get(_RELAY_VARIABLE)
    return RelayAddress(url=url, cookie=os.environ.get(_COOKIE_VARIABLE, "")) if url else None


def _read(path: Path) -> Notebook:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read {path}: {error}") from error
    return read_percent(text) if path.suffix == ".py" else read_ipynb(text)


def _check(options: argparse.Namespace) -> None:
    if options.timeout <= 0:
        raise UsageError(f"--timeout: expected seconds above 0, got {options.timeout:g}")
    if not 128 <= options.memory <= _LARGEST_MEMORY_MEBIBYTES:
        raise UsageError(
            f"--memory: expected 128 to {_LARGEST_MEMORY_MEBIBYTES} MiB, got {options.memory}"
        )
    if options.files is not None and not options.files.is_dir():
        raise UsageError(f"--files: {options.files} is not a folder")
    if options.output is not None and not options.output.resolve().parent.is_dir():
        raise UsageError(f"--output: there is no folder {options.output.resolve().parent}")
