"""What contacts of the enclosure see, and contacts that see what is not there."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault, Kind, defect, inspection
from simulators.pile.alarms import ALARMS
from simulators.rig import Rig


def _box(rig: Rig) -> Any:
    return rig.world.enclosure


def _contact(name: str) -> Defect:
    return defect(lambda rig: getattr(rig.pile.contacts, name), "wire_open", True)


def _fault(name: str, code: str, change: Defect, *about: Text, kind: Kind = "physics") -> Fault:
    title, detail = about
    return Fault(
        name=name,
        catalogue=code,
        title=title,
        detail=Text(f"{code} {detail.zh}", f"{code} {detail.en}"),
        kind=kind,
        # A warning leaves the pile idle; a fault takes it out of the idle state.
        expects=inspection("alarms" if ALARMS[code].warning else "pile-idle"),
        defects=(change,),
    )


FAULTS = (
    _fault(
        "surge-arrester-worn",
        "F-21",
        defect(_box, "arrester_sound", False),
        Text("防雷器失效", "Surge arrester worn"),
        Text("防雷器遥信触点断开。", "The remote contact of the surge arrester has opened."),
    ),
    _fault(
        "arrester-contact-open",
        "F-21",
        _contact("arrester"),
        Text("防雷器遥信线断", "Contact wire of the arrester open"),
        Text("防雷模块正常，遥信线断开。", "The arrester is sound; its contact wire is open."),
        kind="wiring",
    ),
    _fault(
        "door-open",
        "F-22",
        defect(_box, "door_open", True),
        Text("柜门未关", "Door open"),
        Text("柜门行程开关断开。", "The door switch is open."),
    ),
    _fault(
        "door-switch-broken",
        "F-22",
        _contact("door"),
        Text("门禁开关损坏", "Door switch broken"),
        Text("柜门已关好，行程开关断线。", "The door is shut; the wire of its switch is open."),
        kind="wiring",
    ),
    _fault(
        "smoke-inside",
        "F-37",
        defect(_box, "smoke", 15.0),
        Text("柜内冒烟", "Smoke inside"),
        Text("接线端子过热冒烟，烟感动作。", "A terminal smoulders; the detector has tripped."),
    ),
    _fault(
        "smoke-detector-failed",
        "F-37",
        _contact("smoke"),
        Text("烟感损坏", "Smoke detector failed"),
        Text("柜内无烟，烟感回路断开。", "There is no smoke; the detector's loop is open."),
        kind="wiring",
    ),
    _fault(
        "water-inside",
        "F-38",
        defect(_box, "water", 20.0),
        Text("柜内进水", "Water inside"),
        Text("水浸传感器动作。", "The water sensor has tripped."),
    ),
    _fault(
        "water-sensor-failed",
        "F-38",
        _contact("water"),
        Text("水浸传感器损坏", "Water sensor failed"),
        Text("柜内干燥，水浸传感器回路断开。", "It is dry inside; the sensor's loop is open."),
        kind="wiring",
    ),
    _fault(
        "pile-struck",
        "F-39",
        defect(_box, "tilt", 25.0),
        Text("桩体被撞歪", "Pile struck"),
        Text("桩被车撞，倾斜约 25°。", "A car has hit the pile; it leans by 25 degrees."),
    ),
    _fault(
        "tilt-sensor-failed",
        "F-39",
        _contact("tilt"),
        Text("倾斜传感器损坏", "Tilt sensor failed"),
        Text("桩体直立，倾斜传感器回路断开。", "The pile is upright; the sensor's loop is open."),
        kind="wiring",
    ),
)
