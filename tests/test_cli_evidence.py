"""`harness evidence …` on a sample record: intact, cut off, altered, not there at all."""

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sample_record import KEY, OTHER_KEY, write_sample
from sample_vehicle import write_vehicle

from harness.cli.root import ROOT
from harness.evidence.keys import fingerprint, public_pem


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))


@pytest.fixture
def record(tmp_path: Path) -> Path:
    folder = tmp_path / "record"
    write_sample(folder)
    return folder


def _evidence(*arguments: object, lang: str = "en") -> Result:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(ROOT, ["evidence", *words, "--lang", lang])


def _alter(folder: Path) -> None:
    journal = folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[9] = lines[9].replace(b"e", b"E", 1)
    journal.write_bytes(b"".join(lines))


def _public(key: Ed25519PrivateKey) -> str:
    return fingerprint(key.public_key())


@pytest.mark.parametrize(("lang", "words"), [("en", "Intact and sealed"), ("zh", "完整，已封存")])
def test_an_intact_record(record: Path, lang: str, words: str) -> None:
    result = _evidence("verify", record, lang=lang)
    assert result.exit_code == 0
    assert words in result.stdout


@pytest.mark.parametrize(("lang", "words"), [("en", "Altered"), ("zh", "记录被改动")])
def test_an_altered_record_names_the_place(record: Path, lang: str, words: str) -> None:
    _alter(record)
    result = _evidence("verify", record, lang=lang)
    assert result.exit_code == 1
    assert words in result.stdout
    assert "journal.jsonl" in result.stdout
    found = json.loads(_evidence("verify", record, "--json").stdout)
    assert found["intact"] is False
    assert found["first_bad"]["file"] == "journal.jsonl"
    assert found["first_bad"]["line"] == 10


def test_an_unsealed_record(tmp_path: Path) -> None:
    write_sample(tmp_path / "cut", seal=False, finish=False)
    result = _evidence("verify", tmp_path / "cut")
    assert result.exit_code == 3
    assert "not sealed" in result.stdout


def test_json_of_verify(record: Path) -> None:
    found = json.loads(_evidence("verify", record, "--json").stdout)
    assert found["intact"] is True
    assert found["sealed"] is True
    assert found["lines"] == len((record / "journal.jsonl").read_bytes().splitlines())
    assert found["first_bad"] is None


def test_trust_by_fingerprint_and_by_key_file(record: Path, tmp_path: Path) -> None:
    key_file = tmp_path / "station.pub"
    key_file.write_bytes(public_pem(KEY.public_key()))
    spaced = " ".join(_public(KEY)[at : at + 4] for at in range(0, 64, 4)).upper()
    for good in (key_file, _public(KEY), spaced):
        assert _evidence("verify", record, "--trust", good).exit_code == 0
    assert _evidence("verify", record, "--trust", _public(OTHER_KEY)).exit_code == 1
    both = ["--trust", _public(OTHER_KEY), "--trust", key_file]
    assert _evidence("verify", record, *both).exit_code == 0
    junk = tmp_path / "junk.pub"
    junk.write_bytes(b"\x00\xff")
    for bad in ("abc", junk, tmp_path / "missing.pub"):
        assert _evidence("verify", record, "--trust", bad).exit_code == 2


@pytest.mark.parametrize("command", ["verify", "rejudge", "show", "report"])
def test_a_folder_without_a_record_is_wrong_usage(tmp_path: Path, command: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"\x00")
    for folder in (tmp_path, tmp_path / "missing", file):
        result = _evidence(command, folder)
        assert result.exit_code == 2
        assert "Traceback" not in result.output


def test_rejudge_agrees(record: Path) -> None:
    for lang, words in (("en", "give the recorded verdicts"), ("zh", "与记录一致")):
        result = _evidence("rejudge", record, lang=lang)
        assert result.exit_code == 0
        assert words in result.stdout
    assert json.loads(_evidence("rejudge", record, "--json").stdout) == []


