"""Any faults, on and off in any order: the pile is sound afterwards, and safe meanwhile."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sim_support import Point
from test_sim_faults import FAULTS

from harness.devices.modbus.canonical import CHARGING_STATES
from simulators.pile.alarms import ALARMS
from simulators.pilot import PilotState, classify

REACTION = 0.1
"""The standard's limit (s) for opening once the pilot has left state 3."""
FORCED = 6.0
STUCK = {
    "contactor-welds-on-closing",
    "contactor-welded-unseen",
    "contactor-welded",
    "contactor-spare-welded",
    "contactor-command-stuck",
    "contactor-releases-late",
}
"""With these the contacts stay closed, or open late, whatever the pile does."""
NAMES = sorted(FAULTS)
WAITS = st.sampled_from([0.0, 0.03, 0.11, 0.6, 3.0, 20.0])
OF_THE_PILOT = ("cp", "s2", "plug", "contactor")


class PileUnderFaults(RuleBasedStateMachine):
    """Faults come and go while somebody charges."""

    @initialize(seed=st.integers(0, 500), charging=st.booleans(), name=st.sampled_from(NAMES))
    def build(self, seed: int, charging: bool, name: str) -> None:
        self.point = Point(seed=seed)
        self.point.pile.identity.values.update(serial_number="SIM1", firmware_version="1.4.2")
        self.on: set[str] = set()
        self.stuck_at = -1e9
        self.stopped_at = -1e9
        if charging:
            self.point.charge()
        self.switch(name, 0.0)

    @rule(name=st.sampled_from(NAMES), wait=WAITS)
    def switch(self, name: str, wait: float) -> None:
        """Switch a fault to what it is not."""
        if self.on & STUCK or name in STUCK:
            self.stuck_at = self.point.t
        FAULTS[name].switch(self.point.rig, name not in self.on)
        self.on ^= {name}
        self.passes(wait)

    @precondition(lambda self: self.on)
    @rule(data=st.data(), wait=WAITS)
    def mend(self, data: st.DataObject, wait: float) -> None:
        self.switch(data.draw(st.sampled_from(sorted(self.on))), wait)

    @rule(wait=WAITS)
    def plug_in_and_start(self, wait: float) -> None:
        self.point.world.plug_in()
        self.point.run(0.3)
        self.point.put("charge_command", "start")
        self.passes(wait)

    @rule(wait=WAITS)
    def stop(self, wait: float) -> None:
        self.point.put("charge_command", "stop")
        self.stopped_at = self.point.t
        self.passes(wait)

    @rule(wait=WAITS)
    def unplug(self, wait: float) -> None:
        self.point.world.return_gun()
        self.passes(wait)

    @rule(wait=WAITS)
    def reset(self, wait: float) -> None:
        self.point.put("fault_reset", "reset")
        self.passes(wait)

    def passes(self, wait: float) -> None:
        if self.on & STUCK:
            self.stuck_at = self.point.t + wait
        self.point.run(wait)

    # What must always hold

    @invariant()
    def state_is_legal(self) -> None:
        assert self.point.get("charging_state") in CHARGING_STATES
        codes = {*self.point.get("fault_flags"), *self.point.get("warning_flags")}
        assert codes <= set(ALARMS)

    @precondition(lambda self: self.point.pile.contactor.closed)
    @invariant()
    def closed_only_in_state_3(self) -> None:
        point = self.point
        if self.on & STUCK or point.t - self.stuck_at < 1.0:
            return
        changed = [one.t for one in point.trace.entries if one.name in OF_THE_PILOT]
        if point.t - max(changed, default=0.0) < REACTION:
            return
        pile = point.pile
        level = point.world.levels().positive
        assert classify(level, pile.settings.edition, pile.controller.cp) is PilotState.READY
        if pile.pilot.announced == 0.0:
            assert point.t - pile.pilot.changed_at <= FORCED + REACTION

    def teardown(self) -> None:
        """Everything is mended, unplugged and reset: no alarm stands, and a session can run."""
        if not hasattr(self, "on"):
            return
        point = self.point
        for name in sorted(self.on):
            FAULTS[name].switch(point.rig, False)
        # What protects the feeder has perhaps tripped, and somebody switches it on again.
        point.world.supply.close_switch()
        point.world.supply.rcd.close()
        point.put("charge_command", "stop")
        point.run(30.0)
        point.world.return_gun()
        point.run(3 * 3600.0)  # what was hot has cooled
        point.put("fault_reset", "reset")
        point.run(10.0)
        assert point.get("fault_flags") == []
        assert point.get("warning_flags") == []
        assert point.get("charging_state") == "idle"
        assert not point.pile.contactor.closed
        assert not point.rig.overrides._held
        point.charge(20.0)
        assert point.world.load.current() > 30.0


PileUnderFaults.TestCase.settings = settings(
    max_examples=150, stateful_step_count=25, deadline=None, derandomize=True
)
TestPileUnderFaults: Any = PileUnderFaults.TestCase
