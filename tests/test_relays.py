"""Faults by relays: the board served over Modbus puts them into the simulated wiring, and out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.bench.load import load_bench
from harness.bench.probe import probe_bench
from harness.catalogue.load import load_catalogue
from harness.cli.root import ROOT
from harness.clock import Clock, run
from harness.engine import details, wording
from harness.engine.plan import Plan, make_plan
from harness.engine.prepare import check_faults
from harness.engine.run import RunRequest, RunResult, execute
from harness.errors import FileError, UsageError
from harness.events import Event, FaultSet, Measured, OutcomeNoted, SafeState, Written
from harness.procedure.load import load_procedure
from harness.verdict import Ending, Verdict
from simulators.relay_board import RelayBoard

BENCH = """\
bench: relays
devices:
  pile: {profile: gb-ac-pile, simulated: true}
  injector: {profile: relay-8ch, simulated: true, faults: {cp-pe-short: relay_3, pe-open: relay_5}}
"""
REAL = BENCH.replace(
    "relay-8ch, simulated: true", "relay-8ch, connection: {modbus: tcp, host: 192.0.2.7}"
).replace("gb-ac-pile, simulated: true", "gb-ac-pile, connection: {modbus: rtu, port: COM3}")
HEAD = "procedure: RELAY-01\ntitle: {zh: 继电器, en: Relays}\nsteps:\n"
TITLE = "    title: {zh: 步骤, en: Step}\n"


def step(id: str, do: str, given: str, more: str = "") -> str:
    return f"  - id: {id}\n{TITLE}    do: {do}\n    with: {given}\n{more}"


SOUND = "{states: {pe_state: continuous}}"
OPEN = "{states: {pe_state: open}}"
WHOLE = (
    step("sound", "pile.expect", SOUND)
    + step("put", "fault.set", "{fault: pe-open}")
    + step("wait", "bench.wait", "{for: 1 s}")
    + step("seen", "pile.expect", OPEN)
    + step("take", "fault.clear", "{fault: pe-open}")
    + step("again", "bench.wait", "{for: 1 s}")
    + step("mended", "pile.expect", SOUND)
)
LEFT = step("put", "fault.set", "{fault: pe-open}") + step("seen", "pile.expect", OPEN)
FAILS = (
    step("put", "fault.set", "{fault: pe-open}")
    + step("bad", "pile.expect", SOUND, "    critical: true\n")
    + step("never", "fault.clear", "{fault: pe-open}")
)


@dataclass
class Ran:
    result: RunResult
    events: list[Event]

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def safe(self) -> SafeState:
        return next(one for one in self.of(SafeState) if one.role == "injector")


@pytest.fixture
def planned(tmp_path: Path) -> Callable[..., Plan]:
    def plan(steps: str, bench: str = BENCH) -> Plan:
        (tmp_path / "bench.yaml").write_text(bench, encoding="utf-8")
        file = tmp_path / "RELAY-01.yaml"
        file.write_text(HEAD + steps, encoding="utf-8")
        loaded = load_bench(str(tmp_path / "bench.yaml"))
        return make_plan(load_procedure(str(file)), loaded, load_catalogue(), energise=True)

    return plan


@pytest.fixture
def ran(
    planned: Callable[..., Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))

    def go(steps: str, bench: str = BENCH, faults: tuple[str, ...] = ()) -> Ran:
        plan = planned(steps, bench)
        events: list[Event] = []
        loaded = load_bench(str(tmp_path / "bench.yaml"))
        request = RunRequest([plan], loaded, tmp_path / "run", faults=list(faults))
        return Ran(execute(request, [events.append]), events)

    return go


def switched(found: Ran) -> list[tuple[str, object, bool | None]]:
    return [(one.point, one.value, one.agreed) for one in found.of(Written)]


def test_a_relay_puts_the_fault_in_and_takes_it_out(ran: Callable[..., Ran]) -> None:
    found = ran(WHOLE)
    assert found.result.exit_code == 0
    assert switched(found) == [("relay_5", "on", True), ("relay_5", "off", True)]
    assert [(one.fault, one.on) for one in found.of(FaultSet)] == [
        ("pe-open", True), ("pe-open", False)
    ]  # fmt: skip
    assert found.safe.safe
    assert [one.value for one in found.safe.readings] == ["off"] * 8
    assert wording.reason(found.safe.how).zh == "全部继电器断开"


@pytest.mark.parametrize(("steps", "ending"), [(LEFT, "completed"), (FAILS, "stopped")])
def test_the_ending_takes_it_out(ran: Callable[..., Ran], steps: str, ending: str) -> None:
    found = ran(steps)
    assert found.result.ending is Ending(ending)
    assert switched(found) == [("relay_5", "on", True), ("relay_5", "off", True)]
    assert not found.of(FaultSet)[-1].on
    assert found.safe.safe and [one.value for one in found.safe.readings] == ["off"] * 8


def test_a_fault_of_the_call_goes_by_its_relay(ran: Callable[..., Ran]) -> None:
    found = ran(step("seen", "pile.expect", OPEN), faults=("pe-open",))
    assert found.result.exit_code == 0
    assert ("relay_5", "on", True) in switched(found)


def test_without_a_fault_step_the_board_is_not_opened(ran: Callable[..., Ran]) -> None:
    found = ran(step("sound", "pile.expect", SOUND))
    assert {one.role for one in found.of(SafeState)} == {"pile"}


def test_a_seeded_fault_without_a_relay_still_works_inside(ran: Callable[..., Ran]) -> None:
    found = ran(step("put", "fault.set", "{fault: clock-drift}"))
    assert [one.fault for one in found.of(FaultSet)] == ["clock-drift", "clock-drift"]
    assert switched(found) == []


def test_a_relay_that_does_not_move_is_an_error(
    ran: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RelayBoard, "put", lambda *_: None)
    found = ran(WHOLE)
    verdicts = found.result.verdicts["RELAY-01"]
    assert verdicts["put"] is Verdict.ERROR
    assert ("relay_5", "on", False) in switched(found)
    assert found.safe.safe  # none of them is on


def test_a_relay_that_stays_on_is_told_loudly(
    ran: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RelayBoard.put

    def sticks(board: RelayBoard, name: str, value: object) -> None:
        if value == "on":
            real(board, name, value)

    monkeypatch.setattr(RelayBoard, "put", sticks)
    found = ran(LEFT)
    assert not found.safe.safe
    assert "relay_5 was set to off and reads on" in found.safe.detail
    assert re.search("[\u4e00-\u9fff]", wording.reason(found.safe.detail).zh)
    assert found.result.exit_code == 4


def test_what_was_left_on_is_switched_off_and_said(
    ran: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RelayBoard.__init__

    def left_on(board: RelayBoard, *given: Any, **more: Any) -> None:
        real(board, *given, **more)
        board._on["relay_7"] = True

    monkeypatch.setattr(RelayBoard, "__init__", left_on)
    found = ran(WHOLE)
    noted = [one for one in found.of(OutcomeNoted) if one.where == "injector"]
    assert ["relay_7" in one.detail for one in noted] == [True]
    assert ("relay_7", "off", True) in switched(found)
    assert found.result.exit_code == 0


def test_what_will_be_switched_is_announced(planned: Callable[..., Plan]) -> None:
    assert planned(WHOLE, REAL).writes == [
        "put: injector.relay_5 = on",
        "take: injector.relay_5 = off",
    ]


def test_a_fault_without_a_relay_is_not_possible_on_this_bench(
    planned: Callable[..., Plan],
) -> None:
    """The step is not possible, and says what there is; what was charged for it is not started."""
    steps = (
        step("charge", "pile.prepare_charge", "{for_fault: leakage}")
        + step("put", "fault.set", "{fault: leakage, if_passed: [charge]}")
        + step("wired", "fault.set", "{fault: pe-open}")
        + step("take", "fault.clear", "{fault: leakage, if_run: [put]}")
    )
    why = planned(steps, REAL).not_possible
    told = "the injector has no relay for the fault 'leakage'; it has: "
    assert why == dict.fromkeys(
        ("charge", "put", "take"), f"{told}cp-pe-short (relay_3), pe-open (relay_5)"
    )
    assert "已接：cp-pe-short (relay_3)" in wording.reason(why["put"]).zh


def test_a_fault_that_nobody_knows_is_found_before_power(planned: Callable[..., Plan]) -> None:
    steps = step("put", "fault.set", "{fault: leakege}")
    with pytest.raises(FileError, match="the injector has no fault 'leakege'") as caught:
        planned(steps, REAL)
    assert "RELAY-01.yaml:7:" in str(caught.value)
    assert "故障注入器没有故障“leakege”" in details.describe(caught.value)


WELD = step("weld", "fault.set", "{fault: contactor-welded}")
WELDS = BENCH.replace("pe-open: relay_5", "contactor-welded: relay_5")


def test_a_fault_that_energises_waits_for_the_release(
    planned: Callable[..., Plan], tmp_path: Path
) -> None:
    assert planned(WELD, WELDS).energises == ["weld: Inject a fault"]
    plan = make_plan(
        load_procedure(str(tmp_path / "RELAY-01.yaml")),
        load_bench(str(tmp_path / "bench.yaml")),
        load_catalogue(),
    )
    assert plan.energises == ["weld: Inject a fault"]
    assert "--allow-energise" in plan.not_possible["weld"]
    assert planned(WHOLE).energises == []


def test_nor_is_it_switched_on_by_the_call(planned: Callable[..., Plan], tmp_path: Path) -> None:
    bench = WELDS.replace(
        "relay-8ch, simulated: true", "relay-8ch, connection: {modbus: tcp, host: 192.0.2.7}"
    )
    planned(step("sound", "pile.expect", SOUND), bench)
    loaded = load_bench(str(tmp_path / "bench.yaml"))
    with pytest.raises(UsageError, match="puts mains on the plug") as caught:
        check_faults(loaded, ["contactor-welded"], {"pile"}, energise=False)
    assert "会使枪头带电" in details.describe(caught.value)
    check_faults(loaded, ["contactor-welded"], {"pile"}, energise=True)


@pytest.mark.parametrize(
    ("faults", "what"),
    [
        ("{pe-open: relay_9}", "has no relay 'relay_9'"),
        ("{pe-open: relay_1, cp-break: relay_1}", "relay_1 is that of the fault 'pe-open'"),
        ("{our-own: relay_1}", "no fault of the simulated bench is called 'our-own'"),
        ("{}", "an injector without faults"),
    ],
)
def test_a_wrong_injector_in_a_bench_file(
    planned: Callable[..., Plan], faults: str, what: str
) -> None:
    bench = BENCH.replace("{cp-pe-short: relay_3, pe-open: relay_5}", faults)
    with pytest.raises(FileError, match=re.escape(what)) as caught:
        planned(WHOLE, bench)
    assert re.search("[\u4e00-\u9fff]", details.problem(caught.value.problems[0]).split(": ")[1])


def test_a_fault_of_the_lab_has_a_name_of_its_own(planned: Callable[..., Plan]) -> None:
    bench = REAL.replace("pe-open:", "our-own:")
    assert planned(step("put", "fault.set", "{fault: our-own}"), bench).writes


def test_faults_belong_to_an_injector(planned: Callable[..., Plan]) -> None:
    bench = BENCH.replace(
        "gb-ac-pile, simulated: true", "gb-ac-pile, simulated: true, faults: {a: relay_1}"
    )
    with pytest.raises(FileError, match="'faults' is of an injector"):
        planned(WHOLE, bench)


def test_looking_at_the_board_switches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`harness watch` opens the same bench, and only reads; what is on stays on."""
    written: list[str] = []
    real = RelayBoard.__init__

    def left_on(board: RelayBoard, *given: Any, **more: Any) -> None:
        real(board, *given, **more)
        board._on["relay_7"] = True

    monkeypatch.setattr(RelayBoard, "__init__", left_on)
    monkeypatch.setattr(RelayBoard, "put", lambda _board, name, _value: written.append(name))
    path = tmp_path / "bench.yaml"
    path.write_text(BENCH, encoding="utf-8")
    result = CliRunner().invoke(ROOT, ["watch", str(path), "injector", "--count", "1"])
    assert result.exit_code == 0, result.output
    assert "relay_7" in result.stdout
    assert written == []


def test_the_probe_lists_the_board(tmp_path: Path) -> None:
    path = tmp_path / "bench.yaml"
    path.write_text(BENCH, encoding="utf-8")
    loaded = load_bench(str(path))

    async def probed() -> Any:
        return await probe_bench(loaded, Clock(virtual=True))

    board = next(one for one in run(probed, virtual=True).devices if one.role == "injector")
    assert board.reachable and not board.problems
    assert [one.value for one in board.readings] == ["off"] * 8


def test_readings_of_the_pile_follow(ran: Callable[..., Ran]) -> None:
    """The fault is in the wiring, so the pile's own registers show it."""
    shown = [one.measurement.value for one in ran(WHOLE).of(Measured)]
    assert shown == ["continuous", "open", "continuous"]
