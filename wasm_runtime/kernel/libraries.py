"""What single libraries need to work in the page, done when they are imported."""

import importlib
import importlib.util
import io
import json
import re
import types
import warnings
from http.client import HTTPException
from typing import Any

from .host import HttpRefused, HttpTimeout
from .http_fetch import HttpFetch, longest
from .httpx_transport import httpx
from .on_import import AfterImport

_DEFAULT_PORT = re.compile(r"^(https://[^/]+):443(?=/|$)|^(http://[^/]+):80(?=/|$)")


def install_libraries(fetch: HttpFetch) -> None:
    """Watch for the imports of the libraries below."""
    AfterImport(
        {
            "altair": _altair_sends_json,
            "fsspec.registry": fsspec_knows_storages,
            "pyodide.http": lambda module: _open_url(module, fetch),
            "micropip._compat._compat_in_pyodide": _micropip_checks_answers,
            "plotly.io._renderers": _plotly_needs_no_nbformat,
            "tqdm.std": _tqdm_without_monitor,
            "tqdm.notebook": _tqdm_without_widgets,
            "urllib3.contrib.emscripten.connection": lambda module: _urllib3(module, fetch),
            # Pyodide's build has a transport of its own in the place of the stock one.
            "httpx._transports.default": httpx(fetch, "httpx", "HTTPTransport"),
            "httpx._transports.jsfetch": httpx(fetch, "httpx", "JavascriptFetchTransport"),
            # Its successor, which the libraries of AI providers use.
            "httpx2._transports.default": httpx(fetch, "httpx2", "HTTPTransport"),
            "httpx2_jsfetch": httpx(fetch, "httpx2", "JavascriptFetchTransport"),
        }
    ).install()


def _altair_sends_json(altair: Any) -> None:
    # Its default renderer is a web page that loads its scripts from the network.
    altair.renderers.enable("mimetype")


def fsspec_knows_storages(registry: Any) -> None:
    """Let `storage://` be a file system, which is loaded when it is asked for."""
    path = "wasm_runtime.kernel.storage.file_system.StorageFileSystem"
    registry.register_implementation("storage", path, clobber=True)


def _micropip_checks_answers(compat: Any) -> None:
    # Its own takes the text of an error for the wheel: "File is not a zip file".
    stock = compat.CompatibilityInPyodide.fetch_bytes

    async def fetch_bytes(url: str, options: dict[str, str]) -> bytes:
        if not url.startswith(("http:", "https:")):
            return bytes(await stock(url, options))
        response = await compat.pyfetch(url, **options)
        body = bytes(await response.bytes())
        if not response.ok:
            raise HttpRefused(_reason(body) or f"{url} answered with status {response.status}")
        return body

    compat.CompatibilityInPyodide.fetch_bytes = staticmethod(fetch_bytes)


def _reason(body: bytes) -> str:
    """What a relay says of its error; "" for any other server's."""
    try:
        said = json.loads(body)
        return f"{said['message']}  hint: {said['hint']}"
    except (ValueError, KeyError, TypeError):
        return ""


def _plotly_needs_no_nbformat(renderers: Any) -> None:
    # Only its version is looked at, to warn of Jupyter servers older than 2018.
    if not renderers.nbformat:
        renderers.nbformat = types.SimpleNamespace(__version__="5.10.0")


def _tqdm_without_monitor(std: Any) -> None:
    # The monitor is a thread, and there are none.
    std.tqdm.monitor_interval = 0
    # The text bar is meant here; advice to install widgets would come with every bar.
    warnings.filterwarnings("ignore", message="IProgress not found")


def _tqdm_without_widgets(notebook: Any) -> None:
    if importlib.util.find_spec("ipywidgets") is None:
        from tqdm.std import tqdm, trange

        notebook.tqdm = notebook.tqdm_notebook = tqdm
        notebook.trange = notebook.tnrange = trange


def _open_url(http: Any, fetch: HttpFetch) -> None:
    # Its own sends a synchronous XMLHttpRequest, which the kernel's frame refuses.
    def open_url(url: str) -> io.StringIO:
        return io.StringIO(fetch.fetch("GET", url, [], None).body.decode())

    http.open_url = open_url


def _urllib3(connection: Any, fetch: HttpFetch) -> None:
    from urllib3.contrib.emscripten.response import EmscriptenResponse

    def send_request(request: Any) -> Any:
        # urllib3 names the port always; a page's policy and a person know the plain address.
        url = _DEFAULT_PORT.sub(r"\1\2", request.url)
        headers = list(request.headers.items())
        try:
            found = fetch.fetch(
                request.method, url, headers, _body(request.body), longest(request.timeout)
            )
        except HttpTimeout:
            raise
        except HttpRefused as error:
            raise HTTPException(str(error)) from error
        decoded = {name: value for name, value in found.headers if name != "content-encoding"}
        return EmscriptenResponse(
            status_code=found.status, headers=decoded, body=found.body, request=request
        )

    connection.send_request = send_request
    connection.send_streaming_request = lambda request: None
    _urllib3_limits(importlib.import_module("urllib3.connectionpool"))


def _urllib3_limits(connectionpool: Any) -> None:
    # Its own looks at the time to connect alone, and its error names no pool: requests would
    # not know it for a timeout.
    pool = connectionpool.HTTPConnectionPool
    stock = pool._make_request

    def make_request(
        self: Any, conn: Any, method: str, url: str, *rest: Any, **options: Any
    ) -> Any:
        asked = self._get_timeout(options.pop("timeout", self.timeout))
        limit = longest(asked.connect_timeout, asked._read)
        if longest(asked.total) is not None:
            limit = min(asked.total, limit or asked.total)
        options["timeout"] = connectionpool.Timeout(connect=limit, read=limit)
        try:
            return stock(self, conn, method, url, *rest, **options)
        except HttpTimeout as error:
            raise connectionpool.ReadTimeoutError(self, url, str(error)) from error

    pool._make_request = make_request


def _body(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        return bytes(body.read())
    return b"".join(part.encode() if isinstance(part, str) else part for part in body)
