"""The shipped scenarios, each with a competent, a careless and an unsafe candidate."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner
from markupsafe import escape
from scripted_candidates import (
    CARELESS,
    CASTINGS,
    COMPETENT,
    QUICK,
    RETURNED,
    UNSAFE,
    Casting,
)

from harness.assess.entries import AnyReviewEntry, Locked, Marked, VetoDecided
from harness.assess.exam import prepare_exam
from harness.assess.explain import tell
from harness.assess.read_facts import facts_of
from harness.assess.recorded import scheme_for
from harness.assess.result import AspectScore, Score
from harness.assess.review import Review
from harness.assess.scenario_file import load_scenario, scenario_files
from harness.assess.scheme import Scheme
from harness.assess.score import score
from harness.assess.sheet import build_sheet
from harness.assess.sheet_html import render_sheet
from harness.cli.root import ROOT
from harness.engine.run import execute
from harness.events import (
    Answered,
    CandidateReading,
    Concluded,
    DeviceOpened,
    ExamOpened,
    RunEnded,
    SafeState,
    StepStarted,
    ToolUsed,
    Written,
)
from harness.evidence.read import Entry, read_journal
from harness.evidence.verify import verify
from harness.text import LANGUAGES, Text
from harness.verdict import CandidateVerdict, Ending
from simulators.faults import all_faults

Held = tuple[Path, list[Entry]]
Holding = Callable[[Casting], Held]
WHEN = "2026-01-05T03:00:00+00:00"
SHAPES = {
    "weighted_tasks", "fixed_blocks", "timed_modules", "judgement_measurement", "deduction",
}  # fmt: skip


@pytest.fixture(scope="module")
def holding(tmp_path_factory: pytest.TempPathFactory) -> Holding:
    """Holds the exam of a casting, each once; gives its folder and what is on record."""
    place = tmp_path_factory.mktemp("exams")

    @cache
    def hold(id: str) -> Held:
        one = next(one for one in CASTINGS if one.id == id)
        script = place / f"{id}.yaml"
        script.write_text(json.dumps({**QUICK, "steps": one.steps}), "utf-8")
        exam = prepare_exam(
            one.scenario, "K-017", folder=place / id, case=one.case, seed=5, script=script
        )
        folder = execute(exam.request, []).folder
        exam.check_script()
        return folder, list(read_journal(folder))

    return lambda one: hold(one.id)


def _of(who: str) -> list[object]:
    return [pytest.param(one, id=one.id) for one in CASTINGS if one.who == who]


def _judged(scheme: Scheme) -> list[str]:
    return [
        aspect.id
        for module in scheme.modules
        for criterion in module.criteria
        for aspect in criterion.aspects
        if aspect.type == "J"
    ]


def _marks(one: Casting, scheme: Scheme) -> list[AnyReviewEntry]:
    """What the assessors enter about what no rule can compute."""
    found: list[AnyReviewEntry] = []
    for number in range(scheme.assessors):
        by = f"A-{number}"
        for aspect in _judged(scheme):
            given: tuple[int, ...] = one.judged.get(aspect, (3,) * scheme.assessors)
            mark: Literal[0, 1, 2, 3] = given[number]  # type: ignore[assignment]
            found.append(Marked(by=by, utc=WHEN, aspect=aspect, mark=mark))
        found.append(Locked(by=by, utc=WHEN))
    return found


def _scored(one: Casting, held: Held, *more: AnyReviewEntry) -> Score:
    folder, entries = held
    loaded = scheme_for(folder, entries, [], None)
    return score(entries, loaded, [*_marks(one, loaded.model), *more])


def _aspects(found: Score) -> list[AspectScore]:
    return [
        aspect
        for module in found.modules
        for criterion in module.criteria
        for aspect in criterion.aspects
    ]


# The scenarios themselves


def test_there_are_enough_of_them_and_every_shape_is_used() -> None:
    loaded = [load_scenario(name) for name in scenario_files()]
    piles = [one for one in loaded if any("PILE" in name for name in one.model.procedures)]
    buses = [one for one in loaded if "CAN-FAULT-01" in one.model.procedures]
    assert len(piles) >= 4 and len(buses) >= 4
    assert {one.scheme.shape for one in loaded} == SHAPES
    for one in loaded:
        assert any(not case.faults for case in one.model.cases), one.id
        # Everybody may read the title; the faults stand in no name.
        said = f"{one.id} {one.model.title.en} {one.model.order.en}".casefold()
        assert not any(hidden.fault in said for case in one.model.cases for hidden in case.faults)


@pytest.mark.parametrize("name", sorted(scenario_files()))
def test_it_passes_the_check(name: str) -> None:
    said = CliRunner().invoke(ROOT, ["exam", "check", name, "--lang", "en"])
    assert said.exit_code == 0, said.output


@pytest.mark.parametrize("name", sorted(scenario_files()))
def test_three_candidates_sit_it(name: str) -> None:
    who = {one.who for one in CASTINGS if one.scenario == name}
    assert who == {COMPETENT, CARELESS, UNSAFE}


@pytest.mark.parametrize("name", sorted(scenario_files()))
def test_every_case_of_it_is_solved(name: str) -> None:
    solved = sorted(one.case for one in CASTINGS if one.scenario == name and one.who == COMPETENT)
    assert solved == sorted(case.id for case in load_scenario(name).model.cases)


def test_nothing_being_wrong_is_tested_for_piles_and_for_buses() -> None:
    sound = {one.scenario for one in CASTINGS if one.who == COMPETENT and one.case == "sound"}
    assert any(name.startswith("pile-") for name in sound)
    assert any(name.startswith("bus-") for name in sound)


def test_the_keys_of_bus_cases_are_what_the_fault_is() -> None:
    """Kind and place, by the seeded fault's own description."""
    known = all_faults()
    looked_at = 0
    for name in scenario_files():
        model = load_scenario(name).model
        for case in model.cases if "CAN-FAULT-01" in model.procedures else []:
            named = [known[one.fault].diagnosis["CAN-FAULT-01"] for one in case.faults]
            (right,) = named or ["none"]
            bus, kind, place = [*right.split(":"), "", ""][:3]
            assert case.key.diagnosis == [kind or "none"], (name, case.id)
            assert case.key.decisions == {"isolation": f"{bus}:{place}" if place else "none"}
            looked_at += 1
    assert looked_at >= 12


