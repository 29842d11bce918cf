"""Widgets, without a kernel behind them."""

# ruff: noqa: E501 -- scripts for the page stay on the lines they were written on.

from playwright.sync_api import Page, expect

from tests.browser.outputs.harness import display, wait


def _open_model(page: Page, model_id: str, **state: object) -> None:
    event = {
        "kind": "comm_open",
        "comm_id": model_id,
        "target_name": "jupyter.widget",
        "data": {"state": state},
        "buffers": [],
    }
    page.evaluate("(event) => harness.comm.tell(event)", event)


def _show_model(page: Page, model_id: str) -> None:
    display(page, "application/vnd.jupyter.widget-view+json", {"model_id": model_id})


def test_a_slider_tells_the_kernel_and_follows_it(outputs: Page) -> None:
    _open_model(
        outputs,
        "s",
        _model_name="IntSliderModel",
        description="count",
        value=4,
        min=0,
        max=10,
        step=1,
    )
    _show_model(outputs, "s")
    slider = outputs.get_by_role("slider", name="count")
    slider.press("ArrowRight")
    wait(outputs, "harness.comm.sent.length > 0")
    assert outputs.evaluate("harness.comm.sent.at(-1).data") == {
        "method": "update",
        "state": {"value": 5},
        "buffer_paths": [],
    }
    outputs.evaluate(
        "harness.comm.tell({ kind: 'comm_msg', comm_id: 's', data: { method: 'update', state: { value: 9 } }, buffers: [] })"
    )
    expect(slider).to_have_value("9")


def test_an_anywidget_runs_in_a_frame_and_talks_to_its_model(outputs: Page) -> None:
    module = """export default { render({ model, el }) {
      const button = document.createElement("button");
      const draw = () => { button.textContent = `count ${model.get("value")}` };
      button.onclick = () => { model.set("value", model.get("value") + 1); model.save_changes() };
      model.on("change:value", draw); draw(); el.append(button);
    } }"""
    _open_model(outputs, "a", _model_name="AnyModel", _esm=module, _css="", value=1)
    _show_model(outputs, "a")
    button = outputs.frame_locator("iframe").get_by_role("button")
    button.click()
    expect(button).to_have_text("count 2")
    wait(outputs, "harness.comm.sent.at(-1)?.data.state.value === 2")
    outputs.evaluate(
        "harness.comm.tell({ kind: 'comm_msg', comm_id: 'a', data: { method: 'update', state: { value: 7 } }, buffers: [] })"
    )
    expect(button).to_have_text("count 7")
