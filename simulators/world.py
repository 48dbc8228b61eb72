"""One physical state: grid, pile site, cable, vehicle, and the circuits that join them.

Every simulated register and signal is derived from here; a fault changes this state (or the wire
to the device), never a register. Time is the caller's `now` (seconds): nothing ticks, `advance`
carries out what is due and everything continuous is a closed form of time.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Protocol

from harness.errors import UsageError
from simulators.breakout import BreakoutBox
from simulators.cable import Cable, PilotWire, Place
from simulators.enclosure import Enclosure
from simulators.grid import Grid
from simulators.load import Load
from simulators.pilot import S1, Levels, loaded, undiode
from simulators.scheduler import Action, Event, Scheduler
from simulators.socket import DetachableCable
from simulators.supply_point import SupplyPoint
from simulators.trace import Trace
from simulators.vehicle_side import VehicleSettings, VehicleSide


class PilotSource(Protocol):
    """What the pilot circuit needs to know of the pile's generator (V, ohm, %, Hz)."""

    s1: S1
    high: float
    low: float
    r1: float
    frequency: float

    @property
    def duty(self) -> float:
        """Duty of the PWM as it is put out, deviation included; 0 without PWM."""
        ...


class PileSide(Protocol):
    """What the world needs to know of the pile, and tells it."""

    @property
    def pilot(self) -> "PilotSource":
        """The generator behind R1."""
        ...

    @property
    def output_live(self) -> bool:
        """Mains is on the cable (some contact is closed and the grid is there)."""
        ...

    @property
    def sound(self) -> bool:
        """Its controller sees no fault."""
        ...

    def on_levels(self, levels: Levels) -> None:
        """The levels at test point 1 are different."""
        ...

    def on_site(self) -> None:
        """Something else about the site is different: earth, holder, supply, sensors."""
        ...


class CarSide(Protocol):
    """What the world tells a whole car behind the charging side, if there is one."""

    def on_world(self) -> None:
        """Plug, pilot, mains, site or a defect may be different."""
        ...


