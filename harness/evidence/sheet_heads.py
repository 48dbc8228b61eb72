"""Review heads that score sheets beside a record name.

A sheet is a derived view: no seal covers it, and whoever takes a review out of a bundle can take
the sheet along. A sheet that is there and names a head that the review does not hold tells that one
of the two is not what it was. Read are sheets in HTML and CSV; a workbook is left to its reader.
"""

import csv
import io
import re
from pathlib import Path

from harness.evidence.read import read_file

SHEETS = ("sheet.zh.html", "sheet.en.html", "sheet.zh.csv", "sheet.en.csv")
ROW = "review head"
"""Id of the row of a table that holds the head."""
_HTML = re.compile(
    r'(?:复核校验值|Review head): <span class="mono">([0-9a-f]{4}(?: [0-9a-f]{4}){3})</span>'
)
_HEAD = re.compile(r"[0-9a-f]{16,64}")


def sheet_heads(folder: Path) -> dict[str, str]:
    """Sheet -> the head that it names, or its start (16 to 64 hex digits).

    A sheet that names none, because there was no review yet, is left out. Raises EvidenceError
    when a sheet cannot be read.
    """
    found: dict[str, str] = {}
    for name in SHEETS:
        path = folder / name
        if not path.is_file() or path.is_symlink():
            continue
        text = read_file(path).decode("utf-8-sig", "replace")
        head = _of_table(text) if name.endswith(".csv") else _of_page(text)
        if _HEAD.fullmatch(head):
            found[name] = head
    return found


def _of_page(text: str) -> str:
    match = _HTML.search(text)
    return match[1].replace(" ", "") if match is not None else ""


def _of_table(text: str) -> str:
    try:
        for row in csv.reader(io.StringIO(text)):
            if ROW in row[:2]:
                return next((cell for cell in row if _HEAD.fullmatch(cell)), "")
    except csv.Error:
        return ""
    return ""
