"""Files over HTTP: ranges, conditions, limits, what is audited, and what is refused."""

from pathlib import Path

import pytest

from relay.settings import Settings
from tests.relay.storage.hostile_paths import HOSTILE, NOT_DECODED_TWICE
from tests.relay.storage.relay_with_storages import StorageRelay, storage_relay
from tests.relay.storage.s3_server import BUCKET, KEYS, S3Server

DIGITS = b"0123456789"


def test_a_file_is_put_listed_read_and_deleted(relay: StorageRelay, folder: Path) -> None:
    put = relay.file("2026/may.csv", "PUT", content=b"a,b\n1,2\n")
    assert (put.status_code, put.content) == (204, b"")
    assert (folder / "2026" / "may.csv").read_bytes() == b"a,b\n1,2\n"
    assert (relay.names(), relay.names("2026")) == (["2026/"], ["2026/may.csv"])
    got = relay.file("2026/may.csv")
    assert (got.status_code, got.content) == (200, b"a,b\n1,2\n")
    assert got.headers["etag"] == put.headers["etag"]
    assert relay.file("2026/may.csv", "DELETE").status_code == 204
    assert relay.file("2026/may.csv").status_code == 404


def test_head_says_what_get_would_without_the_bytes(relay: StorageRelay, folder: Path) -> None:
    (folder / "digits").write_bytes(DIGITS)
    head, got = relay.file("digits", "HEAD"), relay.file("digits")
    assert head.content == b""
    told = ("content-length", "etag", "last-modified", "accept-ranges", "content-type")
    assert [head.headers[name] for name in told] == [got.headers[name] for name in told]
    assert head.headers["content-length"] == "10"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-3", b"0123"),
        ("bytes=4-", b"456789"),
        ("bytes=-3", b"789"),
        ("bytes=8-99", b"89"),
        ("bytes=9-9", b"9"),
    ],
)
def test_a_range_is_answered_with_its_place(
    relay: StorageRelay, folder: Path, asked: str, expected: bytes
) -> None:
    (folder / "digits").write_bytes(DIGITS)
    got = relay.file("digits", headers={"range": asked})
    first = DIGITS.index(expected)
    assert (got.status_code, got.content) == (206, expected)
    assert got.headers["content-range"] == f"bytes {first}-{first + len(expected) - 1}/10"


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_beyond_the_end_is_answered_with_the_size(
    relay: StorageRelay, folder: Path, asked: str
) -> None:
    (folder / "digits").write_bytes(DIGITS)
    got = relay.file("digits", headers={"range": asked})
    assert (got.status_code, got.headers["content-range"]) == (416, "bytes */10")


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,3-4", "bytes=5-2", "bytes=-", "lines=1-2", "bytes=x-y", "bytes=١-٢"]
)
def test_what_is_no_range_is_not_heeded(relay: StorageRelay, folder: Path, asked: str) -> None:
    (folder / "digits").write_bytes(DIGITS)
    got = relay.file("digits", headers={"range": asked.encode()})
    assert (got.status_code, got.content) == (200, DIGITS)


def test_conditions_are_heeded(relay: StorageRelay, folder: Path) -> None:
    (folder / "a").write_bytes(b"1")
    old = relay.file("a", "HEAD").headers["etag"]
    new = relay.file("a", "PUT", content=b"22", headers={"if-match": old}).headers["etag"]
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert relay.file("a", method, headers={"if-match": old}).status_code == 412, method
    assert relay.file("a", "PUT", headers={"if-none-match": "*"}).status_code == 412
    assert relay.file("a", headers={"if-match": new}).content == b"22"
    both = {"if-match": new, "if-none-match": "*"}
    assert relay.file("a", "PUT", headers=both).status_code == 400


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_a_hostile_path_reaches_nothing(
    relay: StorageRelay, folder: Path, tmp_path: Path, method: str
) -> None:
    (tmp_path / "secret.txt").write_bytes(b"outside")
    found = {path: relay.raw(method, f"/storages/shelf/files/{path}") for path in HOSTILE}
    # No route at all is reached by a line feed.
    expected = {path: 404 if "%0a" in path else 400 for path in HOSTILE}
    assert {path: status for path, (status, _) in found.items()} == expected
    assert not any(b"outside" in said for _, said in found.values())
    assert list(folder.iterdir()) == []
    assert (tmp_path / "secret.txt").read_bytes() == b"outside"


