"""Registers to values and back."""

import math
import struct

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.devices.modbus.codec import decode, encode, label_of, raw_of
from harness.devices.modbus.layout import bits_of, words_of
from harness.devices.modbus.points import Point, Table
from harness.errors import UsageError
from harness.quantity import Quality

ORDERS = st.sampled_from(["big", "little"])
WIDTH = {"u16": 1, "i16": 1, "u32": 2, "i32": 2, "u64": 4, "f32": 2, "f64": 4, "bcd16": 1}
RANGES = {
    "u16": (0, 2**16 - 1),
    "i16": (-(2**15), 2**15 - 1),
    "u32": (0, 2**32 - 1),
    "i32": (-(2**31), 2**31 - 1),
    "u64": (0, 2**64 - 1),
    "bcd16": (0, 9999),
}


def point(kind: str = "u16", **more: object) -> Point:
    words = more.pop("words", WIDTH.get(kind, 1))
    table = more.pop("table", Table.HOLDING)
    return Point("p", table, 0, words, kind, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "orders", "words", "value"),
    [
        ("u16", ("big", "big"), [0x1234], 0x1234),
        ("u16", ("big", "little"), [0x3412], 0x1234),
        ("i16", ("big", "big"), [0xFFFE], -2),
        ("u32", ("big", "big"), [0x1234, 0x5678], 0x12345678),
        ("u32", ("little", "big"), [0x5678, 0x1234], 0x12345678),
        ("u32", ("big", "little"), [0x3412, 0x7856], 0x12345678),
        ("u32", ("little", "little"), [0x7856, 0x3412], 0x12345678),
        ("i32", ("big", "big"), [0xFFFF, 0xFFFF], -1),
        ("u64", ("big", "big"), [1, 2, 3, 4], 0x0001000200030004),
        ("u64", ("little", "big"), [4, 3, 2, 1], 0x0001000200030004),
        ("f32", ("big", "big"), [0x4366, 0x8000], 230.5),
        ("f32", ("little", "big"), [0x8000, 0x4366], 230.5),
        ("f64", ("big", "big"), [0x406C, 0xD000, 0, 0], 230.5),
        ("bcd16", ("big", "big"), [0x2026], 2026),
    ],
)
def test_known_words(kind: str, orders: tuple[str, str], words: list[int], value: float) -> None:
    p = point(kind, word_order=orders[0], byte_order=orders[1])
    assert decode(p, words).value == value
    assert decode(p, words).quality is Quality.GOOD
    assert encode(p, value) == words


@given(kind=st.sampled_from(sorted(RANGES)), words=ORDERS, order=ORDERS, data=st.data())
def test_whole_numbers_come_back(kind: str, words: str, order: str, data: st.DataObject) -> None:
    number = data.draw(st.integers(*RANGES[kind]))
    p = point(kind, word_order=words, byte_order=order)
    there = encode(p, number)
    assert len(there) == WIDTH[kind]
    assert all(0 <= word <= 0xFFFF for word in there)
    assert decode(p, there).value == number


@given(kind=st.sampled_from(["f32", "f64"]), words=ORDERS, order=ORDERS, data=st.data())
def test_floats_come_back(kind: str, words: str, order: str, data: st.DataObject) -> None:
    width = 32 if kind == "f32" else 64
    number = data.draw(st.floats(width=width, allow_nan=False, allow_infinity=False))
    p = point(kind, word_order=words, byte_order=order)
    assert decode(p, encode(p, number)).value == number


@given(text=st.text(max_size=20), order=ORDERS)
def test_text_comes_back(text: str, order: str) -> None:
    text = text.strip()
    assume("\0" not in text and len(text.encode()) <= 40)
    p = point("string", words=20, byte_order=order)
    assert decode(p, encode(p, text)).value == text


@given(data=st.binary(min_size=6, max_size=6), order=ORDERS)
def test_bytes_come_back(data: bytes, order: str) -> None:
    p = point("bytes", words=3, byte_order=order)
    assert decode(p, encode(p, data.hex())).value == data.hex()


@given(flags=st.sets(st.integers(0, 31)))
def test_flags_come_back(flags: set[int]) -> None:
    names = {bit: f"F-{bit}" for bit in range(32)}
    p = point("u32", flags=names)
    wanted = [names[bit] for bit in sorted(flags)]
    assert decode(p, encode(p, wanted)).value == wanted


