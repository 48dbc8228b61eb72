"""The engine: order, policy, attempts, what happens when an action misbehaves, and the ending."""

import signal
from pathlib import Path

import pytest
from benchkit import run_procedure, write_procedure

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.clock import sleep
from harness.errors import (
    BadReplyError,
    EvidenceError,
    FileError,
    NoReplyError,
    RefusedError,
    StopRun,
)
from harness.events import (
    FaultSet,
    Judged,
    OutcomeNoted,
    PlanAnnounced,
    ProcedureEnded,
    RunEnded,
    RunStarted,
    SafeState,
    StepEnded,
    StepStarted,
)
from harness.evidence.chain import ChainWriter
from harness.evidence.verify import verify
from harness.quantity import Measurement
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending, Verdict

_tries = {"count": 0}


@action("test.value", kind="R", title=Text("定值", "A value"))
async def value(step: StepContext, *, number: float, u: float = 0.0) -> None:
    step.judge(Measurement("number", number, "V", u, source="test", at=step.clock.elapsed()))


@action("test.raise", kind="R", title=Text("出错", "Raise"))
async def misbehave(step: StepContext, *, what: str) -> None:
    errors: dict[str, BaseException] = {
        "bug": ZeroDivisionError("one by nought"),
        "silence": NoReplyError("nobody"),
        "garbage": BadReplyError("bad CRC"),
        "refused": RefusedError("exception 2", 2),
        "stop": StopRun(Text("停", "enough"), aborted=True),
    }
    if what == "signal":
        signal.raise_signal(signal.SIGINT)
        await sleep(3600)
    if what == "hang":
        await sleep(1e9)
    if what != "nothing":
        raise errors[what]


@action("test.twice", kind="R", title=Text("第二次成功", "Works the second time"))
async def twice(step: StepContext) -> None:
    _tries["count"] += 1
    if _tries["count"] % 2:
        raise NoReplyError("not yet")
    step.judge(Measurement("number", 1.0, "V", 0.0))


LIMIT = "limit: {low: 0, high: 10, unit: V}"


def row(name: str, verb: str, with_: str = "", more: str = LIMIT) -> str:
    lines = [f"- id: {name}", f"  title: {{zh: {name}, en: {name}}}", f"  do: {verb}"]
    lines += [f"  with: {with_}"] if with_ else []
    lines += [f"  {more}"] if more else []
    return "\n".join(lines) + "\n"


def good(name: str, more: str = LIMIT) -> str:
    return row(name, "test.value", "{number: 5}", more)


def bad(name: str, more: str = "") -> str:
    return row(name, "test.value", "{number: 50}", "\n  ".join(filter(None, [LIMIT, more])))


def test_the_order_of_a_run(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, good("a") + good("b")))
    kinds = [type(event) for event in outcome.events]
    assert kinds[0] is RunStarted
    assert kinds[1] is PlanAnnounced
    assert kinds[-1] is RunEnded
    assert kinds.index(SafeState) > len(kinds) - 1 - kinds[::-1].index(StepEnded)
    assert outcome.result.exit_code == 0
    assert outcome.result.verdict is Verdict.PASS
    checked = verify(outcome.result.folder)
    assert checked.intact
    assert checked.sealed


def test_a_failure_does_not_stop_the_others(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, bad("a") + good("b")))
    assert outcome.verdicts == {"a": Verdict.FAIL, "b": Verdict.PASS}
    assert outcome.result.exit_code == 1
    assert outcome.result.ending is Ending.COMPLETED


def test_stop_run_and_critical(tmp_path: Path) -> None:
    for more in ("on_fail: stop_run", "critical: true"):
        path = write_procedure(tmp_path, bad("a", more) + good("b"))
        outcome = run_procedure(tmp_path, path)
        assert outcome.verdicts == {"a": Verdict.FAIL, "b": Verdict.NOT_RUN}
        assert outcome.step("b").reason == "stopped: step a ended fail"
        assert outcome.result.ending is Ending.STOPPED
        assert outcome.result.exit_code == 1
        assert outcome.of(SafeState)


def test_a_critical_step_that_proves_nothing_stops_too(tmp_path: Path) -> None:
    step = row("a", "test.raise", "{what: garbage}", "critical: true")
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, step + good("b")))
    assert outcome.verdicts == {"a": Verdict.ERROR, "b": Verdict.NOT_RUN}
    assert outcome.result.exit_code == 4


def test_stop_group(tmp_path: Path) -> None:
    head = "groups:\n- {id: one, title: {zh: 一, en: one}}\n"
    steps = (
        bad("a", "group: one\n  on_fail: stop_group")
        + good("b", LIMIT + "\n  group: one")
        + good("c")
    )
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, steps, head=head))
    assert outcome.verdicts == {"a": Verdict.FAIL, "b": Verdict.NOT_RUN, "c": Verdict.PASS}
    assert "step a ended fail" in outcome.step("b").reason


