"""`harness score`: the table in both languages, JSON, recomputing, and what it says of mistakes."""

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import msgspec
import pytest
from benchkit import run_procedure
from click.testing import CliRunner, Result
from exam_events import Exam

from harness.assess import recorded
from harness.assess.entries import (
    AnyReviewEntry,
    Locked,
    Marked,
    Overridden,
    SignedOff,
    Withdrawn,
)
from harness.assess.recorded import claims, scheme_for
from harness.assess.result import digest
from harness.assess.scheme_file import load_scheme
from harness.assess.score import score
from harness.cli.root import ROOT
from harness.errors import EvidenceError, UsageError
from harness.evidence.read import read_journal
from harness.text import Text

WHEN = "2026-01-05T02:00:00+00:00"


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inspected")
    return run_procedure(folder, "PILE-INSP-01").result.folder


@pytest.fixture(scope="module")
def repaired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repaired")
    options: dict[str, Any] = {"faults": ["pe-open"], "energise": True}
    return run_procedure(folder, "PILE-FAULT-01", **options).result.folder


def _call(*arguments: object, lang: str = "en") -> Result:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(ROOT, ["score", *words, "--lang", lang])


def test_a_clean_run_by_the_deduction_scheme(inspected: Path) -> None:
    shown = _call(inspected, "--scheme", "deduction")
    assert shown.exit_code == 0
    assert "Total 100 / 100  passed" in shown.stdout
    assert "60 / 60" in shown.stdout and "journal line" in shown.stdout
    zh = _call(inspected, "--scheme", "deduction", lang="zh").stdout
    assert "总分 100 / 100  合格" in zh
    assert "Total" not in zh and "journal" not in zh


def test_what_is_open_is_listed(repaired: Path) -> None:
    shown = _call(repaired, "--scheme", "fixed-blocks", lang="zh")
    assert shown.exit_code == 3
    assert "总分 – / 100  未定" in shown.stdout
    assert "待定:" in shown.stdout and "评分项 explained" in shown.stdout
    assert "已锁定 0 人，应有 2 人" in shown.stdout


def test_json_is_the_score_with_its_digest(inspected: Path) -> None:
    page = json.loads(_call(inspected, "--scheme", "deduction", "--json").stdout)
    loaded = load_scheme("deduction")
    found = score(read_journal(inspected), loaded)
    assert page["sha256"] == digest(found)
    assert page["score"]["total"] == found.total == 100
    assert page["score"]["scheme_sha256"] == loaded.sha256


def test_mistakes(inspected: Path, tmp_path: Path) -> None:
    assert _call(inspected).exit_code == 2
    assert "the record names no scheme" in _call(inspected).stderr
    assert "没有指明评分方案" in _call(inspected, lang="zh").stderr
    assert _call(inspected, "--scheme", "deductions").exit_code == 2
    assert "deduction" in _call(inspected, "--scheme", "deductions").stderr
    assert _call(tmp_path, "--scheme", "deduction").exit_code == 2
    bad = tmp_path / "bad.yaml"
    bad.write_text("scheme: bad\ntitle: {zh: 坏, en: Bad}\n", encoding="utf-8")
    shown = _call(inspected, "--scheme", bad)
    assert shown.exit_code == 2 and f"{bad}:1:1: 'shape' is missing" in shown.stderr


def test_the_score_of_an_altered_record_is_not_to_be_relied_on(
    inspected: Path, tmp_path: Path
) -> None:
    forged = copytree(inspected, tmp_path / "forged")
    journal = forged / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"normal"', b'"damage"', 1))
    shown = _call(forged, "--scheme", "deduction")
    assert shown.exit_code == 1 and "has been altered" in shown.stderr
    assert (
        json.loads(_call(inspected, "--scheme", "deduction", "--json").stdout)["altered"] is False
    )


# Recomputing


def _reviewed() -> list[AnyReviewEntry]:
    found: list[AnyReviewEntry] = []
    for by in ("A", "B"):
        for name in ("instruments-used", "explained"):
            found.append(Marked(by=by, utc=WHEN, aspect=name, mark=2))
        found.append(Locked(by=by, utc=WHEN))
    return found


def _signed(folder: Path, reviews: list[AnyReviewEntry], **change: Any) -> SignedOff:
    now = score(read_journal(folder), load_scheme("fixed-blocks"), reviews)
    assert now.total is not None
    told: dict[str, Any] = {
        "meaning": Text("确认", "approved"), "total": now.total, "passed": now.passed,
        "score_sha256": digest(now), "review_head": "0" * 64, **change,
    }  # fmt: skip
    return SignedOff(by="A", utc=WHEN, **told)


def test_signed_scores_are_computed_again(repaired: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reviews = _reviewed()
    reviews.append(_signed(repaired, reviews))
    kept = {repaired: reviews}
    monkeypatch.setattr("harness.cli.score.reviews_of", lambda folder: kept[folder])
    call = ("--scheme", "fixed-blocks", "--recompute")
    shown = _call(repaired, *call)
    assert shown.exit_code == 0, shown.stdout
    assert "computed again, the same" in shown.stdout
    # A mark that was changed afterwards: the score stays as signed, the signed one as it was.
    over = Overridden(by="A", utc=WHEN, aspect="in-time", marks=0, reason="r")
    kept[repaired] = [*reviews, over]
    assert _call(repaired, *call).exit_code == 0
    kept[repaired] = [over, *reviews]
    shown = _call(repaired, *call, lang="zh")
    assert shown.exit_code == 1
    assert "不一致" in shown.stdout
    page = json.loads(_call(repaired, *call, "--json").stdout)
    (one,) = page["recomputed"]
    assert one["same"] is False and one["signed"] != one["computed"]


def test_without_a_signature_there_is_nothing_to_compare(inspected: Path) -> None:
    shown = _call(inspected, "--scheme", "deduction", "--recompute")
    assert shown.exit_code == 0 and "no signed score" in shown.stdout


def test_a_withdrawn_signature_claims_nothing(repaired: Path) -> None:
    reviews = _reviewed()
    reviews.append(_signed(repaired, reviews))
    (one,) = claims(reviews)
    assert one.before == tuple(reviews[:-1])
    assert claims([*reviews, Withdrawn(by="B", utc=WHEN, reason="r")]) == claims(reviews)
    assert claims([*reviews, Withdrawn(by="A", utc=WHEN, reason="r")]) == []


def test_a_folder_without_a_review_has_no_entries(inspected: Path) -> None:
    assert recorded.reviews_of(inspected) == []


# Which scheme


def test_the_scheme_of_the_exam_and_no_other(tmp_path: Path) -> None:
    entries = Exam().end()
    with pytest.raises(UsageError):
        scheme_for(tmp_path, entries[:2], [], None)
    with pytest.raises(UsageError, match="no scheme is called 't'"):
        scheme_for(tmp_path, entries, [], None)
    started = entries[2]
    named = msgspec.structs.replace(started.event, scheme="deduction")  # type: ignore[type-var]
    entries[2] = started._replace(event=named)
    with pytest.raises(EvidenceError, match="the exam had a scheme deduction of 000000000000"):
        scheme_for(tmp_path, entries, [], None)
    loaded = load_scheme("deduction")
    right = msgspec.structs.replace(named, scheme_sha256=loaded.sha256)  # type: ignore[type-var]
    entries[2] = started._replace(event=right)
    assert scheme_for(tmp_path, entries, [], None).sha256 == loaded.sha256
