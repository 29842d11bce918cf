"""`run_python`: code in, a fresh sandbox, and what came of it."""

import base64
import binascii
from typing import Annotated, Any

from pydantic import Field

from relay.auth.actor import Actor

from .bounded_text import bounded, plain_text
from .errors import BadArguments
from .output_summary import Bounds, error_of, summary_of
from .sandboxes import Ran, Sandboxes
from .tool import Arguments, File, Tool, ToolResult, tool

MAX_SECONDS = 300
_MAX_CODE = 500_000
_MAX_FILES_IN = 50
MAX_FILES_IN_BYTES = 2 * 1024 * 1024
"""With base64 around them they fit into one request of 4 MiB."""
_MAX_FILES_OUT = 20
_MAX_FILES_OUT_BYTES = 2 * 1024 * 1024
_MAX_FILES_NAMED = 200
_CHARACTERS = {"stdout": 30_000, "stderr": 10_000, "result": 20_000, "error": 10_000}
_MOST_IMAGES = 4


class FileIn(Arguments):
    """A file for the sandbox: `text` or `base64`."""

    path: str = Field(max_length=300, description="Relative to the working folder.")
    text: str | None = None
    base64: str | None = None


class RunPython(Arguments):
    """Run Python in a fresh sandbox, and get what it printed, the value of the last expression,
    plots as images and the files that it wrote. Nothing is kept for the next call. IPython and the
    environment's packages (pandas, numpy, matplotlib in `data`) are there; the machine's files, its
    programs and, unless the operator allowed hosts, the network are not."""

    code: Annotated[str, Field(min_length=1, max_length=_MAX_CODE)]
    environment: str | None = Field(
        default=None, max_length=64, description="Which packages; null: the default environment."
    )
    timeout_seconds: float = Field(
        default=30, gt=0, le=MAX_SECONDS, description="After it the sandbox is killed."
    )
    files: list[FileIn] = Field(
        default=[], max_length=_MAX_FILES_IN, description="Put into the working folder first."
    )
    return_files: bool = Field(
        default=True, description="Whether to send back files that the code wrote, up to 2 MiB."
    )


class PythonTool:
    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    def tools(self) -> list[Tool]:
        return [
            tool(
                RunPython,
                self.run_python,
                name="run_python",
                title="Run Python in a sandbox",
                scope="mcp:run",
            )
        ]

    async def run_python(self, actor: Actor, asked: RunPython) -> ToolResult:
        ran = await self._sandboxes.run(
            actor.on_behalf_of or actor.id,
            asked.code,
            environment=asked.environment,
            files=_files(asked.files),
            timeout_seconds=asked.timeout_seconds,
        )
        return result_of(ran, asked.return_files)


def result_of(ran: Ran, return_files: bool) -> ToolResult:
    """What a model reads of a run."""
    streams = ran.outputs.streams
    outputs = ran.outputs.outputs
    shown = [output for output in outputs if output["output_type"] != "stream"]
    bounds = Bounds(characters=_CHARACTERS["result"], images=_MOST_IMAGES)
    summary = summary_of([o for o in shown if o["output_type"] != "error"], bounds)
    error = next((output for output in shown if output["output_type"] == "error"), None)
    sent = _sent(ran, return_files)
    value: dict[str, Any] = {
        "status": ran.status,
        "stdout": bounded(plain_text(streams["stdout"]), _CHARACTERS["stdout"]),
        "stderr": bounded(plain_text(streams["stderr"]), _CHARACTERS["stderr"]),
        "outputs": summary.outputs,
        "error": error_of(error, _CHARACTERS["error"]) if error else None,
        "files": [
            {"path": bounded(path, 300), "bytes": len(body), "sent": path in sent}
            for path, body in sorted(ran.files.items())[:_MAX_FILES_NAMED]
        ],
        "seconds": round(ran.seconds, 3),
    }
    if ran.message:
        value["message"] = ran.message
    if ran.outputs.is_cut:
        value["cut"] = "It printed or showed more than is kept."
    return ToolResult(
        value=value,
        images=tuple(summary.images),
        files=tuple(File(path=path, body=ran.files[path]) for path in sent),
        is_error=ran.status != "ok",
    )


def _files(given: list[FileIn]) -> dict[str, bytes]:
    """Raises BadArguments."""
    files: dict[str, bytes] = {}
    for each in given:
        if (each.text is None) == (each.base64 is None):
            raise BadArguments("files: each has either text or base64.")
        try:
            files[each.path] = (
                each.text.encode()
                if each.text is not None
                else base64.b64decode(each.base64 or "", validate=True)
            )
        except (binascii.Error, ValueError):
            raise BadArguments("files: the content is not base64.") from None
    if sum(map(len, files.values())) > MAX_FILES_IN_BYTES:
        raise BadArguments(f"files: more than {MAX_FILES_IN_BYTES} bytes together.")
    return files


def _sent(ran: Ran, return_files: bool) -> list[str]:
    """Which files go back: the smallest first, as far as there is room."""
    room, sent = _MAX_FILES_OUT_BYTES, list[str]()
    for path, body in sorted(ran.files.items(), key=lambda item: (len(item[1]), item[0])):
        room -= len(body)
        if not return_files or room < 0 or len(sent) == _MAX_FILES_OUT:
            break
        sent.append(path)
    return sorted(sent)
