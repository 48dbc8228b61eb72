"""An adapter that goes in the middle of a run: the run is lost, says why, and is sealed."""

import asyncio
from pathlib import Path
from typing import Any

import can
import pytest
from benchkit import Outcome, write_procedure
from click.testing import CliRunner
from vehicle_help import (
    MiniCar,
    opened,
    perform,
    pull_out_later,
    request_for,
    run_on,
    served,
    step,
    switch_on,
    virtual,
    write_bench,
    write_profile,
)

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.cli.root import ROOT
from harness.clock import Deadline, loop_time, sleep
from harness.clock import run as run_loop
from harness.devices.can.bus import CanBus
from harness.devices.can.capture import read_capture
from harness.errors import DeviceLostError, EvidenceError
from harness.events import (
    BusClosed,
    DiagnosticExchange,
    FaultSet,
    OutcomeNoted,
    ProcedureEnded,
    SafeState,
    StepEnded,
    Written,
)
from harness.evidence.chain import ChainWriter
from harness.evidence.read import read_journal
from harness.evidence.verify import verify
from harness.text import Text
from harness.verdict import Ending, Verdict

SOC = step("soc", "vehicle.measure", "{points: [soc]}", 'limit: {low: 0, unit: "%"}')
WAIT = step("wait", "bench.wait", "{for: 500 ms}")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def again(name: str) -> str:
    return SOC.replace("id: soc", f"id: {name}")


@action("vehicle.unplug", kind="R", limit="none", title=Text("拔出", "Pull the adapter out"))
async def unplug(step: StepContext, *, bus: str = "", then: str = "read") -> None:
    """The reader of a bus dies as when its adapter is pulled out, and something goes on."""
    vehicle = step.vehicle
    name = bus or next(iter(vehicle.attached))
    gone: CanBus = vehicle.attached[name].bus
    asyncio.get_running_loop().call_later(
        0.2, gone._died, can.CanOperationError("the adapter is gone")
    )
    if then == "read":
        while True:
            await step.read(["soc"])
    if then == "wait":
        await sleep(1.0)
    if then == "diagnose":
        while True:
            await vehicle.trouble_codes("bms", step.deadline)


UNPLUG = step("unplug", "vehicle.unplug", "{then: THEN}", "within: 30 s")


def is_well_lost(outcome: Outcome) -> None:
    """What every run has to show that has lost its vehicle in the step `unplug`."""
    assert outcome.result.ending is Ending.LOST
    assert outcome.result.exit_code == 4
    assert "the adapter is gone" in outcome.result.reason
    noted = [event for event in outcome.of(OutcomeNoted) if event.where == "vehicle"]
    assert len(noted) == 1, "said once, with the first cause"
    assert noted[0].branch == "bench"
    assert noted[0].headline.zh == "设备失联"
    assert "the adapter is gone" in noted[0].detail
    assert outcome.verdicts["last"] is Verdict.NOT_RUN
    assert outcome.step("last").reason.startswith("the vehicle was lost: ")
    assert "the adapter is gone" in outcome.step("last").reason
    assert outcome.of(ProcedureEnded)[0].ending is Ending.LOST
    checked = verify(outcome.result.folder)
    assert checked.intact
    assert checked.sealed


@pytest.mark.parametrize(
    ("then", "verdict"),
    [("read", Verdict.ERROR), ("wait", Verdict.ERROR), ("diagnose", Verdict.ERROR)],
)
def test_a_run_whose_adapter_is_pulled_out(tmp_path: Path, then: str, verdict: Verdict) -> None:
    car = MiniCar()
    car.unit.on("1902FF", "5902FF")
    steps = WAIT + SOC + UNPLUG.replace("THEN", then) + again("next") + again("last")
    outcome = run_on(car, tmp_path, steps)
    is_well_lost(outcome)
    assert outcome.verdicts["soc"] is Verdict.PASS, "what was found before stands"
    assert outcome.verdicts["unplug"] is verdict
    assert outcome.verdicts["next"] is Verdict.NOT_RUN
    (closed,) = outcome.of(BusClosed)
    assert "the adapter is gone" in closed.lost
    (safe,) = outcome.of(SafeState)
    if then == "diagnose":
        assert closed.sent > 0
        assert safe.how == "nothing was sent in cycles or under control any more"
        assert outcome.of(DiagnosticExchange)[-1].outcome == "link_lost"
    else:
        assert safe.how == "nothing was sent"
    assert list(read_capture(outcome.result.folder / "can-can.blf")), "the recording is readable"


