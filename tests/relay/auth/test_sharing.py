"""Members and links: what owners decide, and how soon it holds on open sockets."""

import pytest

from relay.auth.live import POLL_SECONDS
from relay.auth.passwords import password_hash
from relay.auth.store.rights import remove_link, remove_member, rights_to, set_member
from relay.auth.store.sessions import end_sessions_of
from tests.relay.auth.world import DOCUMENT, World, code_of
from tests.relay.sync.peer import Peer
from wasm_runtime.contracts import relay_api
from wasm_runtime.contracts.codec import decode
from wasm_runtime.contracts.everything import CONTRACT

MEMBERS = f"/rooms/{DOCUMENT}/members"
LINKS = f"/rooms/{DOCUMENT}/links"
STATUS = f"/rooms/{DOCUMENT}"


@pytest.fixture
def world(world: World) -> World:
    world.notebook()
    return world


def test_who_joins_a_document_that_is_new_owns_it(world: World) -> None:
    ada = world.person("ada")
    assert ada.may_read("new")
    members = decode(ada.ask("GET", "/rooms/new/members").json(), "MemberList", CONTRACT).members
    assert [(member.user.name, member.role) for member in members] == [("ada", "owner")]
    assert world.person("bob").close_code("new") == relay_api.CLOSE_NOT_ALLOWED


def test_deleting_ends_all_roles_and_links_and_is_told_to_whoever_returns(world: World) -> None:
    owner, editor = world.member("owner"), world.member("editor")
    _, token = world.link("viewer")
    guest = world.guest("editor")
    with editor.join() as socket:
        assert owner.ask("DELETE", STATUS).status_code == 204
        assert code_of(socket) == relay_api.CLOSE_DELETED
    for person in (owner, editor, guest, world.person("stranger")):
        assert person.close_code() == relay_api.CLOSE_DELETED
    assert world.nobody().close_code() == relay_api.CLOSE_NOT_SIGNED_IN
    rights = world.write(lambda found: rights_to(found, DOCUMENT))
    assert (dict(rights.members), dict(rights.links)) == ({}, {})
    assert world.nobody().ask("POST", "/links", json={"token": token}).status_code == 404
    assert [owner.ask(method, STATUS).status_code for method in ("GET", "DELETE")] == [404, 404]


def test_a_guest_owns_nothing(world: World) -> None:
    assert world.guest("editor").close_code("new") == relay_api.CLOSE_NOT_ALLOWED


def test_the_status_tells_the_role(world: World) -> None:
    for role in ("viewer", "runner", "editor", "owner"):
        assert world.member(role).ask("GET", STATUS).json()["role"] == role
    assert world.guest("runner").ask("GET", STATUS).json()["role"] == "runner"


def test_an_owner_gives_and_takes_roles(world: World) -> None:
    owner, ada = world.member("owner"), world.person("Ada")
    assert ada.ask("GET", STATUS).status_code == 404
    given = owner.ask("PUT", MEMBERS, json={"name": "ada", "role": "runner"})
    assert [(each["user"]["name"], each["role"]) for each in given.json()["members"]] == [
        ("owner", "owner"),
        ("Ada", "runner"),
    ]
    assert ada.ask("GET", STATUS).json()["role"] == "runner"
    user_id = world.account("Ada").id
    taken = owner.ask("DELETE", f"{MEMBERS}/{user_id}")
    assert len(taken.json()["members"]) == 1
    assert ada.ask("GET", STATUS).status_code == 404


def test_everybody_may_leave_and_an_owner_remains(world: World) -> None:
    viewer, owner = world.member("viewer"), world.member("owner")
    left = viewer.ask("DELETE", f"{MEMBERS}/{world.account('viewer').id}")
    assert left.status_code == 200
    for answer in (
        owner.ask("DELETE", f"{MEMBERS}/{world.account('owner').id}"),
        owner.ask("PUT", MEMBERS, json={"name": "owner", "role": "editor"}),
    ):
        assert (answer.status_code, answer.json()["message"]) == (
            400,
            "A notebook has at least one owner.",
        )


def test_nobody_without_an_account_becomes_a_member(world: World) -> None:
    answer = world.member("owner").ask("PUT", MEMBERS, json={"name": "eve", "role": "viewer"})
    assert (answer.status_code, answer.json()["hint"]) == (404, "Send them a link instead.")


def test_a_link_lets_in_whoever_holds_it(world: World) -> None:
    owner, eve = world.member("owner"), world.nobody()
    made = decode(owner.ask("POST", LINKS, json={"role": "viewer"}).json(), "MadeLink", CONTRACT)
    assert len(made.token) >= 43
    answer = eve.ask("POST", "/links", json={"token": made.token, "name": " Eve\u202e\n Evans "})
    redeemed = decode(answer.json(), "RedeemedLink", CONTRACT)
    assert (redeemed.document_id, redeemed.role) == (DOCUMENT, "viewer")
    assert redeemed.session.guest
    assert redeemed.session.user.name == "Eve Evans"
    assert eve.ask("GET", STATUS).json()["role"] == "viewer"
    assert eve.may_read()
    listed = decode(owner.ask("GET", LINKS).json(), "LinkList", CONTRACT).links
    assert listed == [made.link]
    assert made.link.created_by.name == "owner"


def test_a_link_adds_to_what_somebody_may_and_never_takes(world: World) -> None:
    _, viewing = world.link("viewer")
    _, editing = world.link("editor")
    runner = world.member("runner")
    for token, role in ((viewing, "runner"), (editing, "editor")):
        redeemed = runner.ask("POST", "/links", json={"token": token}).json()
        assert (redeemed["role"], redeemed["session"]["guest"]) == (role, False)


