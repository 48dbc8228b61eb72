"""Defects of the car that show when it charges: inlet, on-board charger, S2, what it reports."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault, Kind, defect, joint
from simulators.rig import Rig


def _obc(rig: Rig) -> Any:
    return rig.car.obc


def _plug(rig: Rig) -> Any:
    return rig.car.plug


def _charging(rig: Rig) -> Any:
    return rig.car.charging


def _side(rig: Rig) -> Any:
    return rig.world.vehicle


def _inlet(rig: Rig) -> Any:
    return rig.car.inlet


def _time(name: str, seconds: float) -> Defect:
    """The charging side of the car takes another time for something."""
    return Defect(_side, "settings", lambda rig: replace(_side(rig).settings, **{name: seconds}))


def _gain(name: str, factor: float) -> Defect:
    """A measuring channel of the on-board charger is off by a factor."""
    value: Callable[[Rig], float] = lambda rig: getattr(rig.car.obc, name) * factor  # noqa: E731
    return Defect(_obc, name, value)


def _fault(
    name: str, title: Text, detail: Text, *defects: Defect, steps: tuple[str, ...],
    kind: Kind = "physics",
) -> Fault:  # fmt: skip
    return Fault(
        name=name, title=title, detail=detail, kind=kind, role="vehicle",
        needs_car=any(one.part is not _side for one in defects),
        expects=joint(*steps), defects=defects,
    )  # fmt: skip


FAULTS = (
    # Inlet
    _fault(
        "inlet-cc-wet",
        Text("充电口 CC 受潮", "Water at the CC contact"),
        Text(
            "充电口进水，CC 与 PE 之间约 220 Ω，未插枪也报已连接。",
            "Water in the inlet: 220 Ω between CC and earth, so the car believes in a plug.",
        ),
        defect(_plug, "cc_leak", 220.0),
        kind="wiring",
        steps=("inlet-idle",),
    ),
    _fault(
        "inlet-cc-corroded",
        Text("充电口 CC 触点氧化", "CC contact corroded"),
        Text(
            "CC 触点串入 470 Ω，车辆把 32 A 电缆认成 16 A。",
            "470 Ω in the CC contact: the car takes the 32 A cable for one of 16 A.",
        ),
        defect(_plug, "cc_contact", 470.0),
        kind="wiring",
        steps=("cable-rating",),
    ),
    _fault(
        "inlet-sensor-open",
        Text("充电口温度传感器断路", "Inlet sensor open"),
        Text(
            "充电口温度传感器 1 断路，车辆只按 16 A 充电。",
            "Sensor 1 of the inlet is open; the car takes 16 A at most.",
        ),
        defect(lambda rig: rig.car.inlet.sensors[0], "stuck_at", -40.0),
        kind="wiring",
        steps=("car-clear", "negotiation", "codes-cleared"),
    ),
    _fault(
        "inlet-lock-jammed",
        Text("充电口电子锁不动作", "Inlet lock jammed"),
        Text("充电口电子锁卡在解锁位，车辆不充电。", "The lock stays open: no charge."),
        defect(_inlet, "lock_jammed", True),
        steps=("start",),
    ),
    # On-board charger
    _fault(
        "obc-ignores-duty",
        Text("车载充电机不理会占空比", "Charger ignores the duty"),
        Text("车载充电机总按最大能力取电。", "The charger takes all that it can."),
        defect(_side, "follows_duty", False),
        kind="data",
        steps=("negotiation", "still-charging"),
    ),
    _fault(
        "obc-derated",
        Text("车载充电机功率模块损坏", "Power stage of the charger damaged"),
        Text("一组功率模块损坏，只能给出 40 %。", "One power stage is gone: 40 % are left."),
        defect(_obc, "derated_to", 0.4),
        steps=("car-clear", "negotiation", "codes-cleared"),
    ),
    _fault(
        "obc-voltage-sensor-high",
        Text("车载充电机交流电压采样偏高", "Charger reads AC voltage too high"),
        Text("CAN 上的交流电压偏高 3.5 %。", "The AC voltage on the bus is 3.5 % too high."),
        _gain("voltage_gain", 1.035),
        steps=("voltage",),
    ),
    _fault(
        "obc-current-sensor-high",
        Text("车载充电机交流电流采样偏高", "Charger reads AC current too high"),
        Text("CAN 上的交流电流偏高 4.2 %。", "The AC current on the bus is 4.2 % too high."),
        _gain("current_gain", 1.042),
        steps=("negotiation", "current", "derated-current"),
    ),
    _fault(
        "obc-dc-sensor-low",
        Text("车载充电机直流电流采样偏低", "Charger reads DC current too low"),
        Text("CAN 上的直流电流偏低 15 %。", "The DC current on the bus is 15 % too low."),
        _gain("dc_current_gain", 0.85),
        steps=("efficiency",),
    ),
    # Behaviour
    _fault(
        "vehicle-follows-late",
        Text("车辆跟随占空比迟缓", "Vehicle follows the duty late"),
        Text("占空比变化后约 5.5 s 才调整电流。", "The current changes 5.5 s after the duty."),
        _time("follows_after", 5.45),
        kind="data",
        steps=("derated",),
    ),
    _fault(
        "vehicle-winds-down-slowly",
        Text("停 PWM 后降流太慢", "Vehicle winds down slowly"),
        Text("PWM 停止后电流每秒只降 3 A。", "Its current goes down by 3 A per second only."),
        _time("ramp_down", 3.0),
        kind="data",
        steps=("pile-stop-current",),
    ),
    _fault(
        "vehicle-opens-s2-late",
        Text("S2 断开迟缓", "S2 opens late"),
        Text("降流后 4.5 s 才断开 S2。", "S2 opens 4.5 s after the current is gone."),
        _time("opens_s2_after", 4.5),
        kind="data",
        steps=("pile-stop-s2",),
    ),
    _fault(
        "vehicle-resume-dead",
        Text("车内恢复充电无效", "Resuming at the car has no effect"),
        Text("车内点“恢复充电”没有反应。", "The button to go on with charging does nothing."),
        defect(_charging, "resume_works", False),
        kind="data",
        steps=("resume",),
    ),
    _fault(
        "vehicle-needs-replug",
        Text("停止后须重新插枪", "Needs plugging in anew"),
        Text(
            "桩侧停止后再次启动，车辆不闭合 S2。",
            "Started again after a stop by the pile, the car does not close S2.",
        ),
        defect(_charging, "takes_new_offer", False),
        kind="data",
        steps=("start-again",),
    ),
    # What it reports
    _fault(
        "stop-reason-always-pile",
        Text("停止原因总报桩侧", "Always blames the pile"),
        Text(
            "无论什么原因停止，车辆都记为桩侧停止。",
            "Whatever ends the charge, the car stores the pile as the reason.",
        ),
        defect(_charging, "always_names", "pile"),
        kind="data",
        steps=("vehicle-stop-reason", "cp-recorded", "cp-reason"),
    ),
    _fault(
        "stop-reason-always-user",
        Text("停止原因总报用户", "Always blames the user"),
        Text(
            "无论什么原因停止，车辆都记为用户停止。",
            "Whatever ends the charge, the car stores the user as the reason.",
        ),
        defect(_charging, "always_names", "user"),
        kind="data",
        steps=("pile-stop-reason", "cp-recorded", "cp-reason"),
    ),
    _fault(
        "soc-frozen",
        Text("SOC 不更新", "SOC frozen"),
        Text("充电中 SOC 报文不变化。", "The state of charge on the bus stays while charging."),
        defect(lambda rig: rig.car.units["BMS"], "frozen", frozenset({"BMS_Soc"})),
        kind="data",
        steps=("soc-energy",),
    ),
)