@given(
    raw=st.integers(0, 0xFFFF),
    scale=st.sampled_from([0.1, 0.01, 0.0001, 0.5, 2.0, 10.0, 0.3]),
    offset=st.sampled_from([0.0, -40.0, 273.15]),
)
def test_scaled_numbers_come_back_to_the_same_raw(raw: int, scale: float, offset: float) -> None:
    p = point(scale=scale, offset=offset, unit="V")
    found = decode(p, [raw])
    assert found.raw == raw
    assert found.value == pytest.approx(raw * scale + offset)
    assert raw_of(p, found.value) == raw


def test_decimal_scales_give_the_shortest_decimal() -> None:
    assert decode(point(scale=0.1, unit="A"), [123]).value == 12.3
    assert decode(point(scale=0.1, unit="A"), [3]).value == 0.3
    assert decode(point(scale=0.0001, unit="CNY/kWh"), [6789]).value == 0.6789


def test_a_number_with_unit_is_a_float_and_a_count_is_whole() -> None:
    assert isinstance(decode(point(unit="V"), [230]).value, float)
    assert isinstance(decode(point(), [230]).value, int)


def test_a_scaled_float() -> None:
    p = point("f32", scale=0.1, unit="V")
    words = list(struct.unpack(">2H", struct.pack(">f", 2305.0)))
    assert decode(p, words).value == pytest.approx(230.5)
    assert encode(p, 230.5) == words


@pytest.mark.parametrize(
    ("p", "words", "quality", "raw"),
    [
        (point(not_available=(0xFFFF,)), [0xFFFF], Quality.SENTINEL, 0xFFFF),
        (point("i16", not_available=(0x8000,)), [0x8000], Quality.SENTINEL, -0x8000),
        (point("i16", not_available=(-1,)), [0xFFFF], Quality.SENTINEL, -1),
        (point("f32"), [0x7FC0, 0], Quality.NOT_A_NUMBER, "nan"),
        (point("f32"), [0x7F80, 0], Quality.NOT_A_NUMBER, "inf"),
        (point("f32", not_available=(-9999,)), [0xC61C, 0x3C00], Quality.SENTINEL, "-9999.0"),
        (point("bcd16"), [0x12FA], Quality.NOT_A_NUMBER, 0x12FA),
        (point("bcd16", not_available=(0xFFFF,)), [0xFFFF], Quality.SENTINEL, 0xFFFF),
        (point(values={1: "idle"}), [7], Quality.UNKNOWN_CODE, 7),
        (point(values={1: "idle"}, not_available=(11,)), [11], Quality.SENTINEL, 11),
        (point("f32", values={1: "one"}), [0x4000, 0], Quality.UNKNOWN_CODE, 2),
        (point("f32", values={1: "one"}), [0x7FC0, 0], Quality.NOT_A_NUMBER, "nan"),
        (point("string", words=1), [0xFFFE], Quality.UNKNOWN_CODE, "fffe"),
        (point("u32", flags={0: "a"}, not_available=(0xFFFFFFFF,)), [0xFFFF] * 2, "sentinel", None),
        (point(), [], Quality.MISSING, None),
    ],
)
def test_what_is_no_value(p: Point, words: list[int], quality: str, raw: int | str | None) -> None:
    found = decode(p, words)
    assert found.value is None
    assert found.quality == quality
    if raw is not None:
        assert found.raw == raw


def test_the_plausible_range_is_kept_apart_from_the_value() -> None:
    p = point(scale=0.1, unit="V", low=0, high=400)
    assert decode(p, [4000]).quality is Quality.GOOD
    assert decode(p, [4001]) == (400.1, 4001, Quality.OUT_OF_RANGE)
    assert decode(point("f32", high=100.0), [0x43FA, 0]).quality is Quality.OUT_OF_RANGE


def test_states_by_shared_and_by_own_label() -> None:
    p = point(values={2: "idle", 3: "idle", 7: "charging"}, labels={2: "A1", 3: "A2", 7: "C2"})
    assert decode(p, [3]) == ("idle", 3, Quality.GOOD)
    assert label_of(p, 3) == "A2"
    assert label_of(p, 99) == ""
    assert encode(p, "idle") == [2]
    assert encode(p, "A2") == [3]


def test_states_that_are_numbers() -> None:
    p = point(values={0: 3, 1: 1})
    assert decode(p, [0]).value == 3
    assert encode(p, 3) == [0]
    assert encode(p, 1.0) == [1]


def test_flags_without_a_name_are_kept() -> None:
    assert decode(point(flags={0: "F-01"}), [0b101]).value == ["F-01", "bit_2"]
    assert decode(point(flags={0: "F-01"}), [0]).value == []


