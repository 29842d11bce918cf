"""Database servers to test with, started here: their passwords are asked for, and they can be
killed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.canaries import canary

ADMIN_PASSWORD = "admin-password-9fd1"
READER_PASSWORD = canary("reader") + "ö"
_PROGRAMS = os.pathsep.join(
    [os.environ["PATH"], "/usr/sbin", *sorted(glob("/usr/lib/postgresql/*/bin"))]
)
_START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """Where it listens; `folder` has its socket."""

    folder: Path
    port: int
    kill: Callable[[], None]
    """At once, as by a lost machine."""

    def postgres_url(self, database: str = "postgres") -> str:
        return (
            f"postgresql://postgres:{ADMIN_PASSWORD}@/{database}?host={self.folder}"
            f"&port={self.port}"
        )


@contextmanager
def postgres_server() -> Iterator[Server]:
    """An empty PostgreSQL that asks for passwords, with the role `reader`."""
    with _folder("postgres") as (folder, owner):
        password = folder / "password"
        password.write_text(ADMIN_PASSWORD)
        _give(folder, owner)
        data = folder / "data"
        given = ["-A", "scram-sha-256", "--pwfile", str(password), "-U", "postgres", "-N"]
        _run(owner, "initdb", *given, "-E", "UTF8", "--locale=C", "-D", str(data))
        program = ["postgres", "-D", str(data), "-k", str(folder), "-F", "-c"]
        with _process(owner, *program, "listen_addresses=", log=folder / "log") as process:
            server = Server(folder, 5432, lambda: os.killpg(process.pid, signal.SIGKILL))
            _wait(lambda: psycopg.connect(server.postgres_url()).close(), psycopg.Error, folder)
            with psycopg.connect(server.postgres_url(), autocommit=True) as admin:
                secret = sql.Literal(READER_PASSWORD)
                admin.execute(sql.SQL("CREATE ROLE reader LOGIN PASSWORD {}").format(secret))
            yield server


@contextmanager
def mariadb_server() -> Iterator[Server]:
    """An empty MariaDB; its root user needs no password on the socket."""
    with _folder("mysql") as (folder, owner):
        _give(folder, owner)
        data = folder / "data"
        plain = ["--no-defaults", f"--datadir={data}"]
        _run(
            owner,
            "mariadb-install-db",
            *plain,
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        )
        program = ["mariadbd", *plain, f"--socket={folder}/socket", "--skip-networking"]
        tuned = ["--innodb-flush-log-at-trx-commit=0", f"--pid-file={folder}/pid"]
        with _process(owner, *program, *tuned, log=folder / "log") as process:
            socket = folder / "socket"
            _wait(lambda: _mariadb(socket, "SELECT 1"), subprocess.CalledProcessError, folder)
            yield Server(folder, 0, lambda: os.killpg(process.pid, signal.SIGKILL))


def mariadb(server: Server, statements: str) -> str:
    """Run statements as the root user; what they print."""
    return _mariadb(server.folder / "socket", statements)


def _mariadb(socket: Path, statements: str) -> str:
    program = ["mariadb", "--no-defaults", f"--socket={socket}", "-uroot", "--batch"]
    program += ["--default-character-set=utf8mb4"]
    done = subprocess.run(program, input=statements.encode(), check=True, capture_output=True)
    return done.stdout.decode()


@contextmanager
def _folder(owner: str) -> Iterator[tuple[Path, str | None]]:
    """A short path (sockets allow about a hundred characters), and who runs the server: these
    programs refuse to be root."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder), owner if os.geteuid() == 0 else None


def _give(folder: Path, owner: str | None) -> None:
    if owner is not None:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, owner)


def _command(owner: str | None, program: str, *arguments: str) -> dict[str, object]:
    found = shutil.which(program, path=_PROGRAMS)
    assert found, f"The tests of the data service need {program}: install the database."
    as_owner: dict[str, object] = {}
    if owner is not None:
        as_owner = {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []}
    return {"args": [found, *arguments], "cwd": "/", **as_owner}


def _run(owner: str | None, program: str, *arguments: str) -> None:
    command = _command(owner, program, *arguments)
    done = subprocess.run(**command, capture_output=True, text=True)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _process(
    owner: str | None, program: str, *arguments: str, log: Path
) -> "Iterator[subprocess.Popen[bytes]]":
    with log.open("wb") as output:
        command = _command(owner, program, *arguments)
        process: subprocess.Popen[bytes] = subprocess.Popen(
            **command,  # type: ignore[call-overload]
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGQUIT if program == "postgres" else signal.SIGKILL)
        process.wait(20)


def _wait(attempt: Callable[[], object], not_yet: type[Exception], folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            attempt()
            return
        except not_yet:
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
