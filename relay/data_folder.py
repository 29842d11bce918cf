"""Where the relay keeps what it must not lose, unless a setting names another place."""

import os
from pathlib import Path


def data_folder() -> Path:
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "wasm-runtime"
