"""What a look at the pile finds."""

from harness.text import Text
from simulators.faults.fault import Fault, inspection
from simulators.rig import Rig


def _visible(name: str, subject: str, note: str, title: Text, detail: Text) -> Fault:
    def show(rig: Rig) -> None:
        rig.world.appearance[subject] = note

    def mend(rig: Rig) -> None:
        rig.world.appearance.pop(subject, None)

    return Fault(
        name=name,
        title=title,
        detail=detail,
        kind="physics",
        expects=inspection(subject),
        on=show,
        off=mend,
    )


FAULTS = (
    _visible(
        "enclosure-damaged",
        "enclosure",
        "dent and bare metal beside the door lock",
        Text("柜体破损", "Enclosure damaged"),
        Text("柜门旁凹陷，露出金属。", "A dent beside the door lock, bare metal showing."),
    ),
    _visible(
        "cable-damaged",
        "cable-and-gun",
        "cut in the sheath near the gland",
        Text("电缆破损", "Cable damaged"),
        Text("电缆护套靠近进线口处有破口。", "The sheath is cut near the gland."),
    ),
    _visible(
        "nameplate-illegible",
        "nameplate-and-signs",
        "nameplate bleached, number not legible",
        Text("铭牌不清", "Nameplate illegible"),
        Text("铭牌褪色，编号无法辨认。", "The nameplate is bleached, the number unreadable."),
    ),
)
