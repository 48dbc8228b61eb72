"""What leaves the store: tables, xAPI statements, attestations; and what does not."""

import base64
import csv
import hashlib
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from cryptography.exceptions import InvalidSignature
from sample_record import write_sample
from skill_runs import RIGHT, WRONG, write_run

from harness.assess.skill_evidence import TECHNICIAN
from harness.cli.root import ROOT
from harness.evidence.keys import station_key
from harness.evidence.layout import JOURNAL, SEAL
from harness.evidence.seal import pae
from harness.store.store import Store
from harness.verdict import CandidateVerdict, Ending, Verdict

HOME = "https://school.example"


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "shelf"


def put(shelf: Path, name: str, **given: Any) -> str:
    folder = shelf.parent / name
    write_run(folder, **given)
    return Store(str(shelf), str(shelf / "store.db")).add(folder).place


def export(shelf: Path, kind: str, *words: str) -> Result:
    line = ["store", "export", "--format", kind, "--bundles", str(shelf), "--lang", "en", *words]
    return CliRunner().invoke(ROOT, line)


def statements(shelf: Path, *words: str) -> list[dict[str, Any]]:
    done = export(shelf, "xapi", "--home", HOME, *words)
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_statements_of_what_a_candidate_did(shelf: Path) -> None:
    said = [RIGHT, WRONG, CandidateVerdict.ABSENT, CandidateVerdict.PENDING]
    put(shelf, "a", mode="exam", said=said, candidate="C-07", simulated=False)
    found = statements(shelf)
    assert [one["verb"]["id"].rpartition("/")[2] for one in found] == ["answered"] * 4 + [
        "completed"
    ]
    results = [(one["result"].get("success"), one["result"]["completion"]) for one in found]
    assert results == [(True, True), (False, True), (False, False), (None, True), (None, True)]
    assert found[-1]["object"]["id"] == "urn:charging-harness:scenario:s"
    assert found[0]["object"]["definition"]["name"] == {"zh-CN": "步骤", "en": "Step"}
    parent = found[0]["context"]["contextActivities"]["parent"][0]["id"]
    assert parent == found[-1]["object"]["id"]
    for one in found:
        assert one["actor"]["account"] == {"homePage": HOME, "name": "C-07"}
        assert UUID(one["id"]).version == 5
        assert datetime.fromisoformat(one["timestamp"]).tzinfo is not None
        assert one["context"]["registration"] == found[0]["context"]["registration"]
        assert set(one) == {"id", "actor", "verb", "object", "result", "context", "timestamp"}
        assert all(":" in key for key in one["context"]["extensions"])
    assert len({one["id"] for one in found}) == len(found)
    assert statements(shelf) == found, "sent twice, nothing is there twice"


def test_times_of_a_simulated_run_are_those_of_the_machine(shelf: Path) -> None:
    put(shelf, "a", simulated=True)
    stamps = {datetime.fromisoformat(one["timestamp"]) for one in statements(shelf)}
    assert stamps == {datetime.fromisoformat("2026-11-02T01:09:00+00:00")}


def test_a_run_that_was_aborted_is_not_completed(shelf: Path) -> None:
    put(shelf, "a", ending=Ending.ABORTED)
    last = statements(shelf)[-1]
    assert last["verb"]["id"].endswith("/terminated")
    assert last["result"]["completion"] is False


def test_nobody_is_named_who_is_no_code_or_did_nothing(shelf: Path) -> None:
    put(shelf, "a", candidate="Zhang San")
    done = export(shelf, "xapi", "--home", HOME)
    assert done.exit_code == 1 and "no code of a candidate" in done.stderr
    assert json.loads(done.stdout) == []
    assert "Zhang" not in done.output
    put(shelf, "b", candidate="C-1", answered_by=TECHNICIAN)
    verbs = [one["verb"]["id"] for one in statements(shelf, "--candidate", "C-1")]
    assert len(verbs) == 1 and verbs[0].endswith("/completed")


@pytest.mark.parametrize("home", ["", "school", "ftp://x", "http://"])
def test_an_account_needs_an_address(home: str, shelf: Path) -> None:
    put(shelf, "a")
    assert export(shelf, "xapi", "--home", home).exit_code == 2


