"""Contactors, precharge, link voltage and interlock loop of the high-voltage circuit."""

from collections.abc import Callable
from enum import StrEnum

from simulators.thermal import Node
from simulators.timers import Timers
from simulators.vehicle.part import Part, Site

_MOVES = 0.03
"""A contactor moves in 30 ms."""
_PRECHARGE_TIME = 0.08
"""Time constant of the link capacitor behind the precharge resistor (s)."""
_PRECHARGED = 0.95
_PRECHARGE_LIMIT = 1.0
_DISCHARGE_TIME = 0.4
"""Active discharge; 60 V are passed well inside the 5 s of GB 18384."""
_SELF_DISCHARGE_TIME = 90.0
"""The bleeder resistors alone."""


class Contactor(Part):
    """One high-voltage contactor."""

    def __init__(self, site: Site, name: str) -> None:
        super().__init__(site)
        self.name = name
        self.command = False
        self.stuck: str | None = None
        """`open`, `closed`, or None: it works."""

    @property
    def closed(self) -> bool:
        """Whether the main contacts conduct."""
        return self.command if self.stuck is None else self.stuck == "closed"

    @property
    def obeys(self) -> bool:
        """The auxiliary contact agrees with the command."""
        return self.closed == self.command


class Interlock(Part):
    """The loop through all high-voltage connectors."""

    PLACES = ("service_disconnect", "obc", "inverter", "dcdc", "battery_cover")

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.open_at: str | None = None
        """The connector that is not closed."""
        self.shorted_to: str | None = None
        """`ground` or `battery`: the loop's wire has lost its insulation."""
        self.second_wire_sound = True
        """The tap of the loop that goes to the vehicle controller."""

    @property
    def closed(self) -> bool:
        return self.open_at is None and self.shorted_to is None

    def state(self) -> str:
        """As the battery management sees it: `closed`, `open` or `fault`."""
        if self.shorted_to is not None:
            return "fault"
        return "closed" if self.open_at is None else "open"

    def second_state(self) -> str:
        """As the vehicle controller sees it."""
        return self.state() if self.second_wire_sound else "fault"


class Stage(StrEnum):
    """Where the circuit is."""

    OFF = "off"
    PRECHARGE = "precharge"
    ON = "on"
    FAILED = "failed"


class HighVoltage(Part):
    """Switches the battery to the link and off again. `changed` is called when a stage ends."""

    def __init__(
        self, site: Site, battery_voltage: Callable[[], float], changed: Callable[[], None]
    ) -> None:
        super().__init__(site)
        self.positive = Contactor(site, "positive")
        self.negative = Contactor(site, "negative")
        self.precharge = Contactor(site, "precharge")
        self.charge = Contactor(site, "charge")
        """Between the charger and the link."""
        self.interlock = Interlock(site)
        self.precharge_resistor_sound = True
        self.active_discharge_works = True
        self.stage = Stage.OFF
        self.failure: str | None = None
        """Why the last attempt failed: `precharge`, `contactor_open`, `contactor_welded`."""
        self.link_gain = 1 + site.random("car/link").uniform(-0.002, 0.002)
        self._battery_voltage = battery_voltage
        self._changed = changed
        self._timers = Timers(site.scheduler)
        self._link = Node(0.0, _DISCHARGE_TIME, self.t)

    # What the circuit is like

    @property
    def connected(self) -> bool:
        """The battery feeds the link directly."""
        return self.positive.closed and self.negative.closed

    def link_voltage(self) -> float:
        """At the consumers (V)."""
        return self._battery_voltage() if self.connected else self._link.at(self.t)

    @property
    def welded(self) -> bool:
        """A main contactor is closed though nobody wants it closed."""
        return any(c.closed and not c.command for c in (self.positive, self.negative))

    # Switching

    def switch_on(self) -> None:
        """Begin the sequence: negative, precharge, positive. Without effect when it runs."""
        if self.stage in (Stage.PRECHARGE, Stage.ON):
            return
        self.failure = None
        if self.welded:
            self._fail("contactor_welded")
            return
        self._go(Stage.PRECHARGE)
        self._command(self.negative, True)
        self._timers.plan("sequence", _MOVES, self._precharge)

    def switch_off(self) -> None:
        """Open everything, at once. A failed circuit is open already and stays failed."""
        if self.stage not in (Stage.PRECHARGE, Stage.ON):
            return
        self._timers.cancel_all()
        self._open()
        self._go(Stage.OFF)
        self._changed()

    def reset(self) -> None:
        """Forget a failure: the key was off, or a new charge begins."""
        if self.stage is Stage.FAILED:
            self.failure = None
            self._go(Stage.OFF)

    def _precharge(self) -> None:
        self._command(self.precharge, True)
        self._follow()
        self._timers.plan("limit", _PRECHARGE_LIMIT, lambda: self._fail("precharge"))
        wanted = _PRECHARGED * self._battery_voltage()
        wait = 0.0 if self._link.at(self.t) >= wanted else self._link.crossing(wanted, self.t)
        if wait is not None:
            self._timers.plan("sequence", wait, self._close)

    def _close(self) -> None:
        self._timers.cancel("limit")
        self._command(self.positive, True)
        self._timers.plan("sequence", _MOVES, self._prove)

    def _prove(self) -> None:
        self._command(self.precharge, False)
        if not self.connected:
            self._fail("contactor_open")
            return
        self._go(Stage.ON)
        self._changed()

    def _fail(self, why: str) -> None:
        self._timers.cancel_all()
        self._open()
        self.failure = why
        self._go(Stage.FAILED)
        self._changed()

    def _open(self) -> None:
        self._link.aim(self.link_voltage(), self.t)
        self._link.settle(self.t)
        for contactor in (self.charge, self.positive, self.precharge, self.negative):
            self._command(contactor, False)
        self._follow()

    def recheck(self) -> None:
        """The condition of a contactor may have changed."""
        if self.stage is Stage.ON and not self.connected:
            self._fail("contactor_open")
        else:
            self._follow()

    def _follow(self) -> None:
        fed = self.negative.closed and (
            (self.precharge.closed and self.precharge_resistor_sound) or self.positive.closed
        )
        if fed:
            goal, time = self._battery_voltage(), _PRECHARGE_TIME
        else:
            works = self.active_discharge_works and self.stage is not Stage.PRECHARGE
            goal, time = 0.0, _DISCHARGE_TIME if works else _SELF_DISCHARGE_TIME
        if (goal, time) != (self._link.equilibrium, self._link.time_constant):
            self._link.aim(goal, self.t)
            self._link.time_constant = time

    def _command(self, contactor: Contactor, closed: bool) -> None:
        if contactor.command == closed:
            return
        contactor.command = closed
        self.note(f"contactor.{contactor.name}", contactor.closed)

    def _go(self, stage: Stage) -> None:
        self.stage = stage
        self.note("high_voltage", stage.value)
