"""Looking at a vehicle without a procedure: do frames come, do they fit, who answers?

Listens first. Then, unless the connection is read-only, every control unit is asked whether it is
there, also on a bus without a frame, and the VIN is read: nothing else is sent.
"""

from collections.abc import Callable, Mapping
from typing import Any

from harness.bench import can_findings as words
from harness.bench.findings import OPENING, DeviceProbe, Finding, as_is
from harness.bench.lock import BenchLock
from harness.bench.probe_bus import look_at
from harness.clock import Clock, Deadline, sleep
from harness.devices.can.connection import CanConnection
from harness.devices.vehicle.attached import AttachedBus
from harness.devices.vehicle.device import VehicleDevice
from harness.devices.vehicle.profile import VehicleProfile
from harness.errors import BenchError, ConnectionFailedError, DeviceError, HarnessError
from harness.text import Text

LISTEN = 6.0
"""Seconds of listening: the slowest cycle of common cars is a second, and five make silence."""
_OPENING = 10.0
_ASKING = 30.0


async def probe_vehicle(
    profile: VehicleProfile,
    connection: CanConnection | Mapping[str, CanConnection],
    clock: Clock,
    *,
    read_only: bool,
    tell: Callable[[str], None],
) -> DeviceProbe:
    """Probe one vehicle. Never raises a HarnessError for what it finds."""
    vehicle = VehicleDevice(
        "vehicle",
        profile,
        connection,
        clock=clock,
        emit=lambda _: None,
        simulated=False,
        read_only=read_only,
    )
    probe = _Probe(vehicle, DeviceProbe("vehicle", profile, vehicle.connection_text()), tell)
    lock = BenchLock()
    try:
        await probe.run(lock)
    finally:
        await vehicle.close()
        lock.release()
    return probe.found


