"""The audit log as its reader gets it: a page, the chain's state, all of it."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import cast

from relay.audit import AuditLog, AuditRecord
from wasm_runtime.contracts.operator import AuditChain, AuditEntry, AuditPage
from wasm_runtime.contracts.shape import Json

PAGE_RECORDS = 100


def page_of(audit: AuditLog, before: int | None, connection: str, actor: str) -> AuditPage:
    """The newest records, or those before one. Raises AuditFault."""
    found = audit.newest(PAGE_RECORDS + 1, before=before, object=connection, actor=actor)
    return AuditPage(
        records=[_entry(record) for record in found[:PAGE_RECORDS]],
        more=len(found) > PAGE_RECORDS,
    )


def chain_of(audit: AuditLog) -> AuditChain:
    """Reads every record. Raises AuditFault."""
    broken = audit.verify()
    newest = audit.newest(1)
    return AuditChain(
        records=newest[0].sequence if newest else 0,
        newest=newest[0].hash if newest else "",
        broken_at=broken.sequence if broken else None,
        reason=broken.reason if broken else "",
    )


def lines_of(audit: AuditLog) -> Iterator[str]:
    """Every record, the oldest first, as a line of JSON. Raises AuditFault."""
    for record in audit.records():
        yield json.dumps(asdict(record), ensure_ascii=False, sort_keys=True) + "\n"


def _entry(record: AuditRecord) -> AuditEntry:
    return AuditEntry(
        sequence=record.sequence,
        time=record.time,
        actor=record.actor,
        on_behalf_of=record.on_behalf_of,
        action=record.action,
        object=record.object,
        result=record.result,
        details=cast("dict[str, Json]", record.details),
    )
