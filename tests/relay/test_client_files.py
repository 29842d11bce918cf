"""The page's files: types, compression, revalidation, and nothing outside their folder."""

import os
from pathlib import Path

import brotli
import pytest
from starlette.testclient import TestClient

TRAVERSALS = [
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/..%5csecret.txt",
    "/%2e%2e/secret.txt",
    "/%252e%252e/secret.txt",
    "/assets/../../secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/assets//main-12345678.js",
    "/;/../secret.txt",
    "/secret.txt%00.js",
    "/C:%5csecret.txt",
    "/%c0%ae%c0%ae/secret.txt",
    "/.hidden",
    "/link.txt",
    "/folder-link/secret.txt",
    "/index.html.br",
    "/" + "a" * 5000,
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_nothing_outside_the_folder_is_served(
    relay: TestClient, client_folder: Path, path: str
) -> None:
    secret = client_folder.parent / "secret.txt"
    secret.write_text("secret")
    (client_folder / ".hidden").write_text("secret")
    os.symlink(secret, client_folder / "link.txt")
    os.symlink(client_folder.parent, client_folder / "folder-link")
    answer = relay.get(path, follow_redirects=False)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/assets/main-12345678.js", "text/javascript; charset=utf-8"),
        ("/assets/style-12345678.css", "text/css; charset=utf-8"),
        ("/assets/pyodide.asm.wasm", "application/wasm"),
        ("/manifest.webmanifest", "application/manifest+json"),
    ],
)
def test_types_are_exact(relay: TestClient, path: str, media_type: str) -> None:
    assert relay.get(path).headers["content-type"] == media_type


@pytest.mark.parametrize(
    ("path", "cache_control"),
    [
        ("/", "no-cache"),
        ("/service-worker.js", "no-cache"),
        ("/frames/kernel.html", "no-cache"),
        ("/assets/main-12345678.js", "public, max-age=31536000, immutable"),
    ],
)
def test_only_names_with_a_hash_are_kept_for_ever(
    relay: TestClient, path: str, cache_control: str
) -> None:
    assert relay.get(path).headers["cache-control"] == cache_control


def test_a_file_that_the_build_compressed_is_sent_as_it_lies_there(
    relay: TestClient, client_folder: Path
) -> None:
    (client_folder / "assets" / "main-12345678.js.br").write_bytes(brotli.compress(b"from build"))
    answer = relay.get("/assets/main-12345678.js", headers={"accept-encoding": "gzip, br"})
    assert answer.headers["content-encoding"] == "br"
    assert answer.text == "from build"


def test_a_file_that_was_not_compressed_is_compressed_on_use(relay: TestClient) -> None:
    answer = relay.get("/assets/main-12345678.js", headers={"accept-encoding": "br"})
    assert answer.headers["content-encoding"] == "br"
    assert int(answer.headers["content-length"]) < 100
    assert answer.text == "export const one = 1;" * 50


@pytest.mark.parametrize("accepted", ["identity", "gzip", "br;q=0"])
def test_who_takes_no_brotli_gets_the_file_itself(relay: TestClient, accepted: str) -> None:
    answer = relay.get("/", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("accepted", ["br", "identity"])
def test_a_known_file_is_not_sent_again(relay: TestClient, accepted: str) -> None:
    headers = {"accept-encoding": accepted}
    tag = relay.get("/", headers=headers).headers["etag"]
    again = relay.get("/", headers={**headers, "if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag


def test_a_rebuilt_file_is_sent_at_once(relay: TestClient, client_folder: Path) -> None:
    tag = relay.get("/").headers["etag"]
    (client_folder / "index.html").write_text("a new build")
    answer = relay.get("/", headers={"if-none-match": tag})
    assert (answer.status_code, answer.text) == (200, "a new build")


def test_head_has_the_headers_and_no_body(relay: TestClient) -> None:
    answer = relay.head("/assets/main-12345678.js", headers={"accept-encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "1050"
