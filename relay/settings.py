"""Every setting of the relay: the command line, then WASM_RUNTIME_* variables, then a TOML file.

A field's description is its reason; `docs/settings.md` is written from them.
"""

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

import wasm_runtime
from wasm_runtime.contracts.access import AccessMode
from wasm_runtime.contracts.relay_api import UPDATE_PART_BYTES

from .loopback import is_loopback
from .setting_types import HostNames, Names, NetworkNames

PREFIX = "WASM_RUNTIME_"
FILE_VARIABLE = "WASM_RUNTIME_SETTINGS_FILE"
DEFAULT_FILE = "wasm-runtime.toml"


class Settings(BaseSettings):
    """How one relay runs; frozen, so that what was checked at the start stays true."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True
    )

    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address to listen on. Only this machine can reach the default; to serve "
        "others, listen on 0.0.0.0 behind a proxy with TLS and name the site in allowed_hosts.",
    )
    port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Port to listen on; 0 takes a free one, so that two relays never collide.",
    )
    allowed_hosts: HostNames = Field(
        default=[],
        description="Names, beside loopback, that requests may ask for in their Host header. "
        "Anything else is answered 421: a foreign name that points here is DNS rebinding.",
    )
    access: AccessMode = Field(
        default="one-person",
        description="Who may have shared documents here. one-person: whoever sits at this machine, "
        "and nobody else; it refuses to listen on any other address. accounts: people who sign in, "
        "and those whom they send a link. none: nobody, the relay serves the page alone.",
    )
    operators: Names = Field(
        default=[],
        description="Ids of the accounts (`wasm-runtime users list`) that may declare connections "
        "and read the audit log from the page. The person at this machine always may.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[A-Za-z0-9.\-\[\]:]+/?$",
        description="The address at which people reach the relay through a proxy, such as "
        "https://notebooks.example. Requests from there are the relay's own, and cookies are "
        "kept to TLS. Only with access = accounts or none.",
    )
    passwords: bool = Field(
        default=True,
        description="Whether people sign in with a name and a password (`wasm-runtime users`). "
        "Switch it off where everybody comes from an identity provider.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^https://.+|^http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/.*)?$",
        description="An identity provider (OpenID Connect) at which people sign in, by its issuer "
        "address; needs wasm-runtime[oidc]. It is to send them back to sign-in/oidc/return.",
    )
    oidc_client_id: str | None = Field(
        default=None, min_length=1, description="What the identity provider knows this relay as."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None,
        description="The secret for oidc_client_id. Without one the relay is a public client, "
        "which PKCE protects.",
    )
    oidc_name: str | None = Field(
        default=None,
        min_length=1,
        max_length=80,
        description="What people know the identity provider as; by default the issuer's host.",
    )
    oidc_domains: Names = Field(
        default=[],
        description="Domains of verified e-mail addresses whose owners are let in; by default "
        "everybody whom the identity provider knows. Name yours where it knows the whole world.",
    )
    session_days: float = Field(
        default=14,
        gt=0,
        le=365,
        description="How long somebody stays signed in, unless they sign out.",
    )
    client: Path = Field(
        default=Path(wasm_runtime.__file__).parent / "client",
        description="Folder with the built page. The default is the one inside the package.",
    )
    cache: Path | None = Field(
        default=None,
        description="Folder of the wheel cache. By default packages-cache/ in a checkout and the "
        "user's cache folder otherwise; set it to share one cache between relays.",
    )
    index_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Package index (PEP 503 or 691) that fills the cache. By default the one that "
        "pip is configured to use on this machine, so that a company's mirror is respected.",
    )
    environment: str = Field(
        default="data",
        pattern=r"^[a-z][a-z0-9_-]*$",
        description="Environment that `serve` builds when it is missing, so that a first start "
        "ends with a notebook that works.",
    )
    max_body_bytes: int = Field(
        default=1024 * 1024,
        ge=1024,
        description="Largest request body, but for blobs, which have their own bound. An unlimited "
        "body is a way to fill the relay's memory.",
    )
    documents: str | None = Field(
        default=None,
        min_length=1,
        description="Where shared documents are kept: a SQLite file, or a postgresql:// URL (with "
        "wasm-runtime[postgres] installed). By default documents.sqlite in the user's data folder. "
        "One relay at a time holds a file; if another one does, rooms close with the code 4503.",
    )
    redis_url: str | None = Field(
        default=None,
        pattern=r"^(rediss?|unix)://",
        description="A Redis by which relays that share documents in PostgreSQL hear of each "
        "other's edits at once, and see each other's people (with wasm-runtime[redis] installed). "
        "Nothing is kept in it; without it they look into PostgreSQL every second.",
    )
    max_message_bytes: int = Field(
        default=16 * 1024 * 1024,
        ge=2 * UPDATE_PART_BYTES,
        description="Largest message on a room's socket. Our page sends a larger change in parts; "
        "a stock client does not, so this bounds what it can bring at once.",
    )
    max_document_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=64 * 1024,
        description="Size at which a document takes no more edits. Every room that is open is held "
        "in memory, twice.",
    )
    max_history_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=0,
        description="How much of one document's past is kept beside its newest two snapshots. "
        "Beyond it the oldest points go first, and those with a name last.",
    )
    max_blob_bytes: int = Field(
        default=32 * 1024 * 1024,
        ge=1024,
        description="Largest value that is kept beside a document, such as a plot. Each upload is "
        "held in memory until its hash is known; eight run at once.",
    )
    max_document_blob_bytes: int = Field(
        default=256 * 1024 * 1024,
        ge=1024,
        description="How large such values of one document may be together. At the bound those "
        "give way that only its past refers to, then new ones are refused.",
    )
    max_unread_bytes: int = Field(
        default=4 * 1024 * 1024,
        ge=64 * 1024,
        description="How much may wait for a client that does not read. Beyond it the client is "
        "closed with the code 1013, and gets what it missed when it comes back.",
    )
    messages_per_second: int = Field(
        default=500,
        ge=1,
        description="How fast one client is read; a faster one waits. It keeps a flood from "
        "slowing down the others.",
    )
    idle_seconds: int = Field(
        default=30,
        ge=1,
        description="How long a room stays in memory after its last client has left.",
    )
    connections: Path | None = Field(
        default=None,
        description="TOML file of database connections, a table [connections.NAME] each. Beside "
        "it, WASM_RUNTIME_CONNECTION_NAME holds a URL, and wasm-runtime connection add keeps one.",
    )
    data_folder: Path | None = Field(
        default=None,
        description="Folder of what the relay itself keeps: connections, sealed secrets, audit "
        "records, the demo database. By default the user's data folder.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Key that seals secrets, 32 bytes in URL-safe base64. By default secrets.key "
        "in the data folder, readable by its owner only: back it up apart from the database.",
    )
    kept_results_bytes: int = Field(
        default=1024**3,
        ge=0,
        description="How much of the data folder results of queries may take, kept for whoever "
        "asks the same with a max_age; the least recently used go first, all go when the relay "
        "ends. 0 keeps none; keep_results of a connection says it for one.",
    )
    demo_connection: bool = Field(
        default=True,
        description="Whether the connection demo exists, a small SQLite database to try SQL on.",
    )
    gateway: Path | None = Field(
        default=None,
        description="TOML file of the hosts that notebooks may reach by the relay when a browser "
        'cannot, a table [hosts."api.example.com"] each (docs/web.md). Without it there are none.',
    )
    sandbox_hosts: HostNames = Field(
        default=[], description="Hosts that MCP's run_python may reach; by default none."
    )
    storages: Path | None = Field(
        default=None,
        description="TOML file of the folders and object stores that notebooks may read and write "
        "by the relay, a table [storages.NAME] each (docs/storage.md). Without it there are none.",
    )
    ai: Path | None = Field(
        default=None,
        description="TOML file of AI providers, models, budgets and policies (docs/ai.md).",
    )
    openai_key: SecretStr | None = Field(
        default=None,
        description="A key of OpenAI: its models can be asked from notebooks, which do not see it.",
    )
    anthropic_key: SecretStr | None = Field(
        default=None,
        description="A key of Anthropic: its models can be asked from notebooks, likewise.",
    )
    gemini_key: SecretStr | None = Field(
        default=None,
        description="A key of Google's Gemini: its models can be asked from notebooks.",
    )
    trusted_proxies: NetworkNames = Field(
        default=[],
        description="Addresses or networks, such as 10.0.0.0/8, of proxies in front of the relay. "
        "Of these alone X-Forwarded-For is believed: its rightmost address that is no proxy's is "
        "who asks, and bounds for each address hold for people. Without it all who come by a proxy "
        "share one bound.",
    )
    shutdown_seconds: int = Field(
        default=5,
        ge=0,
        le=300,
        description="How long requests under way may take to finish after Ctrl-C or SIGTERM.",
    )
    metrics: bool = Field(
        default=True, description="Whether /metrics answers at all; the two below say to whom."
    )
    metrics_addresses: NetworkNames = Field(
        default=["127.0.0.0/8", "::1/128"],
        description="Addresses or networks from which /metrics may be read without a token; by "
        "default this machine alone, and not what a proxy on it brings from elsewhere.",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="A token, sent as Authorization: Bearer, with which /metrics may be read from "
        "anywhere.",
    )
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto",
        description="console is for eyes, json for collectors; auto is console on a terminal.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="The least severe line that is written; info has one line per request.",
    )

    @property
    def public_origin(self) -> str | None:
        return self.public_url.rstrip("/").lower() if self.public_url else None

    @property
    def secret_values(self) -> list[str]:
        """What no log line may show, wherever it came from."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

    @property
    def is_public_over_tls(self) -> bool:
        return (self.public_origin or "").startswith("https://")

    @model_validator(mode="after")
    def _one_person_is_here(self) -> Self:
        if self.access == "one-person" and not (self.public_url is None and is_loopback(self.host)):
            raise ValueError(
                "one person at this machine is served at a loopback address, and not through a "
                'proxy. To let others in set access to "accounts", to serve them the page alone '
                'to "none"'
            )
        return self

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Self:
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise ValueError("oidc_issuer and oidc_client_id go together")
        if self.oidc_issuer is not None and self.access != "accounts":
            raise ValueError('an identity provider needs access = "accounts"')
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = Path(os.environ.get(FILE_VARIABLE, DEFAULT_FILE))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)
