"""Publishes versions of the built client, as a deployment does."""

import hashlib
import json
import shutil
from pathlib import Path

import wasm_runtime

BUILT = Path(wasm_runtime.__file__).parent / "client"


class PublishedClient:
    """A copy of the client in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(BUILT, folder)
        self._version: str = json.loads((folder / "client.json").read_text())["version"]

    def publish(self, title: str, *, broken: bool = False) -> None:
        """A new version whose page is called `title`; `broken` leaves its hash out of date."""
        index = self.folder / "index.html"
        before = index.read_bytes()
        after = before.replace(b"<title>Notebook</title>", f"<title>{title}</title>".encode())
        assert after != before
        index.write_bytes(after)
        changes = {self._version: hashlib.sha256(title.encode()).hexdigest()[:16]}
        if not broken:
            changes[_sha256(before)] = _sha256(after)
        worker = self.folder / "service-worker.js"
        text = worker.read_text()
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        worker.write_text(text)
        for changed in (index, worker):
            changed.with_name(changed.name + ".br").unlink(missing_ok=True)
        self._version = changes[self._version]


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
