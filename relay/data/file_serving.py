"""The parent's end of the socket by which a query's process reads files of storages."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from relay.storage.for_databases import DatabaseFiles, OpenedFiles
from wasm_runtime.errors import WasmRuntimeError

from .child.wire import ANSWER, ASK, MOST_BYTES

Served = tuple[dict[str, dict[str, int]], int]
"""The sizes of each view's files by their addresses, and the descriptor for the process."""


@asynccontextmanager
async def serving(
    files: DatabaseFiles, connection: str, patterns: Mapping[str, str]
) -> AsyncIterator[Served]:
    """Answers for as long as the block. Raises StorageError."""
    async with files.opened(connection, patterns) as opened:
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)
            answering = asyncio.create_task(_answer(opened, reader, writer))
            try:
                views = {
                    view: {file.address: file.size for file in found}
                    for view, found in opened.views.items()
                }
                yield views, theirs.fileno()
            finally:
                answering.cancel()
                await asyncio.gather(answering, return_exceptions=True)
                writer.close()


async def _answer(
    opened: OpenedFiles, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            number, start, length = ASK.unpack(await reader.readexactly(ASK.size))
            try:
                content, is_good = (
                    await opened.read(number, start, start + min(length, MOST_BYTES)),
                    True,
                )
            except WasmRuntimeError as error:
                content, is_good = error.message.encode(), False
            writer.write(ANSWER.pack(is_good, len(content)) + content)
            await writer.drain()
