"""Runs inside Pyodide: byte-compile a wheel's modules with the very Python that will load them."""

import io
import py_compile
import tempfile
import zipfile
from pathlib import Path


def compile_wheel(wheel: bytes, site_packages: str) -> bytes:
    """A zip with one `.pyc` per module that compiles, named as an import looks for it.

    Modules that do not compile (templates, tests of syntax errors) are left out: an import
    of them fails with the same words as without a cache.
    """
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(wheel)) as source,
        zipfile.ZipFile(packed, "w") as target,
        tempfile.TemporaryDirectory() as folder,
    ):
        text, code = Path(folder, "module.py"), Path(folder, "module.pyc")
        for name in sorted(source.namelist()):
            if not name.endswith(".py"):
                continue
            text.write_bytes(source.read(name))
            try:
                py_compile.compile(
                    str(text),
                    cfile=str(code),
                    dfile=f"{site_packages}/{name}",
                    doraise=True,
                    # Files of the store never change: no time stamp to look at, none to be wrong.
                    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
                )
            except py_compile.PyCompileError:
                continue
            target.writestr(cache_name(name), code.read_bytes())
    return packed.getvalue()


def cache_name(module: str) -> str:
    """`a/b.py` as `a/__pycache__/b.cpython-314.pyc`."""
    import sys

    path = Path(module)
    return str(path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc")