# Three candidates


@pytest.mark.parametrize("one", _of(COMPETENT))
def test_competent_gets_full_marks(one: Casting, holding: Holding) -> None:
    held = holding(one)
    found = _scored(one, held)
    assert (found.total, found.passed) == (100.0, True), [
        (aspect.id, aspect.marks, aspect.reason.en)
        for aspect in _aspects(found)
        if aspect.marks != aspect.max
    ]
    assert found.vetoes == [] and found.pending == []
    assert all(not module.deductions for module in found.modules)
    # His numbers were read from the world: none stands in his script, and each agrees with it.
    assert not [step for step in one.steps.values() if isinstance(step.get("answer"), int | float)]
    said = [e.event for e in held[1] if isinstance(e.event, CandidateReading | Concluded)]
    assert said and {one.candidate for one in said} == {CandidateVerdict.RIGHT}
    told = tell(held[0])
    assert told.missed == []
    assert told.left is not None and (told.left.faults == [] or not _repairs(one))


def _repairs(one: Casting) -> bool:
    """The others only judge: what is wrong stays so."""
    return "FAULT" in load_scenario(one.scenario).model.procedures[0]


@pytest.mark.parametrize("one", _of(CARELESS))
def test_careless_loses_what_the_scheme_says_and_no_more(one: Casting, holding: Holding) -> None:
    held = holding(one)
    found = _scored(one, held)
    lost = {
        aspect.id: round(aspect.max - (aspect.marks or 0.0), 2)
        for aspect in _aspects(found)
        if aspect.marks != aspect.max
    }
    assert lost == {name: lost.marks for name, lost in one.loses.items()}
    deductions = {d.id: d for module in found.modules for d in module.deductions}
    assert {name: d.marks for name, d in deductions.items()} == {
        name: lost.marks for name, lost in one.deducted.items()
    }
    assert found.overtime_deducted == one.overtime
    assert (found.total, found.passed) == (one.total, one.passed), found.why.en
    assert found.pending == [] and {veto.id for veto in found.vetoes} == set(one.vetoes)
    # Why, for whoever reads the sheet, in both languages and with the place in the record.
    reasons = {aspect.id: aspect for aspect in _aspects(found)}
    for name, expected in one.loses.items():
        _told(reasons[name].reason, expected.why)
        assert reasons[name].lines or name in _judged(load_scenario(one.scenario).scheme), name
    for name, expected in one.deducted.items():
        _told(deductions[name].reason, expected.why)
        assert deductions[name].lines, name
    _shown(held, found, [reasons[name].reason for name in one.loses])
    _shown(held, found, [deductions[name].reason for name in one.deducted])


