"""Package indexes: both kinds of page, and an index as a source."""

import html
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasm_runtime.environments.download import make_client
from wasm_runtime.environments.errors import IndexUnreachable
from wasm_runtime.environments.sources.index import PackageIndex, index_url
from wasm_runtime.environments.sources.index_page import parse_page
from wasm_runtime.environments.sources.source import WantedFile

from .web import Web
from .wheels import sha256

JSON = "application/vnd.pypi.simple.v1+json"
PAGE = "https://index.example/simple/alpha/"
names = st.from_regex(r"[a-z]{1,8}-[0-9]\.[0-9](\+[a-z]{1,3})?-py3-none-any\.whl", fullmatch=True)


@given(names, st.text(min_size=1).filter(str.isprintable), st.booleans())
def test_html_and_json_pages_say_the_same(name: str, python: str, yanked: bool) -> None:
    digest = sha256(name.encode())
    attributes = f' data-requires-python="{html.escape(python)}"'
    attributes += ' data-yanked="bad"' if yanked else ""
    anchor = f'<a href="../../files/{name}#sha256={digest}"{attributes}>{name}</a>'
    file = {"filename": name, "url": f"../../files/{name}", "hashes": {"sha256": digest}}
    plain = {"files": [{**file, "requires-python": python, "yanked": yanked}]}
    from_html = parse_page(anchor.encode(), "text/html; charset=utf-8", PAGE)
    assert from_html == parse_page(json.dumps(plain).encode(), JSON, PAGE)
    assert from_html[0].url == f"https://index.example/files/{name}"


def test_the_upload_time_is_read_from_both_kinds() -> None:
    moment = "2026-11-02T10:00:00.000000Z"
    anchor = f'<a href="a-1-py3-none-any.whl" data-upload-time="{moment}">a</a>'
    file = {"filename": "a-1-py3-none-any.whl", "url": "a-1-py3-none-any.whl"}
    page = json.dumps({"files": [{**file, "upload-time": moment}]})
    [first] = parse_page(anchor.encode(), "text/html", PAGE)
    assert [first] == parse_page(page.encode(), JSON, PAGE)
    assert first.uploaded is not None
    assert first.uploaded.isoformat() == "2026-11-02T10:00:00+00:00"


def test_addresses_that_are_not_on_the_web_are_left_out() -> None:
    page = b'<a href="file:///etc/passwd">a-1-py3-none-any.whl</a><a href="ftp://x/y">b</a>'
    assert parse_page(page, "text/html", PAGE) == []


def test_a_project_is_asked_for_by_its_normal_name_and_once(web: Web) -> None:
    web.bodies["/simple/ruamel-yaml/"] = b'<a href="/f/a-1-py3-none-any.whl">a</a>'
    with make_client() as client:
        index = PackageIndex(client, f"{web.address}/simple")
        assert index.files("Ruamel.YAML") == index.files("ruamel_yaml")
    assert web.asked("/simple/ruamel-yaml/") == 1


def test_an_unknown_project_has_no_files(web: Web) -> None:
    with make_client() as client:
        assert PackageIndex(client, web.address).files("nothing") == []


def test_an_index_that_cannot_be_reached_or_read_names_the_project(web: Web) -> None:
    web.bodies["/alpha/"] = b"{}"
    web.types["/alpha/"] = JSON
    with make_client() as client:
        for address in (web.address, "http://127.0.0.1:1"):
            with pytest.raises(IndexUnreachable) as failed:
                PackageIndex(client, address).files("alpha")
            assert failed.value.message.startswith("alpha: ")
            assert "WASM_RUNTIME_INDEX_URL" in failed.value.hint


def test_a_file_of_the_same_name_with_another_hash_is_not_fetched(web: Web, tmp_path: Path) -> None:
    name = "six-1.0-py3-none-any.whl"
    web.bodies["/six/"] = f'<a href="/{name}#sha256={"a" * 64}">six</a>'.encode()
    web.bodies[f"/{name}"] = b"another build"
    wanted = WantedFile(file_name=name, sha256="b" * 64, project="six")
    with make_client() as client:
        index = PackageIndex(client, web.address)
        assert not index.fetch(wanted, tmp_path / "part", lambda done, total: None)
    assert web.asked(f"/{name}") == 0


def test_the_setting_comes_before_pips_and_pips_before_its_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("WASM_RUNTIME_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    assert index_url().startswith("http")
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example/simple")
    assert index_url() == "https://pip.example/simple"
    monkeypatch.setenv("WASM_RUNTIME_INDEX_URL", "https://ours.example/simple")
    assert index_url() == "https://ours.example/simple"
    assert index_url("https://given.example/simple") == "https://given.example/simple"
