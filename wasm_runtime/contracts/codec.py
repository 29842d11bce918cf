"""Decode and encode contract values; refuse what the contract does not name.

`static/src/contracts/codec.ts` is the same walk; `tests/contracts/vectors.json` holds both to it.
"""

import dataclasses
from typing import Any

from .shape import Contract, Record, Shape


class ContractError(ValueError):
    """A value that does not fit; `path` says where, e.g. `run_cell.source`."""

    def __init__(self, path: str, expected: str, came: object) -> None:
        super().__init__(f"{path}: expected {expected}, got {_describe(came)}")
        self.path = path


def decode(value: object, name: str, contract: Contract) -> Any:
    """The dataclass that `value` (parsed JSON) stands for.

    `name` is a record or a union of the contract. Raises ContractError.
    """
    if name in contract.unions:
        return _walk(value, {"is": "union", "name": name}, name, contract)
    return _walk(value, {"is": "record", "name": name}, name, contract)


def encode(value: Any) -> Any:
    """A dataclass as plain data; fields that are None and have a default are left out."""
    if dataclasses.is_dataclass(value):
        plain = {}
        for field in dataclasses.fields(value):
            item = getattr(value, field.name)
            if item is not None or field.default is dataclasses.MISSING:
                plain[field.name] = encode(item)
        return plain
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    return value


def _walk(value: object, shape: Shape, path: str, contract: Contract) -> Any:
    match shape["is"]:
        case "string":
            return _expect(isinstance(value, str), value, path, "a string")
        case "boolean":
            return _expect(isinstance(value, bool), value, path, "true or false")
        case "number":
            good = isinstance(value, int | float) and not isinstance(value, bool)
            return _expect(good, value, path, "a number")
        case "integer":
            good = isinstance(value, int) and not isinstance(value, bool)
            good = good or (isinstance(value, float) and value.is_integer())
            return int(_expect(good, value, path, "an integer"))
        case "bytes" | "blob":
            good = isinstance(value, bytes | bytearray | memoryview)
            return _expect(good, value, path, "bytes")
        case "json":
            return value
        case "literal":
            good = any(value == known and type(value) is type(known) for known in shape["values"])
            expected = " or ".join(repr(known) for known in shape["values"])
            return _expect(good, value, path, expected)
        case "optional":
            return None if value is None else _walk(value, shape["of"], path, contract)
        case "list":
            _expect(isinstance(value, list), value, path, "a list")
            items = enumerate(value)  # type: ignore[arg-type,var-annotated]  # checked above
            return [_walk(item, shape["of"], f"{path}[{i}]", contract) for i, item in items]
        case "map":
            plain = _mapping(value, path)
            return {
                key: _walk(item, shape["of"], f"{path}.{key}", contract)
                for key, item in plain.items()
            }
        case "record":
            return _record(value, contract.records[shape["name"]], path, contract)
        case "union":
            return _union(value, shape["name"], path, contract)
    raise TypeError(f"unknown shape {shape!r}")


def _union(value: object, name: str, path: str, contract: Contract) -> Any:
    plain = _mapping(value, path)
    for member in contract.unions[name]:
        record = contract.records[member]
        if plain.get("kind") in record.fields["kind"]["values"]:
            return _record(plain, record, path, contract)
    raise ContractError(f"{path}.kind", f"a kind of {name}", plain.get("kind"))


def _record(value: object, record: Record, path: str, contract: Contract) -> Any:
    plain = _mapping(value, path)
    for key in plain:
        if key not in record.fields:
            raise ContractError(f"{path}.{key}", "no such field", plain[key])
    fields = {}
    for key, shape in record.fields.items():
        if key in plain:
            fields[key] = _walk(plain[key], shape, f"{path}.{key}", contract)
        elif key not in record.optional:
            raise ContractError(f"{path}.{key}", "a value", None)
    return record.type(**fields)


def _mapping(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ContractError(path, "an object", value)
    return value


def _expect(good: bool, value: Any, path: str, expected: str) -> Any:
    if not good:
        raise ContractError(path, expected, value)
    return value


def _describe(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"
