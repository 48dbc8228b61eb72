"""Running a procedure written in a test, and reading what came of it."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from harness.engine.prepare import prepare
from harness.engine.run import RunResult, execute
from harness.events import Event, StepEnded
from harness.evidence.read import read_journal
from harness.verdict import Verdict

EventT = TypeVar("EventT", bound=Event)

DATA = Path(__file__).parent / "data"


@dataclass
class Outcome:
    """A finished run: its result and its events."""

    result: RunResult
    events: list[Event]

    def of(self, kind: type[EventT]) -> list[EventT]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def verdicts(self) -> dict[str, Verdict | None]:
        """Step -> verdict, of the only procedure."""
        (verdicts,) = self.result.verdicts.values()
        return verdicts

    def step(self, name: str) -> StepEnded:
        """The last end of a step."""
        return [event for event in self.of(StepEnded) if event.step == name][-1]


def write_procedure(folder: Path, steps: str, name: str = "TEST-01", head: str = "") -> Path:
    """A procedure file with these steps (YAML list items)."""
    path = folder / f"{name}.yaml"
    text = f"procedure: {name}\ntitle: {{zh: 试验, en: Test}}\n{head}steps:\n"
    path.write_text(text + textwrap.indent(textwrap.dedent(steps), "  "), encoding="utf-8")
    return path


def run_procedure(
    folder: Path,
    procedure: str | Path,
    *,
    listener: Callable[[Event], None] | None = None,
    pace: float = 1.0,
    **options: Any,
) -> Outcome:
    """Run on the simulated bench (or what `options` say) into a new folder below `folder`.

    `pace`: how much of the usual time the technician takes.
    """
    number = len(list(folder.glob("run-*")))
    request = prepare([str(procedure)], folder=folder / f"run-{number}", **options)
    request = replace(request, pace=pace)
    result = execute(request, [] if listener is None else [listener])
    events = [entry.event for entry in read_journal(result.folder)]
    return Outcome(result, events)
