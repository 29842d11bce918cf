"""A folder that any static host can serve: the page, environments and notebooks.

Hosts that cannot send headers need not: the page's service worker adds them.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from wasm_runtime.contracts import codec
from wasm_runtime.contracts.environments import Environment, EnvironmentList
from wasm_runtime.contracts.relay_api import ENVIRONMENTS_PATH, STORE_PATH
from wasm_runtime.environments.cache import Cache
from wasm_runtime.errors import ClientMissing, UsageError
from wasm_runtime.ipynb import read_ipynb

_MARKER = "wasm-runtime-site.json"
"""Written into an exported folder, so that a second export may replace it and nothing else."""
_NOT_FOR_BROWSERS = (
    *("headless.js", "headless.js.br", "snapshot-maker.js", "snapshot-maker.js.br"),
    "pyodide",
)


def export_site(
    target: Path,
    client: Path,
    cache: Cache,
    environments: Sequence[Environment],
    notebooks: Sequence[Path],
) -> list[str]:
    """Write the site; returns its pages. Raises UsageError, ClientMissing."""
    if not (client / "index.html").is_file():
        raise ClientMissing(f"The page is not built: {client} has no index.html.")
    if target.exists() and any(target.iterdir()) and not (target / _MARKER).is_file():
        raise UsageError(
            f"{target} holds files that are not an exported site.",
            hint="Name an empty folder: an export replaces what is in it.",
        )
    for notebook in notebooks:
        read_ipynb(_text(notebook))
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(
        client, target, ignore=shutil.ignore_patterns(*_NOT_FOR_BROWSERS), copy_function=shutil.copy
    )
    _write_environments(target, cache, environments)
    pages = ["index.html"]
    for notebook in notebooks:
        (target / "notebooks").mkdir(exist_ok=True)
        shutil.copy(notebook, target / "notebooks" / notebook.name)
        pages.append(f"index.html?url={quote(f'notebooks/{notebook.name}')}")
    (target / _MARKER).write_text(json.dumps({"pages": pages}) + "\n", encoding="utf-8")
    return pages


def _write_environments(target: Path, cache: Cache, environments: Sequence[Environment]) -> None:
    listed = EnvironmentList(environments=list(environments))
    (target / ENVIRONMENTS_PATH).write_text(json.dumps(codec.encode(listed)), encoding="utf-8")
    (target / "environments").mkdir(exist_ok=True)
    for environment in environments:
        page = target / "environments" / f"{environment.name}.json"
        page.write_text(json.dumps(codec.encode(environment)), encoding="utf-8")
        for file in environment.all_files():
            place = target / STORE_PATH / file.sha256 / file.name
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(cache.store.path(file.sha256), place)


def _text(notebook: Path) -> str:
    try:
        return notebook.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read {notebook}: {error}") from error
