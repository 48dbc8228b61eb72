"""The review of a run: assessors' entries, signed, appended to `review.jsonl` beside the record.

    open_review(folder, "A-07", key, scheme, digest)    # binds it to the seal of the run
    append(folder, Marked(by="A-07", utc=now(), aspect="tidy", mark=2), key, scheme)
    read_review(folder, key)                            # entries; own marks open, others' if locked

Marks are covered until their assessor locks them, and each assessor sees the others' only after
he has locked his own: see `harness.evidence.review_lines`. What may follow what is said in
`harness.evidence.review_rules`; here are the rules that need the scheme.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.assess.aspects import MOST_APART
from harness.assess.entries import (
    AnyReviewEntry,
    Deducted,
    Locked,
    Marked,
    Overridden,
    Remarked,
    ReviewEntry,
    ReviewOpened,
    SignedOff,
    VetoDecided,
    Withdrawn,
)
from harness.assess.scheme import Aspect, Judged, Scheme
from harness.clock import real_now
from harness.errors import EvidenceError, UnknownNameError, UsageError
from harness.evidence.chain import ZERO, line_hash, split_lines
from harness.evidence.keyring import check_code
from harness.evidence.keys import fingerprint
from harness.evidence.layout import REVIEW, SEAL
from harness.evidence.personal import refuse_personal
from harness.evidence.read import read_file, read_journal
from harness.evidence.register import Reviewed, note
from harness.evidence.review_lines import (
    PURPOSE,
    Mark,
    ReviewLine,
    commitment,
    cover,
    covering_key,
    key_revealed,
    uncover,
)
from harness.evidence.review_rules import ReviewRules, moment_of
from harness.evidence.signed_lines import SignedFile, adding, check_line
from harness.evidence.verify import VerifyResult, verify
from harness.evidence.withheld_check import candidates_of
from harness.text import Text

MAX_SPREAD = MOST_APART
"""Marks of assessors may differ by this much; more has to be settled."""
_REFUSED = Text("该条目不能写入复核记录", "This entry cannot go into the review")
_WRITTEN = ("note", "reason", "text", "about")
"""Fields of entries in which a person writes what he likes."""
_encoder = msgspec.json.Encoder()
_entries: msgspec.json.Decoder[AnyReviewEntry] = msgspec.json.Decoder(AnyReviewEntry)


@dataclass(frozen=True)
class Review:
    """What a review says, as far as the reader may see it."""

    entries: list[AnyReviewEntry] = field(default_factory=list)
    """For scoring. Covered marks are left out."""
    hidden: dict[str, int] = field(default_factory=dict)
    """Assessor -> how many aspects he has marked that the reader may not see yet."""
    locked: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    """Code -> fingerprint."""
    signed: dict[str, SignedOff] = field(default_factory=dict)
    """Sign-offs that stand."""
    head: str = ZERO
    """Hash of the last line."""
    lines: int = 0

    @property
    def opened(self) -> ReviewOpened | None:
        first = self.entries[0] if self.entries else None
        return first if isinstance(first, ReviewOpened) else None

    @property
    def signed_off(self) -> bool:
        """As many assessors have signed as the scheme asks for."""
        return self.opened is not None and len(self.signed) >= self.opened.sign_offs

    def marks(self, aspect: str) -> dict[str, int]:
        """Assessor -> mark that counts, of those that can be seen."""
        found: dict[str, int] = {}
        for entry in self.entries:
            if isinstance(entry, Marked | Remarked) and entry.aspect == aspect:
                found[entry.by] = entry.mark
        return found

    def spread(self, aspect: str) -> int:
        """Largest less smallest mark of the locked assessors."""
        seen = [mark for by, mark in self.marks(aspect).items() if by in self.locked]
        return max(seen) - min(seen) if seen else 0


def now() -> str:
    """The time of an entry: ISO 8601, UTC, to the millisecond."""
    return real_now().isoformat(timespec="milliseconds")


def read_review(folder: Path, key: Ed25519PrivateKey | None = None) -> Review:
    """The review of a run; an empty one when there is none.

    Without `key`, marks only once all assessors have locked. With an assessor's key, his own marks
    besides, and the others' only once he has locked his own. Raises EvidenceError naming the
    first line that does not hold. A torn last line is left out.
    """
    path = folder / REVIEW
    if not path.exists():
        return Review()
    lines, _ = split_lines(read_file(path))
    stored = list(_stored(lines, candidates_of(read_journal(folder))))
    return _seen(stored, lines, key)


def _stored(lines: Sequence[bytes], candidates: set[str]) -> Iterator[tuple[ReviewLine, str]]:
    """Each line with its signer. Raises EvidenceError."""
    rules = ReviewRules(candidates)
    head = ZERO
    for number, raw in enumerate(lines, start=1):
        try:
            signed = check_line(raw, PURPOSE)
            line = msgspec.json.decode(raw, type=ReviewLine)
        except (EvidenceError, msgspec.MsgspecError) as error:
            reason = error.detail if isinstance(error, EvidenceError) else str(error)
            raise EvidenceError(f"{REVIEW}:{number}: {reason}") from error
        if signed.n != number or f'"prev":"{head}"'.encode() not in raw[:130]:
            raise EvidenceError(f"{REVIEW}:{number}: a line before it is missing or was altered")
        problem = rules.problem(line, signed.key, head)
        if problem is not None:
            raise EvidenceError(f"{REVIEW}:{number}: {problem.en}")
        rules.take(line, signed.key)
        head = signed.digest
        yield line, signed.key


def _seen(
    stored: Sequence[tuple[ReviewLine, str]],
    lines: Sequence[bytes],
    key: Ed25519PrivateKey | None,
) -> Review:
    review = Review(head=line_hash(lines[-1]) if lines else ZERO, lines=len(lines))
    opening = {line.by: key_revealed(line) for line, _ in stored if line.entry == "locked"}
    review.locked.extend(opening)
    if key is not None and lines:
        mine = fingerprint(key.public_key())
        own = covering_key(key, line_hash(lines[0]))
        me = {line.by for line, signer in stored if signer == mine}
        if not me & set(opening):  # he has not locked: his own marks, and nobody else's
            opening = dict.fromkeys(me, own)
    elif not stored or len(opening) < stored[0][0].assessors:
        opening = {}  # somebody who has still to mark may be reading
    hidden: dict[str, set[str]] = {}
    for (line, signer), raw in zip(stored, lines, strict=True):
        review.keys[line.by] = signer
        if line.entry == "marked" and line.by not in opening:
            hidden.setdefault(line.by, set()).add(line.aspect)
            continue
        if line.entry == "remarked" and line.by not in opening:
            continue
        entry = _entry(line, raw, opening)
        review.entries.append(entry)
        if isinstance(entry, SignedOff):
            review.signed[entry.by] = entry
        elif isinstance(entry, Withdrawn):
            del review.signed[entry.by]
    review.hidden.update({code: len(aspects) for code, aspects in hidden.items()})
    return review


def _entry(line: ReviewLine, raw: bytes, opening: dict[str, bytes]) -> AnyReviewEntry:
    if line.entry == "marked":
        mark = uncover(line, opening[line.by])
        body: dict[str, Any] = {"by": line.by, "utc": line.utc, "aspect": line.aspect}
        return msgspec.convert({**body, "mark": mark.mark, "note": mark.note}, Marked)
    return _entries.decode(raw)


def open_review(
    folder: Path,
    by: str,
    key: Ed25519PrivateKey,
    scheme: Scheme,
    scheme_sha256: str,
    *,
    document: str = "",
) -> Review:
    """Begin the review of a sealed run. Raises UsageError when there is one, or nothing to review.

    The record is verified first: what was altered cannot be reviewed. `document`: text of the
    scheme's file.
    """
    result = require_intact(folder)
    if not result.sealed:
        raise UsageError(f"{folder} is not sealed; only a sealed run can be reviewed")
    entry = ReviewOpened(
        by=by,
        utc=now(),
        run_id=result.run_id,
        head=result.head,
        seal_sha256=hashlib.sha256(read_file(folder / SEAL)).hexdigest(),
        scheme=scheme.scheme,
        scheme_sha256=scheme_sha256,
        assessors=scheme.assessors,
        sign_offs=scheme.sign_offs,
        document=document,
    )
    append(folder, entry, key, scheme)
    return read_review(folder, key)


def require_intact(folder: Path) -> VerifyResult:
    """What verification found. Raises UsageError when record or review were altered.

    Asked before every entry: whoever marks or signs stands for the record as it lies there.
    """
    result = verify(folder)
    if not result.intact:
        bad = result.first_bad
        where = f": {bad.file}:{bad.line} {bad.what.en}" if bad else ""
        raise UsageError(f"{folder} was altered and cannot be reviewed{where}", headline=_REFUSED)
    return result


def append(
    folder: Path, entry: ReviewEntry, key: Ed25519PrivateKey, scheme: Scheme | None = None
) -> Review:
    """Add one entry, signed; the review as the signer then sees it.

    With `scheme`, its rules hold too: aspects, deductions and vetoes that exist, all J aspects
    marked before locking, spreads settled before signing. Raises UsageError for an entry that may
    not follow, EvidenceError when the review is damaged. The line is on the disk, and in this
    station's register, when this returns.
    """
    check_code(entry.by)
    if not isinstance(entry, ReviewOpened):  # who opens it has verified already
        require_intact(folder)
    refuse_personal(*(getattr(entry, name, "") for name in _WRITTEN))
    candidates = candidates_of(read_journal(folder))
    with adding(folder / REVIEW, PURPOSE) as file:
        rules = ReviewRules(candidates)
        for line, signer in _stored(file.lines, candidates):
            rules.take(line, signer)
        if rules.opened is None and not isinstance(entry, ReviewOpened):
            raise UsageError(f"{folder} has no review yet; open one first", headline=_REFUSED)
        if scheme is not None:
            _check_scheme(file, entry, key, scheme)
        body = _body(file, entry, key, rules)
        line = msgspec.json.decode(body, type=ReviewLine)
        problem = rules.problem(line, fingerprint(key.public_key()), file.head)
        if problem is not None:
            raise UsageError(problem.en, headline=_REFUSED)
        signed = file.append(body, _since(rules, entry), key)
        seal = hashlib.sha256(read_file(folder / SEAL)).hexdigest()
        first = msgspec.json.decode(file.lines[0], type=ReviewLine)
        note(
            Reviewed(
                run_id=first.run_id, seal_sha256=seal, line=signed.n, head=signed.digest,
                entry=line.entry, by=line.by, utc=line.utc,
            )
        )  # fmt: skip
    return read_review(folder, key)


def _since(rules: ReviewRules, entry: ReviewEntry) -> float:
    """Seconds since the review was opened."""
    start = moment_of(rules.opened.utc) if rules.opened else None
    moment = moment_of(entry.utc)
    return (moment - start).total_seconds() if moment and start else 0.0


def _body(
    file: SignedFile, entry: ReviewEntry, key: Ed25519PrivateKey, rules: ReviewRules
) -> bytes:
    """The bytes to store: marks covered, a lock with the key that opens them."""
    if isinstance(entry, Marked):
        secret = covering_key(key, line_hash(file.lines[0]))
        mark = Mark(mark=entry.mark, note=entry.note)
        return _encoder.encode(
            ReviewLine(
                entry="marked", by=entry.by, utc=entry.utc, aspect=entry.aspect,
                commitment=commitment(secret), covered=cover(mark, secret, entry.by, entry.aspect),
            )
        )  # fmt: skip
    if isinstance(entry, Locked):
        secret = covering_key(key, line_hash(file.lines[0]))
        return _encoder.encode(
            ReviewLine(entry="locked", by=entry.by, utc=entry.utc, opens=secret.hex())
        )
    if isinstance(entry, SignedOff):
        entry = msgspec.structs.replace(entry, review_head=file.head)
    return _encoder.encode(entry)


def judged(scheme: Scheme) -> list[Judged]:
    """The J aspects of a scheme, in its order."""
    return [one for one in _aspects(scheme) if isinstance(one, Judged)]


def _aspects(scheme: Scheme) -> Iterator[Aspect]:
    for module in scheme.modules:
        for criterion in module.criteria:
            yield from criterion.aspects


def _check_scheme(
    file: SignedFile, entry: ReviewEntry, key: Ed25519PrivateKey, scheme: Scheme
) -> None:
    """Raises UsageError when the scheme has no such thing, or asks for more."""
    everything = {one.id: one for one in _aspects(scheme)}
    asked = [one.id for one in judged(scheme)]
    if isinstance(entry, Marked | Remarked) and entry.aspect not in asked:
        raise UnknownNameError("aspect for assessors (J)", entry.aspect, asked)
    if isinstance(entry, Overridden):
        if entry.aspect not in everything:
            raise UnknownNameError("aspect", entry.aspect, list(everything))
        top = everything[entry.aspect].max
        if not 0 <= entry.marks <= top:
            raise UsageError(f"{entry.aspect}: {entry.marks:g} marks; expected 0 to {top:g}")
    if isinstance(entry, Deducted):
        items = [i.id for m in scheme.modules for block in m.deductions for i in block.items]
        if entry.deduction not in items:
            raise UnknownNameError("deduction", entry.deduction, items)
        if entry.times < 1:
            raise UsageError(f"{entry.deduction}: {entry.times} times; expected 1 or more")
    if isinstance(entry, VetoDecided) and entry.veto not in [one.id for one in scheme.vetoes]:
        raise UnknownNameError("veto", entry.veto, [one.id for one in scheme.vetoes])
    if isinstance(entry, Locked | SignedOff):
        stored = [
            (msgspec.json.decode(raw, type=ReviewLine), check_line(raw, PURPOSE).key)
            for raw in file.lines
        ]
        _check_complete(_seen(stored, file.lines, key), entry, asked, scheme)


def _check_complete(
    review: Review, entry: ReviewEntry, asked: Sequence[str], scheme: Scheme
) -> None:
    if isinstance(entry, Locked):
        missing = [aspect for aspect in asked if entry.by not in review.marks(aspect)]
        if missing:
            raise UsageError(f"not marked yet: {', '.join(missing)}", headline=_REFUSED)
        return
    if asked and entry.by not in review.locked:
        raise UsageError("only who has marked and locked can sign off", headline=_REFUSED)
    if asked and len(review.locked) < scheme.assessors:
        raise UsageError(
            f"{len(review.locked)} of {scheme.assessors} assessors have locked their marks",
            headline=_REFUSED,
        )
    wide = [aspect for aspect in asked if review.spread(aspect) > MAX_SPREAD]
    if wide:
        raise UsageError(
            f"the marks differ by more than {MAX_SPREAD}: {', '.join(wide)}; mark again with a "
            "reason",
            headline=_REFUSED,
        )
