"""The cache folder: what is asked for, what is locked, what is built, what is stored."""

import json
import os
import shutil
import sys
from pathlib import Path

from packaging.utils import NormalizedName

from wasm_runtime.contracts import codec
from wasm_runtime.contracts.environments import Environment, EnvironmentList
from wasm_runtime.contracts.everything import CONTRACT

from .definitions import Definitions, read_definitions
from .errors import EnvironmentsError, LockStale, UnknownEnvironment
from .lock import Lock, LockedPackage, read_lock
from .store import Store, write_atomically

FOLDER_VARIABLE = "WASM_RUNTIME_CACHE"
_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "shipped"


class Cache:
    """One cache folder. Definitions and locks that it lacks are those the package ships."""

    def __init__(self, folder: Path, shipped: Path | None = _SHIPPED) -> None:
        self.folder = folder
        self.store = Store(folder / "store")
        self._built = folder / "built"
        self._shipped = shipped

    @classmethod
    def locate(cls, folder: Path | None = None) -> "Cache":
        """The cache at `folder`, at WASM_RUNTIME_CACHE, of this checkout, or of this user."""
        if folder is None and (named := os.environ.get(FOLDER_VARIABLE)):
            folder = Path(named)
        if _SHIPPED.is_dir():
            return cls(folder or _user_cache())
        checkout = _PACKAGE.parents[1] / "packages-cache"
        return cls(folder or checkout, checkout)

    @property
    def definitions_path(self) -> Path:
        return self._own_or_shipped("environments.toml")

    def definitions(self) -> Definitions:
        """Raises DefinitionError."""
        return read_definitions(self.definitions_path)

    def lock(self, name: str) -> Lock:
        """The lock of an environment. Raises LockStale when there is none that can be read."""
        path = self._own_or_shipped(f"locks/{name}.lock.json")
        try:
            return read_lock(path)
        except FileNotFoundError as error:
            raise LockStale(name, "there is no lock yet") from error
        except (ValueError, KeyError, TypeError) as error:
            raise LockStale(name, f"{path} cannot be read ({error})") from error

    def write_lock(self, name: str, lock: Lock) -> Path:
        place = self.folder / "locks" / f"{name}.lock.json"
        write_atomically(place, lock.dumps().encode(), place.name, self.store.folder / "partial")
        return place

    def distribution(self) -> dict[NormalizedName, LockedPackage]:
        """Pyodide's own packages, as its release's lock pins them."""
        version = self.definitions().pyodide.distribution
        return read_lock(self._own_or_shipped(f"locks/pyodide-{version}.json")).packages

    def own_definitions(self) -> Path:
        """A definitions file that may be changed: the folder's own, copied when it has none."""
        own = self.folder / "environments.toml"
        if not own.exists():
            own.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.definitions_path, own)
        return own

    def environment(self, name: str | None = None) -> Environment:
        """A built environment; the default without a name. Raises UnknownEnvironment."""
        wanted = name or self.definitions().default
        path = self._built / f"{wanted}.json"
        if "/" in wanted or "\\" in wanted or wanted.startswith(".") or not path.is_file():
            hint = f"wasm-runtime env build {wanted}"
            raise UnknownEnvironment(wanted, [each.name for each in self._all()], hint)
        return self._read(path)

    def environments(self) -> EnvironmentList:
        """All that are built, the default first."""
        default = self.definitions().default
        built = sorted(self._all(), key=lambda each: (each.name != default, each.name))
        return EnvironmentList(environments=built)

    def write_environment(self, environment: Environment) -> None:
        body = json.dumps(codec.encode(environment), indent=1, sort_keys=True).encode()
        place = self._built / f"{environment.name}.json"
        write_atomically(place, body, place.name, self.store.folder / "partial")

    def _all(self) -> list[Environment]:
        return [self._read(path) for path in self._built.glob("*.json")]

    def _read(self, path: Path) -> Environment:
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            decoded = codec.decode(plain, "Environment", CONTRACT)
        except (ValueError, codec.ContractError) as error:
            raise EnvironmentsError(
                f"{path} cannot be read: {error}.", f"wasm-runtime env build {path.stem}"
            ) from error
        assert isinstance(decoded, Environment)
        return decoded

    def _own_or_shipped(self, relative: str) -> Path:
        own = self.folder / relative
        if own.exists() or self._shipped is None:
            return own
        return self._shipped / relative


def _user_cache() -> Path:
    home = Path.home()
    if sys.platform == "darwin":
        base = home / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "wasm-runtime"
