"""Answers the comms by which a page looks at tables."""

from typing import Any

from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.contracts.table import (
    TABLE_TARGET,
    AskExport,
    AskProfile,
    AskWindow,
    TableAnswer,
    TableExport,
    TableRefusal,
)


def register_tables(manager: Any) -> None:
    """Let pages open comms of this target."""
    manager.register_target(TABLE_TARGET, _open)


def _open(comm: Any, message: dict[str, Any]) -> None:
    data = message["content"]["data"]
    table_id = data.get("table_id") if isinstance(data, dict) else None

    def answer(asked: dict[str, Any]) -> None:
        reply, buffers = answer_request(table_id, asked["content"]["data"])
        comm.send(encode(reply), buffers=buffers)

    comm.on_msg(answer)


def answer_request(table_id: object, data: object) -> tuple[TableAnswer, list[bytes]]:
    """The answer to a TableRequest, and its buffers; never raises for what a page can ask."""
    try:
        request = decode(data, "TableRequest", CONTRACT)
    except ContractError as error:
        request_id = data.get("request_id") if isinstance(data, dict) else None
        return TableRefusal(request_id=str(request_id or ""), message=f"{error}"), []
    # Not before: a kernel that shows no table starts without pandas.
    from .refused import RefusedRequest

    try:
        return _answer(str(table_id), request)
    except RefusedRequest as refused:
        refusal = TableRefusal(
            request_id=request.request_id, message=refused.message, hint=refused.hint
        )
        return refusal, []


def _answer(
    table_id: str, request: AskWindow | AskProfile | AskExport
) -> tuple[TableAnswer, list[bytes]]:
    from .export import export
    from .profile import profile
    from .store import store

    table, variable = store.find(table_id)
    match request:
        case AskWindow():
            return table.window(
                request.request_id, request.offset, request.limit, request.sort, request.filters
            ), []
        case AskProfile():
            values = table.column(request.column)
            order = table.order([], request.filters)
            chosen = values if order is None else values.iloc[order]
            kind = table.columns[request.column].kind
            return profile(request.request_id, request.column, chosen, kind), []
    order = table.order(request.sort, request.filters)
    file_name, body = export(table, order, request.format, variable)
    return TableExport(request_id=request.request_id, file_name=file_name), [body]
