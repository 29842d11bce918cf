"""Notes as the fields of an entry in a stream."""

from .bus import Compacted, Ended, Note, States, WhoIsThere, Written
from .errors import Malformed

Fields = dict[bytes, bytes]

_KIND, _DOCUMENT, _EPOCH, _SEQUENCE, _CONTENT = (
    b"kind",
    b"document",
    b"epoch",
    b"number",
    b"content",
)


def fields_of(note: Note) -> Fields:
    """What `read_note` reads."""
    fields = {_KIND: type(note).__name__.encode(), _DOCUMENT: note.document_id.encode()}
    match note:
        case Written(_, epoch, sequence, update):
            fields |= {_EPOCH: epoch.encode(), _SEQUENCE: b"%d" % sequence}
            if update is not None:
                fields[_CONTENT] = update
        case Compacted(_, sequence):
            fields[_SEQUENCE] = b"%d" % sequence
        case States(_, states):
            fields[_CONTENT] = states
    return fields


def read_note(fields: Fields) -> Note | None:
    """None for an entry that holds no note. Raises Malformed for one that is no entry of ours."""
    kind = fields.get(_KIND)
    if kind is None:
        return None
    try:
        document_id = fields[_DOCUMENT].decode()
        match kind:
            case b"Written":
                epoch, sequence = fields[_EPOCH].decode(), int(fields[_SEQUENCE])
                return Written(document_id, epoch, sequence, fields.get(_CONTENT))
            case b"Compacted":
                return Compacted(document_id, int(fields[_SEQUENCE]))
            case b"States":
                return States(document_id, fields[_CONTENT])
            case b"WhoIsThere":
                return WhoIsThere(document_id)
            case b"Ended":
                return Ended(document_id)
    except (KeyError, ValueError) as error:
        raise Malformed(f"An entry lacks a field, or it is not well formed: {error}.") from error
    raise Malformed(f"There is no note of the kind {kind!r}.")
