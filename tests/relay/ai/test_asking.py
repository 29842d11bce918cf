"""Trying again, other models, and providers that keep failing."""

import json

import pytest

from relay.ai.errors import ModelBusy, NoSuchModel, ProviderFailed, ProviderRefused, ProviderTimeout
from relay.ai.fake_upstream import FakeAnswer
from tests.relay.ai.conftest import MakeWorld
from tests.relay.ai.world import ADA, BOB, KEY, completion, one_model, provider

BROKEN = FakeAnswer(500, [b"<html>"])


def busy(seconds: str) -> FakeAnswer:
    return FakeAnswer(429, [b"{}"], {"retry-after": seconds})


def with_fallback(**first: object) -> dict[str, object]:
    return {
        "providers": {"one": provider(**first), "two": provider()},
        "models": {
            "small": {"provider": "one", "fallback": ["other"]},
            "other": {"provider": "two"},
        },
    }


def test_a_provider_is_asked_again_after_as_long_as_it_says(make_world: MakeWorld) -> None:
    world = make_world(one=[busy("3"), busy("0.5"), completion("at last")])
    assert b"at last" in world.ask()
    assert world.pauses == [3, 0.5]
    assert [record.details["tries"] for record in world.records] == [3]


def test_a_failure_that_may_pass_is_tried_again_with_growing_pauses(make_world: MakeWorld) -> None:
    world = make_world(one=[BROKEN, ProviderFailed("gone"), completion()])
    world.ask()
    first, second = world.pauses
    assert 0.25 <= first <= 0.5 <= second <= 1


def test_who_asks_for_a_long_wait_is_not_waited_for(make_world: MakeWorld) -> None:
    world = make_world(one=[busy("3600")])
    with pytest.raises(ModelBusy) as caught:
        world.ask()
    assert (caught.value.retry_after_seconds, world.pauses) == (3600, [])


def test_another_model_stands_in(make_world: MakeWorld) -> None:
    world = make_world(with_fallback(retries=0), one=[BROKEN], two=[completion("from two")])
    assert b"from two" in world.ask()
    [record] = world.records
    assert (record.object, record.details["answered_by"]) == ("small", "other")
    assert [sent.provider for sent in world.upstream.sent] == ["one", "two"]


def test_a_request_that_is_wrong_is_wrong_everywhere(make_world: MakeWorld) -> None:
    words = json.dumps({"error": {"message": f"Bad. Key {KEY}, or sk-proj-abcdef123456"}})
    wrong = FakeAnswer(400, [words.encode()])
    world = make_world(with_fallback(), one=[wrong], two=[completion()])
    with pytest.raises(ProviderRefused) as caught:
        world.ask()
    assert (caught.value.status, caught.value.message) == (400, "one: Bad. Key ***, or ***")
    assert len(world.upstream.sent) == 1


def test_a_refused_key_is_the_relays_fault_and_shown_to_nobody(make_world: MakeWorld) -> None:
    denied = FakeAnswer(401, [f'{{"error": {{"message": "Wrong key {KEY[:8]}***"}}}}'.encode()])
    with pytest.raises(ProviderFailed, match="does not take the relay's key") as caught:
        make_world(one=[denied]).ask()
    assert KEY[:8] not in caught.value.message


def test_a_redirect_is_not_followed(make_world: MakeWorld) -> None:
    moved = FakeAnswer(307, [b""], {"location": "https://evil.example/"})
    world = make_world(one=[moved])
    with pytest.raises(ProviderFailed, match="sends on"):
        world.ask()
    assert len(world.upstream.sent) == 1


def test_a_provider_that_keeps_failing_is_left_alone_for_a_while(make_world: MakeWorld) -> None:
    world = make_world(one_model(providers={"one": provider(retries=0)}), one=[BROKEN])

    async def many() -> None:
        for _ in range(5):
            with pytest.raises(ProviderFailed, match="status 500"):
                await world.answer({})
        with pytest.raises(ProviderFailed, match="left alone"):
            await world.answer({})
        assert len(world.upstream.sent) == 5
        world.seconds = 30
        with pytest.raises(ProviderFailed, match="status 500"):
            await world.answer({})
        with pytest.raises(ProviderFailed, match="left alone"):
            await world.answer({})
        world.seconds = 60
        world.upstream._answers["one"] = [completion("back")]
        assert b"back" in await world.answer({})
        assert b"back" in await world.answer({})

    world.run(many)


def test_an_answer_that_is_not_json_is_an_error(make_world: MakeWorld) -> None:
    world = make_world(one=[FakeAnswer(body=[b'{"choices": [', b"oops"])])
    with pytest.raises(ProviderFailed, match="not JSON"):
        world.ask()


def test_silence_in_an_answer_ends_it(make_world: MakeWorld) -> None:
    fallen = ProviderTimeout("one fell silent in the middle of its answer.")
    answer = FakeAnswer(body=[b"{", fallen])
    with pytest.raises(ProviderTimeout):
        make_world(one=[answer]).ask()
    assert answer.closed.is_set()


def test_models_are_discovered_and_named_apart(make_world: MakeWorld) -> None:
    def lists(*names: str) -> FakeAnswer:
        return FakeAnswer(body=[json.dumps({"data": [{"id": name} for name in names]}).encode()])

    declared = {"providers": {"one": provider(discover=True), "two": provider(discover=True)}}
    world = make_world(
        declared, one=[lists("a", "models/b", "no good name")], two=[lists("a", "c")]
    )
    models = world.run(lambda: world.service.models(ADA, None)).models
    assert [(model.id, model.provider) for model in models] == [
        ("a", "one"), ("b", "one"), ("c", "two"), ("two/a", "two"),
    ]  # fmt: skip


def test_a_provider_that_does_not_list_its_models_is_said(make_world: MakeWorld) -> None:
    world = make_world({"providers": {"one": provider(discover=True)}}, one=[BROKEN])
    found = world.run(lambda: world.service.models(ADA, None))
    assert (found.models, found.hint[:22]) == ([], "one could not be asked")


def test_who_may_not_ask_a_model_does_not_learn_of_it(make_world: MakeWorld) -> None:
    declared = one_model(models={"small": {"provider": "one", "users": ["ada"]}})
    world = make_world(declared, one=[completion()])
    world.ask(actor=ADA)
    with pytest.raises(NoSuchModel):
        world.ask(actor=BOB)
    assert world.run(lambda: world.service.models(BOB, None)).models == []


def test_without_a_provider_it_says_how_to_add_one(make_world: MakeWorld) -> None:
    world = make_world({"providers": {}})
    found = world.run(lambda: world.service.models(ADA, None))
    assert (found.models, "WASM_RUNTIME_OPENAI_KEY" in found.hint) == ([], True)
