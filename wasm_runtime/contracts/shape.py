"""A contract as plain data, read off dataclasses; the codecs of both languages walk it.

A shape is one of
    {"is": "string" | "number" | "integer" | "boolean" | "bytes" | "blob" | "json"}
    {"is": "literal", "values": [...]}
    {"is": "optional", "of": shape}          the value or null
    {"is": "list", "of": shape}
    {"is": "map", "of": shape}               string keys
    {"is": "record", "name": name}           looked up among the records
    {"is": "union", "name": name}            records told apart by their `kind`
"""

import dataclasses
import types
import typing
from typing import Any, Literal, NewType, TypeAlias

Shape: TypeAlias = dict[str, Any]

Json = NewType("Json", object)
"""Any JSON value, passed through unread."""

Blob = NewType("Blob", bytes)
"""Bytes that may stay where they are: in a browser a Blob, which costs nothing to pass on."""

_SCALARS: dict[object, str] = {
    str: "string",
    float: "number",
    int: "integer",
    bool: "boolean",
    bytes: "bytes",
    Blob: "blob",
    Json: "json",
}


@dataclasses.dataclass(frozen=True)
class Record:
    """One dataclass: its fields in order, and whether each may be left out."""

    name: str
    doc: str
    fields: dict[str, Shape]
    optional: frozenset[str]
    type: type


@dataclasses.dataclass(frozen=True)
class Contract:
    """All records and unions reachable from a set of roots."""

    records: dict[str, Record]
    unions: dict[str, list[str]]


def contract_of(records: list[type], unions: dict[str, Any]) -> Contract:
    """The contract of `records` and of `unions` (name to a `A | B` of dataclasses).

    Raises TypeError for a field type outside the vocabulary above, so that the
    vocabulary stays small enough for two codecs.
    """
    contract = Contract({}, {})
    for name, union in unions.items():
        members = typing.get_args(union)
        contract.unions[name] = [member.__name__ for member in members]
        for member in members:
            _add(member, contract)
    for record in records:
        _add(record, contract)
    return contract


def _add(record: type, contract: Contract) -> None:
    known = contract.records.get(record.__name__)
    if known is not None:
        if known.type is not record:
            raise TypeError(
                f"{record!r} and {known.type!r} have one name, which must tell them apart"
            )
        return
    if not dataclasses.is_dataclass(record):
        raise TypeError(f"{record!r} is not a dataclass")
    hints = typing.get_type_hints(record)
    fields: dict[str, Shape] = {}
    optional = set()
    contract.records[record.__name__] = Record(
        record.__name__, (record.__doc__ or "").split("\n")[0], fields, frozenset(), record
    )
    for field in dataclasses.fields(record):
        fields[field.name] = _shape(hints[field.name], contract, f"{record.__name__}.{field.name}")
        has_default = (
            field.default is not dataclasses.MISSING
            or field.default_factory is not dataclasses.MISSING
        )
        if has_default and field.name != "kind":
            optional.add(field.name)
    contract.records[record.__name__] = dataclasses.replace(
        contract.records[record.__name__], optional=frozenset(optional)
    )


def _shape(hint: Any, contract: Contract, where: str) -> Shape:
    if hint in _SCALARS:
        return {"is": _SCALARS[hint]}
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return {"is": "literal", "values": list(arguments)}
    if origin is list:
        return {"is": "list", "of": _shape(arguments[0], contract, where)}
    if origin is dict and arguments[0] is str:
        return {"is": "map", "of": _shape(arguments[1], contract, where)}
    if origin in (typing.Union, types.UnionType):
        members = [argument for argument in arguments if argument is not types.NoneType]
        if len(members) == 1 and len(arguments) == 2:
            return {"is": "optional", "of": _shape(members[0], contract, where)}
        names = [member.__name__ for member in members]
        for union, known in contract.unions.items():
            if known == names:
                return {"is": "union", "name": union}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        _add(hint, contract)
        return {"is": "record", "name": hint.__name__}
    raise TypeError(f"{where}: {hint!r} is outside the contract's vocabulary")
