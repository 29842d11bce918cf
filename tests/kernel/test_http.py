"""HTTP of Python's libraries, carried out by the host."""

from collections.abc import Callable

import pytest

from wasm_runtime.kernel.host import HttpRequest, HttpResponse
from wasm_runtime.kernel.http_client import parse_request
from wasm_runtime.kernel.http_fetch import longest

from .conftest import Notebook
from .seen import seen
from .test_waiting import nested_loop

URL = "https://example.org/a.csv"


def answer(notebook: Notebook, body: bytes, status: int = 200) -> None:
    notebook.host.responses[URL] = HttpResponse(
        status=status,
        reason="OK" if status == 200 else "Not Found",
        url=URL,
        headers=[["content-type", "text/csv"], ["content-encoding", "gzip"]],
        body=body,
    )


@nested_loop
def test_urllib_reads_what_the_host_fetched(notebook: Notebook) -> None:
    answer(notebook, b"a,b\n")
    source = f"from urllib.request import urlopen\nprint(urlopen({URL!r}).read())"
    assert seen(notebook.run(source))[0] == ("stdout", "b'a,b\\n'\n")
    assert notebook.host.requests == [HttpRequest(method="GET", url=URL)]


@nested_loop
def test_a_posted_body_and_headers_arrive(notebook: Notebook) -> None:
    answer(notebook, b"")
    notebook.run(
        "from urllib.request import Request, urlopen\n"
        f"urlopen(Request({URL!r}, data=b'x', headers={{'X-A': '1'}}));"
    )
    [request] = notebook.host.requests
    assert (request.method, request.body) == ("POST", b"x")
    assert ["X-A", "1"] in request.headers


@nested_loop
def test_pandas_reads_from_a_url(notebook: Notebook) -> None:
    answer(notebook, b"a,b\n1,2\n")
    source = f"import pandas\nint(pandas.read_csv({URL!r}).b[0])"
    # The response says gzip, but the browser has unpacked it: pandas must not try again.
    assert seen(notebook.run(source))[0][1] == {"text/plain": "2"}


@nested_loop
def test_a_status_that_is_an_error_stays_one(notebook: Notebook) -> None:
    answer(notebook, b"", status=404)
    source = f"from urllib.request import urlopen\nurlopen({URL!r})"
    assert seen(notebook.run(source))[0] == ("error", "HTTPError", "HTTP Error 404: Not Found")


@nested_loop
def test_a_refused_request_says_why(notebook: Notebook) -> None:
    source = "from urllib.request import urlopen\nurlopen('https://other.org/')"
    error = notebook.run(source)[1]
    assert "https://other.org/ is not allowed" in error.evalue


@nested_loop
def test_the_time_a_library_allows_goes_with_the_request(notebook: Notebook) -> None:
    answer(notebook, b"")
    notebook.run(
        f"from urllib.request import urlopen\nurlopen({URL!r})\nurlopen({URL!r}, timeout=2.5);"
    )
    assert [request.timeout_seconds for request in notebook.host.requests] == [None, 2.5]


@pytest.mark.parametrize(
    ("limits", "longest_of_them"),
    [((3.05, 27), 27), ((None, 4), 4), ((None, None), None), ((0.0,), None), ((object(), 1), 1)],
)
def test_a_server_may_be_silent_for_the_longest_of_a_librarys_limits(
    limits: tuple[object, ...], longest_of_them: float | None
) -> None:
    assert longest(*limits) == longest_of_them


def test_without_stack_switching_the_error_names_the_way_that_works(
    make_notebook: Callable[..., Notebook],
) -> None:
    error = make_notebook(blocks=False).run(
        f"from urllib.request import urlopen\nurlopen({URL!r})"
    )[1]
    assert "hint: from pyodide.http import pyfetch" in error.evalue


def test_a_chunked_body_is_joined() -> None:
    sent = (
        b"POST /x HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    method, url, _, body = parse_request(sent, "https")
    assert (method, url, body) == ("POST", "https://example.org/x", b"abcde")