def test_steps_that_need_no_vehicle_go_on(tmp_path: Path) -> None:
    look = step("look", "operator.confirm", "{does: look, ask: {zh: 看, en: Look}}")
    steps = WAIT + UNPLUG.replace("THEN", "read") + WAIT.replace("wait\n", "more\n", 1)
    outcome = run_on(MiniCar(), tmp_path, steps + again("last") + look)
    is_well_lost(outcome)
    assert outcome.verdicts["more"] is None, "what the person does next may rely on it"
    assert outcome.step("more").reason == ""
    assert "lost" not in outcome.step("look").reason


def test_one_of_several_buses_is_enough(tmp_path: Path) -> None:
    """A vehicle of which one bus is gone is no longer the vehicle that was to be tested."""
    bench = write_bench(tmp_path, "  vehicle: {profile: shared-ev, simulated: true}\n")
    unplugged = step("unplug", "vehicle.unplug", "{bus: body, then: wait}")
    procedure = write_procedure(tmp_path, switch_on() + SOC + unplugged + again("last"))
    outcome = perform(request_for(tmp_path, procedure, bench=str(bench)))
    is_well_lost(outcome)
    lost = {event.bus: bool(event.lost) for event in outcome.of(BusClosed)}
    assert lost == {"powertrain": False, "chassis": False, "body": True, "adas": False}


def test_a_pile_beside_a_lost_vehicle_is_measured_safe(tmp_path: Path) -> None:
    killing = step("kill", "vehicle.unplug_later", "{bus: powertrain}")
    points = "{pile: voltage_l1, vehicle: ac_voltage_l1, over: 10 s}"
    both = step("both", "bench.agree", points, "limit: {low: -5, high: 5, unit: V}")
    steps = switch_on() + killing + both + again("last")
    outcome = perform(request_for(tmp_path, write_procedure(tmp_path, steps)))
    is_well_lost(outcome)
    assert outcome.verdicts["both"] is Verdict.ERROR
    states = {event.role: event for event in outcome.of(SafeState)}
    assert states["pile"].safe
    assert states["pile"].readings, "shown by readings, not assumed"
    assert states["vehicle"].safe


def test_whoever_waits_when_the_bus_dies_is_told_at_once(tmp_path: Path) -> None:
    profile = write_profile(tmp_path)

    async def main() -> None:
        car = MiniCar()
        told: list[tuple[str, str]] = []
        async with opened(
            profile, car, on_lost=lambda role, why: told.append((role, why))
        ) as vehicle:
            await sleep(1.0)
            car.quiet |= {"BMS_Status"}
            waiting = asyncio.create_task(vehicle.read(["soc"], Deadline.after(60)))
            await sleep(0.1)
            died = loop_time()
            vehicle.attached["can"].bus._died(OSError("gone"))
            vehicle.attached["can"].bus._died(OSError("a second reason"))
            with pytest.raises(DeviceLostError, match="gone"):
                await waiting
            assert loop_time() == died, "not after five cycles"
            for read in (["soc"], ["event"], ["vin"]):
                with pytest.raises(DeviceLostError, match="gone"):
                    await vehicle.read(read, Deadline.after(1))
            with pytest.raises(DeviceLostError, match="gone"):
                vehicle.require_alive()
            assert [role for role, _ in told] == ["vehicle"]
            assert "a second reason" not in told[0][1]

    virtual(main)


