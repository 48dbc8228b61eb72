"""What may be said of the safe state at the end of a run: what was measured, what only ended.

"Safe" in a record means that nothing this run began goes on. Whether a reading shows that is
another matter: of a vehicle only what was commanded by wire, restored, driven or charged is
measured, and a run that did none of it and sent nothing had nothing to end.
"""

import re
from collections.abc import Sequence
from enum import Enum

from harness.engine import wording
from harness.events import SafeState
from harness.text import Language, Text

_NOTHING_TO_DO = ("nothing was sent", "a meter switches nothing")


class Shown(Enum):
    """What stands behind the safe state of one device."""

    MEASURED = Text("已确认安全", "shown to be safe")
    ENDED = Text("已结束，未作测量", "ended, not measured")
    UNTOUCHED = Text("无须处理，未作测量", "nothing to end, not measured")
    NOT_SAFE = Text("未能确认安全！请到现场断电检查", "NOT SHOWN TO BE SAFE: switch it off on site")


_CAR_NOT_SAFE = Text(
    "未能确认安全！请关闭车辆电源（OFF 挡）并到现场检查",
    "NOT SHOWN TO BE SAFE: switch the car's key off and look at it",
)
_DATA_LEFT = Text(
    "有控制单元数据未恢复，车辆不得投放",
    "CONTROL UNITS HOLD DATA THAT WERE NOT RESTORED: the car must not go into service",
)
_POINT = re.compile(r"(?<![\w.])[a-z]+\.[a-z]\w+", re.ASCII)
_BACK = re.compile(r"put back from the backup|as it was before, read again")
_DATA = re.compile(r"\S+ could not be put back: [^;]+")
_ALL_MEASURED = Text("已测量确认", "measured and confirmed")
_NOT_CONFIRMED = Text("未能确认，请到现场断电检查", "NOT CONFIRMED, switch off on site")
_CAR_NOT_CONFIRMED = Text(
    "未能确认，请关闭车辆电源（OFF 挡）并到现场检查",
    "NOT CONFIRMED, switch the car's key off and look at it",
)
_UNTOUCHED = Text(
    "本次运行没有发送也没有控制，无须处理；未作测量",
    "this run sent and controlled nothing, so there was nothing to end; nothing was measured",
)
_ENDED = Text(
    "本次运行的发送和控制已结束；未作测量",
    "what this run sent and controlled has ended; nothing was measured",
)
_SOME = Text("{}已测量确认；{}未作测量", "measured and confirmed: {}; not measured: {}")
_NO_DEVICE = Text("没有打开任何设备", "no device was opened")


def shown(state: SafeState) -> Shown:
    """What stands behind one state."""
    if not state.safe:
        return Shown.NOT_SAFE
    if state.readings:
        return Shown.MEASURED
    return Shown.UNTOUCHED if state.how in _NOTHING_TO_DO else Shown.ENDED


def words(state: SafeState) -> Text:
    """The same in words that say what a person has to do."""
    kind = shown(state)
    if kind is not Shown.NOT_SAFE or not _is_car(state):
        return kind.value
    return _DATA_LEFT if only_data_left(state) else _CAR_NOT_SAFE


def only_data_left(state: SafeState) -> bool:
    """Everything has ended; what is wrong is what control units hold."""
    return all(_DATA.fullmatch(part) for part in state.detail.split("; "))


def why(state: SafeState) -> Text:
    """The detail of a state, with what could not be put back by its name."""
    return _named(wording.reason(state.detail), state)


def how(state: SafeState) -> Text:
    """What was done, with what was put back by its name."""
    return _named(wording.reason(state.how), state)


def _named(said: Text, state: SafeState) -> Text:
    if not (_DATA.search(state.detail) or _BACK.search(state.how)):
        return said

    def name(language: Language, text: str) -> str:
        return _POINT.sub(lambda found: wording.point(found[0], language, state.role), text)

    return Text(name("zh", said.zh), name("en", said.en))


def _is_car(state: SafeState) -> bool:
    return state.role == "vehicle"


def overall(states: Sequence[SafeState], *, safe: bool) -> Text:
    """The safe state of a whole bench in one sentence; `safe` is what the run's end says."""
    kinds = [shown(state) for state in states]
    if not safe or Shown.NOT_SAFE in kinds:
        unsafe = [state for state in states if not state.safe]
        if unsafe and all(_is_car(state) and only_data_left(state) for state in unsafe):
            return _DATA_LEFT
        return _CAR_NOT_CONFIRMED if unsafe and all(map(_is_car, unsafe)) else _NOT_CONFIRMED
    if not kinds:
        return _NO_DEVICE
    if all(kind is Shown.MEASURED for kind in kinds):
        return _ALL_MEASURED
    if Shown.MEASURED not in kinds:
        return _UNTOUCHED if all(kind is Shown.UNTOUCHED for kind in kinds) else _ENDED
    return Text(_some(states, "zh"), _some(states, "en"))


def _some(states: Sequence[SafeState], language: Language) -> str:
    comma = "、" if language == "zh" else ", "
    measured, others = (
        comma.join(
            wording.role(one.role, language)
            for one in states
            if (shown(one) is Shown.MEASURED) is wanted
        )
        for wanted in (True, False)
    )
    return _SOME.get(language).format(measured, others)
