"""Is the review of a run what its assessors wrote? Part of `harness.evidence.verify`.

Found, with file and line: an altered, exchanged, moved, repeated or inserted line, lines missing in
between, the review of another run (or of another sealing of this run), two reviews put together,
a code whose key is known here and is another one, a revoked key, times that run backwards or lie
before the sealing, marks that the revealed key does not open, anything added after a sign-off.

Lines missing at the end and a review that is gone are found on the station that wrote it (see
`harness.evidence.register`), with the head on the signed sheet, or by a sheet that lies beside the
record. Of an exam on any other machine it is told that this cannot be found. Not found: an
assessor who signs a wrong time, since only his own clock says it. So a key that was revoked after
it had signed is told with date and reason, and is no failure.
"""

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from harness.errors import EvidenceError
from harness.evidence.chain import split_lines
from harness.evidence.keyring import REVOKED, Revocation, known_assessors, revocations
from harness.evidence.keys import short
from harness.evidence.layout import REVIEW, SEAL
from harness.evidence.locate import ChainedLines, first_break
from harness.evidence.read import read_file
from harness.evidence.review_lines import PURPOSE, ReviewLine
from harness.evidence.review_missing import Missing, in_full
from harness.evidence.review_rules import ReviewRules, moment_of
from harness.evidence.signed_lines import check_line
from harness.text import Text


