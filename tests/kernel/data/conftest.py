"""Results as the relay writes them, from the databases that its own tests start."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest

from relay.data.arrow import Column, RowWriter
from relay.data.engine import END_OF_STREAM
from tests.kernel.conftest import Notebook
from tests.relay.data.conftest import (  # noqa: F401  # pytest finds its fixtures here
    Declarations,
    declarations,
    engine_of,
    mysql,
    postgres,
)
from tests.relay.data.reading import read_stream
from wasm_runtime.kernel.data.arrow_stream import ArrowStream
from wasm_runtime.kernel.data.frame import Decimals, FrameBuilder
from wasm_runtime.kernel.data.python_values import python_values

SHOP = (Column("city", "text"), Column("orders", "integer"))


def stream_of(*rows: tuple[Any, ...], columns: Sequence[Column] = SHOP) -> bytes:
    """A whole result of these rows, one batch for each."""
    writer = RowWriter(columns)
    return b"".join(
        [writer.head().content, *(writer.batch([row]).content for row in rows), END_OF_STREAM]
    )


def frame_of(content: bytes, decimals: Decimals = "auto") -> pd.DataFrame:
    stream = ArrowStream()
    batches = list(stream.feed(content))
    stream.end()
    assert stream.types is not None
    builder = FrameBuilder(stream.types, decimals)
    for batch in batches:
        builder.add(batch)
    return builder.frame()


def rows_of(content: bytes) -> list[tuple[Any, ...]]:
    """The rows as a PEP 249 cursor gives them."""
    stream = ArrowStream()
    rows: list[tuple[Any, ...]] = []
    for batch in stream.feed(content):
        rows += zip(*(python_values(column) for column in batch), strict=True)
    stream.end()
    return rows


Ask = Callable[[str, str], bytes]


@pytest.fixture
def ask(declarations: Declarations) -> Ask:  # noqa: F811
    """The bytes that the relay sends for a statement on an engine."""

    def content(engine: str, sql: str) -> bytes:
        whole, _ = asyncio.run(read_stream(engine_of(declarations.of(engine)), sql))
        return whole

    return content


@pytest.fixture
def shop(notebook: Notebook) -> Notebook:
    """A notebook whose every query of `select * from cities` gives three rows."""
    content = stream_of(("Osaka", 3), ("Zürich", None), (None, -1))
    notebook.host.results["select * from cities"] = [content[:100], content[100:400], content[400:]]
    return notebook
