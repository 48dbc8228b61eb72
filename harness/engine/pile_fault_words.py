"""Words for finding the fault of a pile, in both languages: findings, causes, reasons.

Nothing is decided here; see `harness.actions.pile_fault`.
"""

import re
from collections.abc import Sequence

from harness.actions.pile_fault.causes import BY_NAME
from harness.actions.pile_fault.checks import CHECKS
from harness.actions.pile_fault.model import FINDING, NONE, UNKNOWN, parse
from harness.engine import states_zh
from harness.engine.phrases import Phrases
from harness.text import Language, Text

_KEYS = {
    "alarms": Text("见到的告警", "alarms seen"),
    "link": Text("通信", "link"),
    "replies": Text("应答质量", "replies"),
    "speed": Text("应答速度", "speed of replies"),
    "live": Text("数据更新", "whether data move"),
    "rest.state": Text("空闲时状态", "state at rest"),
    "rest.cp": Text("空闲时 CP", "CP at rest"),
    "rest.cable": Text("空闲时连接状态", "cable at rest"),
    "rest.holder": Text("枪座开关", "holder switch"),
    "rest.contactor": Text("空闲时接触器", "contactor at rest"),
    "rest.command": Text("空闲时接触器命令", "contactor command at rest"),
    "rest.lock": Text("空闲时电子锁", "lock at rest"),
    "rest.estop": Text("急停触点", "emergency-stop contact"),
    "rest.voltage": Text("输入电压", "supply voltage"),
    "rest.frequency": Text("输入频率", "supply frequency"),
    "rest.temperature": Text("柜内温度", "temperature inside"),
    "rest.plug": Text("枪头温度", "temperature of the plug"),
    "rest.indicator": Text("指示状态", "indicator"),
    "rest.clock": Text("时钟", "clock"),
    "rest.tariff": Text("费率", "tariff"),
    "rest.max_current": Text("最大电流设置", "maximum current"),
    "rest.limit": Text("电流限值", "current limit"),
    "rest.identity": Text("身份", "identity"),
    "rest.register": Text("电能示值", "energy register"),
    "rep.cp": Text("插枪后 CP", "CP with the plug in"),
    "rep.cc": Text("桩端 CC", "CC at the pile"),
    "rep.holder": Text("插枪后枪座开关", "holder switch with the plug in the car"),
    "rep.outcome": Text("启动结果", "outcome of the start"),
    "rep.cp_waiting": Text("等待车辆时 CP", "CP while waiting for the vehicle"),
    "rep.duty": Text("占空比", "duty"),
    "rep.cp_ready": Text("充电时 CP", "CP while charging"),
    "rep.current": Text("充电电流", "current"),
    "rep.limit": Text("电流限值的响应", "how it takes a limit"),
    "rep.estop": Text("急停动作", "emergency stop tried"),
    "rep.low_level": Text("PWM 低电平", "low level of the PWM"),
    "rep.clamp": Text("与钳形表比对", "against the clamp meter"),
    "rep.stop": Text("停止过程", "the stop"),
    "rep.stop_reason": Text("停止原因", "stop reason"),
    "hand.supply": Text("进线电压（手测）", "supply by hand"),
    "hand.neutral": Text("N 对 PE 电压", "N against PE"),
    "hand.output": Text("空闲时输出电压", "output at rest"),
    "hand.insulation": Text("输出绝缘", "insulation of the output"),
    "hand.contact": Text("枪头接触电阻", "contact resistance"),
    "hand.inside": Text("柜内温度（手测）", "temperature inside by hand"),
    "hand.cc": Text("枪头 CC 电阻", "CC at the plug"),
    "hand.cp_wire": Text("CP 导线", "CP wire"),
    "hand.cp_insulation": Text("CP 对 PE", "CP to PE"),
    "hand.pe": Text("PE 导线", "PE wire"),
    "hand.output_ohms": Text("L 对 N 电阻", "L to N"),
    "hand.meter_wire": Text("电表通信线", "meter line"),
    "hand.bus": Text("Modbus 通信线", "Modbus line"),
    "hand.baud": Text("波特率设置", "baud setting"),
    "hand.estop": Text("急停按钮", "emergency-stop button"),
    "hand.rcd": Text("漏保手柄", "RCD lever"),
    "hand.breaker": Text("断路器手柄", "breaker lever"),
    "hand.arrester": Text("防雷模块窗口", "arrester window"),
    "hand.door": Text("柜门", "door"),
    "hand.smoke": Text("烟", "smoke"),
    "hand.water": Text("积水", "water"),
    "hand.mounting": Text("桩体", "mounting"),
    "hand.bolt": Text("锁舌", "lock bolt"),
    "hand.holder": Text("枪的位置", "where the plug is"),
    "hand.meter_address": Text("电表地址", "meter address"),
    "hand.transformers": Text("互感器方向", "direction of the transformers"),
    "hand.lamp": Text("指示灯", "lamp"),
    "hand.enclosure": Text("柜体外观", "enclosure"),
    "hand.cable": Text("电缆外观", "cable and plug"),
}
_NAMES = {
    "link_findings": Text("通信异常", "wrong with the link"),
    "findings": Text("异常发现", "abnormal findings"),
    "alarms_left": Text("剩余告警", "alarms left"),
    "session_findings": Text("试充异常", "wrong with the session"),
    "collateral": Text("不应有的变化", "what should not have changed"),
    "hypotheses": Text("故障假设", "hypotheses"),
    "place_of_the_fault": Text(
        "实际故障所列位次（0：未列出）", "place of the fault in the list (0: none)"
    ),
    "symptom.words": Text("现象描述", "the symptom in words"),
    "report.words": Text("归因说明", "the report in words"),
    "switched_off": Text("已断电", "switched off"),
    "settings_corrected": Text("改正的参数", "settings corrected"),
    "corrected": Text("改正", "corrected"),
    "evidence_before_reset": Text("首次复位前已取证", "evidence kept before the first reset"),
    "resets": Text("复位", "reset"),
    "resets_in_all": Text("复位次数", "resets"),
    "parts_repaired": Text("处理过的部位", "repaired"),
    "time_taken": Text("用时", "time taken"),
    "neutral_earth_voltage": Text("N 对 PE 电压", "N against PE"),
    "output_insulation": Text("输出绝缘电阻", "insulation of the output"),
    "contact_resistance": Text("枪头接触电阻", "contact resistance of the plug"),
    "cabinet_temperature": Text("柜内温度", "temperature inside"),
    "cp_wire_resistance": Text("CP 导线电阻", "along the CP wire"),
    "cp_pe_resistance": Text("CP 对 PE 电阻", "CP to PE"),
    "pe_resistance": Text("PE 导线电阻", "along the PE wire"),
    "output_resistance": Text("输出 L 对 N 电阻", "L to N of the output"),
    "meter_line_resistance": Text("电表通信线电阻", "along the meter line"),
    "modbus_line_resistance": Text("Modbus 通信线电阻", "along the Modbus line"),
    "output_voltage_l1": Text("输出电压 L1", "output voltage L1"),
    "output_current_l1": Text("输出电流 L1（钳形表）", "output current L1 (clamp meter)"),
    "supply_voltage_l1": Text("进线电压 L1", "supply voltage L1"),
}
LISTS = (
    "link_findings", "findings", "alarms_left", "session_findings", "collateral", "finding.alarms",
)  # fmt: skip
"""Lists of what was found to be wrong; an empty one is as it should be."""
HYPOTHESES = "hypotheses"
"""A list of causes, the likeliest first."""
CAUSE = "repaired"
"""Something that is called by the name of a cause."""
_OF_CAUSES = ("parts_repaired", "settings_corrected")
_FOUND, _ALL_WELL = "found: ", "everything that was looked at is as it should be"
_STATES = {
    "ok": Text("正常", "ok"),
    "silent": Text("无应答", "silent"),
    "garbled": Text("全是乱码", "garbage"),
    "elsewhere": Text("在另一地址应答", "answers under another address"),
    "lost": Text("缺失", "lost"),
    "late": Text("迟到", "late"),
    "damaged": Text("受扰", "damaged"),
    "refused": Text("被拒绝", "refused"),
    "other unit": Text("其他地址的应答", "of another unit"),
    "slow": Text("缓慢", "slow"),
    "frozen": Text("冻结", "frozen"),
    "stale": Text("陈旧", "stale"),
    "busy": Text("正在充电", "busy"),
    "low": Text("偏低", "low"),
    "high": Text("偏高", "high"),
    "12V": Text("12 V", "12 V"),
    "9V": Text("9 V", "9 V"),
    "6V": Text("6 V", "6 V"),
    "0V": Text("0 V", "0 V"),
    "-12V": Text("-12 V", "-12 V"),
    "warm": Text("过热", "warm"),
    "hot": Text("过热", "hot"),
    "undefined": Text("代码无定义", "undefined code"),
    "differs": Text("不一致", "differs"),
    "empty": Text("为空", "empty"),
    "off": Text("超差", "off"),
    "swapped": Text("高低字颠倒", "words swapped"),
    "leaps": Text("跳变", "leaps"),
    "creeps": Text("潜动", "creeps"),
    "coarse": Text("步进过大", "coarse"),
    "open": Text("断开", "open"),
    "wrong": Text("不对", "wrong"),
    "changed": Text("有变化", "changed"),
    "other cable": Text("另一规格电缆的值", "of another cable"),
    "waiting": Text("等待车辆", "waiting for the vehicle"),
    "stopped": Text("中途停止", "stopped by itself"),
    "none": Text("无", "none"),
    "ignored": Text("不响应", "ignored"),
    "10V": Text("10～11 V", "10 to 11 V"),
    "not obeyed": Text("桩不响应", "not obeyed by the pile"),
    "contactor stays": Text("接触器不断开", "the contactor stays closed"),
    "not started": Text("没有启动", "not started"),
    "beyond": Text("超出允许范围", "beyond what is allowed"),
    "another": Text("另一数值", "another value"),
    "clock stands": Text("只有时钟不走", "only the clock stands"),
    "no reaction": Text("无反应", "no reaction"),
    "resets itself": Text("自行恢复", "resets itself"),
    "no reset": Text("不能复位", "cannot be reset"),
    "S2 late": Text("S2 断开过晚", "S2 opened late"),
    "in": Text("在位", "in"),
    "out": Text("离位", "out"),
    "dead": Text("无电", "dead"),
    "live": Text("带电", "live"),
    "short": Text("短路", "shorted"),
    "worn": Text("磨损", "worn"),
    "burnt": Text("烧蚀", "burnt"),
    "dark": Text("不亮", "dark"),
    "serial_number": Text("出厂编号不符", "serial number"),
    "firmware_version": Text("固件版本不符", "firmware version"),
}
_POINTS = {
    "rest.state": "charging_state",
    "rep.outcome": "charging_state",
    "rep.stop_reason": "stop_reason",
}
"""Findings that may be any state of a point."""
_SIGN = re.compile(r"([\w.]+) = (.+)")
_OF_SITES = {"rest.voltage": Text("缺相", "a phase is missing"),
             "rest.clock": Text("丢失", "lost")}  # fmt: skip
