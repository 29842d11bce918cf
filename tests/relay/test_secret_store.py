"""Secrets at rest: sealed with a key that is elsewhere, used and never shown."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from relay.secret_store import SecretStore
from relay.secrets import SecretMask
from wasm_runtime.errors import UsageError

_VALUE = "a-secret-of-some-length"


def test_a_secret_comes_back_and_is_not_in_any_file(tmp_path: Path) -> None:
    SecretStore(tmp_path / "s.sqlite", SecretMask([])).put("A", _VALUE)
    store = SecretStore(tmp_path / "s.sqlite", SecretMask([]))
    assert (store.get("A"), store.names()) == (_VALUE, ["A"])
    assert {path.name for path in tmp_path.iterdir()} == {"s.sqlite", "s.key"}
    for path in tmp_path.iterdir():
        assert _VALUE.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600


def test_without_its_key_a_secret_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    SecretStore(path, SecretMask([])).put("A", _VALUE)
    other = SecretStore(path, SecretMask([]), key=Fernet.generate_key().decode())
    with pytest.raises(UsageError, match="sealed with another key"):
        other.get("A")


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    store = SecretStore(tmp_path / "s.sqlite", SecretMask([]))
    store.put("A", _VALUE)
    (tmp_path / "s.key").chmod(0o644)
    with pytest.raises(UsageError, match="may be read by others") as refused:
        store.get("A")
    assert refused.value.hint.startswith("chmod 600")


def test_a_key_that_is_none_is_refused_without_repeating_it(tmp_path: Path) -> None:
    store = SecretStore(tmp_path / "s.sqlite", SecretMask([]), key="too-short-a-key")
    with pytest.raises(UsageError, match="32 bytes") as refused:
        store.put("A", _VALUE)
    assert "too-short" not in str(refused.value)


def test_what_is_replaced_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    store = SecretStore(path, SecretMask([]))
    store.put("A", _VALUE)
    sealed = path.read_bytes()
    token = sealed[sealed.index(b"gAAAA") :][:60]
    store.put("A", "another-secret")
    assert token not in path.read_bytes()
    assert store.remove("A")
    assert not store.remove("A")


def test_the_environment_comes_first_and_references_are_resolved(tmp_path: Path) -> None:
    mask = SecretMask([])
    environment = {"WASM_RUNTIME_SECRET_TEAM_KEY": "from-the-environment"}
    store = SecretStore(tmp_path / "s.sqlite", mask, environment=environment)
    assert store.resolve('secret("team/key")') == "from-the-environment"
    assert store.resolve("plain") == "plain"
    assert mask("it is from-the-environment") == "it is ***"


def test_a_secret_that_is_missing_says_how_to_give_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no secret 'A'") as missing:
        SecretStore(tmp_path / "s.sqlite", SecretMask([])).get("A")
    assert "wasm-runtime secret set A" in missing.value.hint
