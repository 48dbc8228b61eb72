"""An AC charging pile: its parts, and how the world reaches them.

What it shows of itself by canonical point names is told in registers.py.
"""

import math
from collections.abc import Callable

from simulators.cable import Place
from simulators.pile.alarms import AlarmBoard
from simulators.pile.billing import Billing
from simulators.pile.clockwork import Clockwork
from simulators.pile.connection_input import ConnectionInput
from simulators.pile.contact_alarms import contact_alarms
from simulators.pile.contactor import Contactor
from simulators.pile.contacts import Contacts
from simulators.pile.controller import Controller, Phase
from simulators.pile.current_watch import CurrentWatch
from simulators.pile.emergency_stop import EmergencyStop
from simulators.pile.event_log import EventLog
from simulators.pile.identity import Identity, Tariff
from simulators.pile.indicator import Indicator
from simulators.pile.lock import Lock
from simulators.pile.meter_link import MeterLink
from simulators.pile.metering import Meter
from simulators.pile.modules import CardStart, Modules
from simulators.pile.pilot_output import PilotOutput
from simulators.pile.protection import Protection
from simulators.pile.session import Session
from simulators.pile.session_log import SessionLog
from simulators.pile.settings import PileSettings
from simulators.pile.supervision import Temperatures, build_guards
from simulators.pile.watchdog import Watchdog
from simulators.pilot import S1, Levels, PilotState, classify, low_level_ok
from simulators.scheduler import Event
from simulators.timers import Timers
from simulators.world import World

_SUPPLY_GONE = 80.0
"""Below this voltage (V) the control supply fails."""