"""What `lost` means there."""


def quantity(name: str, language: Language) -> str | None:
    """The name of a finding or of a reading by hand; None: something else."""
    known = _KEYS.get(name.removeprefix(FINDING)) if name.startswith(FINDING) else _NAMES.get(name)
    return known.get(language) if known is not None else None


def value(shown: str, of: str, language: Language) -> str | None:
    """A diagnosis, a repaired cause or the state of a finding in words; None: something else."""
    if of in ("diagnosis", "repaired", "corrected"):
        return _causes(shown, language)
    if shown == _ALL_WELL or shown.startswith(_FOUND):  # what the simulated technician tells
        return reason(shown) if language == "zh" else in_words(shown)
    return _state(of.removeprefix(FINDING), shown, language) if of.startswith(FINDING) else None


def listed(entries: Sequence[str], of: str, language: Language) -> str | None:
    """Findings in words; causes by their titles, hypotheses with their places. None: others."""
    if of in LISTS:
        return ("、" if language == "zh" else ", ").join(entry(one, language) for one in entries)
    if of != HYPOTHESES and of not in _OF_CAUSES:
        return None
    titles = [_causes(one, language) or one for one in entries]
    if of == HYPOTHESES:
        titles = [f"{place}. {title}" for place, title in enumerate(titles, 1)]
    return ("；" if language == "zh" else "; ").join(titles)


