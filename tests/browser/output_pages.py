"""Builds and serves the page that shows nothing but outputs, and remembers every request."""

import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copytree

from wasm_runtime.contracts.page_security import (
    APP_CONTENT_SECURITY_POLICY,
    FRAME_CONTENT_SECURITY_POLICY,
)

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
HARNESS = Path(__file__).parent / "harness"
ESBUILD = STATIC / "node_modules/.bin/esbuild"
BUNDLE = ["--bundle", "--target=es2023", "--log-level=warning"]


def build_output_page(folder: Path) -> None:
    """Writes the harness, the output frame and its libraries into `folder`."""
    entry = HARNESS / "outputs.ts"
    page = ["--format=esm", "--splitting", "--loader:.css=file", f"--outdir={folder}"]
    _esbuild(str(entry), *BUNDLE, *page)
    script = _esbuild("src/outputs/frame/entry.ts", *BUNDLE, "--format=iife").replace(
        "</script", "<\\/script"
    )
    frame = (
        (STATIC / "frames/output.html")
        .read_text()
        .replace("<!-- script -->", f"<script>{script}</script>")
    )
    (folder / "frames").mkdir()
    (folder / "frames/output.html").write_text(frame)
    (folder / "index.html").write_text((HARNESS / "outputs.html").read_text())
    copytree(STATIC / "node_modules/katex/dist/fonts", folder / "fonts")
    plotly = STATIC / "node_modules/plotly.js-dist-min/plotly.min.js"
    (folder / "plotly.js").symlink_to(plotly)
    vega = 'export { default as embed } from "vega-embed";'
    bundle = _esbuild(
        *BUNDLE, "--format=iife", "--minify", "--global-name=vegaEmbedBundle", stdin=vega
    )
    (folder / "vega.js").write_text(bundle)


def _esbuild(*arguments: str, stdin: str | None = None) -> str:
    done = subprocess.run(
        [ESBUILD, *arguments], cwd=STATIC, input=stdin, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


class OutputPages:
    """A server on a free port; the policies can be left out, to see what holds without."""

    def __init__(self, folder: Path, *, app_policy: bool = True, frame_policy: bool = True) -> None:
        self.paths: list[str] = []
        policies = {
            "/frames/": FRAME_CONTENT_SECURITY_POLICY if frame_policy else None,
            "/": APP_CONTENT_SECURITY_POLICY if app_policy else None,
        }
        handler = partial(_Handler, self.paths, policies, directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def requests_for(self, prefix: str) -> list[str]:
        return [path for path in self.paths if path.startswith(prefix)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(
        self, paths: list[str], policies: dict[str, str | None], *args: object, **options: object
    ) -> None:
        self._paths = paths
        self._policies = policies
        super().__init__(*args, **options)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._paths.append(self.path)
        super().do_GET()

    def do_POST(self) -> None:
        self._paths.append(self.path)
        self.send_error(405)

    def end_headers(self) -> None:
        policy = self._policies["/frames/" if self.path.startswith("/frames/") else "/"]
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the tests read `paths`."""
