"""A simulated bus with a clock that moves when told, and what a tester on it has seen."""

from collections import Counter
from math import inf
from random import Random

import can

from simulators.canbus.bus import SimulatedBus
from simulators.canbus.confinement import NodeState
from simulators.canbus.layout import linear_layout
from simulators.canbus.node import BusNode
from simulators.canbus.wiring import Point
from simulators.scheduler import Scheduler

NAMES = ("VCU", "obd", "BMS", "OBC", "DCDC", "MCU", "GW")
NODES = tuple(name for name in NAMES if name != "obd")
PERIODS = (0.01, 0.02, 0.05, 0.1, 0.1, 0.2, 0.5, 1.0)
BITRATE = 500_000
BIT = 1 / BITRATE


def frame(identifier: int, data: bytes = b"", *, extended: bool = False) -> can.Message:
    return can.Message(arbitration_id=identifier, is_extended_id=extended, data=data)


class Line:
    """One bus at time `t`. VCU and GW have the terminators; a tester listens unless told not to."""

    def __init__(
        self, *, seed: int = 1, tester: bool = True, cyclic: bool = False, offset: float = 0.0
    ) -> None:
        self.t = 0.0
        self.scheduler = Scheduler(0.0)
        self.notes: list[tuple[float, str, object]] = []
        self.bus = SimulatedBus(
            "powertrain",
            self.scheduler,
            bitrate=BITRATE,
            random=Random(seed),
            layout=linear_layout(NAMES),
            now=lambda: self.t,
            offset=offset,
            note=lambda t, name, value: self.notes.append((t, name, value)),
        )
        for name in NODES:
            self.bus.add_node(name)
        self.heard: list[can.Message] = []
        self.errors = 0
        self.detach = self.bus.attach(self._on_frame) if tester else None
        if cyclic:
            self._talk()
        self.run(0.001)

    def _on_frame(self, message: can.Message) -> None:
        if message.is_error_frame:
            self.errors += 1
        else:
            self.heard.append(message)

    def _talk(self) -> None:
        """Every node sends what a control unit would: some 200 frames/s each."""
        for index, name in enumerate(NODES):
            for turn, period in enumerate(PERIODS):
                identifier = 0x100 + 16 * turn + index
                offset = 0.001 * index + 0.0003 * turn
                self.bus.node(name).cyclic(
                    identifier, False, period, offset, lambda t: int(t * 1e4).to_bytes(8, "big")
                )

    def node(self, name: str) -> BusNode:
        return self.bus.node(name)

    def is_off(self, name: str) -> bool:
        """Is that node bus-off?"""
        return self.bus.node(name).bus_off

    def state(self, name: str) -> NodeState:
        return self.bus.node(name).state

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.t += seconds
        self.scheduler.run_to(self.t)

    def watch(self, seconds: float) -> Counter[str]:
        """Frames by sender that the tester hears within a time."""
        self.heard.clear()
        self.errors = 0
        self.run(seconds)
        return Counter(NODES[message.arbitration_id % 16] for message in self.heard)

    def audible(self, seconds: float = 1.0) -> set[str]:
        """Senders that the tester hears within a time."""
        return set(self.watch(seconds))

    def switch_off(self) -> None:
        """Battery disconnected, every node without supply: safe to measure resistances."""
        self.bus.wiring.battery.volts = 0.0
        for node in self.bus.nodes.values():
            node.powered = False
        self.run(0.001)

    def ohms(self, a: Point, b: Point, place: str = "obd") -> float:
        return self.bus.wiring.resistance(place, a, b)

    def off_line(self, *names: str) -> None:
        for name in names:
            self.node(name).powered = False
        self.run(0.001)


OPEN = inf
