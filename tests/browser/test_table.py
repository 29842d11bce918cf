"""An interactive table whose rows are in a kernel: real comms, the real page."""

from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from tests.browser.notebook_page import NotebookPage

# The kernel's end of the table's comm, for rows that are computed from their number.
MILLION_ROWS = """
import comm
from IPython.display import display

ROWS = 1_000_000
KINDS = {"id": "integer", "name": "text", "amount": "number"}

def row(number):
    return [number, f"name {number}", None if number % 10 == 0 else number / 4]

def answer_on(channel, opened):
    def asked(message):
        request = message["content"]["data"]
        first, limit = request["offset"], request["limit"]
        rows = [row(number) for number in range(first, min(first + limit, ROWS))]
        channel.send({"kind": "table_window", "request_id": request["request_id"],
                      "offset": first, "rows": rows, "total": ROWS})
    channel.on_msg(asked)

comm.get_comm_manager().register_target("wasm_runtime.table", answer_on)
display({
    "application/vnd.wasm-runtime.table+json": {
        "table_id": "numbers",
        "columns": [{"name": n, "kind": k, "type": k} for n, k in KINDS.items()],
        "rows": ROWS,
        "preview": [row(number) for number in range(100)],
        "variable": "numbers",
    },
    "text/html": "<table><tr><td>the first rows as HTML</td></tr></table>",
    "text/plain": "the first rows as text",
}, raw=True)
"""


def test_a_million_rows_come_from_the_kernel_while_they_are_scrolled(
    notebook: NotebookPage, context: BrowserContext
) -> None:
    notebook.open(MILLION_ROWS)
    notebook.run(0)
    page = notebook.page
    grid = page.get_by_role("grid", name="Table numbers")
    expect(grid).to_have_attribute("aria-rowcount", "1000001")
    grid.focus()
    notebook.press("Control+End")
    expect(grid.get_by_role("gridcell", name="249999.75")).to_be_visible()
    # Letters are the notebook's commands elsewhere in a cell, and would remove it.
    notebook.press("d", "d")
    expect(notebook.cells).to_have_count(1)
    grid.evaluate("grid => { grid.scrollTop = (grid.scrollHeight - grid.clientHeight) / 2 }")
    expect(grid.get_by_role("gridcell", name="name 500000", exact=True)).to_be_visible()

    # A web page holds the HTML beside it.
    with page.expect_download() as download:
        notebook.command("Download as web page (.html)")
    exported = context.new_page()
    exported.set_content(Path(download.value.path()).read_text(encoding="utf-8"))
    expect(exported.get_by_role("cell", name="the first rows as HTML")).to_be_visible()
    exported.close()

    # Once the kernel was restarted nobody has the rows; the document has the first ones.
    notebook.select(0)
    notebook.press("0", "0")
    dialog = page.get_by_role("dialog", name="Restart the kernel?")
    dialog.get_by_role("button", name="Restart").click()
    expect(
        page.get_by_text("The first 100 of 1,000,000 rows. Run the cell to see all.")
    ).to_be_visible()
    expect(grid).to_have_attribute("aria-rowcount", "101")


def test_rows_that_wait_for_a_running_cell_say_so_and_come(notebook: NotebookPage) -> None:
    notebook.open(MILLION_ROWS, "print('started')\nwhile True: pass")
    notebook.run(0)
    notebook.start(1)
    notebook.printed(1, "started")
    page = notebook.page
    grid = page.get_by_role("grid", name="Table numbers")
    grid.evaluate("grid => { grid.scrollTop = (grid.scrollHeight - grid.clientHeight) / 2 }")
    busy = page.get_by_text(
        "Python is running a cell: what is missing here comes when that is done."
    )
    expect(busy).to_be_visible()
    notebook.button("Stop").click()
    expect(grid.get_by_role("gridcell", name="name 500000", exact=True)).to_be_visible()
    expect(busy).to_have_count(0)
