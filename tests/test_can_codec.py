"""Payload to signals and back, held against cantools."""

import math
import random
import struct
from typing import Any, NamedTuple

import cantools
import pytest
from can_help import database
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness.devices.can.codec import MessageCodec, codec_of
from harness.devices.can.dbc_load import read_dbc
from harness.devices.can.findings import Flaw
from harness.devices.can.scaling import Scaling, bits_to_float, float_to_bits
from harness.devices.can.specs import MessageSpec
from harness.errors import UnknownNameError, UsageError

SCALES = ["1", "2", "0.1", "0.5", "0.001", "-1", "-0.25", "3.3", "1E-05"]
OFFSETS = ["0", "-40", "100", "0.5", "-3.75"]


class Pair(NamedTuple):
    """The same message in our codec and in the library."""

    ours: MessageCodec
    library: Any


@st.composite
def messages(draw: st.DrawFn) -> Pair:
    """A message with random signals that do not overlap, sometimes multiplexed."""
    size = draw(st.sampled_from([1, 2, 3, 7, 8, 8, 8, 16, 64]))
    multiplexed = size > 1 and draw(st.booleans())
    taken: dict[int, int] = {}
    always = 0xFF if multiplexed else 0
    rows, kinds = [], []
    if multiplexed:
        rows.append(' SG_ Sel M : 0|8@1+ (1,0) [0|0] "" A')
    for number in range(draw(st.integers(1, 10))):
        mux = draw(st.sampled_from([None, 0, 1, 7])) if multiplexed else None
        little = draw(st.booleans())
        is_float = draw(st.integers(0, 5)) == 0 and size >= 4
        length = draw(st.sampled_from([32, 64])) if is_float else draw(st.integers(1, 64))
        start = draw(st.integers(0, 8 * size - 1))
        ones = _bits(start, length, little, size)
        if ones is None:
            continue
        others = always | (sum_or(taken) if mux is None else taken.get(mux, 0))
        if ones & others:
            continue
        if mux is None:
            always |= ones
        else:
            taken[mux] = taken.get(mux, 0) | ones
        scale, offset = draw(st.sampled_from(SCALES)), draw(st.sampled_from(OFFSETS))
        sign = draw(st.sampled_from("+-"))
        marker = "" if mux is None else f" m{mux}"
        rows.append(
            f" SG_ S{number}{marker} : {start}|{length}@{int(little)}{sign}"
            f' ({scale},{offset}) [0|0] "" A'
        )
        if is_float:
            kinds.append(f"SIG_VALTYPE_ 291 S{number} : {1 if length == 32 else 2};")
    assume(len(rows) > multiplexed)
    text = 'VERSION ""\n\nBU_: A\n\nBO_ 291 Msg: %d A\n%s\n\n%s\n' % (  # noqa: UP031 - braces in it
        size,
        "\n".join(rows),
        "\n".join(kinds),
    )
    (spec,) = read_dbc(text.encode(), file="m.dbc", name="m").messages
    library: Any = cantools.database.load_string(text, "dbc", strict=True)
    return Pair(MessageCodec(spec), library.messages[0])


def sum_or(taken: dict[int, int]) -> int:
    result = 0
    for ones in taken.values():
        result |= ones
    return result


def _bits(start: int, length: int, little: bool, size: int) -> int | None:
    """Ones where the signal is (bit n of byte m is bit 8 m + n); None if it does not fit."""
    ones = 0
    for _ in range(length):
        if not 0 <= start < 8 * size:
            return None
        ones |= 1 << start
        if little:
            start += 1
        else:
            start = start - 1 if start % 8 else start + 15
    return ones


def same(left: float, right: float) -> bool:
    return left == right or (math.isnan(left) and math.isnan(right))


def library_raw(pair: Pair, values: dict[str, Any]) -> dict[str, int]:
    """The library gives floats where we give their bits."""
    by_name = pair.ours.spec.by_name
    return {
        name: float_to_bits(value, by_name[name].length) if by_name[name].is_float else value
        for name, value in values.items()
    }


def known_mux(pair: Pair, data: bytes) -> bool:
    mux = pair.ours.spec.mux
    return mux is None or any(data[0] in s.mux_ids for s in pair.ours.spec.signals)


@settings(max_examples=200)
@given(messages(), st.data())
def test_unpacking_agrees_with_the_library(pair: Pair, data: st.DataObject) -> None:
    size = pair.ours.spec.length
    payload = data.draw(st.binary(min_size=size, max_size=size))
    if pair.ours.spec.mux is not None:
        payload = bytes([data.draw(st.sampled_from([0, 1, 7]))]) + payload[1:]
    assume(known_mux(pair, payload))
    wanted = pair.library.decode(payload, decode_choices=False, scaling=False)
    got = pair.ours.unpack_raw(payload)
    assert got.keys() == wanted.keys()
    nans = {n for n, value in wanted.items() if isinstance(value, float) and math.isnan(value)}
    assert {n: got[n] for n in got if n not in nans} == {
        name: raw for name, raw in library_raw(pair, wanted).items() if name not in nans
    }
    scaled = pair.library.decode(payload, decode_choices=False)
    for name, value in pair.ours.unpack(payload).items():
        spec = pair.ours.spec.by_name[name]
        slack = 0 if spec.is_float else abs(spec.scale) / 1000 + abs(value) * 1e-12
        assert same(value, scaled[name]) or abs(value - scaled[name]) <= slack