class Reviewer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who wrote into the review."""

    code: str
    fingerprint: str
    known: bool
    """This station knows the key under that code."""
    locked: bool
    signed: str = ""
    """When he signed off; empty: he has not, or has withdrawn it."""
    revoked: str = ""
    """When this station revoked his key; empty: it has not."""


class ReviewState(msgspec.Struct, frozen=True, kw_only=True):
    """What the check of a review found; goes into `VerifyResult`."""

    lines: int
    head: str
    torn: bool
    reviewers: list[Reviewer]
    sign_offs: int
    """How many the scheme asks for."""

    @property
    def signed_off(self) -> bool:
        done = sum(bool(one.signed) for one in self.reviewers)
        return bool(self.sign_offs) and done >= self.sign_offs


class ReviewFinding(msgspec.Struct, kw_only=True):
    """State, bad places (file, line, what) and notes."""

    state: ReviewState | None = None
    problems: list[tuple[str, int, Text]] = []
    notes: list[Text] = []


def check_review(
    folder: Path,
    *,
    run_id: str,
    head: str,
    sealed_at: str,
    candidates: Collection[str],
    trusted: Collection[str] | None = None,
    review_head: str = "",
    keys: Path | None = None,
    exam: bool = False,
) -> ReviewFinding:
    """Check `review.jsonl`, if there is one, or whether there should be one.

    `head`: hash of the last line of the journal; `sealed_at`: when the run was sealed; `keys`: the
    key folder; `exam`: a review is to be expected. Raises
    EvidenceError when the file cannot be read.
    """
    found = ReviewFinding(problems=[], notes=[])
    seal = folder / SEAL
    digest = hashlib.sha256(read_file(seal)).hexdigest() if seal.is_file() else ""
    path = folder / REVIEW
    if path.is_symlink():
        found.problems.append((REVIEW, 0, Text("是链接，不是文件", "it is a link, not a file")))
        return found
    chain = ChainedLines([], b"")
    if path.exists():
        chain = ChainedLines(*split_lines(read_file(path)))
        _Check(found, chain, candidates, keys).run(run_id, head, digest, sealed_at, trusted)
    missing = Missing(found.problems, found.notes, chain)
    missing.look(folder, digest, review_head, keys, exam=exam)
    return found


class _Check:
    """One check of a review that is there."""

    def __init__(
        self,
        found: ReviewFinding,
        chain: ChainedLines,
        candidates: Collection[str],
        keys: Path | None,
    ) -> None:
        self.found = found
        self.chain = chain
        self.keys = keys
        self.rules = ReviewRules(candidates)
        self.known: Mapping[str, str] = {}
        self.unknown: dict[str, int] = {}
        self.revoked_since: dict[str, tuple[int, str, Revocation]] = {}
        """Code -> his last line and its time, and the revocation that came after it."""

    def run(
        self,
        run_id: str,
        head: str,
        digest: str,
        sealed_at: str,
        trusted: Collection[str] | None,
    ) -> None:
        try:
            self.known = known_assessors(self.keys)
        except EvidenceError as error:
            self._bad_file("assessors", error)
        try:
            self.gone = revocations(self.keys)
        except EvidenceError as error:
            self.gone = {}
            self._bad_file(REVOKED, error)
        broken = first_break(self.chain)
        for number, raw in enumerate(self.chain.lines, start=1):
            if broken is not None and number >= broken.line:
                # A line that cannot be what was signed is named before one that is out of place.
                self._bad(number, self._unsigned(raw) or broken.what)
                break
            what = self._unsigned(raw)
            if what is None:
                what = self._line(number, raw, trusted)
            if what is None and number == 1:
                what = self._binding(raw, run_id, head, digest, sealed_at)
            if what is not None:
                self._bad(number, what)
                break
        self._conclude()

    def _unsigned(self, raw: bytes) -> Text | None:
        try:
            check_line(raw, PURPOSE)
            msgspec.json.decode(raw, type=ReviewLine)
        except EvidenceError as error:
            return _DETAILS.get(error.detail, Text(error.detail, error.detail))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            return Text(f"该行无法读取（{error}）", f"not readable: {error}")
        return None

    def _line(self, number: int, raw: bytes, trusted: Collection[str] | None) -> Text | None:
        line = msgspec.json.decode(raw, type=ReviewLine)
        key = check_line(raw, PURPOSE).key
        problem = self._whose(number, line, key, trusted)
        problem = problem or self.rules.problem(line, key, self.chain.head_at(number - 1))
        if problem is None:
            self.rules.take(line, key)
        return problem

    def _whose(
        self, number: int, line: ReviewLine, key: str, trusted: Collection[str] | None
    ) -> Text | None:
        name = self.known.get(key)
        if name is not None and name != line.by:
            return Text(
                f"以“{line.by}”签名的密钥在本站属于“{name}”",
                f"signed as {line.by!r} with a key that is known here as that of {name!r}",
            )
        if name is None and line.by in self.known.values():
            return Text(
                f"签名密钥不是本站所知的“{line.by}”的密钥",
                f"signed with a key that is not the one known here of {line.by!r}",
            )
        gone = self.gone.get(key)
        if gone is not None and _later(line.utc, gone.utc):
            return Text(
                f"“{line.by}”的密钥已于 {gone.utc} 吊销（{gone.reason}），该行签于其后",
                f"the key of {line.by!r} was revoked on {gone.utc} ({gone.reason}); "
                "this line was signed after that",
            )
        if gone is not None:
            self.revoked_since[line.by] = number, line.utc, gone
        if name is None:
            if trusted is not None and key not in trusted:
                return Text("签名密钥不在信任之列", "signed with a key that is not trusted")
            self.unknown.setdefault(line.by, number)
        return None

    def _binding(
        self, raw: bytes, run_id: str, head: str, digest: str, sealed_at: str
    ) -> Text | None:
        line = msgspec.json.decode(raw, type=ReviewLine)
        if line.format != 1:
            return Text(
                f"本版本不认识格式 {line.format}", f"format {line.format} is not known here"
            )
        if line.run_id != run_id:
            return Text("这是另一次运行的复核", "this is the review of another run")
        if not digest:
            return Text("运行未封存，复核无所依据", "the run has no valid seal to review by")
        if line.head != head or line.seal_sha256 != digest:
            return Text(
                "复核所依据的封存不是这一份（运行记录被重新封存或更换）",
                "it is the review of another sealing of this run (sealed anew, or exchanged)",
            )
        if sealed_at and _later(sealed_at, line.utc):
            return Text(
                f"时间早于封存时间 {sealed_at}", f"it is dated before the sealing on {sealed_at}"
            )
        return None

    def _conclude(self) -> None:
        rules = self.rules
        self.found.state = ReviewState(
            lines=len(self.chain.lines),
            head=self.chain.head_at(len(self.chain.lines)),
            torn=bool(self.chain.torn),
            reviewers=[
                Reviewer(
                    code=code,
                    fingerprint=key,
                    known=self.known.get(key) == code,
                    locked=code in rules.locked,
                    signed=rules.signed[code].utc if code in rules.signed else "",
                    revoked=gone.utc if (gone := self.gone.get(key)) is not None else "",
                )
                for code, key in rules.keys.items()
            ],
            sign_offs=rules.opened.sign_offs if rules.opened else 0,
        )
        for code, number in self.unknown.items():
            self.found.notes.append(
                Text(
                    f"{REVIEW} 第 {number} 行：“{code}”的密钥本站未知，无法确认是谁",
                    f"{REVIEW}, line {number}: the key of {code!r} is not known to this station; "
                    "whose it is cannot be said",
                )
            )
        for code, (number, utc, gone) in self.revoked_since.items():
            self.found.notes.append(_revoked_since(code, number, utc, gone))
        if self.chain.torn:
            self.found.notes.append(
                Text(
                    f"{REVIEW} 的最后一行没有写完，不予采用",
                    f"the last line of {REVIEW} was not written whole and does not count",
                )
            )

    def _bad(self, number: int, what: Text) -> None:
        self.found.problems.append((REVIEW, number, what))

    def _bad_file(self, file: str, error: EvidenceError) -> None:
        self.found.problems.append((file, 0, in_full(error)))


_DETAILS = {
    "the line is no signed line": Text("该行不是有效的签名行", "this line is no signed line"),
    "the signature of the line does not hold": Text(
        "该行内容被改动：签名不符", "this line was altered: its signature does not hold"
    ),
    "the line names another key than the one that signed it": Text(
        "该行所写密钥不是签名密钥", "the line names another key than the one that signed it"
    ),
}


def _revoked_since(code: str, number: int, utc: str, gone: Revocation) -> Text:
    """A key that was still good when it signed. Its times are those of its owner's clock."""
    return Text(
        f"{REVIEW} 第 {number} 行：“{code}”的密钥在签名（{utc}）之后被吊销：{gone.utc} 由本站"
        f"（密钥 {short(gone.key)}）吊销，理由：{gone.reason}。吊销前的签名仍然有效，"
        "但签名时间出自其本人的时钟",
        f"{REVIEW}, line {number}: the key of {code!r} was revoked after it had signed ({utc}): "
        f"on {gone.utc}, by this station (key {short(gone.key)}), because: {gone.reason}. What it "
        "signed before still holds, but the time of signing is what its owner's clock said",
    )


def _later(one: str, other: str) -> bool:
    """Whether the first moment is later than the second."""
    first, second = moment_of(one), moment_of(other)
    return first is not None and second is not None and first > second
