"""A query put together by choosing, and the SQL that comes of it."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.schema_panel import item, look_everywhere

WRITTEN = """select
  count(*) as row_count,
  sum(order_lines.quantity) as sum_quantity,
  products.category
from order_lines
join products on products.product_id = order_lines.product_id
where products.name like '%beans%'
  and order_lines.quantity between 2 and 4
group by products.category
order by sum_quantity desc
limit 5"""


def test_a_query_is_chosen_written_and_run(page: Page, data_relay: Relay) -> None:
    notebook = NotebookPage(page, data_relay.url).open("", environment="data")
    notebook.button("Databases panel").click()
    item(page, "order_lines").click()
    notebook.button("Build a query…").click()
    builder = page.get_by_role("complementary", name="Query builder")
    sql = builder.get_by_label("The SQL so far")
    expect(sql).to_have_text("select *\nfrom order_lines\nlimit 100")

    builder.get_by_label("Add a table").select_option("products, by product_id")
    builder.get_by_label("Number of rows").check()
    builder.get_by_label("quantity", exact=True).check()
    builder.get_by_label("How quantity is shown").select_option("sum")
    builder.get_by_label("category", exact=True).check()

    notebook.button("Add a filter").click()
    builder.get_by_label("Column of filter 1").select_option("products.name")
    builder.get_by_label("Test of filter 1").select_option("contains")
    builder.get_by_label("Value of filter 1").fill("beans")
    notebook.button("Add a filter").click()
    builder.get_by_label("Column of filter 2").select_option("order_lines.quantity")
    builder.get_by_label("Test of filter 2").select_option("is between")
    builder.get_by_label("Value of filter 2", exact=True).fill("2")
    expect(builder.get_by_text("Needs a value. Until then the filter is left out.")).to_be_visible()
    expect(sql).not_to_contain_text("between")
    builder.get_by_label("Upper value of filter 2").fill("4")

    builder.get_by_label("Order by").select_option("sum of order_lines.quantity")
    builder.get_by_label("Direction of sum of order_lines.quantity").select_option("greatest first")
    builder.get_by_label("Rows at most").fill("5")
    expect(sql).to_have_text(WRITTEN)
    look_everywhere(page, "builder")

    notebook.button("Put into a cell").click()
    expect(notebook.cell(1).get_by_label("Connection")).to_have_value("demo")
    notebook.button("Explain the SQL cell").click()
    steps = page.get_by_role("tree", name="Steps of the plan").get_by_role("treeitem")
    expect(steps.filter(has_text="SEARCH")).not_to_have_count(0)
    notebook.press("Escape")
    notebook.start(1)
    notebook.button("Always in this notebook").click()
    expect(notebook.finished(1).get_by_role("grid")).to_contain_text("coffee")


def test_the_keyboard_alone_builds_a_query(databases: NotebookPage) -> None:
    page = databases.page
    item(page, "cities").click()
    build = databases.button("Build a query…")
    build.focus()
    databases.press("Enter")
    builder = page.get_by_role("complementary", name="Query builder")
    expect(builder.get_by_role("heading", name="Query of cities")).to_be_focused()
    # The way back, then the number of rows, then the columns.
    databases.press("Tab", "Tab", "Tab", "Space", "Tab")
    expect(builder.get_by_label("How city_id is shown")).to_be_focused()
    databases.press("Tab", "Space")
    expect(builder.get_by_label("The SQL so far")).to_have_text(
        "select\n  city_id,\n  name\nfrom cities\nlimit 100"
    )
    # Letters are the notebook's commands elsewhere, and would remove its cells.
    databases.press("d", "d", "Control+Enter")
    expect(databases.cell(1).locator(".cm-line")).to_have_text(
        ["select", "  city_id,", "  name", "from cities", "limit 100"]
    )


def test_escape_leads_back_to_the_tables(databases: NotebookPage) -> None:
    page = databases.page
    item(page, "sales").click()
    databases.button("Build a query…").click()
    builder = page.get_by_role("complementary", name="Query builder")
    expect(builder).to_be_visible()
    # A view has no keys to follow.
    expect(builder.get_by_label("Add a table")).to_have_count(0)
    databases.press("Escape")
    expect(builder).to_have_count(0)
    expect(item(page, "sales")).to_be_visible()
