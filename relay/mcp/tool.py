"""What a tool is: a name, the arguments it takes, the scope it needs, and a plain function."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from relay.auth.actor import Actor
from wasm_runtime.contracts.agents import Scope

from .errors import BadArguments

_MOST_FAULTS = 3


class Arguments(BaseModel):
    """Decoded at the door; what a tool does not know is refused, so that no typo is ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, kw_only=True)
class Image:
    mime: str
    base64: str


@dataclass(frozen=True, kw_only=True)
class File:
    path: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class ToolResult:
    """`value` is JSON that a model reads; it is bounded, and so is all beside it."""

    value: dict[str, Any]
    images: tuple[Image, ...] = ()
    files: tuple[File, ...] = ()
    is_error: bool = False


Run: TypeAlias = Callable[[Actor, dict[str, Any]], Awaitable[ToolResult]]


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One tool. `scope` is what a token needs for it."""

    name: str
    title: str
    description: str
    scope: Scope
    input_schema: dict[str, Any]
    run: Run = field(repr=False)
    is_read_only: bool = False
    is_destructive: bool = False
    is_idempotent: bool = False


def tool(
    arguments: type[A],
    run: Callable[[Actor, A], Awaitable[ToolResult]],
    *,
    name: str,
    title: str,
    scope: Scope,
    is_read_only: bool = False,
    is_destructive: bool = False,
    is_idempotent: bool = False,
) -> Tool:
    """A tool whose description is its arguments' docstring."""

    async def decoded(actor: Actor, given: dict[str, Any]) -> ToolResult:
        return await run(actor, decode(arguments, given))

    schema = arguments.model_json_schema()
    description = " ".join(str(schema.pop("description")).split())
    schema.pop("title", None)
    return Tool(
        name=name,
        title=title,
        description=description,
        scope=scope,
        input_schema=schema,
        run=decoded,
        is_read_only=is_read_only,
        is_destructive=is_destructive,
        is_idempotent=is_idempotent,
    )


def decode(arguments: type[A], given: dict[str, Any]) -> A:
    """Raises BadArguments, which names the argument and never repeats its value."""
    try:
        return arguments.model_validate(given)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'arguments'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)[:_MOST_FAULTS]
        ]
        raise BadArguments(
            "The arguments are not what they should be: " + "; ".join(faults) + ".",
            hint="The tool's input schema says what it takes.",
        ) from None
