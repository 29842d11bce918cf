"""Which imports of a cell are not there, and which packages bring them."""

import ast
import importlib.util
from collections.abc import Iterable
from typing import Any

# Where the import's name is not the package's, for packages that a lock may not hold.
_KNOWN_NAMES = {
    "Crypto": "pycryptodome",
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "pptx": "python-pptx",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception"})


def missing_imports(source: str) -> list[str]:
    """Top-level names that `source` imports and that cannot be found; [] if it does not parse."""
    if "import" not in source:
        return []
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    names = dict.fromkeys(name.partition(".")[0] for name in _imports(tree.body))
    return [name for name in names if _is_missing(name)]


def packages_for(names: Iterable[str], lock: dict[str, Any]) -> dict[str, str]:
    """Package by import name: from the lock's `imports`, else the name itself."""
    of_import = {
        imported.partition(".")[0]: entry["name"]
        for entry in lock.get("packages", {}).values()
        for imported in entry.get("imports", [])
    }
    return {name: of_import.get(name) or _KNOWN_NAMES.get(name, name) for name in names}


def _imports(nodes: Iterable[ast.AST]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if not node.level and node.module:
                yield node.module
        elif not (isinstance(node, ast.Try) and _expects_failure(node)):
            yield from _imports(ast.iter_child_nodes(node))


def _expects_failure(node: ast.Try) -> bool:
    caught = {
        name.id
        for handler in node.handlers
        if handler.type is not None
        for name in ast.walk(handler.type)
        if isinstance(name, ast.Name)
    }
    return bool(caught & _IMPORT_ERRORS) or any(handler.type is None for handler in node.handlers)


def _is_missing(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is None
    except (ImportError, ValueError):
        return False  # half imported, or without a spec: the import itself will tell
