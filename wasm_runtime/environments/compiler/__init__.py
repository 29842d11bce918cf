"""Byte-compile wheels by running Pyodide once, without any rights on this machine."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from deno import find_deno_bin

from ..errors import CompileFailed

_HERE = Path(__file__).parent
_TIMEOUT_SECONDS = 1200


class Compiler(Protocol):
    """Turns wheels into zips of their byte-code."""

    def compile(
        self, wheels: Mapping[str, Path], done: Callable[[str], None]
    ) -> Mapping[str, bytes]:
        """A zip of `.pyc` files per key of `wheels`. Raises CompileFailed."""
        ...


class NoCompiler:
    """Compiles nothing: the fake of this seam, which remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def compile(
        self, wheels: Mapping[str, Path], done: Callable[[str], None]
    ) -> Mapping[str, bytes]:
        self.given.extend(wheels)
        empty_zip = b"PK\x05\x06" + bytes(18)
        for key in wheels:
            done(key)
        return dict.fromkeys(wheels, empty_zip)


class PyodideCompiler:
    """Pyodide under Deno, which may read its own files and write the job's folder only."""

    def __init__(self, runtime: Mapping[str, Path], info: Mapping[str, str]) -> None:
        self._runtime = runtime
        self._info = info

    def compile(
        self, wheels: Mapping[str, Path], done: Callable[[str], None]
    ) -> Mapping[str, bytes]:
        with tempfile.TemporaryDirectory(prefix="wasm-runtime-compile-") as name:
            folder = Path(name).resolve()
            for part in ("runtime", "job/in", "job/out", "deno"):
                (folder / part).mkdir(parents=True)
            for file_name, path in self._runtime.items():
                shutil.copyfile(path, folder / "runtime" / file_name)
            lock = json.dumps({"info": dict(self._info), "packages": {}})
            (folder / "runtime" / "pyodide-lock.json").write_text(lock, encoding="utf-8")
            for key, path in wheels.items():
                shutil.copyfile(path, folder / "job" / "in" / key)
            self._run(folder, done)
            return {key: (folder / "job" / "out" / key).read_bytes() for key in wheels}

    def _run(self, folder: Path, done: Callable[[str], None]) -> None:
        runtime, job = folder / "runtime", folder / "job"
        command = [
            *(find_deno_bin(), "run", "--no-prompt", "--no-config", "--no-lock", "--no-remote"),
            f"--allow-read={runtime},{_HERE},{job}",
            f"--allow-write={job / 'out'}",
            *(str(_HERE / "compile.mjs"), str(runtime), str(_HERE), str(job)),
            f"/lib/python{self._info['python'].rpartition('.')[0]}/site-packages",
        ]
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "DENO_DIR": str(folder / "deno"),
            "DENO_NO_UPDATE_CHECK": "1",
        }
        try:
            with subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                text=True,
                env=environment,
            ) as process:
                assert process.stdout is not None  # piped above
                for line in process.stdout:
                    done(line.strip())
                _, complaint = process.communicate(timeout=_TIMEOUT_SECONDS)
        except OSError as error:
            raise CompileFailed(f"Deno cannot be started: {error}") from error
        if process.returncode:
            tail = complaint.strip()[-2000:]
            raise CompileFailed(f"exit status {process.returncode}: {tail}")
