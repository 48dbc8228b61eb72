"""Does everything that an exam withheld open with the key that it committed to?"""

from collections.abc import Sequence

from harness.errors import EvidenceError
from harness.events import ExamOpened, ExamStarted, RunStarted, Withheld
from harness.evidence.read import Entry
from harness.evidence.withheld import key_of, open_withheld
from harness.text import Text

NO_EXAM = Text("没有考试却公开了密钥", "a key is revealed, and no exam was started")
WRONG_KEY = Text(
    "公开的密钥不是考试开始时所承诺的密钥",
    "the revealed key is not the one that was committed to at the start of the exam",
)
NO_HEX = Text("公开的密钥不是十六进制数", "the revealed key is no hex number")
NOT_OPENED = Text(
    "封存的内容用所公开的密钥打不开", "what was withheld here does not open with the revealed key"
)
NO_COMMITMENT = Text(
    "封存了内容，但此前没有考试开始的承诺",
    "something is withheld, and no exam has committed to a key before it",
)
AFTER = Text("密钥公开之后又封存了内容", "something was withheld after the key had been revealed")
STILL_CLOSED = Text(
    "考试没有公开密钥：封存的内容无法核对",
    "the exam was never opened: what it withheld cannot be checked",
)


def check_withheld(entries: Sequence[Entry]) -> tuple[int, Text] | None:
    """The first line at which commitment, key and withheld texts do not agree, or None.

    Without `ExamOpened` nothing can be said yet: None (see `still_closed`).
    """
    committed: list[str] = []
    key: tuple[int, bytes] | None = None
    for entry in entries:
        event = entry.event
        if isinstance(event, ExamStarted):
            committed.append(event.commitment)
        elif isinstance(event, Withheld):
            if not committed:
                return entry.n, NO_COMMITMENT
            if key is not None:
                return entry.n, AFTER
        elif isinstance(event, ExamOpened):
            if not committed:
                return entry.n, NO_EXAM
            try:
                key = entry.n, key_of(event.key, committed)
            except EvidenceError as error:
                return entry.n, NO_HEX if "hex" in error.detail else WRONG_KEY
    return _first_closed(entries, key[1]) if key is not None else None


def _first_closed(entries: Sequence[Entry], key: bytes) -> tuple[int, Text] | None:
    for entry in entries:
        if isinstance(entry.event, Withheld):
            try:
                open_withheld(entry.event, key)
            except EvidenceError:
                return entry.n, NOT_OPENED
    return None


def still_closed(entries: Sequence[Entry]) -> bool:
    """Something is withheld, and no key was revealed."""
    kinds = {type(entry.event) for entry in entries}
    return Withheld in kinds and ExamOpened not in kinds


def candidates_of(entries: Sequence[Entry]) -> set[str]:
    """Codes of whoever was examined; without an exam, of whoever carried out the run."""
    exams = {e.event.candidate for e in entries if isinstance(e.event, ExamStarted)}
    operators = {e.event.operator for e in entries if isinstance(e.event, RunStarted)}
    return {code for code in exams or operators if code}
