"""The kinds of bus faults, and a diagnosis that names one."""

from dataclasses import dataclass
from enum import StrEnum

from harness.text import Text


class Kind(StrEnum):
    """What may be wrong with a bus."""

    NONE = "none"
    UNKNOWN = "unknown"
    """The evidence is incomplete or contradicts itself, so nothing is named."""
    OPEN_HIGH = "open_high"
    OPEN_LOW = "open_low"
    OPEN_PAIR = "open_pair"
    SHORT_HIGH_LOW = "short_high_low"
    HIGH_TO_GROUND = "high_to_ground"
    LOW_TO_GROUND = "low_to_ground"
    HIGH_TO_BATTERY = "high_to_battery"
    LOW_TO_BATTERY = "low_to_battery"
    TERMINATOR_LOST = "terminator_lost"
    SWAPPED_WIRES = "swapped_wires"
    NODE_DEAD = "node_dead"
    NODE_STUCK_DOMINANT = "node_stuck_dominant"
    NODE_BABBLING = "node_babbling"
    NODE_DISTURBING = "node_disturbing"


TITLES: dict[Kind, Text] = {
    Kind.NONE: Text("无总线故障", "no bus fault"),
    Kind.UNKNOWN: Text("无法确定", "not determined"),
    Kind.OPEN_HIGH: Text("CAN-H 断路", "CAN-H open"),
    Kind.OPEN_LOW: Text("CAN-L 断路", "CAN-L open"),
    Kind.OPEN_PAIR: Text("CAN-H 和 CAN-L 都断路（插头脱开）", "both wires open (plug off)"),
    Kind.SHORT_HIGH_LOW: Text("CAN-H 与 CAN-L 短接", "CAN-H shorted to CAN-L"),
    Kind.HIGH_TO_GROUND: Text("CAN-H 对地短路", "CAN-H shorted to ground"),
    Kind.LOW_TO_GROUND: Text("CAN-L 对地短路", "CAN-L shorted to ground"),
    Kind.HIGH_TO_BATTERY: Text("CAN-H 对电源短路", "CAN-H shorted to battery"),
    Kind.LOW_TO_BATTERY: Text("CAN-L 对电源短路", "CAN-L shorted to battery"),
    Kind.TERMINATOR_LOST: Text("终端电阻缺失", "terminator lost"),
    Kind.SWAPPED_WIRES: Text("CAN-H 与 CAN-L 接反", "CAN-H and CAN-L swapped"),
    Kind.NODE_DEAD: Text("单元不工作（无供电或收发器损坏）", "unit dead (no supply, or broken)"),
    Kind.NODE_STUCK_DOMINANT: Text("单元一直输出显性", "unit stuck dominant"),
    Kind.NODE_BABBLING: Text("单元不停发送、占满总线", "unit babbling"),
    Kind.NODE_DISTURBING: Text("单元干扰总线（时钟偏差）", "unit disturbing (bad oscillator)"),
}
NODE_KINDS = (Kind.NODE_STUCK_DOMINANT, Kind.NODE_BABBLING, Kind.NODE_DISTURBING)
"""A unit itself is at fault, and unplugging it mends the bus."""
WIRE_SHORTS = (
    Kind.SHORT_HIGH_LOW,
    Kind.HIGH_TO_GROUND,
    Kind.LOW_TO_GROUND,
    Kind.HIGH_TO_BATTERY,
    Kind.LOW_TO_BATTERY,
)


@dataclass(frozen=True)
class Diagnosis:
    """One fault named: on which bus, of what kind, where. `reasons` say what it rests on."""

    bus: str
    kind: Kind
    place: str = ""
    """A unit, or `A-B` for the trunk between neighbours; empty: not known (yet)."""
    reasons: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """As it stands on record: `none`, `unknown`, `chassis:open_low:IBC-EPS`."""
        if self.kind in (Kind.NONE, Kind.UNKNOWN):
            return self.kind.value
        return ":".join(part for part in (self.bus, self.kind.value, self.place) if part)


def parse_diagnosis(value: str) -> Diagnosis:
    """The diagnosis that a record names. Raises ValueError for anything else."""
    if value in (Kind.NONE, Kind.UNKNOWN):
        return Diagnosis("", Kind(value))
    bus, kind, *place = value.split(":")
    if len(place) > 1 or not bus:
        raise ValueError(f"{value!r} is no diagnosis of a bus")
    return Diagnosis(bus, Kind(kind), place[0] if place else "")
