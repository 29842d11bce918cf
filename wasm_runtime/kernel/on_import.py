"""Run something once a module has been imported."""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Hook = Callable[[ModuleType], None]


class AfterImport(MetaPathFinder):
    """Finds modules as the other finders do, and calls a hook when they are loaded."""

    def __init__(self, hooks: dict[str, Hook]) -> None:
        self._hooks = hooks

    def install(self) -> None:
        """Call the hooks of modules that are there, and of others when they come."""
        for name, hook in self._hooks.items():
            if name in sys.modules:
                hook(sys.modules[name])
        sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, AfterImport)]
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        hook = self._hooks.get(name)
        if hook is None:
            return None
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(name, path, target)):
                if spec.loader is not None:
                    spec.loader = _HookedLoader(spec.loader, hook)
                return spec
        return None


class _HookedLoader(Loader):
    def __init__(self, loader: Any, hook: Hook) -> None:
        self._loader = loader
        self._hook = hook

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        # importlib.resources asks the spec's loader; it must find the real one.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._hook(module)
