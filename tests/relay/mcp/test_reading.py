"""What a model is shown of a notebook: enough, bounded, and nothing that it cannot read."""

import base64
import hashlib
import json

import pytest

from relay.mcp.bounded_text import BoundedText, bounded, plain_text
from relay.mcp.notebook_text import text_of
from relay.mcp.output_summary import Bounds, summary_of
from relay.mcp.resources import Resources
from tests.relay.mcp.agents import Desk, agent
from wasm_runtime.contracts.document import BLOB_KEY, Runtime, User
from wasm_runtime.ipynb import read_ipynb

pytestmark = pytest.mark.anyio

PNG = base64.b64encode(b"\x89PNG" + bytes(100_000)).decode()


def display(**data: object) -> dict[str, object]:
    bundle = {name.replace("_", "/"): value for name, value in data.items()}
    return {"output_type": "display_data", "data": bundle, "metadata": {}}


async def test_a_notebook_is_read_with_ids_hashes_and_outputs() -> None:
    desk = Desk("print('hi')", "1 / 0")
    desk.notebook.set_metadata("title", "Sales")
    printed, failed = desk.notebook.cells
    printed.append_stream("stdout", "\x1b[31mhi\x1b[0m\n")
    failed.append_output(
        {
            "output_type": "error",
            "ename": "ZeroDivisionError",
            "evalue": "division by zero",
            "traceback": ["\x1b[0;31mZeroDivisionError\x1b[0m: division by zero"],
        }
    )
    read = await desk.call("read_notebook")
    first, second = read["cells"]
    assert (read["title"], read["cell_count"], read["next_cell"]) == ("Sales", 2, None)
    assert (first["id"], first["source"], first["number"]) == ("c0", "print('hi')", 1)
    assert first["outputs"] == [{"type": "stdout", "text": "hi\n"}]
    assert second["outputs"] == [
        {
            "type": "error",
            "name": "ZeroDivisionError",
            "message": "division by zero",
            "traceback": "ZeroDivisionError: division by zero",
        }
    ]


async def test_a_long_notebook_is_read_in_parts_and_each_answer_is_bounded() -> None:
    desk = Desk(*["x" * 19_000] * 30)
    numbers: list[int] = []
    following: int | None = 1
    while following is not None:
        read = await desk.call("read_notebook", first=following)
        assert len(json.dumps(read)) < 250_000
        numbers += [cell["number"] for cell in read["cells"]]
        following = read["next_cell"]
    assert numbers == list(range(1, 31))


async def test_images_are_sent_when_they_are_asked_for_also_from_beside_the_document() -> None:
    desk = Desk("plot()")
    sha256 = hashlib.sha256(PNG.encode()).hexdigest()
    reference = {BLOB_KEY: {"sha256": sha256, "size": len(PNG), "encoding": "text"}}
    desk.notebook.cells[0].append_output(display(image_png=reference, text_plain="<Figure>"))
    async with desk.notebooks.open(desk.actor, "book") as opened:
        await opened.keep_blob(sha256, PNG.encode())
    without = await desk.result("read_cell", cell="c0")
    assert (without.images, without.value["outputs"][0]["text"]) == ((), "<Figure>")
    (image,) = (await desk.result("read_cell", cell="c0", images=True)).images
    assert (image.mime, image.base64) == ("image/png", PNG)


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output_type": "stream", "text": 3},
        {"output_type": "error", "traceback": "no list"},
        {"output_type": "display_data", "data": []},
        display(text_plain={BLOB_KEY: "no reference"}),
        display(image_png=7, application_json={"a": [1] * 10_000}),
        {"output_type": "future"},
    ],
)
def test_no_output_of_a_peer_is_a_defect_of_ours(output: dict[str, object]) -> None:
    assert len(json.dumps(summary_of([output], Bounds(images=2)).outputs)) < 5_000


def test_outputs_without_end_are_bounded() -> None:
    many = [{"output_type": "stream", "name": "stdout", "text": "x" * 10_000}] * 1000
    shown = summary_of(many, Bounds(characters=4_000)).outputs
    assert len(json.dumps(shown)) < 25_000


def test_text_keeps_its_beginning_and_its_end() -> None:
    whole = "".join(f"{number:05}" for number in range(1000))
    text = BoundedText(300)
    for start in range(0, len(whole), 7):
        text.add(whole[start : start + 7])
    assert str(text) == bounded(whole, 300)
    assert (str(text)[:5], str(text)[-5:], text.is_cut) == ("00000", "00999", True)
    assert "4700 characters left out" in str(text)


def test_orders_to_a_terminal_are_left_out() -> None:
    assert plain_text("a\x1b[1;31mb\x1b[0m\x1b]0;title\x07c\x1b[2Jd") == "abcd"


async def test_who_is_there_and_what_runs_the_notebook_is_told() -> None:
    from relay.mcp.notebooks import Present

    desk = Desk("1")
    ada = User(id="u-ada", name="Ada", color="#000000")
    runtime = Runtime(id="r1", kind="browser", user_id="u-ada", name="Ada's browser")
    async with desk.notebooks.open(desk.actor, "book") as opened:
        opened.met[7] = Present(user=ada, runtime=runtime)
    assert (await desk.call("read_notebook"))["runtime"] is None  # it is not the host
    desk.notebook.runs.host = "r1"
    read = await desk.call("read_notebook")
    assert read["runtime"] == {"kind": "browser", "name": "Ada's browser"}
    assert read["people"] == ["Ada"]


async def test_a_notebook_is_a_resource_as_a_file_and_as_text() -> None:
    desk = Desk("```x```", "print(1)")
    desk.notebook.cells[1].append_stream("stdout", "````\n")
    resources = Resources(desk.notebooks)
    listed = [each.uri for each in await resources.list(desk.actor)]
    assert {"wasm-runtime://notebooks/book.ipynb", "wasm-runtime://docs/mcp.md"} <= set(listed)
    file = await resources.read(desk.actor, "wasm-runtime://notebooks/book.ipynb")
    assert [cell.source for cell in read_ipynb(file.text).cells] == desk.sources
    async with desk.notebooks.open(desk.actor, "book") as opened:
        text = text_of(opened)
    assert (await resources.read(desk.actor, "wasm-runtime://notebooks/book.txt")).text == text
    assert "````python\n```x```\n````" in text  # a fence that what is inside cannot end


@pytest.mark.parametrize(
    "uri",
    [
        "wasm-runtime://docs/../security.md",
        "wasm-runtime://docs/security.md",
        "file:///etc/passwd",
        "wasm-runtime://notebooks/../../x.txt",
        "wasm-runtime://notebooks/other.txt",
    ],
)
async def test_no_other_address_is_a_resource(uri: str) -> None:
    desk = Desk("1")
    with pytest.raises(Exception, match=r"no resource|no document"):
        await Resources(desk.notebooks).read(desk.actor, uri)


async def test_who_may_not_read_reads_no_notebook_by_its_address() -> None:
    desk = Desk("1")
    with pytest.raises(Exception, match="mcp:read"):
        await Resources(desk.notebooks).read(agent("mcp:run"), "wasm-runtime://notebooks/book.txt")
