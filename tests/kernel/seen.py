"""What a person sees of a run's messages, in short."""

import re
from typing import Any


def seen(messages: list[Any]) -> list[tuple[Any, ...]]:
    """Each message as kind and content, without ids, times and colours."""
    return [line for message in messages if (line := _line(message))]


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
