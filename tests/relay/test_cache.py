"""The cache service: environments, the store, and the index for micropip."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import brotli
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from relay.cache import cache_routes, open_cache
from relay.errors import answer_known_error
from relay.telemetry import Metrics
from tests.environments.wheels import make_wheel, sha256
from tests.environments.world import World
from wasm_runtime.contracts.codec import decode
from wasm_runtime.contracts.environments import EnvironmentList
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.environments.errors import IndexUnreachable
from wasm_runtime.environments.sources.index_page import IndexFile
from wasm_runtime.environments.supplies import Supplies
from wasm_runtime.errors import WasmRuntimeError

JSON = "application/vnd.pypi.simple.v1+json"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "cache")
    world.builder.build("small", relock=True)
    return world


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def relay(world: World, metrics: Metrics) -> Iterator[TestClient]:
    @contextmanager
    def supplies() -> Iterator[Supplies]:
        yield world.supplies

    with open_cache(world.cache, supplies=supplies) as service:
        app = Starlette(
            routes=cache_routes(service, metrics.snapshot_refusals, []),
            exception_handlers={WasmRuntimeError: answer_known_error},
        )
        with TestClient(app, base_url="http://relay.example") as client:
            yield client


def test_the_built_environments_are_listed(relay: TestClient, world: World) -> None:
    listed = decode(relay.get("/environments.json").json(), "EnvironmentList", CONTRACT)
    assert listed == EnvironmentList(environments=[world.cache.environment("small")])


def test_refused_snapshots_are_counted_for_environments_that_are_there(
    relay: TestClient, metrics: Metrics
) -> None:
    assert relay.post("/snapshot-refusals/small").status_code == 204
    assert relay.post("/snapshot-refusals/unknown").status_code == 404
    page = bytes(metrics.page().body).decode()
    assert 'relay_snapshot_refusals_total{environment="small"} 1.0' in page
    assert "unknown" not in page


def test_one_environment_is_revalidated_by_its_etag(relay: TestClient) -> None:
    first = relay.get("/environments/small.json")
    again = relay.get("/environments/small.json", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert first.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["absent", "..%2fsecret", "%2e%2e", "small%00"])
def test_other_environments_are_not_found(relay: TestClient, name: str) -> None:
    answer = relay.get(f"/environments/{name}.json")
    assert answer.status_code == 404


def test_a_stored_file_is_immutable_and_compressed(relay: TestClient, world: World) -> None:
    wasm = next(f for f in world.cache.environment().runtime if f.name == "pyodide.asm.wasm")
    plain = relay.get(f"/store/{wasm.sha256}/{wasm.name}", headers={"accept-encoding": "identity"})
    packed = relay.get(f"/store/{wasm.sha256}/{wasm.name}", headers={"accept-encoding": "br"})
    assert sha256(plain.content) == wasm.sha256
    assert plain.headers["content-type"] == "application/wasm"
    assert "immutable" in plain.headers["cache-control"]
    assert packed.headers["content-encoding"] == "br"
    assert int(packed.headers["content-length"]) == wasm.transfer_bytes
    assert plain.headers["etag"] != packed.headers["etag"]
    twin = world.cache.store.path(wasm.sha256).with_name(wasm.sha256 + ".br")
    assert brotli.decompress(twin.read_bytes()) == plain.content


def test_a_known_stored_file_is_not_sent_again(relay: TestClient, world: World) -> None:
    path = f"/store/{world.cache.environment().lock.sha256}/pyodide-lock.json"
    etag = relay.head(path).headers["etag"]
    assert relay.get(path, headers={"if-none-match": f'"x", W/{etag}'}).status_code == 304


def test_a_thousand_ranges_get_the_whole_file(relay: TestClient, world: World) -> None:
    wheel = world.cache.environment().wheels[0].file
    ranges = "bytes=" + ",".join(f"{start}-" for start in range(1000))
    headers = {"range": ranges, "accept-encoding": "identity"}
    answer = relay.get(f"/store/{wheel.sha256}/{wheel.name}", headers=headers)
    assert answer.status_code == 200
    assert len(answer.content) == wheel.size_bytes


@pytest.mark.parametrize(
    "path",
    [
        f"/store/{'a' * 64}/numpy.whl",
        "/store/partial/x.lock",
        "/store/..%2f..%2fbuilt/small.json",
        "/store/%2e%2e/environments.toml",
        f"/store/{'A' * 64}/x",
    ],
)
def test_nothing_but_stored_files_is_served(relay: TestClient, path: str) -> None:
    assert relay.get(path).status_code == 404


def page(relay: TestClient, project: str) -> list[dict[str, Any]]:
    answer = relay.get(f"/index/simple/{project}/", headers={"accept": f"{JSON}, */*;q=0.01"})
    assert answer.headers["content-type"] == JSON
    files: list[dict[str, Any]] = answer.json()["files"]
    return files


def test_micropip_finds_a_wheel_with_an_absolute_address(relay: TestClient, world: World) -> None:
    [file] = page(relay, "gamma")
    assert file["url"].startswith("http://relay.example/index/files/gamma/")
    body = relay.get(file["url"]).content
    assert sha256(body) == file["hashes"]["sha256"]


def test_html_and_json_name_the_same_files(relay: TestClient) -> None:
    class Anchors(HTMLParser):
        found: list[str]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [str(dict(attrs)["href"])] if tag == "a" else []

    anchors = Anchors()
    anchors.found = []
    answer = relay.get("/index/simple/alpha/", headers={"accept": "text/html"})
    anchors.feed(answer.text)
    from_html = [urljoin(str(answer.url), address) for address in anchors.found]
    from_json = [
        f"{file['url']}#sha256={file['hashes']['sha256']}" for file in page(relay, "alpha")
    ]
    assert from_html == from_json


def test_projects_are_listed(relay: TestClient) -> None:
    listed = relay.get("/index/simple/", headers={"accept": JSON}).json()["projects"]
    assert listed == [{"name": "alpha"}, {"name": "beta"}]


def test_the_whole_team_downloads_once(relay: TestClient, world: World) -> None:
    [file] = page(relay, "gamma")
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(relay.get(file["url"]).status_code))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    assert world.wheels.asked.count("gamma-1.0-py3-none-any.whl") == 1


def test_metadata_is_there_for_what_is_stored(relay: TestClient) -> None:
    [file] = page(relay, "alpha")
    assert file["core-metadata"] is True
    assert "Requires-Dist: beta>=1" in relay.get(f"{file['url']}.metadata").text


def test_a_wheel_with_the_wrong_hash_is_not_handed_on(relay: TestClient, world: World) -> None:
    world.wheels.files["gamma-1.0-py3-none-any.whl"] = b"changed on the way"
    answer = relay.get("/index/files/gamma/gamma-1.0-py3-none-any.whl")
    assert answer.status_code == 502
    assert answer.json()["code"] == "hash_mismatch"


def test_a_hostile_wheel_is_not_handed_on(relay: TestClient, world: World) -> None:
    name, body = make_wheel("evil", files={"evil.pth": b"import os"})
    world.wheels.files[name] = body
    file = IndexFile(file_name=name, url="https://f.example/", sha256=sha256(body))
    world.index.projects["evil"] = [file]
    answer = relay.get(f"/index/files/evil/{name}")
    assert (answer.status_code, answer.json()["code"]) == (422, "wheel_unusable")


def test_wheels_that_cannot_run_are_not_listed(relay: TestClient, world: World) -> None:
    name, body = make_wheel("delta", tag="cp314-cp314-manylinux_2_28_x86_64")
    file = IndexFile(file_name=name, url="https://f.example/", sha256=sha256(body))
    world.index.projects["delta"] = [file]
    answer = relay.get("/index/simple/delta/")
    assert answer.status_code == 404
    assert "Pyodide" in answer.json()["message"]


def test_without_upstream_the_known_pages_still_answer(
    relay: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = page(relay, "gamma")

    def unreachable(project: str) -> list[IndexFile]:
        raise IndexUnreachable(project, "no network")

    monkeypatch.setattr(world.index, "files", unreachable)
    assert page(relay, "gamma") == seen
    assert relay.get("/index/simple/epsilon/").status_code == 502


@pytest.mark.parametrize(
    "path",
    [
        "/index/simple/..%2fetc/",
        "/index/simple/http:%2f%2fevil.example/",
        "/index/simple/-bad-/",
        "/index/files/alpha/..%2f..%2fenvironments.toml",
        "/index/files/alpha/other-1.0-py3-none-any.whl",
        "/index/files/alpha/alpha.tar.gz",
    ],
)
def test_a_request_cannot_name_anything_but_a_listed_file(
    relay: TestClient, world: World, path: str
) -> None:
    world.wheels.asked.clear()
    assert relay.get(path).status_code == 404
    assert world.wheels.asked == []


def test_project_names_are_normalised_by_redirect(relay: TestClient) -> None:
    answer = relay.get("/index/simple/Alpha", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, "alpha/")
