"""Writing the reports into a run's folder. They may be written again at any time."""

from pathlib import Path

from harness.errors import EvidenceError
from harness.evidence.verify import VerifyResult
from harness.report.html import render_html
from harness.report.junit import render_junit
from harness.report.record import load_record
from harness.text import Language

HTML = "report.html"
JUNIT = "junit.xml"


def write_reports(
    folder: Path, language: Language, check: VerifyResult | None = None
) -> tuple[Path, Path]:
    """Write `report.html` and `junit.xml`; their paths. `check` saves verifying again.

    Raises EvidenceError when the record cannot be read or the files cannot be written.
    """
    record = load_record(folder, check)
    html, junit = folder / HTML, folder / JUNIT
    try:
        html.write_text(render_html(record, language), encoding="utf-8", newline="\n")
        junit.write_bytes(render_junit(record, language))
    except OSError as error:
        raise EvidenceError(f"{folder}: {error}") from error
    return html, junit