@pytest.mark.parametrize(
    ("what", "verdict", "code"),
    [
        ("bug", Verdict.ERROR, 4),
        ("silence", Verdict.ERROR, 4),
        ("garbage", Verdict.ERROR, 4),
        ("refused", Verdict.INCONCLUSIVE, 3),
        ("nothing", Verdict.INCONCLUSIVE, 3),
    ],
)
def test_an_action_that_fails_ends_its_step_only(
    tmp_path: Path, what: str, verdict: Verdict, code: int
) -> None:
    steps = row("a", "test.raise", f"{{what: {what}}}", "") + good("b")
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, steps))
    assert outcome.verdicts == {"a": verdict, "b": Verdict.PASS}
    assert outcome.result.exit_code == code
    assert outcome.step("a").reason
    if what == "bug":
        (noted,) = outcome.of(OutcomeNoted)
        assert "one by nought" in noted.detail
        assert noted.branch == "harness"


def test_a_step_that_hangs_meets_its_deadline(tmp_path: Path) -> None:
    steps = row("a", "test.raise", "{what: hang}", "within: 5 s") + good("b")
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, steps))
    assert outcome.verdicts == {"a": Verdict.ERROR, "b": Verdict.PASS}
    assert outcome.step("a").reason == "the step's deadline passed"


def test_a_step_without_a_deadline_of_its_own_has_one_too(tmp_path: Path) -> None:
    outcome = run_procedure(
        tmp_path, write_procedure(tmp_path, row("a", "test.raise", "{what: hang}", ""))
    )
    assert outcome.verdicts == {"a": Verdict.ERROR}


def test_attempts_are_appended_never_replaced(tmp_path: Path) -> None:
    _tries["count"] = 0
    steps = row("a", "test.twice", "", LIMIT + "\n  attempts: 3")
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, steps))
    ends = [(end.attempt, end.verdict) for end in outcome.of(StepEnded)]
    assert ends == [(1, Verdict.ERROR), (2, Verdict.PASS)]
    assert outcome.verdicts == {"a": Verdict.PASS}


def test_a_failed_limit_is_not_tried_again(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, bad("a", "attempts: 5")))
    assert len(outcome.of(StepEnded)) == 1


@pytest.mark.parametrize("what", ["signal", "stop"])
def test_an_abort_is_orderly(tmp_path: Path, what: str) -> None:
    steps = good("a") + row("b", "test.raise", f"{{what: {what}}}", "") + good("c")
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, steps), faults=["clock-drift"])
    assert outcome.result.ending is Ending.ABORTED
    assert outcome.result.exit_code == 130
    assert outcome.verdicts["a"] is Verdict.PASS
    assert outcome.verdicts["c"] is Verdict.NOT_RUN
    assert [event.step for event in outcome.of(StepStarted)] == ["a", "b", "c"]
    assert [event.step for event in outcome.of(StepEnded)] == ["a", "b", "c"]
    state = next(one for one in outcome.of(SafeState) if one.role == "pile")
    assert state.safe
    assert [(event.fault, event.on) for event in outcome.of(FaultSet)] == [
        ("clock-drift", True),
        ("clock-drift", False),
    ]
    checked = verify(outcome.result.folder)
    assert checked.intact
    assert checked.sealed


def test_a_full_disk_ends_the_run_safely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_procedure(tmp_path, "".join(good(f"s{number}") for number in range(40)))
    real = ChainWriter.append

    def append(self: ChainWriter, body: bytes, t: float) -> int:
        if self.lines >= 60:
            raise EvidenceError("no space left on device")
        return real(self, body, t)

    monkeypatch.setattr(ChainWriter, "append", append)
    heard: list[object] = []
    outcome = run_procedure(tmp_path, path, listener=heard.append)
    assert outcome.result.exit_code == 4
    assert outcome.result.ending is Ending.LOST
    assert not outcome.result.sealed
    assert "no space" in outcome.result.reason
    assert any(isinstance(event, SafeState) and event.safe for event in heard)
    assert isinstance(heard[-1], RunEnded), "whoever looks on is still told how it ended"
    monkeypatch.undo()
    checked = verify(outcome.result.folder)
    assert checked.intact
    assert not checked.sealed


def test_a_listener_that_breaks_is_dropped(tmp_path: Path) -> None:
    def closed_terminal(event: object) -> None:
        raise BrokenPipeError

    outcome = run_procedure(
        tmp_path, write_procedure(tmp_path, good("a")), listener=closed_terminal
    )
    assert outcome.result.exit_code == 0


def test_counts_and_coverage(tmp_path: Path) -> None:
    steps = good("a") + bad("b") + row("c", "test.raise", "{what: refused}", "")
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, steps))
    (ended,) = outcome.of(ProcedureEnded)
    assert ended.counts == {"fail": 1, "inconclusive": 1, "pass": 1}
    assert ended.coverage == pytest.approx(2 / 3, abs=1e-3)
    assert ended.verdict is Verdict.FAIL


