"""Values as CSV and Parquet, long and wide; both hold what was decoded, in the same order."""

import csv
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from can_offline_help import START
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.devices.can import export_rows
from harness.devices.can.database import load_database
from harness.devices.can.decode import decode
from harness.devices.can.decode_file import Request, Result, decode_file
from harness.errors import UsageError

LOGS = Path(__file__).parent / "data" / "can-logs"
DRIVE, DBC = LOGS / "drive.log", LOGS / "bus.dbc"

LONG = """\
time,seconds,channel,message,signal,value,unit,raw,label
2026-01-05T01:00:00.000000Z,0.000000,can0,Motor,Speed,1000,rpm,2000,
2026-01-05T01:00:00.000000Z,0.000000,can0,Motor,Torque,-12.3,Nm,-123,
2026-01-05T01:00:00.000000Z,0.000000,can0,Motor,State,2,,2,"'=fault, hot"
2026-01-05T01:00:00.000000Z,0.000000,can0,Motor,Power,32,kW,16,
2026-01-05T01:00:00.000250Z,0.000250,can1,Pages,Page,1,,1,
2026-01-05T01:00:00.000250Z,0.000250,can1,Pages,Cell1,4,V,4000,
2026-01-05T01:00:00.010000Z,0.010000,can0,Motor,Speed,1001,rpm,2002,
2026-01-05T01:00:00.010000Z,0.010000,can0,Motor,Torque,5,Nm,50,
2026-01-05T01:00:00.010000Z,0.010000,can0,Motor,State,2,,2,"'=fault, hot"
2026-01-05T01:00:00.010000Z,0.010000,can0,Motor,Power,30,kW,15,
2026-01-05T01:00:00.010500Z,0.010500,can1,Pages,Page,2,,2,
2026-01-05T01:00:00.010500Z,0.010500,can1,Pages,Temperature,40,°C,80,
2026-01-05T01:00:00.020100Z,0.020100,can0,Motor,Speed,32767.5,rpm,65535,
2026-01-05T01:00:00.020100Z,0.020100,can0,Motor,Torque,0,Nm,0,
2026-01-05T01:00:00.020200Z,0.020200,can0,Exact,Energy,1.8446744073709552e+19,Wh,18446744073709551615,
2026-01-05T01:00:00.020300Z,0.020300,can0,Fraction,Ratio,0.5,,,
2026-01-05T01:00:00.030000Z,0.030000,can1,Pages,Page,7,,7,
"""
WIDE = """\
time,seconds,channel,message,Motor.Speed [rpm],Motor.State,Pages.Temperature [°C]
2026-01-05T01:00:00.000000Z,0.000000,can0,Motor,1000,2,
2026-01-05T01:00:00.000250Z,0.000250,can1,Pages,,,
2026-01-05T01:00:00.010000Z,0.010000,can0,Motor,1001,2,
2026-01-05T01:00:00.010500Z,0.010500,can1,Pages,,,40
2026-01-05T01:00:00.020100Z,0.020100,can0,Motor,32767.5,,
2026-01-05T01:00:00.030000Z,0.030000,can1,Pages,,,
"""
THREE = ("Speed", "State", "Temperature")


def _export(output: Path, *signals: str, log: Path = DRIVE, wide: bool = False) -> Result:
    return decode_file(Request(log, (DBC,), signals, output, wide))