class World:
    """The physical state of one charging point with its vehicle."""

    def __init__(
        self,
        seed: int,
        now: Callable[[], float],
        *,
        phases: int = 3,
        rated_voltage: float = 220.0,
        rated_current: float = 32.0,
        vehicle: VehicleSettings | None = None,
        socket: bool = False,
    ) -> None:
        """`socket`: the pile has a socket, and its cable comes off (connection mode B)."""
        self.seed = seed
        self._now = now
        self.scheduler = Scheduler(now())
        self.trace = Trace()
        self.grid = Grid(self.random("grid"), phases=phases, rated_voltage=rated_voltage)
        self.supply = SupplyPoint(
            self.random("supply"), self.scheduler, self.trace, self.grid, self._supply_changed
        )
        kind = DetachableCable if socket else Cable
        self.cable: Cable = kind(self.random("cable"), rated_current)
        self.load = Load(self.scheduler, self.grid, self.trace)
        settings = vehicle or VehicleSettings(phases=phases, max_current=rated_current)
        self.vehicle = VehicleSide(
            self.random("vehicle"),
            self.scheduler,
            self.load,
            self.trace,
            settings=settings,
            changed=self.refresh,
        )
        self.box = BreakoutBox()
        self.vehicle.cable_rating = self._rating_at_inlet
        self.load.phases = tuple(range(1, min(settings.phases, phases) + 1))
        self.ambient = round(self.random("site").uniform(22.0, 27.0), 1)
        """Air temperature (°C)."""
        self.leakage = 0.0
        """Extra residual current to earth (mA) while mains is on the cable."""
        self.enclosure = Enclosure()
        self.appearance: dict[str, str] = {}
        """What a look at the pile finds wrong, by subject; empty: all normal."""
        self.pile: PileSide | None = None
        self.car: CarSide | None = None
        """The whole car, where one is simulated; without it `vehicle` stands for itself."""
        self._levels: Levels | None = None
        self.followers: list[Action] = []
        """Called when this point has changed in a way that could reach another of its pile."""
        self.beside: World | None = None
        """A point whose pilot is joined to this one's; only where the pile is badly built."""
        self.generator: PilotSource | None = None
        """What feeds the pilot here, where it is not the generator of this point's controller."""
        self.sag: Callable[[], float] | None = None
        """Share of the pilot's voltage that is left, where its supply also feeds another point."""
        self._told: tuple[object, ...] = ()

    def random(self, name: str) -> Random:
        """A source of seeded numbers of its own for each part, so that parts do not interact."""
        return Random(f"{self.seed}/{name}")

    # Time

    @property
    def t(self) -> float:
        """The simulated time (s)."""
        return self.scheduler.t

    def advance(self) -> None:
        """Bring the world to `now`. Cheap when nothing is due."""
        self.scheduler.run_to(self._now())

    def after(self, seconds: float, action: Action) -> Event:
        return self.scheduler.after(seconds, action)

    def next_event(self) -> float | None:
        """Time of the next planned event, for the pump of a live simulator."""
        return self.scheduler.next_event()

    def now(self) -> float:
        return self._now()

    # The pilot circuit

    def levels(self) -> Levels:
        """The levels at test point 1."""
        return self._levels if self._levels is not None else self._solve()

    def _solve(self) -> Levels:
        cable, vehicle = self.cable, self.vehicle
        if self.pile is None:
            return Levels(0.0, 0.0)
        source = self.generator or self.pile.pilot
        circuits = [self] if self.beside is None else [self, self.beside]
        if any(one.cable.pilot_wire is PilotWire.SHORTED for one in circuits):
            return Levels(0.0, 0.0)
        load, drop = self.pilot_load()
        if self.beside is not None:
            load = _parallel(load, self.beside.pilot_load()[0])
        # Poor insulation of the pilot wire divides the generator's voltage before the vehicle does.
        share = 1.0 / (1.0 + source.r1 / cable.pilot_leak)
        r1 = source.r1 * share
        share *= 1.0 if self.sag is None else self.sag()
        high = loaded(source.high * share, r1, load, drop)
        low = source.low * share
        if not vehicle.diode_sound and not self.box.pilot_held:
            low = undiode(low, r1, load)
        if source.s1 is S1.HIGH:
            return Levels(high, high)
        if source.s1 is S1.LOW:
            return Levels(low, low)
        return Levels(high, low, source.duty, source.frequency)

    def pilot_load(self) -> tuple[float | None, float]:
        """What the cable and the vehicle behind it put on the pilot: ohm (None: open), V."""
        cable, vehicle = self.cable, self.vehicle
        drop = vehicle.diode_drop if vehicle.diode_sound else 0.0
        load, drop = self.box.pilot_load(vehicle.resistance(), drop)
        # Without earth or pilot wire no current flows back: the pile sees an open circuit.
        joined = cable.pilot_wire is PilotWire.SOUND and cable.earth_sound and cable.joined
        return (load if joined else None), drop

    def refresh(self) -> None:
        """Work out the circuits again after something was changed, and tell both sides."""
        levels = self._solve()
        if levels != self._levels:
            self._levels = levels
            self.trace.note(self.t, "cp", round(levels.positive, 3))
            self.trace.note(self.t, "cp_low", round(levels.negative, 3))
            self.trace.note(self.t, "cp_duty", round(levels.duty, 3))
            if self.pile is not None:
                self.pile.on_levels(levels)
        earth = "continuous" if self.cable.earth_sound else "open"
        self.trace.note(self.t, "pe", earth)
        self.trace.note(self.t, "cc", "connected" if self.cable.connection_made else "open")
        if isinstance(self.cable, DetachableCable):
            confirmed = "connected" if self.cable.confirmed else "open"
            self.trace.note(self.t, "test_point_4", confirmed)
        duty = self.inlet_duty()
        self.trace.note(self.t, "inlet_cc", "connected" if self.inlet_cc else "open")
        self.trace.note(self.t, "inlet_pwm", "present" if duty is not None else "absent")
        self.trace.note(self.t, "output", "live" if self.output_live else "off")
        self.trace.note(self.t, "inlet", "live" if self.inlet_live else "off")
        self.vehicle.on_pilot(duty)
        self.vehicle.on_cable()
        self.vehicle.on_mains(self.inlet_live)
        if self.pile is not None:
            self.pile.on_site()
        self.supply.rcd.sees(self.leakage if self.output_live else 0.0)
        if self.car is not None:
            self.car.on_world()
        if self.followers:
            self._tell(levels)

    def _tell(self, levels: Levels) -> None:
        leak = self.leakage if self.output_live else 0.0
        sound = self.pile is None or self.pile.sound
        told = (levels, leak, sound, self.cable.pilot_wire, self.pilot_load())
        if told != self._told:
            self._told = told
            for follow in self.followers:
                follow()

    # The inlet, behind cable and break-out box

    @property
    def inlet_cc(self) -> bool:
        """CC is joined all the way to the vehicle (test point 3)."""
        return self.cable.connection_made and not self.box.cc_open

    def inlet_duty(self) -> float | None:
        """Duty (%) of the PWM at the inlet; None: none arrives there."""
        cable, duty = self.cable, self.levels().duty
        sound = cable.pilot_wire is PilotWire.SOUND and cable.earth_sound and cable.joined
        return duty if duty > 0 and sound and not self.box.pilot_held else None

    @property
    def inlet_live(self) -> bool:
        """Mains is on the inlet's pins."""
        return self.output_live and self.cable.joined and not self.box.mains_open

    def _rating_at_inlet(self) -> int:
        parted = self.box.cc_open or not self.cable.connection_wire_sound
        return 0 if parted else self.cable.coded_rating()

    # Mains

    def _supply_changed(self) -> None:
        """Feeder or RCD has opened or closed."""
        self.load.settle()
        self.refresh()

    @property
    def output_live(self) -> bool:
        """Is there mains on the plug's pins?"""
        return self.pile is not None and self.pile.output_live

    def set_supply(self, **change: float | frozenset[int]) -> None:
        """Change the grid (`level` V, `frequency_level` Hz, `lost_phases`) at this moment."""
        self.advance()
        self.load.settle()
        for name, value in change.items():
            if name not in ("level", "frequency_level", "lost_phases"):
                raise UsageError(f"the grid has no {name!r}")
            setattr(self.grid, name, value)
            shown = sorted(value) if isinstance(value, frozenset) else [value]
            self.trace.note(self.t, f"supply.{name}", " ".join(map(str, shown)))
        self.refresh()

    # What hands can do

    def take_gun(self) -> None:
        """The plug is in somebody's hand."""
        self.advance()
        if self.cable.mated:
            self._pull()
        self._put(Place.HAND)

    def return_gun(self) -> None:
        self.advance()
        if self.cable.mated:
            self._pull()
        self._put(Place.HOLDER)

    def plug_in(self) -> None:
        """The plug goes into the vehicle."""
        self.advance()
        if not self.cable.mated:
            self._put(Place.VEHICLE)
            self.vehicle.connect()

    def press_latch(self, pressed: bool) -> None:
        """The latch button (S3) of the plug is pressed or let go."""
        self.advance()
        self.cable.button_pressed = pressed
        self.trace.note(self.t, "latch", "pressed" if pressed else "released")
        if pressed and self.cable.mated:
            self.vehicle.press_button()
        self.refresh()

    def _pull(self) -> None:
        self.cable.place = Place.HAND
        self.trace.note(self.t, "plug", Place.HAND.value)
        self.vehicle.disconnect()

    def _put(self, place: Place) -> None:
        self.cable.place = place
        self.trace.note(self.t, "plug", place.value)
        self.refresh()

    def condition(self) -> Mapping[str, object]:
        """Everything about the hardware that a fault may have changed, for comparison."""
        cable, vehicle, grid = self.cable, self.vehicle, self.grid
        return {
            "grid": (grid.level, grid.frequency_level, grid.lost_phases, grid.reversed),
            "cable": (
                cable.place, cable.pilot_wire, cable.earth_sound, cable.connection_contact_stuck,
                cable.connection_wire_sound, cable.rc, cable.button_pressed, cable.pilot_leak,
                cable.cc_open, cable.output_shorted,
            ),
            "vehicle": (
                vehicle.r2, vehicle.r3, vehicle.diode_sound, vehicle.s2_stuck_open,
                vehicle.obeys, vehicle.excess, vehicle.follows_duty, vehicle.contract,
                vehicle.s2_needs_mains, vehicle.draws_when_waking,
            ),
            "site": (self.ambient, self.leakage, dict(self.appearance)),
            "enclosure": tuple(vars(self.enclosure).values()),
            "supply": self.supply.condition(),
            "box": (self.box.pilot_held, self.box.cc_open, self.box.mains_open),
        }  # fmt: skip


def _parallel(one: float | None, other: float | None) -> float | None:
    """Two loads side by side (ohm); None: open."""
    if one is None or other is None:
        return one if other is None else other
    return one * other / (one + other)
