"""The built environments as JSON, and how often a page could not use a snapshot of one."""

import dataclasses
import hashlib
import json
import re

from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import Response

from wasm_runtime.contracts import codec
from wasm_runtime.contracts.capabilities import Capability
from wasm_runtime.contracts.environments import Environment
from wasm_runtime.environments.cache import Cache

from ..client_files import known_tags
from ..errors import NotFound

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class EnvironmentPages:
    """`environments.json`, `environments/{name}.json` and `snapshot-refusals/{name}`."""

    def __init__(self, cache: Cache, refusals: Counter, capabilities: list[Capability]) -> None:
        self._cache = cache
        self._refusals = refusals
        self._capabilities = capabilities

    async def all(self, request: Request) -> Response:
        built = self._cache.environments()
        offered = dataclasses.replace(built, capabilities=self._capabilities)
        return _answer(request, codec.encode(offered))

    async def one(self, request: Request) -> Response:
        return _answer(request, codec.encode(self._asked(request)))

    async def refused(self, request: Request) -> Response:
        """Count one; only environments that are there have a number."""
        self._refusals.labels(self._asked(request).name).inc()
        return Response(status_code=204)

    def _asked(self, request: Request) -> Environment:
        name = request.path_params["name"]
        if not _NAME.fullmatch(name):
            raise NotFound(f"{name!r} is not the name of an environment.")
        return self._cache.environment(name)


def _answer(request: Request, plain: object) -> Response:
    body = json.dumps(plain, separators=(",", ":")).encode()
    headers = {
        "cache-control": "no-cache",
        "content-type": "application/json",
        "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
    }
    if headers["etag"] in known_tags(request.headers):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers)
