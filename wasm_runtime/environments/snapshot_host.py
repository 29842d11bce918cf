"""Makes and tries snapshots in processes of their own, with no rights but the files they need."""

import hashlib
import json
import secrets
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from deno import find_deno_bin

from wasm_runtime.contracts import codec
from wasm_runtime.contracts.environments import Environment
from wasm_runtime.contracts.worker import KernelSettings, RunCell, StartKernel

from .errors import SnapshotFailed

_MAKER = "snapshot-maker.js"
_WORKER = "headless.js"
_MAKE_SECONDS = 600
_CHECK_SECONDS = 120
_QUESTION = "print(6 * 7)"
_ANSWER = "42\n"


class SnapshotHost(Protocol):
    """Runs the two programs of the client that snapshots need."""

    def identity(self) -> str:
        """Names the program that makes snapshots: another one makes others."""
        ...

    def make(self, environment: Environment, store: Path, folder: Path) -> None:
        """Put `layout.json`, `heap`, `modules` and `files` into `folder`. Raises SnapshotFailed."""
        ...

    def check(self, environment: Environment, store: Path) -> None:
        """Restore the environment's snapshot and run a cell. Raises SnapshotFailed."""
        ...


class RecordingSnapshotHost:
    """Writes the same few bytes each time and remembers its work: the fake of this seam."""

    def __init__(self, maker: str = "fake") -> None:
        self.maker = maker
        self.made: list[str] = []
        self.checked: list[str] = []

    def identity(self) -> str:
        return self.maker

    def make(self, environment: Environment, store: Path, folder: Path) -> None:
        self.made.append(environment.name)
        (folder / "layout.json").write_text("{}", encoding="utf-8")
        for name in ("heap", "modules", "files"):
            (folder / name).write_text(f"{name} of {environment.name}", encoding="utf-8")

    def check(self, environment: Environment, store: Path) -> None:
        self.checked.append(environment.name)


class DenoSnapshotHost:
    """Deno, whose engine has the stack switching that a kernel in the browser will want."""

    def __init__(self, client: Path) -> None:
        self._maker = client / _MAKER
        self._worker = client / _WORKER

    def identity(self) -> str:
        if not self._maker.is_file():
            raise SnapshotFailed("the client is not built", "Build the client first: make client.")
        return hashlib.sha256(self._maker.read_bytes()).hexdigest()

    def make(self, environment: Environment, store: Path, folder: Path) -> None:
        text = json.dumps(codec.encode(environment))
        (folder / "environment.json").write_text(text, encoding="utf-8")
        rights = [f"--allow-read={store},{folder},{self._maker}", f"--allow-write={folder}"]
        arguments = [str(self._maker), "--store", str(store), "--folder", str(folder)]
        _run([*rights, *arguments], _MAKE_SECONDS)

    def check(self, environment: Environment, store: Path) -> None:
        token = secrets.token_hex()
        settings = KernelSettings(auto_install=False)
        start = StartKernel(environment=environment, settings=settings)
        arguments = [
            f"--allow-read={store},{self._worker}",
            str(self._worker),
            "--store",
            str(store),
        ]
        _judge(_converse(arguments, start, token))


def _judge(said: list[dict[str, Any]]) -> None:
    """Raises SnapshotFailed unless a restored kernel ran the cell."""
    kinds = {message["kind"]: message for message in said}
    if failed := kinds.get("kernel_failed"):
        raise SnapshotFailed(f"restored, it does not start: {failed['error']['message']}")
    if not kinds.get("kernel_ready", {}).get("restored"):
        note = kinds.get("kernel_ready", {}).get("note", "the kernel did not come up")
        raise SnapshotFailed(f"it cannot be restored: {note}")
    printed = "".join(each["text"] for each in said if each["kind"] == "stream")
    if printed != _ANSWER or kinds["run_finished"]["status"] != "ok":
        raise SnapshotFailed(f"restored, it answered {printed!r} to {_QUESTION!r}")


def _converse(arguments: list[str], start: StartKernel, token: str) -> list[dict[str, Any]]:
    """Start a kernel and run one cell in it; every message of the worker."""
    run = RunCell(run_id="check", cell_id="check", source=_QUESTION)
    said: list[dict[str, Any]] = []
    noise: list[str] = []
    with _deno(arguments) as process, _killed_after(process, _CHECK_SECONDS):
        requests, answers = process.stdin, process.stdout
        assert requests is not None  # piped, as is stdout
        assert answers is not None

        def send(message: object) -> None:
            requests.write(json.dumps(message) + "\n")
            requests.flush()

        send({"token": token})
        send(codec.encode(start))
        for line in answers:
            head, _, rest = line.partition(" ")
            if head != token:
                noise.append(line)
                continue
            said.append(json.loads(rest))
            if said[-1]["kind"] == "kernel_ready":
                send(codec.encode(run))
            elif said[-1]["kind"] in ("run_finished", "kernel_failed"):
                break
        else:
            raise SnapshotFailed(f"restored, the kernel ended: {''.join(noise)[-2000:].strip()}")
        process.kill()
    return said


def _run(arguments: list[str], seconds: float) -> None:
    """Raises SnapshotFailed with what the program said last, unless it ends well."""
    with _deno(arguments) as process, _killed_after(process, seconds):
        output, _ = process.communicate()
    if process.returncode:
        raise SnapshotFailed(output.strip()[-2000:] or f"exit status {process.returncode}")


@contextmanager
def _deno(arguments: list[str]) -> Iterator["subprocess.Popen[str]"]:
    with tempfile.TemporaryDirectory(prefix="wasm-runtime-deno-") as folder:
        options = ("--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm")
        try:
            process = subprocess.Popen(
                [find_deno_bin(), "run", "--quiet", *options, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=folder,
                env={"DENO_DIR": folder, "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"},
            )
        except OSError as error:
            raise SnapshotFailed(f"Deno cannot be started: {error}") from error
        with process:
            yield process


@contextmanager
def _killed_after(process: "subprocess.Popen[str]", seconds: float) -> Iterator[None]:
    guard = threading.Timer(seconds, process.kill)
    guard.start()
    try:
        yield
    finally:
        guard.cancel()
