"""Writing the reports into a run's folder. They may be written again at any time."""

from pathlib import Path

from harness.errors import EvidenceError
from harness.evidence.verify import VerifyResult
from harness.report.html import render_html
from harness.report.junit import render_junit
from harness.report.record import load_record
from harness.text import Language, Text

HTML = "report.html"
JUNIT = "junit.xml"
_NOT_WRITTEN = Text(
    "报告未能写出（可用 harness evidence report 重新生成）",
    "The reports could not be written (harness evidence report makes them anew)",
)


def write_reports(
    folder: Path, language: Language, check: VerifyResult | None = None
) -> tuple[Path, Path]:
    """Write `report.html` and `junit.xml`; their paths. `check` saves verifying again.

    Each of them appears whole or not at all. Raises EvidenceError when the record cannot be read
    or the files cannot be written.
    """
    record = load_record(folder, check)
    html, junit = folder / HTML, folder / JUNIT
    _write(html, render_html(record, language).encode())
    _write(junit, render_junit(record, language))
    return html, junit


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.tmp")
    try:
        try:
            draft.write_bytes(data)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror or error}", headline=_NOT_WRITTEN) from error
