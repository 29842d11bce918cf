"""The routes of the access service: in every mode the same, so that one table decides."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from relay.errors import NotAllowed, NotFound
from wasm_runtime.contracts.access import (
    LINKS,
    LINKS_PATH,
    MEMBERS,
    OIDC_PATH,
    OIDC_RETURN_PATH,
    SESSION_PATH,
    SESSIONS_PATH,
)
from wasm_runtime.contracts.agents import TOKENS_PATH
from wasm_runtime.contracts.relay_api import ROOMS_PATH

from .access import Access
from .actor import actor_of
from .bodies import answer
from .password_sign_in import PasswordSignIn
from .redeeming import Redeeming
from .sessions import Sessions
from .sharing import Sharing
from .token_pages import TokenPages

Page = Callable[[Request], Awaitable[Response]]


class OidcPages(Protocol):
    """Sign-in at an identity provider, whose library not everybody has installed."""

    async def begin(self, request: Request) -> Response: ...

    async def end(self, request: Request) -> Response: ...


@dataclass(frozen=True, slots=True)
class Pages:
    """What answers each route."""

    session: Page
    sign_in: Page
    sign_out: Page
    sign_out_everywhere: Page
    begin_oidc: Page
    end_oidc: Page
    redeem_link: Page
    members: Page
    put_member: Page
    remove_member: Page
    links: Page
    make_link: Page
    revoke_link: Page
    tokens: Page
    make_token: Page
    revoke_token: Page


def session_routes(pages: Pages) -> list[BaseRoute]:
    document = f"/{ROOMS_PATH}/{{document_id}}"
    return [
        Route(f"/{SESSION_PATH}", pages.session),
        Route(f"/{SESSION_PATH}", pages.sign_in, methods=["POST"]),
        Route(f"/{SESSION_PATH}", pages.sign_out, methods=["DELETE"]),
        Route(f"/{SESSIONS_PATH}", pages.sign_out_everywhere, methods=["DELETE"]),
        Route(f"/{OIDC_PATH}", pages.begin_oidc),
        Route(f"/{OIDC_RETURN_PATH}", pages.end_oidc),
        Route(f"/{LINKS_PATH}", pages.redeem_link, methods=["POST"]),
        Route(f"/{TOKENS_PATH}", pages.tokens),
        Route(f"/{TOKENS_PATH}", pages.make_token, methods=["POST"]),
        Route(f"/{TOKENS_PATH}/{{token_id}}", pages.revoke_token, methods=["DELETE"]),
        Route(f"{document}/{MEMBERS}", pages.members),
        Route(f"{document}/{MEMBERS}", pages.put_member, methods=["PUT"]),
        Route(f"{document}/{MEMBERS}/{{user_id}}", pages.remove_member, methods=["DELETE"]),
        Route(f"{document}/{LINKS}", pages.links),
        Route(f"{document}/{LINKS}", pages.make_link, methods=["POST"]),
        Route(f"{document}/{LINKS}/{{link_id}}", pages.revoke_link, methods=["DELETE"]),
    ]


def account_pages(
    access: Access,
    sessions: Sessions,
    passwords: PasswordSignIn | None,
    oidc: OidcPages | None,
    redeeming: Redeeming,
    sharing: Sharing,
    tokens: TokenPages,
) -> Pages:
    return Pages(
        session=session_page(access),
        sign_in=passwords.answer if passwords else _refuse_passwords,
        sign_out=sessions.end,
        sign_out_everywhere=sessions.end_all,
        begin_oidc=oidc.begin if oidc else _refuse_oidc,
        end_oidc=oidc.end if oidc else _refuse_oidc,
        redeem_link=redeeming.answer,
        members=sharing.members,
        put_member=sharing.put_member,
        remove_member=sharing.remove_member,
        links=sharing.links,
        make_link=sharing.make_link,
        revoke_link=sharing.revoke_link,
        tokens=tokens.tokens,
        make_token=tokens.make,
        revoke_token=tokens.revoke,
    )


def pages_without_accounts(access: Access) -> Pages:
    return Pages(session_page(access), *[_refuse_accounts] * 12, *[_refuse_tokens] * 3)


def session_page(access: Access) -> Page:
    async def session(request: Request) -> Response:
        return answer(access.session(actor_of(request)))

    return session


async def _refuse_accounts(request: Request) -> Response:
    raise NotAllowed(
        "This relay has no accounts: notebooks cannot be shared with others here.",
        hint='Set access = "accounts" and add people; docs/access.md says how.',
    )


async def _refuse_tokens(request: Request) -> Response:
    raise NotAllowed(
        "Tokens are made on the command line here.",
        hint='Run "wasm-runtime token add"; docs/mcp.md says more.',
    )


async def _refuse_oidc(request: Request) -> Response:
    raise NotFound(
        "This relay has no identity provider.", hint="The setting oidc_issuer names one."
    )


async def _refuse_passwords(request: Request) -> Response:
    raise NotAllowed("Nobody signs in with a password here.", hint="Use the identity provider.")
