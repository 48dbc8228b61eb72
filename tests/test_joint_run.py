"""The joint charging procedure as a whole: what it finds, and that every way out is safe."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import can
import pytest
from benchkit import Outcome, run_procedure, write_procedure
from vehicle_help import step, switch_on

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.clock import sleep
from harness.errors import StopRun
from harness.events import (
    Concluded,
    Event,
    FaultSet,
    Judged,
    PlanAnnounced,
    Restored,
    SafeState,
    StepEnded,
    StepStarted,
    Written,
)
from harness.evidence.read import read_modbus
from harness.evidence.verify import verify
from harness.limits import Within
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending, Verdict

PROCEDURE = "VEH-CHG-01"
BEFORE_START = 15
"""Steps up to the connection, which puts nothing on the plug."""


@pytest.fixture(scope="module", autouse=True)
def _own_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_KEYS", str(tmp_path_factory.mktemp("keys")))
        yield


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run_procedure(tmp_path_factory.mktemp("healthy"), PROCEDURE, energise=True)


def pile_of(outcome: Outcome) -> SafeState:
    (state,) = [event for event in outcome.of(SafeState) if event.role == "pile"]
    return state


def is_stopped(outcome: Outcome) -> None:
    """The pile was commanded to stop and measured: open, no current."""
    state = pile_of(outcome)
    assert state.safe
    assert state.how == "sequence 'stop'"
    proof = {reading.name: reading.value for reading in state.readings}
    assert proof["contactor_state"] == "open"
    assert proof["current_l1"] == 0.0
    assert proof["charging_state"] != "charging"


# A healthy pair


def test_a_healthy_pair_passes(healthy: Outcome) -> None:
    assert healthy.result.ending is Ending.COMPLETED
    assert healthy.result.exit_code == 0
    found = {verdict for verdict in healthy.verdicts.values() if verdict is not None}
    assert found <= {Verdict.PASS, Verdict.CONDITIONAL_PASS}
    is_stopped(healthy)
    assert verify(healthy.result.folder).exit_code == 0


def test_it_stays_inside_its_time(healthy: Outcome) -> None:
    last = max(event.measurement.at for event in healthy.of(Judged))
    assert last < 200, "simulated seconds"


def test_who_stopped_is_told_from_the_record(healthy: Outcome) -> None:
    (concluded,) = healthy.of(Concluded)
    assert concluded.key == "connection"
    assert concluded.candidate is CandidateVerdict.RIGHT
    assert concluded.basis == {"vehicle.stop_reason": "cp_lost"}


def test_times_of_the_standard_are_judged_by_frames(healthy: Outcome) -> None:
    times = {
        event.step: event
        for event in healthy.of(Judged)
        if event.measurement.name == "reaction_time"
    }
    rows = {event.item for event in times.values()}
    assert rows == {
        f"GB/T 18487.1-2023/T-{n}" for n in ("01", "02", "03", "04", "05", "08", "17", "18")
    }
    for name in ("vehicle-stop-off", "cp-off"):
        event = times[name]
        assert event.limit == Within(0.1)
        assert isinstance(event.measurement.value, float)
        assert event.measurement.uncertainty is not None
        assert 0.03 <= event.measurement.value <= 0.1
        assert event.measurement.uncertainty >= 0.03, "both cycles at least"


def test_settings_are_put_back(healthy: Outcome) -> None:
    restored = {event.point: (event.value, event.agreed) for event in healthy.of(Restored)}
    assert restored["current_limit"] == (32, True)
    assert restored["watchdog_timeout"] == (10, True)


def test_the_watchdog_is_armed_before_the_start(healthy: Outcome) -> None:
    written = [event for event in healthy.of(Written) if event.step == "start"]
    assert [(event.point, event.value) for event in written] == [
        ("watchdog_timeout", 5), ("failsafe_current", 0), ("current_limit", 25),
        ("enable", "enabled"), ("charge_command", "start"),
    ]  # fmt: skip
    assert all(event.agreed for event in written)


def test_it_announces_what_it_energises_and_writes(healthy: Outcome) -> None:
    (plan,) = healthy.of(PlanAnnounced)
    assert [line.partition(":")[0] for line in plan.energises] == [
        "start", "resume", "start-again", "restart",
    ]  # fmt: skip
    assert "start: pile.charge_command = start" in plan.writes
    assert "derate: pile.current_limit" in plan.writes
    assert "pile-stop: pile.charge_command = stop" in plan.writes


def test_two_runs_are_the_same_to_the_byte(tmp_path: Path, healthy: Outcome) -> None:
    again = run_procedure(tmp_path, PROCEDURE, energise=True)
    for name in ("journal.jsonl", "modbus.jsonl", "can-powertrain.blf"):
        one, two = ((run.result.folder / name).read_bytes() for run in (healthy, again))
        assert one == two, name


# Without release


def test_without_release_nothing_is_energised(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, PROCEDURE, energise=False)
    assert outcome.result.exit_code == 3
    for name in ("start", "resume", "start-again", "restart"):
        assert outcome.verdicts[name] is Verdict.NOT_RUN
        assert "not released" in outcome.step(name).reason
    failed = {name for name, verdict in outcome.verdicts.items() if verdict is Verdict.FAIL}
    assert failed == set()
    late = list(outcome.verdicts)[BEFORE_START:]
    harmless = {"codes-cleared", "safe"}
    assert {outcome.verdicts[name] for name in late if name not in harmless} <= {
        None, Verdict.NOT_RUN,
    }  # fmt: skip
    assert not [event for event in outcome.of(Written) if event.role == "pile"]
    functions = {entry.transaction.function for entry in read_modbus(outcome.result.folder)}
    assert not functions & {5, 6, 15, 16}
    assert pile_of(outcome).how == "found safe"


def test_a_vehicle_must_not_go_on_by_itself(tmp_path: Path) -> None:
    """Resuming brings mains back; without a session of this run it is not even asked for."""
    resume = step(
        "resume", "bench.charges_again",
        "{pile: {charging_state: charging}, vehicle: {s2: closed}, "
        "does: resume-charging-at-car, ask: {zh: 恢复, en: Go on}}",
        "limit: {within: 3 s}",
    )  # fmt: skip
    procedure = write_procedure(tmp_path, switch_on() + resume)
    released = run_procedure(tmp_path, procedure, energise=True)
    assert released.verdicts["resume"] is Verdict.NOT_RUN
    assert "started no session" in released.step("resume").reason
    asked = run_procedure(tmp_path, procedure, energise=False)
    assert "not released" in asked.step("resume").reason


def test_there_is_nothing_to_stop(tmp_path: Path) -> None:
    stop = step("stop", "pile.stop_together",
                "{pile: {charging_state: finished}, vehicle: {s2: open}}",
                "limit: {within: 3 s}")  # fmt: skip
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, switch_on() + stop))
    assert outcome.verdicts["stop"] is Verdict.NOT_RUN
    assert outcome.step("stop").reason == "there is nothing to stop: charging_state is idle"
    assert not outcome.of(Written)


# Every way out


@action("pile.leave_joint", kind="O", judges=False, title=Text("结束", "Leave somehow"))
async def leave(step: StepContext, *, how: str) -> None:
    if how == "ctrl-c":
        signal.raise_signal(signal.SIGINT)
    elif how == "terminate":
        signal.raise_signal(signal.SIGTERM)
    elif how == "stop":
        raise StopRun(Text("停", "enough"), aborted=True)
    elif how == "mistake":
        raise RuntimeError("a lab's own mistake")
    elif how == "bus":
        gone = step.vehicle.attached["powertrain"].bus
        loop = asyncio.get_running_loop()
        loop.call_later(0.3, gone._died, can.CanOperationError("the adapter is gone"))
        while True:
            await step.read(["ac_current_l1"], role="vehicle")
    await sleep(1.0)


CHARGE = switch_on() + step(
    "plug", "bench.both_show",
    '{pile: {charging_state: connected}, vehicle: {plug_connected: "yes"}, '
    "does: connect-vehicle, ask: {zh: 插枪, en: Plug in}}",
    "limit: {within: 2 s}",
) + step(
    "start", "pile.start_together",
    "{pile: {charging_state: charging, contactor_state: closed}, "
    "vehicle: {charging_state: charging, s2: closed}, current: 16 A, watchdog: 3 s}",
    "limit: {within: 10 s}",
) + step("flows", "bench.wait", "{for: 5 s}") + step(
    "now", "bench.measure", "{pile: [current_l1]}", "limit: {low: 10, unit: A}"
)  # fmt: skip
AFTER = step("after", "vehicle.record", "{points: [s2]}")


@pytest.mark.parametrize(
    ("how", "ending", "code"),
    [
        ("ctrl-c", Ending.ABORTED, 130),
        ("terminate", Ending.ABORTED, 130),
        ("stop", Ending.ABORTED, 130),
        ("mistake", Ending.COMPLETED, 4),
        ("bus", Ending.LOST, 4),
    ],
)
def test_every_way_out_stops_the_pile(tmp_path: Path, how: str, ending: Ending, code: int) -> None:
    end = step("end", "pile.leave_joint", f"{{how: {how}}}")
    outcome = run_procedure(
        tmp_path, write_procedure(tmp_path, CHARGE + end + AFTER), energise=True
    )
    assert outcome.verdicts["now"] is Verdict.PASS, "it was really charging"
    assert outcome.result.ending is ending
    assert outcome.result.exit_code == code
    is_stopped(outcome)
    assert verify(outcome.result.folder).exit_code == 0
    if how == "bus":
        assert outcome.verdicts["after"] is Verdict.NOT_RUN
        assert "vehicle was lost" in outcome.step("after").reason


@pytest.mark.parametrize("at", ["announced", "derated", "resume-supply", "cp-off"])
def test_an_abort_in_the_middle_of_the_procedure(tmp_path: Path, at: str) -> None:
    """Ctrl-C while it charges, while it derates, after it was resumed, with the pilot broken."""

    def listen(event: Event) -> None:
        if isinstance(event, StepStarted) and event.step == at:
            signal.raise_signal(signal.SIGINT)

    outcome = run_procedure(tmp_path, PROCEDURE, energise=True, listener=listen, pace=0.2)
    assert outcome.result.ending is Ending.ABORTED
    assert outcome.result.exit_code == 130
    is_stopped(outcome)
    faults = [(event.fault, event.on) for event in outcome.of(FaultSet)]
    assert faults in ([], [("cp-break", True), ("cp-break", False)])
    ended = {event.step for event in outcome.of(StepEnded)}
    assert ended == set(outcome.verdicts), "each step has its end on record"
    assert verify(outcome.result.folder).exit_code == 0


def test_a_bus_that_dies_while_a_reaction_is_timed(tmp_path: Path) -> None:
    dying = step("dying", "pile.kill_bus_soon")
    react = step("react", "vehicle.reacts",
                 "{cause: {s2: open}, effect: {ac_voltage_l1: {below: 30 V}}}",
                 "limit: {within: 5 s}")  # fmt: skip
    procedure = write_procedure(tmp_path, CHARGE + dying + react + AFTER)
    outcome = run_procedure(tmp_path, procedure, energise=True)
    assert outcome.verdicts["react"] is Verdict.ERROR
    assert outcome.result.ending is Ending.LOST
    is_stopped(outcome)


@action("pile.kill_bus_soon", kind="O", judges=False, title=Text("断开", "Kill the bus soon"))
async def kill_soon(step: StepContext) -> None:
    gone = step.vehicle.attached["powertrain"].bus
    loop = asyncio.get_running_loop()
    loop.call_later(0.5, gone._died, can.CanOperationError("the adapter is gone"))
