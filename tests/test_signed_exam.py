"""One exam from the candidate's first answer to the signed sheet, and whatever is altered then."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from scripted_candidates import CARELESS, CASTINGS, QUICK
from skill_runs import write_run

from harness.cli.root import ROOT
from harness.evidence import keyring
from harness.evidence.layout import JOURNAL, REVIEW, SEAL
from harness.evidence.verify import verify

WORDS = {"A-07": "seven red lamps", "A-09": "nine blue wires"}


def call(*words: object, expected: int = 0) -> str:
    result = CliRunner().invoke(ROOT, [str(word) for word in words])
    assert result.exit_code == expected, result.output
    return result.output


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys of the station and of two assessors, and the exam that they signed."""
    place = tmp_path_factory.mktemp("signed")
    one = next(
        one for one in CASTINGS if (one.who, one.scenario) == (CARELESS, "pile-repair-and-release")
    )
    script = place / "candidate.yaml"
    script.write_text(json.dumps({**QUICK, "steps": one.steps}), "utf-8")
    run = place / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_KEYS", str(place / "keys"))
        phrases = {}
        for code, words in WORDS.items():
            keyring.new_key(code, words, place / "keys")
            phrases[code] = place / f"{code}.txt"
            phrases[code].write_text(words, "utf-8")
        call(
            "exam", "start", one.scenario, "--candidate", "K-017", "--script", script,
            "--case", one.case, "--seed", 5, "--out", run, "--lang", "en",
        )  # fmt: skip

        def by(code: str, what: str, *more: object, expected: int = 0) -> str:
            return call(
                "review", what, run, *more, "--as", code, "--passphrase-file", phrases[code],
                "--lang", "en", expected=expected,
            )  # fmt: skip

        by("A-07", "open")
        by("A-07", "mark", "report-clear", 1)
        by("A-07", "mark", "record-kept", 2, "--note", "units are missing")
        by("A-07", "lock")
        # Nobody signs before all have marked, and what is locked is shown to nobody else yet.
        assert "units are missing" not in by("A-09", "show")
        by("A-07", "sign", expected=2)
        by("A-09", "mark", "report-clear", 1)
        by("A-09", "mark", "record-kept", 3)
        by("A-09", "lock")
        assert "total 64, not passed" in by("A-07", "sign")
        by("A-09", "sign")
    return place


