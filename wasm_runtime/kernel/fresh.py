"""What a kernel restored from a snapshot must not share with every other one restored from it."""

import os
import random
import secrets
import sys
import tempfile
import time
from pathlib import Path

from wasm_runtime.contracts.relay_requests import RELAY_ADDRESS
from wasm_runtime.contracts.worker import KernelSettings

from .numpy_random import reseed_numpy

FIXED_ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PLOTLY_RENDERER": "plotly_mimetype",
    "TERM": "xterm-256color",
    "COLUMNS": "100",
}


RELAY_ENVIRONMENT = {
    "OPENAI_BASE_URL": f"{RELAY_ADDRESS}ai/openai/v1",
    "OPENAI_API_KEY": "the-relay-has-the-key",
    "ANTHROPIC_BASE_URL": f"{RELAY_ADDRESS}ai/anthropic",
    "ANTHROPIC_API_KEY": "the-relay-has-the-key",
}
"""For the libraries of AI providers; the relay puts its own keys in."""


def fresh_start(settings: KernelSettings) -> None:
    """Seed all randomness anew, and set the clock, environment and home anew. Idempotent."""
    reseed()
    # Every start puts the working folder first, a restored heap already has it there.
    sys.path[:] = dict.fromkeys(sys.path)
    os.environ.update(FIXED_ENVIRONMENT)
    if settings.asks_relay:
        os.environ.update(RELAY_ENVIRONMENT)
    os.environ.update(settings.environment_variables)
    os.environ["HOME"] = str(Path(settings.working_folder))
    if hasattr(time, "tzset"):
        time.tzset()


def reseed() -> None:
    """Give every generator whose seed a snapshot would repeat a new one."""
    random.seed(secrets.token_bytes(32))
    # Each holds a generator or a node id made from one; None makes it anew when next used.
    tempfile._name_sequence = None  # type: ignore[attr-defined]
    if uuid := sys.modules.get("uuid"):
        uuid._node = None  # type: ignore[attr-defined]
        uuid._last_timestamp = None  # type: ignore[attr-defined]
    reseed_numpy()
