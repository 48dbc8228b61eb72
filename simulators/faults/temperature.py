"""Heat, and sensors of heat. A thermal defect has lasted for hours when it is switched on."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault, defect, inspection
from simulators.rig import Rig


def _heat(rig: Rig) -> Any:
    return rig.pile.temperatures


FAULTS = (
    Fault(
        name="cooling-blocked",
        title=Text("散热受阻", "Cooling blocked"),
        detail=Text(
            "风道堵塞、日晒，柜内约 75 °C（桩自身 85 °C 才保护）。",
            "Filter clogged in full sun: about 75 °C inside; the pile trips at 85 °C.",
        ),
        kind="physics",
        expects=inspection("internal-temperature", "temperature-agreement"),
        defects=(defect(_heat, "cooling", 7.2),),
    ),
    Fault(
        name="connector-overheated",
        title=Text("枪头过热", "Connector overheated"),
        detail=Text(
            "枪内锁止电磁铁常通电，枪头表面约 73 °C。",
            "The lock coil in the plug is always energised: about 73 °C at its surface.",
        ),
        kind="physics",
        expects=inspection("gun-temperature", "temperature-agreement"),
        defects=(defect(_heat, "plug_heat", 48.0),),
    ),
    Fault(
        name="temperature-sensor-offset",
        title=Text("温度传感器偏差", "Temperature sensor offset"),
        detail=Text("柜内温度传感器偏高 33 K。", "The sensor inside reads 33 K too high."),
        kind="physics",
        expects=inspection("temperature-agreement"),
        defects=(defect(_heat, "sensor_offset", 33.0),),
    ),
    Fault(
        name="connector-contact-worn",
        title=Text("枪头触点磨损", "Connector contacts worn"),
        detail=Text(
            "触点电阻增大，满载充电时枪头过温。",
            "Worn contacts: the plug gets too hot at full current.",
        ),
        kind="physics",
        defects=(defect(_heat, "contact", 4.5),),
    ),
    Fault(
        name="connector-contact-burnt",
        catalogue="F-12",
        title=Text("枪头触点烧蚀", "Connector contacts burnt"),
        detail=Text(
            "触点烧蚀，电阻约为正常的 20 倍，降额后仍过温。",
            "Burnt contacts with some 20 times their resistance: too hot even when derated.",
        ),
        kind="physics",
        defects=(defect(_heat, "contact", 20.0),),
    ),
    Fault(
        name="temperature-sensor-failed",
        catalogue="F-11",
        title=Text("柜内温度传感器故障", "Temperature sensor failed"),
        detail=Text(
            "柜内温度传感器偏高 70 K，桩按过温保护。",
            "The sensor inside reads 70 K too high, and the pile trips by it.",
        ),
        kind="physics",
        expects=inspection("pile-idle"),
        defects=(defect(_heat, "sensor_offset", 70.0),),
    ),
)
