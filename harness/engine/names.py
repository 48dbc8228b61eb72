"""What quantities, buses and findings are called, in both languages.

Names of piles and meters stand in the shared list. Those of vehicles stand in the shipped data
files; these are read when a name comes up that nothing else knows, so runs without a vehicle do
without. Node and unit names are those of the vehicle's own documents.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from harness.data import data_folder
from harness.datafile import load
from harness.devices.modbus.canonical import CANONICAL
from harness.engine import (
    battery_words,
    bus_words,
    by_wire_words,
    calibration_words,
    car_service_words,
    cockpit_words,
    conformance_words,
    handover_words,
    heard_words,
    maintenance_words,
    metering_words,
    pile_fault_words,
    pile_words,
    preparation_words,
    roadworthy_words,
    sensor_words,
    signal_names,
    states_zh,
    trace_words,
    used_words,
)
from harness.errors import FileError
from harness.text import Language, Text

_PROFILES = Path(__file__).resolve().parent.parent / "devices" / "vehicle" / "profiles"

_DERIVED = {
    "error_rate": Text("出错率", "Error rate"),
    "response_time_95": Text("95% 响应时间", "95th percentile of response time"),
    "gun_surface_temperature": Text("枪头表面温度", "Surface temperature of the plug"),
    "enclosure": Text("柜体", "Enclosure"),
    "cable-and-gun": Text("电缆与枪头", "Cable and plug"),
    "nameplate-and-signs": Text("铭牌与标识", "Nameplate and signs"),
    "lamp": Text("指示灯", "Lamp"),
    "both_sides.apart": Text("双侧状态出现的时间差", "Time between the states of both sides"),
    "diagnosis": Text("诊断结论", "Diagnosis"),
    "announced_current": Text("公告电流", "Announced current"),
    "charger_efficiency": Text("充电机效率", "Efficiency of the charger"),
    "reaction_time": Text("反应时间", "Reaction time"),
    "lamp_lit_after": Text("上电后点亮用时", "Lit after switching on"),
    "lamp_out_after": Text("上电后熄灭用时", "Out after switching on"),
    "insulation_per_volt": Text("每伏绝缘电阻", "Insulation resistance per volt"),
    "braking_rate": Text("制动率", "Braking rate"),
    "wheel_drag": Text("车轮阻滞率", "Wheel drag"),
    "tester_file": Text("检测设备数据文件", "Tester's file"),
    "tester_height": Text("灯具基准中心高度", "Lamp height"),
    "tester_main_intensity": Text("远光发光强度", "Main-beam intensity"),
    "tester_dipped_drop": Text("近光截止线下降量", "Dipped-beam drop"),
    "tester_dipped_sideways": Text("近光水平偏移", "Dipped beam sideways"),
    "tester_main_sideways": Text("远光水平偏移", "Main beam sideways"),
    "tester_main_above": Text("远光最亮点高出灯高", "Main beam above lamp height"),
    "tester_slip_per_km": Text("每公里侧滑量", "Side slip per kilometre"),
    "tester_level": Text("声级", "Sound level"),
    "tester_depth": Text("花纹深度", "Tread depth"),
    "tester_speed": Text("车速", "Speed"),
    "tester_distance": Text("距离", "Distance"),
    "tester_pedal": Text("制动踏板", "Brake pedal"),
    "brake_distance": Text("制动距离", "Braking distance"),
    "tester_indicated": Text("指示车速", "Indicated speed"),
    "tester_true": Text("实际车速", "True speed"),
    "tester_left_force": Text("左轮制动力", "Left brake force"),
    "tester_right_force": Text("右轮制动力", "Right brake force"),
    "tester_left_load": Text("左轮荷", "Left wheel load"),
    "tester_right_load": Text("右轮荷", "Right wheel load"),
    "brake_imbalance": Text("制动力不平衡率", "Brake imbalance"),
    "cell_spread_rms": Text("单体压差（均方根）", "Cell voltage spread (RMS)"),
    "mfdd": Text("充分发出的平均减速度（MFDD）", "Mean fully developed deceleration (MFDD)"),
    "speedometer_error": Text("车速表误差", "Speedometer error"),
    "sum_of_parts": Text("分项之和", "Sum of the parts"),
    "low_voltage_battery": Text("12 V 蓄电池电压", "Voltage of the 12 V battery"),
    "tread_depth_fl": Text("左前轮花纹深度", "Tread depth, front left"),
    "tread_depth_fr": Text("右前轮花纹深度", "Tread depth, front right"),
    "tread_depth_rl": Text("左后轮花纹深度", "Tread depth, rear left"),
    "tread_depth_rr": Text("右后轮花纹深度", "Tread depth, rear right"),
    "vin-on-body": Text("车身上的车架号", "VIN on the body"),
    "car-body": Text("车身外观", "Body"),
    "car-certificate": Text("车辆证件", "Documents of the vehicle"),
    "car-equipment": Text("随车工具与用品", "Equipment carried"),
    "car-glass": Text("车窗玻璃", "Glass"),
    "car-lamps": Text("灯罩", "Lenses of the lamps"),
    "car-leaks": Text("渗漏", "Leaks"),
    "car-plate": Text("号牌", "Number plates"),
    "car-tyres": Text("轮胎外观", "Tyres"),
    "fluid-levels": Text("各油液液位", "Fluid levels"),
    "inlet-pins": Text("车辆插座端子", "Pins of the inlet"),
    "sensor-surfaces": Text("传感器表面", "Surfaces of the sensors"),
    "telltale-isolation": Text("绝缘故障指示灯", "Isolation telltale"),
    "telltale-parkingbrake": Text("驻车制动指示灯", "Parking brake telltale"),
    "telltale-ready": Text("READY 指示灯", "READY telltale"),
    **battery_words.NAMES,
    **by_wire_words.NAMES,
    **metering_words.NAMES,
    **maintenance_words.NAMES,
    **conformance_words.NAMES,
    **sensor_words.NAMES,
    **handover_words.NAMES,
    **car_service_words.NAMES,
    **heard_words.NAMES,
    **used_words.NAMES,
    **roadworthy_words.NAMES,
    **calibration_words.NAMES,
    **cockpit_words.NAMES,
    **preparation_words.NAMES,
}
FINDINGS = {
    "silent_nodes": Text("不在线的节点", "Nodes that do not send"),
    "flawed_messages": Text("有错误的报文", "Messages with flaws"),
    "unknown_messages": Text("未知报文", "Unknown messages"),
    "off_cycle_messages": Text("周期超差的报文", "Messages off their cycle"),
    "silent_units": Text("无应答的控制单元", "Control units that do not answer"),
    "extra_units": Text("未登记的应答地址", "Answers from unlisted addresses"),
    "trouble_codes": Text("故障码", "Trouble codes"),
    "permanent_codes": Text("永久故障码", "Permanent trouble codes"),
    "before_clearing": Text("清码前的故障码", "Trouble codes before clearing"),
    "returned_codes": Text("清码后复现的故障码", "Trouble codes that came back"),
    "cleared_units": Text("已清码的控制单元", "Control units that were cleared"),
    "not_cleared_units": Text("未清码的控制单元", "Control units that were not cleared"),
    "lamps_lit": Text("点亮的警告灯", "Warning lamps that are lit"),
    "not_approved": Text("与批准版本不符的项", "Items that differ from what is approved"),
    "not_recorded": Text("未存储的故障码", "Trouble codes that were not stored"),
    **maintenance_words.FINDINGS,
    **sensor_words.FINDINGS,
    **handover_words.FINDINGS,
    **car_service_words.FINDINGS,
    **heard_words.FINDINGS,
    **calibration_words.FINDINGS,
    **cockpit_words.FINDINGS,
    **preparation_words.FINDINGS,
}
"""Lists of what was found to be wrong; an empty one is as it should be."""
_WITH_ENTRIES = (maintenance_words, handover_words, car_service_words)
"""Words of findings whose entries are words themselves, or points."""
_AT_A_PLACE = (
    "silent_nodes", "flawed_messages", "unknown_messages", "off_cycle_messages",
    "trouble_codes", "permanent_codes", "before_clearing", "returned_codes", "bus_off_units",
    "not_recorded", *calibration_words.OF_CODES,
)  # fmt: skip
"""Findings with their bus or control unit in front: `bus:NODE`."""
_OF_MESSAGES = ("flawed_messages", "off_cycle_messages")
"""Of these, an entry may name the unit that sends it, too: `bus:NODE.Message`."""
_DIFFERING = "differing"
_OF_UNITS = (
    "silent_units", "extra_units", "not_approved", "unknown_keys", "user_data_left", "not_cleared",
    "cleared_units", "not_cleared_units", *calibration_words.OF_UNITS,
)  # fmt: skip
_WORKED_OUT = {
    "offset": Text("误差", "error"),
    "resolution": Text("分辨力", "resolution"),
    "moved": Text("变化", "change"),
    "spread": Text("离散", "spread"),
    "multiple": Text("与仪表读数之比", "over the instrument"),
    "mark": Text("得分", "mark"),
    "flash_rate": Text("闪光频率", "flash rate"),
    "duty": Text("占空比", "duty"),
    "trouble_codes": Text("故障码", "trouble codes"),
    _DIFFERING: Text("不一致的单元", ": units that differ"),
    **metering_words.WORKED_OUT,
    **battery_words.WORKED_OUT,
    **by_wire_words.WORKED_OUT,
    **calibration_words.WORKED_OUT,
    **cockpit_words.WORKED_OUT,
    **preparation_words.WORKED_OUT,
    "changed": maintenance_words.CHANGED,
}
_OF_A_BUS = {
    "bus_load": Text("{}负载率", "Bus load, {}"),
    "error_frames": Text("{}错误帧", "Error frames, {}"),
    "sent_frames": Text("{}本机发送帧数", "Frames sent by the harness, {}"),
    **heard_words.OF_A_BUS,
}
_TIME_TO = Text("到“{}”的时间", "time to {}")
_SIDES = {"vehicle": Text("车辆{}", "{} (vehicle)"), "pile": Text("桩{}", "{} (pile)")}
_EARLIER = Text("{}（前一步读数）", "{} (of the earlier step)")
_BOTH = "pile, vehicle"
"""Source of readings that compare the vehicle (named first) with the pile."""
_CODE = re.compile(r"[PCBU][0-3][0-9A-F]{3}(-[0-9A-F]{2})?")
_DIFFERS = re.compile(r"(\w+(?:\.\w+)?)=(.*?)(?: \((.*)\))?")
SINGLE_BUS = Text("CAN 总线", "CAN bus")
"""The one attachment of a bench with a single adapter, called `can`."""


@dataclass
class _Names:
    """Titles out of a data file."""

    points: dict[str, Text] = field(default_factory=dict)
    buses: dict[str, Text] = field(default_factory=dict)
    units: dict[str, Text] = field(default_factory=dict)
    nodes: dict[str, str] = field(default_factory=dict)
    """Control units by the name that the description gives them."""
    routines: dict[str, Text] = field(default_factory=dict)
    codes: dict[str, Text] = field(default_factory=dict)
    """Titles of trouble codes by their English one."""
    descriptions: list[str] = field(default_factory=list)


def point(name: str, language: Language, source: str = "") -> str:
    """The name of a quantity: the one that everybody knows, else the name itself.

    `source` is that of the reading: what a vehicle measures may be called otherwise than the same
    quantity of a pile. Quantities that a step worked out are said in words:
    `charging_state.time_to_fault` is the time until the charging state was "fault".
    """
    if (whole := trace_words.name(name)) is not None and name not in CANONICAL:
        return whole.get(language)
    for sign, shown in ((" - ", " − "), (" / ", " / ")):
        first, found, second = name.partition(sign)
        if found:
            return shown.join(_two(first, second, language, source))
    known = _known(name, source)
    if known is not None:
        return known.get(language)
    return (
        by_wire_words.quantity(name, language)
        or _worked_out(name, language, source)
        or bus_words.quantity(name, language, bus)
        or pile_fault_words.quantity(name, language)
        or _of_vehicle(name, language)
        or name
    )


def _worked_out(name: str, language: Language, source: str) -> str | None:
    """What a step made of a quantity, of a bus or of a unit; None for anything else."""
    base, dot, what = name.rpartition(".time_to_")
    what = f"time_to_{what}" if dot else what
    if not dot:
        base, dot, what = name.rpartition(".")
    shown = None
    if what.startswith("time_to_"):
        state = _state(what.removeprefix("time_to_"), language, base)
        before = point(base, language, source) if dot else ""
        shown = joined(before, _TIME_TO.get(language).format(state), language)
    elif base in _OF_A_BUS:
        shown = _OF_A_BUS[base].get(language).format(bus(what, language))
    elif dot and what in _WORKED_OUT:
        name = point(base, language, source)
        shown = joined(name, _WORKED_OUT[what].get(language), language)
    elif dot and _CODE.fullmatch(what):
        shown = f"{unit(base)} {what}"
    return shown


def joined(name: str, after: str, language: Language) -> str:
    """Both in a row; Chinese has no space between its own characters."""
    close = after.startswith(":") or (language == "zh" and not name[-1:].isascii())
    return name + after if close else f"{name} {after}".strip()


def _two(first: str, second: str, language: Language, source: str) -> list[str]:
    """Both parts of a comparison; two that are called alike are told apart by their side."""
    if source != _BOTH:
        again = point(second, language, source)
        if first == second:
            again = _EARLIER.get(language).format(again)
        return [point(first, language, source), again]
    names = [point(first, language, "vehicle"), point(second, language, "pile")]
    if names[0] != names[1]:
        return names
    return [
        _SIDES[side].get(language).format(one)
        for side, one in zip(("vehicle", "pile"), names, strict=True)
    ]


def _known(name: str, source: str) -> Text | None:
    """The title of a name as it stands."""
    if source.partition(" ")[0] == "vehicle" and name in CANONICAL:
        found = _vehicle().points.get(name)
        if found is not None:
            return found
    canonical = CANONICAL.get(name)
    if canonical is not None:
        return canonical.title
    own = _DERIVED.get(name) or pile_words.NAMES.get(name) or FINDINGS.get(name)
    return own or trace_words.name(name)


def _of_vehicle(name: str, language: Language) -> str | None:
    """The title of a point of a vehicle; an identifier with the unit that was asked for it."""
    if (found := _vehicle().points.get(name) or signal_names.title(name)) is not None:
        return found.get(language)
    asked, dot, did = name.partition(".")
    if dot:
        known = _diagnostics()
        if asked in known.units and did in known.points:
            return f"{unit(asked)} {known.points[did].get(language)}"
        if asked in known.units and did in known.routines:
            return f"{unit(asked)} {known.routines[did].get(language)}"
    elif name in (points := _diagnostics().points):  # an identifier of several units
        return points[name].get(language)
    return None


def bus(name: str, language: Language) -> str:
    """The name of a bus of a vehicle, or of a control unit in its place."""
    if name == "can":
        return SINGLE_BUS.get(language)
    known = _vehicle().buses.get(name)
    return unit(name) if known is None else known.get(language)


def unit(name: str) -> str:
    """A control unit as its documents write it: `BMS`; what is none of ours stays as it is."""
    return _diagnostics().nodes.get(name, name)


def unit_title(name: str) -> Text | None:
    """What a control unit is: `battery management system`."""
    return _diagnostics().units.get(name)


def node_title(node: str) -> Text | None:
    """What the control unit is that the databases call `BMS`."""
    known = _diagnostics()
    return next((known.units.get(unit) for unit, one in known.nodes.items() if one == node), None)


def is_trouble_code(name: str) -> bool:
    """Whether this is the status of one trouble code: `unit.P0AA6-1A`."""
    return _CODE.fullmatch(name.rpartition(".")[2]) is not None


def trouble_code(title: str) -> Text:
    """The English title of a trouble code, as records have it, in both languages."""
    return _diagnostics().codes.get(title) or Text(title, title)


def is_finding(name: str) -> bool:
    """Whether a quantity of this name lists what was found to be wrong."""
    known = any(
        name in words
        for words in (FINDINGS, bus_words.FINDINGS, pile_words.FINDINGS, pile_fault_words.LISTS)
    )
    return known or name.rpartition(".")[2] in (_DIFFERING, "trouble_codes")


def finding(entry: str, of: str, language: Language) -> str:
    """One entry of such a list: `bus:NODE`, `unit:code`, a lamp or a text."""
    return listed([entry], of, language)


def listed(entries: Sequence[str], of: str, language: Language) -> str:
    """A list of names: findings by bus or control unit, lamps by what they are called."""
    comma = "、" if language == "zh" else ", "
    words = next((one for one in _WITH_ENTRIES if of in one.FINDINGS), None)
    if words is not None:
        return comma.join(words.entry(one, of, language) or point(one, language) for one in entries)
    if of in pile_words.FINDINGS or of in pile_words.ORDER:
        return comma.join(
            pile_words.entry(entry, language, lambda name: point(name, language))
            for entry in entries
        )
    if of == "lamps_lit":
        return comma.join(point(entry, language, "vehicle") for entry in entries)
    if (said := pile_fault_words.listed(entries, of, language)) is not None:
        return said
    if of not in _AT_A_PLACE:
        of_units = of in _OF_UNITS or of.rpartition(".")[2] == _DIFFERING
        return comma.join(
            _differing(one, language) if of_units else _said(one, of, language) for one in entries
        )
    places: dict[str, list[str]] = {}
    for entry in entries:
        place, colon, what = entry.partition(":")
        places.setdefault(place, []).extend([what] if colon else [])
    if of in _OF_MESSAGES:
        places = {place: _by_sender(found, language) for place, found in places.items()}
    colon, stop = ("：", "；") if language == "zh" else (": ", "; ")
    return stop.join(
        bus(place, language) + (colon + comma.join(found) if found else "")
        for place, found in places.items()
    )


def _by_sender(entries: Sequence[str], language: Language) -> list[str]:
    """`NODE.Message` as `NODE (Message, …)`, one a unit; messages without a sender as they are."""
    comma, shown = ("、", "{}（{}）") if language == "zh" else (", ", "{} ({})")
    senders: dict[str, list[str]] = {}
    for entry in entries:
        sender, _, message = entry.rpartition(".")
        senders.setdefault(sender, []).append(message)
    nobody = senders.pop("", [])
    return [*nobody, *(shown.format(one, comma.join(sent)) for one, sent in senders.items())]


def _said(entry: str, of: str, language: Language) -> str:
    word = preparation_words.listed(entry, of)
    return heard_words.said(entry, of, language) if word is None else word.get(language)


def _differing(entry: str, language: Language) -> str:
    """`unit.identifier=value (wanted)` or `unit=value` in words; anything else as it is."""
    found = _DIFFERS.fullmatch(entry)
    if found is None:
        return point(entry, language) if "." in entry else unit(entry)
    name, value, wanted = found.groups()
    if "." in name:
        shown = f"{point(name, language)} {value}"
    else:
        said = calibration_words.STATES_ZH.get(value, value) if language == "zh" else value
        shown = f"{unit(name)} {said}"
    if wanted is None:
        return shown
    return f"{shown}（应为 {wanted}）" if language == "zh" else f"{shown} (wanted {wanted})"


def _state(state: str, language: Language, of: str) -> str:
    if language == "zh":
        return states_zh.chinese(state, of) or state
    return states_zh.english(state) or state


@cache
def _vehicle() -> _Names:
    """Names out of the shipped profiles of vehicles."""
    names = _Names()
    for path in sorted(_PROFILES.glob("*.yaml")):
        values = _values(path)
        for name, entry in _mapping(values, "points").items():
            _title(names.points, name, entry)
            if isinstance(entry, dict) and isinstance(signal := entry.get("signal"), str):
                _title(names.points, signal, entry)
        for name, entry in _mapping(values, "buses").items():
            _title(names.buses, name, entry)
        description = _mapping(values, "diagnostics").get("description")
        if isinstance(description, str):
            names.descriptions.append(description)
    return names


@cache
def _diagnostics() -> _Names:
    """Names out of the diagnostic descriptions that the profiles name."""
    names = _Names()
    for description in _vehicle().descriptions:
        values = _values(data_folder("dbc") / description)
        for entry in _mapping(values, "dids").values():
            if isinstance(entry, dict) and isinstance(name := entry.get("name"), str):
                _title(names.points, name, entry)
        for entry in _mapping(values, "routines").values():
            if isinstance(entry, dict) and isinstance(name := entry.get("name"), str):
                _title(names.routines, name, entry)
        for unit, entry in _mapping(values, "units").items():
            _title(names.units, unit, entry)
            if isinstance(entry, dict) and isinstance(node := entry.get("node"), str):
                names.nodes[unit] = node
        for code, entry in _mapping(values, "dtcs").items():
            _title(names.codes, code, entry)
    names.codes = {title.en: title for title in names.codes.values()}
    return names


def _values(path: Path) -> Any:
    try:
        return load(path)[0]
    except FileError:  # a name is never worth a failed report
        return {}


def _mapping(values: Any, key: str) -> Mapping[Any, Any]:
    found = values.get(key) if isinstance(values, dict) else None
    return found if isinstance(found, dict) else {}


def _title(into: dict[str, Text], name: str, entry: Any) -> None:
    """Put an entry's title into a table, where it has one in both languages."""
    title = entry.get("title") if isinstance(entry, dict) else None
    if isinstance(title, dict) and isinstance(title.get("zh"), str):
        into.setdefault(name, Text(title["zh"], str(title.get("en", title["zh"]))))
