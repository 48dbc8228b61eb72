"""The point names, units and state labels that all profiles share.

A profile that offers `voltage_l1` offers the same quantity as every other profile, in any unit of
the same dimension; a profile that offers `charging_state` uses these labels. Names that are not in
this list are the vendor's own and mean what the vendor says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.text import Text


@dataclass(frozen=True, slots=True)
class Canonical:
    """What a shared name means. No unit: a state, a text or a plain number."""

    title: Text
    units: tuple[str, ...] = ()
    """One unit of each dimension that is accepted; "1" also stands for no unit at all."""
    states: tuple[str, ...] = ()


CHARGING_STATES = (
    "idle",
    "connected",
    "charging",
    "suspended_ev",
    "suspended_evse",
    "finished",
    "reserved",
    "unavailable",
    "fault",
)
_CONTACT = ("open", "closed")
_LOCK = ("unlocked", "locked")
_SWITCH = ("disabled", "enabled")


def _entry(zh: str, en: str, *units: str, states: tuple[str, ...] = ()) -> Canonical:
    return Canonical(Text(zh, en), units, states)


_CANONICAL: dict[str, Canonical] = {
    # Identity
    "vendor_name": _entry("制造商", "Vendor"),
    "model_name": _entry("型号", "Model"),
    "model_code": _entry("型号代码", "Model code"),
    "serial_number": _entry("出厂编号", "Serial number"),
    "hardware_version": _entry("硬件版本", "Hardware version"),
    "firmware_version": _entry("固件版本", "Firmware version"),
    "protocol_version": _entry("协议版本", "Protocol version"),
    "modbus_unit_id": _entry("Modbus 从站地址", "Modbus unit id"),
    "user_id": _entry("用户卡号", "User id"),
    # State
    "charging_state": _entry("充电状态", "Charging state", states=CHARGING_STATES),
    "cp_state": _entry("CP 状态", "CP state", states=("A", "B", "C", "D", "E", "F")),
    "fault_code": _entry("故障代码", "Fault code"),
    "alarm_code": _entry("告警代码", "Alarm code"),
    "last_alarm_number": _entry("最近一次告警编号", "Number of the last alarm"),
    "last_alarm_time": _entry("最近一次告警时间", "Time of the last alarm", "unix_s"),
    "fault_flags": _entry("故障标志", "Fault flags"),
    "warning_flags": _entry("告警标志", "Warning flags"),
    "stop_reason": _entry("停止原因", "Stop reason"),
    "indicator_state": _entry(
        "指示灯", "Indicator lamp", states=("standby", "charging", "fault", "off")
    ),
    "availability": _entry("可用性", "Availability"),
    "uptime": _entry("运行时间", "Uptime", "s"),
    # Cable, contacts and protection
    "cp_voltage_positive": _entry("CP 正电压", "CP positive voltage", "V"),
    "cp_voltage_negative": _entry("CP 负电压", "CP negative voltage", "V"),
    "cp_duty": _entry("CP 占空比", "CP duty cycle", "%"),
    "cp_frequency": _entry("CP 频率", "CP frequency", "Hz"),
    "cc_resistance": _entry("CC 电阻", "CC resistance", "Ω"),
    "cable_state": _entry("电缆连接", "Cable", states=("not_connected", "connected")),
    "cable_current_rating": _entry("电缆额定电流", "Cable current rating", "A"),
    "contactor_command": _entry("接触器命令", "Contactor command", states=_CONTACT),
    "contactor_state": _entry("接触器状态", "Contactor", states=_CONTACT),
    "pe_state": _entry("接地连续性", "Protective earth", states=("continuous", "open")),
    "leakage_state": _entry("漏电检测", "Leakage monitor"),
    "leakage_current": _entry("漏电流", "Leakage current", "A"),
    "lock_state": _entry("电子锁状态", "Lock", states=(*_LOCK, "fault")),
    "lock_command": _entry("电子锁命令", "Lock command", states=_LOCK),
    "door_state": _entry("柜门", "Door", states=("closed", "open")),
    "emergency_stop": _entry("急停按钮", "Emergency stop", states=("released", "pressed")),
    "surge_arrester_state": _entry("防雷器", "Surge arrester", states=("normal", "worn")),
    "holder_state": _entry("枪归位", "Gun holder", states=("in", "out")),
    "temperature": _entry("桩内温度", "Inside temperature", "°C"),
    "connector_temperature": _entry("枪头温度", "Connector temperature", "°C"),
    "over_temperature_limit": _entry("过温门限", "Over-temperature limit", "°C"),
    "over_voltage_limit": _entry("过压门限", "Over-voltage limit", "V"),
    "under_voltage_limit": _entry("欠压门限", "Under-voltage limit", "V"),
    # Measurements
    "frequency": _entry("频率", "Frequency", "Hz"),
    "current_n": _entry("中性线电流", "Neutral current", "A"),
    "current_total": _entry("总电流", "Total current", "A"),
    "active_power": _entry("有功功率", "Active power", "W"),
    "apparent_power": _entry("视在功率", "Apparent power", "VA"),
    "reactive_power": _entry("无功功率", "Reactive power", "var"),
    "power_factor": _entry("功率因数", "Power factor", "1"),
    "total_energy": _entry("总电量", "Total energy", "Wh", "VAh"),
    "export_energy": _entry("反向电量", "Export energy", "Wh"),
    "session_energy": _entry("本次电量", "Session energy", "Wh", "VAh"),
    "session_time": _entry("本次时长", "Session time", "s"),
    "session_start_time": _entry("开始时间", "Session start", "unix_s"),
    "session_end_time": _entry("结束时间", "Session end", "unix_s"),
    "clock": _entry("时钟", "Clock", "unix_s"),
    "day_sessions": _entry("当日充电次数", "Sessions of the day"),
    "day_energy": _entry("当日电量", "Energy of the day", "Wh"),
    "record_number": _entry("充电记录序号", "Number of the session record"),
    "record_energy": _entry("记录电量", "Energy of the record", "Wh"),
    "record_start_time": _entry("记录开始时间", "Start of the record", "unix_s"),
    "record_end_time": _entry("记录结束时间", "End of the record", "unix_s"),
    "record_stop_reason": _entry("记录停止原因", "Stop reason of the record"),
    "ct_ratio": _entry("电流互感器变比", "CT ratio", "1"),
    "vt_ratio": _entry("电压互感器变比", "VT ratio", "1"),
    # Ratings
    "max_current": _entry("最大电流设定", "Maximum current", "A"),
    "min_current": _entry("最小电流", "Minimum current", "A"),
    "max_power": _entry("最大功率", "Maximum power", "W"),
    "rated_voltage": _entry("额定电压", "Rated voltage", "V"),
    "phase_count": _entry("相数", "Phases"),
    "active_phases": _entry("在用相数", "Active phases"),
    "connector_count": _entry("枪数", "Connectors"),
    # Settings and commands
    "enable": _entry("允许充电", "Charging enabled", states=_SWITCH),
    "charge_command": _entry("启停命令", "Charge command", states=("start", "stop")),
    "fault_reset": _entry("故障复位", "Fault reset", states=("reset",)),
    "restart_command": _entry("重启命令", "Restart command"),
    "reset_energy_command": _entry("电量清零命令", "Reset energy command"),
    "phase_command": _entry("相数切换命令", "Phase command"),
    "current_limit": _entry("电流限值", "Current limit", "A"),
    "signaled_current": _entry("告知车辆的电流", "Signaled current", "A"),
    "failsafe_current": _entry("故障安全电流", "Fail-safe current", "A"),
    "power_limit": _entry("功率限值", "Power limit", "W"),
    "energy_limit": _entry("电量限值", "Energy limit", "Wh"),
    "watchdog_timeout": _entry("看门狗时限", "Watchdog timeout", "s"),
    "watchdog_remaining": _entry("看门狗剩余时间", "Watchdog remaining", "s"),
    "tariff_sharp": _entry("尖电价", "Sharp tariff", "CNY/kWh"),
    "tariff_peak": _entry("峰电价", "Peak tariff", "CNY/kWh"),
    "tariff_flat": _entry("平电价", "Flat tariff", "CNY/kWh"),
    "tariff_valley": _entry("谷电价", "Valley tariff", "CNY/kWh"),
    "tariff_version": _entry("电价模型版本", "Tariff version"),
}
_PER_PHASE = {
    "voltage": ("电压", "Voltage", "V"),
    "current": ("电流", "Current", "A"),
    "power": ("有功功率", "Active power", "W"),
    "apparent_power": ("视在功率", "Apparent power", "VA"),
    "reactive_power": ("无功功率", "Reactive power", "var"),
    "power_factor": ("功率因数", "Power factor", "1"),
}
_CANONICAL |= {
    f"{quantity}_l{phase}": _entry(f"L{phase} 相{zh}", f"{en} L{phase}", unit)
    for quantity, (zh, en, unit) in _PER_PHASE.items()
    for phase in (1, 2, 3)
}

CANONICAL: Mapping[str, Canonical] = _CANONICAL
"""Every shared name."""

MUST_ENERGISE: Mapping[str, str] = {"charge_command": "start"}
"""States of shared points that put mains on the plug in every pile; profiles must say so."""
