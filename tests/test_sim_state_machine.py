"""Whatever happens in whatever order, the simulated pile stays in a legal and safe state."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sim_support import Point

from harness.devices.modbus.canonical import CHARGING_STATES
from simulators.cable import PilotWire
from simulators.pile.controller import Phase
from simulators.pilot import S1

REACTION = 0.1
"""The standard's limit (s) for opening after the pilot, S2, earth or a protection says so."""
WITH_SESSION = {Phase.PAUSED, Phase.READY, Phase.CHARGING, Phase.STOPPING}
ONE_OF_THESE = ("s2", "plug", "cp", "emergency_stop", "pe")


WAITS = st.sampled_from([0.0, 0.004, 0.021, 0.05, 0.11, 0.11, 0.6, 2.0, 6.5])


class PileUnderStimuli(RuleBasedStateMachine):
    """Stimuli of user, vehicle, network and grid, in any order and at any distance."""

    @initialize(
        seed=st.integers(0, 1000),
        free=st.booleans(),
        edition=st.sampled_from(["2015", "2023"]),
        ends=st.booleans(),
        charging=st.booleans(),
    )
    def build(self, seed: int, free: bool, edition: str, ends: bool, charging: bool) -> None:
        self.point = Point(
            seed=seed,
            guarded=True,
            plug_and_charge=free,
            edition=edition,
            watchdog_ends_session=ends,
            watchdog_recovery=0.0 if ends else 3.0,
        )
        self.world, self.pile = self.point.world, self.point.pile
        self.energy = 0.0
        self.stimulus_at = 0.0
        self.stop_at: float | None = None
        self.reached: set[Phase] = set()
        if charging:
            self.get_charging()

    @rule(milliamperes=st.sampled_from([0.0, 50.0]), obeys=st.booleans())
    def charge_then(self, milliamperes: float, obeys: bool) -> None:
        """The stimuli that count most while charging, when it surely charges."""
        self.get_charging()
        self.point.vehicle.obeys = obeys
        if milliamperes:
            self.leaks(milliamperes, 0.6)
        else:
            self.charge("stop", 6.5)

    @rule()
    def get_charging(self) -> None:
        """Do everything that leads to charging; defects may still be in the way."""
        self.cable_is(PilotWire.SOUND, True)
        self.box_is(False, False, False)
        self.supply_is(220.0)
        self.leaks(0.0)
        self.pile.release_emergency_stop()
        self.pile.alarms.unplugged()
        self.pile.push_reset_button()
        self.enable("enabled")
        self.limit(32.0)
        self.point.run(6.0)
        self.plug_in()
        self.point.vehicle.resume()
        self.request()
        self.point.run(0.5)
        self.charge("start")
        self.stop_at = None
        self.point.run(4.0)

    def acted(self, wait: float) -> None:
        self.stimulus_at = self.point.t
        self.point.run(wait)

    @rule(seconds=st.sampled_from([0.11, 2.0, 6.5, 40.0]))
    def time_passes(self, seconds: float) -> None:
        self.point.run(seconds)

    @rule()
    def request(self) -> None:
        self.pile.watchdog.feed()

    @rule(wait=WAITS)
    def plug_in(self, wait: float = 0.0) -> None:
        self.world.plug_in()
        self.acted(wait)

    @rule(back=st.booleans(), wait=WAITS)
    def unplug(self, back: bool, wait: float = 0.0) -> None:
        if back:
            self.world.return_gun()
        else:
            self.world.take_gun()
        self.acted(wait)

    @rule(command=st.sampled_from(["start", "stop"]), wait=WAITS)
    def charge(self, command: str, wait: float = 0.0) -> None:
        self.point.put("charge_command", command)
        if command == "stop":
            self.stop_at = self.point.t
        self.acted(wait)

    @rule(state=st.sampled_from(["enabled", "disabled"]), wait=WAITS)
    def enable(self, state: str, wait: float = 0.0) -> None:
        self.point.put("enable", state)
        self.acted(wait)

    @rule(amperes=st.sampled_from([0.0, 6.0, 10.0, 16.0, 32.0]), wait=WAITS)
    def limit(self, amperes: float, wait: float = 0.0) -> None:
        self.point.put("current_limit", amperes)
        self.acted(wait)

    @rule(amperes=st.sampled_from([0.0, 8.0]))
    def failsafe(self, amperes: float) -> None:
        self.point.put("failsafe_current", amperes)

    @rule(pressed=st.booleans(), wait=WAITS)
    def emergency_stop(self, pressed: bool, wait: float = 0.0) -> None:
        if pressed:
            self.pile.press_emergency_stop()
        else:
            self.pile.release_emergency_stop()
        self.acted(wait)

    @rule(wait=WAITS)
    def reset(self, wait: float = 0.0) -> None:
        self.pile.push_reset_button()
        self.acted(wait)

    @rule(
        what=st.sampled_from(["open_s2", "close_s2", "finish", "resume", "ask_for_energy"]),
        wait=WAITS,
    )
    def vehicle_acts(self, what: str, wait: float = 0.0) -> None:
        getattr(self.point.vehicle, what)()
        self.acted(wait)

    @rule(
        obeys=st.booleans(),
        excess=st.sampled_from([1.0, 1.0, 1.3]),
        diode=st.booleans(),
        wait=WAITS,
    )
    def vehicle_is(self, obeys: bool, excess: float, diode: bool, wait: float = 0.0) -> None:
        self.point.vehicle.obeys = obeys
        self.point.vehicle.excess = excess
        self.point.vehicle.diode_sound = diode
        self.world.refresh()
        self.acted(wait)

    @rule(held=st.booleans(), cc=st.booleans(), mains=st.booleans(), wait=WAITS)
    def box_is(self, held: bool, cc: bool, mains: bool, wait: float = 0.0) -> None:
        """The break-out box between plug and inlet."""
        box = self.world.box
        box.pilot_held, box.cc_open, box.mains_open = held, cc, mains
        self.world.refresh()
        self.acted(wait)

    @rule(wire=st.sampled_from(list(PilotWire)), earth=st.booleans(), wait=WAITS)
    def cable_is(self, wire: PilotWire, earth: bool, wait: float = 0.0) -> None:
        self.world.cable.pilot_wire = wire
        self.world.cable.earth_sound = earth
        self.world.trace.note(self.point.t, "pe", earth)
        self.world.refresh()
        self.acted(wait)

    @rule(level=st.sampled_from([220.0, 160.0, 290.0, 0.0, 220.0]), wait=WAITS)
    def supply_is(self, level: float, wait: float = 0.0) -> None:
        self.world.set_supply(level=level)
        self.acted(wait)

    @rule(milliamperes=st.sampled_from([0.0, 0.0, 50.0]), wait=WAITS)
    def leaks(self, milliamperes: float, wait: float = 0.0) -> None:
        self.world.leakage = milliamperes
        self.world.refresh()
        self.acted(wait)

    @rule(jammed=st.booleans())
    def lock_is(self, jammed: bool) -> None:
        self.pile.lock.jammed = jammed

    # What must always hold

    @invariant()
    def state_is_legal(self) -> None:
        phase = self.pile.controller.phase
        assert self.point.get("charging_state") in CHARGING_STATES
        assert self.pile.session.active == (phase in WITH_SESSION)
        assert (self.pile.pilot.s1 is S1.PWM) == (phase in (Phase.READY, Phase.CHARGING))
        assert (self.pile.pilot.s1 is S1.LOW) == (phase is Phase.OUT)
        assert self.pile.alarms.blocking == (phase is Phase.FAULT)
        assert self.pile.contactor.command == (phase in (Phase.CHARGING, Phase.STOPPING))

    @invariant()
    def sound_contactor_is_never_accused(self) -> None:
        assert not {"F-18", "F-19"} & set(self.point.get("fault_flags"))

    @invariant()
    def current_needs_a_closed_contactor(self) -> None:
        if self.world.load.current() > 0:
            assert self.pile.contactor.closed
            assert self.world.inlet_live
            assert not self.point.vehicle.waking

    @invariant()
    def energy_only_grows(self) -> None:
        now = self.point.get("total_energy")
        assert now >= self.energy
        self.energy = now

    @precondition(lambda self: self.pile.contactor.closed)
    @invariant()
    def closed_only_while_all_conditions_hold(self) -> None:
        recent = [e.t for e in self.point.trace.entries if e.name in ONE_OF_THESE]
        if self.point.t - max(self.stimulus_at, *recent) < REACTION:
            return
        cable, vehicle = self.world.cable, self.point.vehicle
        assert cable.mated and cable.earth_sound and cable.pilot_wire is PilotWire.SOUND
        # To the pile the box's substitute is a vehicle with S2 closed.
        assert vehicle.s2_closed or self.world.box.pilot_held
        assert not self.pile.emergency_stop.pressed
        assert self.pile.powered
        assert self.pile.residual_current() <= self.pile.settings.leakage_trip
        assert self.pile.lock.locked

    @precondition(lambda self: self.stop_at is not None)
    @invariant()
    def a_stop_opens_within_six_seconds(self) -> None:
        assert self.stop_at is not None
        if self.point.t - self.stop_at < 6.0 + REACTION:
            return
        closed = self.point.trace.first_after(self.stop_at, "contactor_command", "closed")
        if closed is None:
            assert not self.pile.contactor.closed


PileUnderStimuli.TestCase.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None, derandomize=True
)
TestPileUnderStimuli: Any = PileUnderStimuli.TestCase
