"""From frames to messages: sorting, choosing, counting what cannot be understood."""

from pathlib import Path

import numpy as np
import pytest
from can_offline_help import message, recordings, rows_of
from hypothesis import given

from harness.devices.can.codec import codec_of
from harness.devices.can.database import Database, load_database
from harness.devices.can.decode import Decoded, Period, decode
from harness.devices.can.decode_file import Request, Result, decode_file
from harness.devices.can.logs import read_log
from harness.devices.can.logs_frames import FrameList, Frames, join
from harness.devices.can.logs_messages import add_message
from harness.errors import FileError, UnknownNameError, UsageError

LOGS = Path(__file__).parent / "data" / "can-logs"
DRIVE, DBC = LOGS / "drive.log", LOGS / "bus.dbc"


@pytest.fixture(scope="module")
def database() -> Database:
    return load_database(DBC)


@pytest.fixture
def drive(database: Database) -> Decoded:
    return decode(read_log(DRIVE).recording.frames, database)


def _values(decoded: Decoded, name: str) -> list[tuple[int, float]]:
    """Frame of the recording and value."""
    for found in decoded.messages:
        for column in found.columns:
            if f"{found.spec.name}.{column.signal.name}" == name:
                rows = found.rows[column.rows].tolist()
                return list(zip(rows, column.value.tolist(), strict=True))
    raise AssertionError(name)


def test_every_signal_of_every_frame(drive: Decoded) -> None:
    assert _values(drive, "Motor.Speed") == [(0, 1000), (2, 1001), (4, 32767.5)]
    assert _values(drive, "Motor.Torque") == [(0, -12.3), (2, 5), (4, 0)]
    assert _values(drive, "Motor.State") == [(0, 2), (2, 2)]
    assert _values(drive, "Motor.Power") == [(0, 32), (2, 30)]
    assert _values(drive, "Pages.Page") == [(1, 1), (3, 2), (7, 7)]
    assert _values(drive, "Pages.Cell1") == [(1, 4)]
    assert _values(drive, "Pages.Temperature") == [(3, 40)]
    assert _values(drive, "Exact.Energy") == [(5, 2.0**64)]
    assert _values(drive, "Fraction.Ratio") == [(6, 0.5)]
    assert drive.values == 17


def test_what_could_not_be_understood_is_counted(drive: Decoded) -> None:
    motor, pages, exact, fraction = drive.messages
    assert (motor.short, motor.long, motor.unknown_mux, motor.out_of_range) == (1, 0, 0, 1)
    assert (pages.short, pages.long, pages.unknown_mux, pages.out_of_range) == (0, 0, 1, 0)
    assert (motor.undecodable, pages.undecodable, exact.undecodable) == (1, 1, 0)
    assert (exact.period, fraction.short) == (None, 0)
    assert motor.period is not None
    assert motor.period == Period(
        pytest.approx(0.01005), pytest.approx(0.01), pytest.approx(0.0101)
    )
    assert drive.unknown == {(0x123, False): 2, (0x123, True): 1}
    assert list(drive.unknown) == [(0x123, False), (0x123, True)]
    assert (drive.remote, drive.errors) == (1, 1)
    assert drive.absent == ("Silent",)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Torque"], ["Motor.Torque"]),
        (["Motor.Torque", "Motor.Speed"], ["Motor.Speed", "Motor.Torque"]),
        (["Pages", "Ratio"], ["Pages.Page", "Pages.Cell1", "Pages.Temperature", "Fraction.Ratio"]),
        (["Pages.Cell1", "Silent"], ["Pages.Cell1"]),
    ],
)
def test_only_what_is_asked_for(database: Database, names: list[str], expected: list[str]) -> None:
    found = decode(read_log(DRIVE).recording.frames, database, names)
    columns = [f"{m.spec.name}.{c.signal.name}" for m in found.messages for c in m.columns]
    assert columns == expected


def test_a_name_that_does_not_exist_is_refused(database: Database) -> None:
    with pytest.raises(UnknownNameError, match="did you mean: Torque"):
        decode(read_log(DRIVE).recording.frames, database, ["Torqe"])


def test_when_no_frame_matches_the_ids_are_listed(database: Database) -> None:
    frames = read_log(DRIVE).recording.frames
    others = frames.take((frames.key & 0x7FF) == 0x123)
    with pytest.raises(UsageError) as caught:
        decode(others, database)
    text = str(caught.value)
    assert "no frame matches" in text
    assert "bus.dbc (utf-8)" in text
    assert "0x123 (2), 0x00000123 (1)" in text


def test_when_only_other_messages_are_there_they_are_listed(database: Database) -> None:
    with pytest.raises(UsageError, match=r"no frame of Silent; messages in the recording: Exact"):
        decode(read_log(DRIVE).recording.frames, database, ["Silent"])


def test_a_recording_without_a_data_frame(database: Database) -> None:
    frames = read_log(DRIVE).recording.frames
    with pytest.raises(UsageError, match="2 frames: 1 remote and 1 error"):
        decode(frames.take(~frames.is_data), database)
    with pytest.raises(UsageError, match="no data frame"):
        decode(join([]), database)


