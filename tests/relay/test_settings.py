"""Settings: where they come from, what is refused, and that the page lists all of them."""

from pathlib import Path

import pytest

from relay.settings import Settings
from relay.settings_loading import SECRETS, load_settings
from relay.settings_page import PAGE, settings_page
from wasm_runtime.errors import UsageError


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_command_line_wins_over_variables_and_those_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wasm-runtime.toml").write_text(
        'port = 1\nlog_level = "debug"\nshutdown_seconds = 9\n'
    )
    monkeypatch.setenv("WASM_RUNTIME_PORT", "2")
    monkeypatch.setenv("WASM_RUNTIME_LOG_LEVEL", "error")
    settings = load_settings(port=3)
    assert (settings.port, settings.log_level, settings.shutdown_seconds) == (3, "error", 9)


@pytest.mark.parametrize(
    "given",
    [{"host": "0.0.0.0"}, {"host": "::"}, {"host": "192.0.2.7"}, {"host": "notebook.example"},
     {"public_url": "https://notebook.example"}],
)  # fmt: skip
def test_one_persons_relay_is_not_offered_to_others(given: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"one person at this machine.*accounts"):
        load_settings(**given)
    for access in ("accounts", "none"):
        load_settings(**given, access=access)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PUBLIC_URL", "notebook.example"),
        ("PUBLIC_URL", "https://notebook.example/path"),
        ("PUBLIC_URL", "https://user:password@notebook.example"),
        ("PORT", "eighty"),
        ("LOG_LEVEL", "loud"),
        ("ENVIRONMENT", "../etc"),
        ("ALLOWED_HOSTS", "*.example.com"),
        ("ALLOWED_HOSTS", "https://example.com"),
        ("MAX_BODY_BYTES", "0"),
        ("SHUTDOWN_SECONDS", "-1"),
        ("METRICS", "perhaps"),
        ("INDEX_URL", "file:///etc"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("METRICS_ADDRESSES", "10.0.0.1/8"),
    ],
)
def test_a_bad_setting_is_refused_by_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"WASM_RUNTIME_{name}", value)
    with pytest.raises(UsageError) as refused:
        load_settings()
    assert f"WASM_RUNTIME_{name}" in refused.value.message
    assert refused.value.hint


def test_a_secret_that_is_refused_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"oidc_client_secret", "secret_key", "metrics_token"} <= SECRETS
    monkeypatch.setenv("WASM_RUNTIME_METRICS_TOKEN", "hunter2")
    with pytest.raises(UsageError, match="WASM_RUNTIME_METRICS_TOKEN") as refused:
        load_settings()
    assert "hunter2" not in refused.value.message


def test_an_unknown_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WASM_RUNTIME_PROT", "80")
    with pytest.raises(UsageError, match="WASM_RUNTIME_PROT"):
        load_settings()


def test_an_unknown_key_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wasm-runtime.toml").write_text("prot = 80\n")
    with pytest.raises(UsageError, match="prot"):
        load_settings()


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wasm-runtime.toml").write_text("port = = 80\n")
    with pytest.raises(UsageError, match="not valid TOML"):
        load_settings()


def test_a_settings_file_that_is_named_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WASM_RUNTIME_SETTINGS_FILE", "missing.toml")
    with pytest.raises(UsageError, match=r"missing\.toml"):
        load_settings()


def test_hosts_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WASM_RUNTIME_ALLOWED_HOSTS", "a.example, b.example")
    assert load_settings().allowed_hosts == ["a.example", "b.example"]


def test_the_settings_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page()


def test_every_setting_says_why() -> None:
    short = [
        name for name, field in Settings.model_fields.items() if len(field.description or "") < 40
    ]
    assert short == []
