"""What the pile watches besides the pilot: supply, temperatures, residual current, sensors.

Each guard turns a condition of the world into the cause of an alarm, with its debounce. Nothing is
polled: a guard is asked again when something changed, and plans the moment at which its debounce
or a temperature would get there.
"""

from collections.abc import Callable, Iterable

from simulators.pile.alarms import AlarmBoard
from simulators.pile.settings import PileSettings
from simulators.scheduler import Event, Scheduler
from simulators.thermal import Node
from simulators.world import World


class Guard:
    """One alarm with a condition, a time that it must last and a time to recover."""

    def __init__(
        self,
        scheduler: Scheduler,
        board: AlarmBoard,
        code: str,
        bad: Callable[[], bool],
        *,
        debounce: float = 0.0,
        good: Callable[[], bool] | None = None,
        recovery: float = 0.0,
    ) -> None:
        self._scheduler = scheduler
        self._board = board
        self._code = code
        self._bad = bad
        self._good = good if good is not None else lambda: not bad()
        self._debounce = debounce
        self._recovery = recovery
        self._asserted = False
        self._plan: Event | None = None

    def look(self) -> None:
        """The condition may have changed."""
        wants_change = self._good() if self._asserted else self._bad()
        if not wants_change:
            if self._plan is not None:
                self._plan.cancel()
                self._plan = None
            return
        if self._plan is not None:
            return
        delay = self._recovery if self._asserted else self._debounce
        if delay == 0:
            self._turn()
        else:
            self._plan = self._scheduler.after(delay, self._turn)

    def _turn(self) -> None:
        self._plan = None
        self._asserted = not self._asserted
        self._board.cause(self._code, self._asserted)


def build_guards(
    world: World,
    board: AlarmBoard,
    settings: PileSettings,
    *,
    residual: Callable[[], float],
    rcd_tripped: Callable[[], bool],
    powered: Callable[[], bool],
    chain_open: Callable[[], bool],
    earth_lost: Callable[[], bool],
    holder_out: Callable[[], bool],
    more: Iterable[tuple[str, Callable[[], bool], float]],
) -> list[Guard]:
    """All guards that follow from the site. Voltages are compared as the pile filters them.

    `more`: code, condition and debounce (s) of what follows from contacts and modules directly.
    """
    s, grid, scheduler = settings, world.grid, world.scheduler

    def guard(code: str, bad: Callable[[], bool], **more: object) -> Guard:
        return Guard(scheduler, board, code, bad, **more)  # type: ignore[arg-type]

    volts = {"debounce": s.voltage_debounce, "recovery": s.voltage_recovery}
    guards = [
        guard("F-01", chain_open, debounce=s.detect_after),
        guard(
            "F-02",
            lambda: rcd_tripped() or residual() > s.leakage_trip,
            debounce=s.leakage_time,
        ),
        guard(
            "F-04", lambda: grid.highest() > s.overvoltage,
            good=lambda: grid.highest() < s.overvoltage - s.voltage_hysteresis, **volts,
        ),
        guard(
            "F-05", lambda: powered() and grid.level < s.undervoltage,
            good=lambda: grid.level > s.undervoltage + s.voltage_hysteresis, **volts,
        ),
        guard(
            "F-06",
            lambda: not s.frequency_low <= grid.frequency_level <= s.frequency_high,
            good=lambda: s.frequency_low + s.frequency_hysteresis
            <= grid.frequency_level <= s.frequency_high - s.frequency_hysteresis,
            debounce=s.frequency_debounce, recovery=s.frequency_debounce,
        ),
        guard("F-07", lambda: s.phases == 3 and bool(grid.lost_phases), debounce=1.0),
        guard(
            "F-08",
            lambda: powered() and grid.neutral_to_earth(world.t) > s.polarity_alarm,
            debounce=s.detect_after,
        ),
        guard("F-17", earth_lost, debounce=s.detect_after),
        guard("F-24", holder_out, debounce=s.holder_reminder),
        guard("F-36", lambda: not powered()),
    ]  # fmt: skip
    guards += [guard(code, bad, debounce=debounce) for code, bad, debounce in more]
    return guards


