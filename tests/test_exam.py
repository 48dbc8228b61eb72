"""Exams: two verdicts, the clock, tools, practice, what is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from exam_help import (
    COMPETENT,
    SCENARIO,
    SECRETS,
    Spy,
    held,
    hold,
    prepared,
    write_scenario,
    write_script,
)

from harness.actions.candidate import accepted_verdicts, normalised_error
from harness.assess.codes import check_code
from harness.assess.exam import Exam, prepare_exam
from harness.assess.explain import tell
from harness.assess.read_facts import facts_of
from harness.assess.scenario_file import check_scenario, load_scenario, scenario_files
from harness.assess.score import score
from harness.assess.tool_words import ToolOrder, parse
from harness.assess.tools import Toolbox
from harness.clock import Deadline
from harness.engine.prepare import load_bench_for
from harness.errors import FileError, UnknownNameError, UsageError
from harness.events import (
    CandidateReading,
    ClockNoted,
    Concluded,
    HintGiven,
    Judged,
    Measured,
    RunEnded,
    StepStarted,
    ToolUsed,
)
from harness.evidence.read import read_journal
from harness.evidence.rejudge import rejudge
from harness.evidence.verify import verify
from harness.quantity import Measurement
from harness.verdict import CandidateVerdict, Ending, Verdict

RIGHT, WRONG, ABSENT = CandidateVerdict.RIGHT, CandidateVerdict.WRONG, CandidateVerdict.ABSENT


def steps(**more: object) -> dict[str, object]:
    given = COMPETENT["steps"]
    assert isinstance(given, dict)
    return {
        "takes": "10 s",
        "steps": {**given, **{k.replace("_", "-"): v for k, v in more.items()}},
    }


# Two verdicts


def test_sound_device_and_competent_candidate(tmp_path: Path) -> None:
    result, told, _ = hold(tmp_path)
    assert result.ending is Ending.COMPLETED and result.verdict is not Verdict.FAIL
    assert told.candidate == {
        "enclosure": RIGHT,
        "lamp": RIGHT,
        "supply-voltage": RIGHT,
        "gun-temperature": RIGHT,
        "conclusion": RIGHT,
    }
    assert told.missed == []


def test_failing_device_and_passing_candidate(tmp_path: Path) -> None:
    hot = {"gun_temperature": {"verdict": "fails"}, "conclusion": {"answer": "out_of_service"}}
    result, told, _ = hold(tmp_path, case="hot-plug-case", script=steps(**hot))
    assert told.device["gun-temperature"] is Verdict.FAIL
    assert result.verdict is Verdict.FAIL
    assert set(told.candidate.values()) == {RIGHT}
    assert told.left is not None and told.left.faults == ["connector-overheated"]


def test_passing_device_and_failing_candidate(tmp_path: Path) -> None:
    bad = {
        "enclosure": {"answer": "abnormal"},
        "lamp": {"answer": "fault"},
        "gun_temperature": {"answer": 31.0, "verdict": "fails"},
        "supply_voltage": {"verdict": "cannot-say"},
        "conclusion": {"answer": "out_of_service"},
    }
    _, told, _ = hold(tmp_path, script=steps(**bad))
    assert set(told.candidate.values()) == {WRONG}
    assert told.device["supply-voltage"] is Verdict.PASS


def test_wrong_reading_does_not_make_the_right_conclusion_wrong(tmp_path: Path) -> None:
    """The key follows from what is true, not from what the candidate has typed."""
    bad = {"gun_temperature": {"answer": 95.0, "verdict": "meets"}}
    _, told, entries = hold(tmp_path, script=steps(**bad))
    reading = next(e.event for e in entries if isinstance(e.event, CandidateReading))
    assert reading.en is not None and reading.en > 1 and reading.candidate is WRONG
    assert told.device["gun-temperature"] is Verdict.FAIL  # of what was typed
    own = [e.event for e in entries if isinstance(e.event, Concluded)]
    by_step = {event.step: event for event in own}
    assert by_step["gun-temperature"].candidate is RIGHT
    assert by_step["conclusion"].key == "in_service" and by_step["conclusion"].candidate is RIGHT
    assert told.candidate["gun-temperature"] is WRONG


def test_silence_is_absent(tmp_path: Path) -> None:
    nothing = {"takes": "1 s", "otherwise": "nothing", "steps": {"safety": {"answer": True}}}
    _, told, _ = hold(tmp_path, script=nothing)
    assert told.candidate["gun-temperature"] is ABSENT
    assert told.candidate["conclusion"] is ABSENT
    assert told.candidate["enclosure"] is ABSENT


def test_scenario_decides_where_it_says_so(tmp_path: Path) -> None:
    _, told, entries = hold(tmp_path, case="dented-later-case")
    last = [e.event for e in entries if isinstance(e.event, Concluded)][-1]
    assert last.step == "conclusion" and last.key == "out_of_service"
    assert told.candidate["conclusion"] is WRONG


@pytest.mark.parametrize(
    ("answer", "uncertainty", "reference", "spread", "en"),
    [
        (31.0, 2.0, 31.0, 2.0, 0.0),
        (33.0, 1.5, 30.0, 2.0, 1.2),
        (32.5, 1.5, 30.0, 2.0, 1.0),
        (32.5, None, 30.0, 2.5, 1.0),
    ],
)
def test_normalised_error(
    answer: float, uncertainty: float | None, reference: float, spread: float, en: float
) -> None:
    said = Measurement("t", answer, "°C", uncertainty)
    assert normalised_error(said, Measurement("t", reference, "°C", spread)) == pytest.approx(en)


def test_normalised_error_converts_units_and_knows_its_limits() -> None:
    volts = Measurement("u", 0.2201, "kV", 0.001)
    assert normalised_error(volts, Measurement("u", 220.0, "V", 0.0)) == pytest.approx(0.1)
    assert normalised_error(volts, Measurement("i", 3.0, "A", 1.0)) is None
    assert normalised_error(volts, Measurement("u", None, "V", 1.0)) is None
    assert normalised_error(Measurement("u", 1.0, "V"), Measurement("u", 1.0, "V")) is None


def test_conditional_accepts_both_neighbours() -> None:
    assert set(accepted_verdicts(Verdict.CONDITIONAL_PASS)) == {"meets", "fails"}
    assert set(accepted_verdicts(Verdict.CONDITIONAL_FAIL)) == {"meets", "fails"}
    assert accepted_verdicts(Verdict.PASS) == ("meets",)
    assert accepted_verdicts(Verdict.FAIL) == ("fails",)
    assert accepted_verdicts(Verdict.INCONCLUSIVE) == ("cannot-say",)
    assert accepted_verdicts(None) == ("cannot-say",)


# The clock


def phases(entries: object) -> list[tuple[str, str, str]]:
    return [
        (e.event.phase, e.event.by, e.event.why)
        for e in entries  # type: ignore[attr-defined]
        if isinstance(e.event, ClockNoted)
    ]


def test_ledger(tmp_path: Path) -> None:
    paused = {"enclosure": {"tools": ["pause R-02 断电检查"]}}
    _, told, entries = hold(tmp_path, script=steps(**paused))
    assert phases(entries) == [
        ("preparation", "K-017", ""),
        ("working", "K-017", ""),
        ("referee_pause", "R-02", "断电检查"),
        ("working", "R-02", ""),
        ("ended", "K-017", "handed_in"),
    ]
    assert told.why == "handed_in"
    begun = {entry.phase: at for at, entry in told.clock}
    assert begun["ended"] > begun["referee_pause"] + 120  # the pause of a script


def test_time_is_up(tmp_path: Path) -> None:
    slow = steps(enclosure={"takes": "5 min"})
    result, told, entries = hold(tmp_path, script=slow, minutes=2)
    assert result.ending is Ending.STOPPED
    assert told.why == "time_up"
    assert phases(entries)[-1] == ("ended", "clock", "time_up")
    begun = {entry.phase: at for at, entry in told.clock}
    assert begun["ended"] - begun["working"] == pytest.approx(120, abs=0.1)
    assert told.device["conclusion"] is Verdict.NOT_RUN
    assert isinstance(entries[-1].event, RunEnded) and entries[-1].event.safe


def test_scheme_allows_overtime(tmp_path: Path) -> None:
    slow = steps(enclosure={"takes": "2 min"}, lamp={"takes": "30 s"})
    _, told, entries = hold(tmp_path, script=slow, minutes=2, overtime="10 min")
    assert [phase for phase, _, _ in phases(entries)] == [
        "preparation",
        "working",
        "overtime",
        "ended",
    ]
    assert told.why == "handed_in" and told.device["conclusion"] is not Verdict.NOT_RUN


def test_a_reason_with_a_phone_number_stops_no_clock(tmp_path: Path) -> None:
    paused = steps(enclosure={"tools": ["pause R-02 找13800138000"]})
    _, _, entries = hold(tmp_path, script=paused)
    assert [e.event for e in entries if isinstance(e.event, ClockNoted)]
    assert not any(
        isinstance(e.event, ClockNoted) and e.event.phase == "referee_pause" for e in entries
    )
    assert not any(b"13800138000" in e.raw for e in entries)


def test_pause_does_not_count(tmp_path: Path) -> None:
    paused = steps(enclosure={"tools": ["pause R-02 检查"]})
    _, told, _ = hold(tmp_path, script=paused, minutes=2)
    assert told.why == "handed_in"  # 2 min of pause would have used it up


def test_mistake_of_the_harness_is_a_technical_stop(tmp_path: Path) -> None:
    exam = prepared(tmp_path)
    plan = exam.request.plans[0]
    place = next(n for n, one in enumerate(plan.steps) if one.model.id == "lamp")

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("enclosure-damaged")

    action = replace(plan.steps[place].action, function=broken)
    plan.steps[place] = replace(plan.steps[place], action=action)
    spy = Spy(tmp_path / "run", SECRETS)
    held(exam, spy)
    assert spy.looks and spy.found == []  # not even by the message of an exception
    entries = read_journal(tmp_path / "run")
    assert ("technical_stop", "harness", "step lamp") in phases(entries)
    assert ("working", "R-00", "") in phases(entries)
    assert tell(tmp_path / "run").device["lamp"] is Verdict.ERROR
    begun = [
        e.event.attempt
        for e in entries
        if isinstance(e.event, StepStarted) and e.event.step == "lamp"
    ]
    assert begun == [1, 2]  # once more, and no further


@pytest.mark.parametrize("by", ["tool", "step"])
def test_grave_breach_ends_the_exam_and_makes_the_bench_safe(tmp_path: Path, by: str) -> None:
    unsafe = steps(lamp={"tools": ["replace lamp-failed"]})
    exam = prepared(tmp_path, script=unsafe, veto="end_exam")
    if by == "step":  # where the tool alone would not have been enough to look
        exam.commands.take = without_looking(exam)  # type: ignore[method-assign]
    result = held(exam)
    entries = read_journal(result.folder)
    assert result.ending is Ending.STOPPED and result.sealed
    assert phases(entries)[-1] == ("ended", "harness", "veto")
    assert tell(result.folder).device["supply-voltage"] is Verdict.NOT_RUN
    ended = entries[-1].event
    assert isinstance(ended, RunEnded) and ended.safe
    assert ended.headline is not None and "考评员裁定" in ended.headline.zh
    assert [one.id for one in score(entries, exam.scenario.scheme).vetoes] == ["live-work"]
    assert verify(result.folder).exit_code == 0 and rejudge(entries) == []


def without_looking(exam: Exam) -> Callable[[ToolOrder, Deadline], Awaitable[list[str]]]:
    """A desk that takes tools and does not look for breaches."""

    async def take(order: ToolOrder, deadline: Deadline) -> list[str]:
        attendant = exam.attendant
        assert attendant.context is not None and attendant.bench is not None
        return await Toolbox(attendant.context, attendant.bench, "K-017", "zh").take(
            order, deadline
        )

    return take


def test_lesser_vetoes_leave_the_exam_going(tmp_path: Path) -> None:
    _, told, entries = hold(
        tmp_path, script=steps(lamp={"tools": ["replace lamp-failed"]}), veto="zero_task"
    )
    assert told.why == "handed_in" and told.device["conclusion"] is not Verdict.NOT_RUN
    scheme = load_scenario(str(tmp_path / "lab-check.yaml")).scheme
    assert [(one.id, one.decision) for one in score(entries, scheme).vetoes] == [
        ("live-work", None)
    ]


# Tools


def test_tools_are_on_record_under_their_step(tmp_path: Path) -> None:
    tools = [
        "read voltage_l1",
        "read pile.charging_state",
        "read nothing_like_this",
        "values",
        "dtc",
        "measure gun_surface_temperature with infrared_thermometer",
        "measure gun_surface_temperature with multimeter",
        "measure here with clamp_meter",
        "measure cp_voltage with spoon",
        "look enclosure",
        "look fault-box",
        "operate press-emergency-stop",
        "operate release-emergency-stop",
        "operate stand-on-head",
        "replace contactor-welded",
        "replace the-roof",
        "clear",
        "hint",
        "resume R-1",
    ]
    _, _, entries = hold(tmp_path, script=steps(lamp={"tools": tools}))
    used = [e.event for e in entries if isinstance(e.event, ToolUsed) and e.event.step == "lamp"]
    assert [(one.tool, one.target, one.ok) for one in used] == [
        ("read", "voltage_l1", True),
        ("read", "pile.charging_state", True),
        ("read", "nothing_like_this", False),
        ("values", "", True),
        ("dtc", "", True),
        ("measure", "gun_surface_temperature", True),
        ("measure", "gun_surface_temperature", False),
        ("measure", "here", False),
        ("measure", "cp_voltage", False),
        ("look", "enclosure", True),
        ("look", "fault-box", False),
        ("operate", "press-emergency-stop", True),
        ("operate", "release-emergency-stop", True),
        ("operate", "stand-on-head", False),
        ("replace", "contactor-welded", True),
        ("replace", "the-roof", False),
        ("clear", "", True),
        ("hint", "", False),  # an exam gives none
    ]
    measured = [e.event.measurement for e in entries if isinstance(e.event, Measured)]
    own = next(one for one in measured if one.source == "K-017 / irt-1")
    assert own.name == "gun_surface_temperature" and own.unit == "°C"


@pytest.mark.parametrize(("mends", "left"), [(True, []), (False, ["connector-overheated"])])
def test_scoring_is_told_what_was_left(tmp_path: Path, mends: bool, left: list[str]) -> None:
    tools = ["replace connector-overheated"] if mends else ["replace lamp-failed"]
    script = steps(gun_temperature={"tools": tools, "verdict": "meets"})
    _, _, entries = hold(tmp_path, case="hot-plug-case", script=script)
    facts = facts_of(entries)
    assert facts.hidden == ["connector-overheated"] and facts.left == left
    assert len(facts.parts) == 1


def test_replacing_the_faulty_part_takes_the_fault_out(tmp_path: Path) -> None:
    mend = {
        "gun_temperature": {"tools": ["replace connector-overheated"], "verdict": "meets"},
    }
    _, told, _ = hold(tmp_path, case="hot-plug-case", script=steps(**mend))
    assert told.left is not None and told.left.faults == []


def test_retest_repeats_a_step_and_the_last_attempt_counts(tmp_path: Path) -> None:
    again = {
        "gun_temperature": {
            "tools": ["replace enclosure-damaged", "retest enclosure", "retest no-such-step"],
            "verdict": "meets",
        },
    }
    _, told, entries = hold(tmp_path, case="dented-later-case", script=steps(**again))
    begun = [
        e.event.attempt
        for e in entries
        if isinstance(e.event, StepStarted) and e.event.step == "enclosure"
    ]
    assert begun == [1, 2]
    assert told.device["enclosure"] is Verdict.PASS
    judged = [
        e.event.judgement.verdict
        for e in entries
        if isinstance(e.event, Judged) and e.event.step == "enclosure"
    ]
    assert judged == [Verdict.FAIL, Verdict.PASS]


def test_hand_in_ends_it(tmp_path: Path) -> None:
    result, told, _ = hold(tmp_path, script=steps(lamp={"tools": ["hand-in"]}))
    assert result.ending is Ending.STOPPED and result.sealed and told.why == "handed_in"
    assert told.device["conclusion"] is Verdict.NOT_RUN


def test_hints_in_practice_are_counted(tmp_path: Path) -> None:
    three = steps(lamp={"tools": ["hint", "提示", "hint"]})
    _, told, entries = hold(tmp_path, case="hot-plug-case", practice=True, script=three)
    given = [e.event for e in entries if isinstance(e.event, HintGiven)]
    assert [(one.number, one.hint.zh) for one in given] == [(1, "看看枪头。"), (2, "量枪头温度。")]
    assert len(told.hints) == 2 and told.exam.mode == "practice"
    assert told.case is not None and told.case.explanation.en == "The plug is too hot."


@pytest.mark.parametrize(
    ("line", "tool"),
    [
        ("read charging_state", ("read", "charging_state", "")),
        ("读 charging_state", ("read", "charging_state", "")),
        ("测量 cp_voltage 用 multimeter", ("measure", "cp_voltage", "multimeter")),
        ("/measure cp_voltage with dmm-1", ("measure", "cp_voltage", "dmm-1")),
        ("暂停 R-02 断电 检查", ("pause", "R-02", "")),
        ("交卷", ("hand-in", "", "")),
        ("？", ("help", "", "")),
    ],
)
def test_words_of_tools(line: str, tool: tuple[str, str, str]) -> None:
    order = parse(line)
    assert order is not None and (order.tool, order.target, order.with_) == tool


def test_answers_are_no_tools() -> None:
    for line in ("y", "1", "31.4", "正常", "", "  ", "stop", "-", "readout is dark"):
        assert parse(line) is None
    assert parse("看 标签已脱落", marked_only=True) is None
    assert parse("/看 enclosure", marked_only=True) is not None


# What is refused


@pytest.mark.parametrize("code", ["张三", "Zhang San", "zhangsan", "a/b", "", "K-017" * 6])
def test_names_are_refused(code: str) -> None:
    with pytest.raises(UsageError, match="no code of a candidate"):
        check_code(code)


@pytest.mark.parametrize("code", ["K-017", "2026.03.11", "a7", "KD_0142"])
def test_codes_are_taken(code: str) -> None:
    assert check_code(code) == code


def test_case_cannot_be_chosen_in_an_exam(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path)
    with pytest.raises(UsageError, match="only for practice"):
        prepare_exam(str(scenario), "K-1", folder=tmp_path / "run", case="hot-plug-case")


@pytest.mark.parametrize(
    ("step", "given", "what"),
    [
        ("lamp", {"answers": {"lamb": "standby"}}, "answers.lamb"),
        ("lamp", {"tools_at": {"lamb": ["values"]}}, "tools_at.lamb"),
    ],
)
def test_what_a_script_says_in_vain_is_told(
    tmp_path: Path, step: str, given: dict[str, object], what: str
) -> None:
    exam = prepared(tmp_path, script=steps(**{step: given}))
    with pytest.raises(FileError) as told:
        held(exam)
    assert len(told.value.problems) == 1
    problem = str(told.value)
    assert "candidate.yaml" in problem and "never asked about 'lamb'" in problem
    assert "one of lamp" in problem
    kind = what.partition(".")[0]
    asked = {kind: {"lamp": given[kind]["lamb"]}}  # type: ignore[index]
    exam = prepared(tmp_path / "asked", script=steps(**{step: asked}))
    assert held(exam).sealed


def test_steps_are_numbered_without_gaps(tmp_path: Path) -> None:
    exam = prepared(tmp_path)
    planned = [step.number for step in exam.attendant.steps]
    assert planned != list(range(1, len(planned) + 1)), "steps are left out of this exam"
    shown = asyncio.run(exam.commands.take(ToolOrder("steps"), Deadline(0.0)))
    assert [int(line.split()[1]) for line in shown] == list(range(1, len(planned) + 1))
    assert list(exam.attendant.numbers.values()) == list(range(1, len(planned) + 1))


def test_script_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path)
    for script, said in (
        ({"steps": {"no-such-step": {}}}, "no step is called 'no-such-step'"),
        ({"steps": {"lamp": {"tools": ["dance"]}}}, "'dance' is no tool"),
        ({"steps": {"lamp": {"tools_at": {"lamp": ["sing"]}}}}, "'sing' is no tool"),
        ({"steps": {"lamp": {"verdict": "perhaps"}}}, "'perhaps' is not accepted"),
    ):
        with pytest.raises(FileError, match=said):
            prepare_exam(
                str(scenario), "K-1", folder=tmp_path / "run", script=write_script(tmp_path, script)
            )


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("fault: connector-overheated", "fault: no-such-fault", 15, "no fault is called"),
        ("before: enclosure", "before: no-such-step", 19, "no step is called"),
        (
            "fault: connector-overheated",
            "fault: tyre-soft",
            15,
            "nothing here looks at the vehicle",
        ),
        ("conclude: [supply-voltage,", "conclude: [no-such-step,", 9, "no step is called"),
        (
            "conclusion: out_of_service",
            "conclusion: perhaps",
            20,
            "is no choice of step conclusion",
        ),
        ("conclusion: out_of_service", "no-such-step: perhaps", 20, "no step is called"),
        ("[PILE-INSP-01]", "[PILE-NONE-01]", 5, "no procedure is called"),
        ("key: {decisions", "key: {diagnosis: [x], decisions", 20, "asks for the fault"),
        ("scenario: lab-check", "scenario: other", 1, "the file is called"),
    ],
)
def test_wrong_names_are_complained_about(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in SCENARIO
    file = write_scenario(tmp_path, text=SCENARIO.replace(old, new))
    problems = check_scenario(load_scenario(str(file)), load_bench_for("sim", live=True))
    assert [one.line for one in problems if said in one.what] == [line], problems


def test_missing_scheme_is_complained_about(tmp_path: Path) -> None:
    file = write_scenario(tmp_path, text=SCENARIO.replace("lab-scheme.yaml", "no-such-scheme"))
    with pytest.raises(FileError, match="no scheme is called"):
        load_scenario(str(file))
    with pytest.raises(UnknownNameError, match="scenario"):
        load_scenario("no-such-scenario")


@pytest.mark.parametrize("name", list(scenario_files()))
def test_shipped_scenarios_are_sound(name: str) -> None:
    scenario = load_scenario(name)
    assert check_scenario(scenario, load_bench_for(scenario.model.bench, live=True)) == []
    # Whoever has read the file still does not know what is in the bench.
    assert len(scenario.model.cases) >= 2
