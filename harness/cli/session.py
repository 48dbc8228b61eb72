"""One run with everything that people see of it: progress, closing summary, reports."""

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from rich.console import Console

from harness.cli.failure import complain
from harness.cli.progress import Progress
from harness.cli.summary import Summary
from harness.engine.digest import RunDigest
from harness.engine.run import RunRequest, execute
from harness.errors import EvidenceError, HarnessError, UsageError
from harness.evidence.keys import station_key
from harness.report.write import write_reports
from harness.text import Language, Text
from harness.verdict import ExitCode

_KEY_FIRST = Text(
    "签名密钥不可用，未开始运行（见 HARNESS_KEYS）",
    "The signing key cannot be used, so nothing was started (see HARNESS_KEYS)",
)
_REPORT_MISTAKE = Text(
    "生成报告时程序出错（记录不受影响）",
    "A mistake in the harness while writing the reports (the record is not affected)",
)


@dataclass
class Shown:
    """A run that was shown: its digest, and what went wrong after its last event."""

    digest: RunDigest
    sealed: bool
    troubles: list[HarnessError] = field(default_factory=list)

    @property
    def run_code(self) -> int:
        """The exit code that the run itself came to."""
        return self.digest.ended.exit_code if self.digest.ended else ExitCode.BENCH

    @property
    def exit_code(self) -> int:
        """The run's own code; a record that was not sealed or reported spoils only a 0."""
        wrong = self.troubles or not self.sealed
        return ExitCode.BENCH if wrong and self.run_code == ExitCode.PASS else self.run_code


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
    """Run, say how it ended, write the reports. Raises HarnessError if there was no run.

    What fails after the run's last event (seal, reports) is said and kept in `troubles`: the
    verdict and the safe state stand. `quiet` leaves out the progress. `before` gets the progress
    display, so that a person can be asked on it.
    """
    require_key()
    console = console or make_console()
    digest = RunDigest()
    groups = {
        plan.procedure.id: {group.id: group.title for group in plan.procedure.model.groups}
        for plan in request.plans
    }
    shown = Shown(digest, sealed=False)
    stopped: KeyboardInterrupt | None = None
    with Progress(console, language, groups, digest=digest, spin=request.live) as progress:
        if before is not None:
            before(progress)
        try:
            shown.sealed = execute(request, [digest] if quiet else [digest, progress]).sealed
        except (HarnessError, OSError, KeyboardInterrupt) as error:
            if digest.ended is None:
                raise
            if isinstance(error, KeyboardInterrupt):
                stopped = error
            else:
                shown.troubles.append(_own(error))
    judging = {
        (plan.procedure.id, step.model.id)
        for plan in request.plans
        for step in plan.steps
        if step.action.judges and step.model.id not in plan.deselected
    }
    summary = Summary(console, language)
    # The verdict stands; a reader who has gone must not turn it into another exit code.
    with suppress(BrokenPipeError):
        summary.show(digest, judging, request.folder, sealed=shown.sealed)
    if stopped is not None:
        raise stopped
    try:
        report, _ = write_reports(request.folder, language)
    except Exception as error:  # noqa: BLE001 - said below; the run is over and has its code
        shown.troubles.append(_own(error))
    else:
        with suppress(BrokenPipeError):
            summary.show_report(report)
    for trouble in shown.troubles:
        complain(trouble, language)
    return shown


def require_key() -> None:
    """Raises UsageError now rather than EvidenceError after hours of testing."""
    try:
        station_key()
    except EvidenceError as error:
        raise UsageError(error.detail, headline=_KEY_FIRST) from error


def _own(error: Exception) -> HarnessError:
    if isinstance(error, HarnessError):
        return error
    if isinstance(error, OSError):
        return EvidenceError(str(error))
    return HarnessError(f"{type(error).__name__}: {error}", headline=_REPORT_MISTAKE)
