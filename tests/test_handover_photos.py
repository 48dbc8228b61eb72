"""The photos of a handover: each view of a real car has one of its own, kept with the record."""

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure

from harness.devices.operator.terminal import TerminalOperator
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import Answered, Judged
from harness.evidence.read import read_journal
from harness.evidence.verify import verify
from harness.verdict import Verdict

PLACE = "bench: yard\ntitle: {zh: 场地, en: Yard}\ndevices: {}\n"
CAR = "bench: cars\ndevices:\n  vehicle: {simulated: true, profile: shared-ev}\n"
STEPS = """
- {id: front, title: {zh: 前, en: Front}, do: operator.view,
   with: {ask: {zh: 查看车头, en: Look at the front}, subject: view-front}}
- {id: rear, title: {zh: 后, en: Rear}, do: operator.view,
   with: {ask: {zh: 查看车尾, en: Look at the rear}, subject: view-rear}}
- {id: views, title: {zh: 视角, en: Views}, do: bench.views,
   with: {of: [front, rear]}, item: practice/handover-views}
- {id: again, title: {zh: 还车, en: Return}, do: operator.view,
   with: {ask: {zh: 再看车头, en: Look again}, subject: return-front}}
- {id: return, title: {zh: 视角, en: Views}, do: bench.views,
   with: {of: [again]}, item: practice/handover-views}
"""
PICTURES = {name: b"\xff\xd8\xff" + name.encode() for name in ("one", "two", "three")}


@pytest.fixture
def yard(tmp_path: Path) -> Path:
    (tmp_path / "yard.yaml").write_text(PLACE, encoding="utf-8")
    (tmp_path / "cars.yaml").write_text(CAR, encoding="utf-8")
    for name, data in PICTURES.items():
        (tmp_path / f"{name}.JPG").write_bytes(data)
    (tmp_path / "copy of one.jpg").write_bytes(PICTURES["one"])
    (tmp_path / "empty.jpg").write_bytes(b"")
    return write_procedure(tmp_path, STEPS)


def _from_file(yard: Path, photos: list[str], bench: str = "yard.yaml") -> Outcome:
    said = [f"  {step}: {{value: normal, photo: {photo!r}}}" if photo else f"  {step}: normal"
            for step, photo in zip(("front", "rear", "again"), photos, strict=True)]  # fmt: skip
    answers = yard.parent / "answers.yaml"
    answers.write_text("by: T-1\nanswers:\n" + "\n".join(said), encoding="utf-8")
    return run_procedure(
        yard.parent,
        yard,
        bench=str(yard.parent / bench),
        answers=answers,
        live=bench != "cars.yaml",
    )


def _typed(yard: Path, lines: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Outcome, list[str]]:
    shown: list[str] = []
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    monkeypatch.chdir(yard.parent)
    request = prepare([str(yard)], folder=yard.parent / "typed", bench="yard.yaml", live=True)
    result = execute(replace(request, operator=TerminalOperator("zh", "T-1", shown.append)), [])
    return Outcome(result, [entry.event for entry in read_journal(result.folder)]), shown


def _notes(outcome: Outcome) -> list[str]:
    return [one.measurement.note for one in outcome.of(Judged)]


@pytest.mark.parametrize(
    ("photos", "views", "returned", "note"),
    [
        (["one.JPG", "two.JPG", "three.JPG"], Verdict.PASS, Verdict.PASS, "2 of 2 views, 2 photos"),
        (["one.JPG", "", "three.JPG"], Verdict.FAIL, Verdict.PASS, "2 of 2 views, 1 photos"),
        (["one.JPG", "one.JPG", "two.JPG"], Verdict.FAIL, Verdict.PASS, "2 of 2 views, 1 photos"),
        (["one.JPG", "copy of one.jpg", "two.JPG"], Verdict.FAIL, Verdict.PASS,
         "2 of 2 views, 1 photos"),
        (["one.JPG", "two.JPG", "two.JPG"], Verdict.PASS, Verdict.FAIL, "2 of 2 views, 2 photos"),
    ],
)  # fmt: skip
def test_each_view_of_a_real_car_wants_a_photo_of_its_own(
    yard: Path, photos: list[str], views: Verdict, returned: Verdict, note: str
) -> None:
    outcome = _from_file(yard, photos)
    assert (outcome.verdicts["views"], outcome.verdicts["return"]) == (views, returned)
    assert _notes(outcome)[0] == note
    kept = {one.photo for one in outcome.of(Answered) if one.photo}
    assert {(outcome.result.folder / one).read_bytes() for one in kept} == {
        (yard.parent / one).read_bytes() for one in photos if one
    }
    assert len(kept) == len({(yard.parent / one).read_bytes() for one in photos if one})


def test_a_simulated_car_has_nothing_to_take_a_photo_of(yard: Path) -> None:
    outcome = _from_file(yard, ["", "", ""], bench="cars.yaml")
    assert (outcome.verdicts["views"], outcome.verdicts["return"]) == (Verdict.PASS, Verdict.PASS)


def test_at_the_terminal_a_photo_is_asked_for_and_kept(
    yard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, shown = _typed(
        yard,
        "1\n\none.JPG\n"
        "2\n划痕\nnowhere.jpg\nempty.jpg\n.\n\0\n'two.JPG'\n"
        "1\n\nthree.JPG\n",
        monkeypatch,
    )  # fmt: skip
    assert (outcome.verdicts["views"], outcome.verdicts["return"]) == (Verdict.PASS, Verdict.PASS)
    told = [one for one in outcome.of(Answered) if one.photo]
    assert [one.photo for one in told] == [f"attachments/photo/{step}.jpg"
                                           for step in ("front", "rear", "again")]  # fmt: skip
    for one, data in zip(told, PICTURES.values(), strict=True):
        assert (outcome.result.folder / one.photo).read_bytes() == data
    refused = [line for line in shown if "无法使用" in line]
    assert len(refused) == 4
    assert "nowhere.jpg" in refused[0]
    assert "文件是空的" in refused[1]


def test_a_photo_of_the_terminal_that_is_altered_later_is_found(
    yard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, _ = _typed(yard, "1\n\none.JPG\n1\n\ntwo.JPG\n1\n\nthree.JPG\n", monkeypatch)
    place = outcome.result.folder / "attachments" / "photo" / "rear.jpg"
    assert not verify(outcome.result.folder).altered
    place.write_bytes(place.read_bytes() + b"!")
    assert verify(outcome.result.folder).altered == ["attachments/photo/rear.jpg"]


def test_no_photo_and_the_same_one_twice_are_told_at_the_terminal(
    yard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, _ = _typed(yard, "1\n\none.JPG\n1\n\n'copy of one.jpg'\n1\n\n\n", monkeypatch)
    assert (outcome.verdicts["views"], outcome.verdicts["return"]) == (Verdict.FAIL, Verdict.FAIL)
    assert _notes(outcome) == ["2 of 2 views, 1 photos", "1 of 1 views, 0 photos"]
