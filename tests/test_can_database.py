"""Bus descriptions: how they are read, what is refused and where."""

import random
from pathlib import Path
from typing import Any

import cantools
import pytest
from can_help import DATA, database
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.devices.can.database import Database, load_database, merge
from harness.devices.can.dbc_load import read_dbc
from harness.devices.can.specs import ChecksumSpec
from harness.errors import FileError, UnknownNameError, UsageError

CHINESE = "驱动电机温度，单位摄氏度"
GOOD = (DATA / "good.dbc").read_bytes()


def complaints(name: str) -> list[str]:
    """Problems of a file, without the folder."""
    with pytest.raises(FileError) as caught:
        load_database(DATA / name)
    return [str(problem).removeprefix(f"{DATA}/") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("file", "encoding", "comment"),
    [
        ("utf8", "utf-8", CHINESE),
        ("utf8-bom", "utf-8-sig", CHINESE),
        ("utf16", "utf-16", CHINESE),
        ("gbk", "gbk", CHINESE),
        ("cp1252", "cp1252?", "Temperatur des Antriebs, geschätzt für Überwachung"),
        ("cp1252-degree-only", "cp1252", "motor"),
    ],
)
def test_the_encoding_is_found_and_recorded(file: str, encoding: str, comment: str) -> None:
    found = database(file)
    assert found.encoding == encoding
    signal = found.signal("VCU_Temp").signal
    assert signal.comment == comment
    assert signal.unit == "°C"


SIMPLIFIED = "驱动电机温度 电池电压 充电状态 绝缘电阻 故障代码 锂电池阈值 车辆速度"
TRADITIONAL = "驅動馬達溫度 電池電壓 充電狀態 絕緣電阻 故障代碼 車輛速度 煞車踏板"


def _commented(text: str, encoding: str) -> bytes:
    utf8 = (DATA / "utf8.dbc").read_text("utf-8")
    return utf8.replace("°C", "K").replace("℃", "K").replace(CHINESE, text).encode(encoding)


@pytest.mark.parametrize(
    ("text", "written", "recorded"),
    [
        (SIMPLIFIED, "gbk", "gbk"),
        (TRADITIONAL, "big5", "cp950"),
        ("电池", "gbk", "gbk?"),  # too few signs to be sure
        ("溫度電壓", "big5", "cp950?"),
        ("géométrie", "cp1252", "cp1252?"),
        ("± 5 µA at 20 °C", "cp1252", "cp1252"),
        ("Größe für Überwachung, geändert, Öl, Maß, Ähnlich, Übergröße", "cp1252", "cp1252?"),
        ("señal de presión, batería, tensión máxima, ángulo, corrección", "cp1252", "cp1252?"),
    ],
)
def test_encodings_that_no_file_names_are_told_apart_or_called_a_guess(
    text: str, written: str, recorded: str
) -> None:
    loaded = read_dbc(_commented(text, written), file="x.dbc", name="x")
    assert loaded.encoding == recorded
    assert loaded.messages[0].by_name["VCU_Temp"].comment == text


def test_no_cut_of_a_chinese_comment_is_taken_surely_for_the_other_encoding() -> None:
    for text, written, other in ((SIMPLIFIED, "gbk", "cp950"), (TRADITIONAL, "big5", "gbk")):
        for begin in range(len(text)):
            for end in range(begin + 1, len(text) + 1):
                cut = text[begin:end].strip()
                loaded = read_dbc(_commented(cut, written), file="x.dbc", name="x")
                assert loaded.encoding != other, cut


