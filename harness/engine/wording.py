"""How verdicts, values, limits and reasons are said to people, in both languages.

Values keep the words of the record where there is no common translation: nothing here decides
anything, and nothing here is stored.
"""

from datetime import UTC, datetime

from harness.clock import CHINA
from harness.engine import details, names, states_zh
from harness.engine.reasons_zh import REASONS
from harness.events import Judged
from harness.limits import Clear, Equals, Limit, OneOf, Range, Within, describe
from harness.quantity import Measurement, Quality, Value
from harness.text import Language, Text
from harness.verdict import CandidateVerdict, Ending, Verdict

VERDICTS = {
    Verdict.PASS: Text("合格", "pass"),
    Verdict.CONDITIONAL_PASS: Text("有条件合格", "conditional pass"),
    Verdict.CONDITIONAL_FAIL: Text("有条件不合格", "conditional fail"),
    Verdict.FAIL: Text("不合格", "fail"),
    Verdict.INCONCLUSIVE: Text("无法判定", "inconclusive"),
    Verdict.ERROR: Text("出错", "error"),
    Verdict.NOT_RUN: Text("未执行", "not run"),
}
ENDINGS = {
    Ending.COMPLETED: Text("全部步骤已执行", "completed"),
    Ending.STOPPED: Text("按失败策略提前停止", "stopped by the failure policy"),
    Ending.ABORTED: Text("人为中止", "aborted by a person"),
    Ending.LOST: Text("台架或程序故障，未能继续", "lost: the bench or the harness failed"),
}
CANDIDATES = {
    CandidateVerdict.RIGHT: Text("结论正确", "concluded right"),
    CandidateVerdict.WRONG: Text("结论错误", "concluded wrong"),
    CandidateVerdict.PENDING: Text("待考评员评定", "to be rated"),
    CandidateVerdict.ABSENT: Text("未作答", "no answer"),
}
CONFIDENCE = {
    "high": Text("已读标准文本", "read in the standard"),
    "medium": Text("二手资料，未核对原文", "secondary source, original not read"),
    "low": Text("参考值，可由台架配置", "reference value, configurable"),
}
NO_CLAUSE = Text("条款号未见", "clause not seen")
_QUALITY = {
    Quality.MISSING: Text("没有读数", "nothing read"),
    Quality.STALE: Text("读数过期", "stale reading"),
    Quality.NOT_A_NUMBER: Text("读数为 NaN", "not a number"),
    Quality.SENTINEL: Text("设备表示无此数据", "device says: not available"),
    Quality.OUT_OF_RANGE: Text("读数超出可能范围", "outside the plausible range"),
    Quality.UNKNOWN_CODE: Text("未知代码", "unknown code"),
    Quality.OUT_OF_CALIBRATION: Text("仪器超出校准期或未登记", "instrument not in calibration"),
    Quality.CORRUPT: Text("报文校验或计数器错误", "checksum or counter of the frame is wrong"),
    Quality.UNSTABLE: Text("多次读数不一致", "readings do not agree"),
}
_ROLES_ZH = {"pile": "充电桩", "meter": "电能表", "vehicle": "车辆", "operator": "人员"}
_NONE = Text("无", "none")
_NONE_BUT = Text("除 {} 外不得置位", "none set but {}")
_NONE_SET = Text("不得置位", "none set")
_NO_FINDING = Text("= 无", "= none")
_NO_FINDING_BUT = Text("= 无（{} 除外）", "= none (but {})")
_YES = Text("是", "yes")
_NO = Text("否", "no")


def reason(english: str) -> Text:
    """A recorded reason in both languages; what has no translation is shown as it is."""
    chinese = REASONS.find(english, _piece_zh)
    return Text(details.chinese(english) if chinese is None else chinese, english)


def _piece_zh(piece: str, of: str = "") -> str:
    """A part of a recorded reason: one word, several of them, or a reason of its own."""
    words = [_marked_zh(word, of) for word in piece.split(", ")]
    if None not in words:
        return ", ".join(word for word in words if word is not None)
    place, said, rest = piece.partition(": ")
    if said and place.isidentifier():
        return f"{_word_zh(place) or names.bus(place, 'zh')}: {details.chinese(rest)}"
    return details.chinese(piece)


def _marked_zh(word: str, of: str) -> str | None:
    """A word, perhaps with a role in front: `pile: charging`."""
    side, said, rest = word.partition(": ")
    if not said:
        return _word_zh(word, of)
    known = _word_zh(rest, of)
    return f"{role(side, 'zh')}: {known}" if side in _ROLES_ZH and known is not None else None


