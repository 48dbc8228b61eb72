"""The shipped CAN databases: complete, consistent, read alike by two tools."""

import re
from collections import Counter

import canmatrix.formats
import pytest
from cantools.database.errors import Error
from dbc_help import (
    ALGORITHMS,
    BILINGUAL,
    BITRATE,
    BUSES,
    DBC,
    NODES,
    SNAKE,
    attribute,
    database,
    frames_per_second,
    longest_frame,
    messages,
    parse,
    raw_range,
    sentinel,
    signals,
    texts,
)

from harness.quantity import known_unit


@pytest.mark.parametrize(
    ("comment", "good"),
    [
        ("动力电池总电压 / Pack voltage", True),
        ("充电口温度1（L1端子） / Inlet temperature 1 (terminal L1)", True),
        ("充电机直流输出 / DC/DC converter", True),
        ("Pack voltage", False),
        ("动力电池总电压", False),
        ("动力电池总电压/Pack voltage", False),
        ("Pack voltage / 动力电池总电压", False),
        ("电压 / ", False),
    ],
)
def test_what_counts_as_bilingual(comment: str, good: bool) -> None:
    assert bool(BILINGUAL.match(comment)) is good


@pytest.mark.parametrize("bus", BUSES)
def test_plain_utf8(bus: str) -> None:
    data = (DBC / f"ev_{bus}.dbc").read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data and data.endswith(b"\n")
    code = re.sub(r'"[^"]*"', "", data.decode("utf-8"))
    assert code.isascii(), "Chinese stands in comments only"


def test_strict_load_refuses_an_overlap_and_a_signal_beyond_the_frame() -> None:
    text = (DBC / "ev_powertrain.dbc").read_text(encoding="utf-8")
    moved = text.replace("BMS_PackCurrent : 16|16@1+", "BMS_PackCurrent : 15|16@1+")
    beyond = text.replace("BMS_PackStatusChk : 56|8@1+", "BMS_PackStatusChk : 57|8@1+")
    for broken in (moved, beyond):
        assert broken != text
        with pytest.raises(Error, match="BMS_PackStatus"):
            parse(broken)


@pytest.mark.parametrize("bus", BUSES)
def test_canmatrix_reads_the_same(bus: str) -> None:
    path = str(DBC / f"ev_{bus}.dbc")
    matrix = canmatrix.formats.loadp_flat(path, dbcImportEncoding="utf8")
    assert matrix.load_errors == []
    assert {ecu.name for ecu in matrix.ecus} == set(NODES[bus].split())
    assert len(matrix.frames) == len(database(bus).messages)
    for message in database(bus).messages:
        frame = matrix.frame_by_name(message.name)
        identity = (frame.arbitration_id.id, bool(frame.arbitration_id.extended), frame.size)
        assert identity == (message.frame_id, message.is_extended_frame, message.length)
        assert frame.transmitters == message.senders and frame.comment == message.comment
        assert len(frame.signals) == len(message.signals)
        for signal in message.signals:
            other = frame.signal_by_name(signal.name)
            place = (other.get_startbit(bit_numbering=1), other.size, other.is_signed)
            assert place == (signal.start, signal.length, signal.is_signed), signal.name
            assert other.is_little_endian is (signal.byte_order == "little_endian")
            assert float(other.factor) == signal.scale and float(other.offset) == signal.offset
            assert float(other.min) == signal.minimum and float(other.max) == signal.maximum
            assert other.unit == (signal.unit or "") and other.comment == signal.comment


def test_nodes_are_those_of_the_design() -> None:
    for bus in BUSES:
        nodes = database(bus).nodes
        assert [node.name for node in nodes] == NODES[bus].split()
        assert all(BILINGUAL.match(str(node.comment)) for node in nodes)


def test_ids_and_names_are_used_once() -> None:
    ids = Counter(message.frame_id for _, message in messages())
    names = Counter(signal.name for _, signal in signals())
    names.update(message.name for _, message in messages())
    assert [key for key, count in (ids + names).items() if count > 1] == []


