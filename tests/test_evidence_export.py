"""What leaves the house: CSV that Excel opens, JSON, and a zip that still verifies."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from sample_record import KEY, write_sample

from harness.errors import EvidenceError
from harness.events import Judged, Measured, StepEnded
from harness.evidence.export import bundle_zip, measurements_csv, record_json, steps_csv
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