def _causes(shown: str, language: Language) -> str | None:
    if shown == NONE:
        return Text("没有发现故障", "no fault found").get(language)
    names = parse(shown)
    if shown == UNKNOWN or not names or any(name not in BY_NAME for name in names):
        return None
    joint = Text(" 或 ", " or ").get(language)
    return joint.join(BY_NAME[name].title.get(language) for name in names)


def _state(key: str, state: str, language: Language) -> str | None:
    if state == "lost" and key in _OF_SITES:
        return _OF_SITES[key].get(language)
    check = CHECKS.get(key)
    known = check.choices.get(state) if check is not None else None
    known = known or _STATES.get(state)
    if known is not None:
        return known.get(language)
    if language == "zh":
        return states_zh.chinese(state, _POINTS.get(key, ""))
    return states_zh.english(state) or state.replace("_", " ")


def entry(shown: str, language: Language) -> str:
    """One entry of a list of findings: `rest.cp = 0V`, or the number of an alarm as it is."""
    found = _SIGN.fullmatch(shown)
    if found is None or found[1] not in _KEYS:
        return shown
    colon = "：" if language == "zh" else ": "
    state = _state(found[1], found[2], language) or found[2]
    return _KEYS[found[1]].get(language) + colon + state


def in_words(english: str) -> str:
    """The English of what a diagnosis rests on, with findings called by what they are."""
    if (known := re.fullmatch(r"(found|no cause explains): ([^;]+)(.*)", english)) is None:
        return english
    entries = ", ".join(entry(one, "en") for one in known[2].split(", "))
    return f"{known[1]}: {entries}{known[3]}"