def test_ids_leave_the_diagnostic_ones_free() -> None:
    for _, message in messages():
        if message.is_extended_frame:
            assert message.frame_id >> 16 not in (0x18DA, 0x18DB), message.name
        else:
            assert message.frame_id < 0x700, message.name


@pytest.mark.parametrize("bus", ["powertrain", "adas"])
def test_an_extended_id_per_bus(bus: str) -> None:
    assert any(m.is_extended_frame for m in database(bus).messages)


def test_names_carry_their_sender() -> None:
    for bus, message in messages():
        assert len(message.senders) == 1 and message.senders[0] in NODES[bus].split()
        for name in [message.name, *(signal.name for signal in message.signals)]:
            assert re.fullmatch(message.senders[0] + r"_[A-Z][A-Za-z0-9]*", name), name
            assert len(name) <= 32, name


def test_every_signal_has_receivers_of_its_bus() -> None:
    for bus, message in messages():
        for signal in message.signals:
            assert signal.receivers, signal.name
            assert set(signal.receivers) <= set(NODES[bus].split()) - set(message.senders)


def test_comments_in_both_languages() -> None:
    for _, message in messages():
        for item in (message, *message.signals):
            assert BILINGUAL.match(str(item.comment)), (item.name, item.comment)


def test_how_messages_are_sent() -> None:
    for _, message in messages():
        kind, fast = message.send_type, attribute(message, "GenMsgCycleTimeFast")
        if kind == "Cyclic":
            assert message.cycle_time is not None, message.name
            assert 10 <= message.cycle_time <= 1000 and fast is None, message.name
        elif kind == "CyclicIfActive":
            assert message.cycle_time is None and 10 <= fast <= 1000, message.name
        else:
            assert (kind, message.cycle_time, fast) == ("OnEvent", None, None), message.name
        assert attribute(message, "VFrameFormat") == int(message.is_extended_frame)


def test_ranges_fit_into_the_bits_and_start_values_into_the_range() -> None:
    for message, signal in signals():
        low, high = raw_range(signal)
        assert signal.minimum is not None and signal.maximum is not None, signal.name
        span = [
            (limit - signal.offset) / signal.scale for limit in (signal.minimum, signal.maximum)
        ]
        assert low - 1e-6 <= span[0] < span[1] <= high + 1e-6, (message.name, signal.name, span)
        start = attribute(signal, "GenSigStartValue")
        assert start is not None and span[0] - 1e-6 <= start <= span[1] + 1e-6, signal.name


def test_value_tables() -> None:
    for _, signal in signals():
        table = texts(signal)
        low, high = raw_range(signal)
        assert all(low <= raw <= high for raw in table), signal.name
        assert all(SNAKE.match(name) for name in table.values()), (signal.name, table)
        assert len(set(table.values())) == len(table), signal.name
        if signal.length == 1:
            assert len(table) == 2, signal.name
        if "not_available" in table.values():
            assert table.get(sentinel(signal)) == "not_available", (signal.name, table)


def test_not_available_is_no_measured_value() -> None:
    found = 0
    for _, signal in signals():
        if signal.unit and "not_available" in texts(signal).values():
            found += 1
            value = sentinel(signal) * signal.scale + signal.offset
            assert not signal.minimum <= value <= signal.maximum, signal.name
    assert found > 250


def test_units_are_known() -> None:
    for _, signal in signals():
        if signal.unit:
            assert signal.unit.isascii(), signal.name
            known_unit(signal.unit)


def test_protected_messages() -> None:
    protected = Counter[str]()
    for _, message in messages():
        by_name = {signal.name: signal for signal in message.signals}
        check, algorithm = attribute(message, "ChkSignal"), attribute(message, "ChkAlgorithm")
        data_id, counter = attribute(message, "ChkDataId"), attribute(message, "CntSignal")
        if check is None:
            assert (algorithm, data_id, counter) == (None, None, None), message.name
            assert not any(name.endswith(("Chk", "Cnt")) for name in by_name), message.name
            continue
        protected[algorithm] += 1
        signal = by_name[check]
        bit = signal.start if signal.byte_order == "little_endian" else signal.start - 7
        assert (signal.length, bit % 8) == (8, 0), "a checksum is one whole byte"
        assert (by_name[counter].length, by_name[counter].scale) == (4, 1)
        assert data_id is None or 0 <= data_id <= 0xFFFF
        assert (data_id is not None) is (algorithm == "crc8-sae-j1850"), message.name
        assert not signal.multiplexer_ids and not by_name[counter].multiplexer_ids
    assert set(protected) == ALGORITHMS and protected.total() >= 25


