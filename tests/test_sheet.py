"""The score sheet: everything on it, in both languages, safe to open, with a code that reads."""

import csv
import io
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
from openpyxl import load_workbook
from review_help import add, opened, sign_off, trusted, whole_review
from sample_exam import A, B, sample_score, scheme, write_exam
from sample_record import write_sample

from harness.assess import review as reviews
from harness.assess.entries import Commented, SignedOff
from harness.assess.result import Score, digest
from harness.assess.review import read_review
from harness.assess.sheet import Sheet, build_sheet
from harness.assess.sheet_html import qr_code, render_sheet
from harness.assess.sheet_table import as_csv, as_xlsx, columns, rows
from harness.assess.sheet_words import REVOKED_SINCE, standard
from harness.evidence import keyring
from harness.evidence.keys import fingerprint, short
from harness.evidence.read import read_journal
from harness.evidence.verify import verify
from harness.report.html_words import instrument_type
from harness.text import Language, Text

NASTY = "<script>alert(1)</script> =1+1"


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))


def made(folder: Path, score: Score, *, reviewed: bool = True, simulated: bool = True) -> Sheet:
    write_exam(folder, simulated=simulated)
    if reviewed:
        whole_review(folder)
    entries = read_journal(folder)
    return build_sheet(entries, score, read_review(folder), verify(folder), scheme())