class _Probe:
    """The probing of one vehicle."""

    def __init__(
        self, vehicle: VehicleDevice, found: DeviceProbe, tell: Callable[[str], None]
    ) -> None:
        self._vehicle = vehicle
        self.found = found
        self._tell = tell
        self._was_asked = False

    def _add(self, code: str, what: Text, do: Text, **more: Any) -> None:
        self.found.findings.append(Finding(code, what, do, **more))

    async def run(self, lock: BenchLock) -> None:
        self._tell(f"vehicle: {self.found.connection}")
        for bus in self._vehicle.attached.values():
            try:
                if bus.connection.is_adapter:
                    lock.take(bus.connection.key())
                await bus.open(Deadline.after(_OPENING))
            except ConnectionFailedError as error:
                in_use = error.headline != ConnectionFailedError.headline
                code, do = ("in-use", OPENING["in-use"]) if in_use else ("adapter", words.ADAPTER)
                self._add(code, as_is(error), do)
        opened = [bus for bus in self._vehicle.attached.values() if bus.opened]
        if not opened:
            return
        self._tell(f"vehicle: {LISTEN:g} s …")
        await sleep(LISTEN)
        for bus in opened:
            self.found.findings += look_at(bus, self._vehicle.profile)
        quiet = [bus for bus in opened if self._quiet(bus)]
        answered = False
        if not any(bus.lost for bus in opened):  # otherwise it is not reached any more
            answered = await self._read_and_ask()
        self._tell_of_silence(quiet, answered=answered)

    def _quiet(self, bus: AttachedBus) -> bool:
        """Nothing at all comes, and nothing speaks against asking."""
        tallies = bus.tallies()
        return not (bus.lost or tallies.received or tallies.error_frames)

    async def _read_and_ask(self) -> bool:
        """Read the points and ask the control units; whether one of them answered.

        The diagnostic socket of many vehicles is silent until somebody asks.
        """
        talking = any(bus.tallies().received for bus in self._vehicle.attached.values())
        self.found.reachable = talking
        if talking and not await self._read_everything():
            return False
        answered = await self._ask_units()
        if answered and not talking:
            self.found.reachable = True
            await self._read_everything()
        return answered

    def _tell_of_silence(self, quiet: list[AttachedBus], *, answered: bool) -> None:
        """A bus without a frame: wired wrongly, or one on which one has to ask."""
        asked_on = self._carrier()
        found: list[Finding] = []
        for bus in quiet:
            if answered and bus is asked_on:
                what = Text(
                    f"{bus.name}：平时无报文，但控制单元有应答",
                    f"{bus.name}: no frames are sent by themselves, but control units answer",
                )
                found.append(Finding("silent-until-asked", what, words.ASKED, severity="note"))
                continue
            asked = bus is asked_on and self._was_asked
            more = Text("，控制单元也无应答", ", and no control unit answers") if asked else None
            what = Text(
                f"{bus.name}：无报文{more.zh if more else ''}",
                f"{bus.name}: silent{more.en if more else ''}",
            )
            not_asked = bus is asked_on and self._may_not_ask(bus)
            do = words.NO_FRAMES_UNASKED if not_asked else words.NO_FRAMES
            found.append(Finding("silent-bus", what, do))
        self.found.findings[:0] = found

    def _carrier(self) -> AttachedBus | None:
        """The bus over which control units are asked."""
        if self._vehicle.why_not_diagnosed():
            return None
        (bus,) = self._vehicle.chosen([self._vehicle.profile.diagnostics_bus])
        return bus

    def _may_not_ask(self, bus: AttachedBus) -> bool:
        return self._vehicle.read_only or bus.connection.listen_only

    # Points and control units

    async def _read_everything(self) -> bool:
        """Read the points that are shown; False when the bus is gone meanwhile."""
        usable: list[str] = []
        for name in self._vehicle.profile.shown:
            if why := self._vehicle.why_not(name):
                self.found.not_offered[name] = why
            else:
                usable.append(name)
        try:
            found = await self._vehicle.read_what_answers(usable, Deadline.after(_ASKING))
        except HarnessError as error:
            self._add("link-lost", as_is(error), words.NO_FRAMES)
            return False
        self.found.readings += found.values()
        return True

    async def _ask_units(self) -> bool:
        """Ask every unit whether it is there; whether one was."""
        vehicle, bus = self._vehicle, self._carrier()
        if bus is None or not bus.opened:
            return False
        quiet = self._quiet(bus)
        if self._may_not_ask(bus):
            if not quiet:
                self._add("read-only", words.LISTEN_ONLY, words.LISTEN_ONLY, severity="note")
            return False
        if not quiet and not bus.tallies().received:
            return False  # nothing but errors: whoever sends there disturbs, and is not heard
        self._was_asked = True
        silent: list[str] = []
        for name in vehicle.units:
            self._tell(f"vehicle: {name}")
            try:
                answered = await vehicle.answers(name, Deadline.after(_ASKING))
            except (BenchError, DeviceError) as error:
                self._add("diagnostics", as_is(error), words.NO_UNITS)
                return False
            if not answered:
                silent.append(name)
        if len(silent) == len(vehicle.units):
            if not quiet:  # otherwise that is said of the bus
                self._add(
                    "no-diagnostics", Text("所有控制单元无应答", "no unit answers"), words.NO_UNITS
                )
            return False
        for name in silent:
            self._add(
                "silent-unit",
                Text(f"控制单元 {name} 无应答", f"the control unit {name} does not answer"),
                words.SILENT_UNIT,
            )
        await self._identity(silent)
        self._compare_vins()
        return True

    async def _identity(self, silent: list[str]) -> None:
        for did in ("vin", "software_version"):
            for unit in self._vehicle.units_with(did):
                if unit in silent:
                    continue
                name = f"{unit}.{did}"
                try:
                    found = await self._vehicle.read([name], Deadline.after(_ASKING))
                except HarnessError as error:
                    self._add("identity", as_is(error), words.SILENT_UNIT, point=name)
                    continue
                self.found.identity.append(found[name])

    def _compare_vins(self) -> None:
        """Units with another VIN than most come from another car, or nobody has coded them."""
        vins = {
            one.name.rpartition(".")[0]: str(one.value)
            for one in self.found.identity
            if one.name.rpartition(".")[2] == "vin" and one.value is not None
        }
        values = list(vins.values())
        usual = max(values, key=values.count, default="")
        odd = {unit: vin for unit, vin in vins.items() if vin != usual}
        if odd:
            shown = ", ".join(f"{unit} {vin}" for unit, vin in odd.items())
            what = Text(
                f"VIN 不一致：多数为 {usual}，{shown}",
                f"the VINs differ: most have {usual}, {shown}",
            )
            self._add("vin-differs", what, words.VIN_DIFFERS, severity="note")
