"""Faults of a charging session: pilot, earth, vehicle, leakage, heat. No step of the daily
inspection meets them; they are for the control-pilot and diagnosis procedures."""

from typing import Any

from harness.text import Text
from simulators.cable import PilotWire, Place
from simulators.faults.fault import Fault, defect
from simulators.rig import Rig


def _cable(rig: Rig) -> Any:
    return rig.world.cable


def _vehicle(rig: Rig) -> Any:
    return rig.world.vehicle


def _world(rig: Rig) -> Any:
    return rig.world


def _pull(rig: Rig) -> None:
    if rig.world.cable.place is Place.VEHICLE:
        rig.world.take_gun()


def _put_back(rig: Rig) -> None:
    if rig.world.cable.place is Place.HAND:
        rig.world.return_gun()


FAULTS = (
    Fault(
        name="cp-break",
        catalogue="F-15",
        title=Text("CP 断线", "CP broken"),
        detail=Text("电缆内 CP 线断开。", "The pilot wire in the cable is open."),
        kind="wiring",
        defects=(defect(_cable, "pilot_wire", PilotWire.BROKEN),),
    ),
    Fault(
        name="cp-pe-short",
        catalogue="F-14",
        title=Text("CP 对地短路", "CP shorted to PE"),
        detail=Text("CP 线与 PE 短接。", "The pilot wire is shorted to earth."),
        kind="wiring",
        defects=(defect(_cable, "pilot_wire", PilotWire.SHORTED),),
    ),
    Fault(
        name="pe-open",
        catalogue="F-17",
        title=Text("接地断开", "PE open"),
        detail=Text("保护接地不连续。", "Protective earth is not continuous."),
        kind="wiring",
        defects=(defect(_cable, "earth_sound", False),),
    ),
    Fault(
        name="diode-shorted",
        catalogue="F-16",
        title=Text("车端二极管短路", "Vehicle diode shorted"),
        detail=Text("车端 CP 回路二极管击穿。", "The diode in the vehicle's pilot is shorted."),
        kind="physics",
        role="vehicle",
        defects=(defect(_vehicle, "diode_sound", False),),
    ),
    Fault(
        name="s2-stuck-open",
        catalogue="F-26",
        title=Text("S2 不闭合", "S2 stuck open"),
        detail=Text("车辆的 S2 无法闭合。", "The vehicle's S2 never closes."),
        kind="physics",
        role="vehicle",
        defects=(defect(_vehicle, "s2_stuck_open", True),),
    ),
    Fault(
        name="pilot-resistance-high",
        title=Text("车端电阻超差", "Vehicle pilot resistors off"),
        detail=Text(
            "R2 偏大 60 %，状态 3 电压约 6.9 V。",
            "R2 is 60 % too large: state 3 is at about 6.9 V.",
        ),
        kind="physics",
        role="vehicle",
        defects=(defect(_vehicle, "r2", 2080.0),),
    ),
    Fault(
        name="plug-pulled",
        title=Text("充电中拔枪", "Plug pulled"),
        detail=Text("充电中枪被拔出。", "The plug is pulled out of the inlet."),
        kind="physics",
        on=_pull,
        off=_put_back,
    ),
    Fault(
        name="vehicle-overcurrent",
        catalogue="F-09",
        title=Text("车辆过流", "Vehicle over-current"),
        detail=Text(
            "车辆取用电流比允许值大 25 %。", "The vehicle draws 25 % more than it is allowed to."
        ),
        kind="physics",
        role="vehicle",
        defects=(defect(_vehicle, "excess", 1.25),),
    ),
    Fault(
        name="vehicle-ignores-stop",
        title=Text("车辆不响应停止", "Vehicle ignores the stop"),
        detail=Text("PWM 停止后车辆继续取电。", "The vehicle goes on drawing current without PWM."),
        kind="physics",
        role="vehicle",
        defects=(defect(_vehicle, "obeys", False),),
    ),
    Fault(
        name="leakage",
        catalogue="F-02",
        title=Text("漏电", "Leakage"),
        detail=Text("输出端对地漏电 45 mA。", "45 mA flow to earth at the output."),
        kind="physics",
        defects=(defect(_world, "leakage", 45.0),),
    ),
    Fault(
        name="overtemperature",
        catalogue="F-11",
        title=Text("桩内过温", "Over-temperature inside"),
        detail=Text(
            "散热完全失效，柜内超过 85 °C，桩保护。",
            "No cooling at all: above 85 °C inside, the pile trips.",
        ),
        kind="physics",
        defects=(defect(lambda rig: rig.pile.temperatures, "cooling", 10.0),),
    ),
    Fault(
        name="cp-leakage",
        catalogue="F-13",
        title=Text("CP 绝缘不良", "Pilot insulation poor"),
        detail=Text(
            "电缆受潮，CP 对 PE 只有约 300 Ω，电平落在 1～4 V。",
            "Moisture in the cable: 300 Ω from CP to PE, so the level is between 1 and 4 V.",
        ),
        kind="wiring",
        defects=(defect(_cable, "pilot_leak", 300.0),),
    ),
    Fault(
        name="output-shorted",
        catalogue="F-10",
        title=Text("输出短路", "Output shorted"),
        detail=Text("电缆内 L 与 N 短接。", "L and N touch in the cable."),
        kind="wiring",
        defects=(defect(_cable, "output_shorted", True),),
        # Who mends the cable also switches the breaker on again, if it has tripped.
        off=lambda rig: rig.pile.protection.close_breaker(),
    ),
    Fault(
        name="vehicle-full",
        catalogue="F-27",
        title=Text("车辆几乎不取电", "The vehicle hardly draws"),
        detail=Text(
            "车辆电池已满，S2 保持闭合，只取约 0.3 A。",
            "Its battery is full: S2 stays closed, and it draws about 0.3 A.",
        ),
        kind="physics",
        role="vehicle",
        defects=(defect(_vehicle, "excess", 0.01),),
    ),
    Fault(
        name="plug-and-charge-refused",
        catalogue="F-41",
        title=Text("即插即充鉴权失败", "Plug and charge refused"),
        detail=Text(
            "车辆的车架号未在平台登记，即插即充被拒绝。",
            "The platform does not know the vehicle's VIN and refuses plug and charge.",
        ),
        kind="data",
        role="vehicle",
        defects=(defect(_vehicle, "contract", "refused"),),
    ),
)
