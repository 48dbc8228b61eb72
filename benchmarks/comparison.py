"""What every benchmark shares: one row of the result, and fair repetition.

A figure is never given alone. Ours and the baseline are measured in one run on one machine,
turn by turn, and the result is their ratio.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    ours: str
    baseline: str
    ratio: float | None
    """Ours divided by the baseline; None where only a fact is told."""
    target: float | None
    note: str = ""

    @property
    def cells(self) -> list[str]:
        ratio = "–" if self.ratio is None else f"{self.ratio:.3g}"
        target = "–" if self.target is None else f"≤ {self.target:.3g}"
        return [self.what, self.ours, self.baseline, ratio, target, self.note]


def compare(
    what: str,
    ours: float,
    baseline: float,
    *,
    name: str,
    target: float | None,
    note: str = "",
) -> Row:
    """A row from two times in seconds; `name` says what the baseline is."""
    return Row(
        what,
        duration(ours),
        f"{duration(baseline)} ({name})",
        ours / baseline,
        target,
        note,
    )


def duration(seconds: float) -> str:
    """Three figures and a unit that suits."""
    for factor, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= factor:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def alternate(rounds: int, contestants: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Median of each, measured in turns so that a slow minute hits all of them."""
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, measure in contestants.items():
            found[name].append(measure())
    return {name: statistics.median(values) for name, values in found.items()}


def in_fresh_process(script: str, *arguments: str) -> Any:
    """Run a benchmark script with these arguments; the JSON in the last line it prints."""
    result = subprocess.run(
        [sys.executable, "-X", "utf8", script, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if result.returncode:
        raise SystemExit(f"{Path(script).name} {' '.join(arguments)}:\n{result.stderr}")
    return json.loads(result.stdout.splitlines()[-1])


def scratch() -> AbstractContextManager[str]:
    """A folder on the checkout's own disk; a folder in memory would flatter us."""
    place = ROOT / "build" / "benchmarks"
    place.mkdir(parents=True, exist_ok=True)
    return TemporaryDirectory(dir=place)


def markdown(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    head = ["what", "ours", "baseline", "ratio", "target", "note"]
    lines = [head, ["---"] * len(head), *(row.cells for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
