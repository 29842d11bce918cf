"""The history of a document, as people read it: stretches of edits, who wrote them and when."""

from wasm_runtime.contracts.relay_api import History, HistoryEntry

from .store import EditMark, Outline

PAUSE_SECONDS = 120.0
"""After it a new entry begins."""
LONGEST_SECONDS = 600.0
"""A person who writes on and on makes an entry each ten minutes."""


def history(outline: Outline) -> History:
    """What can be read of a document's past, the oldest entry first."""
    first_edit = outline.edits[0].sequence if outline.edits else None
    entries: list[HistoryEntry] = []
    start = 1
    for point in outline.points:
        if first_edit is not None and point.sequence >= first_edit:
            break
        entries.append(
            HistoryEntry(
                first=start,
                last=point.sequence,
                started_at=point.started_at,
                ended_at=point.ended_at,
                authors=list(point.authors),
                is_thinned=True,
            )
        )
        start = point.sequence + 1
    stretch: list[EditMark] = []
    for edit in outline.edits:
        if stretch and _begins_anew(stretch, edit):
            entries.append(_entry(stretch))
            stretch = []
        stretch.append(edit)
    if stretch:
        entries.append(_entry(stretch))
    return History(entries=entries)


def _begins_anew(stretch: list[EditMark], edit: EditMark) -> bool:
    # The clock may have been set back: then an edit follows the one before without a pause.
    paused = edit.written_at - stretch[-1].written_at > PAUSE_SECONDS
    return paused or edit.written_at - stretch[0].written_at > LONGEST_SECONDS


def _entry(stretch: list[EditMark]) -> HistoryEntry:
    return HistoryEntry(
        first=stretch[0].sequence,
        last=stretch[-1].sequence,
        started_at=stretch[0].written_at,
        ended_at=stretch[-1].written_at,
        authors=list(dict.fromkeys(edit.author for edit in stretch if edit.author)),
        is_thinned=False,
    )
