"""Whatever ends a run while a person drives or charges: he is told, and its end is measured."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from battery_help import CHARGE, CONDITION, shortened
from bench_end import look_at_the_end
from benchkit import Outcome
from by_wire_help import Left, left
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_by_wire_safe import later

from harness.bench.load import load_bench
from harness.catalogue.load import load_catalogue
from harness.devices.can.bus import CanBus
from harness.devices.can.connection import CanConnection
from harness.devices.operator.absent import AbsentOperator
from harness.devices.vehicle.begun import DRIVE, Begun
from harness.devices.vehicle.profile import SHIPPED, load_vehicle_profile
from harness.engine import safety_words, wording
from harness.engine.pace import HURRY
from harness.engine.plan import make_plan
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.errors import FileError
from harness.events import Asked, Event, RunEnded, SafeState
from harness.evidence.read import read_journal
from harness.procedure.load import load_procedure
from harness.verdict import Ending
from simulators.vehicle import hands

__all__ = ["left"]
DRIVING = (
    "preparation", "on-rollers", "area-clear", "switch-on", "units-start", "ready", "rollers-on",
    "drive-ready", "parking-brake-off", "drive", "stopped", "parking-brake-on", "rollers-off",
)  # fmt: skip
CHARGING = ("dc-inlet-insulation", "charge", "charge-ends")


def _run(
    folder: Path, steps: tuple[str, ...], listener: Callable[[Event], None], **options: Any
) -> Outcome:
    procedure = shortened(folder)
    text = procedure.read_text(encoding="utf-8").replace(f"for: {CHARGE} s", "for: 12 s")
    procedure.write_text(text, encoding="utf-8")
    request = prepare(
        [str(procedure)],
        folder=folder / "run",
        motion=True,
        energise=True,
        selected=list(steps),
        **options,
    )
    result = execute(replace(request, pace=HURRY, capture=False), [listener])
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


def _told(outcome: Outcome) -> list[str]:
    return [event.question.en for event in outcome.of(Asked) if event.step == "ending"]


@settings(max_examples=3, phases=[Phase.generate])  # each is a run; shrinking would take long
@given(step=st.sampled_from(("drive-ready", "drive", "drive", "drive")), tenths=st.integers(1, 250))
def test_a_drive_that_is_broken_off_ends_standing_and_secured(step: str, tenths: int) -> None:
    seen = Left()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        look_at_the_end(patch, seen.look)
        seconds = tenths / 10 if step == "drive" else 0.05
        outcome = _run(Path(folder), DRIVING, later(step, seconds))
    assert outcome.result.ending is Ending.ABORTED
    (safe,) = outcome.of(SafeState)
    assert safe.safe, safe.detail
    assert "the drive has ended, measured" in safe.how
    assert {"vehicle_speed", "gear", "parking_brake", "motor_torque"} == {
        one.name for one in safe.readings
    }
    (car,) = seen.cars
    assert car.drive.standing
    assert car.control.gear == "p"
    # At `drive-ready` the car was still in P: then there is nothing to be told.
    assert len(_told(outcome)) == (step == "drive")


@settings(max_examples=2, phases=[Phase.generate])
@given(tenths=st.integers(3, 110))
def test_a_charge_that_is_broken_off_ends_with_open_contactors(tenths: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcome = _run(Path(folder), CHARGING, later("charge", tenths / 10))
    assert outcome.result.ending is Ending.ABORTED
    (safe,) = outcome.of(SafeState)
    assert safe.safe, safe.detail
    assert "the charge has ended, measured" in safe.how
    readings = {one.name: one.value for one in safe.readings}
    assert (readings["main_positive"], readings["main_negative"]) == ("open", "open")


def test_a_car_that_sleeps_before_the_charge_is_not_called_safe(tmp_path: Path) -> None:
    """Broken off before anything was plugged in: its buses are silent, so nothing was measured."""
    (safe,) = _run(tmp_path, CHARGING, later("charge", 0.1)).of(SafeState)
    assert not safe.safe
    assert "nothing was seen of main_positive" in safe.detail


def _nothing(monkeypatch: pytest.MonkeyPatch, does: str) -> None:
    monkeypatch.setitem(hands.ACTIONS, does, lambda rig: None)  # type: ignore[arg-type]


def test_a_driver_who_drives_on_is_not_called_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: Left
) -> None:
    _nothing(monkeypatch, "stop-driving")
    outcome = _run(tmp_path, DRIVING, later("drive", 12.0))
    (safe,) = outcome.of(SafeState)
    assert not safe.safe
    assert "the drive is not shown to have ended: vehicle_speed" in safe.detail
    assert "行驶未能确认结束：车速 " in wording.reason(safe.detail).zh
    assert "挡位为“D" in wording.reason(safe.detail).zh
    assert not outcome.of(RunEnded)[0].safe
    assert not left.cars[0].drive.standing
    assert safety_words.words(safe).en.startswith("NOT SHOWN TO BE SAFE")


def test_a_charge_that_goes_on_is_not_called_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _nothing(monkeypatch, "break-off-charge")
    (safe,) = _run(tmp_path, CHARGING, later("charge", 5.0)).of(SafeState)
    assert not safe.safe
    assert "充电未能确认结束：主正接触器为“闭合”" in wording.reason(safe.detail).zh


def test_nobody_there_to_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The technician leaves during the charge."""

    async def gone(*_: object) -> None:
        await AbsentOperator().ask(*_)  # type: ignore[arg-type]

    def leave() -> None:
        monkeypatch.setattr("simulators.technician.SimulatedTechnician.ask", gone)
        task = asyncio.current_task() or next(iter(asyncio.all_tasks()))
        task.cancel()

    outcome = _run(tmp_path, CHARGING, later("charge", 5.0, leave))
    (safe,) = outcome.of(SafeState)
    assert not safe.safe
    assert len(_told(outcome)) == 1


