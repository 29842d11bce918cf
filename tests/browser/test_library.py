"""The notebooks kept in this browser: the list, ways to open one, ways to take one away."""

import json
from pathlib import Path

from playwright.sync_api import BrowserContext, Download, expect

from tests.browser.notebook_page import NOTEBOOK_URL, NotebookPage, notebook_of


def home(notebook: NotebookPage) -> NotebookPage:
    notebook.page.goto(f"{notebook.base}#home")
    expect(notebook.page.get_by_role("heading", name="Notebooks")).to_be_visible()
    return notebook


def text_of(download: Download) -> str:
    return Path(download.path()).read_text(encoding="utf-8")


def test_an_empty_list_says_what_to_do(notebook: NotebookPage) -> None:
    home(notebook)
    expect(notebook.page.locator(".home-empty")).to_contain_text("No notebooks yet.")


def test_notebooks_are_listed_renamed_duplicated_and_deleted(notebook: NotebookPage) -> None:
    notebook.open("x = 1")
    notebook.button("All notebooks").click()
    links = notebook.page.locator(".notebook-title")
    expect(links).to_have_text(["test"])
    notebook.button("Rename test").click()
    notebook.page.get_by_label("Title").fill("Mine")
    notebook.press("Enter")
    expect(links).to_have_text(["Mine"])
    notebook.button("Duplicate Mine").click()
    expect(links).to_have_text(["Mine (copy)", "Mine"])
    notebook.button("Delete Mine").click()
    notebook.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(links).to_have_text(["Mine (copy)"])
    links.click()
    notebook.sources("x = 1")


def test_a_bundled_example_opens(notebook: NotebookPage) -> None:
    home(notebook)
    notebook.page.get_by_role("button", name="Python basics").click()
    expect(notebook.page.get_by_role("heading", name="Python in ten small steps")).to_be_visible()
    expect(notebook.page.get_by_label("Title of the notebook")).to_have_value("Python basics")


def test_a_file_opens_from_the_disk(notebook: NotebookPage, tmp_path: Path) -> None:
    path = tmp_path / "mine.ipynb"
    path.write_text(notebook_of("from_disk = 1"), encoding="utf-8")
    home(notebook)
    with notebook.page.expect_file_chooser() as chooser:
        notebook.button("Open a file").click()
    chooser.value.set_files(path)
    notebook.sources("from_disk = 1")


def test_an_address_opens_and_a_changed_one_asks_which(notebook: NotebookPage) -> None:
    notebook.open_text(notebook_of("first = 1"), url=NOTEBOOK_URL)
    notebook.write(0, "edited = 1")
    expect(notebook.saved).to_be_visible()
    notebook.page.unroute_all()
    notebook.page.route(
        NOTEBOOK_URL,
        lambda route: route.fulfill(
            body=notebook_of("second = 2"), headers={"access-control-allow-origin": "*"}
        ),
    )
    notebook.page.goto(f"{notebook.base}?url={NOTEBOOK_URL}")
    dialog = notebook.page.get_by_role("dialog", name="You have a copy of this notebook")
    dialog.get_by_role("button", name="Open my copy").click()
    notebook.sources("edited = 1")
    notebook.page.goto(f"{notebook.base}?url={NOTEBOOK_URL}")
    dialog.get_by_role("button", name="Open the new version").click()
    notebook.sources("second = 2")


def test_an_address_without_a_notebook_is_explained(notebook: NotebookPage) -> None:
    notebook.page.route(
        NOTEBOOK_URL,
        lambda route: route.fulfill(body="<html>", headers={"access-control-allow-origin": "*"}),
    )
    notebook.page.goto(f"{notebook.base}?url={NOTEBOOK_URL}")
    expect(notebook.page.get_by_role("alert")).to_contain_text("notebook")
    notebook.button("New notebook").click()
    notebook.sources("")


def test_dropped_notebooks_open_and_dropped_files_go_to_the_folder(notebook: NotebookPage) -> None:
    home(notebook)
    notebook.drop(
        "dropped.ipynb",
        notebook_of("print(open('data.txt').read())", wasm_runtime={"environment": "core"}),
    )
    notebook.sources("print(open('data.txt').read())")
    notebook.drop("data.txt", "from the drop")
    expect(notebook.notices).to_contain_text("data.txt is in the working folder.")
    expect(notebook.run(0)).to_contain_text("from the drop")


