"""Running the daily inspection and the admission check of the simulated car, quickly."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchkit import Outcome

from harness.data import data_folder
from harness.datafile import load
from harness.engine.pace import HURRY
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.evidence.read import read_journal

INSPECTION, ADMISSION = "VEH-INSP-01", "VEH-ONB-01"
BOTH = (INSPECTION, ADMISSION)


def steps_of(procedure: str) -> list[dict[str, Any]]:
    """The steps of a shipped procedure as they are written."""
    steps: list[dict[str, Any]] = load(data_folder("procedures") / f"{procedure}.yaml")[0]["steps"]
    return steps


def until(procedure: str, *wanted: str) -> list[str]:
    """These steps, and those that put the car into the state that they need."""
    first = [step["id"] for step in steps_of(procedure)]
    return [name for name in first if name in {"switch-on", "settled", *wanted}]


def inspect(folder: Path, procedure: str, **options: Any) -> Outcome:
    """Run with a technician who hurries, and without recording the buses."""
    number = len(list(folder.glob("run-*")))
    request = prepare([procedure], folder=folder / f"run-{number}", **options)
    result = execute(replace(request, pace=HURRY, capture=False))
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


def texts_of(value: Any) -> Iterator[Mapping[str, str]]:
    """Every text in both languages of what was read from a file."""
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            yield value
        else:
            for one in value.values():
                yield from texts_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_of(one)
