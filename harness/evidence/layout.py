"""What lies where in a run's folder, and which of it is evidence."""

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from harness.errors import EvidenceError

JOURNAL = "journal.jsonl"
MODBUS = "modbus.jsonl"
SEAL = "seal.json"
REVIEW = "review.jsonl"
"""The assessors' entries: evidence of its own, written after the sealing and bound to it."""
ATTACHMENTS = "attachments"

DERIVED = (
    "report.html",
    "report.zh.html",
    "report.en.html",
    "report.pdf",
    "junit.xml",
    "summary.json",
    "record.json",
    "steps.csv",
    "measurements.csv",
    "exchanges.csv",
    "buses.csv",
    "sent.csv",
    "sheet.zh.html",
    "sheet.en.html",
    "sheet.zh.csv",
    "sheet.en.csv",
    "sheet.zh.xlsx",
    "sheet.en.xlsx",
)
"""Views of the journal that may be made again at any time; a seal does not cover them."""

_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})  # left by file managers
_UNSAFE = re.compile(r"[^\w.+()\-]+")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def safe_name(name: str) -> str:
    """A file name that every system takes and that cannot leave its folder."""
    base = PurePosixPath(name.replace("\\", "/")).name
    safe = _UNSAFE.sub("-", base).strip(".-")[-100:] or "file"
    return f"_{safe}" if _RESERVED.fullmatch(safe) else safe


def file_inside(folder: Path, name: str) -> Path | None:
    """A file that a record names; None for what is not there, lies elsewhere or cannot be a name.

    A record may have been altered: its names are bundle-relative paths only as long as they
    prove to be.
    """
    root = folder.resolve()
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):  # too long for a name, or characters that no name holds
        return None


def files_of(folder: Path) -> Iterator[str]:
    """Bundle-relative paths (with `/`) of all evidence files in a folder, sorted.

    The seal, the review, derived views and file managers' litter are left out. Links are listed,
    not followed. Raises EvidenceError when the folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise EvidenceError(f"{folder}: {error}") from error

    found: list[str] = []
    for place, folders, files in os.walk(folder, onerror=refuse):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in [*files, *links]:
            relative = (here / name).relative_to(folder).as_posix()
            if relative not in (SEAL, REVIEW) and relative not in DERIVED and name not in _LITTER:
                found.append(relative)
    yield from sorted(found)
