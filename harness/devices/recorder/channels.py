"""Canonical channels of a recording: what they are called, and what they can hold.

Test point 1 is the pilot at the pile; voltages and currents are those at the plug.
"""

from dataclasses import dataclass

from harness.text import Text

PHASES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """One canonical channel. A channel of states has no unit."""

    name: str
    title: Text
    unit: str | None = None
    states: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    """What the quantity can physically be; a file beyond it has another unit or scale."""
    derived: bool = False
    """Worked out from other channels, never mapped from a file."""


def _number(
    name: str, title: tuple[str, str], unit: str, low: float, high: float, *, derived: bool = False
) -> ChannelInfo:
    return ChannelInfo(name, Text(*title), unit, (), low, high, derived)


def _states(name: str, zh: str, en: str, *states: str) -> ChannelInfo:
    return ChannelInfo(name, Text(zh, en), None, states)


CHANNELS: dict[str, ChannelInfo] = {
    one.name: one
    for one in (
        _number("cp", ("CP 波形", "CP waveform"), "V", -25, 25),
        _number("cp_high", ("CP 高电平", "CP high level"), "V", -25, 25),
        _number("cp_low", ("CP 低电平", "CP low level"), "V", -25, 25),
        _number("cp_duty", ("CP 占空比", "CP duty"), "%", 0, 100),
        _number("cp_frequency", ("CP 频率", "CP frequency"), "Hz", 0, 5000),
        _states(
            "s1", "S1（由 CP 波形得出）", "S1 (from the waveform)", "high", "pwm", "low", "none"
        ),
        _states("s2", "开关 S2", "Switch S2", "open", "closed"),
        _states("contactor", "接触器主触点", "Main contacts", "open", "closed"),
        _states("cc", "CC", "CC", "open", "connected"),
        _states("inlet_pwm", "车辆插座处的 PWM", "PWM at the inlet", "absent", "present"),
        _states("pe", "接地连续性", "PE continuity", "open", "continuous"),
        _states("latch", "机械锁按钮（S3）", "Latch button (S3)", "released", "pressed"),
        _states("plug", "枪", "Plug", "out", "in"),
        _states("test_point_4", "检测点 4", "Test point 4", "open", "connected"),
        _states("socket_lock", "插座电子锁", "Lock of the socket", "unlocked", "locked"),
        _states("emergency_stop", "急停按钮", "Emergency stop", "released", "pressed"),
        *(
            _number(f"voltage_l{p}", (f"L{p} 电压有效值", f"RMS voltage L{p}"), "V", 0, 1000)
            for p in PHASES
        ),
        *(
            _number(f"wave_l{p}", (f"L{p} 电压波形", f"Voltage waveform L{p}"), "V", -1500, 1500)
            for p in PHASES
        ),
        *(
            _number(f"current_l{p}", (f"L{p} 电流有效值", f"RMS current L{p}"), "A", 0, 1000)
            for p in PHASES
        ),
        _number("power", ("有功功率", "Active power"), "W", -1000, 1e6),
        _number("voltage", ("各相最高电压", "Highest phase voltage"), "V", 0, 1000, derived=True),
        _number("current", ("各相最大电流", "Highest phase current"), "A", 0, 1000, derived=True),
    )
}
"""`s1`: `high` steady positive, `pwm`, `low` steady negative (state 4), `none` near 0 V, where the
waveform does not show it. `voltage` and `current` are the highest of the phases recorded."""