def test_rejudge_finds_a_verdict_that_does_not_follow(record: Path) -> None:
    journal = record / "journal.jsonl"
    data = journal.read_bytes()
    journal.write_bytes(data.replace(b'"verdict":"fail"', b'"verdict":"pass"', 1))
    result = _evidence("rejudge", record)
    assert result.exit_code == 1
    assert "pass → fail" in result.stdout
    found = json.loads(_evidence("rejudge", record, "--json").stdout)
    assert {"id", "line", "recorded", "derived"} <= found[0].keys()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Supply voltage", "conditional pass", "13 of 16", "not run", "Intact and sealed"]),
        ("zh", ["输入电压", "有条件合格", "13 / 16", "未执行", "完整，已封存", "准备与身份"]),
    ],
)
def test_show(record: Path, lang: str, words: list[str]) -> None:
    result = _evidence("show", record, lang=lang)
    assert result.exit_code == 0
    for word in words:
        assert word in result.stdout


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Powertrain bus received 21480, sent 0, refused 2", "Not one frame was sent"]),
        ("zh", ["动力总线    收 21480，发 0，拦截 2", "没有发送任何报文"]),
    ],
)
def test_show_of_a_read_only_run(tmp_path: Path, lang: str, words: list[str]) -> None:
    write_vehicle(tmp_path / "r", read_only=True)
    result = _evidence("show", tmp_path / "r", lang=lang)
    assert result.exit_code == 0
    for word in words:
        assert word in result.stdout


def test_show_of_diagnosis(tmp_path: Path) -> None:
    write_vehicle(tmp_path / "r")
    found = _evidence("show", tmp_path / "r").stdout
    assert "13 units, 25 requests: ok 21, no reply 1, negative response 2" in found
    assert "Read-only" not in found


def test_show_of_a_pile_says_nothing_of_buses(record: Path) -> None:
    assert "bus" not in _evidence("show", record).stdout.lower()


def test_show_of_what_is_left(tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    write_sample(cut, seal=False, finish=False)
    assert "cut off" in _evidence("show", cut).stdout
    altered = tmp_path / "altered"
    write_sample(altered)
    _alter(altered)
    result = _evidence("show", altered)
    assert result.exit_code == 0
    assert "Altered" in result.stdout


def test_report_writes_both_files(record: Path) -> None:
    result = _evidence("report", record, lang="zh")
    assert result.exit_code == 0
    assert (record / "report.html").read_text("utf-8").startswith("<!")
    assert (record / "junit.xml").read_bytes().startswith(b"<?xml")
    assert _evidence("verify", record).exit_code == 0


def test_export_of_tables(record: Path, tmp_path: Path) -> None:
    steps, measurements = tmp_path / "steps.csv", tmp_path / "m.csv"
    assert _evidence("export", record, "--format", "csv", "-o", steps).exit_code == 0
    more = ["-o", measurements, "--table", "measurements"]
    assert _evidence("export", record, "--format", "csv", *more).exit_code == 0
    assert steps.read_text("utf-8-sig").startswith("procedure,number,step")
    assert measurements.read_text("utf-8-sig").startswith("line,t_s,procedure")
    folder = tmp_path / "tables"
    folder.mkdir()
    assert _evidence("export", record, "--format", "csv", "-o", folder).exit_code == 0
    assert (folder / "steps.csv").read_bytes() == steps.read_bytes()
    assert (folder / "measurements.csv").read_bytes() == measurements.read_bytes()
    assert _evidence("export", record, "--format", "csv").exit_code == 0
    assert _evidence("verify", record).exit_code == 0


def test_export_of_everything(record: Path, tmp_path: Path) -> None:
    assert _evidence("export", record, "--format", "json").exit_code == 0
    whole = json.loads((record / "record.json").read_bytes())
    assert whole["journal"][0]["event"] == "run_started"
    target = tmp_path / "out.zip"
    assert _evidence("export", record, "--format", "zip", "-o", target).exit_code == 0
    with zipfile.ZipFile(target) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert _evidence("verify", tmp_path / "unpacked" / "record").exit_code == 0


def test_export_refuses_what_it_cannot_write(record: Path, tmp_path: Path) -> None:
    existing = tmp_path / "old.zip"
    existing.write_bytes(b"keep me")
    nowhere = tmp_path / "missing" / "x.csv"
    assert _evidence("export", record, "--format", "zip", "-o", existing).exit_code == 2
    assert existing.read_bytes() == b"keep me"
    assert _evidence("export", record, "--format", "csv", "-o", nowhere).exit_code == 2
    assert _evidence("export", record).exit_code == 2
