"""A small diagnostic description and a control unit with its server, in simulated time alone."""

from collections.abc import Callable
from random import Random
from typing import Any

from harness.devices.diag.diagnostics import Access, Diagnostics, Did, Dtc, Routine, Unit
from harness.devices.diag.dtc import dtc_number
from harness.devices.diag.link import FunctionalAddress, IsoTpAddress
from harness.devices.diag.values import ValueFormat
from harness.quantity import Value
from harness.text import Text
from simulators.scheduler import Scheduler
from simulators.vehicle.diag.diagnosed_ecu import DiagnosedEcu
from simulators.vehicle.diag.hooks import DescribedHooks, Done, Options, RoutineRun, Started
from simulators.vehicle.diag.outcome import Nrc
from simulators.vehicle.diag.security import SecurityLock
from simulators.vehicle.diag.server import UdsServer
from simulators.vehicle.diag.snapshot import SNAPSHOT_NAMES

VIN = "0EVE60AB9SA000123"
_T = Text("-", "-")
_OFF_ON = {0: "off", 1: "on"}
_SESSIONS = {1: "default", 2: "programming", 3: "extended"}
_SIDES = {0: "left", 1: "right"}
_RESULT = ValueFormat("u8", 1, values={0: "passed", 1: "failed", 2: "running"})


def _did(
    id: int, name: str, type: str, length: int, *access: Access, **form: Any
) -> tuple[int, Did]:
    format = ValueFormat(type, length, **form)  # type: ignore[arg-type]
    return id, Did(id, name, _T, format, access or ("read",))


DIDS = dict(
    (
        _did(0xF186, "active_session", "u8", 1, values=_SESSIONS),
        _did(0xF189, "software_version", "ascii", 8),
        _did(0xF190, "vin", "ascii", 17),
        _did(0xF804, "calibration_id", "ascii", 16),
        _did(0xF806, "calibration_verification", "u32", 4),
        _did(0xF197, "system_name", "ascii", 10),
        _did(0x1001, "supply_voltage", "u16", 2, scale=0.01, unit="V"),
        _did(0x1003, "odometer", "u32", 4, scale=0.1, unit="km"),
        _did(0x1004, "operating_time", "u32", 4, unit="min"),
        _did(0x1005, "power_on_count", "u32", 4),
        _did(0x1006, "utc_time", "u32", 4, unit="unix_s"),
        _did(0x1009, "reset_reason", "u8", 1, values={0: "power_on", 2: "diagnostic"}),
        _did(0x2001, "pack_voltage", "u16", 2, scale=0.1, unit="V"),
        _did(0x2003, "soc", "u16", 2, scale=0.1, unit="%"),
        _did(0x2107, "vehicle_speed", "u16", 2, scale=0.01, unit="km/h"),
        _did(0x2110, "speed_limit", "u8", 1, "read", "write", unit="km/h", low=0, high=120),
        _did(0x2111, "language", "u8", 1, "read", "write", values={0: "zh", 1: "en"}),
        _did(0x2200, "trace", "bytes", 600),
        _did(0x2201, "motor_speed", "i16", 2, unit="rpm"),
        _did(0x2901, "lamp", "u8", 1, "read", "io", values=_OFF_ON),
        _did(0x2915, "window", "u8", 1, "read", "io", scale=0.5, unit="%"),
        _did(0x2920, "low_voltage", "u16", 2, scale=0.01, unit="V"),
        _did(0x29FF, "unwired", "u8", 1, "read", "io", values=_OFF_ON),
    )
)  # fmt: skip
ROUTINES = {
    0x0203: Routine(0x0203, "self_test", _T, (), _RESULT),
    0x0210: Routine(0x0210, "sensor_calibration", _T, (), _RESULT),
    0x0300: Routine(
        0x0300,
        "slow_check",
        _T,
        (
            ("depth", ValueFormat("u8", 1, low=0, high=9)),
            ("side", ValueFormat("u8", 1, values=_SIDES)),
        ),
        ValueFormat("u16", 2),
    ),
    0x0301: Routine(0x0301, "write_name", _T, (("name", ValueFormat("bytes")),), None),
    0x0302: Routine(0x0302, "refused", _T, (), _RESULT),
}  # fmt: skip


