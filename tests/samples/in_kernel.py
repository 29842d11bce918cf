"""Runs inside a kernel: run tests with pytest and print how each ended."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest


class Outcomes:
    """A pytest plugin that remembers how each test ended."""

    def __init__(self) -> None:
        self.by_test: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
        if report.when == "call" or outcome != "passed":
            self.by_test[report.nodeid] = outcome

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.by_test[report.nodeid] = f"not collected: {report.longreprtext[-2000:]}"


def run_tests(arguments: list[str]) -> None:
    """`arguments` are options, and paths below site-packages."""
    folder = Path(pytest.__file__).parents[1]
    outcomes = Outcomes()

    def place(argument: str) -> str:
        return argument if argument.startswith("-") else f"{folder}/{argument}"

    options = ["-q", "--capture=sys", "--rootdir", str(folder), "-p", "no:cacheprovider"]
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        pytest.main(options + [place(each) for each in arguments], plugins=[outcomes])
    if not outcomes.by_test:
        raise RuntimeError(f"no test was run: {said.getvalue()[-4000:]}")
    print(json.dumps(outcomes.by_test))
