"""Whether the relay is up, for how long, and what it holds."""

import dataclasses
import time

from starlette.responses import JSONResponse, Response

from wasm_runtime import __version__
from wasm_runtime.contracts import CONTRACT_VERSION
from wasm_runtime.contracts.relay_api import Health

from .memory import resident_bytes


class HealthReport:
    """Remembers the start; answers 503 before the relay takes requests and while it stops."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.stopping = False

    def now(self) -> Health:
        return Health(
            status="stopping" if self.stopping else "ok",
            version=__version__,
            contract_version=CONTRACT_VERSION,
            uptime_seconds=round(time.monotonic() - self._started, 3),
            memory_bytes=resident_bytes(),
        )

    def page(self) -> Response:
        health = self.now()
        return JSONResponse(
            dataclasses.asdict(health), status_code=200 if health.status == "ok" else 503
        )
