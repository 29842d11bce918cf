"""Who may what with a document: its members and its links, as its owners change them."""

from starlette.requests import Request
from starlette.responses import Response

from relay.audit import Event, audit
from relay.errors import BadRequest, NotFound
from wasm_runtime.contracts.access import (
    Link,
    LinkList,
    MadeLink,
    Member,
    MemberList,
    NewLink,
    NewMember,
    Role,
)
from wasm_runtime.contracts.document import User

from .actor import actor_of
from .bodies import answer, body_of
from .colors import color_of
from .gate import not_permitted
from .live import Live
from .roles import VERBS_OF, may
from .store.access_store import AccessStore
from .store.database import Connection
from .store.rights import (
    Rights,
    StoredLink,
    is_last_owner,
    make_link,
    remove_link,
    remove_member,
    rights_to,
    set_member,
)
from .store.users import account_named, account_with_id

_MAX_MEMBERS, _MAX_LINKS = 1000, 100
"""Of one document: they are read whenever it is opened."""
_FALLING: tuple[Role, ...] = tuple(reversed(VERBS_OF))


class Sharing:
    """The gate has asked whether the actor may; leaving is what everybody may."""

    def __init__(self, store: AccessStore, live: Live) -> None:
        self._store = store
        self._live = live

    async def members(self, request: Request) -> Response:
        return answer(await self._store.read(lambda found: _members(found, _document(request))))

    async def put_member(self, request: Request) -> Response:
        new = await body_of(request, NewMember)
        document_id = _document(request)

        def change(found: Connection) -> tuple[MemberList, str]:
            account = account_named(found, new.name)
            if account is None:
                raise NotFound(
                    f"Nobody signs in here as {new.name[:80]!r}.", hint="Send them a link instead."
                )
            rights = rights_to(found, document_id)
            if new.role != "owner":
                _keep_an_owner(rights, account.id)
            if len(rights.members) >= _MAX_MEMBERS and account.id not in rights.members:
                raise BadRequest(f"A notebook has at most {_MAX_MEMBERS} members.")
            set_member(found, document_id, account.id, new.role)
            return _members(found, document_id), account.id

        members, user_id = await self._store.write(change)
        self._audit(request, "role given", user_id=user_id, role=new.role)
        await self._live.changed()
        return answer(members)

    async def remove_member(self, request: Request) -> Response:
        document_id, user_id = _document(request), request.path_params["user_id"]
        actor = actor_of(request)
        role = self._live.role(document_id, actor.id, actor.login) if actor.login else None
        if user_id != actor.id and not may(role, "manage"):
            raise not_permitted(role, "manage")

        def change(found: Connection) -> MemberList:
            rights = rights_to(found, document_id)
            if user_id not in rights.members:
                raise NotFound("There is no such member.")
            _keep_an_owner(rights, user_id)
            remove_member(found, document_id, user_id)
            return _members(found, document_id)

        members = await self._store.write(change)
        self._audit(request, "role taken", user_id=user_id)
        await self._live.changed()
        return answer(members)

    async def links(self, request: Request) -> Response:
        return answer(await self._store.read(lambda found: self._links(found, _document(request))))

    async def make_link(self, request: Request) -> Response:
        new = await body_of(request, NewLink)
        document_id, actor = _document(request), actor_of(request)
        now = self._live.now()
        if new.expires_in_seconds is not None and not 0 < new.expires_in_seconds < float("inf"):
            raise BadRequest("A link expires in a number of seconds above zero.")
        expires_at = now + new.expires_in_seconds if new.expires_in_seconds else None

        def change(found: Connection) -> tuple[StoredLink, str]:
            if len(rights_to(found, document_id).links) >= _MAX_LINKS:
                raise BadRequest(f"A notebook has at most {_MAX_LINKS} links: revoke some.")
            return make_link(found, document_id, new.role, actor.id, now, expires_at)

        link, token = await self._store.write(change)
        self._audit(request, "link made", link_id=link.id, role=link.role, expires_at=expires_at)
        await self._live.changed()
        assert actor.user is not None
        return answer(MadeLink(link=_link(link, actor.user), token=token))

    async def revoke_link(self, request: Request) -> Response:
        document_id, link_id = _document(request), request.path_params["link_id"]

        def change(found: Connection) -> LinkList:
            if not remove_link(found, document_id, link_id):
                raise NotFound("There is no such link.")
            return self._links(found, document_id)

        links = await self._store.write(change)
        self._audit(request, "link revoked", link_id=link_id)
        await self._live.changed()
        return answer(links)

    def _links(self, connection: Connection, document_id: str) -> LinkList:
        now = self._live.now()
        links = rights_to(connection, document_id).links.values()
        working = [each for each in links if each.works(now)]
        working.sort(key=lambda each: each.created_at, reverse=True)
        return LinkList(links=[_link(each, _user(connection, each.created_by)) for each in working])

    def _audit(self, request: Request, event: Event, **details: str | float | None) -> None:
        actor = actor_of(request)
        audit(
            event,
            actor=actor.id,
            address=actor.address,
            document_id=_document(request),
            **details,
        )


def _members(connection: Connection, document_id: str) -> MemberList:
    rights = rights_to(connection, document_id)
    members = [
        Member(user=_user(connection, user_id), role=role)
        for user_id, role in rights.members.items()
    ]
    members.sort(key=lambda member: (_FALLING.index(member.role), member.user.name))
    return MemberList(members=members)


def _keep_an_owner(rights: Rights, user_id: str) -> None:
    if is_last_owner(rights, user_id):
        raise BadRequest(
            "A notebook has at least one owner.", hint="Make somebody else an owner first."
        )


def _user(connection: Connection, user_id: str) -> User:
    """Also of an account that is no more."""
    account = account_with_id(connection, user_id)
    return account.user if account else User(id=user_id, name="Somebody", color=color_of(user_id))


def _link(link: StoredLink, created_by: User) -> Link:
    return Link(
        id=link.id,
        role=link.role,
        created_at=link.created_at,
        created_by=created_by,
        expires_at=link.expires_at,
    )


def _document(request: Request) -> str:
    return str(request.path_params["document_id"])
