"""Is a record what was written? Answered from the bundle alone, offline.

    from harness.evidence.verify import verify
    result = verify(Path("runs/2026-01-05-1"))
    result.exit_code    # 0 intact and sealed, 1 altered, 3 intact but unsealed

What a verification can say: nothing was changed since the seal was signed. What it cannot: that a
key belongs to the station it names (hand over public keys by another way), or that what was
recorded was true. Without a seal, lines missing at the end cannot be noticed. The assessors' review
is evidence of its own, written after the sealing: see `harness.evidence.review_check`.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import EvidenceError
from harness.events import (
    Answered,
    ExamStarted,
    FileUsed,
    Judged,
    Measured,
    RunEnded,
    RunStarted,
    StepEnded,
)
from harness.evidence.chain import parse_header, split_lines
from harness.evidence.clock_check import clock_findings
from harness.evidence.keys import known_keys
from harness.evidence.layout import ATTACHMENTS, JOURNAL, MODBUS, SEAL, files_of
from harness.evidence.locate import (
    Broken,
    ChainedLines,
    between,
    first_break,
    first_difference,
)
from harness.evidence.read import Entry, decode_event, decode_transaction, opened, read_file
from harness.evidence.review_check import ReviewState, check_review
from harness.evidence.seal import ChainState, FileState, Seal, Statement, file_state, read_seal
from harness.evidence.withheld_check import (
    STILL_CLOSED,
    candidates_of,
    check_withheld,
    still_closed,
)
from harness.text import Text

_MUCH = 8_000_000
"""Bytes from which on threads are worth their start."""


class Bad(msgspec.Struct, frozen=True):
    """One bad place. `line` counts from 1; 0 means the whole file."""

    file: str
    line: int
    what: Text


class VerifyResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a verification found; `to_json` for scripts."""

    intact: bool
    sealed: bool
    """There is a seal and its signature holds."""
    lines: int
    """Complete lines of the journal."""
    first_bad: Bad | None
    problems: list[Bad]
    modbus_lines: int
    head: str
    """Hash of the last complete line of the journal."""
    run_id: str
    torn: list[str]
    """Unsealed files whose last line was not written whole: a run that was cut off."""
    missing: list[str]
    added: list[str]
    altered: list[str]
    signer: str | None
    """Fingerprint of the key that signed."""
    trusted: bool | None
    """Whether the signer is one of the keys asked for; None when none were."""
    known_key: str | None
    """Name of the signer in this station's key folder; None when it is not known here."""
    real_started: str
    real_ended: str
    not_covered: list[str]
    notes: list[Text]
    clock: list[Bad] = []
    """Times that a right clock could not have given; also among the notes, with their places."""
    review: ReviewState | None = None
    """What was found of the assessors' review; None when there is none."""

    @property
    def exit_code(self) -> int:
        """0 intact and sealed · 1 altered · 3 intact but unsealed."""
        if not self.intact:
            return 1
        return 0 if self.sealed else 3

    def to_json(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def verify(
    folder: Path,
    trusted: Collection[str] | None = None,
    known: Mapping[str, str] | None = None,
    review_head: str = "",
) -> VerifyResult:
    """Check a bundle.

    `trusted`: fingerprints of the keys that may have signed; another signer makes the bundle
    altered. `known`: fingerprint → name, by default the keys known to this station. `review_head`:
    hash of a line (or its start) that the review must hold, as the score sheet names it. Raises
    EvidenceError when the folder holds no record or cannot be read.
    """
    try:
        if not any((folder / name).exists() for name in (JOURNAL, SEAL)):
            raise EvidenceError(
                f"{folder} holds neither {JOURNAL} nor {SEAL}",
                headline=Text("此处没有证据记录", "There is no record here"),
            )
        return _Check(folder).run(trusted, known, review_head)
    except OSError as error:
        raise EvidenceError(f"{folder}: {error}") from error


class _Check:
    """One verification under way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Bad] = []
        self.notes: list[Text] = []
        self.missing: list[str] = []
        self.added: list[str] = []
        self.altered: list[str] = []

    def run(
        self,
        trusted: Collection[str] | None,
        known: Mapping[str, str] | None,
        review_head: str = "",
    ) -> VerifyResult:
        seal, complaint = self._open_seal()
        statement = seal.statement if seal else None
        journal = self._chain(JOURNAL, statement.journal if statement else None, statement)
        modbus = self._chain(MODBUS, statement.modbus if statement else None, None)
        good = next((bad.line - 1 for bad in self.problems if bad.file == JOURNAL), None)
        entries = self._events(journal, good)
        self._withheld(entries)
        self._ties(entries, modbus)
        self._files(entries, statement)
        run_id = self._identity(entries, statement)
        self.problems.extend(complaint)
        signer = seal.signers[0] if seal else None
        vouched = bool(seal and trusted and set(seal.signers) & set(trusted))
        if seal and trusted is not None and not vouched:
            what = Text("签名密钥不在信任之列", "signed with a key that is not trusted")
            self._bad(SEAL, 1, what)
        head = journal.head_at(len(journal.lines))
        review = check_review(
            self.folder,
            run_id=run_id,
            head=head,
            sealed_at=statement.real_ended if statement else "",
            candidates=candidates_of(entries),
            trusted=trusted,
            review_head=review_head,
            exam=any(_is_exam(entry.event) for entry in entries),
        )
        for file, line, what in review.problems:
            self.altered.append(file)
            self._bad(file, line, what)
        self.notes.extend(review.notes)
        clock = self._clock(statement, entries, journal)
        torn = [name for name, chain in ((JOURNAL, journal), (MODBUS, modbus)) if chain.torn]
        self._notes(seal is not None, torn, entries)
        return VerifyResult(
            intact=not self.problems,
            sealed=seal is not None,
            lines=len(journal.lines),
            first_bad=self.problems[0] if self.problems else None,
            problems=self.problems,
            modbus_lines=len(modbus.lines),
            head=head,
            run_id=run_id,
            torn=[] if seal else torn,
            missing=self.missing,
            added=self.added,
            altered=self.altered,
            signer=signer,
            trusted=None if trusted is None or seal is None else vouched,
            known_key=self._name_of(signer, known) if signer else None,
            real_started=statement.real_started if statement else "",
            real_ended=statement.real_ended if statement else "",
            not_covered=statement.not_covered if statement else [],
            notes=self.notes,
            clock=clock,
            review=review.state,
        )

    def _bad(self, file: str, line: int, what: Text) -> None:
        self.problems.append(Bad(file, line, what))

    def _name_of(self, signer: str, known: Mapping[str, str] | None) -> str | None:
        if known is not None:
            return known.get(signer)
        try:
            return known_keys().get(signer)
        except EvidenceError as error:  # says nothing about this record
            what = Text("本站密钥文件夹无法读取", "this station's key folder cannot be read")
            self.notes.append(Text(f"{what.zh}: {error.detail}", f"{what.en}: {error.detail}"))
            return None

    def _open_seal(self) -> tuple[Seal | None, list[Bad]]:
        try:
            return read_seal(self.folder), []
        except EvidenceError as error:
            detail = error.detail.removeprefix(f"{SEAL}: ")
            return None, [Bad(SEAL, 1, Text(f"封存签名无效（{detail}）", f"not valid: {detail}"))]

    def _chain(
        self, name: str, sealed: ChainState | None, statement: Statement | None
    ) -> ChainedLines:
        path = self.folder / name
        if not path.exists():
            # A run that was killed at its very start may have no Modbus record yet.
            if sealed is not None or name == JOURNAL:
                self.missing.append(name)
                self._bad(name, 1, Text("文件缺失", "the file is missing"))
            return ChainedLines([], b"")
        chain = ChainedLines(*split_lines(read_file(path)))
        broken: Broken | None = None
        if sealed is not None:
            broken = first_difference(chain, sealed, statement.checkpoints if statement else ())
        broken = broken or first_break(chain)
        if broken is not None:
            self.altered.append(name)
            self._bad(name, *broken)
        return chain

    def _events(self, journal: ChainedLines, good: int | None) -> list[Entry]:
        """The events of the lines before the first bad one."""
        entries: list[Entry] = []
        for number, line in enumerate(journal.lines[:good], start=1):
            try:
                event = decode_event(line)
                if isinstance(event, RunStarted) is not (number == 1):
                    raise EvidenceError("run_started must be the first line, and only that")
            except EvidenceError as error:
                what = Text(
                    f"该行不是本版本认识的事件（{error.detail}）",
                    f"no event that this version knows: {error.detail}",
                )
                if good is None:
                    self.altered.append(JOURNAL)
                    self._bad(JOURNAL, number, what)
                break
            entries.append(Entry(number, 0.0, event, line))
        return entries

    def _withheld(self, entries: Sequence[Entry]) -> None:
        """Commitment, revealed key and what was withheld, held against each other."""
        found = check_withheld(entries)
        if found is not None:
            self._bad(JOURNAL, *found)
        elif still_closed(entries):
            self.notes.append(STILL_CLOSED)

    def _ties(self, entries: Sequence[Entry], modbus: ChainedLines) -> None:
        """Every step end names line count and head of the Modbus record at that moment."""
        if any(bad.file == MODBUS for bad in self.problems):
            return
        for number, line in enumerate(modbus.lines, start=1):
            try:
                decode_transaction(line)
            except EvidenceError as error:
                what = Text(f"该行无法读取（{error.detail}）", error.detail)
                return self._bad(MODBUS, number, what)
        count, good = len(modbus.lines), 0
        for entry in opened(list(entries), skip_bad=True):
            event = entry.event
            needed = max(_transactions(event), default=0)
            if isinstance(event, StepEnded):
                needed = max(needed, event.modbus_lines)
            if needed > count:
                what = Text(
                    f"缺少事件日志第 {entry.n} 行所引用的行",
                    f"lines are missing that line {entry.n} of the journal refers to",
                )
                return self._bad(MODBUS, count + 1, what)
            if isinstance(event, StepEnded) and event.modbus_lines > 0:
                if modbus.head_at(event.modbus_lines) != event.modbus_head:
                    first = min(good + 1, event.modbus_lines)
                    return self._bad(MODBUS, first, between(first, event.modbus_lines))
                good = event.modbus_lines
        return None

    def _files(self, entries: Sequence[Entry], statement: Statement | None) -> None:
        present = [path for path in files_of(self.folder) if path not in (JOURNAL, MODBUS)]
        expected = {used.copy: used.sha256 for used in _files_used(entries)}
        if statement is not None:
            expected |= {file.path: file.sha256 for file in statement.files}
            for path in present:
                if path not in expected:
                    self.added.append(path)
                    self._bad(path, 0, Text("封存之后新增的文件", "added after the sealing"))
        photos = {photo for photo in _photos(entries) if photo not in expected}
        digests = self._digests([path for path in sorted(expected) if path in present])
        for path in sorted(expected.keys() | photos):
            if path not in present:
                self.missing.append(path)
                self._bad(path, 0, Text("文件缺失", "the file is missing"))
            elif path in expected and digests[path] != expected[path]:
                self.altered.append(path)
                self._bad(path, 0, Text("文件内容被改动", "the file was altered"))

    def _digests(self, paths: Sequence[str]) -> dict[str, str]:
        """Large files several at a time: hashing leaves the interpreter to others."""
        if sum((self.folder / path).lstat().st_size for path in paths) < _MUCH:
            return {path: self._digest(path) for path in paths}
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - seldom needed

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return dict(zip(paths, pool.map(self._digest, paths), strict=True))

    def _digest(self, path: str) -> str:
        if (self.folder / path).is_symlink():
            return "a link"
        found: FileState = file_state(self.folder, path)
        return found.sha256

    def _identity(self, entries: Sequence[Entry], statement: Statement | None) -> str:
        first = entries[0].event if entries else None
        run_id = first.run_id if isinstance(first, RunStarted) else ""
        if statement is not None and run_id not in ("", statement.run_id):
            what = Text("封存的是另一次运行", "the seal is that of another run")
            self._bad(SEAL, 1, what)
        return run_id or (statement.run_id if statement else "")

    def _clock(
        self, statement: Statement | None, entries: Sequence[Entry], journal: ChainedLines
    ) -> list[Bad]:
        """Of a record that is what was written: of an altered one the times say nothing."""
        first = entries[0].event if entries else None
        if self.problems or not isinstance(first, RunStarted):
            return []
        headers = (parse_header(line) for line in journal.lines)
        times = [header.t for header in headers if header is not None]
        found = clock_findings(statement, first, times)
        self.notes.extend(one.text for one in found)
        return [Bad(*one) for one in found]

    def _notes(self, sealed: bool, torn: Sequence[str], entries: Sequence[Entry]) -> None:
        if sealed or self.problems:
            return
        for name in torn:
            self.notes.append(
                Text(
                    f"{name} 的最后一行没有写完，不予采用",
                    f"the last line of {name} was not written whole and does not count",
                )
            )
        if not any(isinstance(entry.event, RunEnded) for entry in entries):
            self.notes.append(
                Text("运行中途中断，没有结束记录", "the run was cut off before it ended")
            )
        self.notes.append(
            Text(
                "未封存：无法发现末尾被删去的行",
                "unsealed: lines removed at the end could not be noticed",
            )
        )


def _is_exam(event: object) -> bool:
    """Not practice, which nobody reviews."""
    return isinstance(event, ExamStarted) and event.mode == "exam"


def _transactions(event: object) -> Iterator[int]:
    if isinstance(event, Measured | Judged):
        yield from event.measurement.transactions


def _files_used(entries: Sequence[Entry]) -> Iterator[FileUsed]:
    for entry in entries:
        if isinstance(entry.event, RunStarted):
            yield from (used for used in entry.event.files if used.copy)


def _photos(entries: Sequence[Entry]) -> Iterator[str]:
    """Photos that lie in the bundle."""
    for entry in entries:
        event = entry.event
        if isinstance(event, Answered) and event.photo.startswith(f"{ATTACHMENTS}/"):
            yield event.photo
