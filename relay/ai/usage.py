"""What one request has used, and what that costs."""

from dataclasses import dataclass
from math import ceil
from typing import Any

from .declaration import Model, Provider

_PRICE_TABLE = {"openai": "openai", "anthropic": "anthropic", "gemini": "google"}
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens, as the provider counts them; those of a cache are part of `input_tokens`."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


def usage_in(found: Any) -> Usage | None:
    """Of a `usage` object of any provider; None when it is none."""
    if not isinstance(found, dict):
        return None
    read, written = _count(found, "cache_read_input_tokens"), 0
    given = _count(found, "prompt_tokens") or _count(found, "input_tokens")
    if "cache_read_input_tokens" in found or "cache_creation_input_tokens" in found:
        # Anthropic counts what a cache had apart.
        written = _count(found, "cache_creation_input_tokens")
        given += read + written
    for details in ("prompt_tokens_details", "input_tokens_details"):
        if isinstance(found.get(details), dict):
            read = _count(found[details], "cached_tokens")
    return Usage(
        input_tokens=given,
        output_tokens=_count(found, "completion_tokens") or _count(found, "output_tokens"),
        cache_read_tokens=min(read, given),
        cache_write_tokens=min(written, given),
    )


def prices_of(model: Model, provider: Provider) -> tuple[float, float] | None:
    """US dollars for a million tokens in and out; None when nobody knows."""
    if model.input_price is not None and model.output_price is not None:
        return model.input_price, model.output_price
    sums = [
        _from_table(model, provider, usage)
        for usage in (Usage(input_tokens=1000), Usage(output_tokens=1000))
    ]
    # Some prices rise with the length; what is shown is that of a short request.
    return None if None in sums else (sums[0] / 1000, sums[1] / 1000)  # type: ignore[operator]


def microdollars(model: Model, provider: Provider, usage: Usage) -> int | None:
    """What it costs, in millionths of a US dollar and rounded up; None when nobody knows."""
    if model.input_price is not None and model.output_price is not None:
        return ceil(
            usage.input_tokens * model.input_price + usage.output_tokens * model.output_price
        )
    cost = _from_table(model, provider, usage)
    return None if cost is None else ceil(cost)


def _from_table(model: Model, provider: Provider, usage: Usage) -> float | None:
    table = _PRICE_TABLE.get(provider.kind)
    if table is None:
        return None
    try:
        from genai_prices import Usage as Counted
        from genai_prices import calc_price
    except ImportError:
        return None
    counted = Counted(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )
    try:
        # From the package itself: nothing is fetched.
        price = calc_price(counted, model.upstream_name, provider_id=table)
    except LookupError:
        return None
    return float(price.total_price) * _MILLION


def _count(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
