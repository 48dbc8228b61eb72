"""The score sheet as a table: CSV for any spreadsheet, XLSX with the extra `sheets`."""

import io
from collections.abc import Iterator

from harness.assess import sheet_words as words
from harness.assess.clock_words import clock_by, clock_why
from harness.assess.result import ModuleScore
from harness.assess.sheet import Sheet
from harness.errors import UsageError
from harness.evidence.csv_table import table
from harness.evidence.keys import short
from harness.evidence.sheet_heads import ROW as REVIEW_ROW
from harness.text import Language, Text

Row = list[object]
_COLUMNS = (
    Text("部分", "Section"),
    Text("编号", "Id"),
    Text("名称", "Name"),
    Text("类型", "Type"),
    Text("配分", "Max"),
    Text("得分", "Marks"),
    Text("机器评分", "Computed"),
    Text("依据", "Why"),
    Text("考评员", "Assessors"),
    Text("记录行", "Lines"),
)
_RESULT = Text("结果", "Result")
_DEDUCTION = Text("扣分", "Deduction")
_VETO = Text("一票否决", "Veto")
_CLOCK = Text("计时", "Clock")
_INSTRUMENT = Text("仪器", "Instrument")
_SIGNATURE = Text("签名", "Signature")
_WIDTHS = (14, 22, 34, 9, 9, 9, 11, 60, 30, 16)


def columns(language: Language) -> list[str]:
    """Names of the columns."""
    return [one.get(language) for one in _COLUMNS]


def rows(sheet: Sheet, language: Language) -> Iterator[Row]:
    """All rows: the result, modules with aspects and deductions, vetoes, clock, signatures."""

    def t(text: Text) -> str:
        return text.get(language)

    score = sheet.score
    yield _row(t(_RESULT), "total", t(words.PASSED[score.passed]), marks=score.total, top=100.0,
               why=t(score.why))  # fmt: skip
    facts = {
        "candidate": score.candidate,
        "scenario": f"{sheet.exam.scenario} {sheet.version}".strip() if sheet.exam else "",
        "scheme": f"{score.scheme} {score.scheme_sha256}",
        "reality": t(words.REALITY[sheet.reality]),
        "run": score.run_id,
        "run head": sheet.check.head,
        REVIEW_ROW: sheet.review.head if sheet.review.lines else "",
        "integrity": " ".join(t(one) for one in sheet.integrity),
        "pending": ", ".join(score.pending),
        "conditional": ", ".join(score.conditional),
        "harness errors": ", ".join(score.harness_errors),
        "overtime": words.duration(score.overtime_seconds) if score.overtime_seconds else "",
        "standards": ", ".join(t(words.standard(one)) for one in sheet.standards),
        "note": t(words.NO_LEGAL),
        "remarks": " ".join(t(one) for one in sheet.check.notes),
    }
    for name, value in facts.items():
        yield _row(t(_RESULT), name, why=value)
    for module in score.modules:
        yield from _module(module, language)
    for veto in score.vetoes:
        decision = t(words.DECISIONS[veto.decision])
        yield _row(t(_VETO), veto.id, t(veto.title), t(words.GRADES[veto.grade]),
                   marks=-veto.marks if veto.grade == "deduct" else None, why=t(veto.reason),
                   who=f"{decision} {veto.by} {veto.why}".strip(), lines=veto.lines)  # fmt: skip
    for phase in sheet.ledger:
        yield _row(t(_CLOCK), phase.phase, t(words.PHASES[phase.phase]), marks=None,
                   why=t(clock_why(phase.why)), who=t(clock_by(phase.by)),
                   kind=words.duration(phase.seconds))  # fmt: skip
    for one in sheet.instruments:
        yield _row(t(_INSTRUMENT), one.id, one.type, why=t(words.CALIBRATION[one.in_date]),
                   who=one.calibration_due)  # fmt: skip
    for sign in sheet.signatures:
        yield _row(t(_SIGNATURE), sign.code, short(sign.fingerprint), marks=sign.total,
                   why=sign.utc,
                   who=f"{t(words.REVOKED_SINCE)} {words.local(sign.revoked)}"
                   if sign.revoked else "")  # fmt: skip


def _module(module: ModuleScore, language: Language) -> Iterator[Row]:
    title = module.title.get(language)
    yield _row(title, module.id, title, top=module.max, marks=module.marks,
               why=f"{words.number(module.percent)} %, {words.number(module.weight)}")  # fmt: skip
    for criterion in module.criteria:
        for one in criterion.aspects:
            yield _row(title, one.id, one.title.get(language), one.type, top=one.max,
                       marks=one.marks, computed=one.computed, why=one.reason.get(language),
                       who=words.given(one, language), lines=one.lines)  # fmt: skip
    for off in module.deductions:
        who = f"{off.entered_by or ''} {f'waived: {off.waived_by}' if off.waived_by else ''}"
        yield _row(f"{title} {_DEDUCTION.get(language)}", off.id, off.title.get(language), "D",
                   marks=0.0 if off.waived_by else -off.marks, why=off.reason.get(language),
                   who=who.strip(), lines=off.lines)  # fmt: skip


def _row(
    section: str, name: str, title: str = "", kind: str = "", *, top: float | None = None,
    marks: float | None = None, computed: float | None = None, why: str = "", who: str = "",
    lines: list[int] | None = None,
) -> Row:  # fmt: skip
    def cell(value: float | None) -> object:
        return "" if value is None else round(value, 4)

    places = " ".join(map(str, lines or ()))
    return [section, name, title, kind, cell(top), cell(marks), cell(computed), why, who, places]


def as_csv(sheet: Sheet, language: Language) -> bytes:
    """The bytes of a CSV file that Excel opens as it is."""
    return table(columns(language), rows(sheet, language))


def as_xlsx(sheet: Sheet, language: Language) -> bytes:
    """The bytes of a workbook. Raises UsageError without openpyxl (the extra `sheets`)."""
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - an extra
        from openpyxl.styles import Alignment, Font  # noqa: PLC0415
        from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "XLSX needs openpyxl; install it with: pip install 'charging-harness[sheets]'"
        ) from error
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = words.TITLE.get(language)[:31]
    page.append(columns(language))
    for row in rows(sheet, language):
        page.append(row)
    for cell in page[1]:
        cell.font = Font(bold=True)
    for number, width in enumerate(_WIDTHS):
        page.column_dimensions["ABCDEFGHIJ"[number]].width = width
    for line in page.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if cell.data_type == "f":  # text of a candidate or an assessor is never a formula
                cell.data_type = "s"
    page.freeze_panes = "A2"
    page.page_setup.paperSize = 9
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
