"""The schema browser, SQL cells, and the operator's dialog, at a relay with its demo database."""

from playwright.sync_api import expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.schema_panel import item, look, look_everywhere


def test_the_tree_is_walked_with_keys_and_gives_names_to_a_cell(databases: NotebookPage) -> None:
    page = databases.page
    item(page, "cities").click()
    databases.press("ArrowDown")
    expect(item(page, "city_id")).to_be_focused()
    expect(item(page, "city_id")).to_have_accessible_name("city_id column, integer, primary key")
    databases.press("ArrowLeft")
    expect(item(page, "cities")).to_be_focused()
    expect(item(page, "cities")).to_have_attribute("aria-expanded", "true")
    databases.press("Enter")
    databases.sources("cities")


def test_a_filter_finds_a_column_in_its_table(databases: NotebookPage) -> None:
    page = databases.page
    page.get_by_role("searchbox", name="Filter tables and columns").fill("quantity")
    expect(item(page, "order_lines")).to_be_visible()
    expect(item(page, "quantity")).to_have_count(2)
    expect(item(page, "cities")).to_have_count(0)
    page.get_by_role("searchbox").fill("no such thing")
    expect(page.get_by_text("Nothing is called “no such thing”.")).to_be_visible()


def test_a_table_is_looked_into(databases: NotebookPage) -> None:
    page = databases.page
    item(page, "products").click()
    databases.button("Sample and profile").click()
    expect(page.get_by_text("Of all 8 rows.")).to_be_visible()
    expect(page.locator(".profile li", has_text="category")).to_contain_text("4 distinct, no nulls")
    expect(page.get_by_role("img", name="How the values of price are spread")).to_be_visible()
    expect(page.get_by_role("cell", name="Espresso beans")).to_be_visible()
    look_everywhere(page, "look")


def test_a_sql_cell_completes_what_the_database_has(databases: NotebookPage) -> None:
    page = databases.page
    item(page, "cities").click()
    databases.button("Query 100 rows").click()
    expect(databases.cell(1).locator(".cm-content")).to_be_focused()
    databases.press("Control+a")
    page.keyboard.type("select o.ord")
    databases.press("Control+End")
    page.keyboard.insert_text(" from orders o")
    for _ in range(len(" from orders o")):
        databases.press("ArrowLeft")
    page.keyboard.type("e")
    look(page, "completion")
    expect(page.locator(".nb-completions [role=option]")).to_have_text(
        ["order_idinteger", "ordereddate"], use_inner_text=False
    )
    databases.take_completion("order_id")
    databases.sources("", "select o.order_id from orders o")
    connection = databases.cell(1).get_by_label("Connection")
    expect(connection).to_have_value("demo")


def test_a_connection_is_declared_tested_and_removed(databases: NotebookPage) -> None:
    page = databases.page
    databases.button("Connections and audit…").click()
    dialog = page.get_by_role("dialog", name="Connections and audit")
    dialog.get_by_role("button", name="Test demo").click()
    expect(dialog.get_by_text("Works: SQLite")).to_be_visible()
    dialog.get_by_role("button", name="Add a connection").click()
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.insert_text("warehouse")
    dialog.get_by_label("Address").fill("postgresql://reader@127.0.0.1:1/shop")
    dialog.locator("input[type=password]").fill("sealed-and-gone")
    look(page, "new-connection")
    dialog.get_by_role("button", name="Add and test").click()
    expect(dialog.locator(".operator-bad")).to_contain_text("warehouse: ")
    dialog.get_by_role("tab", name="Audit log").click()
    expect(dialog.get_by_text("none changed or removed")).to_be_visible()
    expect(dialog.get_by_role("cell", name="connection add")).to_be_visible()
    look(page, "audit")
    dialog.get_by_role("tab", name="Connections").click()
    dialog.get_by_role("button", name="Remove warehouse").click()
    page.get_by_role("dialog", name="Remove the connection?").get_by_text(
        "Remove", exact=True
    ).click()
    expect(dialog.get_by_role("button", name="Remove warehouse")).to_have_count(0)
    assert "sealed-and-gone" not in page.content()


def test_a_relay_that_is_gone_is_said_in_words(databases: NotebookPage, data_relay: Relay) -> None:
    page = databases.page
    data_relay.stop()
    databases.button("Read the schemas anew").click()
    expect(page.get_by_role("alert").first).to_contain_text("The relay cannot be reached.")
    expect(item(page, "sales")).to_be_visible()
    look(page, "gone")
    data_relay.start()
    databases.button("Try again").first.click()
    expect(page.get_by_role("alert")).to_have_count(0)
