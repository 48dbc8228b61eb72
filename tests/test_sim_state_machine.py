"""Whatever happens in whatever order, the simulated pile stays in a legal and safe state."""

from typing import Any

from closed_witness import FLEET, ClosedWitness
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sim_support import Point

from harness.devices.modbus.canonical import CHARGING_STATES
from simulators.cable import PilotWire
from simulators.pile.controller import Phase
from simulators.pilot import S1

WITH_SESSION = {Phase.PAUSED, Phase.READY, Phase.CHARGING, Phase.STOPPING}
ENDS = ["register", "button", "limit 0", "disable", "watchdog", "leakage", "over-current"]
"""What may end a charge, or has to, whether the vehicle obeys or not."""

WAITS = st.sampled_from([0.0, 0.004, 0.021, 0.05, 0.11, 0.11, 0.6, 2.0, 6.5])


class PileUnderStimuli(RuleBasedStateMachine):
    """Stimuli of user, vehicle, network and grid, in any order and at any distance."""

    @initialize(
        seed=st.integers(0, 1000),
        kind=st.sampled_from(sorted(FLEET)),
        charging=st.booleans(),
        rcd=st.booleans(),
    )
    def build(self, seed: int, kind: str, charging: bool, rcd: bool) -> None:
        self.point = Point(seed=seed, guarded=True, **FLEET[kind])
        self.world, self.pile = self.point.world, self.point.pile
        # Where the feeder's RCD works it hides a pile that is late: it opens in 0.1 s itself.
        self.world.supply.rcd.mechanism_free = rcd
        self.witness = ClosedWitness(self.point, self.pile.settings.watchdog_timeout)
        self.energy = 0.0
        if charging:
            self.get_charging()

    @rule(end=st.sampled_from(ENDS), obeys=st.booleans())
    def charge_then(self, end: str, obeys: bool) -> None:
        """The stimuli that count most while charging, when it surely charges."""
        self.get_charging()
        self.point.vehicle.obeys = obeys
        if end == "leakage":
            self.leaks(50.0, 0.6)
        elif end == "register":
            self.charge("stop", 6.5)
        elif end == "button":
            self.stop_button(6.5)
        elif end == "limit 0":
            self.limit(0.0, 6.5)
        elif end == "disable":
            self.enable("disabled", 6.5)
        elif end == "over-current":
            self.draws_too_much()
        else:
            self.failsafe(0.0)
            self.time_passes(17.0)

    def draws_too_much(self) -> None:
        """For longer than the rule allows, while the pile is asked all the time."""
        self.vehicle_is(self.point.vehicle.obeys, 1.3, True)
        for _ in range(3):
            self.request()
            self.time_passes(5.0)

    @rule(defect=st.sampled_from(["diode", "lock"]))
    def charge_with(self, defect: str) -> None:
        """The diode is shorted or the lock is jammed from before the session on."""
        self.unplug(True, 0.6)
        self.prepare()
        self.vehicle_is(True, 1.0, defect != "diode")
        self.lock_is(defect == "lock")
        self.plug_in(0.11)
        self.charge("start")
        self.time_passes(4.0)

    @rule()
    def get_charging(self) -> None:
        """Do everything that leads to charging; defects may still be in the way."""
        self.prepare()
        self.plug_in()
        self.point.vehicle.resume()
        self.request()
        self.time_passes(0.5)
        self.charge("start")
        self.time_passes(4.0)

    def prepare(self) -> None:
        """Repair, reset and enable everything at the pile's side, and a well-behaved vehicle."""
        self.cable_is(PilotWire.SOUND, True)
        self.box_is(False, False, False)
        self.supply_is(220.0)
        self.leaks(0.0)
        self.vehicle_is(True, 1.0, True)
        self.world.supply.rcd.close()
        self.lock_is(False)
        self.pile.release_emergency_stop()
        self.pile.alarms.unplugged()
        self.pile.push_reset_button()
        self.enable("enabled")
        self.limit(self.pile.settings.rated_current)
        self.request()
        self.time_passes(6.0)

    def acted(self, wait: float) -> None:
        """What the rule changed stands from now on."""
        self.witness.look()
        self.witness.run(wait)

    @rule(seconds=st.sampled_from([0.11, 2.0, 6.5, 17.0, 40.0]))
    def time_passes(self, seconds: float) -> None:
        self.witness.run(seconds)

    @rule()
    def request(self) -> None:
        self.witness.fed_at = self.world.t
        self.pile.watchdog.feed()
        self.witness.look()

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
        if command == "stop":
            self.witness.stop_ordered()
        self.point.put("charge_command", command)
        self.acted(wait)

    @rule(wait=WAITS)
    def stop_button(self, wait: float = 0.0) -> None:
        self.witness.stop_ordered()
        self.pile.push_stop_button()
        self.acted(wait)

    @rule(state=st.sampled_from(["enabled", "disabled"]), wait=WAITS)
    def enable(self, state: str, wait: float = 0.0) -> None:
        self.witness.enabled = state == "enabled"
        self.point.put("enable", state)
        self.acted(wait)

    @rule(amperes=st.sampled_from([0.0, 6.0, 10.0, 16.0, 32.0]), wait=WAITS)
    def limit(self, amperes: float, wait: float = 0.0) -> None:
        amperes = min(amperes, self.pile.settings.rated_current)
        self.witness.limit = amperes
        self.point.put("current_limit", amperes)
        self.acted(wait)

    @rule(amperes=st.sampled_from([0.0, 8.0]))
    def failsafe(self, amperes: float) -> None:
        self.point.put("failsafe_current", amperes)
        self.witness.look()

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

    @invariant()
    def contactor_is_closed_only_as_long_as_it_may_be(self) -> None:
        self.witness.look()


PileUnderStimuli.TestCase.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None, derandomize=True
)
TestPileUnderStimuli: Any = PileUnderStimuli.TestCase
