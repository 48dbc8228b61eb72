"""Signals as columns: the same numbers as cantools and as our codec for single frames."""

import math
from typing import Any

import cantools
import numpy as np
import pytest
from cantools.database.can.signal import Signal
from cantools.database.conversion import BaseConversion
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.devices.can.codec import MessageCodec
from harness.devices.can.columns import MessageColumns
from harness.devices.can.findings import Flaw
from harness.devices.can.specs import MessageSpec, SignalSpec
from harness.errors import UnknownNameError

SCALES = [1, 1, 0.1, 0.5, 0.01, 0.00390625, 2, -1, -0.25, 1 / 3, 1e-7]
OFFSETS = [0, 0, -40, 0.5, 1000, -1e6]


@st.composite
def signals(draw: st.DrawFn, size: int, name: str) -> SignalSpec:
    """A signal anywhere in a payload of `size` bytes."""
    bits = 8 * size
    is_float = draw(st.booleans()) and bits >= 16
    lengths = [one for one in (16, 32, 64) if one <= bits]
    length = draw(st.sampled_from(lengths) if is_float else st.integers(1, min(64, bits)))
    first = draw(st.integers(0, bits - length))
    little = draw(st.booleans())
    start = first if little else 8 * (first // 8) + 7 - first % 8
    low = draw(st.sampled_from([None, None, -10, 0]))
    return SignalSpec(
        name=name,
        start=start,
        length=length,
        little_endian=little,
        signed=draw(st.booleans()),
        is_float=is_float,
        scale=draw(st.sampled_from(SCALES)),
        offset=draw(st.sampled_from(OFFSETS)),
        low=low,
        high=None if low is None else 100,
        unit=None,
        values=draw(st.sampled_from([{}, {0: "off", 1: "on", 255: "SNA"}])),
    )


@st.composite
def messages(draw: st.DrawFn) -> MessageSpec:
    """A message; its signals may lie over each other."""
    size = draw(st.sampled_from([1, 2, 3, 7, 8, 12, 20, 64]))
    count = draw(st.integers(1, 5))
    chosen = tuple(draw(signals(size, f"S{number}")) for number in range(count))
    return _message(size, chosen)


def _message(size: int, chosen: tuple[SignalSpec, ...]) -> MessageSpec:
    return MessageSpec("M", 1, False, size, size > 8, None, (), (), chosen)


def _columns(spec: MessageSpec, payloads: list[bytes], width: int | None = None) -> MessageColumns:
    width = width or (8 if max(map(len, payloads), default=0) <= 8 else 64)
    table = np.zeros((len(payloads), width), np.uint8)
    for row, payload in zip(table, payloads, strict=True):
        row[: len(payload)] = list(payload)
    return MessageColumns(spec, np.array([len(one) for one in payloads], np.uint8), table)


def _cantools(spec: MessageSpec, one: SignalSpec) -> Any:
    """Their message with this signal only: theirs must not overlap."""
    signal = Signal(
        one.name,
        one.start,
        one.length,
        byte_order="little_endian" if one.little_endian else "big_endian",
        is_signed=one.signed,
        conversion=BaseConversion.factory(one.scale, one.offset, None, one.is_float),
    )
    return cantools.database.can.Message(spec.frame_id, spec.name, spec.length, [signal])


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12) or (
        math.isnan(one) and math.isnan(other)
    )


@settings(max_examples=300)
@given(spec=messages(), data=st.data())
def test_whole_frames_are_decoded_as_cantools_does(spec: MessageSpec, data: st.DataObject) -> None:
    payloads = data.draw(
        st.lists(st.binary(min_size=spec.length, max_size=spec.length), max_size=6)
    )
    table = _columns(spec, payloads)
    for signal in spec.signals:
        theirs = _cantools(spec, signal)
        column = table.column(signal.name)
        assert column.rows.tolist() == list(range(len(payloads)))
        for at, payload in enumerate(payloads):
            raw = theirs.decode(payload, decode_choices=False, scaling=False)[signal.name]
            value = theirs.decode(payload, decode_choices=False)[signal.name]
            if not signal.is_float:
                assert int(column.raw[at]) == raw
            assert _same(float(column.value[at]), float(value)) or math.isinf(value)


@settings(max_examples=300)
@given(spec=messages(), data=st.data())
def test_frames_of_any_length_are_decoded_as_the_codec_does(
    spec: MessageSpec, data: st.DataObject
) -> None:
    _compare_with_codec(spec, data.draw(st.lists(st.binary(max_size=64), max_size=8)))


def _compare_with_codec(spec: MessageSpec, payloads: list[bytes]) -> None:
    table, codec = _columns(spec, payloads), MessageCodec(spec)
    single = [codec.unpack_raw(payload) for payload in payloads]
    findings = [codec.examine(payload) for payload in payloads]
    for signal in spec.signals:
        column = table.column(signal.name)
        assert column.rows.tolist() == [at for at, raw in enumerate(single) if signal.name in raw]
        for at, row in enumerate(column.rows.tolist()):
            raw = single[row][signal.name]
            assert int(column.raw[at]) == raw
            assert _same(float(column.value[at]), float(codec.to_physical(signal.name, raw)))
            flawed = any(
                one.flaw is Flaw.OUT_OF_RANGE and one.signal == signal.name for one in findings[row]
            )
            assert bool(column.outside[at]) == flawed
    for flaw, mask in (
        (Flaw.SHORT, table.short),
        (Flaw.LONG, table.long),
        (Flaw.UNKNOWN_MUX, table.unknown_mux()),
    ):
        assert mask.tolist() == [any(one.flaw is flaw for one in found) for found in findings]


