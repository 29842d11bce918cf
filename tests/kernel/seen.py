"""What a person sees of a run's messages, in short."""

import re
from typing import Any


def seen(messages: list[Any]) -> list[tuple[Any, ...]]:
    """Each message as kind and content, without ids, times and colours; a stream's text in one."""
    lines: list[tuple[Any, ...]] = []
    for message in messages:
        line = _line(message)
        if line is None:
            continue
        if message.kind == "stream" and lines and lines[-1][0] == message.name:
            line = (message.name, lines.pop()[1] + message.text)
        lines.append(line)
    return lines


def printed(messages: list[Any], name: str = "stdout") -> str:
    """The whole text of a stream."""
    return "".join(m.text for m in messages if m.kind == "stream" and m.name == name)


def _line(message: Any) -> tuple[Any, ...] | None:
    match message.kind:
        case "stream":
            return (message.name, message.text)
        case "display_data" | "execute_result" | "update_display_data":
            return (message.kind, message.data)
        case "error":
            return ("error", message.ename, message.evalue)
        case "clear_output":
            return ("clear_output", message.wait)
        case "run_finished":
            return ("finished", message.status)
        case "package_progress":
            return ("package", message.package, message.state)
        case "run_started":
            return None
    return (message.kind,)


def plain_traceback(message: Any) -> str:
    """The traceback without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(message.traceback))
