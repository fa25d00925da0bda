"""What is measured, what it should be, and how both are shown."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside its bars; `bare` is what PostgreSQL alone needs for the same rows."""

    what: str
    unit: str
    measured: float
    floor: float | None = None
    aim: float | None = None
    bare: float | None = None
    more_is_better: bool = False

    @property
    def bar(self) -> str:
        """Say which bar it meets."""
        if self.floor is None:
            return ""
        if self.aim is not None and self._meets(self.aim):
            return "aim"
        return "floor" if self._meets(self.floor) else "below the floor"

    @property
    def ratio(self) -> float | None:
        """Return how many times more than the bare database it takes."""
        if not self.bare or not self.measured:
            return None
        return self.bare / self.measured if self.more_is_better else self.measured / self.bare

    def _meets(self, bar: float) -> bool:
        return self.measured >= bar if self.more_is_better else self.measured <= bar


def quantile(values: Sequence[float], part: float) -> float:
    """Return the value below which this part of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def machine() -> dict[str, str | float]:
    """Return what the figures were measured on, and how busy it was."""
    began = time.process_time()
    sum(range(10_000_000))
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "processors": os.cpu_count() or 0,
        "memory_gb": round(pages * size / 1e9, 1),
        "load": round(os.getloadavg()[0], 2),
        # Half of the speed here is half of the speed everywhere below.
        "ten_million_additions_ms": round((time.process_time() - began) * 1000),
    }


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    table = Table(title="Taskyard, through its HTTP API with authorization on")
    for heading in ("what", "floor", "aim", "measured", "bare database", "times bare", "meets"):
        table.add_column(heading, justify="left" if heading in {"what", "meets"} else "right")
    for figure in figures:
        bar = figure.bar
        style = {"below the floor": "red", "floor": "yellow", "aim": "green"}.get(bar, "")
        table.add_row(
            figure.what,
            *(_said(value, figure.unit) for value in (figure.floor, figure.aim, figure.measured, figure.bare)),
            f"{figure.ratio:.1f}" if figure.ratio else "",
            f"[{style}]{bar}[/]" if style else bar,
        )
    here = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in machine().items())
    console = Console(width=max(110, Console().width))
    console.print(table)
    console.print(here, style="dim")


def write(figures: Sequence[Figure], file: Path) -> None:
    """Keep the figures as JSON, with the machine they were measured on."""
    kept = [{**asdict(figure), "meets": figure.bar, "ratio": figure.ratio} for figure in figures]
    file.write_text(json.dumps({"machine": machine(), "figures": kept}, indent=2) + "\n")


def markdown(figures: Sequence[Figure]) -> str:
    """Return the table as docs/performance.md shows it, with the machine below."""
    lines = ["| what | floor | aim | measured | bare | times bare | meets |", "|---|--:|--:|--:|--:|--:|---|"]
    for figure in figures:
        values = (_said(value, figure.unit) for value in (figure.floor, figure.aim, figure.measured, figure.bare))
        ratio = f"{figure.ratio:.1f}" if figure.ratio else ""
        lines.append(f"| {figure.what} | {' | '.join(values)} | {ratio} | {figure.bar} |")
    here = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in machine().items())
    return "\n".join([*lines, "", f"Measured on: {here}.", ""])


def _said(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"
