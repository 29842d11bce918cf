"""The notebooks in the test suites of nbformat, nbconvert and nbclient, from their sdists."""

import hashlib
import io
import tarfile
from pathlib import Path, PurePosixPath

import httpx2

from wasm_runtime.environments.sources.index import PackageIndex, index_url

_FOLDER = Path(__file__).parents[2] / ".pytest_cache" / "jupyter-notebooks"
_SDISTS = {
    "nbformat-5.10.4": "322168b14f937a5d11362988ecac2a4952d3d8e3a2cbeb2319584631226d5b3a",
    "nbconvert-7.16.6": "576a7e37c6480da7b8465eefa66c17844243816ce1ccc372633c6b71c3c0f582",
    "nbclient-0.10.2": "90b7fc6b810630db87a6d0c2250b1f0ab4cf4d3c27a299b0cde78a4ed3fd9193",
}


def jupyter_notebooks() -> list[Path]:
    """All of them; fetched from the package index once, checked against the hashes above."""
    for name, sha256 in _SDISTS.items():
        if not (_FOLDER / name).is_dir():
            _unpack(_fetch(name, sha256), _FOLDER / name)
    return sorted(_FOLDER.rglob("*.ipynb"))


def _fetch(name: str, sha256: str) -> bytes:
    with httpx2.Client(follow_redirects=True, timeout=60) as client:
        files = PackageIndex(client, index_url()).files(name.rpartition("-")[0])
        url = next(file.url for file in files if file.file_name == f"{name}.tar.gz")
        body = client.get(url).raise_for_status().content
    assert hashlib.sha256(body).hexdigest() == sha256
    return body


def _unpack(body: bytes, folder: Path) -> None:
    """Only the notebooks, under flat names: no path of an archive is trusted."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member) if member.name.endswith(".ipynb") else None
            if file is not None:
                found["__".join(PurePosixPath(member.name).parts[1:])] = file.read()
    folder.mkdir(parents=True)
    for name, content in found.items():
        (folder / name).write_bytes(content)
