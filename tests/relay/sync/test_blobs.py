"""The contract of every blob store, and what an encoded document refers to."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Map

from relay.sync.blob_files import BlobFiles
from relay.sync.blobs import Blob, BlobStore, MemoryBlobs, hash_of, references, unneeded
from relay.sync.store import StoreFault
from relay.sync.stores import open_blobs
from tests.relay.sync.postgres import database
from wasm_runtime.contracts.document import BLOB_KEY

ONE, OTHER = b"one", b"other" * 1000


@pytest.fixture(params=["memory", "files", "postgres"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlobStore]:
    opened: BlobStore = MemoryBlobs()
    if request.param == "memory":
        yield opened
    elif request.param == "files":
        opened = open_blobs(str(tmp_path / "documents.sqlite"))
        yield opened
    else:
        with database() as url:
            opened = open_blobs(url)
            yield opened
            opened.close()


def put(blobs: BlobStore, content: bytes, now: float, document_id: str = "d") -> str:
    blobs.put(document_id, hash_of(content), content, now)
    return hash_of(content)


def test_what_was_put_is_got_from_its_own_document_alone(blobs: BlobStore) -> None:
    one = put(blobs, ONE, 1.0)
    assert (blobs.get("d", one), blobs.get("other", one)) == (ONE, None)
    assert (blobs.blobs("d"), blobs.blobs("other")) == ([Blob(one, 3, 1.0)], [])


def test_putting_again_renews_it(blobs: BlobStore) -> None:
    one, other = put(blobs, ONE, 1.0), put(blobs, OTHER, 1.0)
    put(blobs, ONE, 5.0)
    blobs.drop("d", {one, other}, put_before=5.0)
    assert blobs.blobs("d") == [Blob(one, 3, 5.0)]


def test_all_of_a_document_are_forgotten_and_of_no_other(blobs: BlobStore) -> None:
    one, other = put(blobs, ONE, 1.0), put(blobs, OTHER, 1.0, "other")
    blobs.forget("d")
    blobs.forget("d")
    assert (blobs.get("d", one), blobs.blobs("d"), blobs.get("other", other)) == (None, [], OTHER)


def test_only_what_is_named_is_dropped(blobs: BlobStore) -> None:
    one, other = put(blobs, ONE, 1.0), put(blobs, OTHER, 1.0)
    put(blobs, ONE, 1.0, "other")
    blobs.drop("d", {one}, put_before=2.0)
    assert (blobs.get("d", one), blobs.get("d", other)) == (None, OTHER)
    assert blobs.get("other", one) == ONE


def test_what_a_crash_left_half_written_is_no_blob_and_is_dropped(tmp_path: Path) -> None:
    blobs = BlobFiles(tmp_path)
    put(blobs, ONE, 1.0)
    part = tmp_path / "d" / ".part-0123"
    part.write_bytes(b"on")
    os.utime(part, (1.0, 1.0))
    assert len(blobs.blobs("d")) == 1
    blobs.drop("d", (), put_before=2.0)
    assert [path.name for path in (tmp_path / "d").iterdir()] == [hash_of(ONE)]


def test_a_folder_that_cannot_be_made_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFault, match="file"):
        put(BlobFiles(tmp_path / "file"), ONE, 1.0)


def test_a_reference_is_found_in_the_encoded_document_until_it_is_overwritten() -> None:
    doc: Doc[Any] = Doc()
    cells = doc.get("outputs", type=Map)
    reference = {"sha256": hash_of(ONE), "size": 3, "encoding": "text"}
    cells["a"] = [{"data": {"image/png": {BLOB_KEY: reference}}}]
    before = doc.get_update()
    cells["a"] = []
    assert (references([before]), references([doc.get_update()])) == ({hash_of(ONE)}, set())


def test_what_nothing_needs_goes_after_its_time_the_oldest_first() -> None:
    blobs = [Blob("new", 1, 9.0), Blob("b", 1, 2.0), Blob("a", 1, 1.0), Blob("needed", 1, 0.0)]
    assert [blob.sha256 for blob in unneeded(blobs, {"needed"}, put_before=5.0)] == ["a", "b"]
