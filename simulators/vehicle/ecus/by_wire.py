"""How steering, brake, parking brake and drive follow commands from the bus, and when they do not.

A command counts when its counter and checksum are right and its numbers within the limits. Silence
leads to the safe state: steering stays where it is, the brake holds the car, the drive stops.
"""

from collections.abc import Callable

from harness.devices.can.codec import codec_of
from harness.devices.can.findings import Flaw
from simulators.timers import Timers
from simulators.vehicle.bywire import ByWire
from simulators.vehicle.ecus.ecu import Ecu, Monitor
from simulators.vehicle.ecus.reception import Reception
from simulators.vehicle.ecus.source import Value

OVERRIDE_TORQUE = 3.0
"""Torque of the driver's hands (Nm) that takes over."""
_PEDAL = 5.0
_EPB_UPPER_BIT = 0b10


_COMPLAINTS: dict[Flaw | None, str] = {
    Flaw.CHECKSUM: "bad_checksum",
    Flaw.COUNTER: "bad_counter",
}


class Follower:
    """What all four have: acceptance of commands, time-out, the driver's precedence.

    `may`: it can do what is asked; `acts`: the driver does it himself; `asks`: the command wants
    something else than rest; `cut_off`: called when it can no longer do what it was doing.
    """

    def __init__(
        self,
        ecu: Ecu,
        message: str,
        signals: tuple[str, str],
        *,
        may: Callable[[], bool],
        acts: Callable[[], bool],
        asks: Callable[["Follower"], bool],
        follow: Callable[["Follower"], None],
        release: Callable[[bool], None],
        cut_off: Callable[[], None] = lambda: None,
    ) -> None:
        self.ecu = ecu
        self.state: ByWire = ecu.car.by_wire[ecu.name]
        self.reception = ecu.receptions[message]
        self._mode, self._demand = signals
        self._may, self._acts, self._asks = may, acts, asks
        self._follow = follow
        self._release = release
        self._cut_off = cut_off
        self._codec = codec_of(self.reception.spec)
        self._timers = Timers(ecu.car.scheduler)
        self.reception.on_frame = self._received
        self.reception.ignores = self.state.ignores
        self._in_safe_state = False
        """Commands have stopped, and none has said since that by-wire is over."""
        self._acted_before = False
        """What the driver does was there when by-wire operation began."""
        self._obeys_manual = False
        """It does what a command without enable asks for: a defect of its program."""
        ecu.on_power.append(self._powered)

    def command(self, signal: str) -> Value:
        return self.reception.value(signal)

    def number(self, signal: str, otherwise: float = 0.0) -> float:
        value = self.command(signal)
        return float(value) if isinstance(value, int | float) else otherwise

    def raw(self, signal: str) -> int:
        """The bits as they stand in the latest frame."""
        data = self.reception.data
        return (self._codec.raw_of(signal, data) if data is not None else None) or 0

    def _powered(self, on: bool) -> None:
        if not on:
            self._timers.cancel_all()
            if self.state.active:
                self._leave(lost=False)

    def _received(self, reception: Reception) -> None:
        state = self.state
        if reception.flaw in _COMPLAINTS:
            state.complain(_COMPLAINTS[reception.flaw])
        if reception.flaw is not None or reception.data is None or not self._in_range():
            return
        state.timed_out = state.timed_out and not state.forgets
        if self.command(self._mode) != "by_wire":
            self._manual()
            return
        if not self._granted():
            state.mode = "rejected"
            return
        state.mode = "by_wire"
        self._in_safe_state = False
        self._timers.plan("silence", state.timeout, self._silent)
        self._act()

    def _in_range(self) -> bool:
        """Every number is within its limits, and by-wire operation asks for something at all."""
        if not self.state.checks_range:
            return True
        findings = self._codec.examine(self.reception.data or b"")
        no_demand = self.command(self._mode) == "by_wire" and self.command(self._demand) is None
        if no_demand or any(finding.flaw is Flaw.OUT_OF_RANGE for finding in findings):
            self.state.complain("out_of_range")
        return not findings and not no_demand

    def _manual(self) -> None:
        """A command that does not ask for by-wire operation."""
        state = self.state
        if state.active and not state.lets_go:
            self._timers.plan("silence", state.timeout, self._silent)
            return
        if state.mode != "manual" or self._in_safe_state:
            self._leave(lost=False)
        state.override = False
        obeys = not state.needs_enable and self._asks(self)
        if obeys:
            self._act()
        elif self._obeys_manual:
            self._release(False)
            self.ecu.car.update()
        self._obeys_manual = obeys

    def _granted(self) -> bool:
        """By-wire operation goes on, or begins; ends it when it can no longer be."""
        state, acts = self.state, self._acts()
        if not self._may() or not state.grants:
            if state.active:
                state.override = state.latches
                self._leave(lost=False)
                self._cut_off()
            return False
        if not state.active:
            self._acted_before = acts
            return not state.override and not (acts and state.defers)
        self._acted_before = self._acted_before and acts
        if acts and not self._acted_before and state.yields:
            state.override = True
            self._leave(lost=False)
        return not state.override

    def _act(self) -> None:
        before = self.ecu.car.site.revision
        self._follow(self)
        if self.ecu.car.site.revision != before:
            self.ecu.car.update()

    def _silent(self) -> None:
        if self.state.active:
            self.state.timed_out = True
            self._leave(lost=True)

    def _leave(self, *, lost: bool) -> None:
        self._timers.cancel_all()
        self.state.mode = "manual"
        self._in_safe_state = lost
        if self.state.reacts or not lost:
            self._release(lost)
        self.ecu.car.update()


