"""Looking at a bench without a procedure: is every device there, and does its profile fit?

Only reads. Each device is opened on its own, greeted with one short request, and then every
readable point is read once. What is wrong is named: the port, the wire, the address, the baud
rate, the profile. A silent device is looked for at other unit ids and, on a serial port, at other
settings, within fixed bounds.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from harness.bench.bench import IDENTITY
from harness.bench.findings import (
    DAMAGED_LINE,
    DAMAGED_NETWORK,
    DAMAGED_SERIAL,
    POINT_SILENT,
    REFUSED,
    SILENT_NETWORK,
    SILENT_SERIAL,
    BenchProbe,
    DeviceProbe,
    Finding,
    as_is,
    cannot_open,
    found_at,
)
from harness.bench.instrument_files import SCPI_ROLES
from harness.bench.instrument_probe import probe_instrument
from harness.bench.load import LoadedBench
from harness.bench.lock import BenchLock
from harness.bench.plausible import complaint_about
from harness.bench.simulated import SimulatedSide
from harness.clock import Clock, Deadline
from harness.devices.can.connection import CanConnection
from harness.devices.modbus.connection import Framing, ModbusConnection
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.frames import Request, crc16, unit_in_ascii
from harness.devices.modbus.line import Line, RecordContext
from harness.devices.modbus.points import Point, Profile
from harness.errors import (
    BadReplyError,
    BenchError,
    ConnectionFailedError,
    DeviceError,
    DeviceLostError,
    HarnessError,
    NoReplyError,
    RefusedError,
)
from harness.events import Transaction
from harness.text import Text

UNITS = (1, 2, 3, 4, 5, 6, 7, 8, 247, 248, 255)
"""Where a device is looked for that does not answer at its own unit id."""
BAUDRATES = (9600, 19200, 38400, 115200, 57600, 4800, 2400)
PARITIES: tuple[Literal["N", "E", "O"], ...] = ("N", "E", "O")
_GREETING = 10.0
_SEARCH_TIMEOUT = 0.3
_SILENT_POINTS = 4
"""So many points in a row without reply, and the device is given up."""
_MISFIT = 0.3
"""Share of points refused or implausible from which the profile itself is doubted."""
_PER_POINT = 10.0

Told = Callable[[str], None]


async def probe_bench(
    bench: LoadedBench,
    clock: Clock,
    *,
    seed: int = 1,
    faults: tuple[str, ...] = (),
    tell: Told = lambda _: None,
) -> BenchProbe:
    """Probe every device of a bench, one after the other.

    `faults` are for the devices that are simulated in this process. Raises UsageError for a
    connection that cannot be used at all.
    """
    inside_roles = bench.simulated_inside
    side = (
        SimulatedSide(bench, seed=seed, clock=clock, needed=inside_roles) if inside_roles else None
    )
    inside = await side.start() if side is not None else {}
    try:
        if side is not None:
            for name in faults:
                side.set_fault(name, on=True)
        found: list[DeviceProbe] = []
        for role, entry in bench.model.devices.items():
            if role == "vehicle":
                buses: Mapping[str, CanConnection] = {}
                if side is not None and role in inside_roles:
                    buses = side.start_buses()
                    await side.switch_on()
                found.append(await _vehicle(bench, buses or entry.can, clock, tell))
                continue
            if role in SCPI_ROLES:
                visa = entry.visa
                if visa is None:
                    assert side is not None  # simulated inside, says the bench file's model
                    visa = side.instruments()[role]
                tell(f"{role}: {visa.describe()}")
                found.append(await probe_instrument(role, entry, bench.scpi[role], visa, clock))
                continue
            wanted = inside.get(role) or entry.modbus
            assert wanted is not None  # the bench file's model sees to it
            profile = bench.profiles[role]
            probe = _Probe(role, profile, wanted.complete(profile), clock, tell)
            found.append(await probe.run())
    finally:
        if side is not None:
            await side.stop()
    return BenchProbe(bench.id, found)


async def _vehicle(
    bench: LoadedBench,
    connection: CanConnection | Mapping[str, CanConnection],
    clock: Clock,
    tell: Told,
) -> DeviceProbe:
    # Late: the CAN libraries are heavy, and most benches of piles do without them.
    from harness.bench.probe_vehicle import probe_vehicle  # noqa: PLC0415

    assert bench.vehicle is not None  # the bench file's loader sees to it
    read_only = bench.model.read_only or bool(bench.recorded)
    return await probe_vehicle(bench.vehicle, connection, clock, read_only=read_only, tell=tell)


class _Probe:
    """The probing of one device."""

    def __init__(
        self, role: str, profile: Profile, connection: ModbusConnection, clock: Clock, tell: Told
    ) -> None:
        self._role = role
        self._profile = profile
        self._connection = connection
        self._clock = clock
        self._tell = tell
        self._transactions: list[Transaction] = []
        where = connection.describe() if connection.modbus != "memory" else "simulator"
        self._found = DeviceProbe(role, profile, where)

    async def run(self) -> DeviceProbe:
        self._tell(f"{self._role}: {self._found.connection}")
        lock = BenchLock()
        to = self._connection
        try:
            if to.modbus != "memory":
                lock.take(f"{to.modbus}-{to.host}-{to.port}")
            line = Line(to, self._record)
            await line.open(Deadline.after(_GREETING))
        except ConnectionFailedError as error:
            self._found.findings.append(cannot_open(to, error))
            lock.release()
            return self._found
        try:
            greeted = await self._greet(line)
            if greeted:
                await self._look_at_everything(line)
        finally:
            await line.close()
        if not greeted:
            await self._search()
        lock.release()
        return self._found

    def _record(self, transaction: Transaction) -> int:
        self._transactions.append(transaction)
        return len(self._transactions)

    def _add(self, code: str, what: Text, do: Text, **more: Any) -> None:
        self._found.findings.append(Finding(code, what, do, **more))

    # Is it there?

    async def _greet(self, line: Line) -> bool:
        """One short read. A refusal is an answer, too."""
        assert self._connection.unit is not None
        request = _greeting(self._profile, self._connection.unit)
        try:
            await line.transact([request], RecordContext(self._role), Deadline.after(_GREETING))
        except RefusedError:
            return True
        except BadReplyError as error:
            self._bad_reply(error)
            return False
        except NoReplyError:
            self._add(
                "silent",
                Text(
                    f"{self._connection.describe()} 无应答",
                    f"no reply from {self._connection.describe()}",
                ),
                SILENT_SERIAL if self._connection.is_serial else SILENT_NETWORK,
            )
            return False
        except BenchError as error:
            self._add("link-lost", Text("连接断开", "the connection was lost"), as_is(error))
            return False
        return True

    def _bad_reply(self, error: BadReplyError) -> None:
        reply = bytes.fromhex(self._transactions[-1].reply)
        unit = _unit_of(reply, self._connection.framed)
        if unit is not None and unit != self._connection.unit:
            self._add(
                "other-unit-answers",
                Text(f"应答来自从站 {unit}", f"the answer came from unit {unit}"),
                Text(
                    f"检查总线上是否有地址相同的设备，或把 unit 改为 {unit}",
                    f"look for devices with the same address on the line, or set unit: {unit}",
                ),
            )
            return
        self._add(
            "damaged-frames",
            Text(f"收到的帧无效：{error.detail}", f"frames arrive damaged: {error.detail}"),
            DAMAGED_SERIAL if self._connection.is_bus else DAMAGED_NETWORK,
        )

    # If not, where else?

    async def _search(self) -> None:
        for changed, code in self._elsewhere():
            if await self._answers(changed):
                self._add(code, *found_at(self._connection, changed))
                return

    def _elsewhere(self) -> Iterator[tuple[ModbusConnection, str]]:
        """Connections at which the device might answer instead."""
        own = self._connection.model_copy(update={"timeout": _SEARCH_TIMEOUT, "attempts": 1})
        for unit in UNITS:
            if unit != own.unit:
                yield own.model_copy(update={"unit": unit}), "wrong-unit"
        if not own.is_serial:
            return
        link = self._profile.links.get(own.framed)
        documented = link.baudrates if link is not None else ()
        for baudrate in dict.fromkeys((own.baudrate, *documented, *BAUDRATES)):
            for parity in PARITIES:
                changed = own.model_copy(update={"baudrate": baudrate, "parity": parity})
                if (changed.baudrate, changed.parity) != (own.baudrate, own.parity):
                    yield changed, "wrong-serial-settings"

    async def _answers(self, connection: ModbusConnection) -> bool:
        """Whether a valid frame (a refusal, too) comes from this connection."""
        self._tell(f"{self._role}: {connection.describe()}")
        assert connection.unit is not None
        line = Line(connection, self._record)
        try:
            await line.open(Deadline.after(_GREETING))
        except ConnectionFailedError:
            return False
        try:
            request = _greeting(self._profile, connection.unit)
            deadline = Deadline.after(_SEARCH_TIMEOUT * 2)
            await line.transact([request], RecordContext(self._role), deadline)
        except RefusedError as error:
            # A gateway answers for devices that are not there.
            return error.code not in (10, 11)
        except BenchError:
            return False
        finally:
            await line.close()
        return True

    # Everything that it says

    async def _look_at_everything(self, line: Line) -> None:
        unit = self._connection.unit
        assert unit is not None
        device = ModbusDevice(
            self._role, self._profile, line, unit=unit, clock=self._clock, simulated=False
        )
        try:
            await device.open(Deadline.after(_GREETING))
        except HarnessError as error:
            self._add("open-failed", Text("打开设备失败", "opening failed"), as_is(error))
            return
        self._found.reachable = True
        try:
            await self._read_all(device)
        finally:
            await device.close()
        self._doubt_line()
        self._doubt_profile()
        names = set(IDENTITY)
        self._found.identity = [one for one in self._found.readings if one.name in names]

    async def _read_all(self, device: ModbusDevice) -> None:
        silent = 0
        for name, point in self._profile.points.items():
            if not device.has(name):
                if point.readable:
                    self._found.not_offered[name] = device.why_not(name)
                continue
            silent = 0 if await self._read(device, point) else silent + 1
            if silent >= _SILENT_POINTS:
                self._found.reachable = False
                return

    async def _read(self, device: ModbusDevice, point: Point) -> bool:
        """Read one point; False when nothing came back."""
        self._tell(f"{self._role}: {point.name}")
        try:
            deadline = Deadline.after(_PER_POINT)
            reading = (await device.read([point.name], deadline))[point.name]
        except RefusedError as error:
            self._add(
                "refused",
                Text(
                    f"{point.name}（{point.where()}）被拒绝，异常码 {error.code}",
                    f"{point.name} ({point.where()}) is refused with exception {error.code}",
                ),
                REFUSED,
                point=point.name,
            )
        except DeviceError as error:
            self._add("bad-answer", Text(point.name, point.name), as_is(error), point=point.name)
        except NoReplyError:
            self._add(
                "point-silent",
                Text(f"读 {point.name} 无应答", f"no reply to reading {point.name}"),
                POINT_SILENT,
                point=point.name,
            )
            return False
        except BadReplyError as error:
            self._add(
                "damaged-frames",
                Text(f"读 {point.name} 时帧无效", f"damaged frame when reading {point.name}"),
                as_is(error),
                point=point.name,
            )
        except DeviceLostError as error:
            self._add("link-lost", Text("连接断开", "the connection was lost"), as_is(error))
            return False
        else:
            self._found.readings.append(reading)
            reply = self._transactions[-1].reply
            ratings = self._profile.ratings
            if (doubt := complaint_about(point, reading, reply, ratings)) is not None:
                code, what, do, severity = doubt
                self._add(code, what, do, point=point.name, severity=severity)
        return True

    def _doubt_line(self) -> None:
        """Requests that needed another attempt: the line works, but not well."""
        total = len(self._transactions)
        for outcome, code, zh, en in (
            ("bad_reply", "damaged-frames", "收到损坏的帧", "got a damaged reply"),
            ("no_reply", "lost-replies", "没有应答", "got no reply"),
        ):
            count = sum(one.outcome == outcome for one in self._transactions)
            if count and not any(finding.code == code for finding in self._found.findings):
                self._add(
                    code,
                    Text(f"{total} 次请求中有 {count} 次{zh}", f"{count} of {total} requests {en}"),
                    DAMAGED_SERIAL if self._connection.is_bus else DAMAGED_LINE,
                )

    def _doubt_profile(self) -> None:
        """Many points that do not fit mean the wrong profile, not many broken points."""
        misfits = {finding.point for finding in self._found.problems if finding.point}
        tried = len(self._found.readings) + len(
            [one for one in self._found.problems if one.code in ("refused", "point-silent")]
        )
        if tried >= 5 and len(misfits) >= _MISFIT * tried:
            self._add(
                "profile-misfit",
                Text(
                    f"{tried} 个数据点中有 {len(misfits)} 个不符合点表 {self._profile.id}",
                    f"{len(misfits)} of {tried} points do not fit the profile {self._profile.id}",
                ),
                Text("检查设备型号和固件版本，换用对应的点表", "check model and firmware version"),
            )


def _greeting(profile: Profile, unit: int) -> Request:
    """The request that any device of this model should answer."""
    proof = profile.safe_state.proof if profile.safe_state is not None else ()
    names = [condition.point for condition in proof]
    names += [name for name, point in profile.points.items() if not point.available_if]
    point = next(profile.points[name] for name in names if profile.points[name].readable)
    return Request(unit, point.table.read_function, point.address, point.words)


def _unit_of(reply: bytes, framing: Framing) -> int | None:
    """Unit id of a reply that is otherwise whole enough to have one."""
    if framing == "ascii":
        return unit_in_ascii(reply)
    if framing == "rtu":
        return reply[0] if len(reply) >= 5 and _crc_holds(reply) else None
    return reply[6] if len(reply) >= 9 else None


def _crc_holds(frame: bytes) -> bool:
    return crc16(frame[:-2]) == frame[-1] << 8 | frame[-2]
