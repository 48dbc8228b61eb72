"""One run with everything that people see of it: progress, reports, closing summary."""

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from rich.console import Console

from harness.cli.progress import Progress
from harness.cli.summary import Summary
from harness.engine.digest import RunDigest
from harness.engine.run import RunRequest, RunResult, execute
from harness.report.write import write_reports
from harness.text import Language


@dataclass
class Shown:
    """A run that was shown: its result and its digest."""

    result: RunResult
    digest: RunDigest


def make_console() -> Console:
    """A console on standard output that leaves texts as they are."""
    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False)


def perform(
    request: RunRequest,
    language: Language,
    *,
    quiet: bool = False,
    console: Console | None = None,
    before: Callable[[Progress], None] | None = None,
) -> Shown:
    """Run, write the reports and say how it ended. Raises HarnessError.

    `quiet` leaves out the progress. `before` gets the progress display, so that a person can be
    asked on it.
    """
    console = console or make_console()
    digest = RunDigest()
    groups = {
        plan.procedure.id: {group.id: group.title for group in plan.procedure.model.groups}
        for plan in request.plans
    }
    with Progress(console, language, groups, digest=digest, spin=request.live) as progress:
        if before is not None:
            before(progress)
        result = execute(request, [digest] if quiet else [digest, progress])
    write_reports(request.folder, language)
    judging = {
        (plan.procedure.id, step.model.id)
        for plan in request.plans
        for step in plan.steps
        if step.action.judges and step.model.id not in plan.deselected
    }
    # The verdict stands; a reader who has gone must not turn it into another exit code.
    with suppress(BrokenPipeError):
        Summary(console, language).show(digest, judging, request.folder, sealed=result.sealed)
    return Shown(result, digest)
