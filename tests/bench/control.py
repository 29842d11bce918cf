"""Serves plain Pyodide for comparison: stock files, stock wheels, cached for ever like ours."""

import http.server
import io
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import brotli

HERE = Path(__file__).parent


class _Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".whl": "application/octet-stream",
    }
    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: Any, is_compressed: bool, **options: Any) -> None:
        self._is_compressed = is_compressed
        super().__init__(*arguments, **options)

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        packed = Path(self.translate_path(self.path + ".br"))
        if not self._is_compressed or not packed.is_file():
            return super().send_head()
        body = packed.read_bytes()
        self.send_response(200)
        self.send_header("content-type", self.guess_type(self.path))
        self.send_header("content-encoding", "br")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def end_headers(self) -> None:
        lasting = self.path.startswith("/pyodide/")
        self.send_header("cache-control", "public, max-age=31536000" if lasting else "no-cache")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet: a benchmark's table is all it prints."""


def lay_out(folder: Path, pyodide: Path, lock: Path, wheels: Mapping[str, Path]) -> None:
    """Fill `folder` with the control's pages, Pyodide, and the wheels under their own names."""
    shutil.copytree(HERE / "plain", folder, dirs_exist_ok=True)
    shutil.copytree(pyodide, folder / "pyodide", dirs_exist_ok=True)
    # The lock of the release that the compiled wheels come from: same ABI, and its hashes fit them.
    shutil.copy(lock, folder / "pyodide" / "pyodide-lock.json")
    for name, stored in wheels.items():
        shutil.copy(stored, folder / "pyodide" / name)


def compress(folder: Path) -> None:
    """Compress what a CDN would: Pyodide's scripts and WebAssembly; wheels are archives already."""
    for path in (folder / "pyodide").iterdir():
        if path.suffix in (".mjs", ".wasm", ".json"):
            packed = brotli.compress(path.read_bytes(), quality=5)
            path.with_name(path.name + ".br").write_bytes(packed)


@contextmanager
def serve(folder: Path, *, is_compressed: bool = False) -> Iterator[str]:
    """Yields the address of a page with `window.run(code, packages)`."""
    handler = partial(_Handler, directory=folder, is_compressed=is_compressed)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
