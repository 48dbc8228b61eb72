"""The score sheet as one HTML file for A4 paper, in one language. It loads nothing."""

import re
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from harness.assess import sheet_words as words
from harness.assess.clock_words import clock_by, clock_why
from harness.assess.sheet import Sheet, wide
from harness.evidence.keys import short
from harness.report.html_words import instrument_type
from harness.text import Language, Text

_FOLDER = Path(__file__).resolve().parent / "templates"
_NOT_PLAIN = re.compile(r"[^\w .-]")
"""What stands in a string of the style sheet has no sign that could end it."""
_SPARE_LINES = 2
"""Lines to sign on when nobody has entered anything yet."""


def render_sheet(sheet: Sheet, language: Language) -> str:
    """The sheet. The same sheet gives the same text."""

    def t(zh: Text | str, en: str = "") -> str:
        return (zh if isinstance(zh, Text) else Text(zh, en)).get(language)

    return _template().render(
        sheet=sheet,
        score=sheet.score,
        language=language,
        t=t,
        w=words,
        n=words.number,
        short=short,
        wide=wide,
        instrument=lambda kind: instrument_type(kind).get(language),
        clock_by=clock_by,
        clock_why=clock_why,
        given=lambda aspect: words.given(aspect, language),
        qr=Markup(qr_code(sheet.qr_text)),
        pending=[words.waiting(one, sheet.score).get(language) for one in sheet.score.pending],
        standards=[words.standard(one).get(language) for one in sheet.standards],
        footer=_NOT_PLAIN.sub("", f"{sheet.score.candidate} - {sheet.score.run_id}"),
        style=Markup((_FOLDER / "sheet.css").read_text(encoding="utf-8")),
        spare=_SPARE_LINES if not sheet.signatures else 0,
    )


def qr_code(text: str) -> str:
    """The text as an SVG picture to stand in a page."""
    import segno  # noqa: PLC0415 - only sheets need it

    svg: str = segno.make(text, error="m", micro=False).svg_inline(
        scale=1, border=2, omitsize=True, svgclass="qr", lineclass=None
    )
    return svg


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("sheet.html.j2")
