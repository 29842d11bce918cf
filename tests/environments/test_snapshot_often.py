"""A hundred kernels restored one after the other in one process, as in a page left open."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from deno import find_deno_bin

import wasm_runtime
from wasm_runtime.contracts import codec
from wasm_runtime.contracts.environments import Environment
from wasm_runtime.environments.cache import Cache

# Its restores are CPU-bound, so a busy machine takes several minutes.
pytestmark = pytest.mark.timeout(1200)

RESTORES = 100
PROGRAMS = Path(__file__).parents[1] / "support" / "restores"
CLIENT = Path(wasm_runtime.__file__).parent / "client"
SETTLED = 10
"""From here on, memory that ended kernels gave back serves the next ones."""
STATE = """
import email.generator, gc, json, os, random, secrets, ssl, sys, tempfile, threading, uuid, warnings
import numpy, pandas
drawn = {
    "random": random.random(),
    "numpy.random": numpy.random.rand(),
    "default_rng": numpy.random.default_rng().random(),
    "sample": pandas.Series(range(10**6)).sample(3).tolist(),
    "boundary": email.generator._make_boundary(),
    "urandom": os.urandom(16).hex(),
    "uuid1": str(uuid.uuid1()),
    "uuid4": str(uuid.uuid4()),
    "secrets": secrets.token_hex(),
    "ssl": ssl.RAND_bytes(16).hex(),
    "tempfile": tempfile.mkdtemp(),
}
state = {
    "names": sorted(globals().keys() - {"drawn"}),
    "modules": sorted(sys.modules),
    "path": sys.path,
    "environment": dict(os.environ),
    "folder": os.getcwd(),
    "files": sorted(os.listdir("/tmp")) == sorted({os.path.basename(drawn["tempfile"]), "ipython"}),
    "threads": threading.active_count(),
    "filters": len(warnings.filters),
    "frozen": gc.get_freeze_count(),
    "sum": int(pandas.DataFrame({"a": [1, 2, 1], "b": [1, 2, 3]}).groupby("a").b.sum()[1]),
}
print(json.dumps({"drawn": drawn, "state": state}))
"""


def worker_of_the_page() -> str:
    """Its program, which the kernel's frame carries."""
    frame = (CLIENT / "frames" / "kernel.html").read_text(encoding="utf-8")
    _, _, rest = frame.partition('<script type="text/plain" id="worker">')
    program, end, _ = rest.partition("</script>")
    assert end, "the kernel's frame carries no worker"
    return program


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each of the kernels said; the worker is the page's own."""
    cache = Cache.locate()
    environment: Environment = cache.environment("data")
    folder = tmp_path_factory.mktemp("often")
    described = folder / "environment.json"
    described.write_text(json.dumps(codec.encode(environment)), encoding="utf-8")
    worker = folder / "worker.js"
    worker.write_text(worker_of_the_page(), encoding="utf-8")
    # The process reads; nothing else is its to do.
    options = ["--quiet", "--no-prompt", "--no-config", "--no-lock", "--allow-read"]
    program = [str(PROGRAMS / "restore_often.js"), worker.as_uri(), str(cache.store.folder)]
    ran = subprocess.run(
        [find_deno_bin(), "run", *options, *program, str(described), str(RESTORES), STATE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    said = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [each["note"] for each in said if not each["restored"]] == []
    return [{**each, **json.loads(each["printed"])} for each in said]


def test_no_two_of_many_kernels_draw_the_same(kernels: list[dict[str, Any]]) -> None:
    assert len(kernels) == RESTORES
    for name in kernels[0]["drawn"]:
        assert len({json.dumps(kernel["drawn"][name]) for kernel in kernels}) == RESTORES, name


def test_the_last_of_many_kernels_is_as_the_first(kernels: list[dict[str, Any]]) -> None:
    for kernel in kernels[1:]:
        assert kernel["state"] == kernels[0]["state"]


def test_many_kernels_leave_no_memory_taken(kernels: list[dict[str, Any]]) -> None:
    """Less than one kernel's heap stays behind of ninety."""
    environment = Cache.locate().environment("data")
    assert environment.snapshot is not None
    taken = [kernel["resident_bytes"] for kernel in kernels]
    assert max(taken[-SETTLED:]) < max(taken[:SETTLED]) + environment.snapshot.heap.size_bytes
