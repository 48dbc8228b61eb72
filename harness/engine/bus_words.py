"""Words for the diagnosis of buses in both languages: readings, diagnoses, reasons.

Nothing is decided here; see `harness.actions.bus`.
"""

import re
from collections.abc import Callable

from harness.actions.bus.kinds import TITLES, Kind, parse_diagnosis
from harness.engine.phrases import Phrases
from harness.text import Language, Text

BusName = Callable[[str, Language], str]

_READINGS = {
    "resistance": Text("{}两线间电阻", "Resistance between the wires, {}"),
    "high_ground": Text("{} CAN-H 对地电阻", "CAN-H to ground, {}"),
    "low_ground": Text("{} CAN-L 对地电阻", "CAN-L to ground, {}"),
    "high_battery": Text("{} CAN-H 对电源电阻", "CAN-H to battery, {}"),
    "low_battery": Text("{} CAN-L 对电源电阻", "CAN-L to battery, {}"),
    "high_recessive": Text("{} CAN-H 隐性电平", "CAN-H recessive, {}"),
    "low_recessive": Text("{} CAN-L 隐性电平", "CAN-L recessive, {}"),
    "high_dominant": Text("{} CAN-H 显性电平", "CAN-H dominant, {}"),
    "low_dominant": Text("{} CAN-L 显性电平", "CAN-L dominant, {}"),
    "difference_recessive": Text("{}隐性差分电压", "Recessive difference, {}"),
    "difference_dominant": Text("{}显性差分电压", "Dominant difference, {}"),
}
_ALONG = {
    "high": Text("{}沿 CAN-H 到 {} 的电阻", "Along CAN-H to {1}, {0}"),
    "low": Text("{}沿 CAN-L 到 {} 的电阻", "Along CAN-L to {1}, {0}"),
}
_PLAIN = {
    "watched_seconds": Text("观察时间", "Time watched"),
    "bus_off_units": Text("总线关闭的单元", "Units that were bus-off"),
    "buses_with_frames": Text("仍有报文的总线", "Buses with frames"),
    "trunk": Text("主干顺序", "Order along the trunk"),
    "open_wires": Text("断开的导线", "Open wires"),
    "units_heard": Text("能收到的单元", "Units that are heard"),
    "disconnections": Text("拔插次数", "Disconnections"),
    "short_is": Text("短路部位", "Where the short is"),
    "repaired": Text("修复部位", "Repaired"),
    "fault_box": Text("故障盒", "Fault box"),
    "obd_supply_voltage": Text("诊断接口 12 V 电压", "12 V at the diagnostic connector"),
}
FINDINGS = ("bus_off_units", "buses_with_frames", "open_wires")
"""Lists of what was found to be wrong; an empty one is as it should be."""
_BOX = {"clear": Text("没有故障", "no fault"), "set": Text("仍有故障", "a fault is set")}
_KINDS = {kind.value: title for kind, title in TITLES.items() if kind is not Kind.NONE}
_READING = re.compile(rf"can_(\w+?)_({'|'.join(_READINGS)})")
_WAY = re.compile(r"can_(\w+?)_(high|low)_to_(\w+)")


def quantity(name: str, language: Language, bus: BusName) -> str | None:
    """The name of a reading or finding; None for anything else."""
    if name in _PLAIN:
        return _PLAIN[name].get(language)
    if (found := _READING.fullmatch(name)) is not None:
        return _READINGS[found[2]].get(language).format(bus(found[1], language))
    if (found := _WAY.fullmatch(name)) is not None:
        return _ALONG[found[2]].get(language).format(bus(found[1], language), found[3].upper())
    return None


def value(shown: str, of: str, language: Language, bus: BusName) -> str | None:
    """A diagnosis, a kind of fault or the state of the fault box in words; None: something else."""
    if of == "diagnosis":
        return _diagnosis(shown, language, bus)
    if of == "repaired" and ":" in shown:
        at, _, place = shown.partition(":")
        return f"{bus(at, language)} {place}"
    word = _BOX.get(shown) if of == "fault_box" else _KINDS.get(shown)
    return word.get(language) if word is not None else None


def _diagnosis(shown: str, language: Language, bus: BusName) -> str | None:
    try:
        found = parse_diagnosis(shown)
    except ValueError:
        return None
    what = TITLES[found.kind].get(language)
    if not found.bus:
        return what
    where = bus(found.bus, language) + ("：" if language == "zh" else ": ")
    return f"{where}{what} ({found.place})" if found.place else where + what


def reason(english: str) -> str | None:
    """The Chinese of reasons that a diagnosis rests on; None when one of them is not known."""
    pieces = [REASONS.find(piece, _piece) for piece in english.split("; ")]
    return "；".join(piece for piece in pieces if piece) if all(pieces) else None