def test_attestation_of_the_device_verdicts(shelf: Path, tmp_path: Path) -> None:
    write_sample(tmp_path / "a")
    place = Store(str(shelf), str(shelf / "store.db")).add(tmp_path / "a").place
    done = export(shelf, "in-toto")
    assert done.exit_code == 0
    (told,) = json.loads(done.stdout)
    assert told["_type"] == "https://in-toto.io/Statement/v1"
    assert told["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    digests = {one["name"]: one["digest"]["sha256"] for one in told["subject"]}
    for name in (JOURNAL, SEAL):
        data = (shelf / place / name).read_bytes()
        assert digests[name] == hashlib.sha256(data).hexdigest()
    predicate = told["predicate"]
    assert predicate["result"] == "FAILED"
    assert "PILE-INSP-01::enclosure" in predicate["failedTests"]
    lists = [set(predicate[name]) for name in ("passedTests", "warnedTests", "failedTests")]
    lists.append(set(predicate["charging-harness:undecidedTests"]))
    assert all(lists), "the sample has some of each"
    assert len(set.union(*lists)) == sum(map(len, lists))
    assert "PILE-INSP-01::communication" in lists[3], "the bench failed there, not the device"
    names = set.union(*lists)
    assert "PILE-INSP-01::conclusion" not in names, "that is the candidate's, not the device's"
    assert predicate["configuration"][0]["digest"]["sha256"]


@pytest.mark.parametrize(
    ("verdicts", "ending", "result"),
    [
        ({"a": Verdict.PASS}, "completed", "PASSED"),
        ({"a": Verdict.PASS, "b": Verdict.CONDITIONAL_PASS}, "completed", "WARNED"),
        ({"a": Verdict.PASS, "b": Verdict.INCONCLUSIVE}, "completed", "WARNED"),
        ({"a": Verdict.PASS}, "stopped", "WARNED"),
        ({"a": Verdict.PASS, "b": Verdict.CONDITIONAL_FAIL}, "completed", "FAILED"),
        ({"a": Verdict.ERROR}, "completed", "FAILED"),
        ({}, "completed", "FAILED"),
    ],
)
def test_the_result_of_a_run(
    verdicts: dict[str, Verdict], ending: str, result: str, shelf: Path, tmp_path: Path
) -> None:
    from device_runs import write_device_run  # noqa: PLC0415

    write_device_run(tmp_path / "a", verdicts, Ending(ending))
    Store(str(shelf), str(shelf / "store.db")).add(tmp_path / "a")
    (told,) = json.loads(export(shelf, "in-toto").stdout)
    assert told["predicate"]["result"] == result


def test_a_signed_attestation(shelf: Path) -> None:
    put(shelf, "a")
    (plain,) = json.loads(export(shelf, "in-toto").stdout)
    (envelope,) = json.loads(export(shelf, "in-toto", "--sign").stdout)
    payload = base64.b64decode(envelope["payload"])
    assert json.loads(payload) == plain
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    public = station_key().public_key()
    public.verify(signature, pae("application/vnd.in-toto+json", payload))
    with pytest.raises(InvalidSignature):
        public.verify(signature, pae("application/vnd.in-toto+json", payload + b" "))


@pytest.mark.parametrize("kind", ["xapi", "in-toto"])
def test_nothing_altered_goes_out(kind: str, shelf: Path) -> None:
    places = [put(shelf, name, day=day) for day, name in enumerate("ab")]
    modbus = shelf / places[0] / "modbus.jsonl"
    modbus.write_bytes(b"{}\n")
    done = export(shelf, kind, "--home", HOME)
    assert done.exit_code == 1
    assert f"{places[0]}: altered: modbus.jsonl:1" in done.stderr
    assert json.loads(done.stdout)


def test_tables(shelf: Path, tmp_path: Path) -> None:
    write_sample(tmp_path / "a")
    Store(str(shelf), str(shelf / "store.db")).add(tmp_path / "a")
    put(shelf, "b", candidate="C-1")
    rows = {}
    for name in ("runs", "steps", "checks"):
        target = tmp_path / f"{name}.csv"
        done = export(shelf, "csv", "--table", name, "-o", str(target))
        assert done.exit_code == 0
        text = target.read_bytes().decode("utf-8-sig")
        rows[name] = list(csv.DictReader(io.StringIO(text)))
        assert f"({len(rows[name])})" in done.output
    assert [row["candidate"] for row in rows["runs"]] == ["T-104", "C-1"]
    assert rows["runs"][0]["procedures"] == "PILE-INSP-01"
    assert {row["step"] for row in rows["steps"]} >= {"say-0", "enclosure", "conclusion"}
    judged = [row for row in rows["checks"] if row["quantity"] == "response_time_p95"]
    assert [(row["value"], row["unit"], row["verdict"]) for row in judged] == [
        ("0.012", "s", "pass")
    ]
    done = export(shelf, "csv", "-o", str(tmp_path))
    assert done.exit_code == 2
