"""Pause, technical stop and overtime of one exam, from the desk to the score and the sheet."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from exam_help import COMPETENT, held, prepared

from harness.assess.result import Score
from harness.assess.review import Review
from harness.assess.score import score
from harness.assess.sheet import Sheet, build_sheet
from harness.assess.sheet_html import render_sheet
from harness.assess.sheet_table import as_csv
from harness.events import ClockNoted
from harness.evidence.read import Entry, read_journal
from harness.evidence.verify import verify
from harness.text import Language

Held = tuple[Sequence[Entry], Score, Sheet]
LIMIT, THINKS, PAUSE = 120.0, 150.0, 120.0
"""Seconds: time allowed, one slow answer, and what a script lets a pause last."""
SHOWN: dict[Language, list[tuple[str, str, str]]] = {
    "zh": [
        ("准备", "K-017", "–"),
        ("操作", "K-017", "–"),
        ("考评员暂停", "R-02", "检查接线"),
        ("操作", "R-02", "–"),
        ("技术故障停时", "程序", "步骤 lamp"),
        ("操作", "R-00", "–"),
        ("超时", "计时器", "规定时间已到"),
    ],
    "en": [
        ("Preparation", "K-017", "–"),
        ("Working time", "K-017", "–"),
        ("Pause by the assessor", "R-02", "检查接线"),
        ("Working time", "R-02", "–"),
        ("Technical stop", "harness", "step lamp"),
        ("Working time", "R-00", "–"),
        ("Overtime", "clock", "the time limit was reached"),
    ],
}


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """A referee pauses at one step, the harness fails at the next, and the candidate is slow."""
    given = COMPETENT["steps"]
    assert isinstance(given, dict)
    steps = {
        **given,
        "enclosure": {"tools": ["pause R-02 检查接线"]},
        "supply-voltage": {**given["supply-voltage"], "takes": f"{THINKS:g} s"},
    }
    exam = prepared(
        tmp_path_factory.mktemp("late"), script={"takes": "10 s", "steps": steps},
        minutes=LIMIT / 60, overtime="10 min, per_minute: 2",
    )  # fmt: skip
    plan = exam.request.plans[0]
    at = next(n for n, one in enumerate(plan.steps) if one.model.id == "lamp")

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a mistake of the harness")

    action = replace(plan.steps[at].action, function=broken)
    plan.steps[at] = replace(plan.steps[at], action=action)
    folder = held(exam).folder
    entries = read_journal(folder)
    found = score(entries, exam.scenario.scheme)
    sheet = build_sheet(entries, found, Review(), verify(folder), exam.scenario.scheme)
    assert sheet.check.exit_code == 0
    return entries, found, sheet


def test_the_ledger_is_complete_and_adds_up(late: Held) -> None:
    entries, _, sheet = late
    noted = [(one.t, one.event) for one in entries if isinstance(one.event, ClockNoted)]
    assert len(sheet.ledger) == len(noted) - 1 and noted[-1][1].phase == "ended"
    # No gap and no overlap: each phase lasts until the next begins.
    lengths = [one.seconds or 0.0 for one in sheet.ledger]
    assert sum(lengths) == pytest.approx(noted[-1][0] - noted[0][0])
    assert sheet.seconds("referee_pause") == pytest.approx(PAUSE)
    assert sheet.seconds("technical_stop") == pytest.approx(PAUSE)
    # Neither counts: the alarm rang when just the time allowed had been worked.
    assert sheet.seconds("working") == pytest.approx(LIMIT)


def test_the_score_counts_what_was_worked_and_takes_off_what_was_late(late: Held) -> None:
    _, found, sheet = late
    over = sheet.seconds("overtime")
    assert over is not None and 60 < over < 120
    assert found.overtime_seconds == pytest.approx(over)
    assert found.overtime_deducted == 4.0  # two minutes begun, 2 % each
    assert found.total == 96.0
    (module,) = found.modules
    assert module.seconds == pytest.approx(LIMIT + over)
    assert found.harness_errors == ["PILE-INSP-01::lamp"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sheet_and_table_say_who_why_and_how_long(late: Held, language: Language) -> None:
    _, found, sheet = late
    page = render_sheet(sheet, language)
    heading = {"zh": "计时", "en": "Clock"}[language]
    table = page.partition(f"<h2>{heading}</h2>")[2].partition("</table>")[0]
    lines = [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in table.split("<tr>")[2:]]
    assert [(row[0], row[3], row[4]) for row in lines] == SHOWN[language]
    said = [row[2] for row in lines]
    assert said == [_clock(one.seconds) for one in sheet.ledger]
    assert said[2] == said[4] == "2:00"
    over = _clock(found.overtime_seconds)
    assert said[6] == over
    (late_row,) = [row for row in page.split("<tr>") if 'colspan="3"' in row and over in row]
    assert "−4" in late_row
    rows = list(csv.reader(io.StringIO(as_csv(sheet, language).decode("utf-8-sig"))))
    assert [
        (row[2], row[8] or "–", row[7] or "–", row[3]) for row in rows if row[0] == heading
    ] == [(*one, length) for one, length in zip(SHOWN[language], said, strict=True)]


def _clock(seconds: float | None) -> str:
    """Minutes and seconds, counted by hand."""
    assert seconds is not None
    minutes, rest = divmod(int(seconds + 0.5), 60)
    return f"{minutes}:{rest:02d}"