def _piece(english: str, _of: str) -> str:
    if english in _KINDS:
        return _KINDS[english].zh
    words = english.split(", ")
    if len(words) > 1:
        return "、".join(_piece(word, "") for word in words)
    return REASONS.find(english, _piece) or english


_W = r"(CAN-[HL])"
REASONS = Phrases(
    (r"(\S+) Ω between the wires, and every unit is heard", r"两线间 \1 Ω，各单元都能收到"),
    (r"(\S+) Ω between the wires, which does not go with (\w+)", r"两线间 \1 Ω，与“{2}”不符"),
    (r"(\S+) Ω between the wires, and nothing says why", r"两线间 \1 Ω，原因不明"),
    (r"(\S+) Ω between the wires", r"两线间 \1 Ω"),
    (rf"{_W} has (\S+) Ω to ground, {_W} (\S+) Ω", r"\1 对地 \2 Ω，\3 为 \4 Ω"),
    (rf"{_W} has (\S+) Ω to battery, {_W} (\S+) Ω", r"\1 对电源 \2 Ω，\3 为 \4 Ω"),
    (rf"{_W} has (\S+) Ω to ground", r"\1 对地 \2 Ω"),
    (rf"{_W} has (\S+) Ω to battery", r"\1 对电源 \2 Ω"),
    (rf"{_W} at (\S+) V when nobody sends", r"\1 隐性电平 \2 V"),
    (r"(\S+) V when nobody sends", r"隐性电平 \1 V"),
    (r"units are heard", "能收到单元的报文"),
    (r"no unit is heard", "收不到任何单元的报文"),
    (r"(\S+) V and (\S+) V without end", r"一直停在 \1 V 和 \2 V"),
    (r"(\S+) % load, unknown (.+)", r"负载率 \1 %，未知报文 \2"),
    (r"(\S+) % load, and nothing says why", r"负载率 \1 %，原因不明"),
    (
        rf"to (\S+): (\S+) Ω along {_W}, (\S+) Ω along {_W}",
        r"到 \1：沿 \3 \2 Ω，沿 \5 \4 Ω",
    ),
    (r"(\S+) alone is silent", r"只有 \1 离线"),
    (r"(\S+) error frames per second on sound wires", r"导线完好，每秒 \1 个错误帧"),
    (r"(\S+) error frames per second, and nothing says why", r"每秒 \1 个错误帧，原因不明"),
    (r"error frames, which a dead unit does not make", "有错误帧，不工作的单元不会产生"),
    (r"signs of several faults: (.+)", "证据指向多种故障：{1}"),
    (r"units are heard, which (\w+) does not let through", "“{1}”时不应收到报文，却能收到"),
    (r"silent, and nothing says why: (.+)", r"离线而原因不明：\1"),
    (r"no unit is heard, and (\w+) does not explain that", "收不到任何单元，“{1}”不能解释"),
    (r"(\S+) is heard, and (\S+) Ω lie along a wire to it", r"能收到 \1，而到它的导线有 \2 Ω"),
    (r"nobody watched which units send", "没有观察哪些单元在发送"),
    (r"the resistance between the wires was not measured", "没有测两线间电阻"),
    (r"the level of CAN-H was not measured", "没有测 CAN-H 电平"),
    (r"nobody counted error frames", "没有统计错误帧"),
    (r"place: (\S+)", r"位置：\1"),
    (r"found: (?!F-\d\d$)(\S+)", r"位置：\1"),
    (r"the place was not found", "没有找到位置"),
    (r"no fault was named: nothing is taken apart", "没有判定出故障，不拆任何插头"),
    (r"no fault was named", "没有判定出故障"),
    (r"a short explains the silence", "离线由短路引起"),
    (r"every unit is heard", "各单元都能收到"),
    (
        r"(\S+) Ω: both terminators are reached over both wires",
        r"\1 Ω：经两根导线都接到两个终端电阻",
    ),
    (
        rf"follows: {_W} (\S+) Ω, and (\S+) Ω between the wires",
        r"由 \1 \2 Ω 和两线间 \3 Ω 推得",
    ),
    (r"(\S+) Ω read, (\S+) Ω at the bench", r"读数 \1 Ω，台架值 \2 Ω"),
    (
        r"after disconnection (\d+): (\d+) error frames, (\d+) unknown identifiers",
        r"第 \1 次拔插后：错误帧 \2 个，未知标识符 \3 个",
    ),
    (r"after disconnection (\d+)", r"第 \1 次拔插后"),
    (r"silent units could not be asked: (.+)", r"离线单元无法询问：\1"),
    (
        r"no resistance is measured: step '(\S+)' has not shown that the power is off",
        r"不测电阻：步骤 \1 没有证明已断电",
    ),
    (r"the diagnosis names no fault", "诊断没有判定出故障"),
    (r"no diagnosis is on record", "没有诊断记录"),
    (r"nobody knows what to repair: the place was not found", "没有找到位置，不知道应修复哪里"),
)