def test_a_dropped_script_becomes_cells(notebook: NotebookPage) -> None:
    home(notebook)
    notebook.drop("script.py", "# %%\na = 1\n\n# %%\nb = 2\n")
    notebook.sources("a = 1", "b = 2")


def test_an_ipynb_goes_out_with_all_that_came_in(notebook: NotebookPage) -> None:
    original = json.loads(
        notebook_of("x = 1", ("markdown", "# Title"), ("raw", "raw"), custom={"kept": [1, None]})
    )
    original["cells"][0]["metadata"] = {"tags": ["kept"], "vendor": {"deep": True}}
    original["cells"][0]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
        {
            "output_type": "display_data",
            "data": {"application/x-unknown": {"a": 1}, "text/plain": ["?"]},
            "metadata": {},
        },
    ]
    notebook.open_text(json.dumps(original))
    with notebook.page.expect_download() as download:
        notebook.command("Download as notebook (.ipynb)")
    out = json.loads(text_of(download.value))
    out["cells"][0]["outputs"][0]["text"] = ["a\n", "b"]
    assert [download.value.suggested_filename, out["cells"][0], out["metadata"]["custom"]] == [
        "test.ipynb",
        original["cells"][0] | {"source": out["cells"][0]["source"]},
        {"kept": [1, None]},
    ]


def test_the_script_export_runs_as_python(notebook: NotebookPage) -> None:
    notebook.open("x = 1", ("markdown", "# Title"), "%time print(x)")
    with notebook.page.expect_download() as download:
        notebook.command("Download as Python (.py)")
    script = text_of(download.value)
    compile(script, "test.py", "exec")
    assert "x = 1" in script
    assert "# # Title" in script


def test_the_web_page_export_needs_nothing_else(
    notebook: NotebookPage, context: BrowserContext
) -> None:
    notebook.open(("markdown", "# Title\n\n$x^2$"), "print('\\x1b[31mred\\x1b[0m'); 6 * 7")
    notebook.run(1)
    with notebook.page.expect_download() as download:
        notebook.command("Download as web page (.html)")
    page = context.new_page()
    page.set_content(text_of(download.value))
    expect(page.get_by_role("heading", name="Title")).to_be_visible()
    expect(page.locator(".outputs")).to_contain_text("42")
    assert (
        page.locator(".katex")
        .first.evaluate("e => getComputedStyle(e).fontFamily")
        .startswith("KaTeX_Main")
    )
    red = page.get_by_text("red", exact=True).evaluate("e => getComputedStyle(e).color")
    assert red != page.locator("body").evaluate("e => getComputedStyle(e).color")


def test_every_change_is_saved_and_shown_to_be(notebook: NotebookPage) -> None:
    notebook.open("x")
    notebook.edit(0)
    notebook.page.keyboard.type("yz")
    expect(notebook.saved).to_be_visible()
    notebook.page.get_by_label("Title of the notebook").fill("Renamed")
    notebook.press("Enter")
    expect(notebook.saved).to_have_text("Saved here")
    notebook.page.reload()
    notebook.sources("xyz")
    expect(notebook.page.get_by_label("Title of the notebook")).to_have_value("Renamed")


def test_two_tabs_converge(notebook: NotebookPage, context: BrowserContext) -> None:
    notebook.open("a", "b")
    other = NotebookPage(context.new_page(), notebook.base)
    other.page.goto(notebook.page.url)
    other.sources("a", "b")
    other.edit(1)
    other.page.keyboard.type(" there")
    notebook.page.bring_to_front()
    notebook.edit(0)
    notebook.page.keyboard.type(" here")
    notebook.sources("a here", "b there")
    other.sources("a here", "b there")


def test_saved_outputs_show_before_the_kernel_is_up(notebook: NotebookPage) -> None:
    saved = json.loads(notebook_of("print('saved')"))
    saved["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "saved"}]
    notebook.page.route("**/store/**", lambda route: None)
    notebook.open_text(json.dumps(saved))
    expect(notebook.outputs(0)).to_contain_text("saved")
    assert notebook.state(0) == "idle"


def test_a_browser_that_forbids_storage_still_gives_a_notebook(notebook: NotebookPage) -> None:
    notebook.page.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('forbidden', 'SecurityError') }"
    )
    notebook.open("print('works')")
    expect(notebook.notices).to_contain_text("keeps nothing")
    expect(notebook.page.locator(".save-state")).to_have_text("Not kept")
    expect(notebook.run(0)).to_contain_text("works")
