"""Sign-in at a real identity provider, npm's oidc-provider: the way there, back, and astray."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from relay.auth.oidc.people import find_or_add
from relay.auth.oidc.provider import ALGORITHMS, Provider
from relay.auth.oidc.sign_in import is_own_path
from relay.errors import NotSignedIn, UpstreamFailed
from relay.settings import Settings
from tests.relay.auth.oidc import CLIENT_SECRET, identity_provider, signed_in_there
from tests.relay.auth.world import ORIGIN, World, world_of

BACK = f"{ORIGIN}/sign-in/oidc/return"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with identity_provider(BACK) as issuer:
        yield issuer


@pytest.fixture
def settings(settings: Settings, issuer: str) -> Settings:
    return settings_with(settings, issuer)


def settings_with(settings: Settings, issuer: str, **more: object) -> Settings:
    given = {
        "oidc_issuer": issuer,
        "oidc_client_id": "relay",
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": "Example",
        **more,
    }
    return Settings(**{**settings.model_dump(), **given})  # type: ignore[arg-type]


class Browser:
    """A person's browser, as far as the relay sees it: with the cookie of a sign-in under way."""

    def __init__(self, world: World) -> None:
        self.visitor = world.nobody()
        self.cookies = ""

    def begin(self, back: str = "/") -> str:
        """Where the relay sends it."""
        answer = self.visitor.ask("GET", "/sign-in/oidc?" + urlencode({"return": back}))
        assert answer.status_code == 303, answer.text
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        self.cookies = cookie.split(";")[0]
        return str(answer.headers["location"])

    def end(self, address: str):  # type: ignore[no-untyped-def]
        path = address.removeprefix(ORIGIN)
        return self.visitor.ask("GET", path, headers={"cookie": self.cookies})

    def sign_in(self, name: str, back: str = "/"):  # type: ignore[no-untyped-def]
        return self.end(signed_in_there(self.begin(back), name, BACK))

    def user(self) -> str | None:
        user = self.visitor.ask("GET", "/session").json().get("user")
        return user and user["name"]


def test_who_signs_in_at_the_provider_is_known_here(world: World) -> None:
    browser = Browser(world)
    session = browser.visitor.ask("GET", "/session").json()
    assert (session["provider"], session["passwords"]) == ("Example", True)
    answer = browser.sign_in("ada", back="/?url=x#notebook=n")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?url=x#notebook=n")
    assert browser.user() == "ada of the provider"


def test_it_is_the_same_account_every_time_and_owners_can_name_it(world: World) -> None:
    one, other = Browser(world), Browser(world)
    one.sign_in("ada")
    other.sign_in("ada")
    assert one.visitor.may_read("hers")
    assert other.visitor.may_read("hers")
    new = {"name": "ADA@example.org", "role": "viewer"}
    given = world.member("owner").ask("PUT", "/rooms/notebook/members", json=new)
    assert given.status_code == 200


def test_a_client_without_a_secret_is_protected_by_pkce(settings: Settings, issuer: str) -> None:
    public = settings_with(settings, issuer, oidc_client_id="public-relay", oidc_client_secret=None)
    with world_of(public) as world:
        browser = Browser(world)
        browser.sign_in("ada")
        assert browser.user() == "ada of the provider"


def test_what_is_asked_of_the_provider(world: World, issuer: str) -> None:
    address = urlsplit(Browser(world).begin())
    query = {name: value for name, (value,) in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}" == issuer
    assert query["redirect_uri"] == BACK
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert min(len(query[name]) for name in ("state", "nonce", "code_challenge")) >= 43


def test_the_way_back_is_open_to_the_browser_that_began_alone(world: World) -> None:
    """Else somebody could be signed in to a stranger's account by a link."""
    attacker, victim = Browser(world), Browser(world)
    address = signed_in_there(attacker.begin(), "eve", BACK)
    assert victim.end(address).status_code == 401
    victim.begin()
    assert victim.end(address).status_code == 401
    assert victim.user() is None


def test_a_code_works_once_and_with_its_verifier_alone(world: World) -> None:
    browser = Browser(world)
    address = signed_in_there(browser.begin(), "ada", BACK)
    code = parse_qs(urlsplit(address).query)["code"][0]
    other = Browser(world)
    state = parse_qs(urlsplit(other.begin()).query)["state"][0]
    stolen = other.end(f"/sign-in/oidc/return?{urlencode({'code': code, 'state': state})}")
    assert stolen.status_code == 502
    assert other.user() is None


