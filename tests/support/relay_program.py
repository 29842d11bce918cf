"""A whole relay as a program, for tests that need a process to stop or to kill."""

from pathlib import Path

from tests.support.leak_net import report_path

RELAY_PROGRAM = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
os.environ.setdefault("TEST_LEAK_REPORT", {str(report_path())!r})
from tests.support.leak_net import watch_this_process
watch_this_process()
from relay.app import create_app
from relay.logs import logging_to
from relay.secrets import SecretMask
from relay.server import listen, run
from relay.settings_loading import load_settings
ready = lambda address: print(address, flush=True)
settings = load_settings()
with listen(settings) as bound:
    mask = SecretMask.of_environment(os.environ)
    with logging_to(sys.stderr, settings, mask):
        try:
            run(create_app(settings, mask), settings, bound, ready)
        except KeyboardInterrupt:
            pass
"""
"""It prints its address once it answers."""
