"""The access service: the mode that the settings ask for, for as long as the relay runs."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.routing import BaseRoute

from relay.settings import Settings
from wasm_runtime.contracts.access import Role
from wasm_runtime.errors import UsageError

from .access import Access
from .accounts import Accounts
from .agents import Agents
from .cookies import Cookies
from .live import Live
from .one_person import Nobody, OnePerson
from .password_sign_in import PasswordSignIn
from .redeeming import Redeeming
from .routes import OidcPages, Pages, account_pages, pages_without_accounts, session_routes
from .sessions import Sessions
from .sharing import Sharing
from .store.access_store import AccessStore
from .store.opening import open_database
from .store.rights import documents_of
from .token_pages import TokenPages

_SECONDS_OF_A_DAY = 24 * 60 * 60


class AccessService:
    """Made before the relay takes requests; `following` is its life."""

    def __init__(self, settings: Settings) -> None:
        self._store = AccessStore(open_database(settings.documents))
        self._live = Live(self._store)
        self.access: Access
        self._pages: Pages
        if settings.access == "accounts":
            accounts, self._pages = self._accounts(settings)
            self.access = accounts
            self.agents = Agents(accounts, self._live)
        else:
            person = (
                OnePerson(self._store) if settings.access == "one-person" else Nobody(self._store)
            )
            self.access = person
            self.agents = Agents(person, self._live)
            self._pages = pages_without_accounts(person)

    def routes(self) -> list[BaseRoute]:
        return session_routes(self._pages)

    async def documents_of(self, user_id: str) -> list[tuple[str, Role]]:
        """The documents in which somebody has a role of their own. Raises Unavailable."""
        return list(await self._store.read(lambda found: documents_of(found, user_id)))

    def watch(self, reconsider: Callable[[], None]) -> None:
        """`reconsider` is told whenever somebody's rights may have changed."""
        self._live.watch(reconsider)

    @asynccontextmanager
    async def following(self, reconsider: Callable[[], None]) -> AsyncIterator[None]:
        """While open, `reconsider` is told whenever somebody's rights may have changed."""
        self._live.watch(reconsider)
        try:
            async with self._live.following():
                yield
        finally:
            await self._store.close()

    def _accounts(self, settings: Settings) -> tuple[Accounts, Pages]:
        cookies = Cookies(secure=settings.is_public_over_tls)
        provider = None
        if settings.oidc_issuer is not None:
            provider = settings.oidc_name or urlsplit(settings.oidc_issuer).hostname
        access = Accounts(self._store, self._live, cookies, settings.passwords, provider)
        seconds = settings.session_days * _SECONDS_OF_A_DAY
        sessions = Sessions(self._store, self._live, cookies, access, seconds)
        return access, account_pages(
            access,
            sessions,
            PasswordSignIn(self._store, sessions) if settings.passwords else None,
            self._oidc(settings, sessions, cookies) if settings.oidc_issuer else None,
            Redeeming(self._store, self._live, sessions),
            Sharing(self._store, self._live),
            TokenPages(self._store, self._live),
        )

    def _oidc(self, settings: Settings, sessions: Sessions, cookies: Cookies) -> OidcPages:
        try:
            from .oidc.provider import Provider
            from .oidc.sign_in import OidcSignIn
        except ImportError as error:
            raise UsageError(
                "The setting oidc_issuer needs a library that is not installed.",
                hint='Install it: pip install "wasm-runtime[oidc]".',
            ) from error
        assert settings.oidc_issuer is not None
        assert settings.oidc_client_id is not None
        secret = settings.oidc_client_secret
        provider = Provider(
            settings.oidc_issuer,
            settings.oidc_client_id,
            secret.get_secret_value() if secret else None,
        )
        return OidcSignIn(
            provider,
            self._store,
            self._live,
            sessions,
            cookies,
            settings.public_origin,
            {domain.lower() for domain in settings.oidc_domains},
        )
