"""sys.stdout, sys.stderr and sys.stdin of a notebook."""

import io
from collections.abc import Callable, Iterable

from .outbox import Outbox, StreamName


class OutputStream(io.TextIOBase):
    """A text stream whose text becomes Stream messages."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, outbox: Outbox, name: StreamName) -> None:
        super().__init__()
        self._outbox = outbox
        self.name = name
        self.buffer = _Bytes(self)

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._outbox.write(self.name, text)
        return len(text)

    def writelines(self, lines: Iterable[str], /) -> None:  # type: ignore[override]
        self.write("".join(lines))

    def flush(self) -> None:
        """Send what is not a whole line; a program that flushes all the time stays fast."""
        self._outbox.flush_line()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        raise io.UnsupportedOperation("fileno")


class _Bytes(io.RawIOBase):
    """`sys.stdout.buffer`, for code that writes encoded text."""

    def __init__(self, stream: OutputStream) -> None:
        super().__init__()
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self._stream.write(bytes(data).decode("utf-8", "replace"))
        return len(data)


class InputStream(io.TextIOBase):
    """`sys.stdin`: every line is asked from the person at the page."""

    encoding = "utf-8"

    def __init__(self, ask_line: Callable[[str], str]) -> None:
        super().__init__()
        self._ask_line = ask_line

    def readable(self) -> bool:
        return True

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        try:
            line = self._ask_line("") + "\n"
        except EOFError:
            return ""
        return line if size < 0 else line[:size]

    def read(self, size: int | None = -1, /) -> str:
        return "".join(iter(self.readline, "")) if size is None or size < 0 else self.readline(size)

    def isatty(self) -> bool:
        return False
