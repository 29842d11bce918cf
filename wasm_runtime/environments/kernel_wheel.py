"""The kernel's own Python as a wheel, made from the sources of this installation."""

import base64
import hashlib
import io
import zipfile
from pathlib import Path

import wasm_runtime

PROJECT = "wasm_runtime_kernel"
_PARTS = ("kernel", "contracts")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def kernel_wheel(package: Path | None = None) -> tuple[str, str, bytes]:
    """Version, file name and bytes of the wheel; the same bytes for the same sources."""
    package = package or Path(wasm_runtime.__file__).parent
    modules = {
        f"wasm_runtime/{name}": (package / name).read_bytes() for name in ("__init__.py", "data.py")
    }
    for part in _PARTS:
        for path in sorted((package / part).rglob("*.py")):
            name = path.relative_to(package).as_posix()
            modules[f"wasm_runtime/{name}"] = path.read_bytes()
    # Not the package's version: micropip compares versions, and every edit is another kernel.
    digest = hashlib.sha256(
        b"".join(name.encode() + b"\0" + body + b"\0" for name, body in sorted(modules.items()))
    )
    version = f"1+{digest.hexdigest()[:12]}"
    info = f"{PROJECT}-{version}.dist-info"
    modules[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {PROJECT}\nVersion: {version}\n"
    ).encode()
    modules[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: wasm-runtime\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    modules[f"{info}/RECORD"] = _record(modules, info)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, body in sorted(modules.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), body)
    return version, f"{PROJECT}-{version}-py3-none-any.whl", packed.getvalue()


def _record(modules: dict[str, bytes], info: str) -> bytes:
    lines = []
    for name, body in sorted(modules.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(body)}\n")
    return "".join([*lines, f"{info}/RECORD,,\n"]).encode()
