"""Seeded faults of the by-wire chassis: each is found by exactly the steps that it names.

Faults that do not meet in any part are brought in together, so that one run stands for many; the
matrix runs each alone.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from by_wire_help import CHASSIS, MOVING, failed, inspect_chassis
from car_help import CarPoint
from vehicle_inspection_help import steps_of

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.engine import wording
from harness.engine.plan import make_plan
from harness.events import Concluded, Judged, SafeState
from harness.procedure.load import load_procedure
from harness.verdict import Verdict
from simulators.faults import all_faults, by_wire

FAULTS = {fault.name: all_faults()[fault.name] for fault in by_wire.FAULTS}
CHINESE = re.compile("[\u4e00-\u9fff]")
TOGETHER = (
    ("steering-lopsided", "steering-overshoots", "steering-obeys-wrong-checksum",
     "steering-obeys-frozen-counter", "steering-obeys-out-of-range", "steering-ignores-the-driver",
     "brake-by-wire-weak", "brake-valve-rear-left", "brake-obeys-frozen-counter",
     "drive-falls-short", "wheel-speed-rear-left-off", "drive-obeys-wrong-checksum",
     "parking-brake-drags", "steering-complaint-stays", "steering-torque-zero-off",
     "steering-moves-without-enable", "brake-moves-without-enable", "drive-moves-without-enable",
     "parking-brake-moves-without-enable", "parking-brake-obeys-wrong-checksum",
     "parking-brake-obeys-frozen-counter", "parking-brake-obeys-out-of-range",
     "parking-brake-ignores-the-driver", "steering-takes-up-by-wire-from-the-driver",
     "parking-brake-takes-up-by-wire-from-the-driver", "drive-refuses-reverse"),
)  # fmt: skip
"""Runs of the whole procedure with many faults."""
ALONE = (
    ("drive-goes-on-without-commands", ("parking-brake-off", "time-out-drive")),
    ("brake-lets-go-without-commands", ("time-out-brake",)),
    ("steering-times-out-late", ("time-out-steering",)),
    ("steering-refuses-by-wire", ("handshake-steering", "steering-moves", "steering-time")),
    ("emergency-stop-locks-the-car", ("ready-again",)),
    ("emergency-stop-does-not-brake", ("parking-brake-off", "stop-in-motion", "stop-latched")),
    ("emergency-stop-restarts", ("parking-brake-off", "stop-in-motion", "stop-latched")),
    ("drive-goes-on-when-the-door-shuts", ("parking-brake-off", "door-in-motion", "door-latched")),
)
"""Faults that end the run, with the steps to run."""


def expected(faults: Sequence[str], steps: Sequence[str] | None = None) -> set[str]:
    found = {step for name in faults for step in all_faults()[name].expects[CHASSIS]}
    return found if steps is None else found & set(steps)


def test_every_check_is_failed_by_some_fault() -> None:
    plan = make_plan(load_procedure(CHASSIS), load_bench(SIMULATED), load_catalogue(), motion=True)
    judging = {step.model.id for step in plan.steps if step.action.judges}
    named = {step for one in all_faults().values() for step in one.expects.get(CHASSIS, ())}
    assert named == judging


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_described_and_mended(name: str) -> None:
    fault, point = FAULTS[name], CarPoint(buses=True)
    assert fault.role == "vehicle"
    assert fault.expects[CHASSIS]
    for text in (fault.title, fault.detail):
        assert CHINESE.search(text.zh)
        assert text.en and not CHINESE.search(text.en)

    def condition() -> list[object]:
        return [getattr(one.part(point.rig), one.attribute) for one in fault.defects]

    sound = condition()
    fault.switch(point.rig, True)
    for before, now in zip(sound, condition(), strict=True):
        assert now != before
    fault.switch(point.rig, False)
    assert condition() == sound


@pytest.mark.parametrize("faults", TOGETHER, ids=["many"])
def test_many_faults_are_found_by_their_steps(tmp_path: Path, faults: Sequence[str]) -> None:
    outcome = inspect_chassis(tmp_path, faults=list(faults))
    assert set(failed(outcome)) == expected(faults)
    assert outcome.of(SafeState)[0].safe
    (last,) = (event for event in outcome.of(Concluded) if event.step == "release")
    assert last.key == "out_of_service"
    for event in outcome.of(Judged):
        # Everything that is shown has a name in both languages.
        name = event.measurement.name
        assert wording.names.point(name, "en", "vehicle") != name, name
        assert CHINESE.search(wording.names.point(name, "zh", "vehicle")) or "READY" in name, name
        if event.measurement.note:
            assert CHINESE.search(wording.note(event.measurement).zh), event.measurement.note


@pytest.mark.parametrize(("fault", "steps"), ALONE, ids=[name for name, _ in ALONE])
def test_a_fault_that_ends_the_run(tmp_path: Path, fault: str, steps: Sequence[str]) -> None:
    outcome = inspect_chassis(tmp_path, *steps, faults=[fault])
    assert set(failed(outcome)) == expected([fault])
    (safe,) = outcome.of(SafeState)
    assert safe.safe, safe.detail
    for name in steps:
        reason = outcome.step(name).reason if outcome.verdicts[name] is Verdict.NOT_RUN else ""
        assert not reason or CHINESE.search(wording.reason(reason).zh), reason


@pytest.mark.parametrize(
    "english",
    [
        "by-wire brake is not at rest: brake_pressure 72.0 bar",
        "by-wire drive taken back, measured: manual and at rest",
        "by-wire steering measured: manual and at rest; "
        "by-wire parking was manual and at rest when it was last seen",
        "the unit drive did not take up by-wire operation: drive_mode is normal",
        "step release-motion has not released motion",
        "steering_angle was not seen meanwhile",
        "in step stop-in-motion the motion did not end",
        "vehicle_speed did not leave rest",
        "no by-wire unit is called 'stering'; did you mean: steering",
    ],
)
def test_reasons_are_said_in_chinese(english: str) -> None:
    said = wording.reason(english).zh
    assert CHINESE.search(said)
    assert "by-wire" not in said.replace("by-wire unit", "")


def test_the_faults_cover_every_actuator_that_moves() -> None:
    units = {step["with"]["unit"] for step in steps_of(CHASSIS) if step["id"] in MOVING}
    assert units == {"steering", "brake", "drive", "parking"}