@settings(max_examples=200)
@given(messages(), st.data())
def test_packing_agrees_with_the_library(pair: Pair, data: st.DataObject) -> None:
    size = pair.ours.spec.length
    payload = data.draw(st.binary(min_size=size, max_size=size))
    if pair.ours.spec.mux is not None:
        payload = bytes([data.draw(st.sampled_from([0, 1, 7]))]) + payload[1:]
    assume(known_mux(pair, payload))
    raw = pair.ours.unpack_raw(payload)
    packed = pair.ours.pack_raw(raw)
    assert pair.ours.unpack_raw(packed) == raw  # nothing is lost, not even of a NaN
    values = pair.library.decode(payload, decode_choices=False, scaling=False)
    assume(not any(isinstance(v, float) and math.isnan(v) for v in values.values()))
    assert packed == pair.library.encode(values, scaling=False, padding=False, strict=False)


@settings(max_examples=200)
@given(messages(), st.data())
def test_physical_values_come_back(pair: Pair, data: st.DataObject) -> None:
    for name, spec in pair.ours.spec.by_name.items():
        scaling = Scaling(spec)
        raw = data.draw(st.integers(scaling.lowest, scaling.most))
        value = scaling.to_physical(raw)
        if spec.is_float or not math.isfinite(value):
            continue
        back = scaling.from_physical(value)
        # Doubles carry 53 bits; beyond them neighbours fall together.
        assert abs(back - raw) <= abs(raw) / 2**50 + 2**10 * (spec.length > 48), name


@settings(max_examples=300)
@given(messages(), st.binary(max_size=70))
def test_no_payload_raises(pair: Pair, payload: bytes) -> None:
    codec = pair.ours
    raw = codec.unpack_raw(payload)
    assert codec.unpack(payload).keys() == raw.keys()
    flaws = {finding.flaw for finding in codec.examine(payload)}
    assert (Flaw.SHORT in flaws) == (len(payload) < codec.spec.length)
    assert (Flaw.LONG in flaws) == (len(payload) > codec.spec.length)
    assert codec.unpack_raw(bytearray(payload)) == raw
    codec.mux_key(payload)
    for name, number in raw.items():
        assert codec.raw_of(name, payload) == number


@settings(max_examples=200)
@given(messages(), st.data())
def test_a_short_payload_gives_its_whole_signals(pair: Pair, data: st.DataObject) -> None:
    size = pair.ours.spec.length
    payload = data.draw(st.binary(min_size=size, max_size=size))
    whole = pair.ours.unpack_raw(payload)
    short = pair.ours.unpack_raw(payload[: data.draw(st.integers(0, size))])
    assert short.items() <= whole.items()
    assert pair.ours.unpack_raw(payload + b"\xff") == whole


def status() -> MessageSpec:
    return database().message("BMS_Status")


def test_values_read_as_people_write_them() -> None:
    codec = codec_of(database().message("VCU_Torque"))
    data = codec.pack({"VCU_TorqueActual": -12.3, "VCU_Speed": 99.99, "VCU_Mode": "limp"})
    values = codec.unpack(data)
    assert values["VCU_TorqueActual"] == -12.3  # not -12.299999999999999
    assert values["VCU_Speed"] == 99.99
    assert values["VCU_Mode"] == 2
    assert codec.scaling("VCU_Mode").label(2) == "limp"
    assert codec.unpack_raw(data)["VCU_TorqueActual"] == -123


