"""Write the TypeScript contracts, or check that the written file is current."""

import argparse
import sys
from pathlib import Path

from . import CONTRACT_VERSION, access, data, document, operator, page_security, relay_api, table
from .everything import CONTRACT
from .typescript import typescript

GENERATED = Path(__file__).parents[2] / "static" / "src" / "contracts" / "generated.ts"


def generated() -> str:
    """The text that `generated.ts` should have."""
    constants: dict[str, object] = {"CONTRACT_VERSION": CONTRACT_VERSION}
    for module in (relay_api, access, document, page_security, data, operator, table):
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, str | int):
                constants[name] = value
    return typescript(CONTRACT, constants)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m wasm_runtime.contracts", description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true", help="write generated.ts")
    action.add_argument("--check", action="store_true", help="exit with 1 when it is stale")
    arguments = parser.parse_args()
    if arguments.write:
        GENERATED.parent.mkdir(parents=True, exist_ok=True)
        GENERATED.write_text(generated(), encoding="utf-8")
        return 0
    if not GENERATED.exists() or GENERATED.read_text(encoding="utf-8") != generated():
        print(
            f"{GENERATED.name} is stale.  hint: python -m wasm_runtime.contracts --write",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