@pytest.mark.parametrize("chunk", [1, 2, 3, 100_000])
def test_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(export_rows, "CHUNK", chunk)
    output = tmp_path / "x.csv"
    assert _export(output).rows == 17
    assert output.read_bytes().startswith(b"\xef\xbb\xbftime,")
    assert output.read_bytes().decode("utf-8-sig") == LONG.replace("\n", "\r\n")
    assert _export(output, *THREE, wide=True).rows == 6
    assert output.read_bytes().decode("utf-8-sig") == WIDE.replace("\n", "\r\n")


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _parquet(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


@pytest.mark.parametrize("chunk", [1, 3, 100_000])
def test_parquet_holds_the_same_as_csv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(export_rows, "CHUNK", chunk)
    table, plain = tmp_path / "x.parquet", tmp_path / "x.csv"
    assert _export(table).rows == _export(plain).rows == 17
    for ours, other in zip(_parquet(table), _rows(plain), strict=True):
        assert ours["time"].isoformat(timespec="microseconds") == other["time"].replace(
            "Z", "+00:00"
        )
        assert ours["seconds"] == pytest.approx(float(other["seconds"]))
        assert ours["value"] == float(other["value"])
        label = (ours["label"] or "").replace("=", "'=")
        assert (ours["raw"] or "", label) == (other["raw"], other["label"])
        for name in ("channel", "message", "signal", "unit"):
            assert (ours[name] or "") == other[name]
    _export(table, *THREE, wide=True)
    _export(plain, *THREE, wide=True)
    for ours, other in zip(_parquet(table), _rows(plain), strict=True):
        assert ours["message"] == other["message"]
        for name, heading in (("Motor.Speed", "Motor.Speed [rpm]"), ("Motor.State",) * 2):
            assert ours[name] == (float(other[heading]) if other[heading] else None)


def test_types_of_parquet(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    _export(path, "Motor")
    schema = pq.read_schema(path)
    assert str(schema.field("time").type) == "timestamp[ns, tz=UTC]"
    assert str(schema.field("raw").type) == "int64"
    assert "dictionary" in str(schema.field("message").type)
    _export(path, "Exact")  # a number of 64 bits without sign does not fit
    assert str(pq.read_schema(path).field("raw").type) == "string"
    _export(path, "Motor", wide=True)
    assert pq.read_schema(path).field("Motor.Speed").metadata == {b"unit": b"rpm"}
    assert pq.read_schema(path).field("Motor.State").metadata is None


def test_a_recording_without_a_date(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_bytes(b"(1.500000) can0 201#0000003F\n(2.000000) can0 201#0000807F\n")
    _export(tmp_path / "x.csv", log=log)
    one, two = _rows(tmp_path / "x.csv")
    assert (one["time"], one["seconds"], one["value"]) == ("", "1.500000", "0.5")
    assert (two["seconds"], two["value"]) == ("2.000000", "inf")
    _export(tmp_path / "x.parquet", log=log)
    first = _parquet(tmp_path / "x.parquet")[0]
    assert (first["time"], first["seconds"], first["raw"]) == (None, 1.5, None)


@settings(max_examples=40)
@given(data=st.data())
def test_every_value_is_written_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    ids = st.sampled_from(["100", "18DAF110", "200", "201", "123"])
    frames = data.draw(st.lists(st.tuples(ids, st.binary(max_size=8)), min_size=1, max_size=30))
    folder = tmp_path_factory.mktemp("export")
    log = folder / "x.log"
    lines = [
        f"({START + at / 100:.6f}) can{at % 2} {identifier}#{payload.hex()}\n"
        for at, (identifier, payload) in enumerate(frames)
    ]
    log.write_text("".join(lines))
    database = load_database(DBC)
    result = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export_rows, "CHUNK", data.draw(st.integers(1, 40)))
        try:
            result = _export(folder / "x.csv", log=log)
        except UsageError:
            assert all(identifier == "123" for identifier, _ in frames)
            return
        _export(folder / "x.parquet", log=log)
    expected = sorted(
        (int(found.rows[row]), at, found.spec.name, column.signal.name, float(value))
        for found in decode(result.decoded.frames, database).messages
        for at, column in enumerate(found.columns)
        for row, value in zip(column.rows, column.value, strict=True)
    )
    for rows in (_rows(folder / "x.csv"), _parquet(folder / "x.parquet")):
        assert [(row["message"], row["signal"], str(float(row["value"]))) for row in rows] == [
            (message, signal, str(value)) for _, _, message, signal, value in expected
        ]


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("x.xlsx", "expected a .csv or .parquet file"),
        ("x", "expected a .csv or .parquet file"),
        ("missing/x.csv", "No such file or directory"),
        ("missing/x.parquet", "No such file or directory"),
    ],
)
def test_outputs_that_cannot_be_written(tmp_path: Path, output: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        _export(tmp_path / output)


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_bytes(DRIVE.read_bytes())
    with pytest.raises(UsageError, match="is read here"):
        _export(tmp_path / "sub" / ".." / "log.csv", log=log)
    assert log.read_bytes() == DRIVE.read_bytes()


def test_wide_without_a_file_is_refused() -> None:
    with pytest.raises(UsageError, match="expected -o"):
        decode_file(Request(DRIVE, (DBC,), wide=True))


def test_without_pyarrow_parquet_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys  # noqa: PLC0415

    monkeypatch.delitem(sys.modules, "harness.devices.can.export_parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install charging-harness\[parquet\]"):
        _export(tmp_path / "x.parquet")
