"""Wheels made for a test, sound or broken in one way."""

import base64
import csv
import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence


def make_wheel(
    project: str,
    version: str = "1.0",
    *,
    needs: Sequence[str] = (),
    files: Mapping[str, bytes] | None = None,
    tag: str = "py3-none-any",
) -> tuple[str, bytes]:
    """File name and bytes of a wheel with one module, or with `files`."""
    module = project.replace("-", "_")
    entries = dict(files or {f"{module}/__init__.py": f"version = {version!r}\n".encode()})
    info = f"{module}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {project}", f"Version: {version}"]
    lines += [f"Requires-Dist: {need}" for need in needs]
    entries[f"{info}/METADATA"] = ("\n".join(lines) + "\n").encode()
    entries[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nTag: {tag}\n".encode()
    entries[f"{info}/RECORD"] = record_of(entries, info)
    return f"{module}-{version}-{tag}.whl", zip_of(list(entries.items()))


def record_of(entries: Mapping[str, bytes], info: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for name, body in entries.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
        writer.writerow([name, f"sha256={digest}", len(body)])
    writer.writerow([f"{info}/RECORD", "", ""])
    return out.getvalue().encode()


def zip_of(entries: Sequence[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries:
            archive.writestr(name, body)
    return packed.getvalue()


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
