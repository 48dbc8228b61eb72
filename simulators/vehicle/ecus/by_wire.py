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


_COMPLAINTS: dict[Flaw | None, str] = {
    Flaw.CHECKSUM: "bad_checksum",
    Flaw.COUNTER: "bad_counter",
}


class Follower:
    """What all four have: acceptance of commands, time-out, override."""

    def __init__(
        self,
        ecu: Ecu,
        message: str,
        mode: str,
        *,
        may: Callable[[], bool],
        follow: Callable[["Follower"], None],
        release: Callable[[bool], None],
    ) -> None:
        self.ecu = ecu
        self.state: ByWire = ecu.car.by_wire[ecu.name]
        self.reception = ecu.receptions[message]
        self._mode = mode
        self._may = may
        self._follow = follow
        self._release = release
        self._codec = codec_of(self.reception.spec)
        self._timers = Timers(ecu.car.scheduler)
        self.reception.on_frame = self._received
        self.reception.ignores = self.state.ignores
        self._in_safe_state = False
        """Commands have stopped, and none has said since that by-wire is over."""
        ecu.on_power.append(self._powered)

    def command(self, signal: str) -> Value:
        return self.reception.value(signal)

    def number(self, signal: str, otherwise: float = 0.0) -> float:
        value = self.command(signal)
        return float(value) if isinstance(value, int | float) else otherwise

    def overridden(self) -> None:
        """The driver has taken over."""
        if self.state.active and self.state.yields:
            self.state.override = True
            self._leave(lost=False)

    def _powered(self, on: bool) -> None:
        if not on:
            self._timers.cancel_all()
            if self.state.active:
                self._leave(lost=False)

    def _received(self, reception: Reception) -> None:
        state = self.state
        if reception.flaw in _COMPLAINTS:
            state.complain(_COMPLAINTS[reception.flaw])
        if reception.flaw is not None or reception.data is None:
            return
        findings = self._codec.examine(reception.data)
        if findings and state.checks_range:
            if any(finding.flaw is Flaw.OUT_OF_RANGE for finding in findings):
                state.complain("out_of_range")
            return
        state.timed_out = state.timed_out and not state.forgets
        wanted = self.command(self._mode)
        if wanted != "by_wire":
            if state.active and not state.lets_go:
                self._timers.plan("silence", state.timeout, self._silent)
                return
            if state.mode != "manual" or self._in_safe_state:
                self._leave(lost=False)
            state.override = False
            return
        if not self._may() or not state.grants or state.override:
            if state.active:
                self._leave(lost=False)
            state.mode = "rejected"
            return
        state.mode = "by_wire"
        self._in_safe_state = False
        self._timers.plan("silence", state.timeout, self._silent)
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

    def may() -> bool:
        return steering.works and steering.calibrated and ecu.car.power.ignition

    def follow(self: Follower) -> None:
        if abs(steering.driver_torque) > OVERRIDE_TORQUE:
            self.overridden()
        if self.state.active:
            rate = self.number("GW_SteerRateLimit") or 180.0
            steering.follow(self.number("GW_SteerAngleRequest"), rate)

    def release(lost: bool) -> None:
        steering.stop()

    Follower(ecu, "GW_SteerCmd", "GW_SteerModeRequest", may=may, follow=follow, release=release)


def brake(ecu: Ecu) -> None:
    """Service brake."""
    part = ecu.car.brake

    def follow(self: Follower) -> None:
        if part.pedal > _PEDAL:
            self.overridden()
        if not self.state.active:
            return
        asked = self.number("GW_BrakeRequest")
        emergency = min(self.number("GW_DecelRequest") * 10.0, 100.0)
        part.by_wire = max(asked, emergency)
        part.follow()

    def release(lost: bool) -> None:
        part.by_wire = part.safe_braking if lost else 0.0
        part.follow()

    Follower(
        ecu, "GW_BrakeCmd", "GW_BrakeModeRequest",
        may=lambda: part.works and ecu.car.power.ignition, follow=follow, release=release,
    )  # fmt: skip


def park(ecu: Ecu) -> None:
    """Parking brake."""
    part = ecu.car.parking_brake

    def follow(self: Follower) -> None:
        asked = self.command("GW_EpbRequest")
        if asked == "apply":
            part.move(True)
        elif asked == "release":
            part.move(False)

    Follower(
        ecu, "GW_EpbCmd", "GW_EpbModeRequest",
        may=lambda: part.works and ecu.car.power.ignition, follow=follow,
        release=lambda _lost: None,
    )  # fmt: skip
    ecu.car.by_wire[ecu.name].timeout = 0.25


def drive(ecu: Ecu) -> None:
    """Drive and gear."""
    car = ecu.car
    control = car.control

    def follow(self: Follower) -> None:
        if car.brake.pedal > _PEDAL or control.accelerator > _PEDAL:
            self.overridden()
        if not self.state.active:
            return
        control.by_wire = True
        gear = self.command("GW_GearRequest")
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
        ecu, "GW_DriveCmd", "GW_DriveModeRequest",
        may=lambda: car.power.key == "ready" and car.drive.works, follow=follow, release=release,
    )  # fmt: skip
