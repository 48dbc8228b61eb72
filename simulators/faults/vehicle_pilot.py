"""What the control-guidance procedure of the vehicle brings about, and the vehicles that it fails.

The first family is what a break-out box between plug and inlet does; it changes nothing of pile or
vehicle. The second are vehicles that are too slow, or do what they may not.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault, Kind, defect
from simulators.rig import Rig


def _box(rig: Rig) -> Any:
    return rig.world.box


def _side(rig: Rig) -> Any:
    return rig.world.vehicle


def _takes(**seconds: float) -> Defect:
    """The charging side takes another time for something."""
    value: Callable[[Rig], Any] = lambda rig: replace(_side(rig).settings, **seconds)  # noqa: E731
    return Defect(_side, "settings", value)


def _box_fault(name: str, title: Text, detail: Text, switch: str) -> Fault:
    return Fault(
        name=name, title=title, detail=detail, kind="wiring", role="vehicle",
        defects=(defect(_box, switch, True),),
    )  # fmt: skip


def _vehicle(name: str, title: Text, detail: Text, one: Defect, kind: Kind = "data") -> Fault:
    return Fault(name=name, title=title, detail=detail, kind=kind, role="vehicle", defects=(one,))


FAULTS = (
    _box_fault(
        "inlet-pwm-lost",
        Text("断接盒切断 PWM", "Break-out box takes the PWM away"),
        Text(
            "断接盒给车辆恒定 +12 V，桩侧接替代负载，桩不会先断电。",
            "The box holds the vehicle at +12 V and gives the pile a substitute: the pile goes on.",
        ),
        "pilot_held",
    ),
    _box_fault(
        "inlet-cc-lost",
        Text("断接盒断开 CC", "Break-out box parts CC"),
        Text(
            "车辆侧检测点 3 断开，CP 和电源仍接通。",
            "Test point 3 of the vehicle is open; pilot and mains go on.",
        ),
        "cc_open",
    ),
    _box_fault(
        "inlet-rcd-operated",
        Text("断接盒漏电保护动作", "RCD of the break-out box operates"),
        Text(
            "断接盒的漏电保护器断开 L、N，CP 仍接通。",
            "The box's RCD opens L and N; the pilot goes on.",
        ),
        "mains_open",
    ),
    _vehicle(
        "vehicle-notices-pwm-loss-late",
        Text("车辆发现 PWM 丢失太慢", "Vehicle is slow to miss the PWM"),
        Text("PWM 消失 3.4 s 后才开始降流。", "Its current begins to fall 3.4 s after the PWM."),
        _takes(notices_loss_after=3.4),
    ),
    _vehicle(
        "vehicle-notices-coupler-late",
        Text("车辆接口断开后停充太慢", "Slow to stop at a lost coupler"),
        Text("检测点 3 断开 1.3 s 后才降流。", "Its current falls 1.3 s after test point 3."),
        _takes(coupler_noticed_after=1.3),
    ),
    _vehicle(
        "vehicle-opens-late-at-coupler",
        Text("车辆接口断开后 S2 断开太慢", "S2 opens late at a lost coupler"),
        Text("停充后 3.2 s 才断开 S2。", "S2 opens 3.2 s after the current is gone."),
        _takes(coupler_opens_after=3.2),
    ),
    _vehicle(
        "vehicle-wake-pulse-short",
        Text("S2 唤醒脉冲太短", "Wake-up pulse too short"),
        Text("唤醒脉冲只有 120 ms。", "The pulse lasts 120 ms."),
        _takes(wakes_for=0.12),
    ),
    _vehicle(
        "vehicle-wake-pulse-long",
        Text("S2 唤醒脉冲太长", "Wake-up pulse too long"),
        Text("唤醒脉冲长 3.6 s。", "The pulse lasts 3.6 s."),
        _takes(wakes_for=3.6),
    ),
    _vehicle(
        "vehicle-draws-when-waking",
        Text("唤醒脉冲期间取电", "Draws current in the wake-up pulse"),
        Text(
            "S2 一闭合充电机就取电，不看有没有 PWM。",
            "The charger draws as soon as S2 is closed, with or without a PWM.",
        ),
        defect(_side, "draws_when_waking", True),
    ),
    _vehicle(
        "vehicle-s2-needs-mains",
        Text("掉电后 S2 不断开", "S2 stays closed without mains"),
        Text(
            "S2 的驱动由充电机交流侧供电，掉电后保持原状。",
            "S2's driver is fed from the mains side of the charger: without mains it stays.",
        ),
        defect(_side, "s2_needs_mains", True),
        kind="physics",
    ),
)
