"""AI models from a notebook's cells: the provider's own library, the page's question, no key."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from relay.audit import AuditLog
from tests.browser.conftest import Relay
from tests.browser.scratch_notebook import Scratch, open_context
from tests.relay.ai.providers import KEY, running_aimock
from tests.relay.ai.relay_with_ai import as_toml

ASK = "ask = dict(model='small', messages=[{'role': 'user', 'content': 'hello'}])\n"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ai")


@pytest.fixture(scope="module")
def scratch(browser: Browser, data: Path) -> Iterator[Scratch]:
    with running_aimock() as aimock:
        address = f"{aimock.address}/v1"
        provider = {"kind": "openai", "key": 'secret("K")', "address": address, "discover": False}
        declared = {"providers": {"one": provider}, "models": {"small": {"provider": "one"}}}
        (data / "ai.toml").write_text(as_toml(declared))
        relay = Relay(
            environment={
                "WASM_RUNTIME_AI": str(data / "ai.toml"),
                "WASM_RUNTIME_SECRET_K": KEY,
                "WASM_RUNTIME_DATA_FOLDER": str(data),
                "WASM_RUNTIME_DOCUMENTS": str(data / "documents.sqlite"),
            }
        )
        with open_context(browser) as context:
            scratch = Scratch(context.new_page(), relay.url, "core")
            expect(scratch.run("%pip install openai")).to_contain_text("Installed")
            yield scratch
        relay.stop()


def result_of_the_newest(data: Path) -> str:
    """Of the requests to models: the relay keeps its record once it has let go of the provider."""
    log = AuditLog(data / "audit.sqlite")
    deadline = time.monotonic() + 5
    try:
        while True:
            newest = next(each for each in log.newest(9) if each.action == "ask model")
            if newest.result != "ok" or time.monotonic() > deadline:
                return newest.result
    finally:
        log.close()


def question(scratch: Scratch) -> Locator:
    asked = scratch.page.get_by_role("alertdialog", name="Network permission")
    expect(asked).to_contain_text("wants to ask AI models with your rights")
    return asked


def test_python_asks_a_model_after_the_person_agreed(scratch: Scratch, data: Path) -> None:
    sent: list[str] = []
    scratch.page.on("request", lambda request: sent.append(request.url))
    index = scratch.start(
        f"from openai import AsyncOpenAI, OpenAI\n{ASK}"
        "print(OpenAI().chat.completions.create(**ask).choices[0].message.content)\n"
        "print('key:', OpenAI().api_key)"
    )
    asked = question(scratch)
    assert not [url for url in sent if "/ai/" in url]
    asked.screenshot(path=str(data / "question.png"))
    asked.get_by_role("button", name="Always in this notebook").click()
    scratch.printed(index, "Hello from the model.")
    scratch.printed(index, "key: the-relay-has-the-key")


def test_a_stream_is_read_as_it_comes(scratch: Scratch) -> None:
    output = scratch.run(
        "said = [part.choices[0].delta.content or ''\n"
        "        for part in OpenAI().chat.completions.create(**ask, stream=True)]\n"
        "print(len(said) > 1, ''.join(said))\n"
        "async for part in await AsyncOpenAI().chat.completions.create(**ask, stream=True):\n"
        "    print(part.choices[0].delta.content or '', end='')"
    )
    expect(output).to_have_text(re.compile(r"True Hello from the model\.\s+Hello from the model\."))


def test_stop_ends_the_answer_at_its_source(scratch: Scratch, data: Path) -> None:
    index = scratch.start(
        "long = {**ask, 'messages': [{'role': 'user', 'content': 'long'}]}\n"
        "for part in OpenAI().chat.completions.create(**long, stream=True):\n"
        "    print(part.choices[0].delta.content)"
    )
    scratch.printed(index, "word")
    scratch.notebook.button("Stop").click()
    expect(scratch.finished(index)).to_contain_text("KeyboardInterrupt")
    assert result_of_the_newest(data) == "cancelled"


def test_nothing_else_of_the_relay_answers_to_python(scratch: Scratch) -> None:
    paths = ("session", "rooms/n", "operator/audit", "ai/../session", "ai/%2e%2e/session")
    output = scratch.run(
        "from pyodide.http import pyfetch\n"
        f"for path in {paths}:\n"
        "    try: print(path, (await pyfetch('https://relay.invalid/' + path)).status)\n"
        "    except Exception as error: print(path, 'refused')"
    )
    for path in paths:
        expect(output).to_contain_text(f"{path} refused")
