"""A Redis to test with, and to kill: on a port of its own, keeping nothing."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import redis

_READY_SECONDS = 10.0


class RedisServer:
    """Started again after it was killed, it has the same port and has forgotten everything."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, "There is no redis-server; install Redis."
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(
            [program, *options, "--dir", self._folder], stdout=subprocess.DEVNULL
        )
        deadline = monotonic() + _READY_SECONDS
        with redis.Redis.from_url(self.url) as client:
            while not self._answers(client):
                assert monotonic() < deadline, "redis-server does not answer"
                assert self._process.poll() is None, "redis-server has ended"
                sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @staticmethod
    def _answers(client: "redis.Redis") -> bool:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.kill()
