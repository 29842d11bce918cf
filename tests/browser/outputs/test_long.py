"""Long outputs, and outputs that grow."""

# ruff: noqa: E501 -- scripts for the page stay on the lines they were written on.

import pytest
from playwright.sync_api import Page, expect

PRINT_20000 = """async (perTurn) => {
  const area = (window.area = harness.area());
  let text = "";
  for (let line = 0; line < 20000; ) {
    for (let i = 0; i < perTurn; i++) text += `line ${line++}\\n`;
    area.update([{ output_type: "stream", name: "stdout", text }]);
    await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
  }
  const nodes = document.createTreeWalker(harness.main);
  let count = 0;
  while (nodes.nextNode()) count++;
  return count;
}"""


@pytest.mark.parametrize("per_turn", [400, 20000])
def test_20000_lines_do_not_fill_the_page(outputs: Page, per_turn: int) -> None:
    # How long they take and how they stall the page is measured in tests/bench.
    assert outputs.evaluate(PRINT_20000, per_turn) < 3000
    expect(outputs.get_by_role("button", name="Show all 20,000 lines")).to_be_visible()


def test_a_growing_stream_keeps_the_nodes_it_has(outputs: Page) -> None:
    outputs.evaluate(
        """() => {
          window.area = harness.area();
          area.update([{ output_type: "stream", name: "stdout", text: "one\\ntwo" }]);
          window.first = harness.main.querySelector(".nb-text-block").firstChild;
          area.update([{ output_type: "stream", name: "stdout", text: "one\\ntwo three" }, { output_type: "stream", name: "stderr", text: "oops" }]);
        }"""
    )
    expect(outputs.locator(".nb-stdout")).to_have_text("one two three")
    assert outputs.evaluate(
        "first.isConnected && first === harness.main.querySelector('.nb-text-block').firstChild"
    )


def test_tall_output_scrolls_until_all_of_it_is_asked_for(outputs: Page) -> None:
    text = "\n".join(f"line {i}" for i in range(100))
    outputs.evaluate(
        "(text) => harness.area().update([{ output_type: 'stream', name: 'stdout', text }])", text
    )
    expect(outputs.locator(".nb-outputs")).to_have_css("height", "480px")
    outputs.get_by_role("button", name="Show all 100 lines").click()
    expect(outputs.locator(".nb-outputs")).not_to_contain_class("scrolls")
    expect(outputs.get_by_text("line 99")).to_be_visible()


def test_a_line_of_a_million_characters_is_shortened(outputs: Page) -> None:
    outputs.evaluate(
        "harness.area().update([{ output_type: 'stream', name: 'stdout', text: 'x'.repeat(1e6) }])"
    )
    expect(outputs.get_by_text("980,000 more characters in this line")).to_be_attached()