def _frames(messages: list) -> Frames:
    collected = FrameList()
    for one in messages:
        add_message(collected, one, 1)
    return collected.frames()


@given(messages=recordings())
def test_random_frames_are_sorted_as_if_one_by_one(messages: list) -> None:
    database = load_database(DBC)
    specs = database.messages
    for at, one in enumerate(messages):
        if at % 2 and not one.is_error_frame:
            one.arbitration_id, one.is_extended_id = specs[at % len(specs)].id
    frames = _frames(messages)
    rows = rows_of(frames)
    expected: dict[str, list[tuple[int, dict[str, int]]]] = {}
    for at, row in enumerate(rows):
        spec = database.find(row.id, row.extended)
        if spec is not None and row.kind == "data":
            expected.setdefault(spec.name, []).append((at, codec_of(spec).unpack_raw(row.data)))
    if not expected:
        with pytest.raises(UsageError):
            decode(frames, database)
        return
    decoded = decode(frames, database)
    assert {found.spec.name for found in decoded.messages} == expected.keys()
    for found in decoded.messages:
        assert found.rows.tolist() == [at for at, _ in expected[found.spec.name]]
        raws = [raw for _, raw in expected[found.spec.name]]
        for column in found.columns:
            name = column.signal.name
            assert [int(raw) for raw in column.raw] == [raw[name] for raw in raws if name in raw]
    known = sum(len(found.rows) for found in decoded.messages)
    assert known + sum(decoded.unknown.values()) + decoded.remote + decoded.errors == len(rows)


def _decoded(tmp_path: Path, data: bytes, **facts: object) -> Result:
    path = tmp_path / "x.log"
    path.write_bytes(data)
    return decode_file(Request(path, (DBC,), **facts))  # type: ignore[arg-type]


def test_the_summary_for_programs() -> None:
    found = decode_file(Request(DRIVE, (DBC,))).to_json()
    assert found["format"] == "candump"
    assert found["complete"] is True
    assert found["frames"] == 13
    assert found["channels"] == ["can0", "can1"]
    assert found["first"] == "2026-01-05T01:00:00+00:00"
    assert found["last"] == "2026-01-05T01:00:00.030500+00:00"
    assert found["seconds"] == 0.0305
    assert found["values"] == 17
    assert found["databases"][0]["encoding"] == "utf-8"
    assert found["absent"] == ["Silent"]
    assert found["unknown"] == [
        {"id": "0x123", "extended": False, "frames": 2},
        {"id": "0x00000123", "extended": True, "frames": 1},
    ]
    motor = found["messages"][0]
    assert motor["id"] == "Motor"
    assert motor["frame_id"] == "0x100"
    assert motor["frames"] == 3
    assert motor["signals"] == ["Speed", "Torque", "State", "Power"]
    assert motor["described_period_s"] == 0.01
    assert motor["period_s"]["max"] == pytest.approx(0.0101)
    assert (motor["undecodable"], motor["short"], motor["out_of_range"]) == (1, 1, 1)
    assert found["rows"] is None
    assert found["damage"] is None


def test_a_damaged_recording(tmp_path: Path) -> None:
    data = DRIVE.read_bytes().splitlines(keepends=True)
    damaged = b"".join([*data[:4], b"(17\n", *data[4:]])
    with pytest.raises(FileError, match=r"x\.log:5:1: '\(17' is no frame; 4 frames were read"):
        _decoded(tmp_path, damaged)
    found = _decoded(tmp_path, damaged, keep_going=True)
    assert not found.complete
    assert found.decoded.values == 12
    assert "x.log:5:1" in found.to_json()["damage"]


def test_a_recording_without_a_date_has_no_first_moment(tmp_path: Path) -> None:
    found = _decoded(tmp_path, b"(1.500000) can0 100#D007FF8502100000\n")
    assert found.span is None
    assert found.to_json()["first"] is None
    assert found.seconds == 0


def test_two_databases(tmp_path: Path) -> None:
    other = tmp_path / "other.dbc"
    other.write_text(
        'VERSION ""\n\nBU_: A\n\nBO_ 291 More: 1 A\n SG_ X : 0|8@1+ (1,0) [0|0] "" A\n'
    )
    found = decode_file(Request(DRIVE, (DBC, other)))
    assert found.decoded.unknown == {(0x123, True): 1}
    assert np.concatenate([m.rows for m in found.decoded.messages]).size == 10
    with pytest.raises(FileError, match="each name once"):
        decode_file(Request(DRIVE, (DBC, _copy(DBC, tmp_path / "again.dbc"))))


def _copy(path: Path, target: Path) -> Path:
    target.write_bytes(path.read_bytes())
    return target


def test_frames_of_no_message_are_left_alone(database: Database) -> None:
    frames = _frames([message(0, arbitration_id=0x201, data=bytes(4)), message(1, data=b"\1")])
    decoded = decode(frames, database)
    assert decoded.unknown == {(0, False): 1}
