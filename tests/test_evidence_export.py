"""What leaves the house: CSV that Excel opens, JSON, and a zip that still verifies."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from sample_record import KEY, write_sample
from sample_vehicle import BUSES, write_vehicle

from harness.errors import EvidenceError
from harness.events import BusClosed, DiagnosticExchange, FramesSent, Judged, Measured, StepEnded
from harness.evidence.export import (
    TABLES,
    bundle_zip,
    measurements_csv,
    record_json,
    steps_csv,
    tables_of,
)
from harness.evidence.export_vehicle import buses_csv, exchanges_csv, sent_csv
from harness.evidence.keys import fingerprint
from harness.evidence.read import Entry, read_journal, read_modbus
from harness.evidence.verify import verify


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("export") / "r"
    write_sample(place, note="=HYPERLINK(1)")
    return place


@pytest.fixture(scope="module")
def entries(folder: Path) -> list[Entry]:
    return read_journal(folder)


def rows_of(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf"), "Excel needs the byte-order mark"
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_one_row_for_each_attempt(entries: list[Entry]) -> None:
    rows = rows_of(steps_csv(entries))
    assert len(rows) == sum(isinstance(entry.event, StepEnded) for entry in entries)
    creep = next(row for row in rows if row["step"] == "meter-creep")
    assert creep["title_zh"] == "电能表潜动"
    assert (creep["verdict"], creep["reason"]) == ("not_run", "the bench has no meter")
    attempts = [row["attempt"] for row in rows if row["step"] == "internal-temperature"]
    assert attempts == ["1", "2"]
    assert all(float(row["ended_s"]) >= float(row["started_s"]) for row in rows)


def test_one_row_for_each_measurement(entries: list[Entry]) -> None:
    rows = rows_of(measurements_csv(entries))
    assert len(rows) == sum(isinstance(entry.event, Judged | Measured) for entry in entries)
    volts = [row for row in rows if row["step"] == "supply-voltage"]
    assert [row["value"] for row in volts] == ["262.9", "263.4", "263.1", "263.1"]
    assert volts[-1]["verdict"] == "conditional_pass"
    assert volts[-1]["limit"] == "176 … 264 V"
    assert volts[0]["modbus_lines"].isdigit()
    assert next(row for row in rows if row["name"] == "fault_flags")["value"] == "F-07 F-12"


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    write_sample(tmp_path / "r", finish=False, seal=False)
    entries = read_journal(tmp_path / "r")
    for data in (steps_csv(entries), measurements_csv(entries)):
        for row in rows_of(data):
            for cell in row.values():
                assert not cell.startswith(("=", "@", "\t")), cell


@pytest.fixture(scope="module")
def vehicle(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    place = tmp_path_factory.mktemp("export-vehicle") / "r"
    write_vehicle(place)
    return read_journal(place)


def test_readings_of_a_vehicle_have_their_frame(vehicle: list[Entry]) -> None:
    rows = rows_of(measurements_csv(vehicle))
    brake = next(row for row in rows if row["name"] == "parking_brake")
    assert brake["frame"] == "chassis 1C5#00FF3C10"
    assert next(row for row in rows if row["name"] == "silent_nodes")["frame"] == ""


def test_one_row_for_each_exchange(vehicle: list[Entry]) -> None:
    rows = rows_of(exchanges_csv(vehicle))
    assert len(rows) == sum(isinstance(entry.event, DiagnosticExchange) for entry in vehicle)
    refused = next(row for row in rows if row["unit"] == "obc" and row["step"] == "codes")
    assert (refused["request"], refused["nrc"]) == ("19 02 FF", "0x22")
    patient = next(row for row in rows if row["unit"] == "eps")
    assert patient["responses"] == "7F 19 78 | 7F 19 78 | 59 02 FF"
    # A spreadsheet takes 3e00 for a number.
    assert all(not re.fullmatch(r"\d+[eE]\d+", row["request"]) for row in rows)


def test_one_row_for_each_bus(vehicle: list[Entry]) -> None:
    rows = rows_of(buses_csv(vehicle))
    assert [row["bus"] for row in rows] == list(BUSES)
    assert (rows[0]["received"], rows[0]["sent"]) == ("21480", "143")
    assert rows[2]["unknown_ids"] == "5A1=40 18FF3377x=12"
    cut = [entry for entry in vehicle if not isinstance(entry.event, BusClosed)]
    assert {row["sent"] for row in rows_of(buses_csv(cut))} == {""}


def test_one_row_for_each_transmission(vehicle: list[Entry]) -> None:
    rows = rows_of(sent_csv(vehicle))
    assert len(rows) == sum(isinstance(entry.event, FramesSent) for entry in vehicle)
    assert (rows[0]["period_s"], rows[1]["period_s"]) == ("0.02", "0.0")
    assert rows[0]["values"] == "GW_SteerModeRequest=by_wire GW_SteerAngle=12.5"


def test_tables_of_vehicles_only_where_there_is_one(
    vehicle: list[Entry], entries: list[Entry]
) -> None:
    assert tables_of(vehicle) == list(TABLES)
    assert tables_of(entries) == ["steps", "measurements"]
    for make in TABLES.values():
        rows_of(make(entries))


def test_the_record_as_json(folder: Path, entries: list[Entry]) -> None:
    record = json.loads(record_json(entries, read_modbus(folder)))
    assert [line["n"] for line in record["journal"]] == [entry.n for entry in entries]
    assert record["journal"][0]["event"] == "run_started"
    assert record["modbus"][0]["function"] == 3


def test_the_zip_verifies_after_unpacking(folder: Path, tmp_path: Path) -> None:
    (folder / "report.html").write_text("<p>made from the journal</p>", encoding="utf-8")
    first = bundle_zip(folder, tmp_path / "a.zip", name="run-1")
    second = bundle_zip(folder, tmp_path / "b.zip", name="run-1")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "out")
    result = verify(tmp_path / "out" / "run-1", trusted=[fingerprint(KEY.public_key())])
    assert (result.exit_code, result.trusted) == (0, True)
    assert (tmp_path / "out" / "run-1" / "report.html").exists()
    with pytest.raises(EvidenceError):
        bundle_zip(folder, tmp_path / "a.zip", name="run-1")


def test_an_unsealed_record_can_be_zipped_too(tmp_path: Path) -> None:
    write_sample(tmp_path / "r", seal=False)
    bundle_zip(tmp_path / "r", tmp_path / "a.zip", name="r")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "out")
    assert verify(tmp_path / "out" / "r").exit_code == 3
