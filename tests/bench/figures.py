"""What was measured: medians beside the control and the limit, as one table and as Markdown."""

import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

_ROOMS = "## Rooms"
HEADINGS = ("measure", "ours", "plain", "ratio", "limit", "met", "runs")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Medians of what was measured; `limit` bounds ours, `ratio_limit` ours over the baseline."""

    name: str
    unit: str
    ours: Sequence[float]
    baseline: Sequence[float] | None = None
    baseline_is: str = ""
    limit: float | None = None
    ratio_limit: float | None = None

    @property
    def ratio(self) -> float | None:
        if not self.baseline or not statistics.median(self.baseline):
            return None
        return statistics.median(self.ours) / statistics.median(self.baseline)

    @property
    def is_met(self) -> bool | None:
        """None without a limit, and when what the limit is about was not measured."""
        if self.ratio_limit is not None and self.ratio is None:
            return None
        if self.limit is None and self.ratio_limit is None:
            return None
        is_below = self.limit is None or statistics.median(self.ours) <= self.limit
        return is_below and (self.ratio_limit is None or (self.ratio or 0) <= self.ratio_limit)

    def row(self) -> tuple[str, ...]:
        limits = [
            f"≤ {number(self.limit)} {self.unit}" if self.limit is not None else "",
            f"ratio ≤ {self.ratio_limit:g}" if self.ratio_limit is not None else "",
        ]
        baseline = f"{self._median(self.baseline)} {self.baseline_is}" if self.baseline else ""
        return (
            self.name,
            self._median(self.ours),
            baseline.strip(),
            f"{self.ratio:.2f}" if self.ratio is not None else "",
            ", ".join(limit for limit in limits if limit),
            {None: "", True: "yes", False: "**no**"}[self.is_met],
            str(len(self.ours)),
        )

    def _median(self, values: Sequence[float]) -> str:
        return f"{number(statistics.median(values))} {self.unit}".strip()


@dataclass
class Figures:
    """All figures of one run, and the stages of the starts."""

    _figures: list[Figure] = field(default_factory=list)
    _starts: dict[str, Sequence[dict[str, float]]] = field(default_factory=dict)

    def add(
        self,
        name: str,
        unit: str,
        ours: Sequence[float],
        plain: Sequence[float] | None = None,
        *,
        baseline_is: str = "",
        limit: float | None = None,
        ratio_limit: float | None = None,
    ) -> None:
        """Add the medians of these measurements.

        The lists may be empty and still grow, so that a run that is cut short keeps what it has.
        `plain` is plain Pyodide, or what `baseline_is` says.
        """
        self._figures.append(
            Figure(
                name=name,
                unit=unit,
                ours=ours,
                baseline=plain,
                baseline_is=baseline_is,
                limit=limit,
                ratio_limit=ratio_limit,
            )
        )

    def add_stages(self, name: str, timings: Sequence[dict[str, float]]) -> None:
        """Add the medians of the kernel's own timings, stage by stage; the list may still grow."""
        self._starts[name] = timings

    def rows(self) -> list[tuple[str, ...]]:
        return [figure.row() for figure in self._figures if figure.ours]

    def stage_rows(self) -> list[tuple[str, ...]]:
        """The starts as a heading, then one row a stage, the longest first."""
        medians = {
            start: {
                stage: statistics.median(each.get(stage, 0) for each in timings)
                for stage in dict.fromkeys(stage for each in timings for stage in each)
            }
            for start, timings in self._starts.items()
            if timings
        }
        stages = dict.fromkeys(stage for each in medians.values() for stage in each)
        longest = sorted(stages, key=lambda s: -max(m.get(s, 0) for m in medians.values()))
        return [
            ("stage", *medians),
            *(
                (stage, *(f"{m[stage]:.3f}" if stage in m else "" for m in medians.values()))
                for stage in longest
            ),
        ]

    def print(self) -> None:
        console = Console(width=140)
        for title, (headings, *rows) in (
            ("Measured", [HEADINGS, *self.rows()]),
            ("Starts, stage by stage, in seconds", self.stage_rows()),
        ):
            table = Table(*headings, title=title)
            for row in rows:
                table.add_row(*row, style="red" if "**no**" in row else None)
            if rows:
                console.print(table)

    def markdown(self) -> str:
        """The page that is committed: machine, date, figures."""
        return (
            f"# Benchmarks\n\n"
            f"Written by `WRITE=1 make bench` on {datetime.now(UTC):%Y-%m-%d}: {_machine()}.\n"
            f"Medians, ours and plain Pyodide taking turns; plain Pyodide is the same release in\n"
            f"a same-origin worker, with the stock wheels, from a local server that lets the\n"
            f"browser cache for ever. Ratios carry over to other machines better than seconds do.\n"
            f"At 20 Mbit/s both come through one throttled line, plain Pyodide compressed as a\n"
            f"CDN would send it. Memory is the proportional set size of all processes of the\n"
            f"browser, so that pages which processes share count once.\n\n"
            f"{_markdown_table(HEADINGS, *self.rows())}\n\n## Starts, stage by stage\n\n"
            f"Seconds as the kernel itself measured them, or the page since the navigation began;\n"
            f"stages overlap.\n\n"
            f"{_markdown_table(*self.stage_rows())}\n"
        )

    def rooms_markdown(self) -> str:
        """The section on rooms, which are measured by themselves: machine, date, figures."""
        return (
            f"{_ROOMS}\n\n"
            f"Written by `WRITE=1 make bench-rooms` on {datetime.now(UTC):%Y-%m-%d}:\n"
            f"{_machine()}. Medians, beside Hocuspocus with its SQLite extension and\n"
            f"y-websocket's server with LevelDB, each in turn under the same load. Those show an\n"
            f"edit before it is written, and say nothing of when it is; the relay writes first.\n\n"
            f"{_markdown_table(HEADINGS, *self.rows())}\n"
        )

    def write(self, path: Path) -> None:
        """Write the page; its section on rooms stays."""
        path.write_text(self.markdown() + _rooms_of(path), encoding="utf-8")

    def write_rooms(self, path: Path) -> None:
        """Write the section on rooms; the rest of the page stays."""
        text = path.read_text(encoding="utf-8")
        page = text.removesuffix(_rooms_of(path)).rstrip("\n")
        path.write_text(f"{page}\n\n{self.rooms_markdown()}", encoding="utf-8")


def _rooms_of(path: Path) -> str:
    """The section that a page ends with, with the empty line before it."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    start = text.find(f"\n{_ROOMS}\n")
    return text[start:] if start >= 0 else ""


def _markdown_table(headings: Sequence[str], *rows: Sequence[str]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _machine() -> str:
    memory = psutil.virtual_memory().total / 1024**3
    return f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} cores, {memory:.0f} GiB"
