"""A service with providers that answer as the test says."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from relay.ai.asked import asked_of
from relay.ai.asking import Asking
from relay.ai.budgets import Budgets
from relay.ai.catalog import Catalog
from relay.ai.declaration import Declared, declared_of
from relay.ai.endpoints import CHAT, Endpoint
from relay.ai.fake_upstream import FakeAnswer, FakeUpstream
from relay.ai.ledger import Ledger
from relay.ai.service import AiService
from relay.audit import AuditLog, AuditRecord
from relay.auth.actor import Actor
from wasm_runtime.contracts.document import User

KEY = "sk-canary-0123456789abcdef"
ADA = Actor(User(id="ada", name="Ada", color="#000000"))
BOB = Actor(User(id="bob", name="Bob", color="#000000"))
_R = TypeVar("_R")


class Keys:
    def resolve(self, text: str) -> str:
        return KEY if text else ""


def provider(**more: Any) -> dict[str, Any]:
    return {"kind": "openai", "key": 'secret("K")', "discover": False, **more}


def one_model(**more: Any) -> dict[str, Any]:
    """A declaration with the model `small` of the provider `one`."""
    return {
        "providers": {"one": provider()},
        "models": {"small": {"provider": "one", "name": "small-2026"}},
        **more,
    }


def completion(text: str = "Hi", prompt: int = 10, answer: int = 5) -> FakeAnswer:
    usage = {"prompt_tokens": prompt, "completion_tokens": answer}
    body = {"choices": [{"message": {"content": text}}], "usage": usage}
    return FakeAnswer(body=[json.dumps(body).encode()])


class World:
    """`now` is the clock of days, `seconds` that of breakers, `pauses` what was waited between."""

    def __init__(self, folder: Path, declared: Mapping[str, Any], upstream: FakeUpstream) -> None:
        self.upstream = upstream
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.seconds = 0.0
        self.pauses: list[float] = []
        self.folder = folder
        self.declared: Declared = declared_of(declared)
        self.audit = AuditLog(folder / "audit.sqlite")
        asking = Asking(upstream, Keys(), lambda: self.seconds, self._pause)
        ledger = Ledger(folder / "ai.sqlite")
        self.service = AiService(
            self.declared,
            Catalog(self.declared, asking, lambda: self.seconds),
            asking,
            ledger,
            Budgets(self.declared, ledger, lambda: self.now),
            self.audit,
        )

    def run(self, work: Callable[[], Awaitable[_R]]) -> _R:
        async def go() -> _R:
            return await work()

        return asyncio.run(go())

    def ask(
        self,
        body: Mapping[str, Any] | None = None,
        *,
        actor: Actor = ADA,
        document_id: str | None = None,
        endpoint: Endpoint = CHAT,
    ) -> bytes:
        """All of an answer."""
        return self.run(lambda: self.answer(body or {}, actor, document_id, endpoint))

    async def answer(
        self,
        body: Mapping[str, Any],
        actor: Actor = ADA,
        document_id: str | None = None,
        endpoint: Endpoint = CHAT,
    ) -> bytes:
        text = json.dumps({"model": "small", "messages": [], **body}).encode()
        asked = asked_of(endpoint, text, {})
        async with self.service.ask(actor, document_id, asked) as answer:
            return b"".join([chunk async for chunk in answer.chunks()])

    @property
    def records(self) -> Sequence[AuditRecord]:
        return [record for record in self.audit.records() if record.action == "ask model"]

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
