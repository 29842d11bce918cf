"""Rich outputs: frames, charts, formulas, trees, pictures."""

# ruff: noqa: E501 -- scripts for the page stay on the lines they were written on.

from playwright.sync_api import Page, expect

from tests.browser.outputs.harness import display, output_frame


def test_scripts_of_an_output_run_in_order_and_blocked_hosts_are_named(outputs: Page) -> None:
    html = (
        "<p id=a></p><script>window.list = ['one']</script><script src='https://cdn.example/x.js'></script>"
        "<script>list.push('two'); a.textContent = list.join()</script><button onclick=\"this.textContent = 'pressed'\">press</button>"
    )
    display(outputs, "text/html", html)
    frame = output_frame(outputs)
    expect(frame.get_by_text("one,two")).to_be_visible()
    expect(frame.get_by_text("Not loaded from cdn.example")).to_be_visible()
    frame.get_by_role("button").click()
    expect(frame.get_by_text("pressed")).to_be_visible()


def test_javascript_outputs_get_their_element_and_show_their_errors(outputs: Page) -> None:
    display(
        outputs,
        "application/javascript",
        "element.textContent = 'drawn'; throw new TypeError('late')",
    )
    frame = output_frame(outputs)
    expect(frame.get_by_text("drawn")).to_be_visible()
    expect(frame.get_by_text("TypeError: late")).to_be_visible()


def test_a_frame_is_as_tall_as_its_content_up_to_a_limit(outputs: Page) -> None:
    outputs.evaluate("void harness.frame('<div style=\"height:300px\">a</div><script>1</script>')")
    expect(outputs.locator("iframe").first).to_have_css("height", "302px")
    outputs.evaluate("void harness.frame('<div style=\"height:3000px\">b</div><script>1</script>')")
    expect(outputs.locator("iframe").last).to_have_css("height", "800px")


def test_a_frame_follows_the_theme(outputs: Page) -> None:
    outputs.evaluate("void harness.frame('<p>themed</p>')")
    frame = output_frame(outputs)
    outputs.evaluate("document.documentElement.dataset.theme = 'dark'")
    expect(frame.locator("html")).to_have_css("color", "rgb(228, 230, 235)")


def test_plotly_figures_are_drawn_without_a_network(outputs: Page) -> None:
    figure = {"data": [{"y": [1, 3, 2]}], "layout": {"title": {"text": "Growth"}}}
    display(outputs, "application/vnd.plotly.v1+json", figure)
    expect(outputs.frame_locator("iframe").locator("svg.main-svg").first).to_be_visible()
    expect(outputs.locator("iframe")).to_have_attribute("title", "Growth")


def test_vega_lite_charts_are_drawn_without_a_network(outputs: Page) -> None:
    chart = {
        "data": {"values": [{"a": "x", "b": 2}, {"a": "y", "b": 5}]},
        "mark": "bar",
        "encoding": {"x": {"field": "a"}, "y": {"field": "b", "type": "quantitative"}},
    }
    display(outputs, "application/vnd.vegalite.v6+json", chart)
    expect(outputs.frame_locator("iframe").locator("canvas, svg").first).to_be_visible()


def test_formulas_are_set_by_katex_and_broken_ones_stay_readable(outputs: Page) -> None:
    display(outputs, "text/markdown", r"good $\frac{1}{2}$, bad $\frac{1}{$")
    outputs.locator(".katex").first.wait_for()
    expect(outputs.locator(".katex")).to_have_count(1)
    expect(outputs.locator(".nb-math-failed")).to_have_text(r"\frac{1}{")


def test_a_reference_in_a_traceback_asks_to_jump(outputs: Page) -> None:
    outputs.evaluate(
        """() => {
          document.addEventListener("jump", (event) => { window.jumped = event.detail });
          harness.show({ output_type: "error", ename: "E", evalue: "v", traceback: ["\\u001b[36mCell \\u001b[32mIn[3]\\u001b[39m, line 2"] });
        }"""
    )
    outputs.get_by_role("link", name="Cell In[3], line 2").click()
    assert outputs.evaluate("window.jumped") == {"cellHint": 3, "line": 2}


def test_a_json_tree_opens_by_keyboard(outputs: Page) -> None:
    display(outputs, "application/json", {"outer": {"inner": "found"}})
    outputs.locator("summary", has_text="outer: ").press("Enter")
    expect(outputs.get_by_text('"found"')).to_be_visible()


def test_a_picture_is_as_large_as_its_metadata_says_and_its_address_is_given_back(
    outputs: Page,
) -> None:
    png = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAAEUlEQVR4nGP4z8DwH4QZYAwAR8oH+WdZbrcAAAAASUVORK5CYII="
    outputs.evaluate(
        """(png) => {
          window.area = harness.area();
          area.update([{ output_type: "display_data", data: { "image/png": png, "text/plain": "a dot" }, metadata: { "image/png": { width: 40 } } }]);
        }""",
        png,
    )
    picture = outputs.get_by_role("img", name="a dot")
    expect(picture).to_have_js_property("width", 40)
    gone = "(url) => { area.update([]); return fetch(url).then(() => 'kept', () => 'gone') }"
    assert outputs.evaluate(gone, picture.get_attribute("src")) == "gone"
