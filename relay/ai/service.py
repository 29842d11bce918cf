"""AI models for notebooks: who may ask which, within what, and what is noted of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import get_args

from relay.audit import AuditEvent, AuditLog
from relay.auth.actor import Actor
from relay.places import Places
from wasm_runtime.contracts.ai import AiPolicy, ModelInfo, ModelList, Wire
from wasm_runtime.errors import WasmRuntimeError

from .answer import Answer
from .asked import Asked
from .asking import Asking, Candidate
from .budgets import Budgets
from .catalog import Catalog
from .declaration import Declared
from .errors import BadAiRequest, PolicyForbids, ProviderTimeout
from .ledger import Ledger, Spent
from .usage import Usage, microdollars, prices_of

_RISING: tuple[AiPolicy, ...] = get_args(AiPolicy)
_HOW_TO_ADD = (
    "This relay has no AI provider. Whoever runs it can declare one: set "
    "WASM_RUNTIME_OPENAI_KEY or WASM_RUNTIME_ANTHROPIC_KEY, or name a server of your own in the "
    "file of the setting ai (docs/ai.md)."
)


class AiService:
    def __init__(
        self,
        declared: Declared,
        catalog: Catalog,
        asking: Asking,
        ledger: Ledger,
        budgets: Budgets,
        audit: AuditLog,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._declared = declared
        self._catalog = catalog
        self._asking = asking
        self._ledger = ledger
        self._budgets = budgets
        self._audit = audit
        self._clock = clock
        self._places = Places(declared.requests_per_person)

    async def models(self, actor: Actor, document_id: str | None) -> ModelList:
        policy = await self._policy(actor, document_id)
        offered, silent = ([], []) if policy == "off" else await self._catalog.offered(actor)
        return ModelList(
            policy=policy,
            may_ask_from_python=self._may_ask_from_python(policy),
            models=await asyncio.to_thread(_infos, offered),
            budgets=await self._budgets.used(actor.id, document_id),
            hint=self._hint(policy, offered, silent),
        )

    async def models_of(self, actor: Actor, document_id: str | None, wire: Wire) -> list[str]:
        """Ids, for the libraries of providers. Raises PolicyForbids."""
        self._check_policy(await self._policy(actor, document_id))
        offered, _ = await self._catalog.offered(actor)
        return [each.model.id for each in offered if each.provider.wire == wire]

    async def choose_policy(
        self, actor: Actor, document_id: str, policy: AiPolicy | None
    ) -> ModelList:
        """By an owner of the notebook; what the operator rules out stays so."""
        await asyncio.to_thread(self._ledger.choose_policy, document_id, policy)
        event = AuditEvent(
            actor=actor.id,
            action="ai policy chosen",
            object=document_id,
            result="ok",
            details={"policy": policy},
        )
        await asyncio.to_thread(self._audit.append, event)
        return await self.models(actor, document_id)

    @asynccontextmanager
    async def ask(
        self, actor: Actor, document_id: str | None, asked: Asked
    ) -> AsyncIterator[Answer]:
        """The answer, for as long as the block; with its end, what was used is on record.

        Raises AiError, TooManyRequests, Unavailable, AuditFault.
        """
        use = _Use(actor, document_id, asked, self._clock())
        try:
            async with self._places.place(actor.id):
                self._check_policy(await self._policy(actor, document_id))
                candidates = await self._catalog.find(actor, asked.model_id, asked.endpoint.wire)
                await asyncio.to_thread(self._check_prices, candidates)
                async with (
                    self._budgets.reserved(actor.id, document_id, asked.expected_tokens),
                    self._answered(use, candidates) as answer,
                ):
                    yield answer
        except BaseException as error:
            use.result = error.code if isinstance(error, WasmRuntimeError) else "cancelled"
            raise
        finally:
            # Also when nobody waits any more: what was used is used.
            await asyncio.shield(self._note(use))

    @asynccontextmanager
    async def _answered(
        self, use: "_Use", candidates: Sequence[Candidate]
    ) -> AsyncIterator[Answer]:
        seconds = candidates[0].provider.max_seconds
        try:
            async with (
                asyncio.timeout(seconds),
                self._asking.answered(use.asked, candidates, use.tried) as begun,
            ):
                use.candidate = begun.candidate
                use.answer = Answer(begun, use.asked)
                yield use.answer
        except TimeoutError:
            raise ProviderTimeout(
                f"The answer did not come within {seconds:g} seconds.", hint="Ask for less."
            ) from None

    async def _note(self, use: "_Use") -> None:
        if use.answer is None and use.tries and use.result in ("cancelled", "timeout"):
            # It may have been read all the same.
            use.usage = Usage(input_tokens=use.asked.expected_input_tokens)
        if use.answer is not None:
            use.usage = use.answer.usage
        if use.usage.tokens and use.candidate is not None:
            model, provider = use.candidate.model, use.candidate.provider
            cost = await asyncio.to_thread(microdollars, model, provider, use.usage)
            use.microdollars = cost
            spent = Spent(use.usage.tokens, cost or 0)
            await self._budgets.count(use.actor.id, use.document_id, model.id, spent)
        await asyncio.to_thread(self._audit.append, use.event(self._clock()))

    async def _policy(self, actor: Actor, document_id: str | None) -> AiPolicy:
        policies = self._declared.policies
        applying = [policies.default, policies.users.get(actor.id)]
        if document_id is not None:
            applying.append(policies.notebooks.get(document_id))
            applying.append(await asyncio.to_thread(self._ledger.policy_of, document_id))
        return min((each for each in applying if each), key=_RISING.index)

    def _may_ask_from_python(self, policy: AiPolicy) -> bool:
        least = max(_RISING.index(self._declared.policies.python), _RISING.index("hints"))
        return _RISING.index(policy) >= least

    def _check_policy(self, policy: AiPolicy) -> None:
        if not self._may_ask_from_python(policy):
            raise PolicyForbids(
                f"AI models may not be asked from Python here (the policy is {policy}).",
                hint="Whoever runs the relay, or owns the notebook, decides that.",
            )

    def _check_prices(self, candidates: Sequence[Candidate]) -> None:
        """Where money is bounded, what costs nobody knows how much is not asked."""
        if not self._budgets.bound_dollars:
            return
        for each in candidates:
            if microdollars(each.model, each.provider, Usage()) is None:
                raise BadAiRequest(
                    f"Nobody knows what {each.model.id} costs, and money is bounded here.",
                    hint="Whoever runs the relay can declare its input_price and output_price.",
                )

    def _hint(self, policy: AiPolicy, offered: Sequence[Candidate], silent: Sequence[str]) -> str:
        if policy == "off":
            return "AI models are switched off here."
        if not self._declared.providers:
            return _HOW_TO_ADD
        if silent:
            return f"{', '.join(silent)} could not be asked for its models; try again in a minute."
        return "" if offered else "None of this relay's models is for you."


class _Use:
    """What a record says of one request."""

    def __init__(self, actor: Actor, document_id: str | None, asked: Asked, started: float) -> None:
        self.actor = actor
        self.document_id = document_id
        self.asked = asked
        self.started = started
        self.tries = 0
        self.candidate: Candidate | None = None
        self.answer: Answer | None = None
        self.usage = Usage()
        self.microdollars: int | None = 0
        self.result = "ok"

    def tried(self, candidate: Candidate) -> None:
        self.tries += 1
        self.candidate = candidate

    def event(self, now: float) -> AuditEvent:
        provider = self.candidate.provider.name if self.candidate else ""
        answering = self.candidate.model.id if self.candidate else ""
        return AuditEvent(
            actor=self.actor.id,
            action="ask model",
            object=self.asked.model_id[:128],
            result=self.result,
            details={
                "document_id": self.document_id,
                "provider": provider,
                "answered_by": answering,
                "endpoint": self.asked.endpoint.path,
                "streams": self.asked.streams,
                "tries": self.tries,
                "input_tokens": self.usage.input_tokens,
                "output_tokens": self.usage.output_tokens,
                "microdollars": self.microdollars,
                "seconds": round(now - self.started, 3),
            },
        )


def _infos(offered: Sequence[Candidate]) -> list[ModelInfo]:
    infos = []
    for each in sorted(offered, key=lambda each: each.model.id):
        prices = prices_of(each.model, each.provider)
        infos.append(
            ModelInfo(
                id=each.model.id,
                wire=each.provider.wire,
                provider=each.provider.name,
                description=each.model.description,
                input_price=prices[0] if prices else None,
                output_price=prices[1] if prices else None,
            )
        )
    return infos
