"""Body: switches, horn, wipers, doors, windows, belts, levels, airbag, sound for pedestrians."""

from collections.abc import Callable, Mapping

from simulators.vehicle.accident import Accident
from simulators.vehicle.lamp_circuits import WarningLamps
from simulators.vehicle.lamps import CHANNELS, Lamps
from simulators.vehicle.part import Part, Site

DOORS = ("FL", "FR", "RL", "RR")
SEATS = ("driver", "passenger", "rear_left", "rear_middle", "rear_right")
AVAS_UP_TO = 20.0
"""Speed (km/h) below which the car must be heard."""


class Switch(Part):
    """A switch or lever with named positions; a stuck one shows one of them for ever."""

    def __init__(self, site: Site, rest: str, positions: tuple[str, ...]) -> None:
        super().__init__(site)
        self.positions = positions
        self.position = rest
        self.stuck: str | None = None

    def read(self) -> str:
        """What its contacts say."""
        return self.position if self.stuck is None else self.stuck


class Door(Part):
    """A door with its contact; the tailgate and the bonnet are doors, too."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.open = False
        self.contact_stuck: bool | None = None
        """The contact shows open (True) or closed (False) whatever the door does."""

    @property
    def shown_open(self) -> bool:
        return self.open if self.contact_stuck is None else self.contact_stuck


class Lock(Part):
    """A door lock."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.locked = True
        self.jammed = False

    def move(self, locked: bool) -> None:
        if not self.jammed:
            self.locked = locked


class Window(Part):
    """Opening in percent, 0 is closed."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.opening = 0.0
        self.jammed = False
        self.falls_only = False
        """The lifter goes down and not up again."""

    def move(self, opening: float) -> None:
        if not self.jammed and not (self.falls_only and opening < self.opening):
            self.opening = opening


class Belt(Part):
    """A seat with its belt switch."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.fastened = False
        self.occupied = False
        self.switch_stuck: bool | None = None
        self.mat_stuck: bool | None = None
        """The mat in the seat says so whoever sits there."""
        self.switch_clings = False
        """The switch closes with the tongue and does not open again."""
        self._closed = False

    @property
    def shown_occupied(self) -> bool:
        return self.occupied if self.mat_stuck is None else self.mat_stuck

    @property
    def shown_fastened(self) -> bool:
        self._closed = self.fastened or (self.switch_clings and self._closed)
        return self._closed if self.switch_stuck is None else self.switch_stuck