@pytest.mark.parametrize(
    "query",
    ["", "error=access_denied&state={state}", "code=x", "code=x&state=forged",
     "code=x&state={state}&iss=https://evil.example"],
)  # fmt: skip
def test_whoever_comes_back_with_something_else_is_not_signed_in(world: World, query: str) -> None:
    browser = Browser(world)
    state = parse_qs(urlsplit(browser.begin()).query)["state"][0]
    answer = browser.end("/sign-in/oidc/return?" + query.format(state=state))
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/\t/evil.example",
     "/a\nset-cookie: x", "javascript:alert(1)"],
)  # fmt: skip
def test_the_way_back_leads_nowhere_else(world: World, back: str) -> None:
    assert not is_own_path(back)
    answer = world.nobody().ask("GET", "/sign-in/oidc?" + urlencode({"return": back}))
    assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_only_addresses_of_the_named_domains_are_let_in(settings: Settings, issuer: str) -> None:
    elsewhere = settings_with(settings, issuer, oidc_domains="example.com, sub.example.org")
    with world_of(elsewhere) as world:
        assert Browser(world).sign_in("ada").status_code == 403
    here = settings_with(settings, issuer, oidc_domains=["Example.org"])
    with world_of(here) as world:
        assert Browser(world).sign_in("ada").status_code == 303
        assert Browser(world).sign_in("unverified").status_code == 403


def test_a_provider_does_not_reach_an_account_with_a_password(world: World) -> None:
    local = world.account("ada@example.org", "scrypt$14$8$1$AAAA$AAAA")
    claims = {"sub": "1", "email": "ada@example.org", "email_verified": True}
    come = world.write(lambda found: find_or_add(found, "https://idp.example", claims, 0.0))
    assert come.id != local.id
    assert come.name == "1@idp.example"


def test_without_a_provider_there_is_no_way_to_it(settings: Settings) -> None:
    plain = settings.model_copy(update={"oidc_issuer": None, "oidc_client_id": None})
    with world_of(plain) as world:
        assert world.nobody().ask("GET", "/sign-in/oidc").status_code == 404
        assert "provider" not in world.nobody().ask("GET", "/session").json()


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
GOOD = {"iss": "https://idp.example", "sub": "1", "aud": "relay", "nonce": "n",
        "iat": 1_000_000_000, "exp": 4_000_000_000}  # fmt: skip


def provider_with(key: rsa.RSAPrivateKey) -> Provider:
    provider = Provider("https://idp.example", "relay", None)
    public = jwt.PyJWK(
        {**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "k"}
    )
    provider._keys = {"k": public}
    provider._keys_fetched = float("inf")
    return provider


async def test_a_token_that_is_right_is_taken() -> None:
    token = jwt.encode(GOOD, KEY, algorithm="RS256", headers={"kid": "k"})
    assert await provider_with(KEY)._verified(token, "n") == GOOD


@pytest.mark.parametrize(
    "wrong",
    [{"iss": "https://evil.example"}, {"aud": "another"}, {"nonce": "m"}, {"nonce": None},
     {"exp": 1_000_000_001}, {"exp": None}, {"sub": None}, {"azp": "another"}],
)  # fmt: skip
async def test_a_token_of_somebody_else_or_for_somebody_else_is_refused(
    wrong: dict[str, object],
) -> None:
    claims = {name: value for name, value in {**GOOD, **wrong}.items() if value is not None}
    token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "k"})
    with pytest.raises(NotSignedIn):
        await provider_with(KEY)._verified(token, "n")


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_without_the_providers_key_is_refused(algorithm: str) -> None:
    secret = None if algorithm == "none" else "x" * 64
    token = jwt.encode(GOOD, secret, algorithm=algorithm, headers={"kid": "k"})
    forged = jwt.encode(
        GOOD, rsa.generate_private_key(65537, 2048), algorithm="RS256", headers={"kid": "k"}
    )
    for each in (token, forged, token + "x", "", "a.b.c"):
        with pytest.raises(NotSignedIn):
            await provider_with(KEY)._verified(each, "n")
    assert not {"none", "HS256"} & set(ALGORITHMS)


async def test_a_provider_that_is_somebody_else_is_not_asked(issuer: str) -> None:
    named_otherwise = Provider(issuer + "/", "relay", None)
    with pytest.raises(UpstreamFailed, match="calls itself"):
        await named_otherwise._discover()


pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
