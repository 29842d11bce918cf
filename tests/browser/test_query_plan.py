"""What a database would do for a SQL cell, shown beside it."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.schema_panel import look_everywhere
from tests.relay.data.servers import READER_PASSWORD, postgres_server

JOIN = (
    "select c.name, count(*) as n\nfrom orders o\n"
    "join customers c on c.customer_id = o.customer_id\ngroup by c.name\norder by n desc"
)
SHOP = """
create table cities (id int primary key, name text not null);
create table orders (id int primary key, city_id int references cities, amount numeric);
insert into cities select n, 'city ' || n from generate_series(1, 50) n;
insert into orders select n, n % 50 + 1, n from generate_series(1, 20000) n;
analyze;
grant select on all tables in schema public to reader;
"""


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Relay]:
    """A relay whose connection `warehouse` is a PostgreSQL with two tables."""
    with postgres_server() as server:
        with psycopg.connect(server.postgres_url(), autocommit=True) as admin:
            admin.execute(SHOP)
        secret, folder = quote(READER_PASSWORD, safe=""), quote(str(server.folder))
        url = f"postgresql://reader:{secret}@/postgres?host={folder}"
        relay = Relay(environment={"WASM_RUNTIME_CONNECTION_WAREHOUSE": url})
        yield relay
        relay.stop()


def test_a_plan_is_asked_for_with_keys_and_walked_with_arrows(
    page: Page, data_relay: Relay
) -> None:
    notebook = NotebookPage(page, data_relay.url).open(f"%%sql demo\n{JOIN}")
    notebook.select(0)
    notebook.press("Shift+E")
    tree = page.get_by_role("tree", name="Steps of the plan")
    steps = tree.get_by_role("treeitem")
    expect(steps.first).to_be_focused()
    expect(steps.first).to_have_accessible_name("SCAN, o")
    notebook.press("ArrowDown")
    expect(steps.nth(1)).to_be_focused()
    notebook.press("End")
    expect(steps.last).to_have_accessible_name("USE TEMP B-TREE FOR ORDER BY")
    expect(steps.last).to_be_focused()
    notebook.press("Escape")
    expect(tree).to_have_count(0)
    expect(notebook.cell(0)).to_be_focused()
    notebook.press("Control+Shift+P")
    notebook.palette("explain", "Explain the SQL cell")
    expect(steps.first).to_be_focused()
    expect(page.get_by_text("This database states no cost of a step.")).to_be_visible()


def test_costs_and_rows_of_postgresql_are_shares_of_the_whole(page: Page, warehouse: Relay) -> None:
    sql = (
        "select c.name, sum(o.amount) as amount\nfrom orders o join cities c on c.id = o.city_id\n"
        "where o.amount > 100\ngroup by c.name\norder by amount desc\nlimit 10"
    )
    notebook = NotebookPage(page, warehouse.url).open(f"%%sql warehouse\n{sql}")
    notebook.select(0)
    notebook.press("Shift+E")
    steps = page.get_by_role("tree", name="Steps of the plan").get_by_role("treeitem")
    expect(steps.first).to_be_focused()
    scan = steps.filter(has_text="on orders as o")
    filtered = "Seq Scan, on orders as o; Filter: (amount > '100'::numeric), ≈ 19,9"
    expect(scan).to_have_accessible_name(
        re.compile(re.escape(filtered) + r"\d\d rows, \d+ % of the cost")
    )
    shares = page.locator(".plan-bar i").evaluate_all("bars => bars.map(each => each.style.width)")
    assert abs(sum(float(share.removesuffix("%")) for share in shares) - 100) < 1
    look_everywhere(page, "plan")
    count = steps.count()
    notebook.press("Home", "ArrowLeft")
    expect(steps).to_have_count(1)
    expect(steps.first).to_have_attribute("aria-expanded", "false")
    notebook.press("ArrowRight")
    expect(steps).to_have_count(count)
    page.get_by_text("As the database writes it").click()
    expect(page.get_by_label("The plan as the database writes it")).to_contain_text("Limit  (cost=")


def test_what_cannot_be_explained_says_why_and_where(page: Page, data_relay: Relay) -> None:
    notebook = NotebookPage(page, data_relay.url).open(
        "%%sql demo\nselect name,\n  nmae\nfrom cities", "%%sql\nselect 1", "print(1)"
    )
    alert = page.get_by_role("complementary", name="Plan").get_by_role("alert")
    for index, words in enumerate(("No such column: nmae.", "this cell asks none", "no SQL cell")):
        notebook.select(index)
        notebook.press("Shift+E")
        expect(alert).to_contain_text(words)
        if index == 0:
            expect(alert.locator("pre")).to_have_text("line 2:   nmae\n          ^")
            look_everywhere(page, "plan-refused")
        notebook.press("Escape")


def test_a_variable_is_bound_as_python_has_it(page: Page, data_relay: Relay) -> None:
    notebook = NotebookPage(page, data_relay.url).open(
        "least = 3",
        "%%sql demo\nselect * from cities where city_id > :least and country = ':text'",
        environment="data",
    )
    plan = page.get_by_role("complementary", name="Plan")
    notebook.select(1)
    notebook.press("Shift+E")
    expect(plan.get_by_role("alert")).to_contain_text("Run the cell that sets least")
    notebook.run(0)
    plan.get_by_role("button", name="Ask for the plan again").click()
    expect(plan.get_by_role("treeitem").first).to_contain_text("INTEGER PRIMARY KEY (rowid>?)")