def reason(english: str) -> str | None:
    """The Chinese of what a diagnosis rests on; None when it is something else."""
    pieces = [REASONS.find(piece, _piece) for piece in english.split("; ")]
    return "；".join(piece for piece in pieces if piece) if all(pieces) else None


def _piece(english: str, _of: str) -> str:
    return "、".join(
        _KEYS[one].zh if one in _KEYS else entry(one, "zh") for one in english.split(", ")
    )


REASONS = Phrases(
    (r"everything that was looked at is as it should be", "所查各项均正常"),
    (r"found: (.+)", "发现：{1}"),
    (r"no cause explains: (.+)", "没有哪种原因能解释：{1}"),
    (r"not looked at: (.+)", "未检查：{1}"),
    (r"answers as unit (\d+)", r"以地址 \1 应答"),
    (r"no reply under any address", "任何地址都没有应答"),
    (r"every reply is damaged", "应答全部受损"),
    (r"(\d+) reads, all answered", r"读 \1 次，全部应答"),
    (r"the pile does not answer: there is nothing to read", "桩不应答，没有可读的数据"),
    (r"nothing is on record about this", "没有这方面的记录"),
    (r"this pile has no alarm word", "该桩没有告警字"),
    (r"this pile has no session energy", "该桩没有本次电量"),
    (r"no diagnosis is on record", "没有诊断记录"),
    (r"no hypotheses are on record", "没有故障假设的记录"),
    (r"the fault is not in the list", "实际故障不在所列原因中"),
    (
        r"its gateway answers from a memory: silence is not to be expected",
        "网关以缓存数据应答，断电后也不会中断，以验电为准",
    ),
    (
        r"it did not answer before: its silence proves nothing",
        "断电前已无应答，通信中断不能作为断电的证据，以验电为准",
    ),
    (r"the diagnosis names no fault", "诊断没有判定出故障"),
    (r"the pile is not idle: nothing could be concluded", "桩不在空闲状态，无法得出结论"),
    (r"nothing was found out about the pile yet", "还没有查到桩的任何情况"),
)