def test_the_links_of_a_guest_come_along_when_they_sign_in(world: World) -> None:
    guest = world.guest("editor")
    world.account("Ada", password_hash("a long password"))
    guest.ask("POST", "/session", json={"name": "ada", "password": "a long password"})
    assert guest.ask("GET", STATUS).json()["role"] == "editor"
    assert guest.ask("GET", "/session").json()["guest"] is False


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, "%00", "' OR 1=1 --"])
def test_a_token_of_no_link_is_refused(world: World, token: str) -> None:
    answer = world.nobody().ask("POST", "/links", json={"token": token})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "set-cookie" not in answer.headers


def test_an_expired_link_lets_nobody_in_and_puts_out_who_came_by_it(world: World) -> None:
    _, token = world.link("viewer", seconds=-1)
    assert world.nobody().ask("POST", "/links", json={"token": token}).status_code == 404
    owner = world.member("owner")
    made = owner.ask("POST", LINKS, json={"role": "viewer", "expires_in_seconds": 1.5}).json()
    guest = world.nobody()
    assert guest.ask("POST", "/links", json={"token": made["token"]}).status_code == 200
    with guest.join() as socket:
        assert code_of(socket) == relay_api.CLOSE_NOT_SIGNED_IN
    assert owner.ask("GET", LINKS).json()["links"] == []


@pytest.mark.parametrize("seconds", [0, -1, 1e999])
def test_a_link_has_an_end_in_the_future_or_none(world: World, seconds: float) -> None:
    body = b'{"role":"viewer","expires_in_seconds":%s}' % str(seconds).encode().replace(
        b"inf", b"1e999"
    )
    headers = {"content-type": "application/json"}
    answer = world.member("owner").ask("POST", LINKS, content=body, headers=headers)
    assert answer.status_code == 400


def test_guessing_links_is_slowed_down(world: World) -> None:
    for _ in range(30):
        assert world.nobody().ask("POST", "/links", json={"token": "x"}).status_code == 404
    assert world.nobody().ask("POST", "/links", json={"token": "x"}).status_code == 429


def test_a_revoked_link_closes_the_sockets_of_those_who_came_by_it(world: World) -> None:
    link_id, token = world.link("viewer")
    guest, other = world.nobody(), world.guest("viewer")
    guest.ask("POST", "/links", json={"token": token})
    with guest.join() as socket, other.join() as others:
        assert socket.receive_bytes()
        world.member("owner").ask("DELETE", f"{LINKS}/{link_id}")
        assert code_of(socket) == relay_api.CLOSE_NOT_ALLOWED
        others.send_bytes(b"\x00\x00\x01\x00")  # who came otherwise is still answered
        assert others.receive_bytes()
    assert guest.ask("GET", STATUS).status_code == 404


def test_a_role_that_is_taken_or_changed_holds_on_the_open_socket_at_once(world: World) -> None:
    owner, editor = world.member("owner"), world.member("editor")
    with editor.join() as socket:
        owner.ask("PUT", MEMBERS, json={"name": "editor", "role": "viewer"})
        assert code_of(socket) == relay_api.CLOSE_ROLE_CHANGED
    with editor.join() as socket:
        owner.ask("DELETE", f"{MEMBERS}/{world.account('editor').id}")
        assert code_of(socket) == relay_api.CLOSE_NOT_ALLOWED


def test_what_another_process_changes_holds_within_five_seconds(world: World) -> None:
    assert POLL_SECONDS <= 2
    editor, viewer, guest = world.member("editor"), world.member("viewer"), world.guest("viewer")
    editors, viewers = world.account("editor").id, world.account("viewer").id
    with editor.join() as one, viewer.join() as two, guest.join() as three:
        world.write(lambda found: set_member(found, DOCUMENT, editors, "viewer"))
        assert code_of(one) == relay_api.CLOSE_ROLE_CHANGED
        world.write(lambda found: remove_member(found, DOCUMENT, viewers))
        assert code_of(two) == relay_api.CLOSE_NOT_ALLOWED
        links = world.member("owner").ask("GET", LINKS).json()["links"]
        world.write(lambda found: remove_link(found, DOCUMENT, links[0]["id"]))
        assert code_of(three) == relay_api.CLOSE_NOT_ALLOWED


def test_signing_out_closes_the_sockets_of_the_session(world: World) -> None:
    ada, elsewhere = world.member("editor"), world.person("editor")
    user_id = world.account("editor").id
    with ada.join() as socket, elsewhere.join() as other:
        ada.ask("DELETE", "/session")
        assert code_of(socket) == relay_api.CLOSE_NOT_SIGNED_IN
        world.write(lambda found: end_sessions_of(found, user_id))
        assert code_of(other) == relay_api.CLOSE_NOT_SIGNED_IN


def test_an_edit_of_a_viewer_ends_the_connection_and_changes_nothing(world: World) -> None:
    viewer = world.guest("viewer")
    peer = Peer()
    with viewer.join() as socket:
        peer.connect()
        while not peer.is_saved:
            for frame in peer.take():
                socket.send_bytes(frame)
            peer.receive(socket.receive_bytes())
        assert str(peer) == "hello"
        peer.text.insert(0, "forged ")
        for frame in peer.take():
            socket.send_bytes(frame)
        assert code_of(socket) == relay_api.CLOSE_NOT_ALLOWED
    assert str(world.notebook("")) == "hello"
