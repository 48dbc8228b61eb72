"""Files of recorders: what is read, and what is wrong with a file, with its place."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.devices.recorder.channels import CHANNELS
from harness.devices.recorder.csv_file import read_csv
from harness.devices.recorder.imported import read_recording
from harness.devices.recorder.mapping import RecorderEntry
from harness.devices.recorder.own_layout import write_csv
from harness.devices.recorder.recording import Recording, Track
from harness.engine import details
from harness.errors import FileError, HarnessError, UsageError


def entry(**more: Any) -> RecorderEntry:
    channels = {
        "cp_high": {"column": "CH1", "scale": 10, "uncertainty": "60 mV"},
        "s2": {"column": "D0", "states": {0: "open", 1: "closed"}},
    }
    return RecorderEntry.model_validate({"channels": channels, "time": {"column": "t"}, **more})


ROWS = "0,1.2,0\n0.1,0.9,0\n0.2,0.6,1\n"


def read(text: str | bytes, **more: Any) -> Recording:
    data = text.encode() if isinstance(text, str) else text
    return read_csv("scope.csv", data, entry(**more))


def wrong(text: str | bytes, **more: Any) -> str:
    with pytest.raises(FileError) as caught:
        read(text, **more)
    return str(caught.value)


def test_a_table_with_a_preamble() -> None:
    recording = read(f"Model,XY-1\nSample rate,10\n\nt,CH1,D0\n{ROWS}")
    assert recording.tracks["cp_high"].values == [12.0, 9.0, 6.0]
    assert recording.tracks["cp_high"].uncertainty == pytest.approx(0.06)
    assert recording.tracks["cp_high"].resolution == pytest.approx(0.1)
    assert recording.tracks["s2"].values == ["open", "open", "closed"]
    assert recording.source == "scope.csv"


@pytest.mark.parametrize(
    "text",
    [
        "t;CH1 [V];D0\n0;1,2;0\n0,1;0,9;0\n0,2;0,6;1\n",
        "t\tCH1\tD0\ns\tV\t\n0\t1.2\t0\n0.1\t0.9\t0\n0.2\t0.6\t1.0\n",
        '"t","CH1 (V)","D0"\r\n"0","1.2","0"\r\n"0.1","0.9","0"\r\n"0.2","0.6","1"\r\n',
        f"\ufefft,CH1,D0\n{ROWS}",
    ],
    ids=["decimal commas", "tabs and a row of units", "quoted", "byte-order mark"],
)
def test_the_same_written_otherwise(text: str) -> None:
    recording = read(text)
    assert recording.tracks["cp_high"].values == [12.0, 9.0, 6.0]
    assert recording.tracks["s2"].values == ["open", "open", "closed"]


def test_encodings() -> None:
    text = f"机型,示波器\nt,CH1,D0\n{ROWS}"
    assert read(text.encode("utf-16")).tracks["cp_high"].values == [12.0, 9.0, 6.0]
    assert read(text.encode("gbk"), encoding="gbk").tracks["s2"].end == 0.2
    assert "is not utf-8 text" in wrong(text.encode("gbk"))
    with pytest.raises(UsageError, match="no text encoding is called 'klingon'"):
        read(text, encoding="klingon")


def test_times_and_units_are_converted() -> None:
    channels = {"cp_high": {"column": "CH1", "unit": "mV"}}
    recording = read(
        "t,CH1 [mV]\n0,12000\n100,9000\n", channels=channels, time={"column": "t", "unit": "ms"}
    )
    assert recording.tracks["cp_high"].values == [12.0, 9.0]
    assert recording.tracks["cp_high"].times == [0.0, pytest.approx(0.1)]


def test_a_sample_that_is_missing_is_a_gap() -> None:
    recording = read("t,CH1,D0\n0,1.2,0\n0.1,NaN,0\n0.2,,1\n0.3,0.6,1\n0.4,0.6,1\n")
    assert recording.tracks["cp_high"].gaps == ((0.0, 0.3),)
    assert recording.tracks["s2"].gaps == ()
    assert recording.tracks["cp_high"].gap_in(0.35, 0.4) is None


def test_a_pause_of_the_recorder_is_a_gap() -> None:
    recording = read("t,CH1,D0\n0,1.2,0\n0.1,0.9,0\n0.2,0.9,0\n3.0,0.6,1\n3.1,0.6,1\n")
    assert recording.tracks["cp_high"].gaps == ((0.2, 3.0),)


def test_rows_may_be_changes_only() -> None:
    recording = read("t,CH1,D0\n0,1.2,0\n3,0.9,0\n3.5,0.6,1\n", resolution="10 us")
    assert recording.tracks["s2"].gaps == ()
    assert recording.tracks["s2"].moment(2).earliest == pytest.approx(3.49999)


@pytest.mark.parametrize(
    ("text", "said", "zh"),
    [
        ("", "scope.csv:0:0: the file is empty; expected a table of samples", "文件是空的"),
        (
            "t,CH1\n0,1\n",
            "no column is called 'D0'; expected headers as mapped",
            "没有名为“D0”的列",
        ),
        ("t,CH1,D0\n", "scope.csv:1:1: no row below the header; expected samples", "没有数据行"),
        (f"t,CH1,D0\n{ROWS}0.15,0.6,1\n", ":5:1: time goes back: 0.15 s after 0.2 s", "时间倒退"),
        (f"t,CH1,D0\n{ROWS}0.2,0.6,1\n", ":5:1: time stands still", "时间未前进"),
        ("t,CH1,D0\nx,1.2,0\n", ":2:1: 'x' is no time; expected a number", "'x' 不是时间"),
        ("t,CH1,D0\n0,1.2,0\n0.1,OL,0\n", ":3:2: 'OL' is not a number", "'OL' 不是数字"),
        ("t,CH1,D0\n0,inf,0\n", ":2:2: 'inf' is not a number", "不是数字"),
        ("t,CH1,D0\n0,1.2,7\n", ":2:3: '7' is no state; expected one of: 0, 1", "不是已知状态"),
        ("t,CH1,D0\n0,NaN,0\n0.1,,0\n", ":1:2: CH1 has no usable sample", "CH1 没有可用的采样"),
        (
            "t,CH1 [mV],D0\n0,1200,0\n",
            ":1:2: the file says mV, the mapping V: another size of unit",
            "文件写的单位是 mV，映射写的是 V",
        ),
        (
            "t,CH1 [A],D0\n0,1.2,0\n",
            "the file says A, the mapping V: another kind of unit; expected `unit: A`",
            "文件写的单位是 A",
        ),
        (
            f"t [ms],CH1,D0\n{ROWS}",
            ":1:1: the file says ms, the mapping s: another size of unit; expected `unit: ms`",
            "文件写的单位是 ms，映射写的是 s",
        ),
        (
            f"t,CH1,D0\nms,V,\n{ROWS}",
            ":2:1: the file says ms, the mapping s: another size of unit",
            "文件写的单位是 ms，映射写的是 s",
        ),
        (
            "t,CH1 [Ampere],D0\n0,1.2,0\n",
            "the file says A, the mapping V: another kind of unit",
            "文件写的单位是 A",
        ),
        (
            "t,CH1,D0,CH1\n0,1.2,0,0.1\n",
            ":1:4: column 4 is called 'CH1', as column 2 is; expected one column of that name",
            "第 4 列与第 2 列同名",
        ),
        (
            "t,CH1,D0\n0,12000,0\n0.1,0.9,0\n",
            "CH1: 120000 V cannot be cp_high (-25 to 25 V); expected unit and scale as they are",
            "120000 V 不可能是 cp_high",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, said: str, zh: str) -> None:
    with pytest.raises(FileError) as caught:
        read(text)
    assert said in str(caught.value)
    assert zh in details.describe(caught.value)


ONE = {"cp_high": {"column": "CH1"}}


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        ("t [ms],CH1 [V]", "ms"),
        ("t (µs),CH1 (V)", "us"),
        ("t/ms,CH1/V", "ms"),
        ("t,CH1\nms,V", "ms"),
        ("t,CH1\n(ms),(V)", "ms"),
        ("t,CH1\n,V", "ms"),
        ("t [msec],CH1 [Volts]", "ms"),
        ("t,CH1", "ms"),
        ("t [-],CH1 [1]", "s"),
    ],
)
def test_a_unit_in_the_file_that_is_the_mapped_one(head: str, unit: str) -> None:
    column = {"t/ms,CH1/V": ("t/ms", "CH1/V")}.get(head, ("t", "CH1"))
    time = {"column": column[0], "unit": unit}
    recording = read(f"{head}\n0,9\n10,6\n", channels={"cp_high": {"column": column[1]}}, time=time)
    assert recording.tracks["cp_high"].values == [9.0, 6.0]
    factor = {"us": 1e-6, "ms": 1e-3, "s": 1.0}[unit]
    assert recording.tracks["cp_high"].times == [0.0, pytest.approx(10 * factor)]


@pytest.mark.parametrize(
    ("head", "unit", "said", "zh"),
    [
        ("t [s],CH1", "ms", ":1:1: the file says s, the mapping ms: another size of unit; "
         "expected `unit: s`", "写的是 ms"),
        ("t [us],CH1", "ms", ":1:1: the file says us, the mapping ms", "写的是 ms"),
        ("t [ms],CH1", "s", ":1:1: the file says ms, the mapping s", "写的是 s"),
        ("t [µs],CH1", "ms", ":1:1: the file says us, the mapping ms", "写的是 ms"),
        ("t [ns],CH1", "ms", ":1:1: the file says 'ns', and that is no unit", "不认识"),
        ("t [V],CH1", "s", ":1:1: the file says V, the mapping s: another kind", "写的是 s"),
        ("t,CH1\ns,V", "ms", ":2:1: the file says s, the mapping ms", "写的是 ms"),
        ("t,CH1\nms,mV", "ms", ":2:2: the file says mV, the mapping V", "写的是 V"),
        ("t,CH1\nticks,V", "ms", ":2:1: the file says 'ticks', and that is no unit", "不认识"),
        ("t,CH1\nms,Vx", "ms", ":2:2: the file says 'Vx', and that is no unit", "不认识"),
        ("t [ms],CH1 [Vx]", "ms", ":1:2: the file says 'Vx', and that is no unit known here; "
         "expected a unit such as V", "例如 V"),
        ("t,CH1,CH1", "ms", ":1:3: column 3 is called 'CH1', as column 2 is",
         "第 3 列与第 2 列同名"),
        ("t,CH1 [V],t", "ms", ":1:3: column 3 is called 't', as column 1 is",
         "第 3 列与第 1 列同名"),
    ],
)  # fmt: skip
def test_a_unit_or_a_name_in_the_file_that_does_not_fit(
    head: str, unit: str, said: str, zh: str
) -> None:
    with pytest.raises(FileError) as caught:
        read(f"{head}\n0,9,1\n10,6,2\n", channels=ONE, time={"column": "t", "unit": unit})
    assert f"scope.csv{said}" in str(caught.value)
    assert zh in details.describe(caught.value)


def test_brackets_in_the_mapped_name_tell_columns_apart() -> None:
    for column, value in (("CH1 [raw]", 1.0), ("CH1 [V]", 9.0)):
        recording = read("t,CH1 [raw],CH1 [V]\n0,1,9\n1,1,9\n", channels={
            "cp_high": {"column": column}})  # fmt: skip
        assert recording.tracks["cp_high"].values == [value, value]


def test_a_file_without_a_mapping() -> None:
    with pytest.raises(FileError, match="no mapping says what the columns are"):
        read_csv("a.csv", b"t,CH1\n0,1\n", RecorderEntry(simulated=False))
    with pytest.raises(UsageError, match=r"a\.xlsx: no recorder's file; expected one of"):
        read_recording("a.xlsx", b"", entry())


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        ({"cp_volt": {"column": "a"}}, "no channel is called 'cp_volt'"),
        ({"voltage": {"column": "a"}}, "no channel is called 'voltage'"),
        ({"s2": {"column": "a"}}, "s2 has states: open, closed"),
        ({"s2": {"column": "a", "states": {0: "ajar"}}}, "s2 cannot be 'ajar'"),
        ({"cp_low": {"column": "a", "states": {0: "low"}}}, "cp_low is a number in V"),
        ({"cp_low": {"column": "a", "unit": "A"}}, "cp_low is in V, not in A"),
        ({"cp_low": {"column": "a", "unit": "volt"}}, "unknown unit 'volt'"),
        ({"cp_low": {"column": "a", "scale": 0}}, "a scale other than 0"),
    ],
)
def test_a_wrong_mapping(channels: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        RecorderEntry.model_validate({"channels": channels})


# Our own layout

NAMES = [name for name, info in CHANNELS.items() if not info.derived and "wave" not in name]


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    tracks: dict[str, Track] = {}
    for name in draw(st.lists(st.sampled_from(NAMES[1:]), min_size=1, max_size=4, unique=True)):
        info = CHANNELS[name]
        times = sorted(draw(st.sets(st.floats(0, 100, width=32), min_size=1, max_size=6)))
        value = (
            st.sampled_from(info.states)
            if info.states
            else st.floats(info.low, info.high, allow_nan=False, width=32)
        )
        values = draw(st.lists(value, min_size=len(times), max_size=len(times)))
        gap = ((times[0], times[-1]),) if draw(st.booleans()) else ()
        tracks[name] = Track(
            name, info.unit, times, values, draw(st.floats(1e-6, 0.1)), times[-1] + 1,
            draw(st.floats(0, 0.1)), None if info.states else draw(st.floats(0, 1)), gap,
        )  # fmt: skip
    return Recording("x", tracks)


@given(recordings())
def test_our_own_layout_keeps_everything(recording: Recording) -> None:
    again = read_csv("own.csv", write_csv(recording), RecorderEntry())
    for name, track in recording.tracks.items():
        found = again.tracks[name]
        assert list(found.times) == list(track.times)
        assert list(found.values) == list(track.values)
        assert (found.resolution, found.window, found.uncertainty, found.end, found.gaps) == (
            track.resolution, track.window, track.uncertainty, track.end, track.gaps,
        )  # fmt: skip


OWN = "# charging-harness recording 1\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,s2\n", ":2:1: the header does not fit"),
        ("# channel s9 resolution=1\ntime,s9\n", "no channel is called 's9'"),
        ("# channel s2 V resolution=1\ntime,s2\n", "s2 in V; expected no unit"),
        ("# channel s2\ntime,s2\n0,open\n", "s2 states no resolution"),
        ("# channel s2 resolution=x\ntime,s2\n", "'resolution=x' is no figure"),
        ("# channel s2 resolution=1\ntime,s2\n0,ajar\n", ":4:2: s2 cannot be 'ajar'"),
        ("# channel s2 resolution=1\ntime,s2\n0,open\n0,closed\n", ":5:1: time goes back"),
        ("# channel s2 resolution=1\ntime,s2\nnan,open\n", ":4:1: 'nan' is no time"),
        ("# channel s2 resolution=1\ntime,s2\n0\n", "1 cells where the header has 2"),
        ("# channel s2 resolution=1\ntime,s2\n0,\n", "s2 has no value"),
        ("# channel cp_low V resolution=1\ntime,cp_low\n0,-1200\n", "cannot be cp_low"),
    ],
)
def test_what_is_wrong_with_our_own_layout(text: str, said: str) -> None:
    assert said in wrong(OWN + text)


# Anything at all

CELLS = st.one_of(
    st.floats().map(str),
    st.integers(-5, 5).map(str),
    st.sampled_from(["", "NaN", "OL", "open", "closed", "1,5", '"', "#", "s2", "V", "[mV]"]),
)
LINES = st.lists(CELLS, max_size=5).flatmap(
    lambda cells: st.sampled_from([",", ";", "\t"]).map(lambda mark: mark.join(cells))
)


@given(
    head=st.sampled_from(
        ["", OWN, "t,CH1,D0\n", "t;CH1;D0\n", OWN + "# channel s2 resolution=1\n"]
    ),
    lines=st.lists(LINES, max_size=8),
    tail=st.binary(max_size=6),
    decimal=st.booleans(),
)
def test_any_file_gives_a_sound_recording_or_a_complaint(
    head: str, lines: list[str], tail: bytes, decimal: bool
) -> None:
    data = (head + "\n".join(lines)).encode() + tail
    more = {"resolution": "1 ms"} if decimal else {}
    try:
        recording = read_csv("any.csv", data, entry(**more))
    except HarnessError as error:
        assert error.detail
        return
    for track in recording.tracks.values():
        assert len(track.times) == len(track.values) > 0
        assert all(a < b for a, b in zip(track.times, track.times[1:], strict=False))
        if track.unit is not None:
            assert all(math.isfinite(float(value)) for value in track.values)


@given(st.binary(max_size=80), st.sampled_from([".wav", ".csv"]))
def test_any_bytes(data: bytes, suffix: str) -> None:
    try:
        read_recording(f"any{suffix}", data, entry())
    except HarnessError as error:
        assert error.detail
