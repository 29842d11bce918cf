"""AI models through the relay: which there are, what was used, and who may ask for what.

    ai/models                                             GET ModelList
    ai/openai/v1/chat/completions, responses, embeddings  POST, as OpenAI's own
    ai/openai/v1/models                                   GET, as OpenAI's own
    ai/anthropic/v1/messages                              POST, as Anthropic's own
    ai/anthropic/v1/models                                GET, as Anthropic's own
    rooms/{document_id}/ai/...                            the same, in a shared notebook's name
    rooms/{document_id}/ai/policy                         PUT ChosenPolicy -> ModelList

A request names a model by its id in the ModelList, and nothing else of where it goes. What the
relay itself refuses is an ErrorBody that also carries `error`, in which the providers' libraries
look for the message.
"""

from dataclasses import dataclass
from typing import Literal

AI_PATH = "ai"
AI_MODELS_PATH = "ai/models"
OPENAI_PATH = "ai/openai/v1"
ANTHROPIC_PATH = "ai/anthropic/v1"
AI_POLICY_PATH = "ai/policy"

Wire = Literal["openai", "anthropic"]
"""Whose protocol a model is asked by."""

AiPolicy = Literal["off", "hints", "explain", "full"]
"""What models may do for somebody: nothing; give hints; explain; everything. Rising."""


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """A model as whoever may ask it sees it: no address, no key."""

    id: str
    wire: Wire
    provider: str
    description: str = ""
    input_price: float | None = None
    """US dollars for a million tokens; null when nobody knows."""
    output_price: float | None = None


@dataclass(frozen=True, kw_only=True)
class AiBudget:
    """What was used today (UTC) of what may be; null is no bound."""

    scope: Literal["person", "notebook", "relay"]
    tokens: int
    dollars: float
    max_tokens: int | None = None
    max_dollars: float | None = None


@dataclass(frozen=True, kw_only=True)
class ModelList:
    """What `ai/models` answers."""

    policy: AiPolicy
    """For whoever asks, in the notebook that is asked for: the strictest that applies."""
    may_ask_from_python: bool
    models: list[ModelInfo]
    budgets: list[AiBudget]
    hint: str = ""
    """Why there are no models, or not all, and what to do; empty when nothing is missing."""


@dataclass(frozen=True, kw_only=True)
class ChosenPolicy:
    """What the owners of a notebook decide; null leaves it at the operator's."""

    policy: AiPolicy | None = None
