"""`harness review …` as two assessors use it: commands, the guided way, the sheet."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sample_exam import SCHEME_TEXT, write_exam
from sample_record import write_sample

from harness.assess.review import read_review
from harness.cli.root import ROOT
from harness.evidence import keyring
from harness.evidence.keys import short
from harness.evidence.layout import REVIEW
from harness.evidence.verify import verify

WORDS = {"A-07": "seven red lamps", "A-09": "nine blue wires"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of both, made once: the rounds take their time."""
    folder = tmp_path_factory.mktemp("keys")
    for code, words in WORDS.items():
        keyring.new_key(code, words, folder)
    return folder


@pytest.fixture
def secrets(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    shutil.copytree(made, tmp_path / "keys")
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    found = {}
    for code, words in WORDS.items():
        found[code] = tmp_path / f"{code}.txt"
        found[code].write_text(words, "utf-8")
    return found


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_exam(tmp_path / "run")


def call(*arguments: object, lang: str = "en", typed: str | None = None) -> Result:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(ROOT, ["review", *words, "--lang", lang], input=typed)


class Assessors:
    def __init__(self, folder: Path, secrets: dict[str, Path]) -> None:
        self.folder = folder
        self.secrets = secrets

    def __call__(self, code: str, what: str, *more: object, expected: int = 0) -> str:
        result = call(
            what, self.folder, *more, "--as", code, "--passphrase-file", self.secrets[code]
        )
        assert result.exit_code == expected, result.output
        return result.output


def test_two_assessors(run: Path, secrets: dict[str, Path], tmp_path: Path) -> None:
    do = Assessors(run, secrets)
    assert "sample-two-assessors" in do("A-07", "open")
    do("A-07", "mark", "tidy", 2, "--note", "one rag on the floor")
    assert "not marked yet: Handing over (handover)" in do("A-07", "lock", expected=2)
    do("A-07", "mark", "handover", 1)
    hidden = call("show", run).output
    assert "A-07 has marked 2 aspect(s)" in hidden
    assert "one rag" not in hidden
    assert "one rag" in do("A-07", "show")
    do("A-07", "lock")
    assert "A-07 has marked 2" in do("A-09", "show")
    do("A-09", "mark", "tidy", 3)
    do("A-09", "mark", "handover", 3)
    do("A-09", "lock")
    do("A-09", "comment", "well explained", "--about", "handover")
    unsettled = do("A-09", "sign", expected=2)
    assert "Handing over (marks too far apart) (handover)" in unsettled
    assert "spread:" not in unsettled
    do("A-07", "mark", "handover", 2, expected=2)  # a reason is needed now
    do("A-07", "mark", "handover", 2, "--reason", "heard the recording again")
    head = read_review(run).head
    said = do("A-09", "comment", "ring 13800138000", expected=2)
    assert "mobile phone number" in said and "K-017" in said
    assert read_review(run).head == head
    do("A-07", "override", "named", 14, "--reason", "the circuit was named")
    do("A-09", "deduct", "tool-dropped", "--reason", "screwdriver")
    assert "no veto" in do("A-09", "veto", "x", "--reject", "--reason", "x", expected=2)
    signed = do("A-07", "sign")
    # 6 × (2/3 + 3/3)/2 = 5 each, 14 for the override, less 2, of 32
    assert "total 68.75, passed" in signed
    do("A-09", "sign")
    do("A-09", "override", "named", 20, "--reason", "late", expected=2)
    state = verify(run).review
    assert state is not None
    assert state.signed_off
    assert verify(run).notes == []
    page = json.loads(call("show", run, "--json").stdout)
    assert page["signed"] == ["A-07", "A-09"]
    assert page["head"] == state.head

    page_of = {
        lang: CliRunner().invoke(ROOT, ["score", str(run), "--lang", lang]).output
        for lang in ("zh", "en")
    }
    assert "machine 20, assessor A-07 gave 14" in page_of["en"]
    assert "the circuit was named" in page_of["en"]
    assert "机器评分 20，考评员 A-07 改为 14" in page_of["zh"]
    for lang in ("zh", "en"):
        for kind in ("html", "csv", "xlsx"):
            assert call("sheet", run, "--format", kind, lang=lang).exit_code == 0
    assert verify(run).exit_code == 0  # sheets are derived
    html = (run / "sheet.zh.html").read_text("utf-8")
    for words in ("68.75", "考生代号", "模拟设备", "不是法定计量检定", short(state.head),
                  "heard the recording again", "机器评分 20，由 A-07 改为 14",
                  "well explained"):  # fmt: skip
        assert words in html
    rows = list(csv.reader(io.StringIO((run / "sheet.en.csv").read_text("utf-8-sig"))))
    assert rows[1][5] == "68.75"
    assert [row[1] for row in rows if row[0] == "Signature"] == ["A-07", "A-09"]
    recomputed = CliRunner().invoke(ROOT, ["score", str(run), "--recompute", "--lang", "en"])
    assert recomputed.exit_code == 0, recomputed.output
    assert recomputed.output.count("the same") == 2

    do("A-09", "withdraw", "--reason", "a mark was forgotten")
    assert not (read := verify(run).review) or not read.signed_off


def test_guided(run: Path, secrets: dict[str, Path]) -> None:
    file = ("--passphrase-file", secrets["A-07"])
    # begin; tidy: a wrong answer, 3, a note; handover 2, no note; a comment; lock
    typed = "y\n7\n3\nfine\n2\n\nall in all good\ny\n"
    result = call(run, "--as", "A-07", *file, typed=typed, lang="zh")
    assert result.exit_code == 0, result.output
    assert result.output.count("1. 安全确认") == 2  # in the list, and beside its aspect
    for words in ("安全确认", "不合格", "场地整洁", "整洁且工具归位", "请输入 0、1、2 或 3",
                  "等其他考评员"):  # fmt: skip
        assert words in result.output
    file = ("--passphrase-file", secrets["A-09"])
    second = call(run, "--as", "A-09", *file, typed="2\n\n2\n\n\ny\ny\n", lang="en")
    assert second.exit_code == 0, second.output
    assert "A-07: 3" not in second.output.split("3. The score")[0]
    assert "Signed: total" in second.output
    state = verify(run).review
    assert state is not None
    assert [bool(one.signed) for one in state.reviewers] == [False, True]


def test_the_passphrase_is_asked_for(run: Path, secrets: dict[str, Path]) -> None:
    wrong = call("open", run, "--as", "A-07", typed="not it at all\n", lang="zh")
    assert wrong.exit_code == 2
    assert "口令不对" in wrong.output
    assert not (run / REVIEW).exists()
    right = call("open", run, "--as", "A-07", typed=WORDS["A-07"] + "\n")
    assert right.exit_code == 0
    assert WORDS["A-07"] not in right.output


@pytest.mark.parametrize(
    ("arguments", "zh"),
    [
        (("mark", "{run}", "tidy", "4", "--as", "A-07"), "取值不对"),
        (("mark", "{run}", "tidy", "2", "--as", "A-07"), "还没有复核"),
        (("lock", "{run}", "--as", "A-55"), "没有“A-55”的私钥"),
        (("lock", "{run}", "--as", "Li Lei"), "不是代号"),
        (("lock", "{run}/none", "--as", "A-07"), ""),
        (("open", "{run}", "--as", "A-07", "--scheme", "nothing"), "没有名为“nothing”的评分方案"),
        (("praise", "{run}"), "没有名为 'praise' 的命令"),
        (("override", "{run}", "tidy", "2", "--as", "A-07"), "缺少"),
    ],
)
def test_wrong_calls(
    run: Path, secrets: dict[str, Path], arguments: tuple[str, ...], zh: str
) -> None:
    words = [word.replace("{run}", str(run)) for word in arguments]
    if "--as" in words:
        words += ["--passphrase-file", str(secrets["A-07"])]
    result = call(*words, lang="zh")
    assert result.exit_code == 2, result.output
    assert zh in result.output
    assert not (run / REVIEW).exists()


def test_a_sheet_of_an_altered_record_says_so(run: Path, secrets: dict[str, Path]) -> None:
    Assessors(run, secrets)("A-07", "open")
    journal = run / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"lab-3", b"lab-4"))
    result = call("sheet", run)
    assert result.exit_code == 1
    page = (run / "sheet.en.html").read_text("utf-8")
    assert "record was altered; this sheet is not valid" in page


def test_a_review_holds_its_scheme(run: Path, secrets: dict[str, Path], tmp_path: Path) -> None:
    """A run without an exam names no scheme; what it was opened with stands in the review."""
    plain = tmp_path / "plain"
    write_sample(plain)
    do = Assessors(plain, secrets)
    do("A-07", "open", expected=2)
    file = tmp_path / "own.yaml"
    file.write_text(SCHEME_TEXT, "utf-8")
    do("A-07", "open", "--scheme", file)
    file.unlink()
    do("A-07", "mark", "tidy", 2)
    assert call("sheet", plain).exit_code == 0
    scored = CliRunner().invoke(ROOT, ["score", str(plain), "--json"])
    assert json.loads(scored.stdout)["score"]["scheme"] == "sample-two-assessors"
    other = tmp_path / "other.yaml"
    other.write_text(SCHEME_TEXT.replace("max: 20", "max: 30"), "utf-8")
    result = call("sheet", plain, "--scheme", other, lang="zh")
    assert result.exit_code == 2
    assert "不是开始复核时所用的评分方案" in result.output
