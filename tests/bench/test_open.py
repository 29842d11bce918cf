"""From the start of the navigation to the first output: a first visit, a return, a slow line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.conftest import RUNS, WORKS, OpenBrowser
from tests.bench.figures import Figures
from tests.bench.pages import first_output, wait_until_kept, write_notebook
from tests.bench.processes import cpu_seconds, wait_until_idle
from tests.bench.work import CORE, DATA, Work
from tests.browser.conftest import Relay

# Of a warm visit: seconds, and the part of plain Pyodide; of a cold one: the part of plain Pyodide.
LIMITS = {CORE.name: (0.6, 1.1, 1.1), DATA.name: (1.0, 0.18, 0.45)}
CPU_SECONDS = {CORE.name: None, DATA.name: 2.0}


@pytest.mark.parametrize("work", WORKS, ids=[each.environment for each in WORKS])
def test_first_output_of_a_first_and_of_a_second_visit(
    work: Work,
    relay: Relay,
    client: Path,
    plain: str,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    seconds: dict[str, dict[str, list[float]]] = {
        visit: {"ours": [], "plain": []} for visit in ("cold", "warm")
    }
    spent_cpu: dict[str, list[float]] = {"ours": [], "plain": []}
    stages: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
    limit, warm_ratio, cold_ratio = LIMITS[work.name]
    cold, warm = seconds.values()
    figures.add(f"cold open: {work.name}", "s", *cold.values(), ratio_limit=cold_ratio)
    figures.add(f"warm open: {work.name}", "s", *warm.values(), limit=limit, ratio_limit=warm_ratio)
    name = f"warm open: {work.name}: CPU-seconds of the browser"
    figures.add(name, "s", *spent_cpu.values(), limit=CPU_SECONDS[work.name])
    for visit, timings in stages.items():
        figures.add_stages(f"{work.environment}, {visit}", timings)
    for run in range(RUNS):
        for who in ("ours", "plain"):
            folder = profile()
            for visit in ("cold", "warm"):
                notebook = f"{work.environment}-{run}-{visit}"
                query = write_notebook(client, notebook, work.code, environment=work.environment)
                address = relay.url + query if who == "ours" else plain
                with open_browser(folder) as context:
                    wait_until_idle(context.pages[0], folder)
                    before = cpu_seconds(folder)
                    spent, page = first_output(context, address, work, plain=who == "plain")
                    seconds[visit][who].append(spent)
                    if visit == "warm":
                        spent_cpu[who].append(cpu_seconds(folder) - before)
                    if who == "ours":
                        assert page.evaluate("bench.startNote()") == ""
                        stages[visit].append(page.evaluate("bench.startTimings()"))
                    if (who, visit) == ("ours", "cold"):
                        wait_until_kept(page)


@pytest.mark.parametrize("work", WORKS, ids=[each.environment for each in WORKS])
def test_first_output_of_a_first_visit_over_a_slow_line(
    work: Work,
    slow_relay: str,
    client: Path,
    slow_plain: str,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    query = write_notebook(
        client, f"slow-{work.environment}", work.code, environment=work.environment
    )
    seconds: dict[str, list[float]] = {"ours": [], "plain": []}
    figures.add(f"cold open at 20 Mbit/s: {work.name}", "s", *seconds.values(), ratio_limit=1.0)
    for _ in range(RUNS):
        for who, address in {"ours": slow_relay + query, "plain": slow_plain}.items():
            with open_browser(profile()) as context:
                spent, _page = first_output(context, address, work, plain=who == "plain")
                seconds[who].append(spent)
