"""Bodies that Python's libraries read as they come, carried out by the host."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from wasm_runtime.contracts.worker import CloseHttp
from wasm_runtime.kernel.host import HttpRefused, HttpResponse, HttpTimeout

from .conftest import Notebook
from .seen import seen
from .test_waiting import nested_loop

URL = "https://example.org/events"
LISTEN = f"""
import httpx2
with httpx2.stream("GET", {URL!r}) as response:
    for part in response.iter_raw():
        print(part)
"""
LISTEN_ASYNC = f"""
import httpx2
async with httpx2.AsyncClient() as client, client.stream("GET", {URL!r}) as response:
    async for part in response.aiter_raw():
        print(part)
"""


@pytest.fixture(autouse=True)
def imported_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a kernel, which is there before the library is."""
    for name in [name for name in sys.modules if name.split(".")[0] == "httpx2"]:
        monkeypatch.delitem(sys.modules, name)


def begin(notebook: Notebook, *parts: Any) -> None:
    """The first part comes with the head, the others when they are asked for."""
    first, *notebook.host.parts = parts
    notebook.host.responses[URL] = HttpResponse(
        status=200, reason="OK", url=URL, headers=[], body=first, is_last=not notebook.host.parts
    )


def closed(messages: list[Any]) -> list[str]:
    return [message.stream_id for message in messages if isinstance(message, CloseHttp)]


@nested_loop
@pytest.mark.parametrize("source", [LISTEN, LISTEN_ASYNC])
def test_a_body_is_read_as_it_comes(notebook: Notebook, source: str) -> None:
    begin(notebook, b"one", b"two", b"three")
    messages = notebook.run(source)
    assert seen(messages)[0] == ("stdout", "b'one'\nb'two'\nb'three'\n")
    [request] = notebook.host.requests
    assert request.stream_id
    assert closed(messages) == []


@nested_loop
def test_a_body_that_came_whole_is_not_asked_for_again(notebook: Notebook) -> None:
    begin(notebook, b"whole")
    messages = notebook.run(f"import httpx2\nhttpx2.get({URL!r}).text")
    assert seen(messages)[0][1] == {"text/plain": "'whole'"}


@nested_loop
@pytest.mark.parametrize("source", [LISTEN, LISTEN_ASYNC])
def test_who_leaves_in_the_middle_ends_the_request(notebook: Notebook, source: str) -> None:
    begin(notebook, b"one", b"two")
    messages = notebook.run(source.replace("print(part)", "break"))
    assert closed(messages) == [notebook.host.requests[0].stream_id]


@nested_loop
def test_stop_in_the_middle_ends_the_request(notebook: Notebook) -> None:
    begin(notebook, b"one", None)
    notebook.host.on_post = lambda message: (
        notebook.kernel.interrupt() if getattr(message, "text", "") == "b'one'\n" else None
    )
    messages = notebook.run(LISTEN)
    assert closed(messages) == [notebook.host.requests[0].stream_id]
    assert messages[-1].status == "interrupted"


@nested_loop
@pytest.mark.parametrize(
    ("failure", "name"),
    [(HttpRefused("it was cut"), "ReadError"), (HttpTimeout("silent"), "ReadTimeout")],
)
def test_a_body_that_does_not_come_whole_is_an_error(
    notebook: Notebook, failure: HttpRefused, name: str
) -> None:
    begin(notebook, b"one", failure)
    found = seen(notebook.run(LISTEN))
    assert ("error", name, str(failure)) in found


def test_a_body_is_read_where_the_worker_itself_waits(
    make_notebook: Callable[..., Notebook],
) -> None:
    notebook = make_notebook(blocks=False, shared=True)
    begin(notebook, b"one", b"two")
    assert seen(notebook.run(LISTEN))[0] == ("stdout", "b'one'\nb'two'\n")
