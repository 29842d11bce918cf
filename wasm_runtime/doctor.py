"""What this machine can and cannot do, each with what to do about it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx2
from rich.console import Console
from rich.table import Table

import wasm_runtime
from wasm_runtime.environments.cache import Cache
from wasm_runtime.environments.sources.index import index_url
from wasm_runtime.errors import WasmRuntimeError
from wasm_runtime.runtimes.hosts import HOSTS, Host

_OLDEST_PYTHON = (3, 11)
_OLDEST_NODE = 24  # the first whose WebAssembly can wait for a promise (JSPI)
_NEEDED_DISK_BYTES = 2 * 1024**3
_NEEDED_MEMORY_BYTES = 2 * 1024**3
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Finding:
    """One line of the table: `state` is what it means, `fix` what to do unless it is ok."""

    name: str
    state: Literal["ok", "note", "missing"]
    detail: str
    fix: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything, one finding after the other; nothing is changed."""
    yield _python()
    yield from (_host(host) for host in HOSTS.values())
    yield _browser()
    yield _client()
    yield from _environments()
    yield _index()
    yield _disk()
    yield _memory()


def print_table(findings: Iterator[Finding], console: Console) -> bool:
    """Show the findings; False when something that notebooks need is missing."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "what", "found", "to do"):
        table.add_column(heading)
    marks = {"ok": "[green]✓[/green]", "note": "[yellow]–[/yellow]", "missing": "[red]✗[/red]"}
    whole = True
    for finding in findings:
        table.add_row(marks[finding.state], finding.name, finding.detail, finding.fix)
        whole = whole and finding.state != "missing"
    console.print(table)
    return whole


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info[:2] >= _OLDEST_PYTHON
    return Finding(
        "Python", "ok" if good else "missing", version, "" if good else "Use 3.11 or newer"
    )


def _host(host: Host) -> Finding:
    role = "headless, sandboxed" if host.is_sandbox else "headless, trusted notebooks only"
    name = f"{host.name.capitalize()} ({role})"
    absent: Literal["missing", "note"] = "missing" if host.is_sandbox else "note"
    try:
        version = _output([str(host.program()), "--version"]).splitlines()[0]
    except (WasmRuntimeError, OSError, subprocess.SubprocessError, IndexError) as error:
        return Finding(name, absent, str(error), host.hint)
    if host.name == "node" and _major(version) < _OLDEST_NODE:
        return Finding(name, "note", f"{version}, too old", host.hint)
    return Finding(name, "ok", version)


def _browser() -> Finding:
    for name in _BROWSERS:
        if found := shutil.which(name):
            return Finding("Chromium", "ok", found)
    return Finding("Chromium", "note", "not found here", "Any current browser will do")


def _client() -> Finding:
    built = Path(wasm_runtime.__file__).parent / "client" / "client.json"
    if not built.is_file():
        return Finding("Page", "missing", "not built", 'In a checkout run "make build"')
    version = json.loads(built.read_text(encoding="utf-8")).get("version", "?")
    return Finding("Page", "ok", f"version {version}")


def _environments() -> Iterator[Finding]:
    try:
        cache = Cache.locate()
        built = cache.environments().environments
    except WasmRuntimeError as error:
        yield Finding("Environments", "missing", error.message, error.hint)
        return
    if not built:
        yield Finding("Environments", "missing", "none is built", "wasm-runtime env build")
    for environment in built:
        name = f"Environment {environment.name}"
        files = environment.all_files()
        lost = [file.name for file in files if not cache.store.has(file.sha256)]
        if lost:
            fix = f"wasm-runtime env build {environment.name}"
            yield Finding(name, "missing", f"{len(lost)} files are gone, e.g. {lost[0]}", fix)
            continue
        mebibytes = sum(file.size_bytes for file in files) / 1024**2
        start = "restored start" if environment.snapshot else "no snapshot: slower start"
        detail = f"{len(environment.wheels)} packages, {mebibytes:.0f} MiB, {start}"
        yield Finding(name, "ok" if environment.snapshot else "note", detail)


def _index() -> Finding:
    url = index_url()
    try:
        answer = httpx2.get(f"{url.rstrip('/')}/pip/", timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        fix = "Built environments work without it; packages cannot be added"
        return Finding("Package index", "note", f"does not answer: {error}", fix)
    return Finding("Package index", "ok", "answers")


def _disk() -> Finding:
    folder = Cache.locate().folder
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    good = free >= _NEEDED_DISK_BYTES
    fix = "" if good else "Free some, or set WASM_RUNTIME_CACHE to another disk"
    return Finding("Disk", "ok" if good else "note", f"{free / 1024**3:.1f} GiB free", fix)


def _memory() -> Finding:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    good = total >= _NEEDED_MEMORY_BYTES
    fix = "" if good else "Run small notebooks, with a lower --memory"
    return Finding("Memory", "ok" if good else "note", f"{total / 1024**3:.1f} GiB", fix)


def _output(command: list[str]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=True
    )
    return done.stdout.strip()


def _major(version: str) -> int:
    digits = version.lstrip("v").split(".")[0]
    return int(digits) if digits.isdigit() else 0
