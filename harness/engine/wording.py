"""How verdicts, values, limits and reasons are said to people, in both languages.

Values keep the words of the record where there is no common translation: nothing here decides
anything, and nothing here is stored.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite

from msgspec.structs import replace

from harness.bench.roles import is_pile
from harness.clock import CHINA, shown_time
from harness.engine import (
    battery_words,
    bus_words,
    by_wire_words,
    calibration_words,
    car_service_words,
    cockpit_words,
    conformance_words,
    details,
    handover_words,
    heard_words,
    inspection_words,
    maintenance_words,
    metering_words,
    names,
    pile_fault_words,
    pile_words,
    preparation_words,
    reasons_steps_zh,
    sensor_words,
    states_zh,
    trace_words,
    used_words,
)
from harness.engine.phrases import ANY_POINT, Translate
from harness.engine.reasons_zh import REASONS
from harness.events import Judged
from harness.limits import Clear, Equals, Limit, OneOf, Range, Within, describe
from harness.over_range import is_over_range
from harness.quantity import Measurement, Quality, Value, convert, same_dimension
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
    Ending.COMPLETED: Text("运行完成", "completed"),
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
    "maker": Text("按车企限值判定", "judged by the limit of the car's maker"),
}
NO_CLAUSE = Text("条款号未见", "clause not seen")
_QUALITY = {
    Quality.MISSING: Text("没有读数", "nothing read"),
    Quality.STALE: Text("读数过期", "stale reading"),
    Quality.NOT_RECORDED: Text("录波中没有", "not in the recording"),
    Quality.NOT_A_NUMBER: Text("读数为 NaN", "not a number"),
    Quality.SENTINEL: Text("设备表示无此数据", "device says: not available"),
    Quality.OUT_OF_RANGE: Text("读数超出可能范围", "outside the plausible range"),
    Quality.UNKNOWN_CODE: Text("未知代码", "unknown code"),
    Quality.OUT_OF_CALIBRATION: Text("仪器超出校准期或未登记", "instrument not in calibration"),
    Quality.CORRUPT: Text("报文校验或计数器错误", "checksum or counter of the frame is wrong"),
    Quality.UNSTABLE: Text("多次读数不一致", "readings do not agree"),
}
_ROLES_ZH = {
    "pile": "充电桩",
    "meter": "电能表",
    "injector": "故障注入器",
    "load": "负载",
    "source": "交流电源",
    "vehicle": "车辆",
    "operator": "人员",
}
_VERDICTS_ZH = {verdict.value: text.zh for verdict, text in VERDICTS.items()}
_FIXED_ZH = {**_ROLES_ZH, "no reading": "没有读数", "None": "没有读数"}
_NONE = Text("无", "none")
_NONE_BUT = Text("无（{} 除外）", "none (but {})")
_EMPTY = Text("应为：无", "expected: none")
_BY_STANDARD = Text("“{}” · {}", "“{}” · {}")
_CLEAR = Text("未发现异常", "nothing abnormal")
_EMPTY_BUT = Text("应为：无（{} 除外）", "expected: none (but {})")
_TAKEN = re.compile(r"(?<=\btaken )\d{4}-\d\d-\d\dT[^\s,;]+")
"""When a snapshot was taken, as the record has it."""
_STEP = re.compile(r"\bstep '?([a-z0-9]+(?:-[a-z0-9]+)*)'?(?=[ ,;:]|$)")
_YES = Text("是", "yes")
_NO = Text("否", "no")
_PLACES = (
    ("Table ", "表 "), ("Annex ", "附录 "), ("seq. ", "序号 "), ("scope", "范围"), (", ", "、"),
)  # fmt: skip
"""What stands in the place of a clause."""
_NO_CLAUSES = ("Table", "Annex", "scope", "GB")
_DECIMALS = {"%": 2, "Ω/V": 0, "deg": 7, "°": 7}
"""Of numbers above 1, where it is not three; smaller ones have three digits."""
_UNITS_ZH = {"1/min": "次/min"}


def reason(english: str, of: str = "") -> Text:
    """A recorded reason in both languages; what has no translation is shown as it is.

    `of` is the point whose state the reason may name without saying so.
    """
    english = _TAKEN.sub(lambda found: shown_time(found[0]), english)

    def piece(part: str, about: str) -> str:
        return _piece_zh(part, of if of and about == ANY_POINT else about)

    chinese = _known(english, piece)
    if chinese is None and "; " in english:
        chinese = _several(english, piece)
    said = pile_fault_words.in_words(english)
    return Text(details.chinese(english) if chinese is None else chinese, said)


def _known(english: str, piece: Translate) -> str | None:
    """A whole reason in Chinese; None when no table has it."""
    return (
        REASONS.find(english, piece)
        or trace_words.REASONS.find(english, piece)
        or reasons_steps_zh.REASONS.find(english, piece)
        or pile_words.REASONS.find(english, piece)
        or metering_words.REASONS.find(english, piece)
        or maintenance_words.REASONS.find(english, piece)
        or conformance_words.REASONS.find(english, piece)
        or sensor_words.REASONS.find(english, piece)
        or calibration_words.REASONS.find(english, piece)
        or cockpit_words.REASONS.find(english, piece)
        or preparation_words.REASONS.find(english, piece)
        or by_wire_words.REASONS.find(english, piece)
        or handover_words.REASONS.find(english, piece)
        or car_service_words.REASONS.find(english, piece)
        or battery_words.REASONS.find(english, piece)
        or heard_words.REASONS.find(english, piece)
        or used_words.REASONS.find(english, piece)
        or inspection_words.reason(english)
        or bus_words.reason(english)
        or pile_fault_words.reason(english)
    )


def _several(english: str, piece: Translate) -> str | None:
    """Several reasons in one; None unless a table has one of them."""
    parts = english.split("; ")
    found = [_known(part, piece) for part in parts]
    if not any(found):
        return None
    pairs = zip(parts, found, strict=True)
    return "；".join(details.chinese(part) if zh is None else zh for part, zh in pairs)


def reason_with_steps(english: str, titles: Mapping[str, Text]) -> Text:
    """The same; a step that it names is called by its title (of its id)."""
    said = reason(english)
    found = _STEP.search(english)
    title = titles.get(found[1]) if found is not None else None
    if found is None or title is None:
        return said
    zh = re.sub(rf" ?{re.escape(found[1])} ?", lambda _: f"“{title.zh}”", said.zh, count=1)
    en = re.sub(_STEP, lambda _: f"step “{title.en}”", said.en, count=1)
    return Text(
        zh, en.replace("ended not_run", "ended not run").replace("conditional_", "conditional ")
    )


def _piece_zh(piece: str, of: str = "") -> str:
    """A part of a recorded reason: one word, several of them, or a reason of its own."""
    words = [_marked_zh(word, of) for word in piece.split(", ")]
    if None not in words:
        return "、".join(word for word in words if word is not None)
    place, said, rest = piece.partition(": ")
    if said and place.isidentifier():
        return f"{_word_zh(place) or names.bus(place, 'zh')}: {details.chinese(rest)}"
    return details.chinese(piece)


def _marked_zh(word: str, of: str) -> str | None:
    """A word, perhaps with a role in front: `pile: charging`."""
    side, said, rest = word.partition(": ")
    if not said:
        return _word_zh(word, of) or reasons_steps_zh.REASONS.find(word, _piece_zh)
    known = _word_zh(rest, of)
    return f"{role(side, 'zh')}: {known}" if side in _ROLES_ZH and known is not None else None


def _word_zh(word: str, of: str = "") -> str | None:
    """A word of a recorded reason: a verdict, a role, a point, or a state (of the point `of`)."""
    if word in _VERDICTS_ZH:
        return _VERDICTS_ZH[word]
    if of and (state := states_zh.chinese(word, of)) is not None:
        return state
    if word in _FIXED_ZH:
        return _FIXED_ZH[word]
    if not word.replace(".", "_").isidentifier():
        return _point_with_state(word)
    named = names.point(word, "zh")
    if named == word:
        named = states_zh.chinese(word) or names.bus(word, "zh")
    return named if named != word else None


def _point_with_state(words: str) -> str | None:
    """`s2 closed`; None when it is something else."""
    name, _, state = words.partition(" ")
    named, known = names.point(name, "zh"), states_zh.chinese(state, name)
    return None if named == name or known is None else names.joined(named, known, "zh")


def role(name: str, language: Language) -> str:
    """A role of the bench."""
    if language != "zh":
        return name
    return pile_words.role(name, language) if is_pile(name) else _ROLES_ZH.get(name, name)


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
    base, timed, _ = reading.name.partition(".time_to_")
    return reason(reading.note, base if timed else reading.name)


_OVER = Text("OL（超量程，大于 {}）", "OL (over range, above {})")
_LARGE = {"Ω": ((1e6, "MΩ"), (1e4, "kΩ"))}
"""From this many on, a reading is said in the larger unit. A limit beside it keeps its own."""


def _at_its_size(number: float, unit: str) -> tuple[float, str]:
    for least, larger in _LARGE.get(unit, ()):
        if abs(number) >= least:
            return convert(number, unit, larger), larger
    return number, unit


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
        number = str(shown) if isinstance(shown, int) else f"{rounded(shown, unit):.7g}"
        return number if unit in (None, "1") else f"{number} {_unit(unit, language)}"
    return "–" if shown is None else _state(shown, language, of)


def rounded(number: float, unit: str | None) -> float:
    """A number with the digits that people want to see. Never for a record or a verdict."""
    if isinstance(number, int) or not isfinite(number):
        return number
    decimals = _DECIMALS.get(unit or "", 3)
    about = float(f"{number:.3g}") if abs(number) < 1 and decimals < 7 else round(number, decimals)
    return about + 0.0  # never "-0"


def _unit(unit: str, language: Language) -> str:
    return _UNITS_ZH.get(unit, unit) if language == "zh" else unit


def _exact(reading: Measurement, beside: Limit) -> bool:
    """Whether rounding would put a value on the other side of its limit."""
    number = reading.value
    if not isinstance(beside, Range | Within) or not isinstance(number, float):
        return False
    about = rounded(number, reading.unit)
    if about == number:
        return False
    low = beside.low if isinstance(beside, Range) else None
    bounds = [bound for bound in (low, beside.high) if bound is not None]
    return beside.unit != reading.unit or any(
        (about > bound) - (about < bound) != (number > bound) - (number < bound) for bound in bounds
    )


_STATES: Sequence[Callable[[str, str, Language], str | None]] = (
    pile_fault_words.value,
    car_service_words.value,
    battery_words.value,
    by_wire_words.value,
)
"""Rooms of words that know states of their own points."""


def _state(shown: str, language: Language, of: str) -> str:
    for find in _STATES:
        if (known := find(shown, of, language)) is not None:
            return known
    if (known := bus_words.value(shown, of, language, names.bus)) is not None:
        return known
    if (known := preparation_words.value(shown, of, language)) is not None:
        return known
    if language == "zh":
        return calibration_words.value(shown, of) or states_zh.chinese(shown, of) or shown
    return states_zh.english(shown) or shown


def measurement(reading: Measurement, language: Language, beside: Limit | None = None) -> str:
    """What was read, or why nothing usable was; `beside` a limit it agrees with the verdict."""
    if reading.at_least is not None:
        return f"> {reading.at_least:.4g} {reading.unit or ''}".rstrip()
    if reading.quality is not Quality.GOOD:
        why = _QUALITY[reading.quality].get(language)
        raw = reading.raw if reading.value is None else reading.value
        return why if raw is None else f"{why} ({raw})"
    if is_over_range(reading.note) and isinstance(reading.value, int | float):
        return _OVER.get(language).format(_at_size(reading, language))
    if beside is not None and _exact(reading, beside):
        unit = "" if reading.unit in (None, "1") else f" {_unit(reading.unit, language)}"
        return f"{reading.value:.9g}{unit}"
    if beside is None:
        return _at_size(reading, language)
    return value(reading.value, reading.unit, language, reading.name)


def _at_size(reading: Measurement, language: Language) -> str:
    """The value; a large one in the larger unit."""
    if isinstance(reading.value, float) and reading.unit in _LARGE:
        number, unit = _at_its_size(reading.value, reading.unit)
        return value(number, unit, language, reading.name)
    return value(reading.value, reading.unit, language, reading.name)


def spread(uncertainty: float) -> str:
    """An uncertainty with two digits, without an exponent where people write none."""
    return f"{float(f'{uncertainty:.2g}'):g}"


def required(wanted: Limit, language: Language, of: str = "") -> str:
    """A limit behind the word "required" or "limit"."""
    if isinstance(wanted, Clear):
        return _nothing(wanted, language, of, _NONE, _NONE_BUT)
    return limit(wanted, language, of)


def limit(wanted: Limit, language: Language, of: str = "") -> str:
    """A limit in one line; states (of the point `of`) in the language of the reader."""
    if isinstance(wanted, OneOf):
        return " | ".join(value(state, None, language, of) for state in wanted.values)
    if isinstance(wanted, Equals):
        return f"= {value(wanted.value, None, language, of)}"
    if isinstance(wanted, Clear):
        return _nothing(wanted, language, of, _EMPTY, _EMPTY_BUT)
    number = describe(wanted).removesuffix(f" {wanted.unit}")
    return number if wanted.unit == "1" else f"{number} {_unit(wanted.unit, language)}"


def _nothing(wanted: Clear, language: Language, of: str, none: Text, but: Text) -> str:
    if not wanted.allowed:
        return none.get(language)
    return but.get(language).format(names.listed(wanted.allowed, of, language))


def judged(event: Judged, language: Language) -> str:
    """`172 V (176 … 264 V)`; with the uncertainty where it decided.

    What the standard itself calls the result stands in front, quoted.
    """
    reading = _in_unit_of(event.limit, event.measurement)
    if isinstance(event.limit, Clear) and reading.value == []:
        return _CLEAR.get(language)
    shown = measurement(reading, language, event.limit)
    conditional = event.judgement.verdict in (Verdict.CONDITIONAL_PASS, Verdict.CONDITIONAL_FAIL)
    unsure = event.judgement.verdict is Verdict.INCONCLUSIVE and isinstance(event.limit, Within)
    if reading.uncertainty and (conditional or unsure):
        shown = f"{shown} ± {spread(reading.uncertainty)}"
    whole = f"{shown} ({limit(event.limit, language, reading.name)})"
    if event.words is None:
        return whole
    return _BY_STANDARD.get(language).format(event.words.get(language), whole)


def _in_unit_of(limit: Limit, reading: Measurement) -> Measurement:
    """The reading in the unit of its limit, so that both can be compared at a glance."""
    value, unit = reading.value, reading.unit
    if (
        not isinstance(limit, Range | Within)
        or not isinstance(value, int | float)
        or isinstance(value, bool)
        or unit in (None, limit.unit)
        or reading.at_least is not None
        or is_over_range(reading.note)
        or not same_dimension(unit or "1", limit.unit)
    ):
        return reading
    number = convert(value, unit or "1", limit.unit)
    wide = reading.uncertainty
    if wide is not None:
        wide = abs(convert(value + wide, unit or "1", limit.unit) - number)
    return replace(reading, value=float(f"{number:.12g}"), unit=limit.unit, uncertainty=wide)


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
    shown = number
    for english, chinese in _PLACES if language == "zh" else ():
        shown = shown.replace(english, chinese)
    if number.startswith(_NO_CLAUSES):
        return shown
    return f"条款 {shown}" if language == "zh" else f"clause {shown}"
