"""Contacts, sensors and modules that report straight to the alarm words."""

from harness.text import Text
from simulators.faults.fault import Fault, inspection
from simulators.pile.alarms import ALARMS
from simulators.rig import Rig


def _input(name: str, code: str, title: Text, detail: Text, *steps: str) -> Fault:
    def raise_it(rig: Rig) -> None:
        rig.world.inputs[code] = True

    def clear_it(rig: Rig) -> None:
        rig.world.inputs.pop(code, None)

    return Fault(
        name=name,
        title=title,
        detail=Text(f"{code} {detail.zh}", f"{code} {detail.en}"),
        kind="physics",
        # A warning leaves the pile idle; a fault takes it out of the idle state.
        expects=inspection("alarms" if ALARMS[code].warning else "pile-idle"),
        on=raise_it,
        off=clear_it,
    )


FAULTS = (
    _input(
        "surge-arrester-worn",
        "F-21",
        Text("防雷器失效", "Surge arrester worn"),
        Text("防雷器遥信触点断开。", "The remote contact of the surge arrester has opened."),
    ),
    _input(
        "platform-offline",
        "F-33",
        Text("平台离线", "Platform off-line"),
        Text("桩与运营平台的通信中断。", "The link to the platform is down."),
    ),
    _input(
        "door-open",
        "F-22",
        Text("柜门未关", "Door open"),
        Text("柜门行程开关断开。", "The door switch is open."),
    ),
    _input(
        "water-inside",
        "F-38",
        Text("柜内进水", "Water inside"),
        Text("水浸传感器动作。", "The water sensor has tripped."),
    ),
)
