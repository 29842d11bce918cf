"""An identity provider in a process of its own, and a person's browser between it and a relay."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.support.canaries import canary
from wasm_runtime.runtimes.hosts import find_node

CLIENT_SECRET = canary("oidc")
_SCRIPT = Path(__file__).with_name("oidc-provider.mjs")
_MANIFEST = Path(__file__).parents[3] / "static" / "package.json"


@contextmanager
def identity_provider(redirect_uri: str) -> Iterator[str]:
    """Its issuer."""
    node = find_node()
    assert node, "Node is missing; `make build` installs it."
    process = subprocess.Popen(
        [node, str(_SCRIPT), str(_MANIFEST), redirect_uri, CLIENT_SECRET],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # that it is not meant for production
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        issuer = process.stdout.readline().strip()
        assert issuer, "The identity provider did not start."
        yield issuer
    finally:
        # `node` may be a script that starts the real one: only the end of its input reaches that.
        process.stdin.close()
        process.wait(timeout=20)
        process.stdout.close()


def signed_in_there(address: str, name: str, redirect_uri: str) -> str:
    """What a person's browser does at the provider; the address at which it is sent back to us."""
    with httpx2.Client(trust_env=False) as browser:
        answer = browser.get(address)
        while True:
            while answer.is_redirect:
                following = str(answer.headers["location"])
                if following.startswith(redirect_uri):
                    return following
                answer = browser.get(httpx2.URL(address).join(following))
            assert answer.status_code == 200, answer.text
            form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', answer.text))
            action = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
            assert action, answer.text
            given = {**form, "login": name, "password": "any"}
            answer = browser.post(httpx2.URL(address).join(action[1]), data=given)