class Airbag(Part):
    """The airbag control unit as the body controller hears it."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.works = True
        self.deployed = False
        self.crash_stored = False
        """A crash is in its memory: it holds the high voltage off until it is cleared."""

    @property
    def state(self) -> str:
        if self.deployed:
            return "deployed"
        return "ok" if self.works and not self.crash_stored else "fault"


class Body(Part):
    """All of it. `awake` says whether the body controller runs, `key_on` whether KL15 is on."""

    def __init__(
        self,
        site: Site,
        *,
        key_on: Callable[[], bool],
        ready: Callable[[], bool],
        gear: Callable[[], str],
        speed: Callable[[], float],
    ) -> None:
        super().__init__(site)
        self._key_on = key_on
        self._ready = ready
        self._gear = gear
        self._speed = speed
        self.lamps = Lamps(site)
        self.light = Switch(site, "auto", ("off", "auto", "position", "low_beam"))
        self.high_beam = Switch(site, "off", ("off", "on"))
        self.turn = Switch(site, "off", ("off", "left", "right"))
        self.hazard = Switch(site, "off", ("off", "on"))
        self.fog_rear = Switch(site, "off", ("off", "on"))
        self.wiper = Switch(site, "off", ("off", "intermittent", "slow", "fast", "wash"))
        self.horn = Switch(site, "off", ("off", "on"))
        self.emergency_stop = Switch(site, "released", ("released", "pressed"))
        self.emergency_stop_jams = False
        """Once pressed it does not come out again."""
        self.brake_lamp_asked = False
        """The brake control asks for the brake lamps, as far as the body controller hears."""
        self.flashing_for_remote = False
        """Hazard lamps by a remote command."""
        self.driven: dict[str, str] = {}
        """What a tester drives through the body controller, and how."""
        self.horn_works = True
        self.wiper_blocked = False
        self.washer_low = False
        self.coolant_low = False
        self.avas_works = True
        self.avas_muted = False
        self.avas_sounds_in_park = False
        """It goes on in P."""
        self.avas_speaker_works = True
        """Its loudspeaker; the unit does not notice when that is dead."""
        self.doors = {name: Door(site) for name in (*DOORS, "tailgate", "bonnet")}
        self.locks = {name: Lock(site) for name in (*DOORS, "tailgate")}
        self.windows = {name: Window(site) for name in DOORS}
        self.belts = {name: Belt(site) for name in SEATS}
        self.airbag = Airbag(site)
        self.accident = Accident(site)
        self.daylight = "day"
        self.rain = 0.0
        self.ambient_sensor_works = True
        self.warning_lamps = WarningLamps(site)
        self.telltale_defects: Mapping[str, str] = {}
        """Warning lamp of the cluster -> what is seen of it whatever the cluster wants."""
        self.cabin_offset = site.random("car/cabin").uniform(0.5, 3.0)

    # Lamps

    @property
    def channels(self) -> tuple[str, ...]:
        """Everything that the body controller can light; `hazard` is both turn signals."""
        return tuple(CHANNELS)

    def light_lamps(self) -> None:
        """What the body controller switches on, from its switches and from what it hears."""
        on: set[str] = set()
        key, light = self._key_on(), self.light.read()
        dark = light == "auto" and self.daylight != "day"
        if light in ("position", "low_beam") or (dark and key):
            on |= {"position", "plate"}
        if key and (light == "low_beam" or dark):
            on |= {"low_beam_left", "low_beam_right"}
            if self.high_beam.read() == "on":
                on |= {"high_beam_left", "high_beam_right"}
        if self.hazard.read() == "on" or self.flashing_for_remote:
            on |= {"turn_left", "turn_right"}
        elif key and self.turn.read() != "off":
            on.add(f"turn_{self.turn.read()}")
        if self.brake_lamp_asked:
            on.add("brake")
        if key and self._gear() == "r":
            on.add("reverse")
        if key and self.fog_rear.read() == "on" and "position" in on:
            on.add("fog_rear")
        if self._ready() and "low_beam_left" not in on:
            on.add("drl")
        for channel, state in self.driven.items():
            if channel == "hazard":
                both = {"turn_left", "turn_right"}
                on = on | both if state == "on" else on - both
            elif channel in self.channels:
                on = on | {channel} if state == "on" else on - {channel}
        self.lamps.command(frozenset(on))

    # Sounds, wiper

    @property
    def horn_wanted(self) -> bool:
        """By the switch, or by a tester."""
        return self.driven.get("horn", self.horn.read()) == "on"

    @property
    def horn_sounds(self) -> bool:
        return self.horn_wanted and self.horn_works

    def horn_feedback(self) -> str:
        if not self.horn_wanted:
            return "off"
        return "on" if self.horn_works else "open_circuit"

    def wiper_state(self) -> str:
        """What the wiper does."""
        wanted = self.driven.get("wiper", self.wiper.read())
        if not self._key_on() or wanted == "off":
            return "parked"
        if self.wiper_blocked:
            return "blocked"
        return "washing" if wanted == "wash" else wanted

    def washer_pump(self) -> bool:
        return self._key_on() and self.wiper.read() == "wash"

    def avas(self) -> str:
        """State of the sound for pedestrians."""
        if not self.avas_works:
            return "fault"
        if not self._ready() or (self._gear() == "p" and not self.avas_sounds_in_park):
            return "off"
        if self.avas_muted:
            return "muted"
        return "sounding" if abs(self._speed()) < AVAS_UP_TO else "off"

    @property
    def heard_outside(self) -> bool:
        """A person beside the car hears the sound."""
        return self.avas() == "sounding" and self.avas_speaker_works

    # Closures

    @property
    def shut(self) -> bool:
        return not any(door.shown_open for door in self.doors.values())

    @property
    def locked(self) -> bool:
        return all(lock.locked for lock in self.locks.values())

    def move_locks(self, locked: bool) -> None:
        for lock in self.locks.values():
            lock.move(locked)

    def current(self) -> float:
        """Of lamps, horn, wiper and pump (A)."""
        wiper = 4.0 if self.wiper_state() in ("slow", "fast", "washing") else 0.0
        horn = 6.0 if self.horn_sounds else 0.0
        return self.lamps.current() + wiper + horn + (3.0 if self.washer_pump() else 0.0)