def test_a_quiet_bus_is_not_a_dead_one(tmp_path: Path) -> None:
    """Nobody sends, but the adapter is there: no reading, no loss."""
    car = MiniCar()
    car.quiet |= {"VCU_Torque", "BMS_Status", "BMS_Cells"}
    outcome = run_on(car, tmp_path, SOC + again("last"))
    assert outcome.result.ending is Ending.COMPLETED
    assert outcome.verdicts == {"soc": Verdict.INCONCLUSIVE, "last": Verdict.INCONCLUSIVE}
    assert outcome.result.exit_code == 3
    assert outcome.of(OutcomeNoted) == []
    assert outcome.of(BusClosed)[0].received == 0


@pytest.mark.parametrize("verb", ["nodes_online", "integrity", "cycle_times", "unknown_messages"])
def test_a_dead_reader_never_looks_like_a_healthy_network(tmp_path: Path, verb: str) -> None:
    watch = step("watch", f"can.{verb}", "{watch: 2 s}")
    killing = step("kill", "vehicle.unplug_later")
    outcome = run_on(MiniCar(), tmp_path, WAIT + killing + watch)
    assert outcome.verdicts["watch"] is Verdict.ERROR
    assert outcome.result.ending is Ending.LOST


@action("vehicle.unplug_later", kind="O", judges=False, title=Text("稍后拔出", "Unplug soon"))
async def unplug_later(step: StepContext, *, bus: str = "can") -> None:
    gone = step.vehicle.attached[bus].bus
    loop = asyncio.get_running_loop()
    loop.call_later(1.0, gone._died, can.CanOperationError("the adapter is gone"))


# The record fails


def test_a_recording_that_fails_ends_the_run_safely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.devices.can import capture  # noqa: PLC0415 - patched here

    real = capture._Writer.cut

    def full(self: Any) -> None:
        if self.file.tell() > 500:
            raise OSError(28, "No space left on device")
        real(self)

    monkeypatch.setattr(capture._Writer, "cut", full)
    outcome = run_on(MiniCar(), tmp_path, WAIT + SOC + again("second") + again("last"))
    assert outcome.result.ending is Ending.LOST
    assert outcome.result.exit_code == 4
    assert "No space left" in outcome.result.reason
    assert outcome.verdicts["last"] is Verdict.NOT_RUN
    (safe,) = outcome.of(SafeState)
    assert safe.safe
    assert "No space left" in safe.detail
    assert len(outcome.of(BusClosed)) == 1
    assert verify(outcome.result.folder).sealed, "the journal itself is whole"


def test_a_full_disk_still_closes_every_bus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = write_bench(tmp_path, "  vehicle: {profile: shared-ev, simulated: true}\n")
    procedure = write_procedure(tmp_path, switch_on() + SOC)
    heard: list[object] = []
    closed: list[str] = []
    real_append, real_close = ChainWriter.append, CanBus.close

    def append(self: ChainWriter, body: bytes, t: float) -> int:
        if b'"bus_closed"' in body:
            raise EvidenceError("no space left on device")
        return real_append(self, body, t)

    async def close(self: CanBus) -> None:
        closed.append(self.name)
        await real_close(self)

    monkeypatch.setattr(ChainWriter, "append", append)
    monkeypatch.setattr(CanBus, "close", close)
    outcome = perform(request_for(tmp_path, procedure, bench=str(bench)), listener=heard.append)
    assert sorted(closed) == ["adas", "body", "chassis", "powertrain"]
    assert sum(isinstance(event, BusClosed) for event in heard) == 4
    assert any(isinstance(event, SafeState) and event.safe for event in heard)
    assert outcome.result.exit_code == 4
    assert not outcome.result.sealed


# Adapters that are not there, or go, in real time


