"""From a definition to a built environment: resolve, fetch, compile, store, describe."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from wasm_runtime.contracts import codec
from wasm_runtime.contracts.environments import Environment, InstalledWheel, StoredFile

from . import kernel_wheel, repack
from .cache import Cache
from .compiler import Compiler, PyodideCompiler
from .definitions import EnvironmentDefinition, PyodideRelease
from .errors import SnapshotFailed
from .lock import Lock, LockedPackage, check_lock
from .progress import Progress
from .pyodide_tags import marker_environment, supported_tags
from .resolve import Offers, resolve
from .snapshot import add_snapshot
from .snapshot_host import SnapshotHost
from .sources.index_page import IndexFile
from .sources.source import WantedFile, obtain
from .store import hash_file, write_atomically
from .supplies import Supplies, release_files
from .wheel_check import check_wheel

_PARALLEL_DOWNLOADS = 4


@dataclass(frozen=True, kw_only=True)
class Builder:
    """Builds environments of one cache.

    `compiler` None means Pyodide itself, `snapshots` None that none are taken.
    """

    cache: Cache
    supplies: Supplies
    progress: Progress
    compiler: Compiler | None = None
    snapshots: SnapshotHost | None = None

    def build(self, name: str, *, relock: bool = False) -> Environment:
        """Build `name`, doing only what is not done yet."""
        definitions = self.cache.definitions()
        definition, release = definitions.environment(name), definitions.pyodide
        lock = self.relock(definition, release) if relock else self.cache.lock(name)
        check_lock(lock, definition, release, marker_environment(release))
        runtime = self._runtime(release)
        sources = self._sources(lock)
        wheels = self._repacked(sources, release, runtime)
        lock_file = self.cache.store.add("pyodide-lock.json", lock.dumps().encode(), compress=True)
        environment = Environment(
            name=name,
            id="",
            title=definition.title,
            pyodide_version=release.version,
            python_version=release.python,
            abi=release.abi,
            runtime=runtime,
            wheels=wheels,
            lock=lock_file,
            preload=definition.preload,
        )
        environment = self._with_snapshot(replace(environment, id=_identity(environment)))
        self.cache.write_environment(environment)
        return environment

    def _with_snapshot(self, environment: Environment) -> Environment:
        """Without one, kernels start as well, only later: no reason to have no environment."""
        if self.snapshots is None:
            return environment
        try:
            return add_snapshot(environment, self.cache.store, self.progress, self.snapshots)
        except SnapshotFailed as failure:
            self.progress.step(f"{failure.message}  hint: {failure.hint}")
            return environment

    def relock(self, definition: EnvironmentDefinition, release: PyodideRelease) -> Lock:
        """Resolve anew and write the lock; what the parent has stays as it is there."""
        self.progress.step(f"Resolving {definition.name}")
        pinned = self.cache.lock(definition.extends).packages if definition.extends else {}
        offers = Offers(
            pinned=pinned,
            distribution=self.cache.distribution(),
            preferred_files=self.supplies.preferred_files(),
            index=self.supplies.index,
            open_wheel=self._open_wheel,
            markers=marker_environment(release),
            tags=supported_tags(release),
            now=datetime.now(UTC),
        )
        packages = resolve(definition.requirements, offers, definition.name)
        lock = Lock(info=release.info, packages=packages)
        self.cache.write_lock(definition.name, lock)
        return lock

    def _open_wheel(self, project: str, file: IndexFile) -> Path:
        return self._obtain_wheel(
            WantedFile(file_name=file.file_name, sha256=file.sha256, project=project)
        )

    def _obtain_wheel(self, wanted: WantedFile) -> Path:
        return obtain(
            self.cache.store,
            self.supplies.wheels,
            wanted,
            self.progress,
            lambda partial: check_wheel(partial, wanted.file_name),
        )

    def _runtime(self, release: PyodideRelease) -> list[StoredFile]:
        files = []
        for name in release_files(release):
            wanted = WantedFile(file_name=name, sha256=release.files[name])
            obtain(self.cache.store, self.supplies.runtime, wanted, self.progress)
            files.append(
                self.cache.store.describe(
                    name, wanted.sha256, compress=_packs(name), is_awaited=True
                )
            )
        return files

    def _sources(self, lock: Lock) -> list[LockedPackage]:
        packages = [lock.packages[name] for name in sorted(lock.packages)]
        wanted = [
            WantedFile(file_name=each.file_name, sha256=each.sha256, project=each.name)
            for each in packages
        ]
        missing = [each for each in wanted if not self.cache.store.has(each.sha256)]
        if missing:
            self.progress.step(f"Fetching {len(missing)} of {len(wanted)} wheels")
        with ThreadPoolExecutor(_PARALLEL_DOWNLOADS) as pool:
            list(pool.map(self._obtain_wheel, missing))
        version, file_name, body = kernel_wheel.kernel_wheel()
        kept = self.cache.store.add(file_name, body)
        kernel = LockedPackage(
            name=kernel_wheel.PROJECT,
            version=version,
            file_name=file_name,
            sha256=kept.sha256,
            imports=["wasm_runtime"],
        )
        return [*packages, kernel]

    def _repacked(
        self, packages: list[LockedPackage], release: PyodideRelease, runtime: list[StoredFile]
    ) -> list[InstalledWheel]:
        paths = {each.sha256: self.cache.store.path(each.sha256) for each in packages}
        missing = {
            each.sha256: paths[each.sha256]
            for each in packages
            if self._known(each.sha256, release) is None
        }
        if missing:
            names = {each.sha256: each.name for each in packages}
            self.progress.step(f"Byte-compiling {len(missing)} wheels")
            compiler = self.compiler or PyodideCompiler(
                {file.name: self.cache.store.path(file.sha256) for file in runtime}, release.info
            )
            compiled = compiler.compile(
                missing, lambda key: self.progress.step(f"  {names.get(key, key)}")
            )
            self.progress.step(f"Packing {len(missing)} wheels")
            for sha256, path in missing.items():
                body = repack.repack(path, compiled[sha256])
                self._remember(sha256, release, self.cache.store.add("wheel", body).sha256)
        return [self._installed(each, release) for each in packages]

    def _installed(self, package: LockedPackage, release: PyodideRelease) -> InstalledWheel:
        sha256 = self._known(package.sha256, release)
        assert sha256 is not None  # repacked above
        return InstalledWheel(
            name=package.name,
            version=package.version,
            file=self.cache.store.describe(package.file_name, sha256, compress=True),
            source_sha256=package.sha256,
            imports=package.imports,
        )

    def _known(self, source_sha256: str, release: PyodideRelease) -> str | None:
        """The store's hash of a wheel repacked earlier, if it is still there and whole."""
        path = self._recipe(source_sha256, release)
        if not path.is_file():
            return None
        sha256 = path.read_text(encoding="utf-8").strip()
        return sha256 if self.cache.store.has(sha256) else None

    def _remember(self, source_sha256: str, release: PyodideRelease, sha256: str) -> None:
        place = self._recipe(source_sha256, release)
        scratch = self.cache.store.folder / "partial"
        write_atomically(place, sha256.encode(), place.name, scratch)

    def _recipe(self, source_sha256: str, release: PyodideRelease) -> Path:
        recipe = f"{source_sha256} {release.version} {release.python} {repack.RECIPE}"
        digest = hashlib.sha256(recipe.encode()).hexdigest()
        return self.cache.store.folder / "repacked" / digest


def _packs(name: str) -> bool:
    """Whether brotli can win anything; the standard library is deflated inside its zip."""
    return not name.endswith(".zip")


def _identity(environment: Environment) -> str:
    """A hash of everything that went in; what came out follows from it."""
    plain = codec.encode(environment)
    for wheel in plain["wheels"]:
        # Byte-code is not the same bytes on every machine, what it is made from is.
        del wheel["file"]
    plain["recipe"] = repack.RECIPE
    plain["runtime"] = [[file["name"], file["sha256"]] for file in plain["runtime"]]
    plain["lock"] = plain["lock"]["sha256"]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def damaged(cache: Cache, environment: Environment) -> list[StoredFile]:
    """The files of a built environment that are missing or differ from their name."""
    return [
        file
        for file in environment.all_files()
        if not cache.store.has(file.sha256)
        or hash_file(cache.store.path(file.sha256)) != file.sha256
    ]
