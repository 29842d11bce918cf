"""The interactive table, with a kernel's end of its comm played in the page."""

# ruff: noqa: E501 -- scripts for the page stay on the lines they were written on.

from playwright.sync_api import Locator, Page, expect

from tests.browser.outputs.harness import display, wait

TABLE_TYPE = "application/vnd.wasm-runtime.table+json"

# Drags the scroll bar from the top to the bottom, a step a frame, and looks at each frame.
SCROLL_TO_END = """async (grid, frames) => {
  const seen = { frames: 0, turns: 0, longest: 0, elements: 0, firstRows: new Set() };
  const turns = new MessageChannel();
  turns.port1.onmessage = () => { seen.turns++; if (seen.frames < frames) setTimeout(() => turns.port2.postMessage(0)); };
  turns.port2.postMessage(0);
  let last = performance.now();
  while (seen.frames < frames) {
    seen.frames++;
    grid.scrollTop = (grid.scrollHeight * seen.frames) / frames;
    await new Promise(requestAnimationFrame);
    seen.longest = Math.max(seen.longest, performance.now() - last);
    last = performance.now();
    seen.elements = Math.max(seen.elements, grid.querySelectorAll("*").length);
    seen.firstRows.add(grid.querySelector(".grid-body [aria-rowindex]").ariaRowIndex);
  }
  return { ...seen, firstRows: seen.firstRows.size };
}"""


def _table(page: Page, rows: int, **context: object) -> Locator:
    page.evaluate(
        "([rows, context]) => { window.kernel = harness.table(rows, context) }", [rows, context]
    )
    grid = page.get_by_role("grid", name="Table sales")
    expect(grid).to_be_visible()
    return grid


def _requests(page: Page, kind: str) -> list[dict[str, object]]:
    asked: list[dict[str, object]] = page.evaluate("kernel.asked")
    return [request for request in asked if request["kind"] == kind]


def _header(page: Page, name: str) -> Locator:
    return page.get_by_role("columnheader", name=name)


def test_a_million_rows_scroll_to_their_end_while_the_page_stays_responsive(outputs: Page) -> None:
    grid = _table(outputs, 1_000_000)
    expect(grid).to_have_attribute("aria-rowcount", "1000001")
    seen = grid.evaluate(SCROLL_TO_END, 120)
    expect(grid.get_by_role("rowheader", name="1,000,000", exact=True)).to_be_visible()
    expect(grid.get_by_role("gridcell", name="note 999998")).to_be_visible()
    # Every frame showed other rows, tasks of the page ran between them, and the page held a few rows only.
    assert seen["firstRows"] > 100
    assert seen["turns"] > 30
    assert seen["longest"] < 1000
    assert seen["elements"] < 500
    # What was scrolled past is not asked for: 120 places would be 120 windows and more.
    windows = _requests(outputs, "ask_window")
    assert 0 < len(windows) < 100
    assert all(window["limit"] <= 1000 for window in windows)  # type: ignore[operator]


def test_keys_walk_the_cells_and_the_focus_stays(outputs: Page) -> None:
    grid = _table(outputs, 1_000_000)
    grid.focus()
    active = grid.locator("#active-cell")
    for key, text in [
        ("ArrowRight", "Lisbon"),
        ("ArrowDown", "Oslo"),
        ("End", r"\x01"),
        ("Control+End", r"\x3f"),
        ("Home", "999999"),
        ("PageUp", "999986"),
        ("Control+Home", "0"),
    ]:
        outputs.keyboard.press(key)
        expect(active).to_have_text(text)
        expect(active).to_be_in_viewport()
    expect(grid).to_be_focused()
    expect(grid).to_have_attribute("aria-activedescendant", "active-cell")


def test_enter_opens_the_whole_text_and_escape_goes_back(outputs: Page) -> None:
    grid = _table(outputs, 1000)
    grid.get_by_role("gridcell", name="first line").first.click()
    outputs.keyboard.press("Enter")
    panel = outputs.get_by_role("dialog", name="note, row 8")
    expect(panel.locator("pre")).to_have_text("first line\nsecond\tline of 7", use_inner_text=True)
    outputs.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(grid).to_be_focused()