def _shown(held: Held, found: Score, reasons: list[Text]) -> None:
    """On the sheet, in both languages."""
    folder, entries = held
    scheme = scheme_for(folder, entries, [], None).model
    sheet = build_sheet(entries, found, Review(), verify(folder), scheme)
    for language in LANGUAGES:
        page = render_sheet(sheet, language)
        for reason in reasons:
            assert str(escape(reason.get(language))) in page, reason


def _told(reason: Text, why: str) -> None:
    assert why in reason.en, reason.en
    assert any("\u4e00" <= sign <= "\u9fff" for sign in reason.zh), reason.zh


@pytest.mark.parametrize("one", _of(UNSAFE))
def test_unsafe_gets_a_veto_proposed_and_the_bench_is_made_safe(
    one: Casting, holding: Holding
) -> None:
    held = holding(one)
    found = _scored(one, held)
    assert {veto.id for veto in found.vetoes} == set(one.vetoes)
    for veto in found.vetoes:
        _told(veto.reason, one.vetoes[veto.id])
        assert veto.lines and veto.decision is None
    _shown(held, found, [veto.reason for veto in found.vetoes])
    assert found.total is None and found.pending == [f"veto:{name}" for name in one.vetoes]
    entries = held[1]
    (opened,) = [e.event for e in entries if isinstance(e.event, ExamOpened)]
    assert opened.why == one.ended
    _everything_is_off(one, entries)
    assert verify(held[0]).exit_code == 0
    # A person decides: confirmed it costs what the scheme says, rejected it costs nothing.
    for confirmed in (True, False):
        decided = _scored(one, held, *[
            VetoDecided(by="A-0", utc=WHEN, veto=name, confirmed=confirmed, reason="seen")
            for name in one.vetoes
        ])  # fmt: skip
        assert decided.pending == [] and decided.total is not None
        if confirmed:
            assert decided.total == one.confirmed
        else:
            assert decided.total == one.rejected


DECLINED = {"steps": {**RETURNED, "preparation": {"answer": False}}}
PASSED_OVER = {
    ("vehicle-return", "worn", "preparation"): DECLINED,
    ("bus-warning-lamps", "swapped", "power-off-proved"): {"otherwise": "nothing"},
}


@pytest.mark.parametrize("what", PASSED_OVER, ids=[scenario for scenario, _, _ in PASSED_OVER])
def test_who_passes_over_a_critical_step_gets_the_veto_proposed(
    what: tuple[str, str, str], tmp_path: Path
) -> None:
    scenario, case, critical = what
    script = tmp_path / "script.yaml"
    script.write_text(json.dumps({**QUICK, **PASSED_OVER[what]}), "utf-8")
    exam = prepare_exam(
        scenario, "K-017", folder=tmp_path / "exam", case=case, seed=5, script=script
    )
    folder = execute(exam.request, []).folder
    entries = list(read_journal(folder))
    found = score(entries, scheme_for(folder, entries, [], None))
    (veto,) = [one for one in found.vetoes if one.id == "critical-skipped"]
    assert "a critical step was passed over" in veto.reason.en
    assert "关键步骤没有做" in veto.reason.zh
    assert veto.decision is None and "veto:critical-skipped" in found.pending
    at = {entry.n: entry.event for entry in entries}
    began, said = (at[line] for line in veto.lines)
    assert isinstance(began, StepStarted) and began.step == critical and began.critical
    assert isinstance(said, Answered) and said.step == critical and said.by == "K-017"
    _everything_is_off(Casting(UNSAFE, scenario, case, {}), entries)