def test_an_adapter_that_does_not_open_leaves_nothing_open(tmp_path: Path) -> None:
    bench = write_bench(
        tmp_path,
        "  vehicle: {profile: mini.yaml, connection: "
        '{can: slcan, channel: "socket://127.0.0.1:1"}}\n',
    )
    write_profile(tmp_path)
    request = request_for(tmp_path, write_procedure(tmp_path, SOC), bench=str(bench), live=True)
    outcome = perform(request)
    assert outcome.result.exit_code == 4
    assert outcome.result.ending is Ending.LOST
    assert "nothing listens on that port" in outcome.result.reason
    assert outcome.verdicts == {"soc": Verdict.NOT_RUN}
    (safe,) = outcome.of(SafeState)
    assert (safe.safe, safe.how) == (True, "nothing was sent")
    assert outcome.of(BusClosed) == []
    assert verify(outcome.result.folder).sealed
    assert list(read_capture(outcome.result.folder / "can-can.blf")) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_live_run_whose_adapter_is_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    write_profile(tmp_path)
    watching = step("watch", "can.nodes_online", "{watch: 30 s}")
    procedure = write_procedure(tmp_path, SOC + watching + again("last"))
    with served(MiniCar()) as (adapter, pull_out):
        bench = write_bench(
            tmp_path,
            "  vehicle: {profile: mini.yaml, connection: "
            f'{{can: slcan, channel: "socket://127.0.0.1:{adapter.port}"}}}}\n',
        )
        pull_out_later(adapter, pull_out, 4.0)
        words = ["run", str(procedure), "--bench", str(bench), "--live"]
        began = run_loop(_now, virtual=False)
        shown = CliRunner().invoke(ROOT, [*words, "--out", str(tmp_path / "run"), "--lang", lang])
        took = run_loop(_now, virtual=False) - began
    assert shown.exit_code == 4, shown.output
    assert "Traceback" not in shown.output
    assert took < 20, "not after the 30 s of the step"
    assert ("失联" if lang == "zh" else "lost") in shown.stdout
    events = [entry.event for entry in read_journal(tmp_path / "run")]
    ends = {event.step: event for event in events if isinstance(event, StepEnded)}
    assert ends["soc"].verdict is Verdict.PASS
    assert ends["watch"].verdict is Verdict.ERROR
    assert ends["last"].verdict is Verdict.NOT_RUN
    assert "the other end has closed the connection" in ends["last"].reason
    noted = [event for event in events if isinstance(event, OutcomeNoted)]
    assert len(noted) == 1
    checked = verify(tmp_path / "run")
    assert checked.intact
    assert checked.sealed


async def _now() -> float:
    return loop_time()


# Beside a pile


CHARGE = (
    step("start", "pile.start_charging", "{current: 16 A, does: connect-vehicle}")
    + step("charging", "bench.wait", "{for: 8 s}")
    + step("now", "pile.record", "{points: [charging_state]}")
)


@pytest.mark.parametrize("beside", ["", "meter", "vehicle"])
def test_a_welded_contactor_is_told_whoever_else_is_on_the_bench(
    tmp_path: Path, beside: str
) -> None:
    """The others end at once; the fault must not be taken out before the pile is measured."""
    devices = (
        "  pile: {profile: gb-ac-pile, simulated: true}\n"
        "  meter: {profile: eastron-sdm630, simulated: true}\n"
        "  vehicle: {profile: shared-ev, simulated: true}\n"
    )
    steps = CHARGE
    if beside == "meter":
        steps += step("volts", "meter.record", "{points: [voltage_l1]}")
    if beside == "vehicle":
        steps += SOC
    outcome = perform(
        request_for(
            tmp_path,
            write_procedure(tmp_path, steps),
            bench=str(write_bench(tmp_path, devices)),
            faults=["contactor-welded"],
            energise=True,
        )
    )
    states = {event.role: event.safe for event in outcome.of(SafeState)}
    assert states.pop("pile") is False
    assert states == ({beside: True} if beside else {})
    kinds = [type(event) for event in outcome.events]
    from_the_end = kinds[::-1]
    assert from_the_end.index(FaultSet) < from_the_end.index(Written), "cleared after the stop"