@pytest.fixture
def bundle(signed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = Path(shutil.copytree(signed, tmp_path / "copy"))
    monkeypatch.setenv("HARNESS_KEYS", str(place / "keys"))
    return place / "run"


def test_signed_by_both_and_the_sheet_says_so(bundle: Path) -> None:
    result = verify(bundle)
    assert (result.exit_code, result.notes) == (0, [])
    assert result.review is not None and result.review.signed_off
    for lang, words in (
        ("zh", ("K-017", "64", "检修后投运", "A-07", "A-09", "模拟")),
        ("en", ("K-017", "64", "Repaired and back to service", "A-07", "A-09", "simulated")),
    ):
        call("review", "sheet", bundle, "--lang", lang)
        html = (bundle / f"sheet.{lang}.html").read_text("utf-8")
        for word in words:
            assert word in html, (lang, word)
    assert verify(bundle).exit_code == 0  # sheets are derived
    # The same marks from the record alone, as on another machine years later.
    assert "64" in call("score", bundle, "--recompute", "--lang", "en")


def test_a_listing_of_the_store_shows_the_score(bundle: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    place = ("--bundles", shelf)

    def listed(words: str, lang: str, *where: object) -> bool:
        said = call("store", "find", *(where or place), "--lang", lang)
        return "".join(words.split()) in "".join(said.split())

    call("store", "add", bundle, *place)
    write_run(tmp_path / "plain")
    call("store", "add", tmp_path / "plain", *place)
    exam, plain = (
        json.loads(call("store", "find", "--mode", mode, *place, "--json"))[0]
        for mode in ("exam", "run")
    )
    assert exam["score"] == {"total": 64.0, "max": 100.0, "passed": False, "signed": 2}
    assert plain["score"] is None
    assert listed("score 64/100 not passed (signed by 2)", "en")
    assert listed("得分 64/100 不合格（2 人签名）", "zh")
    said = call("store", "find", *place, "--lang", "en")
    assert said.count("score") == 1
    # Elsewhere, where not the whole bundle is fetched:
    memory = (f"memory://{tmp_path.name}", "--index", tmp_path / "other.db")
    call("store", "add", bundle, "--bundles", *memory)
    assert listed("score 64/100 not passed (signed by 2)", "en", "--bundles", *memory)
    # The review goes on where the bundle lies: the listing is never behind it.
    review = shelf / exam["place"] / REVIEW
    review.write_bytes(b"".join(review.read_bytes().splitlines(keepends=True)[:-1]))
    assert listed("(signed by 1)", "en")
    review.unlink()
    assert listed("score open", "en") and listed("得分未定", "zh")
    (shelf / exam["place"] / JOURNAL).write_bytes(b"")
    call("store", "rebuild", *place, expected=1)
    assert "score" not in call("store", "find", *place, "--lang", "en")


def test_the_record_of_skills_takes_the_signed_score(bundle: Path) -> None:
    asked = ("skills", "record", bundle, "--candidate", "K-017", "--json")
    rows = json.loads(call(*asked))["rows"]
    (found,) = [row for row in rows if row["id"] == "P-2.4.3"]
    assert [run["score"]["total"] for run in found["evidence"]] == [64]
    # A review that was taken away is missed.
    (bundle / "review.jsonl").unlink()
    shown = json.loads(call(*asked, expected=1))
    assert [one["altered"] for one in shown["refused"]] == [True]


Change = Callable[[Path], None]


def replaced(name: str, old: bytes, new: bytes) -> Change:
    """In the first file of that name, some bytes for others of the same number."""

    def change(bundle: Path) -> None:
        file = next(path for path in sorted(bundle.parent.rglob(name)) if path.is_file())
        data = file.read_bytes()
        assert old in data and len(old) == len(new) and old != new, (file, data[:300])
        file.write_bytes(data.replace(old, new, 1))

    return change


def cut(name: str) -> Change:
    """The last line of a file is gone."""

    def change(bundle: Path) -> None:
        file = bundle / name
        lines = file.read_bytes().splitlines(keepends=True)
        file.write_bytes(b"".join(lines[:-1]))

    return change


def gone(name: str) -> Change:
    return lambda bundle: (bundle / name).unlink()


def swapped_lines(name: str) -> Change:
    def change(bundle: Path) -> None:
        file = bundle / name
        lines = file.read_bytes().splitlines(keepends=True)
        lines[2], lines[3] = lines[3], lines[2]
        file.write_bytes(b"".join(lines))

    return change


def other_key(bundle: Path) -> None:
    """The key by which this station knows A-07 is put in place of that of A-09."""
    assessors = bundle.parent / "keys" / "assessors"
    shutil.copy(assessors / "A-07.pub", assessors / "A-09.pub")


def revealed_key(bundle: Path) -> None:
    """Another key in `exam_opened` than the one that the exam had committed to."""
    file = bundle / JOURNAL
    lines = file.read_bytes().splitlines(keepends=True)
    (at,) = [n for n, line in enumerate(lines) if json.loads(line)["event"] == "exam_opened"]
    key = json.loads(lines[at])["key"]
    lines[at] = lines[at].replace(key.encode(), key[::-1].encode())
    file.write_bytes(b"".join(lines))


CHANGES: dict[str, tuple[Change, str]] = {
    "journal: another answer": (replaced(JOURNAL, b'"coarse-meter"', b'"meter-creep!"'), JOURNAL),
    "journal: the last line is gone": (cut(JOURNAL), JOURNAL),
    "journal: lines in another order": (swapped_lines(JOURNAL), JOURNAL),
    "journal: another key for what was withheld": (revealed_key, JOURNAL),
    "capture: another byte": (replaced("modbus.jsonl", b'"n":2', b'"n":3'), "modbus.jsonl"),
    "capture: the last line is gone": (cut("modbus.jsonl"), "modbus.jsonl"),
    "capture: gone": (gone("modbus.jsonl"), "modbus.jsonl"),
    "scheme: more marks": (
        replaced("weighted-tasks.yaml", b"max: 30", b"max: 90"), "weighted-tasks.yaml",
    ),
    "scenario's procedure": (replaced("PILE-INSP-01.yaml", b"25", b"95"), "PILE-INSP-01.yaml"),
    "seal": (replaced(SEAL, b'"', b"'"), SEAL),
    "seal: gone": (gone(SEAL), REVIEW),  # what was signed has nothing to rest on
    "marks: another line": (replaced(REVIEW, b'"total":64', b'"total":94'), REVIEW),
    "marks: in another order": (swapped_lines(REVIEW), REVIEW),
    "marks: a signature is gone": (cut(REVIEW), REVIEW),
    "marks: all gone": (gone(REVIEW), REVIEW),
    "keys: one assessor's for another's": (other_key, REVIEW),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_altered_is_found(bundle: Path, what: str) -> None:
    change, file = CHANGES[what]
    change(bundle)
    result = verify(bundle)
    assert result.exit_code != 0, what
    said = call("evidence", "verify", bundle, "--lang", "en", expected=result.exit_code)
    assert file in "".join(said.split()), said
