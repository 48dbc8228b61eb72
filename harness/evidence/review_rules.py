"""What may follow what in a review, the same when a line is added and when it is checked.

rules = ReviewRules(candidates={"C-17"})
problem = rules.problem(line, key, before)    # None: the line is in order
rules.take(line, key)
"""

from collections.abc import Collection
from datetime import datetime

from harness.errors import EvidenceError
from harness.evidence.review_lines import ReviewLine, key_revealed, uncover
from harness.text import Text

OPENED_FIRST = Text(
    "复核只能开始一次，且是第一行；已经开始的，直接评分即可",
    "a review is opened once, by its first line; when it is open, go on to mark",
)
CANDIDATE = Text(
    "考评员代号就是考生代号：考生不得复核自己的考试",
    "the assessor's code is that of the candidate, who cannot review his own exam",
)
OTHER_KEY = Text("同一代号使用了两把密钥", "one code signs with two keys")
OTHER_CODE = Text("同一把密钥用于两个代号", "one key signs for two codes")
TIME_BACK = Text("时间早于上一行", "the time is earlier than that of the line before")
NO_TIME = Text("时间无法读取", "the time is not readable")
MARK_LOCKED = Text(
    "该考评员的评分已锁定；改分须用带理由的重评",
    "this assessor's marks are locked; a change needs a remark with a reason",
)
NOT_LOCKED = Text("该考评员的评分尚未锁定", "this assessor's marks are not locked yet")
LOCKED_TWICE = Text("该考评员的评分已经锁定", "this assessor's marks are locked already")
TOO_MANY = Text(
    "锁定评分的考评员人数已满", "as many assessors as the scheme asks for have locked marks"
)
NO_REASON = Text("必须写明理由", "a reason is needed")
NO_TEXT = Text("评语是空的", "the comment is empty")
AFTER_SIGNING = Text(
    "已签名确认：只能继续签名或撤回签名",
    "it is signed off: only another signature or a withdrawal may follow",
)
SIGNED_TWICE = Text("该考评员已经签名", "this assessor has signed already")
NOT_SIGNED = Text("该考评员没有签名，无可撤回", "this assessor has not signed; nothing to withdraw")
WRONG_HEAD = Text("签名所指的不是上一行", "the sign-off does not name the line before it")
NOT_OPENED = Text(
    "锁定时公开的密钥打不开先前的评分", "the key that was revealed does not open the earlier marks"
)
OTHER_COVER = Text("评分所用的封存密钥前后不同", "the marks are covered with two different keys")
UNKNOWN_KIND = Text("本版本不认识这种记录", "no entry that this version knows")

RULES = (
    OPENED_FIRST, CANDIDATE, OTHER_KEY, OTHER_CODE, TIME_BACK, NO_TIME, MARK_LOCKED, NOT_LOCKED,
    LOCKED_TWICE, TOO_MANY, NO_REASON, NO_TEXT, AFTER_SIGNING, SIGNED_TWICE, NOT_SIGNED,
    WRONG_HEAD, NOT_OPENED, OTHER_COVER, UNKNOWN_KIND,
)  # fmt: skip
_NEEDS_REASON = {"remarked", "overridden", "deducted", "veto_decided", "withdrawn"}
_KINDS = _NEEDS_REASON | {"review_opened", "marked", "locked", "commented", "signed_off"}


class ReviewRules:
    """The state of a review, line after line."""

    def __init__(self, candidates: Collection[str]) -> None:
        self._candidates = {code.casefold() for code in candidates if code}
        self.opened: ReviewLine | None = None
        self.keys: dict[str, str] = {}
        """Code -> fingerprint."""
        self.locked: list[str] = []
        self.signed: dict[str, ReviewLine] = {}
        """Sign-offs that stand."""
        self.covered: dict[str, list[ReviewLine]] = {}
        """Marks by assessor, as they are stored."""
        self._time: datetime | None = None

    def problem(self, line: ReviewLine, key: str, before: str) -> Text | None:
        """What is wrong with a next line, or None.

        `key`: fingerprint of its signer; `before`: hash of the line before.
        """
        return self._who_and_when(line, key) or self._what(line, before)

    def _who_and_when(self, line: ReviewLine, key: str) -> Text | None:
        moment = moment_of(line.utc)
        broken = {
            UNKNOWN_KIND: line.entry not in _KINDS,
            OPENED_FIRST: (self.opened is None) is not (line.entry == "review_opened"),
            NO_TIME: moment is None,
            TIME_BACK: moment is not None and self._time is not None and moment < self._time,
            CANDIDATE: line.by.casefold() in self._candidates,
            OTHER_KEY: self.keys.get(line.by, key) != key,
            OTHER_CODE: any(k == key and code != line.by for code, k in self.keys.items()),
        }
        return next((what for what, holds in broken.items() if holds), None)

    def _what(self, line: ReviewLine, before: str) -> Text | None:
        kind = line.entry
        if self.signed and kind not in ("signed_off", "withdrawn"):
            return AFTER_SIGNING
        if kind in _NEEDS_REASON and not line.reason.strip():
            return NO_REASON
        locked = line.by in self.locked
        broken = {
            "marked": MARK_LOCKED if locked else self._other_cover(line),
            "remarked": None if locked else NOT_LOCKED,
            "locked": LOCKED_TWICE if locked else self._lock(line),
            "commented": None if line.text.strip() else NO_TEXT,
            "signed_off": self._sign(line, before) if kind == "signed_off" else None,
            "withdrawn": None if line.by in self.signed else NOT_SIGNED,
        }
        return broken.get(kind)

    def _other_cover(self, line: ReviewLine) -> Text | None:
        used = {one.commitment for one in self.covered.get(line.by, ())}
        return OTHER_COVER if used - {line.commitment} else None

    def _lock(self, line: ReviewLine) -> Text | None:
        if line.entry != "locked":
            return None
        if self.opened is not None and len(self.locked) >= self.opened.assessors:
            return TOO_MANY
        try:
            key = key_revealed(line)
            for one in self.covered.get(line.by, ()):
                uncover(one, key)
        except EvidenceError:
            return NOT_OPENED
        return None

    def _sign(self, line: ReviewLine, before: str) -> Text | None:
        if line.by in self.signed:
            return SIGNED_TWICE
        return None if line.review_head == before else WRONG_HEAD

    def take(self, line: ReviewLine, key: str) -> None:
        """The line is in order: go on from it."""
        self._time = moment_of(line.utc)
        self.keys[line.by] = key
        if line.entry == "review_opened":
            self.opened = line
        elif line.entry == "marked":
            self.covered.setdefault(line.by, []).append(line)
        elif line.entry == "locked":
            self.locked.append(line.by)
        elif line.entry == "signed_off":
            self.signed[line.by] = line
        elif line.entry == "withdrawn":
            del self.signed[line.by]


def moment_of(utc: str) -> datetime | None:
    """A recorded time; None when it is none or has no offset."""
    try:
        moment = datetime.fromisoformat(utc)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