def _dtc(code: str, severity: str, lamp: bool) -> tuple[str, Dtc]:
    return code, Dtc(code, dtc_number(code), _T, severity, lamp)  # type: ignore[arg-type]


DTCS = dict(
    (
        _dtc("P0AA6-1A", "stop", True),
        _dtc("P0AA6-96", "restrict", True),
        _dtc("P1A16-13", "note", False),
        _dtc("B1A10-13", "note", True),
    )
)
LAMPED, RESTRICT, QUIET_NOTE, NOTE = DTCS
FULL = Unit(
    name="bms",
    title=_T,
    node="BMS",
    bus="powertrain",
    address=IsoTpAddress(0x7E1, 0x7E9),
    sessions=(1, 3, 2),
    security="xor-rotate",
    dids=tuple(DIDS.values()),
    routines=tuple(ROUTINES.values()),
    dtcs=tuple(DTCS.values()),
    obd=True,
)
PLAIN = Unit(
    name="tpms",
    title=_T,
    node="TPMS",
    bus="body",
    address=IsoTpAddress(0x742, 0x74A),
    sessions=(1, 3),
    dids=(DIDS[0xF189], DIDS[0x1001]),
    dtcs=(DTCS[QUIET_NOTE],),
)
"""No security, no programming, nothing to write or drive, no routines, no OBD."""
LIDAR = Unit(
    name="lid",
    title=_T,
    node="LID",
    bus="adas",
    address=IsoTpAddress(0x18DA32F1, 0x18DAF132, True),
    sessions=(1, 3),
    security="xor-rotate",
    dids=(DIDS[0xF189], DIDS[0xF190]),
    dtcs=(DTCS[QUIET_NOTE],),
)
DIAGNOSTICS = Diagnostics(
    name="small",
    title=_T,
    functional=(FunctionalAddress(0x7DF), FunctionalAddress(0x18DB33F1, True)),
    security={"xor-rotate": {}},
    dids=DIDS,
    routines=ROUTINES,
    dtcs=DTCS,
    units={unit.name: unit for unit in (FULL, PLAIN, LIDAR)},
)


class FakeCar:
    """What the hooks of a unit act on; everything that was done stands in `log`."""

    def __init__(self) -> None:
        self.values: dict[str, Value | bytes | None] = {
            "supply_voltage": 13.8,
            "odometer": 52_300.4,
            "vehicle_speed": 0.0,
            "soc": 71.5,
            "low_voltage": 13.9,
            "pack_voltage": 356.2,
            "motor_speed": -1200,
            "lamp": "off",
            "window": 20.0,
            "trace": bytes(600),
        }
        self.broken: set[str] = set()
        """Trouble codes whose defect is there."""
        self.untestable: set[str] = set()
        self.log: list[tuple[Any, ...]] = []
        self.result: Value | None = 5

    def hooks(self) -> DescribedHooks:
        values: dict[str, Callable[[], Value | bytes | None]] = {
            name: lambda name=name: self.values[name]  # type: ignore[misc]
            for name in self.values
        }
        return DescribedHooks(
            values,
            writers={"speed_limit": self._write},
            actuators={
                "lamp": lambda value: self._drive("lamp", value),
                "window": lambda value: self._drive("window", value),
            },
            routines={
                "slow_check": lambda action, options: self._routine("slow_check", action, options),
                "write_name": lambda action, options: self._routine("write_name", action, options),
                "refused": lambda _action, _options: Nrc.CONDITIONS_NOT_CORRECT,
            },
            on_reset=lambda kind: self.log.append(("reset", kind)),
            on_power=lambda on: self.log.append(("power", on)),
            on_communication=lambda tx, rx: self.log.append(("communication", tx, rx)),
        )

    def monitor(self, code: str) -> Callable[[], bool | None]:
        return lambda: None if code in self.untestable else code in self.broken

    def _write(self, value: Value) -> Done:
        self.log.append(("write", value))
        return Nrc.PROGRAMMING_FAILURE if value == 13 else True

    def _drive(self, name: str, value: Value | None) -> Done:
        self.log.append((name, value))
        if value == 99.0:
            return Nrc.CONDITIONS_NOT_CORRECT
        self.values[name] = ("off" if name == "lamp" else 20.0) if value is None else value
        return True

    def _routine(self, name: str, action: str, options: Options) -> Started:
        self.log.append((name, action, dict(options)))
        seconds = 3.0 if name == "slow_check" else 0.0
        return RoutineRun(seconds, lambda: self.result)


