"""What the control-pilot procedure brings about on purpose: values of the vehicle simulator, CC."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault, defect
from simulators.rig import Rig


def _vehicle(rig: Rig) -> Any:
    return rig.world.vehicle


def _resistors(name: str, title: Text, detail: Text, **ohms: float) -> Fault:
    defects = tuple(defect(_vehicle, which, value) for which, value in ohms.items())
    return Fault(
        name=name, title=title, detail=detail, kind="physics", role="vehicle", defects=defects
    )


def _draws(name: str, factor: float, title: Text, detail: Text) -> Fault:
    defects = (defect(_vehicle, "excess", factor),)
    return Fault(
        name=name, title=title, detail=detail, kind="physics", role="vehicle", defects=defects
    )


FAULTS = (
    _resistors(
        "pilot-resistors-max",
        Text("车端电阻取上限", "Pilot resistors at their maximum"),
        Text("R2 为 1339 Ω，R3 为 2822 Ω。", "R2 is 1339 Ω, R3 is 2822 Ω."),
        r2=1339.0,
        r3=2822.0,
    ),
    _resistors(
        "pilot-resistors-min",
        Text("车端电阻取下限", "Pilot resistors at their minimum"),
        Text("R2 为 1261 Ω，R3 为 2658 Ω。", "R2 is 1261 Ω, R3 is 2658 Ω."),
        r2=1261.0,
        r3=2658.0,
    ),
    _resistors(
        "pilot-level-too-high",
        Text("状态 3 电压过高", "State 3 far too high"),
        Text("R2 为 8 kΩ，S2 闭合后 CP 约 8.3 V。", "R2 is 8 kΩ: about 8.3 V with S2 closed."),
        r2=8000.0,
    ),
    _resistors(
        "pilot-level-too-low",
        Text("状态 3 电压过低", "State 3 far too low"),
        Text("R2 为 300 Ω，S2 闭合后 CP 约 3.1 V。", "R2 is 300 Ω: about 3.1 V with S2 closed."),
        r2=300.0,
    ),
    _draws(
        "vehicle-draws-11-percent-more",
        1.11,
        Text("车辆取用电流大 11 %", "Vehicle draws 11 % more"),
        Text(
            "大 11 %：公告 16 A 时约 17.8 A，不到加 2 A。",
            "11 % more: about 17.8 A where 16 A are announced, less than 2 A over.",
        ),
    ),
    _draws(
        "vehicle-draws-9-percent-more",
        1.09,
        Text("车辆取用电流大 9 %", "Vehicle draws 9 % more"),
        Text(
            "大 9 %：公告 25 A 时约 27.3 A，不到 1.1 倍。",
            "9 % more: about 27.3 A where 25 A are announced, less than 1.1 times.",
        ),
    ),
    Fault(
        name="s2-opened",
        title=Text("断开 S2（继电器）", "S2 opened by a relay"),
        detail=Text("继电器断开 S2，复位后恢复原状。", "A relay opens S2 and lets it be again."),
        kind="physics",
        role="vehicle",
        on=lambda rig: rig.world.vehicle.hold_s2_open(True),
        off=lambda rig: rig.world.vehicle.hold_s2_open(False),
    ),
    Fault(
        name="half-plugged",
        title=Text("CC 断线（枪未插到位）", "CC open (plug half in)"),
        detail=Text("CC 未接通，CP 已接通。", "CC is open while CP is connected."),
        kind="wiring",
        needs="fixed-cable",
        defects=(defect(lambda rig: rig.world.cable, "connection_wire_sound", False),),
    ),
)
