"""The sources a build uses, in the order in which they are asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import wasm_runtime

from .cache import Cache
from .definitions import PyodideRelease
from .download import make_client
from .sources.carried import CarriedDistribution
from .sources.cdn import PyodideCdn
from .sources.index import Index, MemoryIndex, PackageIndex, index_url
from .sources.local import LocalFolder, local_source
from .sources.source import Source

_CDN_CONNECT_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True)
class Supplies:
    """Where the runtime's files and the wheels come from, and the index to resolve with.

    `preferred_files` are the distribution's wheels that everyone can get.
    """

    runtime: Sequence[Source]
    wheels: Sequence[Source]
    index: Index
    carried: CarriedDistribution | None = None

    def preferred_files(self) -> set[str]:
        return self.carried.names() if self.carried else set()


@contextmanager
def open_supplies(
    cache: Cache,
    *,
    offline: bool = False,
    local: Sequence[Path] = (),
    index: str | None = None,
) -> Iterator[Supplies]:
    """The real supplies; `offline` leaves only what is on this machine."""
    release = cache.definitions().pyodide
    given = [local_source(path) for path in local]
    here = [*given, *_installed_runtime()]
    if offline:
        yield Supplies(runtime=here, wheels=given, index=MemoryIndex({}))
        return
    with make_client() as client, make_client(_CDN_CONNECT_SECONDS) as impatient:
        distributed = {package.file_name for package in cache.distribution().values()}
        packages = PackageIndex(client, index_url(index))
        carried = CarriedDistribution(
            client=client,
            index=packages,
            store=cache.store,
            requirement=release.carried_by,
            folder=release.carried_folder,
            files=distributed,
        )
        yield Supplies(
            runtime=[*here, PyodideCdn(impatient, release.version, set(release.files))],
            wheels=[
                *given,
                PyodideCdn(impatient, release.distribution, distributed),
                carried,
                packages,
            ],
            index=packages,
            carried=carried,
        )


def _installed_runtime() -> list[Source]:
    package = Path(wasm_runtime.__file__).parent
    folders = [
        package / "client" / "pyodide",  # carried by an installed wheel
        package.parent / "static" / "node_modules" / "pyodide",  # a checkout
    ]
    return [LocalFolder(folder) for folder in folders if folder.is_dir()]


def release_files(release: PyodideRelease) -> list[str]:
    """The runtime's files in the order in which a start needs them."""
    return sorted(release.files, key=lambda name: (not name.endswith(".wasm"), name))
