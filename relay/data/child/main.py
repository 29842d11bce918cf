"""The child itself: python -I -m relay.data.child.main."""

import importlib
import os
import signal
import sys
from typing import BinaryIO

from relay.data.engine import End
from relay.data.errors import DataError, NoRows
from relay.data.parameters import parameters_of

from . import confine
from .wire import CHUNK, END, FAILED, CannotOpen, Failure, FailureKind, Request, frame

_OVERHEAD_BYTES = {"sqlite": 512 * 2**20, "duckdb": 3 * 2**30}
"""Address space that is taken before the first row: libraries, and what DuckDB reserves."""


def main() -> int:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody reads any more: end, say nothing
    request = Request.of_line(sys.stdin.buffer.readline())
    answer(request, sys.stdout.buffer)
    return 0


def answer(request: Request, output: BinaryIO) -> None:
    try:
        _run(request, output)
    except DataError as error:
        kind: FailureKind = "no_rows" if isinstance(error, NoRows) else "failed"
        failure = Failure(kind, error.message, error.hint, error.position)
        output.write(frame(FAILED, failure.to_bytes()))
    except CannotOpen as error:
        output.write(frame(FAILED, Failure("refused", str(error)).to_bytes()))
    output.flush()


def _run(request: Request, output: BinaryIO) -> None:
    # The walls stand before anything of the request's runs, and after what must still be read:
    # libraries, and the control group by which DuckDB finds out how much memory there is.
    module = importlib.import_module(f"{__package__}.{request.engine}")
    confine.limit(request.seconds, request.max_memory_bytes + _OVERHEAD_BYTES[request.engine])
    database = module.open_database(request)
    confine.wall_off(module.files_of(request))
    for part in database.parts(parameters_of(request.parameters)):
        if isinstance(part, End):
            output.write(frame(END, rows=int(part.more)))
        else:
            output.write(frame(CHUNK, part.content, part.rows))
            output.flush()


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())
