"""What an oscilloscope, a power analyser and a few contacts would record of the simulated bench.

The world's physics go through what instruments can see: the pilot period by period (1 ms), voltage
and current as half-cycle RMS (10 ms), contacts by the step of a clock. Gains are off by a seeded
amount inside the stated uncertainty. Nothing else of the simulation is shown.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.devices.recorder.channels import CHANNELS
from harness.devices.recorder.recording import Recording, Sample, Track, with_derived
from simulators.load import POWER_FACTOR
from simulators.pilot import Levels
from simulators.rig import Rig
from simulators.socket import DetachableCable

PILOT_STEP = 1e-3
MAINS_STEP = 0.01
CONTACT_STEP = 1e-4
_BETWEEN = 10
"""Half cycles between two stored values of a voltage that stays."""
CP_SPREAD, DUTY_SPREAD, FREQUENCY_SPREAD = 0.05, 0.05, 0.5
VOLT_SPREAD, AMPERE_SPREAD, WATT_SPREAD = 0.5, 0.1, 50.0
SOURCE = "simulated oscilloscope and power analyser"


@dataclass(frozen=True, slots=True)
class _State:
    """What there is to see from one instant on."""

    levels: Levels
    live: bool
    supply: float
    lost: frozenset[int]
    s2: bool
    contactor: bool
    earth: bool
    coupled: bool
    pwm_arrives: bool
    latch: bool
    plugged: bool
    stop_pressed: bool
    test_point_4: bool | None
    """None: no socket."""
    locked: bool
    course: tuple[float, float, float, float]
    """Start and end of the current's ramp (s), and its current there (A)."""

    def current(self, t: float) -> float:
        t0, t1, i0, i1 = self.course
        return i1 if t >= t1 or t1 <= t0 else i0 + (i1 - i0) * max(t - t0, 0.0) / (t1 - t0)


