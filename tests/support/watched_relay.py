"""`wasm-runtime`, with the net over all that it lets out."""

import sys

from tests.support.leak_net import watch_this_process

if __name__ == "__main__":
    watch_this_process()
    from wasm_runtime.cli import main

    sys.exit(main())
