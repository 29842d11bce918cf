"""`wasm-runtime env …`: one function per command, and its arguments."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from rich.console import Console

from wasm_runtime.contracts.environments import Environment, EnvironmentList

from .build import Builder, damaged
from .cache import Cache
from .compiler import Compiler
from .definitions import Definitions
from .errors import DefinitionError, EnvironmentsError
from .progress import Bars, Lines, Progress
from .snapshot_host import DenoSnapshotHost, SnapshotHost
from .supplies import open_supplies

_CLIENT = Path(__file__).parents[1] / "client"


def build(
    names: Sequence[str] = (),
    *,
    relock: bool = False,
    offline: bool = False,
    local: Sequence[Path] = (),
    index: str | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
    compiler: Compiler | None = None,
    snapshots: SnapshotHost | None = None,
) -> list[Environment]:
    """Build the named environments, the default without names; returns them."""
    cache = cache or Cache.locate()
    definitions = cache.definitions()
    chosen = list(names) or [definitions.default]
    with (
        open_supplies(cache, offline=offline, local=local, index=index) as supplies,
        _shown(progress) as shown,
    ):
        builder = Builder(
            cache=cache,
            supplies=supplies,
            progress=shown,
            compiler=compiler,
            snapshots=snapshots or DenoSnapshotHost(_CLIENT),
        )
        if relock:
            # A child is resolved on top of its parent's lock, so parents come first, once.
            for name in _with_parents(definitions, chosen):
                builder.relock(definitions.environment(name), definitions.pyodide)
        return [builder.build(name) for name in chosen]


def built(cache: Cache | None = None) -> EnvironmentList:
    """What is built."""
    return (cache or Cache.locate()).environments()


def verify(names: Sequence[str] = (), cache: Cache | None = None) -> list[str]:
    """Hash every file of the named (or all built) environments; returns those verified."""
    cache = cache or Cache.locate()
    chosen = [cache.environment(name) for name in names] or cache.environments().environments
    for environment in chosen:
        bad = damaged(cache, environment)
        if bad:
            for file in bad:
                cache.store.remove(file.sha256)
            raise EnvironmentsError(
                f"{environment.name}: missing or damaged: {', '.join(file.name for file in bad)}.",
                f"They were removed; wasm-runtime env build {environment.name} makes them anew.",
            )
    return [environment.name for environment in chosen]


def clean(cache: Cache | None = None) -> int:
    """Remove what no built environment needs; returns the bytes won."""
    cache = cache or Cache.locate()
    needed: set[str] = set()
    for environment in cache.environments().environments:
        needed |= {file.sha256 for file in environment.all_files()}
        needed |= {wheel.source_sha256 for wheel in environment.wheels}
    won = sum(cache.store.remove(sha256) for sha256 in set(cache.store.hashes()) - needed)
    return won + cache.store.remove_leftovers()


def add(
    name: str,
    requirements: Sequence[str],
    *,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Environment:
    """Add requirements to an environment's definition, then lock and build it."""
    cache = cache or Cache.locate()
    cache.definitions().environment(name)
    for text in requirements:
        try:
            Requirement(text)
        except InvalidRequirement as error:
            raise DefinitionError(f"{text!r} is not a requirement: {error}.") from error
    path = cache.own_definitions()
    before = path.read_text(encoding="utf-8")
    path.write_text(_with_requirements(before, name, requirements), encoding="utf-8")
    try:
        return build([name], relock=True, cache=cache, progress=progress)[0]
    except EnvironmentsError:
        path.write_text(before, encoding="utf-8")
        raise


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `env` and its commands; each sets `run`, which takes the arguments."""
    parser = subparsers.add_parser("env", help="build and look after environments")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    command = commands.add_parser("build", help="fetch, verify, compile and store")
    command.add_argument("names", nargs="*", metavar="NAME", help="default: the default one")
    command.add_argument("--relock", action="store_true", help="resolve anew, write the locks")
    command.add_argument("--offline", action="store_true", help="use no network")
    command.add_argument(
        "--source",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="a folder or an archive to look in first",
    )
    command.set_defaults(run=_run_build)

    command = commands.add_parser("list", help="what is defined and what is built")
    command.set_defaults(run=_run_list)

    command = commands.add_parser("show", help="the wheels of an environment")
    command.add_argument("name", nargs="?", metavar="NAME")
    command.set_defaults(run=_run_show)

    command = commands.add_parser("add", help="add packages to an environment")
    command.add_argument("name", metavar="NAME")
    command.add_argument("requirements", nargs="+", metavar="REQUIREMENT")
    command.set_defaults(run=_run_add)

    command = commands.add_parser("verify", help="hash every stored file")
    command.add_argument("names", nargs="*", metavar="NAME")
    command.set_defaults(run=_run_verify)

    command = commands.add_parser("clean", help="remove what no environment needs")
    command.set_defaults(run=_run_clean)


def _run_build(arguments: argparse.Namespace) -> int:
    environments = build(
        arguments.names,
        relock=arguments.relock,
        offline=arguments.offline,
        local=arguments.source,
    )
    for environment in environments:
        print(_summary(environment))
    return 0


def _run_list(_: argparse.Namespace) -> int:
    cache = Cache.locate()
    ready = {each.name: each for each in cache.environments().environments}
    definitions = cache.definitions()
    for name, definition in definitions.environments.items():
        mark = "*" if name == definitions.default else " "
        state = _summary(ready[name]) if name in ready else f"{name}: not built"
        print(f"{mark} {state}  {definition.title}")
    return 0


def _run_show(arguments: argparse.Namespace) -> int:
    environment = Cache.locate().environment(arguments.name)
    print(_summary(environment))
    print(f"id {environment.id}")
    for wheel in environment.wheels:
        size = f"{wheel.file.transfer_bytes / 1e6:8.2f} MB"
        print(f"{size}  {wheel.name} {wheel.version}  sha256 {wheel.source_sha256}")
    return 0


def _run_add(arguments: argparse.Namespace) -> int:
    print(_summary(add(arguments.name, arguments.requirements)))
    return 0


def _run_verify(arguments: argparse.Namespace) -> int:
    for name in verify(arguments.names):
        print(f"{name}: every file is what its name says")
    return 0


def _run_clean(_: argparse.Namespace) -> int:
    print(f"{clean() / 1e6:.1f} MB removed")
    return 0


def _summary(environment: Environment) -> str:
    files = [*environment.runtime, *(wheel.file for wheel in environment.wheels)]
    transfer = sum(file.transfer_bytes for file in files) / 1e6
    return (
        f"{environment.name}: {len(environment.wheels)} wheels, Python "
        f"{environment.python_version}, {transfer:.1f} MB to transfer, id {environment.id[:12]}"
    )


def _with_parents(definitions: Definitions, names: Sequence[str]) -> list[str]:
    ordered: list[str] = []

    def visit(name: str) -> None:
        parent = definitions.environment(name).extends
        if parent is not None:
            visit(parent)
        if name not in ordered:
            ordered.append(name)

    for name in names:
        visit(name)
    return ordered


def _with_requirements(text: str, name: str, requirements: Sequence[str]) -> str:
    """The definitions with lines added, comments and order kept."""
    pattern = rf"(?ms)(^\[environments\.{re.escape(name)}\]\n.*?^requirements = \[\n.*?)(^\])"
    lines = "".join(f'    "{requirement}",\n' for requirement in requirements)
    changed, count = re.subn(pattern, lambda found: found[1] + lines + found[2], text, count=1)
    if count != 1:
        raise DefinitionError(
            f"environments.toml: the requirements of {name!r} are not one per line.",
            f"Add {', '.join(requirements)} by hand and build with --relock.",
        )
    return changed


@contextmanager
def _shown(progress: Progress | None) -> Iterator[Progress]:
    if progress is not None:
        yield progress
    elif sys.stderr.isatty():
        with Bars(Console(stderr=True)) as bars:
            yield bars
    else:
        yield Lines()