class _Words(HTMLParser):
    """The text of a page, and the tags that it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: set[str] = set()
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.text.append(data)


def words(page: str) -> str:
    parser = _Words()
    parser.feed(page)
    return " ".join(" ".join(parser.text).split())


EXPECTED: dict[Language, list[str]] = {
    "zh": [
        "实操考核成绩单", "模拟设备", "C-17", "pile-evening-call 版本 3", "62.5", "合格",
        "场地整洁", "A-07: 2，A-09: 3；相差 1",
        "A-07: 1，A-09: 3；相差 2", "机器评分 10，由 A-07 改为 14",
        "工具跌落", "记录人 A-09", "免除：A-07", "带电作业", "终止考试", "驳回", "supply-voltage",
        "meter-reading", "考评员暂停", "接线检查", "2:30", "红外测温仪", "已过期", "在有效期内",
        "2023",
        "不是法定计量检定", "完整，已封存", "运行校验值", "复核校验值", "亲笔签名", "考生",
        "必过项",
        "A-07：1 → 2; heard it again", "确认",
    ],
    "en": [
        "Score sheet of a practical exam", "SIMULATED DEVICES", "C-17",
        "pile-evening-call version 3",
        "62.5", "Passed", "Tidy place of work", "A-07: 2, A-09: 3; spread 1", "spread 2",
        "machine 10, changed by A-07 to 14", "A tool was dropped", "entered by A-09",
        "waived by A-07",
        "Work on live parts", "exam ended", "rejected", "supply-voltage", "meter-reading",
        "Pause by the assessor", "wiring check", "2:30", "infrared thermometer", "OUT OF DATE",
        "in date", "no legal verification", "Intact and sealed", "Run head", "Review head",
        "By hand", "Candidate", "(must pass)", "A-07: 1 → 2; heard it again", "confirmed",
    ],
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_is_on_it(tmp_path: Path, language: Language) -> None:
    sheet = made(tmp_path / "run", sample_score())
    page = render_sheet(sheet, language)
    said = words(page)
    for expected in EXPECTED[language]:
        assert expected in said, expected
    for key in (A, B):
        assert short(fingerprint(key.public_key())) in said
    assert short(sheet.check.head) in said
    assert short(sheet.review.head) in said
    assert page == render_sheet(sheet, language)
    other = {"zh": r"[A-Za-z ]{40,}", "en": r"[\u4e00-\u9fff]{8,}"}[language]
    rest = said.replace("harness evidence verify", "")
    assert not re.search(other, rest), re.search(other, rest)


def test_it_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write_exam(folder)
    opened(folder)
    add(folder, Commented(by="A-07", utc=reviews.now(), text=NASTY), A)
    score = msgspec.structs.replace(sample_score(), pending=[NASTY], why=Text(NASTY, NASTY))
    sheet = build_sheet(read_journal(folder), score, read_review(folder), verify(folder))
    page = render_sheet(sheet, "en")
    parser = _Words()
    parser.feed(page)
    assert "script" not in parser.tags
    assert "link" not in parser.tags
    assert not re.search(r"(?:src|href)\s*=|url\(|@import", page)
    assert NASTY in words(page)
    nasty = msgspec.structs.replace(score, candidate='"; } body { display: none')
    named = build_sheet(read_journal(folder), nasty, sheet.review, sheet.check)
    style = render_sheet(named, "en").partition("<style>")[2].partition("</style>")[0]
    assert "body { display: none" not in style


def test_real_devices_are_said_to_be_real(tmp_path: Path) -> None:
    sheet = made(tmp_path / "run", sample_score(simulated=False), simulated=False)
    assert sheet.reality == "real"
    said = words(render_sheet(sheet, "en"))
    assert "Real devices" in said
    assert "SIMULATED" not in said


def test_what_is_open_is_open(tmp_path: Path) -> None:
    sheet = made(tmp_path / "run", sample_score(open_=True), reviewed=False)
    said = words(render_sheet(sheet, "en"))
    waits = "Handing over (marks too far apart), Work on live parts (veto not decided), fees"
    assert f"Still to be decided: {waits}" in said
    assert "to be decided" in said
    assert "62.5" not in said
    assert said.count("Assessor") >= 2  # lines to sign on


def test_a_score_that_was_not_signed_is_told_from_one_that_was(tmp_path: Path) -> None:
    same = made(tmp_path / "run", sample_score())
    assert same.signed_total
    assert "has changed since" not in words(render_sheet(same, "en"))
    changed = msgspec.structs.replace(sample_score(), total=63.0)
    other = build_sheet(read_journal(tmp_path / "run"), changed, same.review, same.check, scheme())
    assert not other.signed_total
    assert "has changed since it was signed" in words(render_sheet(other, "en"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_key_that_was_revoked_after_signing_is_a_condition(
    tmp_path: Path, language: Language
) -> None:
    before = made(tmp_path / "run", sample_score())
    conditional = REVOKED_SINCE.get(language)
    assert conditional not in words(render_sheet(before, language))
    assert conditional not in as_csv(before, language).decode()
    trusted(tmp_path / "keys", "A-09", B)
    gone = keyring.revoke("A-09", "passphrase seen by others")
    check = verify(tmp_path / "run")
    after = build_sheet(
        read_journal(tmp_path / "run"), sample_score(), before.review, check, scheme()
    )
    assert check.intact
    assert [one.revoked for one in after.signatures] == ["", gone.utc]
    for said in (words(render_sheet(after, language)), as_csv(after, language).decode()):
        assert said.count(conditional) == 1
        assert gone.reason in said


def test_the_code_holds_both_heads_and_the_digest(tmp_path: Path) -> None:
    sheet = made(tmp_path / "run", sample_score())
    for part in (sheet.check.head, sheet.review.head, digest(sheet.score), "total 62.5"):
        assert part in sheet.qr_text
    svg = qr_code(sheet.qr_text)
    assert svg.startswith("<svg")
    assert len(svg) < 40_000
    assert qr_code(sheet.qr_text + "0") != svg


def test_ledger(tmp_path: Path) -> None:
    sheet = made(tmp_path / "run", sample_score(), reviewed=False)
    assert [(one.phase, one.seconds) for one in sheet.ledger] == [
        ("preparation", 300), ("working", 1200), ("referee_pause", 150), ("working", 603),
    ]  # fmt: skip
    assert sheet.seconds("working") == 1803
    assert sheet.seconds("technical_stop") is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_hold_the_same(tmp_path: Path, language: Language) -> None:
    folder = tmp_path / "run"
    sheet = made(folder, sample_score())
    text = as_csv(sheet, language)
    assert text.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert found[0] == columns(language)
    by_id = {row[1]: row for row in found[1:]}
    assert by_id["total"][5] == "62.5"
    assert by_id["tidy"][3:6] == ["J", "6", "5"] or by_id["tidy"][3:6] == ["J", "6.0", "5.0"]
    assert float(by_id["named"][6]) == 10
    assert by_id["named"][9] == "11 12"
    assert float(by_id["tool-dropped"][5]) == -2
    assert float(by_id["late-gloves"][5]) == 0
    assert by_id["run head"][7] == sheet.check.head
    book = load_workbook(io.BytesIO(as_xlsx(sheet, language)))
    page = book.active
    assert page is not None
    cells = [list(row) for row in page.iter_rows(values_only=True)]
    assert len(cells) == len(found) == len(list(rows(sheet, language))) + 1
    assert {row[1]: row[5] for row in cells}["total"] == 62.5


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    score = msgspec.structs.replace(sample_score(), why=Text("=1+1", "=1+1"))
    sheet = made(tmp_path / "run", score, reviewed=False)
    assert b"'=1+1" in as_csv(sheet, "en")
    page = load_workbook(io.BytesIO(as_xlsx(sheet, "en"))).active
    assert page is not None
    types = {cell.data_type for row in page.iter_rows() for cell in row}
    assert "f" not in types
    assert "=1+1" in {cell.value for row in page.iter_rows() for cell in row}


def test_sign_off_of_the_tests_is_of_the_score() -> None:
    entry = sign_off("A-07")
    assert isinstance(entry, SignedOff)
    assert entry.score_sha256 == digest(sample_score())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_standards_and_instruments_of_a_run_are_named_in_words(
    tmp_path: Path, language: Language
) -> None:
    """The sample record judges by standards and by good practice; the shipped bench by all its
    instruments."""
    write_sample(tmp_path / "run")
    entries = read_journal(tmp_path / "run")
    sheet = build_sheet(entries, sample_score(), reviews.Review(), verify(tmp_path / "run"))
    assert "NB/T 33002-2018" in sheet.standards
    said = words(render_sheet(sheet, language))
    assert "NB/T 33002-2018" in said
    bench = (files("harness.bench") / "sim.yaml").read_text("utf-8")
    kinds = set(re.findall(r"type: (\w+_\w+|\w+meter)\b", bench))
    assert len(kinds) > 5
    for kind in kinds:
        assert instrument_type(kind).zh != kind, kind
    assert standard("practice").get(language) != "practice"
