"""What a workbook and a code of the score sheet hold, read back by other programs than ours."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from openpyxl import load_workbook
from review_help import whole_review
from sample_exam import sample_score, scheme, write_exam

from harness.assess import sheet_words as words
from harness.assess.result import digest
from harness.assess.review import read_review
from harness.assess.sheet import Sheet, build_sheet
from harness.assess.sheet_html import render_sheet
from harness.assess.sheet_table import as_xlsx, columns
from harness.evidence.chain import line_hash, split_lines
from harness.evidence.keys import short
from harness.evidence.layout import JOURNAL, REVIEW
from harness.evidence.read import read_journal
from harness.evidence.verify import verify
from harness.text import Language

_PATH = re.compile(r'<path stroke="#000" d="([^"]+)"')
_MOVE = re.compile(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?")
_PIXELS = 4
"""Of each module of a code, as a camera would see it."""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    folder = write_exam(tmp_path / "run")
    whole_review(folder)
    return folder


def sheet_of(run: Path) -> Sheet:
    return build_sheet(read_journal(run), sample_score(), read_review(run), verify(run), scheme())


def heads(run: Path) -> tuple[str, str]:
    """Hashes of the last lines of journal and review, from the files themselves."""
    found = [line_hash(split_lines((run / name).read_bytes())[0][-1]) for name in (JOURNAL, REVIEW)]
    return found[0], found[1]


def decoded(page: str) -> str:
    """The text of the code in a page: its strokes drawn, and read by a reader of bar codes."""
    (path,) = _PATH.findall(page)
    match = re.search(r'viewBox="0 0 (\d+) (\d+)"', page)
    assert match is not None
    image = np.full((int(match[2]), int(match[1])), 255, np.uint8)
    x = y = 0.0
    for what, first, second in _MOVE.findall(path):
        if what == "h":
            image[int(y), int(x) : int(x + float(first))] = 0
        x = float(first) + (x if what != "M" else 0.0)
        if what != "h":
            y = float(second) + (y if what != "M" else 0.0)
    found = zxingcpp.read_barcodes(image.repeat(_PIXELS, 0).repeat(_PIXELS, 1))
    (code,) = found
    assert code.format == zxingcpp.BarcodeFormat.QRCode and code.valid
    return code.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reader_of_codes_finds_the_heads_of_run_and_review(run: Path, language: Language) -> None:
    sheet = sheet_of(run)
    page = render_sheet(sheet, language)
    held = dict(line.split(" ", 1) for line in decoded(page).splitlines())
    head, review = heads(run)
    assert held == {
        "run": sheet.score.run_id, "head": head, "review": review,
        "score": digest(sheet.score), "total": "62.5",
    }  # fmt: skip
    # What people read beside it is the same.
    assert short(head) in page and short(review) in page
    assert verify(run).head == head


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_cell_of_the_workbook_is_what_the_score_says(run: Path, language: Language) -> None:
    sheet = sheet_of(run)
    score = sheet.score
    page = load_workbook(io.BytesIO(as_xlsx(sheet, language))).active
    assert page is not None
    top, *cells = [list(row) for row in page.iter_rows(values_only=True)]
    assert top == columns(language)
    by_id: dict[str, list[object]] = {}
    for row in cells:
        by_id.setdefault(str(row[1]), row)
    assert by_id["total"][4:6] == [100, 62.5]
    assert by_id["total"][2] == words.PASSED[True].get(language)
    head, review = heads(run)
    facts = {
        "candidate": score.candidate, "run": score.run_id, "run head": head, "review head": review,
        "conditional": "supply-voltage", "harness errors": "meter-reading",
        "scheme": f"{score.scheme} {score.scheme_sha256}",
    }  # fmt: skip
    assert {name: by_id[name][7] for name in facts} == facts
    remarks = " ".join(one.get(language) for one in sheet.check.notes)
    assert (by_id["remarks"][7] or "") == remarks
    (module,) = score.modules
    assert by_id[module.id][4:6] == [module.max, module.marks]
    aspects = [one for criterion in module.criteria for one in criterion.aspects]
    assert len(aspects) == 3
    for one in aspects:
        row = by_id[one.id]
        assert row[2:7] == [one.title.get(language), one.type, one.max, one.marks, one.computed]
        assert row[7] == one.reason.get(language)
        assert (row[9] or "") == " ".join(str(line) for line in one.lines)
        for code, mark in one.entered.items():
            assert f"{code}: {mark}" in str(row[8])
    for off in module.deductions:
        row = by_id[off.id]
        assert row[2:4] == [off.title.get(language), "D"]
        assert row[5] == (0 if off.waived_by else -off.marks)
        assert row[7] == off.reason.get(language)
        assert str(off.waived_by or off.entered_by) in str(row[8])
    (veto,) = score.vetoes
    assert by_id[veto.id][2] == veto.title.get(language)
    assert by_id[veto.id][7] == veto.reason.get(language) and by_id[veto.id][9] == "10"
    assert by_id[veto.id][8] == f"{words.DECISIONS['rejected'].get(language)} A-07 V-3: 9"
    # The clock: which phase, how long, by whom and why.
    titles = [one.get(language) for one in words.PHASES.values()]
    clock = [row for row in cells if row[2] in titles]
    assert [(row[1], row[3], row[7] or "", row[8] or "") for row in clock] == [
        (one.phase, words.duration(one.seconds), one.why, one.by) for one in sheet.ledger
    ]
    signed = [row for row in cells if row[1] in ("A-07", "A-09")]
    assert [(row[1], row[5], row[7]) for row in signed] == [
        (one.code, 62.5, one.utc) for one in sheet.signatures
    ]
    # Nothing else stands in it.
    rest = len(sheet.instruments) + len(clock) + len(signed)
    known = 1 + 15 + 1 + len(aspects) + len(module.deductions) + 1
    assert len(cells) == known + rest
