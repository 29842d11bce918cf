"""`python -m wasm_runtime` is `wasm-runtime`."""

import sys

from wasm_runtime.cli import main

sys.exit(main())
