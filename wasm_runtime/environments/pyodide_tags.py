"""What Pyodide is, as packaging sees it: markers and wheel tags."""

from collections.abc import Mapping

from packaging.tags import Tag, compatible_tags, cpython_tags

from .definitions import PyodideRelease


def marker_environment(release: PyodideRelease) -> Mapping[str, str]:
    """The values that PEP 508 markers have inside Pyodide."""
    return {
        "implementation_name": "cpython",
        "implementation_version": release.python,
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_python_implementation": "CPython",
        "platform_release": release.platform.removeprefix("emscripten_").replace("_", "."),
        "platform_system": "Emscripten",
        "platform_version": "#1",
        "python_full_version": release.python,
        "python_version": release.python.rpartition(".")[0],
        "sys_platform": "emscripten",
    }


def supported_tags(release: PyodideRelease) -> list[Tag]:
    """Wheel tags that run, best first."""
    major, minor, _ = (int(part) for part in release.python.split("."))
    platforms = [f"pyemscripten_{release.abi}_wasm32", f"pyodide_{release.abi}_wasm32"]
    return [
        *cpython_tags((major, minor), platforms=platforms),
        *compatible_tags((major, minor), f"cp{major}{minor}", platforms),
    ]