def test_an_adapter_that_is_gone_while_driving_is_not_called_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: Left
) -> None:
    buses: list[CanBus] = []
    open_bus = CanBus.open

    async def keep(bus: CanBus, deadline: Any) -> None:
        buses.append(bus)
        await open_bus(bus, deadline)

    monkeypatch.setattr(CanBus, "open", keep)
    left.wait = 8.0

    def pull_out() -> None:
        for bus in buses:
            bus._died(OSError("unplugged"))

    outcome = _run(tmp_path, DRIVING, later("drive", 8.0, pull_out))
    assert outcome.result.ending is Ending.LOST
    (safe,) = outcome.of(SafeState)
    assert not safe.safe
    assert len(_told(outcome)) == 1
    assert left.cars[0].drive.standing, "he was told all the same"


def test_a_whole_run_is_measured_and_nobody_is_told(tmp_path: Path) -> None:
    outcome = _run(tmp_path, CHARGING, lambda _: None)
    assert outcome.result.ending is Ending.COMPLETED
    (safe,) = outcome.of(SafeState)
    assert safe.safe, safe.detail
    assert safe.how.startswith("the charge has ended, measured")
    assert wording.reason(safe.how).zh.startswith("充电已结束，已测量确认")
    assert _told(outcome) == []


def test_the_step_is_in_the_plan(tmp_path: Path) -> None:
    request = prepare([CONDITION], folder=tmp_path / "run")
    (plan,) = request.plans
    assert {"drive-ready", "parking-brake-off", "drive", "charge"} <= set(plan.not_possible)


@pytest.mark.parametrize(
    ("entry", "place", "expected"),
    [
        ("drive: {at_rest: {no_point: 1 km/h}}", "no_point", "a point of this profile that is"),
        ("drive: {at_rest: {vin: 1 km/h}}", "vin", "a point of this profile that is a signal"),
        ("drive: {at_rest: {vehicle_speed: 1 A}}", "vehicle_speed", "a quantity in km/h"),
        ("charge: {all_of: {main_positive: shut}}", "main_positive", "one of: open, closed"),
        ("drive: {any_of: {gear: [p, x]}}", "gear", "one of: "),
    ],
)
def test_mistakes_in_a_safe_state_are_told_at_their_place(
    tmp_path: Path, entry: str, place: str, expected: str
) -> None:
    text = (SHIPPED / "shared-ev.yaml").read_text(encoding="utf-8")
    begin, end = text.index("safe_state:\n"), text.index("by_wire:\n")
    path = tmp_path / "other.yaml"
    path.write_text(f"{text[:begin]}safe_state:\n  {entry}\n{text[end:]}", encoding="utf-8")
    profile = load_vehicle_profile(str(path))
    with pytest.raises(FileError) as found:
        _ = profile.safe_state
    (problem,) = found.value.problems
    assert place in problem.what
    assert expected in problem.expected
    assert problem.line == text[:begin].count("\n") + 2


def test_a_safe_state_that_says_nothing(tmp_path: Path) -> None:
    text = (SHIPPED / "shared-ev.yaml").read_text(encoding="utf-8")
    begin, end = text.index("safe_state:\n"), text.index("by_wire:\n")
    path = tmp_path / "other.yaml"
    path.write_text(f"{text[:begin]}safe_state: {{drive: {{}}}}\n{text[end:]}", encoding="utf-8")
    with pytest.raises(FileError, match="at least one of: at_rest, all_of, any_of"):
        load_vehicle_profile(str(path))


def test_a_car_that_cannot_show_its_end_is_neither_driven_nor_charged(tmp_path: Path) -> None:
    text = (SHIPPED / "shared-ev.yaml").read_text(encoding="utf-8")
    begin, end = text.index("safe_state:\n"), text.index("by_wire:\n")
    (tmp_path / "other.yaml").write_text(text[:begin] + text[end:], encoding="utf-8")
    (tmp_path / "bench.yaml").write_text(
        "bench: other\ndevices:\n  vehicle: {profile: other.yaml, simulated: true}\n",
        encoding="utf-8",
    )
    bench = load_bench(str(tmp_path / "bench.yaml"))
    plan = make_plan(load_procedure(CONDITION), bench, load_catalogue(), energise=True, motion=True)
    for step, zh in (("drive", "行驶"), ("charge", "充电")):
        reason = wording.reason(plan.not_possible[step]).zh
        assert reason.endswith(f"没有说明如何确认{zh}已结束（safe_state）"), reason


def test_what_a_recording_shows_is_over() -> None:
    class Played:
        connections = (CanConnection(can="recording", file="drive.blf"),)

    begun = Begun(Played())  # type: ignore[arg-type]
    with begun.going_on(DRIVE):
        pass

    async def tell(*_: object) -> None:
        raise AssertionError("nobody is to be told")

    assert asyncio.run(begun.make_safe(tell)) == ([], [])
