"""Where connections are declared, and that their passwords never are."""

from pathlib import Path

import pytest

from relay.data.connections import Connections
from relay.data.declaration import Declaration, declaration_of
from relay.data.errors import NoSuchConnection
from relay.secret_store import SecretStore
from relay.secrets import SecretMask
from wasm_runtime.errors import UsageError

_PASSWORD = "a-password-of-the-warehouse"


def connections_in(
    folder: Path, toml: str | None = None, mask: SecretMask | None = None, **environment: str
) -> Connections:
    file = None
    if toml is not None:
        file = folder / "connections.toml"
        file.write_text(toml)
    secrets = SecretStore(
        folder / "secrets.sqlite", mask or SecretMask([]), environment=environment
    )
    return Connections(folder / "connections.sqlite", secrets, file=file, environment=environment)


def test_a_file_an_environment_and_the_store_declare_together(tmp_path: Path) -> None:
    connections = connections_in(
        tmp_path,
        '[connections.a]\nurl = "postgresql://reader@db/shop"\n'
        '[connections.b]\nengine = "sqlite"\npath = "/data/b.sqlite"\nmax_seconds = 5\n',
        WASM_RUNTIME_CONNECTION_C="mysql://reader:p%40ss%2Fword@db:3307/shop",
        WASM_RUNTIME_CONNECTION_A="postgresql://other@db/shop",
    )
    connections.add(Declaration(name="d", engine="duckdb", files={"t": "/data/t.parquet"}))
    found = connections.all()
    assert {name: declared.engine for name, declared in found.items()} == {
        "a": "postgresql",
        "b": "sqlite",
        "c": "mysql",
        "d": "duckdb",
    }
    assert (found["a"].user, found["b"].max_seconds, found["c"].port) == ("other", 5, 3307)
    assert connections.password(found["c"]) == "p@ss/word"
    assert [connections.origin(name) for name in "abcd"] == [
        "variable WASM_RUNTIME_CONNECTION_A",
        "file",
        "variable WASM_RUNTIME_CONNECTION_C",
        "store",
    ]


def test_a_store_keeps_what_is_switched_off(tmp_path: Path) -> None:
    connections = connections_in(tmp_path)
    declared = Declaration(name="w", engine="sqlite", path="/w", keep_results=False)
    connections.add(declared)
    assert connections.get("w") == declared


def test_a_password_is_kept_sealed_and_apart(tmp_path: Path) -> None:
    connections = connections_in(tmp_path)
    declared = Declaration(name="warehouse", engine="postgresql", host="db", user="reader")
    kept = connections.add(declared, _PASSWORD)
    assert kept.password == 'secret("connections/warehouse")'
    assert connections.password(connections_in(tmp_path).get("warehouse")) == _PASSWORD
    for path in tmp_path.iterdir():
        assert _PASSWORD.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0, path
    assert _PASSWORD not in repr(connections.get("warehouse"))


def test_a_rotated_password_counts_from_the_next_use(tmp_path: Path) -> None:
    running, command = connections_in(tmp_path), connections_in(tmp_path)
    declared = Declaration(name="warehouse", engine="postgresql", host="db", user="reader")
    command.add(declared, "the-old-password")
    assert running.password(running.get("warehouse")) == "the-old-password"
    command.add(command.get("warehouse"), "the-new-password")
    assert running.password(running.get("warehouse")) == "the-new-password"


def test_what_is_removed_is_gone_with_its_password(tmp_path: Path) -> None:
    connections = connections_in(tmp_path)
    declared = Declaration(name="warehouse", engine="postgresql", host="db", user="reader")
    kept = connections.add(declared, _PASSWORD)
    assert connections.remove("warehouse")
    with pytest.raises(NoSuchConnection):
        connections.get("warehouse")
    with pytest.raises(UsageError, match="There is no secret"):
        connections.password(kept)


def test_every_password_that_is_used_is_masked(tmp_path: Path) -> None:
    mask = SecretMask([])
    connections = connections_in(
        tmp_path, mask=mask, WASM_RUNTIME_CONNECTION_C="mysql://r:in-the-variable@db/shop"
    )
    connections.add(
        Declaration(name="w", engine="postgresql", host="db", user="r"), "in-the-store-"
    )
    assert mask("in-the-store- in-the-variable") == "*** ***"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"engine": "postgresql", "host": "db", "password": "hunter2hunter2"}, "must be a reference"),  # noqa: E501
        ({"engine": "oracle", "host": "db"}, "no engine 'oracle'"),
        ({"host": "db"}, "names no engine"),
        ({"engine": "postgresql"}, "names no host"),
        ({"engine": "postgresql", "host": "db", "port": "5432"}, "port is of another type"),
        ({"engine": "postgresql", "host": "db", "options": {"options": "-c x"}}, "no option options"),  # noqa: E501
        ({"engine": "sqlite", "path": "shop.sqlite"}, "must be absolute"),
        ({"engine": "sqlite", "path": "/a", "files": {"x": "/b"}}, "nothing else"),
        ({"engine": "duckdb"}, "path of its file, or files"),
        ({"engine": "sqlite", "path": "/a", "max_rows": 0}, "greater than 0"),
        ({"engine": "sqlite", "path": "/a", "base_url": "x"}, "no field base_url"),
        ({"url": "http://db/shop"}, "no engine for http"),
    ],
)  # fmt: skip
def test_a_declaration_that_cannot_be_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        declaration_of("warehouse", fields)


def test_a_literal_password_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(UsageError) as refused:
        declaration_of("w", {"engine": "mysql", "host": "db", "password": "hunter2hunter2"})
    assert "hunter2" not in f"{refused.value} {refused.value.hint}"


@pytest.mark.parametrize("toml", ["[connections.a", "x = 1\n", 'connections = "a"\n'])
def test_a_file_that_is_something_else_is_refused(toml: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"connections\.toml"):
        connections_in(tmp_path, toml)
