"""display and its relatives, and what libraries show."""

import base64

import pytest

from wasm_runtime.contracts.worker import ClearOutput, DisplayData, UpdateDisplayData

from .conftest import Notebook
from .seen import printed, seen


def test_a_display_can_be_updated_by_its_id(notebook: Notebook) -> None:
    source = "shown = display('a', display_id='x')\nshown.update('b')"
    assert notebook.run(source)[1:3] == [
        DisplayData(
            run_id="run-1",
            data={"text/plain": "'a'"},
            metadata={},
            transient={"display_id": "x"},
        ),
        UpdateDisplayData(
            run_id="run-1",
            data={"text/plain": "'b'"},
            metadata={},
            transient={"display_id": "x"},
        ),
    ]


def test_clear_output_comes_after_the_text_before_it(notebook: Notebook) -> None:
    source = "from IPython.display import clear_output\nprint('old'); clear_output(wait=True)"
    _, stream, cleared, _ = notebook.run(source)
    assert stream.text == "old\n"
    assert cleared == ClearOutput(run_id="run-1", wait=True)


@pytest.mark.parametrize(
    ("expression", "mime", "shown"),
    [
        ("HTML('<b>x</b>')", "text/html", "<b>x</b>"),
        ("Markdown('*x*')", "text/markdown", "*x*"),
        ("Latex('$x$')", "text/latex", "$x$"),
        ("SVG('<svg></svg>')", "image/svg+xml", "<svg/>"),
        ("Image(b'\\x89PNG\\r\\n\\x1a\\n', format='png')", "image/png", "iVBORw0KGgo="),
        ("JSON({'a': 1})", "application/json", {"a": 1}),
    ],
)
def test_rich_values_send_their_mime(
    notebook: Notebook, expression: str, mime: str, shown: object
) -> None:
    result = notebook.run(f"from IPython.display import *\n{expression}")[1]
    assert result.data[mime] == shown


def test_audio_and_video_are_players(notebook: Notebook) -> None:
    source = "from IPython.display import *\ndisplay(Audio([0, 1], rate=8000))\nVideo('https://example.org/a.mp4')"
    _, audio, video, _ = notebook.run(source)
    assert "<audio" in audio.data["text/html"]
    assert "<video" in video.data["text/html"]


def test_a_figure_is_shown_at_the_end_of_its_cell_with_twice_the_pixels(
    notebook: Notebook,
) -> None:
    messages = notebook.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    [figure] = [m for m in messages if m.kind == "display_data"]
    png = base64.b64decode(figure.data["image/png"])
    width = int.from_bytes(png[16:20])
    assert width == pytest.approx(2 * figure.metadata["image/png"]["width"], abs=1)
    assert seen(notebook.run("plt.get_fignums()"))[0][1] == {"text/plain": "[]"}


def test_figures_can_be_svg(notebook: Notebook) -> None:
    notebook.run("import matplotlib.pyplot as plt")
    messages = notebook.run("%config InlineBackend.figure_formats = ['svg']\nplt.plot([1]);")
    [figure] = [m for m in messages if m.kind == "display_data"]
    notebook.run("%config InlineBackend.figure_formats = ['retina']")
    assert figure.data["image/svg+xml"].startswith("<?xml")


def test_a_table_is_html(notebook: Notebook) -> None:
    result = notebook.run("import pandas\npandas.DataFrame({'a': [1]})")[1]
    assert 'class="dataframe"' in result.data["text/html"]


def test_plotly_sends_its_figure_as_json(notebook: Notebook) -> None:
    source = "import plotly.graph_objects as go\nfigure = go.Figure(go.Bar(y=[1]))\nfigure.show()"
    shown = notebook.run(source)[1]
    plot = shown.data["application/vnd.plotly.v1+json"]
    assert [trace["type"] for trace in plot["data"]] == ["bar"]


def test_altair_sends_its_chart_as_json(notebook: Notebook) -> None:
    source = (
        "import altair, pandas\naltair.Chart(pandas.DataFrame({'a': [1]})).mark_bar().encode(x='a')"
    )
    result = notebook.run(source)[1]
    [mime] = [mime for mime in result.data if mime.startswith("application/vnd.vegalite")]
    assert result.data[mime]["mark"] == {"type": "bar"}


def test_numbers_that_json_lacks_become_null(notebook: Notebook) -> None:
    from wasm_runtime.kernel.wire import encode_message

    message = notebook.run("display({'application/json': float('nan')}, raw=True)")[1]
    assert '"application/json": null' in encode_message(message)[0]


def test_tqdm_is_text(notebook: Notebook) -> None:
    notebook.run("import warnings; warnings.simplefilter('ignore')\nfrom tqdm.auto import tqdm")
    messages = notebook.run("for _ in tqdm(range(2)): pass")
    assert "2/2" in printed(messages, "stderr")
