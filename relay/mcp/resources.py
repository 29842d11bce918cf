"""What an agent can read by an address: notebooks as files, and our own docs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relay.auth.actor import Actor
from relay.errors import TooLarge
from wasm_runtime.blobs import BlobsInMemory, blob_reference
from wasm_runtime.ipynb import write_ipynb

from .errors import NoSuchResource, ScopeMissing
from .notebook_text import text_of
from .notebooks import Notebooks, OpenNotebook

SCHEME = "wasm-runtime"
DOCS = ("mcp", "headless", "data", "tables", "environments", "network")
"""Those that help an agent; people read the others."""
MAX_CHARACTERS = 8 * 1024 * 1024
_NOTEBOOK = re.compile(rf"{SCHEME}://notebooks/(?P<id>[A-Za-z0-9_-]{{1,128}})\.(?P<kind>ipynb|txt)")
_DOC = re.compile(rf"{SCHEME}://docs/(?P<name>[a-z-]{{1,40}})\.md")
IPYNB_TYPE = "application/x-ipynb+json"
TEMPLATES = {
    f"{SCHEME}://notebooks/{{id}}.txt": ("A notebook as text", "text/markdown"),
    f"{SCHEME}://notebooks/{{id}}.ipynb": ("A notebook as a file of Jupyter's", IPYNB_TYPE),
}


@dataclass(frozen=True, kw_only=True)
class Listed:
    uri: str
    title: str
    mime: str


@dataclass(frozen=True, kw_only=True)
class Content:
    uri: str
    mime: str
    text: str


class Resources:
    """`notebooks` is None where there are none."""

    def __init__(self, notebooks: Notebooks | None, docs: Path | None = None) -> None:
        self._notebooks = notebooks
        self._docs = docs or docs_folder()

    async def list(self, actor: Actor) -> Sequence[Listed]:
        listed = [
            Listed(uri=f"{SCHEME}://docs/{name}.md", title=_heading(text), mime="text/markdown")
            for name in DOCS
            if (text := self._doc(name)) is not None
        ]
        if self._notebooks is not None and _may_read(actor):
            for entry in await self._notebooks.list(actor):
                title = entry.title or "Untitled notebook"
                address = f"{SCHEME}://notebooks/{entry.id}"
                listed += [
                    Listed(uri=f"{address}.txt", title=title, mime="text/markdown"),
                    Listed(uri=f"{address}.ipynb", title=title, mime=IPYNB_TYPE),
                ]
        return listed

    def notebook_of(self, uri: str) -> str | None:
        """The id of the notebook that an address is of."""
        found = _NOTEBOOK.fullmatch(uri)
        return found["id"] if found else None

    async def read(self, actor: Actor, uri: str) -> Content:
        """Raises NoSuchResource, ScopeMissing, NotFound and TooLarge."""
        if found := _DOC.fullmatch(uri):
            text = self._doc(found["name"]) if found["name"] in DOCS else None
            if text is not None:
                return Content(uri=uri, mime="text/markdown", text=text)
        found = _NOTEBOOK.fullmatch(uri)
        if found is None or self._notebooks is None:
            raise NoSuchResource(f"There is no resource {uri[:200]!r}.")
        if not _may_read(actor):
            raise ScopeMissing("Reading notebooks needs a token with the scope mcp:read.")
        async with self._notebooks.open(actor, found["id"]) as opened:
            if found["kind"] == "txt":
                return Content(uri=uri, mime="text/markdown", text=text_of(opened))
            return Content(uri=uri, mime=IPYNB_TYPE, text=await _ipynb(opened))

    def _doc(self, name: str) -> str | None:
        path = self._docs / f"{name}.md"
        return path.read_text(encoding="utf-8") if path.is_file() else None


def docs_folder() -> Path:
    """Those that the package carries, or this checkout's."""
    carried = Path(__file__).with_name("docs")
    return carried if carried.is_dir() else Path(__file__).parents[2] / "docs"


async def _ipynb(opened: OpenNotebook) -> str:
    """Raises TooLarge and BlobMissing."""
    notebook = opened.notebook
    contents: dict[str, bytes] = {}
    room = MAX_CHARACTERS
    for value in (value for cell in notebook.cells for value in _values(cell.outputs)):
        reference = blob_reference(value)
        if reference is None or reference.sha256 in contents:
            continue
        room -= reference.size
        if room < 0:
            raise _too_large()
        content = await opened.blob(reference.sha256)
        if content is not None:
            contents[reference.sha256] = content
    text = write_ipynb(notebook, BlobsInMemory(contents))
    if len(text) > MAX_CHARACTERS:
        raise _too_large()
    return text


def _values(outputs: Sequence[dict[str, Any]]) -> list[Any]:
    bundles = (output.get("data") for output in outputs)
    return [value for data in bundles if isinstance(data, dict) for value in data.values()]


def _too_large() -> TooLarge:
    return TooLarge(
        f"The notebook is larger than {MAX_CHARACTERS} characters.",
        hint="Read it as .txt, or cell by cell with read_notebook and read_cell.",
    )


def _may_read(actor: Actor) -> bool:
    return actor.grant is not None and "mcp:read" in actor.grant.scopes


def _heading(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ").strip()
