"""The house as a test: who may import whom. A new arrow is a line here, to be reviewed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

# A room may import itself, the rooms to its right, and all that those may import.
PYTHON = {
    "wasm_runtime.contracts": [],
    "wasm_runtime.errors": ["wasm_runtime.contracts"],
    "wasm_runtime.kernel": ["wasm_runtime.contracts"],
    "wasm_runtime.data": ["wasm_runtime.kernel"],
    "wasm_runtime.json_values": ["wasm_runtime.errors"],
    "wasm_runtime.cell": ["wasm_runtime.json_values"],
    "wasm_runtime.runs": ["wasm_runtime.json_values"],
    "wasm_runtime.runtime_runs": ["wasm_runtime.runs"],
    "wasm_runtime.migrate": ["wasm_runtime.json_values"],
    "wasm_runtime.notebook": ["wasm_runtime.cell", "wasm_runtime.migrate", "wasm_runtime.runs"],
    "wasm_runtime.blobs": ["wasm_runtime.errors"],
    "wasm_runtime.nbformat3": [],
    "wasm_runtime.magics": ["wasm_runtime.cell"],
    "wasm_runtime.ipynb": [
        "wasm_runtime.blobs",
        "wasm_runtime.magics",
        "wasm_runtime.nbformat3",
        "wasm_runtime.notebook",
    ],
    "wasm_runtime.percent": ["wasm_runtime.notebook"],
    "wasm_runtime.environments": ["wasm_runtime.errors"],
    "wasm_runtime.runtimes": [
        "wasm_runtime.environments",
        "wasm_runtime.ipynb",
        "wasm_runtime.percent",
    ],
    "wasm_runtime.site": ["wasm_runtime.environments", "wasm_runtime.ipynb"],
    "wasm_runtime.doctor": ["wasm_runtime.runtimes", "wasm_runtime.site"],
    "relay.foundation": ["wasm_runtime.errors"],
    "relay.cache": ["relay.foundation", "wasm_runtime.environments"],
    "relay.audit": ["relay.foundation"],
    "relay.auth": ["relay.audit"],
    "relay.sync": ["relay.auth"],
    "relay.chosen": ["relay.auth"],
    "relay.data": ["relay.storage"],
    "relay.net": ["relay.chosen"],
    "relay.storage": ["relay.chosen"],
    "relay.ai": ["relay.net"],
    "relay.operator": ["relay.data"],
    "relay.mcp": ["relay.sync", "wasm_runtime.runtimes", "wasm_runtime.runtime_runs"],
    "relay.commands": ["relay.data"],
    "relay.app": [
        "relay.ai",
        "relay.cache",
        "relay.mcp",
        "relay.net",
        "relay.operator",
        "relay.sync",
        "wasm_runtime.site",
    ],
    "wasm_runtime.cli": [
        "relay.app",
        "relay.commands",
        "wasm_runtime.runtimes",
        "wasm_runtime.doctor",
    ],
}

TYPESCRIPT = {
    "contracts": [],
    "document": ["contracts"],
    "sync": ["contracts"],
    "kernel": ["contracts"],
    "outputs": ["contracts", "document"],
    "editor": ["document"],
    "offline": ["contracts"],
    "session": ["kernel", "document"],
    "data": ["kernel"],
    "styles": [],
    "elements": ["session", "editor", "outputs", "styles", "offline"],
    "sharing": ["elements", "sync", "data"],
    "databases": ["elements"],
    "page": ["elements", "data"],
    "start": ["page"],
    "main": ["start", "sharing", "databases"],
}

ROOT_MODULES = {"wasm_runtime", "wasm_runtime.__main__", "relay"}


def reach(room: str, table: dict[str, list[str]]) -> set[str]:
    """`room` and every room it may import."""
    rooms = {room}
    for allowed in table[room]:
        rooms |= reach(allowed, table)
    return rooms


def python_room(module: str) -> str:
    parts = module.split(".")
    if parts[0] == "relay":
        own = ".".join(parts[:2])
        return own if own in PYTHON else "relay.foundation"
    return ".".join(parts[:2])


def python_imports(path: Path) -> Iterator[str]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    package = (
        module.removesuffix(".__init__") if path.stem == "__init__" else module.rsplit(".", 1)[0]
    )
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
            prefix = f"{base}.{node.module or ''}".strip(".") if node.level else str(node.module)
            yield from (f"{prefix}.{alias.name}" for alias in node.names)


def test_python_imports_point_down() -> None:
    wrong = []
    for path in sorted([*ROOT.glob("wasm_runtime/**/*.py"), *ROOT.glob("relay/**/*.py")]):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if module in ROOT_MODULES:
            continue
        allowed = reach(python_room(module), PYTHON)
        for imported in python_imports(path):
            ours = imported.split(".")[0] in {"wasm_runtime", "relay"}
            room = python_room(imported)
            if ours and room not in allowed and room in PYTHON:
                wrong.append(f"{module} -> {imported}")
    assert wrong == []


def typescript_room(path: Path) -> str:
    return path.relative_to(ROOT / "static" / "src").parts[0].removesuffix(".ts")


def test_typescript_imports_point_down() -> None:
    wrong = []
    for path in sorted(ROOT.glob("static/src/**/*.ts")):
        if path.name.endswith(".d.ts"):
            continue
        room = typescript_room(path)
        allowed = reach(room, TYPESCRIPT)
        for imported in re.findall(
            r'(?:from|import)\s*\(?"(\.[^"]+)"', path.read_text(encoding="utf-8")
        ):
            target = (path.parent / imported).resolve()
            if "node_modules" in target.parts:
                continue  # a library's own file, not a room of the house
            if typescript_room(target) not in allowed:
                wrong.append(f"{path.relative_to(ROOT)} -> {imported}")
    assert wrong == []


def test_the_kernel_touches_the_browser_in_one_file_only() -> None:
    host_modules = {"js", "pyodide", "pyodide_js", "_pyodide_core"}
    touching = {
        path.name
        for path in ROOT.glob("wasm_runtime/kernel/**/*.py")
        if host_modules & {imported.split(".")[0] for imported in python_imports(path)}
    }
    assert touching <= {"bridge.py"}


def test_the_contracts_need_the_standard_library_only() -> None:
    import sys

    for path in ROOT.glob("wasm_runtime/contracts/*.py"):
        for imported in python_imports(path):
            top = imported.split(".")[0]
            assert top in sys.stdlib_module_names or top == "wasm_runtime", (path.name, imported)


def test_no_python_hides_in_typescript_strings() -> None:
    python_line = re.compile(r"^\s*(import \w+|from [\w.]+ import .+|def \w+\(.*\):)\s*$", re.M)
    for path in ROOT.glob("static/src/**/*.ts"):
        if path.name.endswith(".test.ts") or path.name.startswith("fake-"):
            continue
        for text in re.findall(r"`([^`]*)`", path.read_text(encoding="utf-8")):
            assert not python_line.search(text), path.name
