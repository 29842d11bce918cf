"""Find a Chromium for the browser tests: the system's, else the one Playwright downloads."""

import os
import shutil
import subprocess
import sys

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """The system's Chromium, or None when Playwright's own is to be used."""
    if path := os.environ.get("CHROMIUM"):
        return path
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


def main() -> int:
    """Exit 0 when there is a browser; otherwise try Playwright's download and say what to do."""
    if chromium_path():
        return 0
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode:
        print(
            "error: no Chromium found and Playwright could not download one.\n"
            "hint: install one (Debian: apt-get install chromium) or set CHROMIUM to its path",
            file=sys.stderr,
        )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
