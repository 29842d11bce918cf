"""The wheel carries the built client, so that installing it needs no Node."""

import json
import re
import shutil
import signal
import subprocess
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest

from relay.mcp.resources import DOCS

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    uv = shutil.which("uv") or str(ROOT / ".venv-uv/bin/uv")
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run([uv, "build", "--wheel", "--quiet", "--out-dir", out], cwd=ROOT, check=True)
    [built] = out.glob("*.whl")
    return built


def test_the_wheel_holds_the_client_the_runtime_and_the_locks(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "relay/app.py",
        *(f"relay/mcp/docs/{name}.md" for name in DOCS),
        "wasm_runtime/client/index.html",
        "wasm_runtime/client/service-worker.js",
        "wasm_runtime/client/headless.js",
        "wasm_runtime/client/pyodide/pyodide.asm.wasm",
        "wasm_runtime/environments/shipped/environments.toml",
        "wasm_runtime/environments/shipped/locks/data.lock.json",
    } <= names


def test_the_wheel_holds_no_tests_and_no_typescript(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.endswith(".ts") or "tests/" in name] == []


CLOUD_DRIVERS = {"bigquery", "flightsql", "snowflake"}
"""Tens of megabytes each: for an image of one's own."""


def test_the_image_has_all_extras_but_the_drivers_of_clouds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = set(project["optional-dependencies"]) - CLOUD_DRIVERS
    assert extras_of_the_image().split(",") == sorted(wanted)


def extras_of_the_image() -> str:
    found = re.search(r"\.whl\)\[(.+?)\]", (ROOT / "Dockerfile").read_text())
    assert found is not None
    return found[1]


def test_a_wheel_installed_as_in_the_image_serves_without_node(wheel: Path, tmp_path: Path) -> None:
    uv = shutil.which("uv") or str(ROOT / ".venv-uv/bin/uv")
    subprocess.run([uv, "venv", "--quiet", tmp_path / "venv"], check=True)
    python = tmp_path / "venv/bin/python"
    named = f"{wheel}[{extras_of_the_image()}]"
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, named], check=True)
    # An own PATH: neither Node nor this checkout can be found.
    variables = {
        "PATH": str(tmp_path / "venv/bin"),
        "HOME": str(tmp_path),
        "WASM_RUNTIME_CACHE": str(ROOT / "packages-cache"),
        "PYTHONUNBUFFERED": "1",
    }
    command = [python, "-m", "wasm_runtime", "serve", "--env", "core"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=variables, stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout is not None
        lines = iter(serving.stdout.readline, "")
        address = next(found[0] for line in lines if (found := re.search(r"http://\S+/", line)))
        with urllib.request.urlopen(address) as page:
            assert b"<title>Notebook</title>" in page.read()
        with urllib.request.urlopen(f"{address}environments/core.json") as described:
            assert json.load(described)["name"] == "core"
        serving.terminate()
        # Uvicorn drains, and then lets the signal end the process.
        assert serving.wait(timeout=20) in (0, -signal.SIGTERM)
