"""What is particular to object stores: keys, prefixes, uploads in parts, credentials."""

import dataclasses
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import chain
from typing import Any

import pytest

from relay.storage.declaration import Storage
from relay.storage.errors import FileTooLarge, StorageFailed
from relay.storage.opening import OpenStores, open_store
from tests.relay.storage.s3_server import BUCKET, KEYS, S3Server

pytestmark = pytest.mark.anyio
MEBIBYTE = 2**20


async def listed(store: Any, path: str = "", limit: int = 1000) -> list[list[str]]:
    pages: list[list[str]] = []
    after: str | None = ""
    while after is not None:
        page = await store.list(path, after, limit)
        pages.append([each.path + "/" * (each.kind == "folder") for each in page.entries])
        after = page.next
    return pages


async def test_only_what_is_below_the_prefix_can_be_seen(s3: S3Server, lake: Storage) -> None:
    for key in ("teams/data/a", "teams/database", "teams/other/b", "c"):
        s3.put(key, key.encode())
    store = open_store(lake, KEYS)
    assert await listed(store) == [["a"]]
    for path in ("%2e%2e/other/b", "..%2fother/b", "%2e%2e%2fother%2fb"):
        with pytest.raises(Exception, match="There is no"):
            await store.info(path)


async def test_a_folder_of_thousands_of_keys_comes_in_pages_of_1000(
    s3: S3Server, lake: Storage
) -> None:
    expected = [f"n{number:04}" for number in range(2100)]
    s3.put_empty(f"teams/data/{name}" for name in expected)
    pages = await listed(open_store(lake, KEYS))
    assert [len(page) for page in pages] == [1000, 1000, 100]
    assert [*chain(*pages)] == expected


async def test_what_a_large_folder_holds_is_skipped(s3: S3Server, lake: Storage) -> None:
    s3.put_empty(f"teams/data/large/n{number:04}" for number in range(1500))
    s3.put("teams/data/large-one", b"1")
    s3.put("teams/data/small/x", b"1")
    s3.put("teams/data/z", b"1")
    found = [*chain(*await listed(open_store(lake, KEYS)))]
    assert found == ["large-one", "large/", "small/", "z"]


async def test_the_empty_objects_that_stand_for_folders_are_no_files(
    s3: S3Server, lake: Storage
) -> None:
    for key in ("teams/data/", "teams/data/made/", "teams/data/made/x"):
        s3.put(key, b"")
    store = open_store(lake, KEYS)
    assert await listed(store) == [["made/"]]
    assert await listed(store, "made") == [["made/x"]]


async def test_a_cut_upload_leaves_no_parts_behind(s3: S3Server, lake: Storage) -> None:
    async def cut() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * MEBIBYTE
        raise ConnectionError("whoever wrote has gone")

    with pytest.raises(ConnectionError, match="whoever wrote"):
        await open_store(lake, KEYS).write("a", cut())
    assert s3.keys() == []
    assert s3.unfinished_uploads() == []


async def test_a_condition_bounds_what_is_held_in_memory(lake: Storage) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * MEBIBYTE

    with pytest.raises(FileTooLarge, match="With a condition"):
        await open_store(lake, KEYS).write("a", endless(), only_new=True)


async def test_errors_name_neither_bucket_nor_address(s3: S3Server, lake: Storage) -> None:
    for other in ({"bucket": "no-such-bucket"}, {"endpoint": "http://127.0.0.1:1"}):
        store = open_store(dataclasses.replace(lake, **other), KEYS)
        with pytest.raises(Exception) as failed:  # noqa: PT011  a class for each way to fail
            await store.info("a")
        said = f"{failed.value} {getattr(failed.value, 'hint', '')}"
        assert not any(word in said for word in ("bucket", "127.0.0.1", "teams", BUCKET))


class Requests:
    """A server that answers nothing but 404, and what it was asked."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        seen = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                seen.paths.append(self.path)
                seen.headers.append({key.lower(): value for key, value in self.headers.items()})
                self.send_response(404)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def requests() -> Iterator[Requests]:
    made = Requests()
    serving = threading.Thread(target=made.server.serve_forever)
    serving.start()
    yield made
    made.server.shutdown()
    serving.join()
    made.server.server_close()


def storage(requests: Requests, **fields: Any) -> Storage:
    credentials = {name: f'secret("{name}")' for name in fields.pop("names", ())}
    given = {"bucket": "shelf", "prefix": "below", "endpoint": requests.address, **fields}
    return Storage(name="shelf", credentials=credentials, **given)


async def asked(store: Any) -> None:
    with pytest.raises(Exception, match="There is no"):
        await store.info("a/b")


async def test_declared_credentials_are_sent_and_the_relays_own_environment_is_not(
    requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OF-THE-ENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-environment")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-the-environment")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "b2YtdGhlLWVudmlyb25tZW50")
    s3 = storage(requests, kind="s3", region="eu-central-1", names=KEYS)
    await asked(open_store(s3, KEYS))
    azure = storage(requests, kind="azure", account="company", names=["sas_key"])
    await asked(open_store(azure, {"sas_key": "sv=2024&sig=given"}))
    anonymous = storage(requests, kind="s3", region="eu-central-1", anonymous=True)
    await asked(open_store(anonymous, {}))
    of_s3, of_azure, of_anonymous = requests.headers
    assert "Credential=AKIAOFTHERELAY0001/" in of_s3["authorization"]
    assert "x-amz-security-token" not in of_s3
    assert "authorization" not in of_azure
    assert "sig=given" in requests.paths[1]
    assert "authorization" not in of_anonymous


async def test_the_machines_own_identity_is_used_when_that_is_declared(
    requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OF-THE-MACHINE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-machine")
    await asked(open_store(storage(requests, kind="s3", region="r", machine_identity=True), {}))
    assert "Credential=OF-THE-MACHINE/" in requests.headers[0]["authorization"]


async def test_google_and_azure_are_asked_for_the_same_file(requests: Requests) -> None:
    await asked(open_store(storage(requests, kind="gcs", anonymous=True), {}))
    await asked(open_store(storage(requests, kind="azure", account="me", anonymous=True), {}))
    assert requests.paths == ["/shelf/below%2Fa%2Fb", "/shelf/below/a/b"]


async def test_a_secret_that_was_replaced_is_used_from_then_on(requests: Requests) -> None:
    secrets = dict(KEYS)

    class Secrets:
        def resolve(self, reference: str) -> str:
            return secrets[reference.removeprefix('secret("').removesuffix('")')]

    stores = OpenStores(Secrets())  # type: ignore[arg-type]
    declared = storage(requests, kind="s3", region="r", names=KEYS)
    assert stores(declared) is stores(declared)
    await asked(stores(declared))
    secrets["access_key_id"] = "AKIAROTATED"
    await asked(stores(declared))
    credentials = [
        each["authorization"].split("Credential=")[1].split("/")[0] for each in requests.headers
    ]
    assert credentials == ["AKIAOFTHERELAY0001", "AKIAROTATED"]


async def test_a_store_that_refuses_the_relay_says_so_in_the_log_alone(
    s3: S3Server, lake: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(dataclasses.replace(lake, bucket="Not_A_Bucket"), KEYS)
    with pytest.raises(StorageFailed, match=r"could not be reached|does not let"):
        await store.list("", "", 10)
    assert KEYS["secret_access_key"] not in capsys.readouterr().out
