"""A charging session with eyes everywhere: the cable itself, the pile's registers, the CAN signals.

What really is so is kept for a while, because a frame tells of the moment at which its data were
taken. Everything that a side shows is held against what was so at some time since then.
"""

from collections.abc import Callable, Hashable
from typing import Any

from car_help import CarPoint

from harness.devices.modbus.profile import load_profile
from simulators.cable import PilotWire
from simulators.pilot import S1
from simulators.register_map import RegisterMap

STEP = 0.005
"""How finely the truth is kept (s)."""
LATENCY = 0.012
"""From taking the data to the end of the frame (s): a full bus lets a frame wait."""
DEBOUNCE = 0.02
"""The pile looks at its test points so often (s)."""
PULL_IN, RELEASE = 0.03, 0.025
"""Mechanical times of the contactor (s)."""
_KEPT = 1200
"""Changes, at most one a step; the vehicle has 5 s to follow a new duty."""
CYCLES = {
    "OBC_ControlPilot": 0.01, "OBC_AcVoltage": 0.02, "OBC_AcCurrent": 0.2,
    "OBC_ChargeStatus": 0.1, "OBC_Inlet": 0.2,
}  # fmt: skip


class Past:
    """What a quantity was, newest last: since when each value holds."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, Any]] = []

    def put(self, t: float, value: Any) -> None:
        if self._entries and self._entries[-1][1] == value:
            return
        self._entries.append((t, value))
        if len(self._entries) > 2 * _KEPT:
            del self._entries[:_KEPT]

    def since(self, t: float) -> list[Any]:
        """Every value that held at some time from `t` on."""
        first = len(self._entries) - 1
        while first > 0 and self._entries[first][0] > t:
            first -= 1
        return [value for _, value in self._entries[first:]]

    def steady(self, t: float) -> bool:
        """Whether it has not changed since `t`."""
        return len(self._entries) < 2 or self._entries[-1][0] <= t


class Session(CarPoint):
    """One car at one pile. Time goes in steps of `STEP`, and the truth of each is kept."""

    def __init__(self, seed: int) -> None:
        self.past: dict[str, Past] = {}
        self._session: float | None = None
        self.energy_at = {"plug": 0.0, "session": 0.0}
        """What had gone through the plug when it went in, and when the pile's session began."""
        super().__init__(seed=seed, buses=True)
        self.map = RegisterMap(load_profile("gb-ac-pile"), self.rig.registers)
        self.ever: set[str] = set()
        """What was done so far."""
        self.done: set[str] = set()
        """What was done since the plug went in."""
        self.looks = 0
        self.switch_on()

    # Truth

    def run(self, seconds: float) -> None:
        """Let time pass, and keep what is so."""
        left = round(seconds / STEP)
        for _ in range(max(left, 1)):
            super().run(STEP)
            session = self.rig.pile.session
            if session.active and session.started != self._session:
                self._session = session.started
                self.energy_at["session"] = self.world.load.energy()
            for name, value in self._truth().items():
                self.past.setdefault(name, Past()).put(self.t, value)

    def _truth(self) -> dict[str, Any]:
        world, cable = self.world, self.world.cable
        side, pilot = world.vehicle, self.rig.pile.pilot
        joined = cable.mated and cable.pilot_wire is PilotWire.SOUND and cable.earth_sound
        live = world.output_live and cable.mated
        if cable.pilot_wire is PilotWire.SHORTED:
            letter = "E"
        elif not joined:
            letter = "A"
        else:
            letter = "C" if side.s2_closed else "B"
        return {
            "mated": cable.mated,
            "s2": side.s2_closed,
            "pwm": joined and pilot.s1 is S1.PWM,
            "duty": pilot.duty if joined and pilot.s1 is S1.PWM else 0.0,
            "level": max(world.levels().positive, 0.0) if joined else 0.0,
            "letter": "F" if pilot.s1 is S1.LOW else letter,
            "live": live,
            "charging": cable.mated and side.s2_closed and live,
            "current": world.load.current(),
            "voltage": world.grid.voltage(1, world.t) if live else 0.0,
            "contactor": self.rig.pile.contactor.closed,
            "announced": pilot.announced,
            "pile_state": self.get("charging_state"),
            "locked": self.car.inlet.locked,
        }

    def truth(self, name: str, since: float) -> list[Any]:
        return self.past[name].since(since)

    def now(self, name: str) -> Any:
        return self.past[name].since(self.t)[-1]

    # Doing something

    def act(self, what: str) -> None:
        """Do one of `ACTIONS`, now."""
        self.rig.advance()
        if what == "plug" and not self.world.cable.mated:
            self.done = set()
            self.energy_at["plug"] = self.world.load.energy()
        self.done.add(what)
        self.ever.add(what)
        ACTIONS[what](self)

    # What is shown

    def register(self, name: str) -> Any:
        """A point of the pile as a Modbus client decodes it now."""
        return self.map.shown(name)

    def taken(self, message: str) -> float:
        """The earliest moment of which the latest frame of a message can tell."""
        age = self.age(message)
        assert age <= CYCLES[message] + LATENCY, (message, age)
        return self.t - age - LATENCY - STEP

    def told(self, message: str, signal: str, *names: str) -> tuple[Any, list[Any]]:
        """What a signal shows, and what it may show: what was true since its data were taken."""
        since = self.taken(message)
        return self.signal(signal), [x for name in names for x in self.truth(name, since)]

    def is_told(
        self, message: str, signal: str, name: str, words: Callable[[Any], Hashable]
    ) -> None:
        """A state on the bus was true at some moment since its data were taken."""
        shown, true = self.told(message, signal, name)
        assert shown in {words(value) for value in true}, (self.t, signal, shown, true)

    def is_near(self, message: str, signal: str, name: str, *, share: float, step: float) -> None:
        """A number on the bus lies among the true ones since then, give or take its accuracy."""
        shown, true = self.told(message, signal, name)
        low, high = min(true), max(true)
        slack = share * high + step
        assert low - slack <= shown <= high + slack, (self.t, signal, shown, low, high)


def _wire(condition: PilotWire) -> Callable[[Session], None]:
    def change(session: Session) -> None:
        session.world.load.settle()
        session.world.cable.pilot_wire = condition
        session.world.refresh()

    return change


def _limit(amperes: float) -> Callable[[Session], None]:
    return lambda session: session.put("current_limit", amperes)


def _press(session: Session) -> None:
    session.rig.pile.press_emergency_stop()


def _release(session: Session) -> None:
    session.rig.pile.release_emergency_stop()
    session.rig.pile.push_reset_button()


ACTIONS: dict[str, Callable[[Session], None]] = {
    "plug": lambda session: session.world.plug_in(),
    "unplug": lambda session: session.world.return_gun(),
    "start": lambda session: session.put("charge_command", "start"),
    "stop": lambda session: session.put("charge_command", "stop"),
    "limit-32": _limit(32.0),
    "limit-20": _limit(20.0),
    "limit-6": _limit(6.0),
    "pause": _limit(0.0),
    "stop-at-car": lambda session: session.do("stop-charging-at-car"),
    "resume-at-car": lambda session: session.do("resume-charging-at-car"),
    "cp-break": _wire(PilotWire.BROKEN),
    "cp-short": _wire(PilotWire.SHORTED),
    "cp-mend": _wire(PilotWire.SOUND),
    "press-stop": _press,
    "release-stop": _release,
    "reset": lambda session: session.rig.pile.reset_faults(),
}
"""What people, plug and wires can do."""
