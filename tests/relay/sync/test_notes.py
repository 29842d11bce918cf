"""Notes between relays, as the fields of an entry."""

import pytest

from relay.sync.bus import Compacted, Ended, Note, States, WhoIsThere, Written
from relay.sync.errors import Malformed
from relay.sync.notes import fields_of, read_note


@pytest.mark.parametrize(
    "note",
    [
        Written("d", "e", 7, b"\0edit"),
        Written("d", "e", 7, None),
        Compacted("d", 7),
        States("d", b"\0states"),
        WhoIsThere("d"),
        Ended("d"),
    ],
)
def test_a_note_is_read_as_it_was_told(note: Note) -> None:
    assert read_note(fields_of(note)) == note


def test_an_entry_without_a_kind_is_no_note() -> None:
    assert read_note({b"relay": b"r"}) is None


@pytest.mark.parametrize(
    "fields",
    [
        {b"kind": b"Odd", b"document": b"d"},
        {b"kind": b"Written", b"document": b"d", b"epoch": b"e"},
        {b"kind": b"Written", b"document": b"d", b"epoch": b"e", b"number": b"x"},
        {b"kind": b"States", b"document": b"\xff", b"content": b""},
    ],
)
def test_what_is_no_entry_of_ours_is_refused(fields: dict[bytes, bytes]) -> None:
    with pytest.raises(Malformed):
        read_note(fields)