def test_specs_say_what_the_file_says() -> None:
    found = database()
    assert found.nodes == ("VCU", "BMS")
    assert [str(message) for message in found.messages] == [
        "VCU_Torque (0x100)",
        "BMS_Status (0x200)",
        "BMS_Cells (0x00000200)",
        "VCU_Event (0x300)",
    ]
    torque = found.message("VCU_Torque")
    assert torque.cycle_time == 0.01
    assert torque.stale_after == pytest.approx(0.05)
    assert torque.senders == ("VCU",)
    assert torque.receivers == ("BMS",)
    assert torque.counter == "VCU_TorqueCnt"
    assert torque.checksum == ChecksumSpec("VCU_TorqueChk", "crc8-sae-j1850", 17)
    assert torque.comment.startswith("Torque of the drive unit.\nBO_ 999")
    actual = torque.signal("VCU_TorqueActual")
    assert (actual.signed, actual.unit, actual.scale) == (True, "Nm", 0.1)
    assert torque.signal("VCU_Speed").unit == "km/h"
    status = found.message("BMS_Status")
    assert status.checksum == ChecksumSpec("BMS_Chk", "xor8", None)
    assert status.signal("BMS_Insulation").unit == "kΩ"
    assert status.signal("BMS_Temp").start_value == 130
    assert status.signal("BMS_Temp").sentinels == {255}
    assert not status.signal("BMS_Temp").is_enumeration
    assert status.signal("BMS_State").is_enumeration
    assert status.signal("BMS_State").values[2] == "drive"
    event = found.message("VCU_Event")
    assert (event.cycle_time, event.stale_after, event.receivers) == (None, None, ())
    assert event.signal("VCU_EventCode").low is None
    cells = found.message("BMS_Cells")
    assert cells.mux is not None
    assert cells.mux.name == "BMS_CellGroup"
    assert cells.signal("BMS_Cell03").mux_ids == (1,)
    assert found.files[0].data == GOOD
    assert len(found.files[0].sha256) == 64


def test_eleven_and_twenty_nine_bits_differ() -> None:
    found = database("two-widths")
    narrow, wide = found.find(256, False), found.find(256, True)
    assert narrow is not None
    assert wide is not None
    assert (narrow.name, wide.name) == ("Narrow", "Wide")
    assert found.find(257, False) is None


def test_signals_are_found_by_name() -> None:
    found = database()
    assert found.signal("BMS_Soc").name == "BMS_Status.BMS_Soc"
    assert found.signal("BMS_Status.BMS_Soc") == found.signal("BMS_Soc")
    assert len(list(found.signals())) == sum(len(m.signals) for m in found.messages)
    with pytest.raises(UnknownNameError, match="did you mean: BMS_Soc"):
        found.signal("BMS_Sock")
    with pytest.raises(UnknownNameError, match="did you mean: BMS_Status"):
        found.signal("BMS_Statuss.BMS_Soc")
    with pytest.raises(UnknownNameError, match="no signal of BMS_Status"):
        found.signal("BMS_Status.VCU_Speed")
    with pytest.raises(UsageError, match=r"expected one of Narrow\.A, Wide\.A"):
        database("two-widths").signal("A")
    assert [m.name for m in found.sent_by("BMS")] == ["BMS_Status", "BMS_Cells"]
    with pytest.raises(UnknownNameError):
        found.sent_by("XYZ")


def test_unknown_units_are_kept_as_they_are() -> None:
    assert database("foreign").signal("FooValue").signal.unit == "furlong"


def test_a_side_file_says_counters_and_checksums() -> None:
    found = database("foreign")
    assert found.message("Foo").checksum == ChecksumSpec("FooSum", "sum8", 0x102)
    assert found.message("Foo").counter == "FooAlive"
    assert [file.path.name for file in found.files] == ["foreign.dbc", "foreign.checks.yaml"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("checks: {Bar: {}}", "1:15: no message is called 'Bar'"),
        ("checks: {Foo: {counter: {signal: Q}}}", "Foo has no signal Q"),
        ("checks: {Foo: {checksum: {signal: FooSum, algorithm: md5}}}", "'md5' is not accepted"),
        (
            "checks: {Foo: {checksum: {signal: FooAlive, algorithm: xor8}}}",
            "does not fill one byte",
        ),
        ("checks: {Foo: {checksum: {signal: FooSum, algorithm: xor8, data_id: 70000}}}", "70000"),
        ("check: {}", "'check' is not known here"),
    ],
)
def test_a_wrong_side_file_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    side = tmp_path / "s.yaml"
    side.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        load_database(DATA / "foreign.dbc", checks=side)
    assert expected in str(caught.value)
    assert str(caught.value).startswith(f"{side}:1:")


def test_every_problem_of_the_layout_is_named_with_its_line() -> None:
    assert complaints("layout.dbc") == [
        "layout.dbc:12:6: C reaches beyond the 8 bytes of M; expected a signal inside its message",
        "layout.dbc:13:6: E has the factor 0; expected a factor other than 0",
        "layout.dbc:14:6: F has the limits 10 to 5; expected the low one first",
        "layout.dbc:15:6: G cannot take any value of its limits 300 … 400;"
        " expected limits that fit its bits",
    ]