def test_a_name_is_decoded_once(relay: StorageRelay, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(b"outside")
    for path in NOT_DECODED_TWICE:
        status, said = relay.raw("GET", f"/storages/shelf/files/{path}")
        assert (status, b"outside" in said) == (400 if "%c0" in path else 404, False), path


@pytest.mark.parametrize("path", ["..", "../x", "a/..", "/", "a//b", "a\\b", "\x00"])
def test_a_hostile_folder_is_not_listed(relay: StorageRelay, path: str) -> None:
    assert relay.ask("GET", "/storages/shelf/list", params={"path": path}).status_code == 400


def test_what_may_only_be_read_is_not_written(
    settings: Settings, tmp_path: Path, folder: Path
) -> None:
    (folder / "a").write_bytes(b"1")
    shelf = {"kind": "folder", "folder": str(folder), "may_write": False}
    with storage_relay(settings, tmp_path, shelf=shelf) as relay:
        for method in ("PUT", "DELETE"):
            refused = relay.file("a", method)
            assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
        assert relay.file("a").content == b"1"
        (offered,) = relay.ask("GET", "/storages").json()["storages"]
    assert (offered["name"], offered["may_write"]) == ("shelf", False)
    assert str(folder) not in str(offered)


def test_more_than_a_storage_moves_at_once_is_refused(
    settings: Settings, tmp_path: Path, folder: Path
) -> None:
    (folder / "large").write_bytes(b"x" * 2_000_000)
    shelf = {"kind": "folder", "folder": str(folder), "max_file_bytes": 1_500_000}
    with storage_relay(settings, tmp_path, shelf=shelf) as relay:
        whole = relay.file("large")
        assert (whole.status_code, whole.json()["code"]) == (413, "too_large")
        assert "in parts" in whole.json()["hint"]
        assert len(relay.file("large", headers={"range": "bytes=0-999999"}).content) == 1_000_000
        assert relay.file("new", "PUT", content=b"x" * 1_500_000).status_code == 204
        announced = relay.file("more", "PUT", content=b"x" * 1_500_001)
        unannounced = relay.file("more", "PUT", content=iter([b"x" * 500_000] * 4))
        assert (announced.status_code, unannounced.status_code) == (413, 413)
    assert sorted(each.name for each in folder.iterdir()) == ["large", "new"]


def test_every_use_is_one_record(relay: StorageRelay) -> None:
    relay.file("a/b", "PUT", content=DIGITS)
    relay.file("a/b", "HEAD")
    relay.file("a/b", headers={"range": "bytes=0-3"})
    relay.file("missing")
    relay.file("a/b", "DELETE")
    relay.names("a")
    assert [
        (each.action, each.object, each.details["path"], each.details["bytes"], each.result)
        for each in relay.audit
    ] == [
        ("write file", "shelf", "a/b", 10, "ok"),
        ("look at file", "shelf", "a/b", 0, "ok"),
        ("read file", "shelf", "a/b", 4, "ok"),
        ("read file", "shelf", "missing", 0, "not_found"),
        ("delete file", "shelf", "a/b", 0, "ok"),
        ("list files", "shelf", "a", 0, "ok"),
    ]


def test_a_page_in_a_storage_is_no_page_of_the_relays(relay: StorageRelay, folder: Path) -> None:
    (folder / "page.html").write_bytes(b"<script>alert(1)</script>")
    headers = relay.file("page.html").headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"] == "attachment"
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]


def test_another_sites_page_cannot_use_a_storage(relay: StorageRelay, folder: Path) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert relay.file("a", "PUT", content=b"1", headers=headers).status_code == 403
    assert list(folder.iterdir()) == []


def test_files_in_s3_are_read_and_written_like_those_in_a_folder(
    settings: Settings, tmp_path: Path, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(f"WASM_RUNTIME_SECRET_{name.upper()}", value)
    lake = {
        "kind": "s3",
        "bucket": BUCKET,
        "prefix": "teams/data",
        "region": "us-east-1",
        "endpoint": s3.address,
        "credentials": {name: f'secret("{name}")' for name in KEYS},
    }
    s3.put("secret.txt", b"outside")
    with storage_relay(settings, tmp_path, lake=lake, shelf=lake) as relay:
        assert relay.file("a/b.csv", "PUT", content=DIGITS).status_code == 204
        assert relay.names("a") == ["a/b.csv"]
        assert relay.file("a/b.csv", headers={"range": "bytes=-2"}).content == b"89"
        for path in [*HOSTILE, *NOT_DECODED_TWICE]:
            status, said = relay.raw("GET", f"/storages/lake/files/{path}")
            assert status in (400, 404), (path, said)
    assert sorted(s3.keys()) == ["secret.txt", "teams/data/a/b.csv"]


def test_a_storage_whose_secret_is_missing_says_so_in_the_log_alone(
    settings: Settings, tmp_path: Path
) -> None:
    lake = {
        "kind": "azure",
        "bucket": "b",
        "account": "me",
        "credentials": {"account_key": 'secret("NOT_KEPT")'},
    }
    with storage_relay(settings, tmp_path, lake=lake) as relay:
        refused = relay.ask("GET", "/storages/lake/list")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "NOT_KEPT" not in refused.text