class SimulatedRecorder:
    """Records one rig. Time zero of a recording is its beginning."""

    def __init__(self, rig: Rig, contact_step: float = CONTACT_STEP) -> None:
        self._rig = rig
        self._step = contact_step
        random = rig.world.random("recorder")
        self._volts = 1 + random.uniform(-0.5, 0.5) * VOLT_SPREAD / 250
        self._amperes = 1 + random.uniform(-0.5, 0.5) * AMPERE_SPREAD / 40
        self._pilot = random.uniform(-0.4, 0.4) * CP_SPREAD
        self._duty = random.uniform(-0.4, 0.4) * DUTY_SPREAD
        self._clock = 1 + random.uniform(-0.3, 0.3) * FREQUENCY_SPREAD / 1000
        self._start = 0.0
        self._times: list[float] = []
        self._states: list[_State] = []
        self._on = False
        self._listening = False

    @property
    def running(self) -> bool:
        return self._on

    def begin(self) -> None:
        """Record from now on; what was recorded before is forgotten."""
        self._rig.advance()
        if not self._listening:
            self._rig.world.trace.subscribe(lambda _entry: self._note())
            self._rig.world.load.on_change.append(self._note)
            self._listening = True
        self._start = self._rig.world.t
        self._times, self._states = [], []
        self._on = True
        self._look()

    def end(self) -> Recording:
        """Stop, and give what was recorded."""
        self._rig.advance()
        self._look()
        self._on = False
        return self._recording(self._rig.world.t - self._start)

    def _note(self) -> None:
        if self._on:
            self._look()

    def _look(self) -> None:
        """Keep what there is to see now, if it is new."""
        rig = self._rig
        world, grid = rig.world, rig.world.grid
        state = _State(
            world.levels(),
            world.output_live and not world.box.mains_open,
            grid.level,
            grid.lost_phases,
            world.vehicle.s2_closed,
            rig.pile.contactor.closed,
            world.cable.earth_sound,
            world.inlet_cc,
            world.inlet_duty() is not None,
            world.cable.button_pressed,
            world.cable.mated,
            rig.pile.emergency_stop.pressed,
            world.cable.confirmed if isinstance(world.cable, DetachableCable) else None,
            rig.pile.lock.locked,
            world.load.course,
        )
        t = world.t - self._start
        if self._states and self._states[-1] == state:
            return
        if self._times and self._times[-1] == t:
            self._states[-1] = state
            return
        self._times.append(t)
        self._states.append(state)

    # From physics to channels

    def _recording(self, end: float) -> Recording:
        tracks = [*self._pilot_tracks(end), *self._contact_tracks(end), *self._mains_tracks(end)]
        return Recording(SOURCE, with_derived({track.name: track for track in tracks}))

    def _stepped(
        self,
        name: str,
        value: Callable[[_State], Sample],
        *,
        end: float,
        step: float,
        window: float = 0.0,
        spread: float | None = None,
    ) -> Track:
        times: list[float] = []
        values: list[Sample] = []
        for t, state in zip(self._times, self._states, strict=True):
            tick = math.ceil(t / step - 1e-6) * step
            one = value(state)
            if times and times[-1] >= tick - step / 2:
                values[-1] = one
                if len(values) > 1 and values[-2] == one:
                    times.pop()
                    values.pop()
            elif not values or values[-1] != one:
                times.append(round(tick, 9))
                values.append(one)
        unit = CHANNELS[name].unit
        return Track(name, unit, times, values, step, max(end, times[-1]), window, spread)

    def _pilot_tracks(self, end: float) -> Iterable[Track]:
        def track(name: str, value: Callable[[_State], Sample], spread: float) -> Track:
            return self._stepped(
                name, value, end=end, step=PILOT_STEP, window=PILOT_STEP, spread=spread
            )

        yield track("cp_high", lambda s: round(s.levels.positive + self._pilot, 2), CP_SPREAD)
        yield track("cp_low", lambda s: round(s.levels.negative + self._pilot, 2), CP_SPREAD)
        yield track(
            "cp_duty",
            lambda s: round(s.levels.duty + self._duty, 2) if s.levels.duty else 0.0,
            DUTY_SPREAD,
        )
        yield track(
            "cp_frequency", lambda s: round(s.levels.frequency * self._clock, 1), FREQUENCY_SPREAD
        )

    def _contact_tracks(self, end: float) -> Iterable[Track]:
        socket = isinstance(self._rig.world.cable, DetachableCable)
        for name, value in {**_CONTACTS, **(_AT_SOCKET if socket else {})}.items():
            yield self._stepped(name, value, end=end, step=self._step)

    def _mains_tracks(self, end: float) -> Iterable[Track]:
        phases = range(1, self._rig.world.grid.phases + 1)
        carrying = self._rig.world.load.phases
        ticks = self._ticks(end)
        volts = {p: [round(self._rms(k, p), 1) for k in ticks] for p in phases}
        amps = [round(self._ampere(k), 2) for k in ticks]
        for phase in phases:
            yield _compressed(f"voltage_l{phase}", ticks, volts[phase], end, VOLT_SPREAD)
        for phase in phases:
            own = amps if phase in carrying else [0.0] * len(amps)
            yield _compressed(f"current_l{phase}", ticks, own, end, AMPERE_SPREAD)
        watts = [
            float(round(sum(volts[p][n] for p in carrying if p in volts) * i * POWER_FACTOR))
            for n, i in enumerate(amps)
        ]
        yield _compressed("power", ticks, watts, end, WATT_SPREAD)

    def _ticks(self, end: float) -> list[int]:
        """Half cycles (numbered from the start) at which something may be different."""
        last = max(int(end / MAINS_STEP), 0)
        wanted = {0, last}
        for number, (t, state) in enumerate(zip(self._times, self._states, strict=True)):
            first = math.ceil(t / MAINS_STEP - 1e-6)
            until = self._times[number + 1] if number + 1 < len(self._times) else end
            final = math.ceil(until / MAINS_STEP - 1e-6)
            wanted.update((first, first + 1))
            if state.live:
                wanted.update(range(first, final + 1, _BETWEEN))
            ramp_end = state.course[1] - self._start
            if ramp_end > t:
                wanted.update(range(first, math.ceil(min(ramp_end, until) / MAINS_STEP) + 2))
        return sorted(tick for tick in wanted if tick <= last)

    def _pieces(self, tick: int) -> Iterable[tuple[float, float, _State]]:
        """The parts of the half cycle before a tick, with what was so in each."""
        stop = tick * MAINS_STEP
        start = stop - MAINS_STEP
        index = max(bisect_right(self._times, start) - 1, 0)
        while index < len(self._times) and (a := max(start, self._times[index])) < stop:
            later = self._times[index + 1] if index + 1 < len(self._times) else math.inf
            yield a, min(stop, later), self._states[index]
            index += 1
        if tick == 0:
            yield start, stop, self._states[0]

    def _rms(self, tick: int, phase: int) -> float:
        square = 0.0
        wobble = self._rig.world.grid.deviation(phase, self._start + tick * MAINS_STEP)
        for a, b, state in self._pieces(tick):
            if state.live and phase not in state.lost:
                square += (state.supply + wobble) ** 2 * (b - a) / MAINS_STEP
        return math.sqrt(square) * self._volts

    def _ampere(self, tick: int) -> float:
        square = 0.0
        for a, b, state in self._pieces(tick):
            square += state.current(self._start + (a + b) / 2) ** 2 * (b - a) / MAINS_STEP
        return math.sqrt(square) * self._amperes


_CONTACTS: dict[str, Callable[[_State], Sample]] = {
    "s2": lambda state: "closed" if state.s2 else "open",
    "contactor": lambda state: "closed" if state.contactor else "open",
    "pe": lambda state: "continuous" if state.earth else "open",
    "cc": lambda state: "connected" if state.coupled else "open",
    "inlet_pwm": lambda state: "present" if state.pwm_arrives else "absent",
    "latch": lambda state: "pressed" if state.latch else "released",
    "plug": lambda state: "in" if state.plugged else "out",
    "emergency_stop": lambda state: "pressed" if state.stop_pressed else "released",
}


_AT_SOCKET: dict[str, Callable[[_State], Sample]] = {
    "test_point_4": lambda state: "connected" if state.test_point_4 else "open",
    "socket_lock": lambda state: "locked" if state.locked else "unlocked",
}


def _compressed(
    name: str, ticks: list[int], values: list[float], end: float, spread: float
) -> Track:
    """Without the values that only repeat the one before."""
    times: list[float] = []
    kept: list[Sample] = []
    for tick, value in zip(ticks, values, strict=True):
        if not kept or kept[-1] != value:
            times.append(round(tick * MAINS_STEP, 9))
            kept.append(value)
    unit = CHANNELS[name].unit
    return Track(
        name, unit, times, kept, MAINS_STEP, max(end, times[-1]), MAINS_STEP, spread
    )  # fmt: skip