def monitors(node: str) -> dict[str, Monitor]:
    """Trouble codes of the commands to one unit."""
    return {
        "U1140-87": lambda u: u.car.by_wire[node].timed_out,
        "U1140-82": lambda u: u.car.by_wire[node].bad_counter,
        "U1140-83": lambda u: u.car.by_wire[node].bad_checksum,
        "U1140-81": lambda u: u.car.by_wire[node].out_of_range,
    }


def steer(ecu: Ecu) -> None:
    """Steering."""
    steering = ecu.car.steering

    def follow(self: Follower) -> None:
        rate = self.number("GW_SteerRateLimit") or 180.0
        steering.follow(self.number("GW_SteerAngleRequest"), rate)

    Follower(
        ecu, "GW_SteerCmd", ("GW_SteerModeRequest", "GW_SteerAngleRequest"),
        may=lambda: steering.works and steering.calibrated and ecu.car.power.ignition,
        acts=lambda: abs(steering.driver_torque) > OVERRIDE_TORQUE,
        asks=lambda self: self.number("GW_SteerAngleRequest") != 0.0,
        follow=follow, release=lambda _lost: steering.stop(),
    )  # fmt: skip


def brake(ecu: Ecu) -> None:
    """Service brake."""
    part = ecu.car.brake

    def follow(self: Follower) -> None:
        asked = self.number("GW_BrakeRequest")
        emergency = min(self.number("GW_DecelRequest") * 10.0, 100.0)
        part.by_wire = max(asked, emergency)
        part.follow()

    def release(lost: bool) -> None:
        part.by_wire = part.safe_braking if lost else 0.0
        part.follow()

    Follower(
        ecu, "GW_BrakeCmd", ("GW_BrakeModeRequest", "GW_BrakeRequest"),
        may=lambda: part.works and ecu.car.power.ignition,
        acts=lambda: part.pedal > _PEDAL,
        asks=lambda self: self.number("GW_BrakeRequest") > 0.0,
        follow=follow, release=release,
    )  # fmt: skip


def park(ecu: Ecu) -> None:
    """Parking brake. It stays as it is when commands stop."""
    part = ecu.car.parking_brake

    def follow(self: Follower) -> None:
        asked = self.command("GW_EpbRequest")
        if asked == "apply":
            part.move(True)
        elif asked == "release" or self.raw("GW_EpbRequest") & _EPB_UPPER_BIT:
            # Without a check of the range, `not_available` is as good as `release`.
            part.move(False)

    def release(lost: bool) -> None:
        if lost and part.lets_go_without_commands:
            part.move(False)

    Follower(
        ecu, "GW_EpbCmd", ("GW_EpbModeRequest", "GW_EpbRequest"),
        may=lambda: part.works and ecu.car.power.ignition,
        acts=lambda: part.switch != "neutral",
        asks=lambda self: self.command("GW_EpbRequest") != "none",
        follow=follow, release=release,
    )  # fmt: skip
    ecu.car.by_wire[ecu.name].timeout = 0.25


def drive(ecu: Ecu) -> None:
    """Drive and gear."""
    car = ecu.car
    control = car.control

    def follow(self: Follower) -> None:
        control.by_wire = True
        gear = self.command("GW_GearRequest")
        if gear == control.refused_by_wire:
            gear = control.gear
        if isinstance(gear, str) and gear != control.gear and car.drive.standing:
            control.gear = gear
        speed = self.number("GW_SpeedRequest") if control.gear in ("d", "r") else 0.0
        control.by_wire_speed = -speed if control.gear == "r" else speed

    def release(lost: bool) -> None:
        # Out of gear: nobody is left who says how fast.
        parks = car.drive.standing and control.parks_after_by_wire
        control.gear = "p" if parks else "n"
        control.by_wire = False
        control.by_wire_speed = None

    Follower(
        ecu, "GW_DriveCmd", ("GW_DriveModeRequest", "GW_SpeedRequest"),
        may=lambda: car.power.key == "ready" and car.drive.works and car.safety_stop.doors_shut,
        acts=lambda: car.brake.pedal > _PEDAL or control.accelerator > _PEDAL,
        asks=lambda self: self.number("GW_SpeedRequest") > 0.0,
        follow=follow, release=release, cut_off=car.safety_stop.halt,
    )  # fmt: skip
