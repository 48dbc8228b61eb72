"""Looking at a vehicle without a procedure: do frames come, do they fit, who answers?

Listens first. Then, unless the connection is read-only, every control unit is asked whether it is
there, and the VIN is read: nothing else is sent.
"""

from collections.abc import Callable, Mapping
from typing import Any

from harness.bench import can_findings as words
from harness.bench.findings import OPENING, DeviceProbe, Finding, as_is
from harness.bench.lock import BenchLock
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
_FIT = 0.5
"""Share of frames that a database should know."""
_BUSY = 0.9
_SHOWN = 8


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

    def _add(self, code: str, what: Text, do: Text, **more: Any) -> None:
        self.found.findings.append(Finding(code, what, do, **more))

    async def run(self, lock: BenchLock) -> None:
        self._tell(f"vehicle: {self.found.connection}")
        for bus in self._vehicle.attached.values():
            try:
                if not bus.connection.is_memory:
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
            self._look_at(bus)
        if any(bus.lost for bus in opened):
            return  # said above; it is not reached any more
        self.found.reachable = any(bus.tallies().received for bus in opened)
        if self.found.reachable and await self._read_everything():
            await self._ask_units()

    # The buses

    def _look_at(self, bus: AttachedBus) -> None:
        tallies = bus.tallies()
        if bus.lost:
            self._add("link-lost", Text(f"{bus.name}：连接断开", f"{bus.name} was lost"),
                      Text(bus.lost, bus.lost))  # fmt: skip
            return
        if not tallies.received:
            code, do = ("only-errors", words.ONLY_ERRORS) if tallies.error_frames else (
                "silent-bus", words.NO_FRAMES)  # fmt: skip
            what = f"{tallies.error_frames} error frames" if tallies.error_frames else "silent"
            zh = f"错误帧 {tallies.error_frames} 个" if tallies.error_frames else "无报文"
            self._add(code, Text(f"{bus.name}：{zh}", f"{bus.name}: {what}"), do)
            return
        if tallies.error_frames:
            count = tallies.error_frames
            self._add(
                "error-frames",
                Text(f"{bus.name}：错误帧 {count} 个", f"{bus.name}: {count} error frames"),
                words.SOME_ERRORS,
            )
        busy = tallies.load_peak is not None and tallies.load_peak > _BUSY
        unknown = sum(tallies.unknown.values())
        # A node that babbles fills a bus with one frame; that says nothing about the database.
        if unknown > _FIT * tallies.received and not busy:
            self._wrong_database(bus, unknown, tallies.received)
            return
        self._silent_nodes(bus)
        self._flawed(bus)
        if tallies.unknown:
            shown = ", ".join(sorted(tallies.unknown)[:_SHOWN])
            self._add(
                "unknown-messages",
                Text(f"{bus.name}：未知报文 {shown}", f"{bus.name}: unknown messages {shown}"),
                words.UNKNOWN,
                severity="note",
            )
        if busy:
            peak = round(100 * (tallies.load_peak or 0.0))
            self._add(
                "busy-bus",
                Text(f"{bus.name}：负载率达 {peak} %", f"{bus.name}: loaded up to {peak} %"),
                words.BUSY,
            )

    def _wrong_database(self, bus: AttachedBus, unknown: int, received: int) -> None:
        other = self._fitting(bus)
        if other is not None:
            self._add(
                "buses-swapped",
                Text(
                    f"接在 {bus.name} 上的其实是 {other}",
                    f"what is connected as {bus.name} is {other}",
                ),
                words.SWAPPED,
            )
            return
        shown = ", ".join(sorted(bus.tallies().unknown)[:_SHOWN])
        self._add(
            "wrong-database",
            Text(
                f"{bus.name}：{received} 帧中有 {unknown} 帧不在数据库中（{shown}）",
                f"{bus.name}: {unknown} of {received} frames are not in the database ({shown})",
            ),
            words.WRONG_DATABASE,
        )

    def _fitting(self, bus: AttachedBus) -> str | None:
        """The bus of the profile whose database knows most of these frames."""
        seen = {identifier: one.count for identifier, one in bus.monitor.unknown.items()}
        total = sum(seen.values())
        for name, databases in self._vehicle.profile.databases.items():
            known = {message.id for database in databases for message in database.messages}
            if sum(count for one, count in seen.items() if one in known) > _FIT * total:
                return name
        return None

    def _silent_nodes(self, bus: AttachedBus) -> None:
        for node in bus.monitor.silent_nodes():
            self._add(
                "silent-node",
                Text(f"{bus.name}：{node} 没有报文", f"{bus.name}: nothing comes from {node}"),
                words.SILENT_NODE,
            )

    def _flawed(self, bus: AttachedBus) -> None:
        for name, state in bus.monitor.states.items():
            if not state.flaws:
                continue
            example = next(iter(state.examples.values()))
            count = sum(state.flaws.values())
            self._add(
                "flawed-message",
                Text(
                    f"{bus.name}：{name} 有 {count} 帧异常（{example.describe('zh')}）",
                    f"{bus.name}: {count} bad frames of {name} ({example.describe('en')})",
                ),
                words.FLAWED,
                point=name,
            )

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
            found = await self._vehicle.read(usable, Deadline.after(_ASKING))
        except HarnessError as error:
            self._add("link-lost", as_is(error), words.NO_FRAMES)
            return False
        self.found.readings += found.values()
        return True

    async def _ask_units(self) -> None:
        vehicle = self._vehicle
        if vehicle.profile.diagnostics is None:
            return
        if vehicle.read_only:
            self._add("read-only", words.LISTEN_ONLY, words.LISTEN_ONLY, severity="note")
            return
        if vehicle.why_not_diagnosed():
            return
        silent: list[str] = []
        for name in vehicle.units:
            self._tell(f"vehicle: {name}")
            try:
                answered = await vehicle.answers(name, Deadline.after(_ASKING))
            except (BenchError, DeviceError) as error:
                self._add("diagnostics", as_is(error), words.NO_UNITS)
                return
            if not answered:
                silent.append(name)
        if len(silent) == len(vehicle.units):
            self._add(
                "no-diagnostics", Text("所有控制单元无应答", "no unit answers"), words.NO_UNITS
            )
            return
        for name in silent:
            self._add(
                "silent-unit",
                Text(f"控制单元 {name} 无应答", f"the control unit {name} does not answer"),
                words.SILENT_UNIT,
            )
        await self._identity(silent)

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
