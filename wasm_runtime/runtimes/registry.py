"""Which runtimes there are, by the name that the command line and settings use."""

from pathlib import Path

import wasm_runtime
from wasm_runtime.contracts.worker import KernelSettings
from wasm_runtime.errors import UsageError

from .headless import HeadlessRuntime
from .hosts import HOSTS
from .network import Gateway
from .relay_address import RelayAddress
from .runtime import Runtime

WORKER = Path(wasm_runtime.__file__).parent / "client" / "headless.js"


def runtime(
    name: str,
    store: Path,
    gateway: Gateway,
    settings: KernelSettings,
    worker: Path = WORKER,
    relay: RelayAddress | None = None,
) -> Runtime:
    """The runtime called `name`. Raises UsageError for a name that is none."""
    host = HOSTS.get(name)
    if host is None:
        raise UsageError(f"There is no runtime {name!r}.", hint=f"Known are {', '.join(HOSTS)}.")
    return HeadlessRuntime(
        host=host, worker=worker, store=store, settings=settings, gateway=gateway, relay=relay
    )
