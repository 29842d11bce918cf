"""Which models there are: those that the operator declares, and those that providers list."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from relay.auth.actor import Actor
from relay.errors import Unavailable
from wasm_runtime.contracts.ai import Wire
from wasm_runtime.errors import UsageError

from .asking import Asking, Candidate
from .declaration import Declared, Model, Provider
from .errors import AiError, NoSuchModel, ProviderFailed

_log = structlog.stdlib.get_logger("relay.ai")
_LISTING_SECONDS = 10
_LISTED_SECONDS = 600
_FAILED_SECONDS = 30
_MAX_MODELS = 1000


@dataclass(frozen=True, slots=True)
class _Listing:
    models: Sequence[Model]
    until: float
    failed: bool = False


class Catalog:
    def __init__(self, declared: Declared, asking: Asking, clock: Callable[[], float]) -> None:
        self._declared = declared
        self._asking = asking
        self._clock = clock
        self._listings: dict[str, _Listing] = {}
        self._locks = {name: asyncio.Lock() for name in declared.providers}

    async def offered(self, actor: Actor) -> tuple[list[Candidate], list[str]]:
        """What the actor may ask, and the names of providers that could not be asked."""
        found = {model.id: model for model in self._declared.models.values()}
        silent = []
        listings = await asyncio.gather(*map(self._listed, self._discovering))
        for provider, listing in zip(self._discovering, listings, strict=True):
            if listing.failed:
                silent.append(provider.name)
            for model in listing.models:
                # Two providers may call different models the same.
                id = model.id if model.id not in found else f"{provider.name}/{model.id}"
                found.setdefault(id, replace(model, id=id, name=model.upstream_name))
        candidates = [self._candidate(model) for model in found.values()]
        return [each for each in candidates if each.model.may_be_asked_by(actor)], silent

    async def find(self, actor: Actor, model_id: str, wire: Wire) -> list[Candidate]:
        """The model, and then those that stand in for it. Raises NoSuchModel, ProviderFailed."""
        declared = self._declared.models.get(model_id)
        if declared is not None:
            chain = [declared, *(self._declared.models[other] for other in declared.fallback)]
            candidates = [self._candidate(model) for model in chain]
        else:
            offered, silent = await self.offered(actor)
            candidates = [each for each in offered if each.model.id == model_id]
            if not candidates and silent:
                raise ProviderFailed(
                    f"{', '.join(silent)} did not say which models there are.",
                    hint="Try again in half a minute.",
                )
        candidates = [each for each in candidates if each.model.may_be_asked_by(actor)]
        if not candidates or (declared and candidates[0].model is not declared):
            raise NoSuchModel(
                f"This relay has no model {model_id[:100]!r} for you.",
                hint="ai/models lists those that it has.",
            )
        if candidates[0].provider.wire != wire:
            library = {"openai": "OpenAI", "anthropic": "Anthropic"}[candidates[0].provider.wire]
            raise NoSuchModel(
                f"The model {model_id} is asked with the library of {library}.",
                hint=f"from {library.lower()} import {library}",
            )
        return candidates

    @property
    def _discovering(self) -> list[Provider]:
        return [each for each in self._declared.providers.values() if each.discover]

    def _candidate(self, model: Model) -> Candidate:
        return Candidate(model, self._declared.providers[model.provider])

    async def _listed(self, provider: Provider) -> _Listing:
        async with self._locks[provider.name]:
            known = self._listings.get(provider.name)
            if known is None or self._clock() >= known.until:
                known = self._listings[provider.name] = await self._ask(provider, known)
            return known

    async def _ask(self, provider: Provider, before: _Listing | None) -> _Listing:
        try:
            async with asyncio.timeout(_LISTING_SECONDS):
                models = _models_in(provider, await self._asking.listing(provider))
        except (AiError, Unavailable, TimeoutError) as error:
            _log.warning("models not listed", provider=provider.name, reason=str(error))
            kept = before.models if before else ()
            return _Listing(kept, self._clock() + _FAILED_SECONDS, failed=not kept)
        return _Listing(models, self._clock() + _LISTED_SECONDS)


def _models_in(provider: Provider, body: bytes) -> list[Model]:
    """Raises ProviderFailed."""
    try:
        listed = json.loads(body)["data"]
        # Gemini puts the kind of thing before the name.
        names = [str(each["id"]).removeprefix("models/") for each in listed]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ProviderFailed(f"{provider.name} lists no models.") from None
    models = []
    for name in names[:_MAX_MODELS]:
        try:
            models.append(Model(id=name, provider=provider.name, users=provider.users))
        except UsageError:
            continue  # a name that could not be written in a request
    return models
