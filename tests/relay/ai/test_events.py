"""Events of a stream: passed on at once, read for their usage, without the relay's key."""

import json

import pytest

from relay.ai.endpoints import CHAT, MESSAGES, RESPONSES
from relay.ai.errors import AnswerTooLarge, ProviderFailed
from relay.ai.events import EventReader
from relay.ai.fake_upstream import FakeAnswer
from relay.ai.usage import Usage
from relay.net.masking import StreamMask
from tests.relay.ai.conftest import MakeWorld
from tests.relay.ai.world import KEY, one_model, provider


def data(**fields: object) -> bytes:
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


WORD = data(choices=[{"delta": {"content": "word"}}])
USAGE = data(choices=[], usage={"prompt_tokens": 4, "completion_tokens": 2})
DONE = b"data: [DONE]\n\n"
WHOLE = WORD + WORD + USAGE + DONE


def test_events_pass_at_once_wherever_they_are_cut() -> None:
    for size in range(1, 40):
        reader = EventReader(CHAT, hides_usage=False)
        parts = [WHOLE[at : at + size] for at in range(0, len(WHOLE), size)]
        assert b"".join(map(reader.feed, parts)) + reader.end() == WHOLE
        assert reader.usage == Usage(input_tokens=4, output_tokens=2)
        assert (reader.events, reader.has_ended) == (4, True)


def test_an_event_is_passed_on_with_its_last_byte() -> None:
    reader = EventReader(CHAT, hides_usage=True)
    assert reader.feed(WORD[:-1]) == b""
    assert reader.feed(WORD[-1:]) == WORD


def test_usage_that_the_relay_asked_for_is_not_passed_on() -> None:
    reader = EventReader(CHAT, hides_usage=True)
    assert reader.feed(WHOLE) == WORD + WORD + DONE
    assert reader.usage == Usage(input_tokens=4, output_tokens=2)


def test_the_usage_of_anthropic_comes_in_two_events() -> None:
    reader = EventReader(MESSAGES, hides_usage=True)
    start = b"event: message_start\r\n" + data(
        type="message_start", message={"usage": {"input_tokens": 9, "output_tokens": 1}}
    )
    delta = data(type="message_delta", usage={"output_tokens": 30})
    stop = data(type="message_stop")
    assert reader.feed(start + delta + stop) == start + delta + stop
    assert reader.usage == Usage(input_tokens=9, output_tokens=30)
    assert reader.has_ended


def test_the_usage_of_responses_is_in_the_last_event() -> None:
    reader = EventReader(RESPONSES, hides_usage=True)
    usage = {"input_tokens": 3, "output_tokens": 4}
    reader.feed(data(type="response.completed", response={"usage": usage}))
    assert (reader.usage, reader.has_ended) == (Usage(input_tokens=3, output_tokens=4), True)


def test_an_event_without_an_end_is_too_large() -> None:
    reader = EventReader(CHAT, hides_usage=False)
    reader.feed(b"x" * 4 * 2**20)
    with pytest.raises(AnswerTooLarge):
        reader.feed(b"x")


def test_a_stream_that_stops_early_is_an_error(make_world: MakeWorld) -> None:
    world = make_world(one=[FakeAnswer(body=[WORD])])
    with pytest.raises(ProviderFailed, match="broke off"):
        world.ask({"stream": True})
    assert [record.result for record in world.records] == ["upstream_failed"]


def test_an_endless_answer_is_cut_at_its_bound(make_world: MakeWorld) -> None:
    declared = one_model(providers={"one": provider(max_response_bytes=1000)})
    world = make_world(declared, one=[FakeAnswer(body=[WORD] * 100)])
    with pytest.raises(AnswerTooLarge):
        world.ask({"stream": True})


def test_a_provider_that_repeats_the_key_does_not_give_it_away(make_world: MakeWorld) -> None:
    leaking = data(choices=[{"delta": {"content": KEY}}])
    cut = len(leaking) // 2
    world = make_world(one=[FakeAnswer(body=[leaking[:cut], leaking[cut:] + DONE])])
    passed = world.ask({"stream": True})
    assert (KEY.encode() in passed, b"***" in passed) == (False, True)


@pytest.mark.parametrize("size", range(1, 12))
def test_the_mask_holds_back_only_what_may_be_a_secret(size: int) -> None:
    text = f"a {KEY} and s sk- sk-can {KEY[:-1]}! {KEY}".encode()
    mask = StreamMask([KEY])
    passed = b"".join(mask.feed(text[at : at + size]) for at in range(0, len(text), size))
    assert passed + mask.end() == text.replace(KEY.encode(), b"***")
    assert StreamMask([KEY]).feed(WORD) == WORD
