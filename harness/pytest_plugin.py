"""Procedures as pytest items: one item a step, one run a file.

    pytest --bench sim procedures/PILE-INSP-01.yaml
    pytest --bench lab-3.yaml --harness-live -m "not V" --junitxml out.xml

Without `--bench` (or the ini option `harness_bench`) the plugin does nothing, and importing it
costs nothing: everything else is imported when a procedure is collected.

What is selected decides what is run: `-k`, `file::step`, and `-m` with the letter of the step's
kind (R W J I O V D A), `critical` or the group. The run takes place when the first of its items is
set up; the items then report what it found.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.engine.digest import RunDigest, StepDigest
    from harness.engine.plan import PlannedStep
    from harness.engine.run import RunRequest, RunResult
    from harness.text import Language

_IS_PROCEDURE = re.compile(rb"^procedure:", re.MULTILINE)
_HEAD = 4096
_KINDS = {
    "R": "read",
    "W": "write",
    "J": "judge",
    "I": "instrument",
    "O": "operate",
    "V": "visual",
    "D": "decide",
    "A": "assess",
}
_MEANING_SOMETHING = ("skip", "skipif", "xfail", "usefixtures", "parametrize", "filterwarnings")
"""Markers of pytest itself: a group of that name gets none."""
_ABORTED = 130


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the plugin."""
    group = parser.getgroup("harness", "charging harness: procedures on a bench")
    bench: dict[str, Any] = {
        "dest": "harness_bench",
        "metavar": "FILE|sim",
        "help": "collect procedure files and run them on this bench",
    }
    try:
        group.addoption("--bench", "--harness-bench", **bench)
    except ValueError:  # another plugin has --bench: ours keeps its long name
        group.addoption("--harness-bench", **bench)
    group.addoption(
        "--harness-seed", type=int, default=1, help="seed of the simulated bench (default 1)"
    )
    group.addoption("--harness-fault", action="append", default=[], help="seed a fault; repeatable")
    group.addoption(
        "--harness-out", metavar="DIR", help="runs go into DIR/<procedure> (default runs/...)"
    )
    group.addoption(
        "--harness-live", action="store_true", help="real time, and open real connections"
    )
    group.addoption("--harness-answers", metavar="FILE", help="answers instead of a person")
    group.addoption(
        "--harness-allow-energise", action="store_true", help="release steps that energise"
    )
    group.addoption(
        "--harness-allow-motion", action="store_true", help="release steps that move the vehicle"
    )
    parser.addini("harness_bench", "bench file or 'sim', as --bench", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, if the plugin is wanted at all."""
    config.stash[_RUNS] = []
    if _bench_of(config):
        for letter, word in _KINDS.items():
            config.addinivalue_line("markers", f"{letter}: procedure step of the kind '{word}'")
        config.addinivalue_line("markers", "critical: procedure step that stops the run on failure")


def _bench_of(config: pytest.Config) -> str:
    return str(config.getoption("harness_bench") or config.getini("harness_bench") or "")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ProcedureFile | None":
    """A YAML file with the top-level key `procedure` is ours, when a bench is given."""
    if file_path.suffix not in (".yaml", ".yml") or not _bench_of(parent.config):
        return None
    try:
        with file_path.open("rb") as file:
            ours = _IS_PROCEDURE.search(file.read(_HEAD)) is not None
    except OSError:
        return None
    return ProcedureFile.from_parent(parent, path=file_path) if ours else None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Where the records are, and whether the bench was left safe."""
    for run in config.stash.get(_RUNS, []):
        terminalreporter.section(f"harness: {run.name}", sep="-")
        for line in run.summary():
            terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A bench that failed, or was not left safe, is no success, whatever the steps say."""
    runs = [run.result for run in session.config.stash.get(_RUNS, []) if run.result is not None]
    if not runs:
        return
    from harness.verdict import ExitCode  # noqa: PLC0415 - other projects pay nothing

    failed = any(result.exit_code == ExitCode.BENCH for result in runs)
    if failed and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class StepFailedError(Exception):
    """A step that did not pass. Its text is all that is shown."""


class ProcedureFile(pytest.File):
    """One procedure; its run is made once, for all selected steps."""

    def collect(self) -> Iterator["StepItem"]:
        """Check the procedure against the bench, and give one item a step."""
        from harness.errors import HarnessError  # noqa: PLC0415

        try:
            request = _prepare(self.config, self.path)
        except HarnessError as error:
            raise self.CollectError(error.describe(_language())) from error
        plan = request.plans[0]
        self.run = ProcedureRun(self, request)
        for planned in plan.steps:
            yield StepItem.from_parent(self, name=planned.model.id, planned=planned)


class ProcedureRun:
    """The run of one file: made when it is first needed, kept for the other items."""

    def __init__(self, file: ProcedureFile, request: "RunRequest") -> None:
        self.name = request.plans[0].procedure.id
        self._request = request
        self.result: RunResult | None = None
        self.digest: RunDigest | None = None
        self._file = file
        self._error: Exception | None = None

    def of(self, step: str) -> "StepDigest | None":
        """What the run found about a step; the run takes place with the first call."""
        if self._error is None and self.result is None:
            self._make()
        if self._error is not None:
            raise self._error
        assert self.digest is not None
        return self.digest.steps.get((self.name, step))

    def _make(self) -> None:
        from harness.catalogue.load import load_catalogue  # noqa: PLC0415
        from harness.engine.digest import RunDigest  # noqa: PLC0415
        from harness.engine.prepare import bind  # noqa: PLC0415
        from harness.engine.run import execute  # noqa: PLC0415
        from harness.errors import HarnessError  # noqa: PLC0415
        from harness.report.write import write_reports  # noqa: PLC0415
        from harness.verdict import Ending  # noqa: PLC0415

        config = self._file.config
        items = [item for item in self._file.session.items if item.parent is self._file]
        steps = {item.name for item in items}
        config.stash[_RUNS].append(self)
        digest = RunDigest()
        try:
            request = self._request
            request.plans = bind(
                [plan.procedure for plan in request.plans],
                request.bench,
                load_catalogue(request.bench.catalogue_folders),
                selected=steps,
                energise=bool(config.getoption("harness_allow_energise")),
                motion=bool(config.getoption("harness_allow_motion")),
            )
            self.digest = digest
            self.result = execute(request, [digest])
            write_reports(request.folder, _language())
        except HarnessError as error:
            self._error = StepFailedError(error.describe(_language()))
            return
        except Exception as error:  # noqa: BLE001 - once, not once for every step
            self._error = error
            return
        if self.result.ending is Ending.ABORTED:
            pytest.exit(f"{self.name}: {self.result.reason}", returncode=_ABORTED)

    def summary(self) -> list[str]:
        """Lines for the end of the session."""
        from harness.engine import wording  # noqa: PLC0415

        if self.result is None or self.digest is None:
            return [str(self._error or "not run")]
        language = _language()
        verdict = self.result.verdict
        shown = wording.VERDICTS[verdict].get(language) if verdict is not None else "–"
        lines = [f"{shown}, {wording.ENDINGS[self.result.ending].get(language)}"]
        if self.result.reason:
            lines.append(wording.reason(self.result.reason).get(language))
        lines += [
            f"{state.role}: NOT SHOWN TO BE SAFE / 未能确认安全: {state.detail or state.how}"
            for state in self.digest.safe_states
            if not state.safe
        ]
        lines.append(str(self.result.folder))
        return lines


class StepItem(pytest.Item):
    """One step of a procedure."""

    def __init__(self, *, planned: "PlannedStep", **more: Any) -> None:
        super().__init__(**more)
        self.planned = planned
        model = planned.model
        self.add_marker(planned.action.kind)
        if model.critical:
            self.add_marker("critical")
        if model.group is not None and model.group not in _MEANING_SOMETHING:
            # A group is a name of the procedure; pytest only takes markers that it was told of.
            self.config.addinivalue_line("markers", f"{model.group}: steps of that group")
            self.add_marker(model.group)

    @property
    def run(self) -> ProcedureRun:
        assert isinstance(self.parent, ProcedureFile)
        return self.parent.run

    def setup(self) -> None:
        """Make the run, if it has not been made. A bench that failed is an error, not a failure."""
        from harness.verdict import Verdict  # noqa: PLC0415

        found = self.run.of(self.name)
        self._note(found)
        if found is not None and found.verdict is Verdict.ERROR:
            raise StepFailedError(_words(found))

    def runtest(self) -> None:
        """Report what the run found."""
        from harness.verdict import Verdict  # noqa: PLC0415

        found = self.run.of(self.name)
        if found is None:
            pytest.skip("the run ended before this step")
        match found.verdict:
            case Verdict.NOT_RUN:
                pytest.skip(_words(found))
            case Verdict.PASS | None:
                pass
            case Verdict.CONDITIONAL_PASS:
                self.add_report_section("call", "harness", _words(found))
            case _:
                raise StepFailedError(_words(found))
        if found.ended is not None and found.ended.candidate is not None:
            said = f"candidate: {found.ended.candidate.value}"
            self.add_report_section("call", "harness", said)

    def _note(self, found: "StepDigest | None") -> None:
        """Properties of the item for JUnit and other reports."""
        from harness.engine import wording  # noqa: PLC0415

        result = self.run.result
        self.user_properties.append(("harness_run", str(result.folder) if result else ""))
        if found is None:
            return
        if found.started.item is not None:
            self.user_properties.append(("item", found.started.item))
        verdict = found.verdict.value if found.verdict is not None else "no_claim"
        self.user_properties.append(("verdict", verdict))
        if found.ended is not None and found.ended.candidate is not None:
            self.user_properties.append(("candidate", found.ended.candidate.value))
        for event in found.judged:
            shown = wording.measurement(event.measurement, "en")
            self.user_properties.append(("measured", f"{event.measurement.name} = {shown}"))
            self.user_properties.append(("limit", wording.limit(event.limit, "en")))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """A step's own words instead of a traceback."""
        if isinstance(excinfo.value, StepFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """File, line and name, as pytest shows them."""
        assert isinstance(self.parent, ProcedureFile)
        return self.path, None, f"{self.run.name}::{self.name}"


_RUNS: pytest.StashKey[list[ProcedureRun]] = pytest.StashKey()


def _language() -> "Language":
    from harness.text import preferred_language  # noqa: PLC0415

    return preferred_language()


def _prepare(config: pytest.Config, path: Path) -> "RunRequest":
    """The run of one file with all its steps. Raises HarnessError."""
    from harness.clock import real_now  # noqa: PLC0415
    from harness.devices.operator.absent import AbsentOperator  # noqa: PLC0415
    from harness.devices.operator.terminal import TerminalOperator  # noqa: PLC0415
    from harness.engine.prepare import default_folder, prepare  # noqa: PLC0415

    out, answers = config.getoption("harness_out"), config.getoption("harness_answers")
    live = bool(config.getoption("harness_live"))
    request = prepare(
        [str(path)],
        _bench_of(config),
        folder=Path(out) / path.stem if out else default_folder([str(path)], real_now()),
        seed=config.getoption("harness_seed"),
        faults=config.getoption("harness_fault"),
        answers=Path(answers) if answers else None,
        live=live,
        energise=bool(config.getoption("harness_allow_energise")),
        motion=bool(config.getoption("harness_allow_motion")),
    )
    if live and request.operator is None:
        # With -s a person can be asked; captured, nobody could read the question.
        if config.getoption("capture") == "no" and sys.stdin.isatty():
            request.operator = TerminalOperator(_language(), "", _show)
        else:
            request.operator = AbsentOperator()
    return request


def _show(line: str) -> None:
    sys.stdout.write(f"\n{line}")
    sys.stdout.flush()


def _words(found: "StepDigest") -> str:
    """Value, limit, item and reason of a step that did not simply pass."""
    from harness.engine import wording  # noqa: PLC0415
    from harness.engine.digest import FAILED  # noqa: PLC0415
    from harness.report.words import explain  # noqa: PLC0415

    language = _language()
    verdict = found.verdict
    title = found.started.title.get(language)
    word = wording.VERDICTS[verdict].get(language) if verdict is not None else ""
    head = f"{found.started.number} {title}: {word}"
    if found.decisive is not None:
        head += f": {wording.judged(found.decisive, language)}"
    lines = [head]
    shown = found.failed if verdict in FAILED else [found.decisive] if found.decisive else []
    for event in shown:
        name = wording.quantity(event.measurement, language)
        why = explain(event).get(language)
        lines.append(f"  {name}: {wording.judged(event, language)}; {why}")
    if shown and (item := wording.item(shown[0], language)):
        lines.append(f"  {item}")
    if found.reason:
        headline = found.ended.headline if found.ended is not None else None
        before = f"{headline.get(language)}: " if headline is not None else ""
        lines.append(f"  {before}{wording.reason(found.reason).get(language)}")
    return "\n".join(lines)
