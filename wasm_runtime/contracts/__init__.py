"""The wire: every message, file and document that crosses a border, defined once.

TypeScript is generated from these dataclasses (`python -m wasm_runtime.contracts --write`).
Standard library only: the same code runs in the relay, in the command line and inside Pyodide.
"""

CONTRACT_VERSION = 1
"""Raised by any change to a message; an older page is told to reload."""
