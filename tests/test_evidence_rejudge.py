"""Every recorded verdict follows from the stored values, and a wrong one is noticed."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from benchkit import run_procedure
from sample_record import write_sample

from harness.events import Event, Judged, ProcedureEnded, RunEnded, StepEnded
from harness.evidence.read import Entry, read_journal
from harness.evidence.rejudge import Difference, last_attempts, rejudge
from harness.limits import Judgement, Rule
from harness.verdict import Ending, Verdict


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    folder = tmp_path_factory.mktemp("rejudge") / "r"
    write_sample(folder)
    return read_journal(folder)


def changed(entries: list[Entry], line: int, **change: Any) -> list[Entry]:
    entry = entries[line - 1]
    event: Any = msgspec.structs.replace(entry.event, **change)
    return [*entries[: line - 1], entry._replace(event=event), *entries[line:]]


def lines_of(entries: list[Entry], kind: type[Event], step: str = "") -> list[int]:
    return [
        entry.n
        for entry in entries
        if isinstance(entry.event, kind) and getattr(entry.event, "step", "") in (step, "")
    ]


def only(found: list[Difference], line: int) -> Difference:
    assert [difference.line for difference in found] == [line], found
    return found[0]


def test_the_sample_judges_itself_again(entries: list[Entry]) -> None:
    assert rejudge(entries) == []
    verdicts = {entry.event.verdict for entry in entries if isinstance(entry.event, StepEnded)}
    assert verdicts == {*Verdict, None}, "the sample shows every verdict"


def test_every_altered_verdict_is_noticed(entries: list[Entry]) -> None:
    judged = [entry for entry in entries if isinstance(entry.event, Judged)]
    assert len(judged) > 10
    for entry in judged:
        assert isinstance(entry.event, Judged)
        was = entry.event.judgement
        for other in Verdict:
            if other is not was.verdict:
                altered = msgspec.structs.replace(was, verdict=other)
                found = only(rejudge(changed(entries, entry.n, judgement=altered)), entry.n)
                assert (found.recorded, found.derived) == (other.value, was.verdict.value)
                assert found.step == entry.event.step
                assert found.procedure == "PILE-INSP-01"


def test_an_altered_basis_is_noticed(entries: list[Entry]) -> None:
    line = next(
        entry.n
        for entry in entries
        if isinstance(entry.event, Judged) and entry.event.judgement.rule is Rule.GUARD_BAND
    )
    event = entries[line - 1].event
    assert isinstance(event, Judged)
    for change in ({"rule": Rule.SIMPLE}, {"accept_high": 9.0}, {"uncertainty_negligible": True}):
        altered: Judgement = msgspec.structs.replace(event.judgement, **change)
        assert only(rejudge(changed(entries, line, judgement=altered)), line)
    reworded = msgspec.structs.replace(event.judgement, reason="other words")
    assert rejudge(changed(entries, line, judgement=reworded)) == []


def test_values_that_cannot_be_judged(entries: list[Entry]) -> None:
    line = next(
        entry.n
        for entry in entries
        if isinstance(entry.event, Judged) and entry.event.measurement.unit == "V"
    )
    event = entries[line - 1].event
    assert isinstance(event, Judged)
    amperes = msgspec.structs.replace(event.measurement, unit="A")
    found = rejudge(changed(entries, line, measurement=amperes))
    assert found[0].line == line
    assert "cannot convert" in found[0].derived


def test_a_step_is_never_better_than_its_judgements(entries: list[Entry]) -> None:
    (line,) = lines_of(entries, StepEnded, "alarms")
    for verdict in (Verdict.PASS, Verdict.ERROR, Verdict.NOT_RUN, None):
        found = only_step(rejudge(changed(entries, line, verdict=verdict)), line)
        assert found.derived == "fail"


def only_step(found: list[Difference], line: int) -> Difference:
    return next(difference for difference in found if difference.line == line)


def test_a_step_may_be_worse_for_a_recorded_reason(entries: list[Entry]) -> None:
    (line,) = lines_of(entries, StepEnded, "lamp")
    inconclusive = changed(entries, line, verdict=Verdict.INCONCLUSIVE, reason="refused later")
    assert rejudge(inconclusive) == []
    silent = rejudge(changed(entries, line, verdict=Verdict.INCONCLUSIVE, reason=""))
    assert only(silent, line).recorded == "inconclusive"


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.CONDITIONAL_PASS])
def test_nothing_passes_that_was_not_judged(entries: list[Entry], verdict: Verdict) -> None:
    for step in ("safety", "meter-creep", "communication"):
        (line,) = lines_of(entries, StepEnded, step)
        assert only_step(rejudge(changed(entries, line, verdict=verdict)), line).derived == "–"


def test_only_the_last_attempt_counts(entries: list[Entry]) -> None:
    ends = last_attempts(entries)
    assert ends["PILE-INSP-01", "internal-temperature"].attempt == 2
    first, second = lines_of(entries, StepEnded, "internal-temperature")
    worse = changed(entries, first, verdict=Verdict.FAIL)
    assert rejudge(worse) == []
    # Judgements of one attempt do not carry over to another.
    assert rejudge([*entries[: second - 2], *entries[second - 1 :]])[0].line == second


def test_procedure_and_run(entries: list[Entry]) -> None:
    (line,) = lines_of(entries, ProcedureEnded)
    assert only_step(rejudge(changed(entries, line, verdict=Verdict.PASS)), line).derived == "fail"
    (line,) = lines_of(entries, RunEnded)
    assert only(rejudge(changed(entries, line, verdict=None)), line).recorded == "–"
    assert only(rejudge(changed(entries, line, exit_code=0)), line).derived == "1"
    # A failed device stays a failed device, also where nobody saw it safe.
    assert rejudge(changed(entries, line, safe=False)) == []
    assert only(rejudge(changed(entries, line, safe=False, exit_code=4)), line).derived == "1"
    aborted = changed(entries, line, ending=Ending.ABORTED, exit_code=130, safe=False)
    assert rejudge(aborted) == []


@pytest.mark.parametrize(("options", "code"), [({"faults": ["contactor-welded"]}, 1), ({}, 3)])
def test_a_run_is_rejudged_without_differences(
    tmp_path: Path, options: dict[str, Any], code: int
) -> None:
    if not options:
        options = {"selected": ["supply-voltage"]}
    outcome = run_procedure(tmp_path, "PILE-INSP-01", **options)
    assert outcome.result.exit_code == code
    entries = read_journal(outcome.result.folder)
    assert rejudge(entries) == []
    (line,) = lines_of(entries, RunEnded)
    ended = entries[line - 1].event
    assert isinstance(ended, RunEnded)
    assert ended.safe is not bool(options.get("faults")), "a welded contactor cannot be made safe"
    if ended.safe:  # not everything was run; had it not been safe either, that would come first
        unsafe = only(rejudge(changed(entries, line, safe=False)), line)
        assert (unsafe.recorded, unsafe.derived) == ("3", "4")


def test_a_cut_off_record_judges_what_there_is(entries: list[Entry]) -> None:
    for count in range(len(entries)):
        assert rejudge(entries[:count]) == []