def _word_zh(word: str, of: str = "") -> str | None:
    """A word of a recorded reason: a verdict, a role, a point, or a state (of the point `of`)."""
    for verdict, text in VERDICTS.items():
        if word == verdict.value:
            return text.zh
    if of and (state := states_zh.chinese(word, of)) is not None:
        return state
    if word in _ROLES_ZH:
        return _ROLES_ZH[word]
    if not word.replace(".", "_").isidentifier():
        return None
    named = names.point(word, "zh")
    return named if named != word else states_zh.chinese(word)


def role(name: str, language: Language) -> str:
    """A role of the bench."""
    return _ROLES_ZH.get(name, name) if language == "zh" else name


def point(name: str, language: Language, source: str = "") -> str:
    """The name of a quantity, see `harness.engine.names`."""
    return names.point(name, language, source)


def bus(name: str, language: Language) -> str:
    """The name of a bus of a vehicle."""
    return names.bus(name, language)


def quantity(reading: Measurement, language: Language) -> str:
    """The name of what was read; its source tells the vehicle's quantities from the pile's."""
    return names.point(reading.name, language, reading.source)


def note(reading: Measurement) -> Text:
    """The remark of a reading; that of a trouble code is its title."""
    if names.is_trouble_code(reading.name):
        return names.trouble_code(reading.note)
    return reason(reading.note)


def value(shown: Value | None, unit: str | None, language: Language, of: str = "") -> str:
    """A value with its unit; states (of the point `of`) in the language of the reader."""
    if isinstance(shown, list):
        return names.listed(shown, of, language) or _NONE.get(language)
    if isinstance(shown, bool):
        return (_YES if shown else _NO).get(language)
    if isinstance(shown, int | float):
        if unit == "unix_s":
            moment = datetime.fromtimestamp(shown, UTC).astimezone(CHINA)
            return f"{moment:%Y-%m-%d %H:%M:%S}"
        number = f"{shown:.7g}"
        return number if unit in (None, "1") else f"{number} {unit}"
    return "–" if shown is None else _state(shown, language, of)


def _state(shown: str, language: Language, of: str) -> str:
    if language == "zh":
        return states_zh.chinese(shown, of) or shown
    return states_zh.english(shown) or shown


def measurement(reading: Measurement, language: Language) -> str:
    """What was read, or why nothing usable was."""
    if reading.at_least is not None:
        return f"> {reading.at_least:.4g} {reading.unit or ''}".rstrip()
    if reading.quality is not Quality.GOOD:
        why = _QUALITY[reading.quality].get(language)
        raw = reading.raw if reading.value is None else reading.value
        return why if raw is None else f"{why} ({raw})"
    return value(reading.value, reading.unit, language, reading.name)


def spread(uncertainty: float) -> str:
    """An uncertainty with two digits, without an exponent where people write none."""
    return f"{float(f'{uncertainty:.2g}'):g}"


def limit(wanted: Limit, language: Language, of: str = "") -> str:
    """A limit in one line; states (of the point `of`) in the language of the reader."""
    if isinstance(wanted, OneOf):
        return " | ".join(value(state, None, language, of) for state in wanted.values)
    if isinstance(wanted, Equals):
        return f"= {value(wanted.value, None, language, of)}"
    if isinstance(wanted, Clear):
        finding = names.is_finding(of)
        if wanted.allowed:
            but = _NO_FINDING_BUT if finding else _NONE_BUT
            return but.get(language).format(names.listed(wanted.allowed, of, language))
        return (_NO_FINDING if finding else _NONE_SET).get(language)
    shown = describe(wanted)
    return shown.removesuffix(" 1") if isinstance(wanted, Range) and wanted.unit == "1" else shown


def judged(event: Judged, language: Language) -> str:
    """`172 V (176 … 264 V)`; with the uncertainty where it decided."""
    reading = event.measurement
    shown = measurement(reading, language)
    conditional = event.judgement.verdict in (Verdict.CONDITIONAL_PASS, Verdict.CONDITIONAL_FAIL)
    unsure = event.judgement.verdict is Verdict.INCONCLUSIVE and isinstance(event.limit, Within)
    if reading.uncertainty and (conditional or unsure):
        shown = f"{shown} ± {spread(reading.uncertainty)}"
    return f"{shown} ({limit(event.limit, language, reading.name)})"


def item(event: Judged, language: Language) -> str:
    """The item judged against, with its clause and how far it can be relied on."""
    if event.item is None:
        return ""
    parts = [event.item]
    if not event.item.startswith("practice/"):
        parts.append(clause(event.clause, language))
    known = CONFIDENCE.get(event.confidence or "")
    if known is not None:
        parts.append(known.get(language))
    return " · ".join(parts)


def clause(number: str | None, language: Language) -> str:
    """`clause 8.2`, or that nobody has seen it."""
    if number is None:
        return NO_CLAUSE.get(language)
    return f"条款 {number}" if language == "zh" else f"clause {number}"
