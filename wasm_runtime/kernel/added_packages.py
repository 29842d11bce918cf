"""What was installed beside the environment, as micropip wrote it down."""

import importlib.metadata
from importlib.metadata import Distribution

from wasm_runtime.contracts.worker import AddedPackage


def added_packages() -> list[AddedPackage]:
    """Every distribution that came as a wheel from an address, by name."""
    found = {}
    for distribution in importlib.metadata.distributions():
        url = distribution.read_text("PYODIDE_URL")
        sha256 = distribution.read_text("PYODIDE_SHA256")
        if url and sha256:
            name = distribution.metadata["Name"]
            found[name] = AddedPackage(
                name=name,
                version=distribution.version,
                url=url,
                sha256=sha256,
                imports=_imports(distribution),
            )
    return [found[name] for name in sorted(found, key=str.lower)]


def _imports(distribution: Distribution) -> list[str]:
    """Top-level modules and packages that are meant to be imported."""
    tops = set()
    for file in distribution.files or []:
        top = file.parts[0]
        if len(file.parts) == 1 and top.endswith(".py"):
            tops.add(top.removesuffix(".py"))
        elif len(file.parts) == 2 and file.name == "__init__.py":
            tops.add(top)
    return sorted(top for top in tops if top.isidentifier() and not top.startswith("_"))