def test_the_same_seed_gives_the_same_journal_and_another_seed_another(tmp_path: Path) -> None:
    journals = [
        (run_procedure(tmp_path, "PILE-INSP-01", seed=seed).result.folder / name).read_bytes()
        for seed in (7, 7, 8)
        for name in ("journal.jsonl", "modbus.jsonl")
    ]
    assert journals[0:2] == journals[2:4]
    assert journals[0] != journals[4]


def test_selected_steps_only(tmp_path: Path) -> None:
    path = write_procedure(tmp_path, good("a") + good("b"))
    outcome = run_procedure(tmp_path, path, selected=["b"])
    assert outcome.verdicts == {"a": Verdict.NOT_RUN, "b": Verdict.PASS}
    assert outcome.of(PlanAnnounced)[0].deselected == ["a"]


def test_several_steps_report_their_numbers(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, good("a") + good("b")))
    assert [(s.step, s.number) for s in outcome.of(StepStarted)] == [("a", 1), ("b", 2)]


CONCLUDE = """
- id: a
  title: {zh: a, en: a}
  do: test.value
  with: {number: NUMBER}
  limit: {low: 0, high: 10, unit: V}
- id: other
  title: {zh: b, en: b}
  do: test.value
  with: {number: 5}
  limit: {low: 0, high: 10, unit: V}
- id: end
  title: {zh: 结论, en: Conclusion}
  do: operator.decide
  with:
    subject: conclusion
    ask: {zh: 结论, en: Conclusion}
    choices: {ok: {zh: 投运, en: use}, no: {zh: 停用, en: stop}, some: {zh: 限用, en: limit}}
    key: {in_service: ok, restricted: some, out_of_service: "no", out_of_service_if_failed: [OUT]}
"""


@pytest.mark.parametrize(
    ("number", "out", "said", "candidate"),
    [
        (5, "a", "ok", CandidateVerdict.RIGHT),
        (5, "a", "some", CandidateVerdict.WRONG),
        (50, "a", '"no"', CandidateVerdict.RIGHT),
        (50, "a", "ok", CandidateVerdict.WRONG),
        (50, "other", "some", CandidateVerdict.RIGHT),
    ],
)
def test_a_conclusion_is_held_against_the_device_verdicts(
    tmp_path: Path, number: int, out: str, said: str, candidate: CandidateVerdict
) -> None:
    steps = CONCLUDE.replace("NUMBER", str(number)).replace("OUT", out)
    answers = tmp_path / "answers.yaml"
    answers.write_text(f"by: T-1\nanswers: {{end: {said}}}\n", encoding="utf-8")
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, steps), answers=answers)
    assert outcome.step("end").candidate is candidate
    assert outcome.step("end").verdict is None, "a conclusion is no claim about the device"


@pytest.mark.parametrize(
    ("steps", "where"),
    [
        (row("a", "pile.mesure", "{points: [voltage_l1]}"), ":6:9: no action is called"),
        (row("a", "pile.measure", "{point: voltage_l1}"), ":7:19: 'point' is not known here"),
        (row("a", "pile.measure", "{points: [voltage_l9]}"), "no profile has a point 'voltage_l9'"),
        (row("a", "pile.measure", "{points: [voltage_l1]}", ""), "pile.measure needs a limit"),
        (row("a", "pile.measure", "{points: [voltage_l1], every: 3 V}"), "is not a duration"),
        (good("a", "item: NB/T 33002-2018/none"), "no item is called"),
        (good("a", "limit: {low: 3}"), ":8:12: "),
        (good("a", "limit: {low: 3, high: 1, unit: V}"), "the range is empty"),
        (good("a", "critical: true\n  on_fail: continue"), "a critical step stops the run"),
        (good("a") + good("a"), ": the step id 'a' stands twice"),
        (good("a", LIMIT + "\n  group: none"), "no group is called 'none'"),
        (good("A b"), ":4:9: 'A b' is not accepted"),
        (
            row("a", "pile.measure", "{points: [voltage_l1]}",
                "item: NB/T 33002-2018/supply-voltage\n  " + LIMIT),
            "carries its own limit",
        ),
    ],
)  # fmt: skip
def test_a_wrong_procedure_is_refused_with_its_place(
    tmp_path: Path, steps: str, where: str
) -> None:
    path = write_procedure(tmp_path, steps)
    with pytest.raises(FileError) as caught:
        run_procedure(tmp_path, path)
    assert where in str(caught.value)
    assert "expected" in str(caught.value)
    assert not list(tmp_path.glob("run-*")), "nothing was opened, no folder made"


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    steps = row("a", "no.verb") + row("b", "pile.measure", "{points: [nothing]}")
    with pytest.raises(FileError) as caught:
        run_procedure(tmp_path, write_procedure(tmp_path, steps))
    assert len(caught.value.problems) == 2


def test_judged_carries_the_item(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, "PILE-INSP-01", selected=["supply-voltage"])
    judged = outcome.of(Judged)
    assert judged
    assert judged[0].item == "NB/T 33002-2018/supply-voltage"
    assert judged[0].clause == "7"
    assert judged[0].confidence == "medium"