def test_start_values_stand_in_for_what_is_left_out() -> None:
    assert codec_of(status()).unpack_raw(codec_of(status()).pack({}))["BMS_Temp"] == 130


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"BMS_Soc": 100.1}, r"BMS_Status\.BMS_Soc: 100.1 is out of range; expected 0 … 100 %"),
        ({"BMS_Soc": -0.1}, "-0.1 does not fit 10 bits"),
        ({"BMS_Soc": 200}, "200 does not fit 10 bits; expected 0 to 102.3 %"),
        ({"BMS_Soc": float("nan")}, "nan is not a number"),
        ({"BMS_Soc": 10**400}, "inf is not a number"),
    ],
)
def test_wrong_values_are_refused(values: dict[str, float], expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        codec_of(status()).pack(values)


def test_strictness_can_be_switched_off_but_bits_stay_bits() -> None:
    codec = codec_of(status())
    assert codec.unpack(codec.pack({"BMS_Soc": 100.1}, strict=False))["BMS_Soc"] == 100.1
    with pytest.raises(UsageError, match="does not fit"):
        codec.pack({"BMS_Soc": 200}, strict=False)


def test_a_named_number_is_in_range() -> None:
    codec = codec_of(status())
    assert codec.pack({"BMS_Temp": "SNA"})[2] == 255
    assert not [f for f in codec.examine(codec.pack_raw({"BMS_Temp": 255})) if f.signal]
    (finding,) = codec.examine(codec.pack_raw({"BMS_Temp": 254}))
    assert str(finding) == "BMS_Temp is out of range: 87, expected -40 … 80 °C"
    assert finding.describe("zh") == "信号 BMS_Temp 超出范围：87，应为 -40 … 80 °C"


def test_names_that_do_not_exist_are_refused() -> None:
    codec = codec_of(status())
    with pytest.raises(UnknownNameError, match="no value of BMS_State is called 'drivee'"):
        codec.pack({"BMS_State": "drivee"})
    with pytest.raises(UnknownNameError, match="did you mean: BMS_Soc"):
        codec.pack({"BMS_Sock": 1})
    with pytest.raises(UnknownNameError, match="did you mean: BMS_Soc"):
        codec.pack_raw({"BMS_Sock": 1})
    with pytest.raises(UsageError, match="raw 1024 does not fit; expected 0 to 1023"):
        codec.pack_raw({"BMS_Soc": 1024})


def test_multiplexed_signals() -> None:
    codec = codec_of(database().message("BMS_Cells"))
    data = codec.pack({"BMS_CellGroup": 1, "BMS_Cell02": 3.301, "BMS_Cell03": 3.302})
    assert codec.unpack(data) == {"BMS_CellGroup": 1, "BMS_Cell02": 3.301, "BMS_Cell03": 3.302}
    assert codec.mux_key(data) == (1,)
    with pytest.raises(UsageError, match="not in the frame with this multiplexer number"):
        codec.pack({"BMS_CellGroup": 1, "BMS_Cell00": 3.3})
    with pytest.raises(UsageError, match="multiplexer number 2 is not described; expected one of"):
        codec.pack({"BMS_CellGroup": 2})
    (finding,) = codec.examine(b"\x03" + bytes(7))
    assert finding.flaw is Flaw.UNKNOWN_MUX
    assert codec.unpack_raw(b"\x03" + bytes(7)) == {"BMS_CellGroup": 3}
    assert codec.examine(data) == ()
    assert [f.signal for f in codec.examine(b"\x01\xff\xff" + bytes(5))] == ["BMS_Cell02"]


def test_nested_multiplexers() -> None:
    codec = codec_of(database("extended-mux").message("Tree"))
    assert codec.unpack_raw(bytes([0x61, 9, 0, 0, 0, 0, 5, 0])) == {
        "Root": 1,
        "Inner": 6,
        "Leaf": 9,
        "Plain": 5,
    }
    assert codec.mux_key(bytes([0x61]) + bytes(7)) == (1, 6)
    assert codec.mux_key(bytes([0x03]) + bytes(7)) == (3,)
    assert codec.mux_key(bytes([0x31]) + bytes(7)) is None
    assert codec.names_with((1, 6)) == {"Root", "Inner", "Leaf", "Plain"}
    assert codec.names_with((3,)) == {"Root", "Other", "Wide", "Plain"}
    assert codec.unpack_raw(bytes([3, 9, 0xFF, 0xFF, 0, 0, 5, 0])) == {
        "Root": 3,
        "Other": 9,
        "Wide": -1,
        "Plain": 5,
    }


def test_random_payloads_of_real_messages_never_raise() -> None:
    source = random.Random(1)
    for name in ("good", "extended-mux", "foreign"):
        for message in database(name).messages:
            codec = codec_of(message)
            for _ in range(500):
                payload = source.randbytes(source.randint(0, 12))
                codec.unpack(payload)
                codec.examine(payload)


def test_floats_are_checked_for_what_is_no_number() -> None:
    text = (
        'VERSION ""\n\nBU_: A\n\nBO_ 1 M: 8 A\n SG_ F : 0|32@1- (2,1) [-10|10] "V" A\n\n'
        "SIG_VALTYPE_ 1 F : 1;\n"
    )
    (spec,) = read_dbc(text.encode(), file="f.dbc", name="f").messages
    codec = MessageCodec(spec)
    for value, expected in [(1.0, 0), (4.5, 0), (4.6, 1), (-6.0, 1), (math.nan, 1), (math.inf, 1)]:
        payload = struct.pack("<f", value) + bytes(4)
        assert len(codec.examine(payload)) == expected, value
    assert codec.unpack(codec.pack({"F": 5.0}))["F"] == 5.0
    with pytest.raises(UsageError, match="out of range"):
        codec.pack({"F": 11.0})
    assert math.isinf(codec.unpack(codec.pack({"F": 1e300}, strict=False))["F"])


@given(st.integers(0, 2**64 - 1))
def test_float_bits_come_back(bits: int) -> None:
    value = bits_to_float(bits, 64)
    if not math.isnan(value):
        assert float_to_bits(value, 64) == bits
