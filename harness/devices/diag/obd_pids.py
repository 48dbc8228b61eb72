"""The parameters of OBD service 01 as data: where each value stands in the bytes, and its formula.

A parameter (PID) may hold several values. A value is a number of bits: scaled, or with named codes.
Source: SAE J1979 / ISO 15031-5; formulas of 04 to 1F confirmed on public tables, the others general
knowledge (medium confidence). PID 9A is left as bytes: its layout is told apart by maker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.errors import ImplausibleError, UsageError
from harness.quantity import Value
from harness.text import Text

SUPPORT_PIDS = (0x00, 0x20, 0x40, 0x60, 0x80, 0xA0, 0xC0)
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class ObdField:
    """One value of a parameter. `first` counts bits from the top bit of byte A."""

    name: str
    title: Text
    first: int
    bits: int
    scale: float = 1.0
    offset: float = 0.0
    unit: str | None = None
    values: Mapping[int, str] = field(default_factory=dict)
    formula: str = ""
    is_bytes: bool = False
    """Shown as hex: the standard leaves the layout open."""


@dataclass(frozen=True, slots=True)
class Pid:
    """One parameter: its number, its length in bytes and its values."""

    pid: int
    length: int
    fields: tuple[ObdField, ...]

    def decode(self, data: bytes, unit: str) -> dict[str, tuple[Value, int]]:
        """Name -> value and raw number. Raises ImplausibleError for a wrong length.

        A code without a name stays a number.
        """
        if len(data) != self.length:
            shown = data.hex(" ").upper() or "none"
            raise ImplausibleError(
                f"{unit} PID {self.pid:02X}: {len(data)} bytes ({shown}); expected {self.length}"
            )
        whole = int.from_bytes(data, "big")
        found: dict[str, tuple[Value, int]] = {}
        for entry in self.fields:
            shift = 8 * self.length - entry.first - entry.bits
            raw = whole >> shift & ((1 << entry.bits) - 1)
            found[entry.name] = (_value(entry, raw), raw)
        return found

    def encode(self, values: Mapping[str, Value]) -> bytes:
        """The bytes for values by name; those not given are zero. Raises UsageError."""
        whole = 0
        known = {entry.name: entry for entry in self.fields}
        for name, value in values.items():
            if name not in known:
                raise UsageError(
                    f"PID {self.pid:02X} has no value {name!r}; expected {', '.join(known)}"
                )
            entry = known[name]
            raw = _raw(entry, value)
            if not 0 <= raw < 1 << entry.bits:
                raise UsageError(f"PID {self.pid:02X} {name} cannot be {value!r}")
            whole |= raw << 8 * self.length - entry.first - entry.bits
        return whole.to_bytes(self.length, "big")


def _value(entry: ObdField, raw: int) -> Value:
    if entry.is_bytes:
        return raw.to_bytes(entry.bits // 8, "big").hex(" ").upper()
    if raw in entry.values:
        return entry.values[raw]
    if entry.scale == 1 and entry.offset == 0:
        return raw
    return round(raw * entry.scale + entry.offset, _DIGITS)


def _raw(entry: ObdField, value: Value) -> int:
    for code, name in entry.values.items():
        if name == value:
            return code
    if entry.is_bytes and isinstance(value, str):
        try:
            return int.from_bytes(bytes.fromhex(value), "big")
        except ValueError as error:
            raise UsageError(f"{entry.name} cannot be {value!r}; expected hex bytes") from error
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{entry.name} cannot be {value!r}; expected a number or a known name")
    return round((value - entry.offset) / entry.scale)


def _one(
    pid: int,
    name: str,
    title: Text,
    *,
    length: int,
    scale: float = 1.0,
    offset: float = 0.0,
    unit: str | None = None,
    formula: str = "",
    values: Mapping[int, str] | None = None,
    is_bytes: bool = False,
) -> Pid:
    """A parameter that is one number over all its bytes."""
    whole = ObdField(
        name, title, 0, 8 * length, scale, offset, unit, values or {}, formula, is_bytes
    )
    return Pid(pid, length, (whole,))


_MONITOR = Pid(
    0x01,
    4,
    (
        ObdField("mil", Text("故障指示灯", "Malfunction lamp"), 0, 1, values={0: "off", 1: "on"}),
        ObdField("dtc_count", Text("已确认故障码数", "Confirmed trouble codes"), 1, 7),
        ObdField("readiness", Text("就绪状态字节", "Readiness bytes"), 8, 24, is_bytes=True),
    ),
)
_OBD_KINDS = {
    1: "obd_ii_carb",
    2: "obd_epa",
    3: "obd_and_obd_ii",
    4: "obd_i",
    5: "not_obd",
    6: "eobd",
    7: "eobd_and_obd_ii",
    8: "eobd_and_obd",
    9: "eobd_obd_and_obd_ii",
    10: "jobd",
}
_FUELS = {0: "none", 1: "gasoline", 2: "methanol", 3: "ethanol", 4: "diesel", 5: "lpg", 6: "cng",
          7: "propane", 8: "electric"}  # fmt: skip
_PERCENT = 100 / 255

PIDS: dict[int, Pid] = {
    pid.pid: pid
    for pid in (
        _MONITOR,
        _one(0x04, "engine_load", Text("计算负荷", "Calculated load"), length=1,
             scale=_PERCENT, unit="%", formula="100A/255"),
        _one(0x05, "coolant_temperature", Text("冷却液温度", "Coolant temperature"), length=1,
             offset=-40, unit="°C", formula="A-40"),
        _one(0x0C, "engine_speed", Text("转速", "Speed of rotation"), length=2,
             scale=0.25, unit="rpm", formula="(256A+B)/4"),
        _one(0x0D, "vehicle_speed", Text("车速", "Vehicle speed"), length=1,
             unit="km/h", formula="A"),
        _one(0x1C, "obd_requirement", Text("OBD 要求", "OBD requirement"), length=1,
             values=_OBD_KINDS),
        _one(0x1F, "run_time", Text("本次运行时间", "Run time since start"), length=2,
             unit="s", formula="256A+B"),
        _one(0x21, "distance_with_mil", Text("故障灯亮后行驶里程", "Distance with the lamp on"),
             length=2, unit="km", formula="256A+B"),
        _one(0x30, "warm_ups_since_clear", Text("清码后暖机次数", "Warm-ups since clearing"),
             length=1, formula="A"),
        _one(0x31, "distance_since_clear", Text("清码后行驶里程", "Distance since clearing"),
             length=2, unit="km", formula="256A+B"),
        _one(0x33, "barometric_pressure", Text("大气压力", "Barometric pressure"), length=1,
             unit="kPa", formula="A"),
        _one(0x42, "module_voltage", Text("控制模块电压", "Control module voltage"), length=2,
             scale=0.001, unit="V", formula="(256A+B)/1000"),
        _one(0x46, "ambient_temperature", Text("环境温度", "Ambient temperature"), length=1,
             offset=-40, unit="°C", formula="A-40"),
        _one(0x49, "accelerator_position", Text("加速踏板位置 D", "Accelerator position D"),
             length=1, scale=_PERCENT, unit="%", formula="100A/255"),
        _one(0x4D, "time_with_mil", Text("故障灯亮后运行时间", "Time with the lamp on"), length=2,
             unit="min", formula="256A+B"),
        _one(0x4E, "time_since_clear", Text("清码后运行时间", "Time since clearing"), length=2,
             unit="min", formula="256A+B"),
        _one(0x51, "fuel_type", Text("能源类型", "Fuel type"), length=1, values=_FUELS),
        _one(0x5B, "battery_remaining_life",
             Text("动力电池剩余寿命", "Battery pack remaining life"),
             length=1, scale=_PERCENT, unit="%", formula="100A/255"),
        _one(0x9A, "ev_system_data", Text("混动/电动系统数据", "Hybrid/EV system data"), length=6,
             is_bytes=True),
        _one(0xA6, "odometer", Text("总里程", "Odometer"), length=4, scale=0.1, unit="km",
             formula="(A·2^24+B·2^16+C·2^8+D)/10"),
    )
}  # fmt: skip


def supported_pids(base: int, data: bytes) -> frozenset[int]:
    """The parameters that the support map of PID `base` names; the top bit stands for base + 1."""
    whole = int.from_bytes(data[:4].ljust(4, b"\0"), "big")
    return frozenset(base + 1 + bit for bit in range(32) if whole >> (31 - bit) & 1)


def support_map(base: int, pids: frozenset[int]) -> bytes:
    """The four bytes of the support bit map that starts above `base`."""
    whole = sum(1 << 31 - (pid - base - 1) for pid in pids if base < pid <= base + 32)
    return whole.to_bytes(4, "big")