MULTIPLEXED = """
VERSION ""

BU_: A

BO_ 1 Cells: 8 A
 SG_ Page M : 0|4@1+ (1,0) [0|15] "" A
 SG_ Kind m0M : 4|4@1+ (1,0) [0|15] "" A
 SG_ Cell1 m1 : 15|16@0+ (0.001,0) [0|5] "V" A
 SG_ Cell2 m1 : 31|16@0+ (0.001,0) [0|5] "V" A
 SG_ Temp m2 : 8|8@1- (1,0) [-40|100] "degC" A
 SG_ Small m0 : 8|16@1+ (1,0) [0|65535] "" A
 SG_ Large m1 : 8|32@1- (1,0) [0|0] "" A
 SG_ Always : 56|8@1+ (1,0) [0|255] "" A

SG_MUL_VAL_ 1 Kind Page 0-0;
SG_MUL_VAL_ 1 Cell1 Page 1-1, 5-6;
SG_MUL_VAL_ 1 Cell2 Page 1-1;
SG_MUL_VAL_ 1 Temp Page 2-2;
SG_MUL_VAL_ 1 Small Kind 0-0;
SG_MUL_VAL_ 1 Large Kind 1-1;
"""


def _multiplexed() -> MessageSpec:
    def signal(name: str, start: int, length: int, **facts: Any) -> SignalSpec:
        fields: dict[str, Any] = {
            "little_endian": True,
            "signed": False,
            "is_float": False,
            "scale": 1,
            "offset": 0,
            "low": None,
            "high": None,
            "unit": None,
            **facts,
        }
        return SignalSpec(name, start, length, **fields)

    page: dict[str, Any] = {"multiplexer": "Page"}
    volts: dict[str, Any] = {"scale": 0.001, "low": 0, "high": 5, "little_endian": False, **page}
    return _message(
        8,
        (
            signal("Page", 0, 4, is_multiplexer=True),
            signal("Kind", 4, 4, is_multiplexer=True, mux_ids=(0,), **page),
            signal("Cell1", 15, 16, mux_ids=(1, 5, 6), **volts),
            signal("Cell2", 31, 16, mux_ids=(1,), **volts),
            signal("Temp", 8, 8, mux_ids=(2,), signed=True, low=-40, high=100, **page),
            signal("Small", 8, 16, mux_ids=(0,), multiplexer="Kind"),
            signal("Large", 8, 32, mux_ids=(1,), multiplexer="Kind", signed=True),
            signal("Always", 56, 8),
        ),
    )


def _pages(payloads: list[bytes]) -> list[bytes]:
    """The same payloads with a first byte that is mostly a page that exists."""
    pages = [0x00, 0x10, 0x01, 0x02, 0x05, 0x20, 0x07]
    return [bytes([pages[at % 7]]) + payload[1:] for at, payload in enumerate(payloads)]


@given(st.lists(st.binary(min_size=8, max_size=8), max_size=14))
def test_multiplexed_frames_are_decoded_as_cantools_does(payloads: list[bytes]) -> None:
    spec, payloads = _multiplexed(), _pages(payloads)
    theirs = cantools.database.load_string(MULTIPLEXED).get_message_by_name("Cells")
    table = _columns(spec, payloads)
    unknown = table.unknown_mux()
    columns = {signal.name: table.column(signal.name) for signal in spec.signals}
    for at, payload in enumerate(payloads):
        try:
            values = theirs.decode(payload, decode_choices=False)
        except cantools.database.DecodeError:
            assert unknown[at]
            continue
        assert not unknown[at]
        found = {
            name: float(column.value[column.rows == at][0])
            for name, column in columns.items()
            if at in column.rows
        }
        assert found.keys() == values.keys()
        assert all(_same(found[name], float(values[name])) for name in found)


@given(st.lists(st.binary(min_size=1, max_size=12), max_size=14))
def test_multiplexed_frames_of_any_length_are_decoded_as_the_codec_does(
    payloads: list[bytes],
) -> None:
    _compare_with_codec(_multiplexed(), _pages(payloads))


@given(st.booleans(), st.booleans(), st.integers(65, 400), st.data())
def test_signals_of_more_than_64_bits(
    little: bool, signed: bool, length: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, 512 - length))
    start = first if little else 8 * (first // 8) + 7 - first % 8
    signal = SignalSpec("Long", start, length, little, signed, False, 1, 0, None, None, None)
    _compare_with_codec(
        _message(64, (signal,)), data.draw(st.lists(st.binary(max_size=64), max_size=4))
    )


def test_a_description_of_64_bytes_and_frames_of_8() -> None:
    signal = SignalSpec("Far", 100, 8, True, False, False, 1, 0, None, None, None)
    table = _columns(_message(64, (signal,)), [bytes(8), bytes(3)], width=8)
    assert len(table.column("Far")) == 0
    assert table.short.all()


def test_values_have_no_binary_noise() -> None:
    signal = SignalSpec("T", 0, 16, True, True, False, 0.1, 0, None, None, None)
    table = _columns(_message(2, (signal,)), [(-123).to_bytes(2, "little", signed=True)])
    assert table.column("T").value.tolist() == [-12.3]


def test_an_unknown_signal_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        _columns(_multiplexed(), [bytes(8)]).column("Cel1")
