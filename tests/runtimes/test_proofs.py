"""What the parent says of stored files while a kernel's process starts."""

import asyncio
from pathlib import Path

from wasm_runtime.environments.store import Store
from wasm_runtime.runtimes.proofs import proving


def test_intact_damaged_and_missing_files_are_told_apart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    intact, damaged = (store.add(name, name.encode()).sha256 for name in ("intact", "damaged"))
    store.path(damaged).write_bytes(b"damagee")
    asked = [intact, damaged, "0" * 64]

    async def answers() -> list[tuple[str, bool]]:
        with proving(tmp_path, asked) as proofs:
            assert proofs.hashes == asked
            return [answer async for answer in proofs.answers()]

    assert asyncio.run(answers()) == list(zip(asked, [True, False, False], strict=True))