def test_safety_relevant_messages_are_protected() -> None:
    names = """VCU_TorqueCmd VCU_DriveStatus VCU_HvControl BMS_PackStatus BMS_HvSafety
        MCU_MotorStatus EPS_AngleSensor EPS_Status IBC_BrakeStatus EPB_Status ESC_WheelSpeeds
        GW_SteerCmd GW_BrakeCmd GW_EpbCmd GW_DriveCmd ADCU_Status CAM_Status RAD_Status LID_Status
        USS_Status GNSS_Status"""
    by_name = {message.name: message for _, message in messages()}
    assert [n for n in names.split() if attribute(by_name[n], "ChkSignal") is None] == []
    assert attribute(by_name["BMS_CellVoltages"], "ChkSignal") is None


def test_multiplexed_lists_are_complete() -> None:
    for name, count, per_group in [
        ("BMS_CellVoltage", 96, 6), ("BMS_ProbeTemp", 32, 4), ("RAD_Object", 8, 1),
    ]:  # fmt: skip
        groups: dict[int, set[int]] = {}
        for _, signal in signals():
            number = re.fullmatch(name + r"(\d+)(Range)?", signal.name)
            if number:
                assert signal.multiplexer_ids and len(signal.multiplexer_ids) == 1
                groups.setdefault(signal.multiplexer_ids[0], set()).add(int(number[1]))
        assert groups == {
            group: set(range(group * per_group + 1, (group + 1) * per_group + 1))
            for group in range(count // per_group)
        }


def test_both_byte_orders() -> None:
    orders = Counter(signal.byte_order for signal in (s for _, s in signals()))
    assert orders["little_endian"] > 10 * orders["big_endian"] > 0
    assert any(
        s.byte_order == "big_endian" and s.length > 8
        for m in database("chassis").messages
        for s in m.signals
    )


def test_counts_frame_rate_and_bus_load() -> None:
    assert sum(1 for _ in messages()) >= 55
    assert sum(1 for _ in signals()) >= 400
    assert all(message.length <= 8 and not message.is_fd for _, message in messages())
    assert 1000 <= sum(map(frames_per_second, BUSES)) <= 1800
    for bus in BUSES:
        bits = sum(
            longest_frame(m) * 1000 / m.cycle_time for m in database(bus).messages if m.cycle_time
        )
        assert bits / BITRATE < 0.5, bus


def test_longest_frame_is_that_of_the_literature() -> None:
    by_name = {message.name: message for _, message in messages()}
    assert longest_frame(by_name["VCU_TorqueCmd"]) == 135
    assert longest_frame(by_name["OBC_ChargeStatus"]) == 160


def test_readme_counts_what_is_there() -> None:
    readme = (DBC / "README.md").read_text(encoding="utf-8")
    for bus in BUSES:
        found = database(bus).messages
        row = re.search(rf"`ev_{bus}\.dbc`.*\| (\d+) \| (\d+) \| (\d+) \|\n", readme)
        assert row is not None, bus
        counted = [len(found), sum(len(m.signals) for m in found), round(frames_per_second(bus))]
        assert [int(number) for number in row.groups()] == counted, bus


def test_start_values_make_frames_of_the_right_length() -> None:
    for _, message in messages():
        groups = {ids[0] for s in message.signals if (ids := s.multiplexer_ids)} or {None}
        for group in groups:
            values = {
                s.name: group if s.is_multiplexer else attribute(s, "GenSigStartValue")
                for s in message.signals
                if s.multiplexer_ids is None or group in s.multiplexer_ids
            }
            data = message.encode(values, scaling=False, strict=True)
            assert len(data) == message.length, message.name
            assert message.decode(data, scaling=False, decode_choices=False) == values
