"""What `helm template` makes of a chart that uses no more than values, `if`, `range`, `quote`,
`toJson`, and dashes that take the white space along. Anything else is refused."""

import json
import re
from collections.abc import Iterator
from typing import Any

_ACTION = re.compile(r"(\s*\{\{-|\{\{)\s*(.*?)\s*(-\}\}\s*|\}\})", re.DOTALL)
_RANGE = re.compile(r"range \$(\w+), \$(\w+) := (\S+)")


def render(template: str, values: dict[str, Any], release: str) -> str:
    """Raises ValueError for an action it does not know, KeyError for a value that is not there."""
    tokens = list(_tokens(template))
    scope = {"Values": values, "Release": {"Name": release}}
    rendered, rest = _block(tokens, scope)
    if rest:
        raise ValueError("An end without a beginning.")
    return rendered


def _tokens(template: str) -> Iterator[tuple[str, str]]:
    """Texts and actions, in turn."""
    start = 0
    for found in _ACTION.finditer(template):
        yield "text", template[start : found.start()]
        yield "action", found[2]
        start = found.end()
    yield "text", template[start:]


def _block(tokens: list[tuple[str, str]], scope: dict[str, Any]) -> tuple[str, list[Any]]:
    """What stands before the block's end, rendered; and what follows that."""
    rendered = []
    while tokens:
        (kind, content), tokens = tokens[0], tokens[1:]
        if kind == "text":
            rendered.append(content)
        elif content == "end":
            return "".join(rendered), tokens
        elif content.startswith("if "):
            inner, rest = _block(tokens, scope)
            rendered.append(inner if _value(content.removeprefix("if "), scope) else "")
            tokens = rest
        elif loop := _RANGE.fullmatch(content):
            rest = _skipped(tokens)
            for key, value in sorted(_value(loop[3], scope).items()):
                rendered.append(_block(tokens, {**scope, loop[1]: key, loop[2]: value})[0])
            tokens = rest
        else:
            rendered.append(_expression(content, scope))
    return "".join(rendered), []


def _skipped(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What follows the end of the block."""
    depth = 1
    for place, (kind, content) in enumerate(tokens):
        if kind == "action":
            depth += content.startswith(("if ", "range ")) - (content == "end")
        if depth == 0:
            return tokens[place + 1 :]
    raise ValueError("A block without an end.")


def _expression(content: str, scope: dict[str, Any]) -> str:
    if content.startswith("toJson "):
        return json.dumps(_value(content.removeprefix("toJson "), scope))
    name, *pipes = re.split(r"\s*\|\s*", content)
    if pipes not in ([], ["quote"]):
        raise ValueError(f"An action that is not known here: {content}")
    value = _text(_value(name, scope))
    return json.dumps(value) if pipes else value


def _value(path: str, scope: dict[str, Any]) -> Any:
    if not re.fullmatch(r"[.$]\w+(\.\w+)*", path):
        raise ValueError(f"An action that is not known here: {path}")
    value: Any = scope
    for name in path[1:].split("."):
        value = value[name]
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
