"""Write the TypeScript contracts, or check that the written files are current."""

import argparse
import sys
from pathlib import Path
from types import ModuleType

from . import (
    CONTRACT_VERSION,
    access,
    data,
    document,
    net,
    operator,
    page_security,
    relay_api,
    relay_requests,
    results,
    sql_cell,
    storage,
    table,
)
from .everything import CONTRACT, DATABASES_CONTRACT
from .shape import contract_of
from .typescript import typescript

_FOLDER = Path(__file__).parents[2] / "static" / "src" / "contracts"
GENERATED = _FOLDER / "generated.ts"
GENERATED_DATABASES = _FOLDER / "generated-databases.ts"
GENERATED_RESULTS = _FOLDER / "generated-results.ts"


def generated() -> dict[Path, str]:
    """The text that each generated file should have."""
    version: dict[str, object] = {"CONTRACT_VERSION": CONTRACT_VERSION}
    constants = _constants_of(
        relay_api, access, document, page_security, data, table, net, relay_requests
    )
    return {
        GENERATED: typescript(CONTRACT, version | constants),
        GENERATED_DATABASES: typescript(
            DATABASES_CONTRACT, _constants_of(operator, storage, sql_cell)
        ),
        # Apart, so that only a page that asks a database loads it.
        GENERATED_RESULTS: typescript(contract_of([], {}), _constants_of(results)),
    }


def _constants_of(*modules: ModuleType) -> dict[str, object]:
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and name[0] != "_" and isinstance(value, str | int)
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m wasm_runtime.contracts", description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true", help="write them")
    action.add_argument("--check", action="store_true", help="exit with 1 when one is stale")
    arguments = parser.parse_args()
    for path, text in generated().items():
        if arguments.write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(
                f"{path.name} is stale.  hint: python -m wasm_runtime.contracts --write",
                file=sys.stderr,
            )
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