def test_overlapping_signals_are_refused() -> None:
    assert complaints("overlap.dbc") == [
        "overlap.dbc:11:6: B and A of M overlap; expected bits of its own"
    ]
    assert complaints("overlap-mux.dbc") == [
        "overlap-mux.dbc:14:6: D: the multiplexer Sel cannot be 256; expected 0 to 255"
    ]


def test_duplicates_are_refused() -> None:
    assert complaints("duplicates.dbc") == [
        "duplicates.dbc:11:6: First already has a signal A on line 10; expected each name once",
        "duplicates.dbc:13:9: Second has the id 0x100 of First (line 9);"
        " expected one message per id",
        "duplicates.dbc:16:9: a message called First is already on line 9; expected each name once",
        "duplicates.dbc:19:10: the id 0x1000 of TooWide has more than 11 bits;"
        " expected 29-bit ids with bit 31 set",
        "duplicates.dbc:20:6: A has 0 bits; expected 1 to 512",
    ]


def test_multiplexing_without_sense_is_refused() -> None:
    assert complaints("mux-problems.dbc") == [
        "mux-problems.dbc:10:6: A is multiplexed (m0), but NoSwitch has no multiplexer;"
        " expected one signal marked M",
        "mux-problems.dbc:15:6: A is multiplexed (m0) by one of S, T;"
        " expected a line SG_MUL_VAL_ that says which",
        "mux-problems.dbc:21:17: Absent is no multiplexer of WrongNames;"
        " expected a signal marked M",
        "mux-problems.dbc:22:17: WrongNames has no signal Nobody; expected its name",
        "mux-problems.dbc:23:17: SG_MUL_VAL_ for the id 999, which no message has;"
        " expected the id of a message",
        "mux-problems.dbc:24:17: A comes with 4294967296 numbers of S; expected at most 65536",
    ]


def test_counters_and_checksums_that_cannot_work_are_refused() -> None:
    assert complaints("bad-protection.dbc") == [
        "bad-protection.dbc:9:9: the checksum X of A does not fill one byte;"
        " expected 8 bits from the first bit of a byte on",
        "bad-protection.dbc:12:9: the counter Y of B is signed or shorter than 2 bits;"
        " expected an unsigned signal of 2 bits or more",
        "bad-protection.dbc:15:9: C: ChkSignal is 'Z', ChkAlgorithm is 'crc99';"
        " expected a signal and one of crc8-sae-j1850, xor8, sum8",
        "bad-protection.dbc:18:9: D has no signal Nobody; expected one of W",
    ]


def test_attributes_of_the_wrong_kind_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.dbc"
    text = GOOD.decode().replace('"GenMsgCycleTime" INT 0 65535', '"GenMsgCycleTime" STRING ')
    text = text.replace('"ChkDataId" INT 0 65535', '"ChkDataId" STRING ')
    text = text.replace('"GenMsgCycleTime" BO_ 256 10', '"GenMsgCycleTime" BO_ 256 "often"')
    text = text.replace('"ChkDataId" BO_ 256 17', '"ChkDataId" BO_ 256 "mine"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        load_database(path)
    assert [problem.what for problem in caught.value.problems] == [
        "VCU_Torque: GenMsgCycleTime is 'often'",
        "VCU_Torque: ChkDataId is 'mine'",
    ]
    assert {problem.line for problem in caught.value.problems} == {9}


def test_syntax_is_named_with_its_place() -> None:
    assert complaints("broken.dbc") == [
        "broken.dbc:11:22: not DBC syntax: '[0|0] \"\" BMS'; expected a DBC file"
    ]
    (stray,) = complaints("stray-values.dbc")
    assert "unused VAL_ entries" in stray
    assert stray.startswith("stray-values.dbc:9:")


def test_bytes_in_no_encoding_are_refused_with_their_line() -> None:
    (only,) = complaints("no-encoding.dbc")
    assert only.startswith("no-encoding.dbc:12:24: the byte 0x81 is no text")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "1:1: the file is empty"),
        (b"\r\n \0", "1:1: the file is empty"),
        (b"PK\x03\x04 zipped", "not DBC syntax"),
        (b'VERSION ""\n\nBU_: A\n', "defines no message"),
        (b"hello: world\n", "1:1: not DBC syntax: 'hello: world'"),
    ],
)
def test_what_is_no_database_is_refused(tmp_path: Path, data: bytes, expected: str) -> None:
    path = tmp_path / "x.dbc"
    path.write_bytes(data)
    with pytest.raises(FileError) as caught:
        load_database(path)
    assert expected in str(caught.value)
    assert str(caught.value).startswith(f"{path}:")


