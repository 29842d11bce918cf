"""The Python codec against the vectors that the TypeScript codec reads too."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from wasm_runtime.contracts.__main__ import generated
from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.contracts.shape import contract_of

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "value"), VECTORS["accepted"])
def test_a_value_that_fits_is_decoded_and_encodes_to_itself(name: str, value: Any) -> None:
    decoded = decode(value, name, CONTRACT)
    encoded = encode(decoded)
    assert encoded.keys() >= {key for key in value if value[key] is not None}
    assert decode(encoded, name, CONTRACT) == decoded


@pytest.mark.parametrize(("name", "value", "path"), VECTORS["refused"])
def test_a_value_that_does_not_fit_is_refused_at_its_place(
    name: str, value: Any, path: str
) -> None:
    with pytest.raises(ContractError) as refused:
        decode(value, name, CONTRACT)
    assert refused.value.path == path


def test_the_generated_typescript_is_current() -> None:
    for path, text in generated().items():
        assert path.read_text(encoding="utf-8") == text


def test_a_field_type_outside_the_vocabulary_is_refused_when_the_contract_is_built() -> None:
    @dataclass
    class Odd:
        when: set[str]

    with pytest.raises(TypeError, match=r"Odd\.when"):
        contract_of([Odd], {})


def test_two_records_of_one_name_are_refused_when_the_contract_is_built() -> None:
    one, other = (dataclass(type("Page", (), {})) for _ in range(2))
    with pytest.raises(TypeError, match="have one name"):
        contract_of([one, other], {})