def test_bits() -> None:
    named = Point("p", Table.COIL, 0, 1, "bool", values={0: "stop", 1: "start"})
    plain = Point("p", Table.DISCRETE, 0, 1, "bool")
    assert decode(named, [1]).value == "start"
    assert encode(named, "stop") == [0]
    assert decode(plain, [1]) == (True, 1, Quality.GOOD)
    assert encode(plain, True) == [1]
    assert bits_of(b"\x05\x01", 9) == [1, 0, 1, 0, 0, 0, 0, 0, 1]


def test_inverted_commands_need_nothing_but_their_codes() -> None:
    p = point(values={0: "start", 1: "stop"})
    assert encode(p, "start") == [0]


ALLOWED = point(scale=0.1, unit="A", allowed=(0, (6.0, 16.0)), writable=True)


@pytest.mark.parametrize("value", [0, 6, 6.0, 11.5, 16])
def test_what_is_allowed(value: float) -> None:
    assert encode(ALLOWED, value) == [round(value * 10)]


@pytest.mark.parametrize("value", [0.1, 5.9, 16.1, -1, math.nan, math.inf, "6", True, ["6"]])
def test_what_is_not_allowed_says_what_is(value: object) -> None:
    with pytest.raises(UsageError, match=r"p cannot be .*; expected 0, 6 to 16 A"):
        encode(ALLOWED, value)  # type: ignore[arg-type]


def test_simulators_may_hold_what_may_not_be_written() -> None:
    assert encode(ALLOWED, 3, checked=False) == [30]
    assert encode(point(not_available=(0xFFFF,)), None, checked=False) == [0xFFFF]
    assert math.isnan(
        struct.unpack(">f", words_bytes(encode(point("f32"), None, checked=False)))[0]
    )
    with pytest.raises(UsageError, match="no marker"):
        encode(point(), None, checked=False)


def words_bytes(words: list[int]) -> bytes:
    data = struct.pack(f">{len(words)}H", *words)
    assert list(words_of(data)) == words
    return data


@pytest.mark.parametrize(
    ("p", "value"),
    [
        (point(), 65536),
        (point(), -1),
        (point("i16"), 32768),
        (point("f32"), 1e300),
        (point("bcd16"), 10000),
        (point(), "5"),
        (point(), None),
        (point(), ["a"]),
        (point(values={1: "idle"}), "charging"),
        (point(values={1: "idle"}), 1),
        (point(flags={0: "F-01"}), ["F-02"]),
        (point(flags={0: "F-01"}), "F-01"),
        (point("string", words=2), "abcde"),
        (point("string", words=2), "a\0"),
        (point("string", words=2), 5),
        (point("string", words=4, encoding="ascii"), "桩"),
        (point("bytes", words=1), "0102ff"),
        (point("bytes", words=1), "xyz"),
        (point("bytes", words=1), 1),
        (Point("p", Table.COIL, 0, 1, "bool"), 2),
        (Point("p", Table.COIL, 0, 1, "bool", values={1: "reset"}), True),
    ],
)
def test_what_does_not_fit_is_refused(p: Point, value: object) -> None:
    with pytest.raises(UsageError, match=r"^p .*; expected"):
        encode(p, value)  # type: ignore[arg-type]


def test_gbk_text() -> None:
    p = point("string", words=4, encoding="gbk")
    assert decode(p, encode(p, "充电桩")).value == "充电桩"


@given(
    kind=st.sampled_from([*WIDTH, "string", "bytes"]),
    words=st.lists(st.integers(0, 0xFFFF), max_size=8),
    orders=st.tuples(ORDERS, ORDERS),
    scale=st.floats(allow_nan=False, allow_infinity=False).filter(bool),
    extra=st.sampled_from(
        [{}, {"values": {1: "a", 2: 5}}, {"not_available": (0xFFFF, 0)}, {"low": 0.0, "high": 1.0}]
    ),
)
def test_decoding_never_raises(
    kind: str, words: list[int], orders: tuple[str, str], scale: float, extra: dict[str, object]
) -> None:
    p = point(
        kind,
        words=WIDTH.get(kind, 4),
        word_order=orders[0],
        byte_order=orders[1],
        scale=scale,
        **extra,
    )
    found = decode(p, words)
    assert (found.value is None) <= (found.quality is not Quality.GOOD)
    if isinstance(found.value, float):
        assert math.isfinite(found.value) or found.quality is not Quality.GOOD
    if len(words) < p.words:
        assert found.quality is Quality.MISSING


def test_resolution() -> None:
    assert point(scale=0.1, unit="V").resolution == 0.1
    assert point(unit="V").resolution == 1.0
    assert point("f32", unit="V").resolution is None
    assert point().resolution is None
    assert point(unit="V", values={0: "low"}).resolution is None
