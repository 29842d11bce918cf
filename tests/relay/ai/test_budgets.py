"""What may be used in a day, by whom, and what is counted."""

import asyncio
from datetime import timedelta

import pytest

from relay.ai.errors import BadAiRequest, BudgetSpent, PolicyForbids
from relay.ai.fake_upstream import FakeAnswer
from relay.ai.usage import Usage, usage_in
from tests.relay.ai.conftest import MakeWorld
from tests.relay.ai.world import ADA, BOB, World, completion, one_model
from wasm_runtime.contracts.ai import AiBudget


def used(world: World, scope: str) -> AiBudget:
    budgets = world.run(lambda: world.service.models(ADA, "n1")).budgets
    return next(budget for budget in budgets if budget.scope == scope)


def test_what_the_provider_counts_is_counted(make_world: MakeWorld) -> None:
    prices = {"provider": "one", "input_price": 2.0, "output_price": 10.0}
    world = make_world(one_model(models={"small": prices}), one=[completion(prompt=100, answer=30)])
    world.ask(document_id="n1")
    assert used(world, "person") == AiBudget(scope="person", tokens=130, dollars=0.0005)
    assert used(world, "notebook").tokens == 130
    [record] = world.records
    assert (record.actor, record.details["document_id"]) == ("ada", "n1")
    assert (record.details["input_tokens"], record.details["microdollars"]) == (100, 500)


def test_known_models_have_their_price_from_the_table(make_world: MakeWorld) -> None:
    declared = one_model(models={"gpt-4o-mini": {"provider": "one"}})
    world = make_world(declared, one=[completion(prompt=1_000_000, answer=0)])
    world.ask({"model": "gpt-4o-mini"})
    assert used(world, "person").dollars == pytest.approx(0.15)


@pytest.mark.parametrize("scope", ["person", "notebook", "relay"])
def test_a_spent_budget_ends_it_before_the_request_until_midnight(
    make_world: MakeWorld, scope: str
) -> None:
    world = make_world(one_model(budgets={scope: {"tokens": 15}}), one=[completion()])
    world.ask(document_id="n1")
    with pytest.raises(BudgetSpent) as caught:
        world.ask(document_id="n1")
    assert "15 of 15 tokens" in caught.value.message
    assert caught.value.retry_after_seconds == 12 * 3600
    assert len(world.upstream.sent) == 1
    world.now += timedelta(hours=12)
    world.ask(document_id="n1")


def test_a_budget_of_one_is_not_anothers(make_world: MakeWorld) -> None:
    world = make_world(one_model(budgets={"person": {"tokens": 15}}), one=[completion()])
    world.ask(actor=ADA)
    world.ask(actor=BOB)
    with pytest.raises(BudgetSpent):
        world.ask(actor=ADA)


def test_money_is_bounded_too(make_world: MakeWorld) -> None:
    models = {"small": {"provider": "one", "input_price": 100_000, "output_price": 0}}
    declared = one_model(models=models, budgets={"person": {"dollars": 0.5}})
    world = make_world(declared, one=[completion()])
    world.ask()
    with pytest.raises(BudgetSpent, match=r"1\.00 of 0\.50 US dollars"):
        world.ask()


def test_what_nobody_knows_the_price_of_is_not_asked_where_money_is_bounded(
    make_world: MakeWorld,
) -> None:
    world = make_world(one_model(budgets={"relay": {"dollars": 1}}), one=[completion()])
    with pytest.raises(BadAiRequest, match="Nobody knows what small costs"):
        world.ask()
    assert world.upstream.sent == []


def test_many_at_once_do_not_each_believe_to_be_the_only_one(make_world: MakeWorld) -> None:
    slow = [FakeAnswer(body=[None]), FakeAnswer(body=[None])]
    world = make_world(one_model(budgets={"person": {"tokens": 1000}}), one=slow)

    async def go() -> None:
        first = asyncio.create_task(world.answer({"max_tokens": 900}))
        second = asyncio.create_task(world.answer({"max_tokens": 900}))
        for answer in slow:
            await answer.silent.wait()
        with pytest.raises(BudgetSpent):
            await world.answer({})
        for task in (first, second):
            task.cancel()
        await asyncio.gather(first, second, return_exceptions=True)

    world.run(go)


def test_who_leaves_before_the_end_has_used_it_all_the_same(make_world: MakeWorld) -> None:
    event = b'data: {"choices":[{"delta":{"content":"word"}}]}\n\n'
    answer = FakeAnswer(body=[event * 20, None])
    world = make_world(one=[answer])

    async def go() -> None:
        task = asyncio.create_task(world.answer({"stream": True, "user": "x" * 400}))
        await answer.silent.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    world.run(go)
    assert answer.closed.is_set()
    [record] = world.records
    assert record.result == "cancelled"
    assert record.details["output_tokens"] == 20
    assert used(world, "person").tokens > 120


def test_what_was_used_survives_a_restart(make_world: MakeWorld) -> None:
    declared = one_model(budgets={"person": {"tokens": 15}})
    make_world(declared, one=[completion()]).ask()
    with pytest.raises(BudgetSpent):
        make_world(declared, one=[completion()]).ask()


@pytest.mark.parametrize(
    ("found", "counted"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 2}, Usage(input_tokens=3, output_tokens=2)),
        (
            {"input_tokens": 9, "output_tokens": 1, "input_tokens_details": {"cached_tokens": 4}},
            Usage(input_tokens=9, output_tokens=1, cache_read_tokens=4),
        ),
        (
            {"input_tokens": 1, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 2},
            Usage(input_tokens=8, cache_read_tokens=5, cache_write_tokens=2),
        ),
        ({"prompt_tokens": -5, "completion_tokens": True}, Usage()),
        (None, None),
    ],
)
def test_the_counts_of_every_provider_are_read(found: object, counted: Usage | None) -> None:
    assert usage_in(found) == counted


def test_the_strictest_policy_holds(make_world: MakeWorld) -> None:
    policy = {"default": "explain", "users": {"bob": "off"}, "notebooks": {"n2": "off"}}
    world = make_world(one_model(policy=policy), one=[completion()])
    world.ask(actor=ADA, document_id="n1")
    for actor, document_id in ((BOB, "n1"), (ADA, "n2")):
        with pytest.raises(PolicyForbids):
            world.ask(actor=actor, document_id=document_id)
    assert len(world.upstream.sent) == 1


def test_the_owners_of_a_notebook_may_forbid_and_not_allow(make_world: MakeWorld) -> None:
    policy = {"default": "hints"}
    world = make_world(one_model(policy=policy), one=[completion()])
    chosen = world.run(lambda: world.service.choose_policy(ADA, "n1", "full"))
    assert chosen.policy == "hints"
    world.run(lambda: world.service.choose_policy(ADA, "n1", "off"))
    with pytest.raises(PolicyForbids):
        world.ask(document_id="n1")
    world.ask(document_id=None)
    world.run(lambda: world.service.choose_policy(ADA, "n1", None))
    world.ask(document_id="n1")


def test_an_operator_says_from_which_policy_on_python_may_ask(make_world: MakeWorld) -> None:
    world = make_world(one_model(policy={"default": "hints", "python": "full"}), one=[completion()])
    with pytest.raises(PolicyForbids, match="the policy is hints"):
        world.ask()
    assert not world.run(lambda: world.service.models(ADA, None)).may_ask_from_python
