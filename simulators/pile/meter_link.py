"""The line inside the pile between the controller and its energy meter.

The controller polls the meter once a second. Polls are carried out while their outcome can differ
from what is known: for some time after anything has changed, and as long as something is wrong.
What it does not get it does not know: the registers hold what came last.
"""

from collections.abc import Callable

from simulators.pile.alarms import AlarmBoard
from simulators.pile.metering import Meter
from simulators.pile.settings import PileSettings
from simulators.scheduler import Event, Scheduler

BAUD = 9600
ADDRESS = 1
_QUIET_AFTER = 5
"""So many sound polls in a row end the polling until something changes."""
_MARGIN = 1.3
_SLACK_WH = 20.0


class MeterLink:
    """Polling, silence (F-28) and plausibility (F-29). Units as in `Meter`."""

    def __init__(
        self, meter: Meter, settings: PileSettings, scheduler: Scheduler, alarms: AlarmBoard
    ) -> None:
        self._meter = meter
        self._settings = settings
        self._scheduler = scheduler
        self._alarms = alarms
        self.wire_sound = True
        self.meter_address = ADDRESS
        """The address that is set at the meter; the controller asks 1."""
        self.meter_baud = BAUD
        self.meter_clock_error = 0.0
        """Seconds by which the meter's clock is off the pile's, which sets it once a day."""
        self.register_flips = 0.0
        """Energy (Wh) by which a failing memory cell changes the register at every other poll."""
        self._polls = 0
        self._missed = 0
        self._sound = 0
        self._bad = False
        self._poll_event: Event | None = None
        self._held: dict[str, float] | None = None
        self._last: tuple[float, float] | None = None
        self._known = self._signature()

    @property
    def answers(self) -> bool:
        """The meter hears the controller and the controller the meter."""
        return self.wire_sound and self.meter_address == ADDRESS and self.meter_baud == BAUD

    # What the controller knows of the meter

    def _get(self, name: str, read: Callable[[], float]) -> float:
        if self._held is None:
            return read()
        return self._held.setdefault(name, read())

    def counted(self) -> float:
        flip = self.register_flips if self._polls % 2 else 0.0
        return self._get("counted", self._meter.counted) + flip

    def of_phase(self, quantity: str, phase: int) -> float:
        """`voltage`, `current`, `power` or `apparent_power` of a phase."""
        read: Callable[[int], float] = getattr(self._meter, quantity)
        return self._get(f"{quantity}{phase}", lambda: read(phase))

    def frequency(self) -> float:
        return self._get("frequency", self._meter.frequency)

    # Polling

    def look(self) -> None:
        """Something may have changed: the line, the meter, or what it measures."""
        known, self._known = self._known, self._signature()
        if known == self._known:
            return
        if not self.answers and self._held is None:
            self._hold()
        self._sound = 0
        self._poll_soon()

    def _signature(self) -> tuple[object, ...]:
        """What the outcome of a poll depends on."""
        meter = self._meter
        return self.answers, self.register_flips, meter.power_gain, meter.current_to_be

    def _hold(self) -> None:
        """The last poll that was answered is what the controller goes on with."""
        self._held = {"counted": self._meter.counted(), "frequency": self._meter.frequency()}
        for phase in range(1, self._settings.phases + 1):
            for quantity in ("voltage", "current", "power", "apparent_power"):
                self._held[f"{quantity}{phase}"] = getattr(self._meter, quantity)(phase)

    def _poll_soon(self) -> None:
        if self._poll_event is None:
            self._poll_event = self._scheduler.after(self._settings.meter_poll, self._poll)

    def _poll(self) -> None:
        self._poll_event = None
        self._polls += 1
        if not self.answers:
            self._missed += 1
            self._sound = 0
            if self._missed >= self._settings.meter_misses:
                self._alarms.cause("F-28", True)
                return  # nothing changes before somebody mends it
            self._poll_soon()
            return
        self._missed = 0
        self._held = None
        self._alarms.cause("F-28", False)
        self._bad = self._implausible()
        self._sound = 0 if self._bad else self._sound + 1
        if self._bad:
            self._alarms.cause("F-29", True)
        elif self._sound >= _QUIET_AFTER - 2:
            self._alarms.cause("F-29", False)
        if self._sound < _QUIET_AFTER:
            self._poll_soon()
        else:
            self._last = None

    def _implausible(self) -> bool:
        """The register went back or leapt since the last poll, or power flows backwards."""
        now, counted = self._scheduler.t, self.counted()
        before, self._last = self._last, (now, counted)
        if sum(self._meter.power(p) for p in range(1, self._settings.phases + 1)) < -50.0:
            return True
        if before is None:
            return False
        moved, seconds = counted - before[1], now - before[0]
        most = self._settings.max_power * _MARGIN * seconds / 3600 + _SLACK_WH
        return not -1.0 <= moved <= most

    @property
    def clock_off(self) -> bool:
        return abs(self.meter_clock_error) > self._settings.meter_clock_off
