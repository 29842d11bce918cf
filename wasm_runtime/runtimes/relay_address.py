"""Which relay a headless run asks, and as whom."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from wasm_runtime.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class RelayAddress:
    """A relay of this machine needs no cookie."""

    url: str
    cookie: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise UsageError(
                f"--relay: expected an address such as http://127.0.0.1:8000/, got {self.url!r}"
            )

    @property
    def headers(self) -> dict[str, str]:
        """What each request to it carries."""
        return {"cookie": self.cookie} if self.cookie else {}

    def address_of(self, path: str) -> str:
        # Joined as text: nothing in `path` leads out of the relay's own folder.
        return f"{self.url.rstrip('/')}/{path}"
