"""Safety findings, in both directions: from records made event by event, and from real runs."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from benchkit import run_procedure
from exam_events import Exam, confirmed, measured, tool

from harness.assess.findings import RULES, Finding, findings_of
from harness.assess.read_facts import facts_of
from harness.events import Answered, BusClosed, DiagnosticExchange, FramesSent, Written
from harness.evidence.read import Entry, read_journal
from harness.verdict import Ending, Verdict

PASS, FAIL, NOT_RUN = Verdict.PASS, Verdict.FAIL, Verdict.NOT_RUN
LIVE, EARLY, CLEARED = (
    "live-work-without-voltage-test", "energised-before-release", "cleared-before-snapshot",
)  # fmt: skip
PPE, LOAD, READ_ONLY, SKIPPED = (
    "no-ppe-confirmation", "unplugged-under-load", "write-in-read-only", "critical-step-skipped",
)  # fmt: skip


def _found(entries: Sequence[Entry]) -> list[Finding]:
    found = findings_of(facts_of(entries))
    for one in found:
        assert one.rule in RULES
        assert one.lines and all(1 <= line <= len(entries) for line in one.lines)
        assert one.reason.zh != one.reason.en
    return found


def _rules(exam: Exam) -> list[str]:
    return [one.rule for one in _found(exam.end())]


def _repair(exam: Exam, **more: Any) -> int:
    return exam.step(
        "repair", action="operator.repair_pile_fault", inside=[confirmed("repair")], **more
    )


def _prove(exam: Exam, *, verdict: Verdict = PASS, place: str = "tester_again") -> None:
    exam.step("dead", verdict, action="operator.prove_dead", kind="I", parameters={"place": place})


# Work on parts


def test_repair_without_a_proof_of_absence_of_voltage() -> None:
    exam = Exam()
    line = _repair(exam)
    (one,) = _found(exam.end())[:1]
    assert one.rule == LIVE
    assert one.lines == [line + 1]  # where the person said that he did it
    assert one.procedure == "TEST-01"


@pytest.mark.parametrize("does", ["isolate-and-prove-dead", "prove-dead"])
def test_repair_after_a_proof(does: str) -> None:
    exam = Exam()
    exam.step("safety", does=does)
    _repair(exam)
    assert LIVE not in _rules(exam)


def test_only_the_whole_proof_counts() -> None:
    for verdict, place, proved in (
        (PASS, "tester_again", True), (FAIL, "tester_again", False), (PASS, "line_earth", False),
    ):  # fmt: skip
        exam = Exam()
        _prove(exam, verdict=verdict, place=place)
        _repair(exam)
        assert (LIVE not in _rules(exam)) is proved
    exam = Exam()
    exam.step("safety", NOT_RUN, does="isolate-and-prove-dead")
    _repair(exam)
    assert LIVE in _rules(exam)


def test_a_proof_is_void_once_power_has_been_on() -> None:
    exam = Exam(energises=["verify: a session"])
    exam.step("safety", does="isolate-and-prove-dead")
    _repair(exam)
    exam.step("verify", PASS, action="pile.verify_session", kind="W")
    _repair(exam, attempt=2)
    assert _rules(exam).count(LIVE) == 1
    again = Exam(energises=["verify: a session"])
    again.step("verify", PASS, action="pile.verify_session", kind="W")
    again.step("safety", does="isolate-and-prove-dead")
    _repair(again)
    assert LIVE not in _rules(again)


def test_nothing_is_touched_when_the_person_declines() -> None:
    exam = Exam()
    exam.step("apart", action="operator.tell_apart", kind="I")  # nothing was left to tell apart
    exam.step("repair", NOT_RUN, action="operator.repair_pile_fault")
    assert _rules(exam) == []


def test_tools_of_a_candidate_prove_and_touch() -> None:
    measures = [
        tool("measure", "terminal_voltage_ln", value=0.2),
        tool("measure", "terminal_voltage_lpe", value=0.1),
        tool("measure", "terminal_voltage_npe", value=0.1),
        tool("measure", "known_source_voltage", value=230.0),
    ]
    for proof, bad in ((measures, False), (measures[:3], True), (measures[1:], True), ([], True)):
        exam = Exam()
        exam.step("work", inside=[*proof, tool("replace", "cable")])
        assert (LIVE in _rules(exam)) is bad
    live = [tool("measure", "terminal_voltage_ln", value=229.0), *measures[1:]]
    exam = Exam()
    exam.step("work", inside=[*live, tool("replace", "cable")])
    assert LIVE in _rules(exam)
    refused = Exam()
    refused.step("work", inside=[tool("replace", "cable", ok=False)])
    assert _rules(refused) == []


# Power


def test_power_before_it_was_released() -> None:
    exam = Exam(energises=["charge: Start"])
    exam.step("release", NOT_RUN, does="release-power")
    line = exam.step("charge", PASS, action="pile.start_charging", kind="W")
    assert [one.lines for one in _found(exam.end()) if one.rule == EARLY] == [[line]]
    right = Exam(energises=["charge: Start"])
    right.step("release", does="release-power")
    right.step("charge", PASS, action="pile.start_charging", kind="W")
    assert EARLY not in _rules(right)
    elsewhere = Exam(energises=["charge: Start"])
    elsewhere.step("charge", PASS, action="pile.start_charging", kind="W", group="before")
    elsewhere.step("release", does="release-power", group="metering")
    assert EARLY not in _rules(elsewhere)
    nobody_asked = Exam(energises=["charge: Start"])
    nobody_asked.step("charge", PASS, action="pile.start_charging", kind="W")
    assert EARLY not in _rules(nobody_asked)


# Clearing


def test_clearing_alarms_before_a_snapshot() -> None:
    exam = Exam()
    line = exam.step("clear", PASS, action="pile.clear_alarms", kind="W")
    exam.step("snapshot", action="pile.snapshot", kind="R")
    assert [one.lines for one in _found(exam.end())] == [[line]]
    right = Exam()
    right.step("snapshot", action="pile.snapshot", kind="R")
    right.step("clear", PASS, action="pile.clear_alarms", kind="W")
    assert _rules(right) == []
    failed = Exam()
    failed.step("snapshot", Verdict.ERROR, action="pile.snapshot", kind="R")
    failed.step("clear", PASS, action="pile.clear_alarms", kind="W")
    assert _rules(failed) == [CLEARED]


def test_clearing_by_a_tool() -> None:
    for before, bad in (([], True), ([tool("dtc")], False), ([tool("values")], False)):
        exam = Exam()
        exam.step("look", inside=[*before, tool("clear")], action="pile.measure", kind="R")
        assert (CLEARED in _rules(exam)) is bad


def _uds(unit: str, request: str, outcome: str = "ok") -> DiagnosticExchange:
    return DiagnosticExchange(
        step="scan", unit=unit, request=request, responses=["54"], outcome=outcome, seconds=0.01
    )


def test_clearing_codes_of_a_unit_that_was_not_read() -> None:
    exam = Exam()
    read, clear = _uds("bms", "1902FF"), _uds("bms", "14FFFFFF")
    exam.step("scan", PASS, action="diag.scan_dtcs", kind="R", inside=[read, clear])
    assert _rules(exam) == []
    exam = Exam()
    several = [read, _uds("vcu", "14FFFFFF"), _uds("abs", "14FFFFFF"), clear]
    exam.step("scan", PASS, action="diag.scan_dtcs", kind="R", inside=several)
    (one,) = _found(exam.end())  # one for the step, with the line of each unit
    assert one.rule == CLEARED and len(one.lines) == 2
    refused = Exam()
    refused.step("scan", action="diag.scan_dtcs", inside=[_uds("bms", "14FFFFFF", "negative")])
    assert _rules(refused) == []


# Protective equipment


def test_live_measuring_needs_equipment_but_no_proof() -> None:
    for does, rules in (("make-safe-for-live-work", []), ("read-work-order", [PPE])):
        exam = Exam()
        exam.step("safety", does=does)
        exam.step(
            "live", action="operator.tell_apart", kind="I", parameters={"power": "on"},
            inside=[confirmed("live")],
        )  # fmt: skip
        assert _rules(exam) == rules


def test_work_without_protective_equipment() -> None:
    exam = Exam()
    exam.step("safety", NOT_RUN, does="wear-ppe")
    first = exam.step("press", PASS, does="press-emergency-stop", action="pile.wait_for", kind="O")
    second = exam.step("gun", PASS, action="operator.reading", kind="I")
    (one,) = _found(exam.end())
    assert one.rule == PPE and one.lines == [first, second]
    right = Exam()
    right.step("safety", does="wear-ppe")
    right.step("press", PASS, does="press-emergency-stop", action="pile.wait_for", kind="O")
    assert _rules(right) == []
    # A procedure that asks for it later says nothing about one before it that does not.
    before = Exam()
    before.step("watch", PASS, does="switch-on", action="operator.confirm", kind="O")
    before.step("safety", does="wear-ppe", procedure="TEST-02")
    before.step("gun", PASS, action="operator.reading", kind="I", procedure="TEST-02")
    assert _rules(before) == []
    nothing_done = Exam()
    nothing_done.step("safety", NOT_RUN, does="wear-ppe")
    nothing_done.step("state", PASS, action="pile.expect", kind="R")
    assert _rules(nothing_done) == []


# Under load


@pytest.mark.parametrize(
    ("readings", "bad"),
    [
        ([measured("charging_state", "charging")], True),
        ([measured("contactor_state", "closed")], True),
        ([measured("current_l1", 15.8)], True),
        ([measured("current_l1", 0.1)], False),
        ([measured("charging_state", "charging"), measured("charging_state", "finished")], False),
        ([measured("current_l1", 15.8), measured("contactor_state", "open")], False),
        ([measured("charging_state", "idle")], False),
        ([], False),
    ],
)
def test_unplugging(readings: list[Any], bad: bool) -> None:
    for last in (
        {"inside": [tool("operate", "disconnect-vehicle")]},
        {"does": "disconnect-vehicle", "inside": [confirmed("unplug")]},
    ):
        exam = Exam()
        exam.step("watch", PASS, action="pile.measure", kind="R", inside=readings)
        exam.step("unplug", **last)
        assert (LOAD in _rules(exam)) is bad
    off = Exam()
    off.step("watch", PASS, inside=[measured("charging_state", "charging")])
    off.step("off", inside=[tool("operate", "feeder-off"), tool("operate", "disconnect-vehicle")])
    assert LOAD not in _rules(off)


# Read-only


@pytest.mark.parametrize(
    "event",
    [
        Written(
            step="s", role="pile", point="current_limit", value=6.0, read_back=None, agreed=None
        ),
        FramesSent(step="s", bus="body", message="lamps"),
        BusClosed(role="vehicle", bus="body", received=9, sent=0, refused=2),
    ],
)
def test_writing_in_a_read_only_run(event: Any) -> None:
    for read_only in (True, False):
        exam = Exam(read_only=read_only)
        exam.step("s", inside=[event])
        assert _rules(exam) == ([READ_ONLY] if read_only else [])
    quiet = Exam(read_only=True)
    quiet.step("s", inside=[BusClosed(role="vehicle", bus="body", received=9, sent=0)])
    assert _rules(quiet) == []


# Critical steps


def test_going_on_after_a_critical_step_was_skipped() -> None:
    exam = Exam()
    skipped = exam.step("isolate", NOT_RUN, critical=True)
    after = exam.step("open")
    assert [one.lines for one in _found(exam.end())] == [[skipped, after]]
    stopped = Exam()
    stopped.step("isolate", NOT_RUN, critical=True)
    stopped.step("open", NOT_RUN)
    assert _rules(stopped) == []
    spoiled = Exam()
    spoiled.step("isolate", Verdict.ERROR, critical=True)
    spoiled.step("open")
    assert _rules(spoiled) == []


@pytest.mark.parametrize("value", [None, False])
def test_a_critical_step_that_was_passed_over_where_the_run_then_stopped(value: object) -> None:
    exam = Exam()
    said = Answered(step="isolate", kind="confirm", value=value, by="C-07")  # type: ignore[arg-type]
    skipped = exam.step("isolate", NOT_RUN, critical=True, inside=[said])
    exam.step("open", NOT_RUN)
    (found,) = _found(exam.end(Ending.STOPPED))
    assert (found.rule, found.lines) == (SKIPPED, [skipped, skipped + 1])


def test_a_critical_step_that_is_no_matter_of_the_candidate_or_was_made_good() -> None:
    refused = Answered(step="isolate", kind="confirm", value=False, by="C-07")
    usual = Exam()
    usual.step("isolate", NOT_RUN, inside=[refused])
    assert _rules(usual) == []
    rated = Exam()
    rated.step("isolate", NOT_RUN, critical=True, kind="A", inside=[refused])
    assert _rules(rated) == []
    again = Exam()
    again.step("isolate", NOT_RUN, critical=True, inside=[refused])
    again.step("isolate", critical=True, attempt=2, inside=[confirmed("isolate")])
    again.step("open")
    assert _rules(again) == []


# Real runs


@cache
def _run(procedure: str, *faults: str) -> tuple[Entry, ...]:
    with TemporaryDirectory() as folder:
        outcome = run_procedure(Path(folder), procedure, faults=list(faults), energise=True)
        return tuple(read_journal(outcome.result.folder))


@pytest.mark.parametrize(
    ("procedure", "faults"),
    [
        ("PILE-FAULT-01", ["pe-open"]),
        ("PILE-FAULT-01", []),
        ("PILE-INSP-01", []),
        ("PILE-SAFE-01", []),
    ],
)
def test_a_trained_technician_gives_no_cause(procedure: str, faults: list[str]) -> None:
    assert _found(_run(procedure, *faults)) == []


def _without(entries: Sequence[Entry], *steps: str) -> list[Entry]:
    """The same record, had these steps not been there."""
    kept: list[Entry] = []
    inside = False
    for entry in entries:
        event = entry.event
        named = getattr(event, "step", "")
        inside = named in steps
        if not inside:
            kept.append(entry)
    return [entry._replace(n=number) for number, entry in enumerate(kept, start=1)]


@pytest.mark.parametrize(
    ("left_out", "rules"),
    [
        ("live-safety", {PPE}),
        ("tester-again", {LIVE}),
        ("snapshot", {CLEARED}),
    ],
)
def test_the_same_run_without_one_of_its_steps(left_out: str, rules: set[str]) -> None:
    found = _found(_without(_run("PILE-FAULT-01", "pe-open"), left_out))
    assert {one.rule for one in found} == rules
    assert all(one.procedure == "PILE-FAULT-01" for one in found)


def test_a_plug_that_is_really_pulled_while_charging() -> None:
    entries = _run("PILE-CP-01")  # one of its trials asks for just that
    (one,) = _found(entries)
    assert one.rule == LOAD
    step = facts_of(entries).attempt_at(one.lines[0])
    assert step is not None and step.step == "pulled-out"