def test_a_missing_value_differs_from_the_text_null(outputs: Page) -> None:
    grid = _table(outputs, 1000)
    text = grid.get_by_role("gridcell", name="null", exact=True).first
    missing = grid.get_by_role("gridcell", name="missing", exact=True).first
    expect(text).to_have_css("font-style", "normal")
    expect(missing).to_have_css("font-style", "italic")
    expect(missing).to_have_text("null")


def test_a_header_sorts_by_pointer_and_by_key(outputs: Page) -> None:
    grid = _table(outputs, 1_000_000)
    _header(outputs, "id, int64").click()
    expect(_header(outputs, "id, int64")).to_have_attribute("aria-sort", "ascending")
    outputs.keyboard.press("Enter")
    expect(_header(outputs, "id, int64")).to_have_attribute("aria-sort", "descending")
    expect(grid.get_by_role("gridcell", name="note 999998")).to_be_visible()
    outputs.keyboard.press("ArrowRight")
    outputs.keyboard.press("Shift+Enter")
    expect(_header(outputs, "city, object")).to_have_attribute("aria-sort", "ascending")
    wait(outputs, "kernel.asked.at(-1).sort.length === 2")
    assert _requests(outputs, "ask_window")[-1]["sort"] == [
        {"column": 0, "descending": True},
        {"column": 1, "descending": False},
    ]


def test_a_filter_keeps_the_rows_that_pass_and_can_be_taken_away(outputs: Page) -> None:
    grid = _table(outputs, 1_000_000)
    _header(outputs, "city, object").click()
    outputs.keyboard.press("F2")
    panel = outputs.get_by_role("dialog", name="Column city")
    panel.get_by_label("Show rows where it").select_option("equals")
    panel.get_by_label("Value", exact=True).fill("Oslo")
    outputs.keyboard.press("Enter")
    expect(panel).to_be_hidden()
    expect(outputs.get_by_text("166,667 of 1,000,000 rows")).to_be_visible()
    expect(grid).to_have_attribute("aria-rowcount", "166668")
    outputs.get_by_role("button", name="Remove filter: city is “Oslo”").click()
    expect(grid).to_have_attribute("aria-rowcount", "1000001")


def test_a_filter_that_nothing_passes_says_so(outputs: Page) -> None:
    grid = _table(outputs, 1_000_000)
    grid.focus()
    outputs.keyboard.press("ArrowRight")
    outputs.keyboard.press("F2")
    outputs.get_by_label("Value", exact=True).fill("Atlantis")
    outputs.keyboard.press("Enter")
    expect(outputs.get_by_text("No row passes the filters.")).to_be_visible()


def test_a_column_has_a_profile(outputs: Page) -> None:
    _table(outputs, 1_000_000)
    _header(outputs, "amount, float64").hover()
    outputs.get_by_role("button", name="Filter and profile of amount").click()
    panel = outputs.get_by_role("dialog", name="Column amount")
    expect(panel.get_by_text("90,909 (9.1 %)")).to_be_visible()
    expect(panel.get_by_role("img", name="How amount is spread: 20 bars")).to_be_visible()


def test_chosen_cells_are_copied_as_a_spreadsheet_takes_them(outputs: Page) -> None:
    outputs.context.grant_permissions(["clipboard-read", "clipboard-write"])
    grid = _table(outputs, 1_000_000)
    grid.focus()
    for key in ["ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown", "Control+c"]:
        outputs.keyboard.press(key)
    expect(outputs.get_by_text("Copied 2 rows × 2 columns.")).to_be_visible()
    assert outputs.evaluate("navigator.clipboard.readText()") == "Lisbon\t40\nOslo\t41.13"
    grid.get_by_role("rowheader", name="1", exact=True).click()
    outputs.keyboard.press("Control+Shift+End")
    outputs.keyboard.press("Control+c")
    expect(outputs.get_by_text("Not copied")).to_be_visible()


def test_the_table_is_downloaded_as_it_is_sorted(outputs: Page) -> None:
    _table(outputs, 1_000_000)
    _header(outputs, "id, int64").click()
    with outputs.expect_download() as download:
        outputs.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "sales.csv"
    assert download.value.path().read_text() == "id,city\n0,Lisbon\n"
    [export] = _requests(outputs, "ask_export")
    assert (export["format"], export["sort"]) == ("csv", [{"column": 0, "descending": False}])


