"""Running the debugging of sensors and by-wire units, and looking at the car's units after it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome

from harness.engine.pace import HURRY
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import Event
from harness.evidence.read import read_journal
from simulators.bench import SimulatedBench
from simulators.vehicle.calibrating import ROUTINES, learned_of
from simulators.vehicle.car import Car
from simulators.vehicle.diag.diagnosed_ecu import DEFAULT

PREP = "VEH-PREP-02"
CONDITIONS = ("load", "tyre-fl", "tyre-fr", "tyre-rl", "tyre-rr", "floor", "light", "target-up",
              "target-distance")  # fmt: skip
READY = ("preparation", "switch-on", "settled", "vin", *CONDITIONS, "wheel-straight", "unlocked",
         "backup")  # fmt: skip
"""What has to be done before any unit may be changed."""
CHANGING = (
    "camera-start", "radar-start", "lidar-start", "camera-progress", "radar-progress",
    "lidar-progress", "steering-zero", "steering-zero-progress", "brake-learn",
    "brake-learn-progress", "accelerator-learn", "accelerator-learn-progress", "coded", "reset",
    "started-again",
)  # fmt: skip
"""What changes units, in its order; nothing of it is kept."""


def debug(
    folder: Path,
    *steps: str,
    listener: Callable[[Event], None] | None = None,
    only: Sequence[str] = (),
    capture: bool = False,
    **options: Any,
) -> Outcome:
    """Run it whole, or what has to come before and these steps, or `only` some.

    Buses are not recorded, and files are not kept, without `capture`.
    """
    number = len(list(folder.glob("run-*")))
    selected = list(only) or (list(dict.fromkeys([*READY, *steps])) if steps else None)
    request = prepare([PREP], folder=folder / f"run-{number}", selected=selected, **options)
    request = replace(request, pace=HURRY, capture=capture)
    result = execute(request, [] if listener is None else [listener])
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


@dataclass
class Units:
    """How runs left the control units: looked at when the simulated bench is switched off."""

    cars: list[Car] = field(default_factory=list)
    learned: list[dict[str, tuple[str, float, float, str]]] = field(default_factory=list)
    coding: list[dict[str, int | str]] = field(default_factory=list)
    errors: list[dict[str, float]] = field(default_factory=list)
    """What each unit is off in truth: degrees of sensors and steering, percent of the pedal."""
    sessions: list[set[int]] = field(default_factory=list)

    def look(self, bench: SimulatedBench) -> None:
        bench.rig.advance()
        car = bench.rig.car
        self.cars.append(car)
        kept = {node: learned_of(car, node) for node in ROUTINES}
        assert not any(one.running for one in kept.values()), "a routine still runs"
        self.learned.append(
            {
                node: (one.state, round(one.first, 2), round(one.second, 2), one.day.isoformat())
                for node, one in kept.items()
            }
        )
        self.errors.append(
            {node: car.sensors[node].turned for node in ("CAM", "RAD", "LID")}
            | {"EPS": car.steering.shift, "IBC": car.brake.measured_pedal}
        )
        self.coding.append(dict(car.units["ADCU"].configuration))
        servers = bench.car_bench().diagnosis
        self.sessions.append({server.ecu.session for server in servers.values()})

    def assert_untouched(self) -> None:
        """Everything is as it left the factory, and nobody is in a session."""
        for node, (state, first, _, day) in self.learned[-1].items():
            assert (state, first, day) == ("calibrated", 0.0, "2025-10-19"), node
        assert self.coding[-1]["config_pilot"] == "disabled"
        assert self.coding[-1]["config_lka"] == "enabled"
        assert self.sessions[-1] == {DEFAULT}


@pytest.fixture
def units(monkeypatch: pytest.MonkeyPatch) -> Units:
    seen, stop = Units(), SimulatedBench.stop

    async def look(bench: SimulatedBench) -> None:
        seen.look(bench)
        await stop(bench)

    monkeypatch.setattr(SimulatedBench, "stop", look)
    return seen