class Pile:
    """The pile at `world`. `wall` gives Unix time of the simulated now."""

    starts = True
    """False: a defect of the board, it does not start when the supply comes back."""
    enable_works = True
    """False: a defect of its software, it can be neither disabled nor enabled."""
    tariff_writable = True
    """False: its memory is write-protected, what is written is acknowledged and forgotten."""
    detects_beside: Callable[[], float] | None = None
    """A defect: what flows at another point (mA) goes through the same detector."""
    earth_through_detector = False
    """A defect: the earth conductor goes through it too, so a leakage to earth cancels out."""
    chain_beside: Callable[[], bool] | None = None
    """A defect: another point's chain is in series with this one's; says whether it is closed."""
    _was_powered = True
    _boots_until = 0.0

    def __init__(
        self,
        world: World,
        settings: PileSettings,
        *,
        wall: Callable[[], float],
        identity: Identity | None = None,
    ) -> None:
        self.world = world
        self.settings = s = settings
        scheduler, trace = world.scheduler, world.trace
        random = world.random("pile")
        self.identity = identity or Identity()
        self.tariff = Tariff()
        self.max_current = s.max_current
        self.failsafe_current = s.failsafe_current
        self.active_phases = s.phases
        self.holder_stuck: bool | None = None
        """The holder's switch is stuck at in (True) or out (False); None: it works."""
        self.taken_for_ready: tuple[float, float] | None = None
        """A defect of its thresholds: levels (V) that it takes for state 3 as well."""
        self.ready_band: tuple[float, float] | None = None
        """The same: the only levels (V) that it takes for state 3."""
        self.looks_every: float | None = None
        """A defect: the test point is looked at so seldom (s); None: what it does is seen."""
        self.watches_earth = True
        """False: nothing looks at the continuity of the protective conductor."""
        self._residual_at_rest = random.uniform(0.4, 1.5)
        self._sensing: Event | None = None
        self._silenced = False

        self.alarms = AlarmBoard(self._alarm_changed)
        self.emergency_stop = EmergencyStop()
        self.indicator = Indicator()
        self.clock = Clockwork(
            wall, offset=random.uniform(-4.0, 4.0), drift=random.uniform(-5e-6, 5e-6)
        )
        self.events = EventLog(self.clock.read)
        self.meter = Meter(random, scheduler, world.grid, world.load)
        self.meter_link = MeterLink(self.meter, s, scheduler, self.alarms)
        self.energy_at_power_on = self.meter.counted()
        self.sessions = SessionLog(world.random("sessions"), wall())
        self.session = Session(self.clock.read, self.meter_link.counted, self.sessions)
        self.billing = Billing(lambda: self.tariff, self.session)
        self.contacts = Contacts(world.enclosure, s)
        self.modules = Modules()
        self.protection = Protection(
            s,
            scheduler,
            trace,
            self.alarms,
            shorted=lambda: world.cable.output_shorted,
            live=lambda: self.output_live,
            changed=world.refresh,
        )
        self.pilot = PilotOutput(random, scheduler, trace, world.refresh)
        self.contactor = Contactor(
            scheduler, trace, pull_in=s.pull_in, release=s.release, changed=self._contactor_moves
        )
        self.lock = Lock(
            scheduler,
            trace,
            move=s.socket_lock_time if s.socket else s.lock_time,
            changed=self._lock_moves,
        )
        self.connection = ConnectionInput(world, self._sense_soon)
        self.temperatures = Temperatures(world, s, self.alarms, self._run)
        self.watchdog = Watchdog(
            scheduler,
            timeout=s.watchdog_timeout,
            recovery=s.watchdog_recovery,
            on_change=self._watchdog_changed,
        )
        self.controller = Controller(
            s,
            scheduler,
            self.alarms,
            contactor=self.contactor,
            lock=self.lock,
            pilot=self.pilot,
            session=self.session,
            low_level_ok=lambda: low_level_ok(world.levels().negative, s.edition),
            ceiling=self._ceiling,
            silenced=lambda: self._silenced,
            after_step=self._after_step,
            self_test=self.protection.test,
            confirmed=lambda: self.connection.confirmed(self.settings),
            recognises=self._recognises,
        )
        self.card = CardStart(
            self.modules,
            s,
            Timers(scheduler),
            start=self.controller.start,
            timed_out=lambda: self.alarms.strike("F-42"),
        )
        self.current_watch = CurrentWatch(
            scheduler,
            world.load,
            s,
            gain=self.meter.current_gain,
            overcurrent=lambda: self.alarms.strike("F-09"),
            small=self._small_current,
        )
        self._guards = build_guards(
            world,
            self.alarms,
            s,
            residual=self.residual_current,
            rcd_tripped=lambda: self.protection.rcd_tripped,
            powered=lambda: self.powered,
            chain_open=lambda: not self.emergency_stop.chain_closed,
            earth_lost=lambda: self.watches_earth and not world.cable.earth_sound,
            holder_out=lambda: not self.holder_in and not world.cable.mated,
            more=contact_alarms(self),
        )
        world.pile = self
        world.load.on_change.append(self._load_changed)
        world.refresh()
        self._after_step()

    # What the world sees of the pile

    @property
    def powered(self) -> bool:
        """The control supply is there; without it nothing answers."""
        return self.world.grid.level > _SUPPLY_GONE and self.world.supply.live

    @property
    def answering(self) -> bool:
        """The controller has started, so it talks."""
        return self.powered and self.world.t >= self._boots_until

    @property
    def output_live(self) -> bool:
        return self.contactor.closed and self.powered and self.protection.passes

    def on_levels(self, levels: Levels) -> None:
        """The pilot has changed; it is looked at after the debounce."""
        self._sense_soon()

    def on_site(self) -> None:
        if self.powered and not self._was_powered:
            wait = self.settings.boot_time if self.starts else math.inf
            self._boots_until = self.world.t + wait
        if self._was_powered and not self.powered:
            self.session.power_lost()
        self._was_powered = self.powered
        closed = self.emergency_stop.chain_closed and self.powered
        beside = self.chain_beside is None or self.chain_beside()
        self.contactor.set_chain(closed and beside)
        self.protection.look()
        self.meter_link.look()
        for guard in self._guards:
            guard.look()
        self.connection.look()

    # Readings that join several parts

    @property
    def holder_in(self) -> bool:
        """What the holder's switch says."""
        if self.holder_stuck is not None:
            return self.holder_stuck
        return self.world.cable.place is Place.HOLDER

    def residual_current(self) -> float:
        """What the residual-current detector reads (mA)."""
        beside = self.detects_beside() if self.detects_beside is not None else 0.0
        return self.residual_here() + beside

    def residual_here(self) -> float:
        """The same, of what flows at this connection point."""
        if not self.output_live:
            return 0.0
        leakage = 0.0 if self.earth_through_detector else self.world.leakage
        return (self._residual_at_rest + leakage) * self.protection.rcd_gain

    @property
    def sound(self) -> bool:
        """Its controller sees no fault."""
        return self.controller.phase is not Phase.FAULT

    # Hands on the pile

    def press_emergency_stop(self) -> None:
        self.world.advance()
        self.emergency_stop.pressed = True
        self.world.trace.note(self.world.t, "emergency_stop", "pressed")
        self.world.refresh()

    def release_emergency_stop(self) -> None:
        self.world.advance()
        self.emergency_stop.pressed = False
        self.world.trace.note(self.world.t, "emergency_stop", "released")
        self.world.refresh()
        if not self.emergency_stop.latched:
            self.alarms.clear("F-01")

    def push_reset_button(self) -> None:
        """The reset button at the pile."""
        self.world.advance()
        if self.emergency_stop.reset_works:
            self.reset_faults()

    def push_stop_button(self) -> None:
        self.world.advance()
        self.controller.stop("local_stop")

    def reset_faults(self) -> None:
        """Test protection and output again, after a moment, and clear every alarm whose cause is
        gone."""
        self.world.after(self.settings.reset_time, self._reset)

    def present_card(self, *, ago: float = 0.0) -> None:
        """A valid card is held to the reader, or was so many seconds ago."""
        self.world.advance()
        self.card.present(ago)

    # What happens inside

    def _reset(self) -> None:
        self.protection.test()
        self.alarms.reset()

    def _lock_moves(self) -> None:
        self.world.refresh()
        self._run()

    def _recognises(self) -> bool:
        """What a plugged-in vehicle that presents itself may do without a card or a command."""
        contract = self.world.vehicle.contract
        if contract == "refused":
            self.alarms.strike("F-41")
            return False
        return self.settings.plug_and_charge or (contract == "accepted" and self.modules.online)

    def _sense_soon(self) -> None:
        if self._sensing is not None:
            return
        wait = self.settings.detect_after
        if (every := self.looks_every) is not None:
            wait = every - self.world.t % every
        self._sensing = self.world.after(wait, self._sense)

    def _sense(self) -> None:
        self._sensing = None
        before = self.controller.cp
        blind = self.session.active and not self.controller.program.watches_socket
        connected = self.connection.closed or blind
        if self.pilot.s1 is S1.LOW:
            state = PilotState.OUT_OF_SERVICE
        else:
            state = self._classified(self.world.levels().positive, before)
        self.world.trace.note(self.world.t, "cp_state", state.letter)
        was_plugged = before in (PilotState.CONNECTED, PilotState.READY)
        # With a socket the connection signal says nothing of the plug at the vehicle's end.
        tells = self.settings.connection_sense and not self.settings.socket
        broken = state is PilotState.FREE and connected and tells
        # A pilot without its connection signal: the plug is not fully in.
        plugged = state in (PilotState.CONNECTED, PilotState.READY)
        unconfirmed = self.settings.connection_sense and plugged and not connected
        self.alarms.cause("F-25", unconfirmed)
        if self.watches_earth and not self.world.cable.earth_sound:
            # Seen in the same scan: without earth the pilot looks unplugged.
            self.alarms.cause("F-17", True)
        self.alarms.cause("F-14", state is PilotState.DEAD)
        self.alarms.cause("F-13", state is PilotState.INVALID)
        self.alarms.cause("F-15", broken and (was_plugged or self.alarms.stands("F-15")))
        if state is PilotState.FREE and not broken:
            self.alarms.unplugged()
            self._silenced = False
        self.controller.cp_detected(state)

    def _classified(self, level: float, before: PilotState) -> PilotState:
        """The state that the pile takes a settled high level for."""
        state = classify(level, self.settings.edition, before)
        if self.taken_for_ready is not None:
            low, high = self.taken_for_ready
            return PilotState.READY if low <= level <= high else state
        if self.ready_band is not None and state is PilotState.READY:
            low, high = self.ready_band
            return state if low <= level <= high else PilotState.CONNECTED
        return state

    def _ceiling(self) -> float:
        s = self.settings
        current = min(self.max_current, s.rated_current, float(self.world.cable.rating))
        if self.watchdog.tripped:
            current = min(current, self.failsafe_current)
        elif self.temperatures.derated:
            current = max(s.min_current, current * s.derate_to)
        return current

    def _watchdog_changed(self) -> None:
        self.world.trace.note(
            self.world.t, "watchdog", "tripped" if self.watchdog.tripped else "fed"
        )
        plugged = self.controller.cp in (PilotState.CONNECTED, PilotState.READY)
        if not self.watchdog.tripped:
            self._silenced = False
        elif self.failsafe_current == 0:
            if self.settings.watchdog_ends_session:
                self.controller.stop("watchdog")
            else:
                self._silenced = plugged
        self._run()

    def _small_current(self) -> None:
        self.alarms.strike("F-27")
        self.controller.stop("vehicle_stopped")

    def _alarm_changed(self, code: str, on: bool) -> None:
        self.world.trace.note(self.world.t, f"alarm.{code}", on)
        if on:
            self.events.add(code)
        self._run()

    def _contactor_moves(self, done: bool) -> None:
        if not done:
            self.world.load.settle()
            return
        self.world.refresh()
        self.controller.contactor_moved()

    def _load_changed(self) -> None:
        self.meter_link.look()
        self.temperatures.update()
        self.current_watch.look()

    def _run(self) -> None:
        controller = getattr(self, "controller", None)
        if controller is not None:
            controller.run()

    def _after_step(self) -> None:
        charging = self.controller.phase is Phase.CHARGING
        self.current_watch.set(
            announced=self.pilot.announced if charging else 0.0, live=self.contactor.closed
        )
        state = self.controller.charging_state
        self.indicator.shown = _LAMP.get(state, "standby")
        self.world.trace.note(self.world.t, "charging_state", state)


_LAMP = {
    "charging": "charging",
    "suspended_ev": "charging",
    "suspended_evse": "charging",
    "fault": "fault",
}
