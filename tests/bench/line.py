"""A line in front of a local server: it counts what comes through, and can be slow."""

import asyncio
import math
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from urllib.parse import urlsplit

SLOW_BYTES_PER_SECOND = 20_000_000 / 8
# Small enough that requests at the same time share the line fairly.
CHUNK_BYTES = 16 * 1024


class Line:
    """Everything that comes through shares its bandwidth."""

    def __init__(self, bytes_per_second: float) -> None:
        self.address = ""
        # As sent: bodies as they were compressed, and headers.
        self.bytes_through = 0
        self._bytes_per_second = bytes_per_second
        self._free_at = 0.0

    def take(self, size: int, now: float) -> float:
        """Seconds to wait until `size` more bytes have come through, whoever asks."""
        self.bytes_through += size
        self._free_at = max(self._free_at, now) + size / self._bytes_per_second
        return self._free_at - now


@contextmanager
def line_to(address: str, bytes_per_second: float = math.inf) -> Iterator[Line]:
    """A line to the server at `address`; its answers come through."""
    target = urlsplit(address)
    line = Line(bytes_per_second)

    async def pass_on(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        try:
            while chunk := await reader.read(CHUNK_BYTES):
                if is_answer:
                    now = asyncio.get_running_loop().time()
                    await asyncio.sleep(line.take(len(chunk), now))
                writer.write(chunk)
                await writer.drain()
        except ConnectionError:
            # The browser was closed in the middle; the other direction ends by the close below.
            pass
        finally:
            writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = await asyncio.open_connection(target.hostname, target.port)
        await asyncio.gather(
            pass_on(reader, server[1], is_answer=False), pass_on(server[0], writer, is_answer=True)
        )

    listening: Future[int] = Future()
    stopping: Future[Callable[[], None]] = Future()

    async def serve() -> None:
        over = asyncio.Event()
        loop = asyncio.get_running_loop()
        stopping.set_result(lambda: loop.call_soon_threadsafe(over.set))
        # Not waited for at its end: browsers keep their connections for long.
        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        listening.set_result(server.sockets[0].getsockname()[1])
        await over.wait()
        server.close()

    # A loop of its own, in a thread of its own: the browser's driver has one in this thread.
    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    try:
        line.address = f"http://127.0.0.1:{listening.result(timeout=30)}/"
        yield line
    finally:
        stopping.result()()
        thread.join()
