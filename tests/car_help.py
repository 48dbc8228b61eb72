"""A simulated car at its pile, with a clock that moves when told, and eyes on its buses."""

from typing import Any

import can

from harness.devices.can.codec import codec_of
from harness.devices.can.specs import MessageSpec
from harness.text import Text
from simulators.faults.fault import Defect, Fault
from simulators.pile.settings import PileSettings
from simulators.rig import Rig
from simulators.vehicle.car import Car
from simulators.vehicle.ecus.ecu import Ecu
from simulators.vehicle.hands import ACTIONS
from simulators.vehicle.network import CarNetwork
from simulators.vehicle.units import Bus

EPOCH = 1_767_574_800.0


class CarPoint:
    """One charging point with a whole car, at time `t`. `buses`: with its network."""

    def __init__(self, *, seed: int = 1, buses: bool = False, **settings: Any) -> None:
        self.t = 0.0
        settings.setdefault("watchdog_timeout", 0.0)
        self.rig = Rig(
            seed=seed,
            now=lambda: self.t,
            wall=lambda: EPOCH + self.t,
            settings=PileSettings(**settings),
            with_car=True,
        )
        self.world = self.rig.world
        self.car: Car = self.rig.car
        self.network: CarNetwork | None = None
        self.frames: dict[tuple[str, int, bool], can.Message] = {}
        self.groups: dict[tuple[str, int, tuple[int, ...]], can.Message] = {}
        """The latest frame for each multiplexer number."""
        self.log: list[tuple[str, float, int, bytes]] = []
        if buses:
            self.network = CarNetwork(self.car, now=lambda: self.t)
            for bus, simulated in self.network.buses.items():
                simulated.attach(self._hear(bus))
            self.network.start()
        self.run(0.05)

    def _hear(self, bus: Bus) -> Any:
        muxed = {
            spec.id: codec_of(spec)
            for spec in self.bus().databases[bus].messages
            if spec.mux is not None
        }

        def hear(message: can.Message) -> None:
            if not message.is_error_frame:
                key = (message.arbitration_id, message.is_extended_id)
                self.frames[bus, *key] = message
                if key in muxed:
                    group = muxed[key].mux_key(bytes(message.data))
                    self.groups[bus, message.arbitration_id, group] = message
                self.log.append(
                    (bus, message.timestamp, message.arbitration_id, bytes(message.data))
                )

        return hear

    # Time and hands

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.t += seconds
        self.rig.advance()

    def do(self, *subjects: str, wait: float = 0.0) -> None:
        """Let the technician act, then let time pass."""
        for subject in subjects:
            ACTIONS[subject](self.rig)
        if wait:
            self.run(wait)

    def switch_on(self) -> None:
        self.do("switch-on", wait=3.0)

    def make_ready(self) -> None:
        self.do("make-ready", wait=5.0)

    def put(self, name: str, value: Any) -> None:
        """Write a point of the pile."""
        self.rig.registers.put(name, value)

    def get(self, name: str) -> Any:
        """Read a point of the pile."""
        return self.rig.registers.get(name)

    def charge(self, seconds: float = 15.0) -> None:
        """Plug in, start at the pile, and wait until the current is steady."""
        self.world.plug_in()
        self.run(1.0)
        self.put("charge_command", "start")
        self.run(seconds)

    # Faults

    def defect(self, part: Any, attribute: str, value: Any, name: str = "defect") -> Fault:
        """Break something as the fault machinery does; the fault, to switch it off again."""
        fault = Fault(
            name=name,
            title=Text("试验", "trial"),
            detail=Text("试验", "trial"),
            kind="physics",
            role="vehicle",
            defects=(Defect(lambda _rig: part, attribute, lambda _rig: value),),
        )
        fault.switch(self.rig, True)
        return fault

    # The buses

    def bus(self) -> CarNetwork:
        assert self.network is not None
        return self.network

    def ecu(self, node: str) -> Ecu:
        return self.bus().ecus[node]

    def spec(self, message: str) -> tuple[Bus, MessageSpec]:
        for bus, database in self.bus().databases.items():
            if message in database.by_name:
                return bus, database.message(message)
        raise AssertionError(message)

    def carrier(self, signal: str) -> tuple[Bus, MessageSpec]:
        """The bus and the message of a signal."""
        for bus, database in self.bus().databases.items():
            for spec in database.messages:
                if signal in spec.by_name:
                    return bus, spec
        raise AssertionError(signal)

    def signal(self, name: str) -> Any:
        """The latest value of a signal as a tester on its bus decodes it, or its name."""
        bus, spec = self.carrier(name)
        numbers = spec.by_name[name].mux_ids
        if numbers:
            message = self.groups[bus, spec.frame_id, numbers[:1]]
        else:
            message = self.frames[bus, spec.frame_id, spec.extended]
        codec = codec_of(spec)
        raw = codec.unpack_raw(bytes(message.data))[name]
        label = spec.by_name[name].values.get(raw)
        return codec.to_physical(name, raw) if label is None else label

    def age(self, message: str) -> float:
        """Seconds since the last frame of a message; infinite when there was none."""
        bus, spec = self.spec(message)
        seen = self.frames.get((bus, spec.frame_id, spec.extended))
        return self.t - seen.timestamp if seen is not None else float("inf")