@pytest.mark.parametrize(
    "row",
    [
        ' SG_ A : 0|99999999999@1+ (1,0) [0|0] "" B',
        ' SG_ A : 99999999999999999999999|8@1+ (1,0) [0|0] "" B',
        f' SG_ A : 0|{"9" * 5000}@1+ (1,0) [0|0] "" B',
        f' SG_ A : {"9" * 5000}|8@1+ (1,0) [0|0] "" B',
        ' SG_ A : 0|8@1+ (1e400,0) [0|0] "" B',
        ' SG_ A : 0|8@1+ (1,0) [-1e400|1e400] "" B',
        ' SG_ A : 0|8@1+ (1e-320,1e300) [0|1] "" B',
    ],
)
def test_numbers_out_of_all_bounds_are_refused_at_once(tmp_path: Path, row: str) -> None:
    path = tmp_path / "x.dbc"
    path.write_text(f'VERSION ""\n\nBU_: B\n\nBO_ 1 M: 8 B\n{row}\n', encoding="utf-8")
    with pytest.raises(FileError, match=r"x\.dbc:"):
        load_database(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="readable file"):
        load_database(tmp_path / "none.dbc")


def test_extended_multiplexing_is_understood() -> None:
    tree = database("extended-mux").message("Tree")
    assert {s.name: (s.multiplexer, s.mux_ids) for s in tree.signals} == {
        "Root": (None, ()),
        "Inner": ("Root", (1,)),
        "Leaf": ("Inner", (2, 5, 6, 7)),
        "Wide": ("Root", (0, 2, 3)),
        "Plain": (None, ()),
        "Other": ("Root", (3,)),
    }


def test_databases_are_merged_unless_they_clash() -> None:
    good, foreign = database(), database("two-widths")
    with pytest.raises(FileError) as caught:
        merge([good, foreign, database("foreign")])
    assert [problem.what for problem in caught.value.problems] == [
        "Narrow has the id 0x100 of VCU_Torque in good",
        "Foo has the id 0x100 of VCU_Torque in good",
    ]
    assert "two-widths.dbc:9:1" in str(caught.value)
    both = merge([database("utf8"), _renumbered(good)])
    assert both.nodes == ("VCU", "BMS")
    assert both.message("BMS_Status").database == "good"
    assert len(both.files) == 2


def _renumbered(found: Database) -> Database:
    kept = tuple(m for m in found.messages if m.name != "VCU_Torque")
    return Database(found.name, kept, found.nodes, found.files)


def test_what_we_accept_the_library_accepts_strictly() -> None:
    accepted = 0
    for path in sorted(DATA.glob("*.dbc")):
        try:
            found = load_database(path)
        except FileError:
            continue
        accepted += 1
        text = path.read_bytes().decode(found.encoding.rstrip("?"))
        library: Any = cantools.database.load_string(text, "dbc", strict=True)
        assert len(library.messages) == len(found.messages)
    assert accepted >= 9


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_damaged_files_raise_only_file_errors(seed: int) -> None:
    source = random.Random(seed)
    data = bytearray(GOOD)
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(data))
        kind = source.randrange(4)
        if kind == 0:
            data[at] = source.randrange(256)
        elif kind == 1:
            del data[at : at + source.randint(1, 60)]
        elif kind == 2:
            data[at:at] = data[at : at + source.randint(1, 200)]
        else:
            data[at:at] = source.choice([b'"', b"|", b"-", b" 99999999999999999999 ", b"M", b"m5"])
    try:
        found = read_dbc(bytes(data), file="x.dbc", name="x")
    except FileError as error:
        assert error.problems
        assert all(str(problem).startswith("x.dbc:") for problem in error.problems)
    else:
        assert found.messages
