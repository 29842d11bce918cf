"""What an operator may declare, and what is said of the rest."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from relay.ai import declared_ai
from relay.ai.declaration import Bound, declared_of
from relay.settings import Settings
from tests.relay.ai.relay_with_ai import as_toml
from tests.relay.ai.world import one_model, provider
from wasm_runtime.errors import UsageError


def test_a_whole_declaration(settings: Settings, tmp_path: Path) -> None:
    declared = one_model(
        budgets={"person": {"tokens": 10, "dollars": 1}},
        policy={"default": "explain", "users": {"u": "off"}},
        requests_per_person=2,
    )
    file = tmp_path / "ai.toml"
    file.write_text(as_toml(declared))
    found = declared_ai(settings.model_copy(update={"ai": file}))
    assert (found.providers["one"].base, found.providers["one"].wire) == (
        "https://api.openai.com/v1",
        "openai",
    )
    assert found.models["small"].upstream_name == "small-2026"
    assert (found.person, found.policies.users) == (Bound(tokens=10, dollars=1), {"u": "off"})


def test_a_key_among_the_settings_is_a_provider(settings: Settings) -> None:
    found = declared_ai(settings.model_copy(update={"gemini_key": SecretStr("a-key-of-google")}))
    [gemini] = found.providers.values()
    assert (gemini.name, gemini.wire, gemini.discover) == ("gemini", "openai", True)
    assert "a-key-of-google" not in repr(found)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"providers": {"one": {"kind": "openai"}}}, "needs a key"),
        ({"providers": {"one": provider(key="sk-plain")}}, "must refer to a secret"),
        ({"providers": {"one": provider(kind="other")}}, "kind is of another type"),
        ({"providers": {"one": {"kind": "compatible"}}}, "needs its address"),
        ({"providers": {"one": provider(address="http://api.example.com/v1")}}, "without TLS"),
        ({"providers": {"one": provider(address="file:///etc/passwd")}}, "address: expected"),
        ({"providers": {"one": provider(address="https://u:p@h/v1")}}, "address: expected"),
        ({"providers": {"One": provider()}}, "a name has small letters"),
        ({"providers": {"one": provider(max_requests=0)}}, "greater than 0"),
        ({"providers": {"one": provider(base_url="x")}}, "has no field base_url"),
        ({"models": {"m": {"provider": "none"}}}, "there is no provider 'none'"),
        ({"models": {"m": {}}}, "needs provider"),
        (one_model(models={"m m": {"provider": "one"}}), "an id is letters"),
        (one_model(models={"m": {"provider": "one", "input_price": 1}}), "both prices"),
        (one_model(models={"m": {"provider": "one", "fallback": ["x"]}}), "fallback 'x'"),
        ({"budgets": {"person": {"tokens": 0}}}, "greater than 0"),
        ({"budgets": {"everybody": {"tokens": 1}}}, "no field everybody"),
        ({"policy": {"default": "some"}}, "default is of another type"),
        ({"policy": {"users": {"u": "some"}}}, "users is of another type"),
        ({"polcy": {}}, "no field polcy"),
    ],
)
def test_what_is_wrong_is_named(declared: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        declared_of(declared)


def test_a_fallback_must_speak_the_same_protocol() -> None:
    declared = {
        "providers": {"one": provider(), "two": provider(kind="anthropic")},
        "models": {"a": {"provider": "one", "fallback": ["b"]}, "b": {"provider": "two"}},
    }
    with pytest.raises(UsageError, match="same protocol"):
        declared_of(declared)
