"""The operator's file is read whole and refused with a reason."""

from pathlib import Path
from typing import Any

import pytest

from relay.net.declaration import declared_of, read_declared
from wasm_runtime.errors import UsageError


def test_a_host_has_careful_defaults() -> None:
    host = declared_of({"hosts": {"api.example.com": {}}}).hosts["api.example.com"]
    assert (list(host.methods), host.http, host.users) == (["GET", "HEAD"], False, ())


@pytest.mark.parametrize(
    ("plain", "because"),
    [
        ({"host": {}}, "The file has no field host"),
        ({"hosts": []}, "expected tables"),
        ({"hosts": {"a.example": {"method": []}}}, "has no field method"),
        ({"hosts": {"a.example": {"methods": ["TRACE"]}}}, "methods must be some of .* got TRACE"),
        ({"hosts": {"a.example": {"methods": []}}}, "got none"),
        ({"hosts": {"a.example": {"methods": "GET"}}}, "another type"),
        ({"hosts": {"a.example": {"http": 1}}}, "another type"),
        ({"hosts": {"a.example": {"max_seconds": 0}}}, "greater than 0"),
        ({"hosts": {"https://a.example": {}}}, "expected a host such as"),
        ({"hosts": {"a.example/path": {}}}, "expected a host such as"),
        ({"hosts": {"A.example": {}}}, "expected a host such as"),
        ({"hosts": {"a.example.": {}}}, "expected a host such as"),
        ({"hosts": {"a.example:443": {}}}, "expected a host such as"),
        ({"hosts": {"*.example": {}}}, "expected a host such as"),
        ({"hosts": {"": {}}}, "expected a host such as"),
        ({"hosts": {"a.example": {"headers": {"x": "plain"}}}}, "must refer to a secret"),
        ({"hosts": {"a.example": {"headers": {"x y": 'secret("A")'}}}}, "the name of a header"),
        ({"allow_private": ["10.0.0.0/8"]}, "expected addresses with their port"),
        ({"allow_private": ["localhost:80"]}, "expected addresses with their port"),
        ({"allow_private": "127.0.0.1:80"}, "expected addresses with their port"),
        ({"requests_per_person": 0}, "expected 1 or more"),
    ],
)
def test_what_cannot_be_is_named(plain: dict[str, Any], because: str) -> None:
    with pytest.raises(UsageError, match=because):
        declared_of(plain)


def test_the_file_is_named_in_its_errors(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    with pytest.raises(UsageError, match=r"There is no file .*gateway\.toml"):
        read_declared(file)
    file.write_text("hosts = ")
    with pytest.raises(UsageError, match="is not valid TOML"):
        read_declared(file)
    file.write_text("[hosts.'a.example']\nmethods = 3")
    with pytest.raises(UsageError, match=r"gateway\.toml: Host 'a\.example'"):
        read_declared(file)
