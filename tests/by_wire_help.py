"""Running the daily inspection of the by-wire chassis, quickly, and looking at the car after it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome
from vehicle_inspection_help import steps_of

from harness.engine.pace import HURRY
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import Event
from harness.evidence.read import read_journal
from simulators.bench import SimulatedBench
from simulators.vehicle.car import Car

CHASSIS = "VEH-INSP-03"
COMMANDS = ("GW_SteerCmd", "GW_BrakeCmd", "GW_EpbCmd", "GW_DriveCmd")
SAFETY = (
    "preparation", "wheels-free", "area-clear", "switch-on", "ready", "emergency-stop",
    "emergency-reset", "ready-again", "settled", "release-motion",
)  # fmt: skip
"""What has to be done before anything may move."""
MOVING = [step["id"] for step in steps_of(CHASSIS) if "released_by" in step.get("with", {})]


def inspect_chassis(
    folder: Path,
    *steps: str,
    motion: bool = True,
    listener: Callable[[Event], None] | None = None,
    **options: Any,
) -> Outcome:
    """Run it whole, or row 1 and these steps; buses are not recorded."""
    number = len(list(folder.glob("run-*")))
    selected = [*SAFETY, *steps] if steps else None
    request = prepare(
        [CHASSIS], folder=folder / f"run-{number}", motion=motion, selected=selected, **options
    )
    request = replace(request, pace=HURRY, capture=False)
    result = execute(request, [] if listener is None else [listener])
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


@dataclass
class Left:
    """How runs left the car: looked at when the simulated bench is switched off."""

    cars: list[Car] = field(default_factory=list)
    modes: list[dict[str, str]] = field(default_factory=list)
    motion: list[dict[str, float]] = field(default_factory=list)
    wait: float = 0.0
    """Seconds after the end of the run at which to look."""

    def look(self, bench: SimulatedBench) -> None:
        bench.rig.advance()
        car = bench.rig.car
        self.cars.append(car)
        self.modes.append({node: one.mode for node, one in car.by_wire.items()})
        self.motion.append(
            {
                "speed": car.drive.speed(),
                "rate": car.steering.rate(),
                "brake": car.brake.by_wire,
                "parking brake": float(car.parking_brake.moving),
            }
        )


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Left:
    seen, stop = Left(), SimulatedBench.stop

    async def look(bench: SimulatedBench) -> None:
        await asyncio.sleep(seen.wait)
        seen.look(bench)
        await stop(bench)

    monkeypatch.setattr(SimulatedBench, "stop", look)
    return seen


def failed(outcome: Outcome) -> Sequence[str]:
    """Steps whose device verdict is fail, in their order."""
    return [name for name, one in outcome.verdicts.items() if one is not None and one == "fail"]