class Temperatures:
    """Inside and plug: equilibrium by ambient, load and condition; alarms and derating."""

    def __init__(
        self,
        world: World,
        settings: PileSettings,
        board: AlarmBoard,
        changed: Callable[[], None],
    ) -> None:
        self._world = world
        self._settings = settings
        self._board = board
        self._changed = changed
        self._cooling = 1.0
        self._plug_heat = 0.0
        self._contact = 1.0
        self._sensor_offset = 0.0
        self.derated = False
        self.inside = Node(self._inside_goal(), 1500.0, world.t)
        self.plug = Node(self._plug_goal(), 900.0, world.t)
        self._plan: Event | None = None

    # Condition; setting one means that it has been so for hours.

    @property
    def cooling(self) -> float:
        """Thermal resistance of the enclosure over that of a clean one."""
        return self._cooling

    @cooling.setter
    def cooling(self, factor: float) -> None:
        self._cooling = factor
        self._settle()

    @property
    def plug_heat(self) -> float:
        """Rise of the plug (K) from a heat source of its own."""
        return self._plug_heat

    @plug_heat.setter
    def plug_heat(self, rise: float) -> None:
        self._plug_heat = rise
        self._settle()

    @property
    def contact(self) -> float:
        """Contact resistance of the plug's pins over that of sound ones."""
        return self._contact

    @contact.setter
    def contact(self, factor: float) -> None:
        self._contact = factor
        self.update()

    @property
    def sensor_offset(self) -> float:
        """Error (K) of the sensor inside; the pile goes by what it reads."""
        return self._sensor_offset

    @sensor_offset.setter
    def sensor_offset(self, kelvin: float) -> None:
        self._sensor_offset = kelvin
        self._look()

    def _share(self) -> float:
        return self._world.load.mean_square() / self._settings.rated_current**2

    def _inside_goal(self) -> float:
        return self._world.ambient + (7.0 + 18.0 * self._share()) * self._cooling

    def _plug_goal(self) -> float:
        return self._world.ambient + 0.5 + 18.0 * self._share() * self._contact + self._plug_heat

    def _settle(self) -> None:
        self.update()
        self.inside.settle(self._world.t)
        self.plug.settle(self._world.t)
        self._look()

    def update(self) -> None:
        """The load or the condition has changed."""
        self.inside.aim(self._inside_goal(), self._world.t)
        self.plug.aim(self._plug_goal(), self._world.t)
        self._look()

    def inside_reading(self) -> float:
        return self.inside.at(self._world.t) + self._sensor_offset

    def plug_reading(self) -> float:
        return self.plug.at(self._world.t)

    def _look(self) -> None:
        s, t = self._settings, self._world.t
        # Rounded, so that at the moment of a crossing the temperature is at the threshold.
        inside = round(self.inside.at(t) + self._sensor_offset, 5)
        plug = round(self.plug.at(t), 5)
        for code, value, trip, recover in (
            ("F-11", inside, s.inside_trip, s.inside_recover),
            ("F-12", plug, s.plug_trip, s.plug_recover),
        ):
            still = self._board.stands(code) and value > recover
            self._board.cause(code, value >= trip or still)
        hot = inside >= s.inside_derate or plug >= s.plug_derate
        warm = inside > s.inside_recover or plug > s.plug_recover
        derated = hot or (self.derated and warm)
        if derated != self.derated:
            self.derated = derated
            self._changed()
        self._plan_crossing()

    def _plan_crossing(self) -> None:
        s, t = self._settings, self._world.t
        if self._plan is not None:
            self._plan.cancel()
            self._plan = None
        waits = [
            node.crossing(threshold - offset, t)
            for node, offset, thresholds in (
                (
                    self.inside,
                    self._sensor_offset,
                    (s.inside_derate, s.inside_trip, s.inside_recover),
                ),
                (self.plug, 0.0, (s.plug_derate, s.plug_trip, s.plug_recover)),
            )
            for threshold in thresholds
        ]
        # A crossing closer than a microsecond has just been dealt with.
        ahead = [wait for wait in waits if wait is not None and wait > 1e-6]
        if ahead:
            self._plan = self._world.after(min(ahead) + 1e-6, self._look)
