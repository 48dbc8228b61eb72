"""Defects of the pile that show when a car charges: times, limits, measurement, alarms."""

from dataclasses import replace
from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault, Kind, defect, joint
from simulators.rig import Rig


def _controller(rig: Rig) -> Any:
    return rig.pile.controller


def _setting(name: str, value: Any) -> Defect:
    """The control program of the pile works with another value of one setting."""
    return Defect(
        _controller, "settings", lambda rig: replace(rig.pile.controller.settings, **{name: value})
    )


def _fault(
    name: str, title: Text, detail: Text, *defects: Defect, steps: tuple[str, ...],
    kind: Kind = "physics",
) -> Fault:  # fmt: skip
    return Fault(
        name=name, title=title, detail=detail, kind=kind, expects=joint(*steps), defects=defects
    )


FAULTS = (
    _fault(
        "contactor-releases-late",
        Text("接触器释放迟缓", "Contactor releases late"),
        Text(
            "接触器触点脏污发涩，断电命令后 250 ms 才断开。",
            "Dirty and sluggish: its contacts open 250 ms after the command.",
        ),
        defect(lambda rig: rig.pile.contactor, "release", 0.25),
        steps=("vehicle-stop-off", "cp-off"),
    ),
    _fault(
        "contactor-closes-late",
        Text("合闸延迟", "Supply comes late"),
        Text("进入状态 3′ 后 4 s 才合闸。", "The pile closes its contactor 4 s after state 3′."),
        _setting("close_after", 4.0),
        steps=("supply-on", "resume-supply"),
    ),
    _fault(
        "limit-not-used",
        Text("限值不生效", "Limit not used"),
        Text(
            "下发的电流限值能写入、能读回，占空比不变。",
            "The current limit is taken and read back, and the duty stays what it was.",
        ),
        defect(_controller, "follows_limit", False),
        kind="data",
        steps=("negotiation", "derate"),
    ),
    _fault(
        "duty-follows-late",
        Text("占空比调节迟缓", "Duty follows late"),
        Text("收到新限值后 14 s 才改变占空比。", "The duty changes 14 s after a new limit."),
        _setting("duty_after", 14.0),
        steps=("derate",),
    ),
    _fault(
        "duty-off",
        Text("占空比超差", "Duty off"),
        Text(
            "输出占空比比公告值大 3 个百分点。",
            "The duty is 3 points above what the announced current asks for.",
        ),
        defect(lambda rig: rig.pile.pilot, "duty_error", 3.0),
        steps=("announced", "negotiation", "derated-current"),
    ),
    _fault(
        "pile-current-channel-low",
        Text("桩电流采样偏低", "Pile reads current too low"),
        Text("桩的电流通道偏低 8 %。", "The current channel of the pile reads 8 % too low."),
        Defect(
            lambda rig: rig.pile.meter,
            "current_gain",
            lambda rig: rig.pile.meter.current_gain * 0.92,
        ),
        steps=("current", "power", "efficiency", "session-energy", "soc-energy"),
    ),
    _fault(
        "cp-break-taken-for-unplugging",
        Text("CP 断线当作拔枪", "CP break taken for unplugging"),
        Text(
            "桩不核对连接确认，CP 断线按拔枪处理，不告警。",
            "The pile does not look at CC: a broken CP counts as unplugging, without an alarm.",
        ),
        Defect(
            lambda rig: rig.pile,
            "settings",
            lambda rig: replace(rig.pile.settings, connection_sense=False),
        ),
        kind="data",
        steps=("cp-safe", "cp-recorded", "cp-reason"),
    ),
    _fault(
        "alarm-does-not-clear",
        Text("告警不能自动清除", "Alarm does not clear"),
        Text(
            "故障排除、拔枪后告警仍锁存，桩不能再启动。",
            "After repair and unplugging the alarm still stands, and the pile does not start.",
        ),
        defect(lambda rig: rig.pile.alarms, "stuck", True),
        kind="data",
        steps=("restart", "safe"),
    ),
)