class Bench:
    """One unit with its server and a clock that moves when told."""

    def __init__(self, unit: Unit = FULL) -> None:
        self.scheduler = Scheduler()
        self.car = FakeCar()
        self.powered = True
        self.key = True
        lock = None
        if unit.security is not None:
            lock = SecurityLock(key, Random(7), self.scheduler)
        snapshot = [did for name in SNAPSHOT_NAMES for did in DIDS.values() if did.name == name]
        self.ecu = DiagnosedEcu(
            unit,
            self.car.hooks(),
            self.scheduler,
            monitors={dtc.code: self.car.monitor(dtc.code) for dtc in unit.dtcs},
            snapshot_dids=snapshot,
            own={
                "vin": VIN,
                "software_version": "1.02.03",
                "language": "zh",
                "speed_limit": 0,
                "calibration_id": "BMS-CAL",
                "calibration_verification": 0x01020304,
                "system_name": "BMS",
            },
            lock=lock,
        )
        self.server = UdsServer(self.ecu, self.scheduler, powered=lambda: self.powered)
        self.server.send = self._send
        self.out: list[tuple[float, str]] = []
        """Time and payload (hex) of everything that was sent."""

    def _send(self, payload: bytes, sent: Callable[[], None]) -> None:
        self.out.append((self.scheduler.t, payload.hex(" ").upper()))
        sent()

    def run(self, seconds: float) -> None:
        self.scheduler.run_to(self.scheduler.t + seconds)

    def say(self, request: str, *, functional: bool = False) -> None:
        self.server.receive(bytes.fromhex(request), functional)

    def all(self, request: str, seconds: float = 0.03, *, functional: bool = False) -> list[str]:
        """Everything that comes within some time."""
        before = len(self.out)
        self.say(request, functional=functional)
        self.run(seconds)
        return [payload for _, payload in self.out[before:]]

    def ask(self, request: str, seconds: float = 0.03, *, functional: bool = False) -> str:
        """The last answer; an empty one for silence."""
        return (self.all(request, seconds, functional=functional) or [""])[-1]

    def extended(self) -> None:
        assert self.ask("10 03") == "50 03 00 32 01 F4"

    def programming(self) -> None:
        self.extended()
        assert self.ask("10 02") == "50 02 00 32 01 F4"

    def unlock(self) -> None:
        seed = bytes.fromhex(self.ask("27 01"))[2:]
        assert self.ask("27 02 " + key(seed, 1).hex()) == "67 02"

    def tick(self, seconds: float, *, every: float = 0.25) -> None:
        """Let the monitors run for some time."""
        end = self.scheduler.t + seconds
        while self.scheduler.t < end - 1e-9:
            self.server.tick(self.key)
            self.run(every)
        self.server.tick(self.key)

    def cycle(self, seconds: float = 2.0) -> None:
        """Key off, key on, and drive around."""
        self.key = False
        self.tick(0.25)
        self.key = True
        self.tick(seconds)

    def status(self, code: str) -> int:
        return self.ecu.memory.codes[code].status


def key(seed: bytes, level: int) -> bytes:
    """The algorithm of the units here."""
    return bytes((byte + level) & 0xFF for byte in seed)


def refused(bench: Bench, request: str, nrc: int) -> None:
    """The request is refused with this code."""
    assert bench.ask(request) == f"7F {request[:2]} {nrc:02X}", request
