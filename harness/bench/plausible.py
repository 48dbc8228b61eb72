"""Is a reading believable? Doubts about single points, for probing a bench."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from harness.devices.modbus.codec import decode
from harness.devices.modbus.points import Point
from harness.quantity import Measurement, Quality, Quantity, convert, same_dimension
from harness.text import Text

Doubt = tuple[str, Text, Text, Literal["problem", "note"]]

_TWO_WORDS = ("u32", "i32", "f32", "u64", "f64")
_TINY, _HUGE = 1e-20, 1e12
_SPANS: dict[str, tuple[float, float]] = {
    "V": (-1000.0, 1000.0),
    "A": (-500.0, 500.0),
    "W": (-5e5, 5e5),
    "VA": (-5e5, 5e5),
    "var": (-5e5, 5e5),
    "Hz": (0.0, 2000.0),
    "°C": (-60.0, 200.0),
    "Wh": (-1e8, 1e8),
}
"""What an AC pile or its meter can show, by unit, where the profile does not say it closer: own
values, wide enough for any low-voltage installation (100 MWh are years at full power)."""
_RATED = {
    **{f"voltage_l{phase}": "voltage" for phase in (1, 2, 3)},
    **{f"current_l{phase}": "current" for phase in (1, 2, 3)},
}
_OFF_RATED = 0.5
_OVER_RATED = 1.5
_NO_LINE = 0.05
_CHECK_PROFILE = Text("检查设备型号与点表是否一致", "check that the device fits the profile")


def complaint_about(
    point: Point, reading: Measurement, reply: str, ratings: Mapping[str, Quantity] | None = None
) -> Doubt | None:
    """Code, what is wrong, what to do and how serious; None for a believable reading.

    `reply` is the frame that carried the point alone, in hex. `ratings` are those of the profile.
    """
    swapped = _if_swapped(point, reading, reply)
    if swapped is not None:
        order = "little" if point.word_order == "big" else "big"
        return (
            "swapped-words",
            Text(
                f"{point.name} 读数 {reading.value} 不可信；高低字交换后为 {swapped:g}",
                f"{point.name} reads {reading.value}; with its words swapped it would be "
                f"{swapped:g}",
            ),
            Text(
                f"点表中该点的 word_order 可能应为 {order}",
                f"the profile's word_order of this point may have to be {order}",
            ),
            "problem",
        )
    shown = reading.raw if reading.value is None else reading.value
    match reading.quality:
        case Quality.OUT_OF_RANGE:
            span = f"{point.low} … {point.high} {point.unit or ''}".strip()
            what = Text(
                f"{point.name} = {shown} 超出可能范围 {span}",
                f"{point.name} = {shown} is outside what is possible, {span}",
            )
            return "out-of-range", what, _CHECK_PROFILE, "problem"
        case Quality.UNKNOWN_CODE:
            what = Text(
                f"{point.name} 的代码 {shown} 未在点表中定义",
                f"{point.name} has the code {shown}, which the profile does not know",
            )
            return "unknown-code", what, _CHECK_PROFILE, "problem"
        case Quality.NOT_A_NUMBER:
            what = Text(f"{point.name} 读数为 NaN", f"{point.name} is not a number")
            return "not-a-number", what, _CHECK_PROFILE, "problem"
        case Quality.SENTINEL:
            what = Text(
                f"{point.name}：设备表示无此数据",
                f"{point.name}: the device says that it has no value",
            )
            do = Text("无需处理，除非规程要用该点", "nothing, unless a procedure needs it")
            return "no-value", what, do, "note"
        case _:
            return _beyond_belief(point, reading) or _beyond_rating(point, reading, ratings or {})


def _span(point: Point) -> tuple[str, float, float] | None:
    """The span of the point's kind of quantity, in the point's unit."""
    for unit, (low, high) in _SPANS.items():
        if point.unit is not None and same_dimension(point.unit, unit):
            return point.unit, convert(low, unit, point.unit), convert(high, unit, point.unit)
    return None


def _is_beyond(point: Point, value: object) -> bool:
    span = _span(point)
    if span is None or isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return not span[1] <= value <= span[2]


def _beyond_belief(point: Point, reading: Measurement) -> Doubt | None:
    """A good reading that no AC pile can have: most likely the scale or the type is another one."""
    span = _span(point)
    if span is None or not _is_beyond(point, reading.value):
        return None
    unit, low, high = span
    usual = f"{low:g} … {high:g} {unit}"
    return (
        "implausible",
        Text(
            f"{point.name} 读数 {reading.value:g} {unit} 不可信（一般在 {usual}）",
            f"{point.name} reads {reading.value:g} {unit}, hard to believe (usually {usual})",
        ),
        Text(
            "检查点表中该点的 scale、type、word_order 和地址",
            "check scale, type, word_order and address of this point in the profile",
        ),
        "problem",
    )


def _beyond_rating(
    point: Point, reading: Measurement, ratings: Mapping[str, Quantity]
) -> Doubt | None:
    """A voltage or current of the supply that does not go with what the device is built for."""
    kind = _RATED.get(point.name)
    rating = ratings.get(kind) if kind is not None else None
    value = reading.value
    if rating is None or point.unit is None or isinstance(value, bool):
        return None
    if not isinstance(value, int | float):
        return None
    rated = rating.to(point.unit)
    if kind == "voltage":
        low, high = (1 - _OFF_RATED) * rated, (1 + _OFF_RATED) * rated
        # Below this the line is not there: a phase that is not used, or a supply that is off.
        if abs(value) < _NO_LINE * rated:
            return None
    else:
        low, high = -_OVER_RATED * rated, _OVER_RATED * rated
    if low <= value <= high:
        return None
    zh, en = ("额定电压", "rated voltage") if kind == "voltage" else ("额定电流", "rated current")
    return (
        "off-rating",
        Text(
            f"{point.name} 读数 {value:g} {point.unit} 与{zh} {rating} 不符",
            f"{point.name} reads {value:g} {point.unit}, which does not go with the {en} {rating}",
        ),
        Text(
            "检查点表中该点的 scale、type 和地址，以及 ratings",
            "check scale, type and address of this point in the profile, and its ratings",
        ),
        "problem",
    )


def _if_swapped(point: Point, reading: Measurement, reply: str) -> float | None:
    """The value with the words the other way round, where that is far easier to believe."""
    if point.type not in _TWO_WORDS or point.words < 2 or point.part is not None:
        return None
    words = _words_of(point, reply)
    if words is None:
        return None
    order: Literal["big", "little"] = "little" if point.word_order == "big" else "big"
    other = decode(replace(point, word_order=order), words)
    if other.quality is not Quality.GOOD or isinstance(other.value, bool):
        return None
    if not isinstance(other.value, int | float) or not _sensible(other.value):
        return None
    bad = reading.quality in (Quality.OUT_OF_RANGE, Quality.NOT_A_NUMBER)
    if not bad and isinstance(reading.value, int | float):
        if point.type.startswith("f"):
            bad = not _sensible(reading.value)
        else:
            # A count whose low words are all zero is most likely one with its words swapped.
            ordered = words if point.word_order == "big" else words[::-1]
            bad = ordered[0] != 0 and not any(ordered[1:])
            # So is one that nobody can believe, where the other order gives one that anybody can.
            beyond = _is_beyond(point, reading.value) and not _is_beyond(point, other.value)
            bad = bad or beyond
    return float(other.value) if bad else None


def _sensible(value: float) -> bool:
    return value == 0 or (math.isfinite(value) and _TINY < abs(value) < _HUGE)


def _words_of(point: Point, reply: str) -> list[int] | None:
    """The registers in a reply that carries just this point."""
    data = bytes.fromhex(reply)
    size = 2 * point.words
    # TCP: 7 bytes of header, function, count, data. RTU: unit, function, count, data, CRC.
    for start, end in ((9, 0), (3, 2)):
        if len(data) == start + size + end and data[start - 1] == size:
            body = data[start : start + size]
            return [int.from_bytes(body[at : at + 2], "big") for at in range(0, size, 2)]
    return None