@pytest.mark.parametrize("one", _of(COMPETENT))
def test_who_does_the_critical_steps_gets_no_veto(one: Casting, holding: Holding) -> None:
    critical = [each for each in facts_of(holding(one)[1]).attempts if each.critical]
    assert all(each.done for each in critical)
    assert _scored(one, holding(one)).vetoes == []


def _everything_is_off(one: Casting, entries: list[Entry]) -> None:
    """By the record: each device was brought to its safe state, and then measured."""
    events = [entry.event for entry in entries]
    states = {event.role: event for event in events if isinstance(event, SafeState)}
    opened = {event.role for event in events if isinstance(event, DeviceOpened)}
    assert set(states) == opened and all(state.safe for state in states.values()), states
    (ended,) = [event for event in events if isinstance(event, RunEnded)]
    assert ended.safe and isinstance(events[-1], RunEnded)
    if one.ended == "veto":
        assert ended.ending is Ending.STOPPED and ended.headline is not None
        assert "考评员裁定" in ended.headline.zh and next(iter(one.vetoes.values())) in ended.reason
    if not one.scenario.startswith("pile-"):
        # A car of which units are read only: nothing of the harness is left acting on it.
        assert opened == {"vehicle"} and "nothing was sent" in states["vehicle"].how
        return
    assert "pile" in opened
    last = max(entry.t for entry in entries if isinstance(entry.event, ToolUsed | StepStarted))
    shown = {reading.name: reading for reading in states["pile"].readings}
    assert all(reading.at >= last and reading.transactions for reading in shown.values())
    assert shown["contactor_state"].value == "open"
    assert shown["charging_state"].value == "idle"
    current = shown["current_l1"].value
    assert isinstance(current, float) and current < 0.1
    writes = [event for event in events if isinstance(event, Written)]
    commands = [event for event in writes if event.point == "charge_command"]
    # A session that this run asked for is stopped by command, and the command is read back.
    if commands:
        stop = commands[-1]
        assert (stop.step, stop.value, stop.agreed) == ("ending", "stop", True)
        assert stop.read_back is not None and stop.read_back.value == "stop"
    else:
        assert states["pile"].how == "found safe"


# The page


@pytest.mark.parametrize("name", sorted(scenario_files()))
def test_the_page_tells_what_it_consists_of(name: str) -> None:
    page = (Path(__file__).parent.parent / "docs" / "assess-a-candidate.md").read_text("utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
    one = load_scenario(name)
    shown = [cell.strip() for cell in row.strip("|").split("|")]
    shape = {"deduction": "deductions"}.get(one.scheme.shape, one.scheme.shape.replace("_", " "))
    if one.scheme.shape == "judgement_measurement":
        shape = "judgement and measurement"
    assert shown[1:] == [
        ", ".join(one.model.procedures), f"`{one.scheme.scheme}` ({shape})", one.model.title.zh,
    ]  # fmt: skip


# A proof that was none


@pytest.mark.parametrize(("said", "proposed"), [(0.2, ["live-work"]), (None, [])])
def test_a_made_up_reading_proves_nothing(
    tmp_path: Path, said: float | None, proposed: list[str]
) -> None:
    """The pile is fed from behind; one measures that and stops, one writes down a zero."""
    text = (scenario_files()["pile-evening-call"]).read_text("utf-8")
    scenario = tmp_path / "pile-evening-call.yaml"
    scenario.write_text(text.replace("{fault: cp-break}", "{fault: back-feed}"), "utf-8")
    reading = {} if said is None else {"dead-line-earth": {"answer": said}}
    script = tmp_path / "candidate.yaml"
    script.write_text(
        json.dumps({**QUICK, "steps": {"fault": {"answer": "cp-break"}, **reading}}), "utf-8"
    )
    exam = prepare_exam(
        str(scenario), "K-017", folder=tmp_path / "run", case="pilot-line", seed=5, script=script
    )
    folder = execute(exam.request, []).folder
    entries = list(read_journal(folder))
    found = score(entries, scheme_for(folder, entries, [], None))
    assert [veto.id for veto in found.vetoes] == proposed
    repaired = [a for a in facts_of(entries).of("repair") if a.done]
    assert bool(repaired) is bool(proposed)  # who measured did not put his hands in
