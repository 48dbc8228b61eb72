"""Warning lamps and what makes them light: the check at switch-on, tests by hand, trouble codes."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault
from simulators.faults.vehicle_found import broken
from simulators.rig import Rig
from simulators.vehicle.lamp_circuits import WarningLamp


def _warning(name: str) -> Any:
    def part(rig: Rig) -> WarningLamp:
        return rig.car.body.warning_lamps[name]

    return part


def _broken(name: str, zh: str, en: str, *parts: tuple[Any, str, Any]) -> Fault:
    return broken(name, Text(zh, en), Text(f"{zh}。", f"{en}."), *parts)


FAULTS = (
    _broken("abs-lamp-dead", "ABS 灯不亮", "ABS lamp dead", (_warning("Abs"), "condition", "dead")),
    _broken(
        "abs-lamp-late",
        "ABS 灯自检迟",
        "ABS lamp lights late at the check",
        (_warning("Abs"), "condition", "late"),
    ),
    _broken(
        "abs-lamp-stays-lit",
        "ABS 灯自检后不灭",
        "ABS lamp stays lit after the check",
        (_warning("Abs"), "condition", "stuck"),
    ),
    _broken(
        "brake-lamp-dead",
        "制动系统警告灯不亮",
        "Brake warning lamp dead",
        (_warning("Brake"), "condition", "dead"),
    ),
    _broken(
        "brake-lamp-late",
        "制动系统警告灯自检迟",
        "Brake warning lamp lights late",
        (_warning("Brake"), "condition", "late"),
    ),
    _broken(
        "parking-brake-lamp-dead",
        "驻车制动灯不亮",
        "Parking brake lamp dead",
        (_warning("ParkingBrake"), "condition", "dead"),
    ),
    _broken(
        "brake-fluid-float-stuck",
        "制动液位浮子卡滞",
        "Float of the brake fluid stuck",
        (lambda rig: rig.car.brake, "float_sticks", True),
    ),
    _broken(
        "isolation-lamp-dead",
        "绝缘警告灯不亮",
        "Isolation lamp dead",
        (_warning("Isolation"), "condition", "dead"),
    ),
    _broken(
        "insulation-monitor-blind",
        "绝缘监测读数恒高",
        "Insulation monitor sees no loss of insulation",
        (lambda rig: rig.car.insulation, "instrument_offset", 15_000.0),
    ),
    _broken(
        "trouble-memory-unsteady",
        "ESC 故障存储器不稳定",
        "Trouble memory of the stability control unsteady",
        (lambda rig: rig.car.units["ESC"], "memory_unsteady", True),
    ),
)
