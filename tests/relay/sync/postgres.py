"""A PostgreSQL to test with: the one that answers, else one that is started here."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from uuid import uuid4

import psycopg

_USUAL = "postgresql://postgres@127.0.0.1:5432/test"


@contextmanager
def database() -> Iterator[str]:
    """The URL of a schema of its own, dropped at the end.

    TEST_POSTGRES_URL names a server to use. Raises AssertionError when there is none.
    """
    url = os.environ.get("TEST_POSTGRES_URL", _USUAL)
    if _answers(url):
        with _schema(url) as own:
            yield own
    else:
        with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as started:
            yield started


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _schema(url: str) -> Iterator[str]:
    name = f"sync_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
        try:
            yield f"{url}?options=-csearch_path%3D{name}"
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    data = folder / "data"
    _run("initdb", "-A", "trust", "-U", "postgres", "-D", str(data))
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    _run("pg_ctl", "-w", "-D", str(data), "-o", options, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        _run("pg_ctl", "-w", "-D", str(data), "-m", "immediate", "stop")


def _run(program: str, *arguments: str) -> None:
    path = os.pathsep.join([os.environ["PATH"], *sorted(glob("/usr/lib/postgresql/*/bin"))])
    found = shutil.which(program, path=path)
    assert found, (
        f"No PostgreSQL answers at {_USUAL}, and there is no {program} to start one. "
        "Install PostgreSQL, or name a server in TEST_POSTGRES_URL."
    )
    subprocess.run([found, *arguments], check=True, stdout=subprocess.DEVNULL)
