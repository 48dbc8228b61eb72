"""A simulated charging point with a clock that moves when told."""

from typing import Any

from harness.devices.modbus.points import Profile
from simulators.pile.pile import Pile
from simulators.pile.settings import PileSettings
from simulators.rig import Rig
from simulators.trace import Trace
from simulators.vehicle_side import VehicleSettings, VehicleSide
from simulators.world import World

EPOCH = 1_767_574_800.0


class Point:
    """One charging point at time `t`; the pile's watchdog is off unless asked for."""

    def __init__(
        self,
        *,
        seed: int = 1,
        profile: Profile | None = None,
        vehicle: VehicleSettings | None = None,
        guarded: bool = False,
        **settings: Any,
    ) -> None:
        self.t = 0.0
        if not guarded:
            settings.setdefault("watchdog_timeout", 0.0)
        self.rig = Rig(
            seed=seed,
            now=lambda: self.t,
            wall=lambda: EPOCH + self.t,
            pile=profile,
            settings=None if profile is not None else PileSettings(**settings),
            vehicle=vehicle,
        )
        self.world: World = self.rig.world
        self.pile: Pile = self.rig.pile
        self.vehicle: VehicleSide = self.rig.world.vehicle
        self.trace: Trace = self.rig.world.trace
        self.run(0.1)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.t += seconds
        self.rig.advance()

    def get(self, name: str) -> Any:
        return self.rig.registers.get(name)

    def put(self, name: str, value: Any) -> None:
        self.rig.registers.put(name, value)

    def charge(self, seconds: float = 15.0) -> None:
        """Plug in, start, and wait until the current is steady."""
        self.world.plug_in()
        self.run(1.0)
        self.put("charge_command", "start")
        self.run(seconds)
        assert self.get("charging_state") == "charging", self.get("fault_flags")

    def after(self, name: str, value: object, since: float) -> float:
        """Seconds from `since` until the trace shows the value."""
        at = self.trace.first_after(since, name, value)  # type: ignore[arg-type]
        assert at is not None, (name, value)
        return at - since