def test_without_its_kernel_the_first_rows_are_shown_and_nothing_is_asked(outputs: Page) -> None:
    grid = _table(outputs, 1_000_000, trusted=False)
    expect(
        outputs.get_by_text("The first 100 of 1,000,000 rows. Run the cell to see all.")
    ).to_be_visible()
    expect(grid).to_have_attribute("aria-rowcount", "101")
    _header(outputs, "id, int64").click()
    expect(outputs.get_by_text("run the cell to use them")).to_be_visible()
    expect(outputs.get_by_role("button", name="Download as CSV")).to_be_disabled()
    assert outputs.evaluate("harness.comm.sent") == []


def test_when_the_kernel_goes_the_first_rows_stay(outputs: Page) -> None:
    grid = _table(outputs, 1_000_000)
    grid.focus()
    outputs.keyboard.press("Control+End")
    expect(grid.get_by_role("gridcell", name="note 999998")).to_be_visible()
    outputs.evaluate(
        "harness.comm.tell({ kind: 'comm_close', comm_id: harness.comm.sent[0].comm_id, data: null })"
    )
    expect(outputs.get_by_text("The first 100 of 1,000,000 rows.")).to_be_visible()
    expect(grid.get_by_role("gridcell", name="note 1", exact=True)).to_be_visible()
    expect(grid).to_have_attribute("aria-rowcount", "101")


def test_a_refusal_is_shown_with_a_way_to_ask_again(outputs: Page) -> None:
    grid = _table(outputs, 1_000_000)
    outputs.evaluate("kernel.refusal = 'The variable sales was deleted.'")
    _header(outputs, "id, int64").click()
    expect(
        outputs.get_by_text("The variable sales was deleted. Run the query again.")
    ).to_be_visible()
    outputs.evaluate("kernel.refusal = ''")
    outputs.get_by_role("button", name="Try again").click()
    expect(grid.get_by_role("gridcell", name="note 1", exact=True)).to_be_visible()


def test_a_chart_is_drawn_of_a_sample_and_says_so(outputs: Page) -> None:
    _table(outputs, 1_000_000)
    outputs.get_by_role("tab", name="Chart").click()
    expect(outputs.get_by_text("A sample: 10,000 of 1,000,000 rows")).to_be_visible()
    chart = outputs.get_by_role("img", name="Line: mean of amount by sold_at")
    expect(chart.locator("desc")).to_contain_text("The values are in the table.")
    outputs.get_by_label("Draw", exact=True).select_option("bar")
    outputs.get_by_label("x", exact=True).select_option("1")
    chart = outputs.get_by_role("img", name="Bars: mean of amount by city")
    expect(chart.locator("rect")).to_have_count(6)


def test_hostile_text_stays_text(outputs: Page) -> None:
    attack = "<img src=x onerror='window.__pwn = 1'>"
    column = {"name": attack, "kind": "text", "type": attack}
    source = {"connection": attack, "seconds": 1, "fetched_at": attack}
    table = {
        "table_id": "t",
        "columns": [column],
        "rows": 1,
        "preview": [[attack]],
        "variable": attack,
        "source": source,
    }
    display(outputs, TABLE_TYPE, table, trusted=False)
    expect(outputs.get_by_role("gridcell", name="<img")).to_have_text(attack)
    outputs.get_by_role("tab", name="Chart").click()
    expect(outputs.get_by_role("img", name=f"Bars: rows by {attack}")).to_be_visible()
    assert outputs.evaluate("window.__pwn") is None
    assert outputs.locator("img").count() == 0


def test_what_is_no_table_shows_its_html(outputs: Page) -> None:
    outputs.evaluate(
        """(type) => void harness.show({ output_type: "display_data", data: { [type]: { rows: "many" }, "text/html": "<p>as HTML</p>" }, metadata: {} })""",
        TABLE_TYPE,
    )
    expect(outputs.get_by_text("as HTML")).to_be_visible()
    expect(outputs.get_by_text("The interactive table could not be shown")).to_be_visible()
