"""What all processes of one browser together use, as Linux counts it."""

from pathlib import Path

import psutil
from playwright.sync_api import Page

# Of processor time between two looks.
IDLE_SECONDS = 0.02
IDLE_LOOK_MS = 200


def browser_processes(profile: Path) -> list[psutil.Process]:
    """The browser on this profile and everything it started."""
    return [
        process
        for root in psutil.process_iter(["cmdline"])
        if f"--user-data-dir={profile}" in (root.info["cmdline"] or [])
        and not any("--type=" in each for each in root.info["cmdline"])
        for process in (root, *root.children(recursive=True))
    ]


def cpu_seconds(profile: Path) -> float:
    """Since the browser began; an ended process is in its parent's count of children."""
    total = 0.0
    for process in browser_processes(profile):
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


def memory_bytes(profile: Path) -> float:
    """Proportional set size: what processes share is divided between them, and counts once."""
    return sum(map(_proportional_bytes, browser_processes(profile)))


def _proportional_bytes(process: psutil.Process) -> float:
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = [int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")]
    return sum(found) * 1024


def tree_memory_bytes(pid: int) -> float:
    """Of a process and all that it started."""
    root = psutil.Process(pid)
    return sum(map(_proportional_bytes, (root, *root.children(recursive=True))))


def wait_until_idle(page: Page, profile: Path) -> None:
    """Until a browser that has just been started rests: its own start is nobody's visit."""
    page.goto("about:blank")
    before = -1.0
    while (now := cpu_seconds(profile)) - before > IDLE_SECONDS:
        before = now
        page.wait_for_timeout(IDLE_LOOK_MS)
