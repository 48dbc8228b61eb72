"""`harness review …`: assessors' entries, one command each, for terminals and scripts."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from harness.assess import sheet_words as words
from harness.assess.entries import (
    Commented,
    Deducted,
    Locked,
    Marked,
    Overridden,
    Remarked,
    ReviewEntry,
    SignedOff,
    VetoDecided,
    Withdrawn,
)
from harness.assess.result import Score, digest
from harness.assess.review import Review, append, now, open_review, read_review
from harness.assess.review_inputs import scheme_of, scored
from harness.assess.scheme import Scheme
from harness.assess.scheme_file import LoadedScheme
from harness.cli.assessor import as_option, assessor_key, passphrase_option, reason_option
from harness.cli.base import argument, command, language, option, say
from harness.cli.evidence import folder_argument, must_be_record
from harness.errors import UnknownNameError, UsageError
from harness.evidence.keys import short
from harness.evidence.read import Entry, read_journal
from harness.text import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MEANING = Text("本人确认以上成绩", "I confirm the score as it stands")
_WRITTEN = Text("已记入复核记录第 {} 行", "Line {} of the review")
_OPENED = Text("复核已开始：评分方案 {}", "The review is open, by the scheme {}")
_LOCKED = Text("评分已锁定，不再更改", "The marks are locked")
_SIGNED = Text("已签名：总分 {:g}，{}", "Signed: total {:g}, {}")
_PASSED = {
    True: Text("合格", "passed"),
    False: Text("不合格", "not passed"),
    None: Text("未定", "open"),
}
_THE_TOTAL = Text("总分", "the total")
_HEAD = Text("复核校验值", "Review head")
_CANNOT_SIGN = Text("还不能签名", "It cannot be signed yet")


class Desk(NamedTuple):
    """Everything that an entry needs."""

    folder: Path
    code: str
    key: "Ed25519PrivateKey"
    entries: list[Entry]
    review: Review
    loaded: LoadedScheme

    @property
    def scheme(self) -> Scheme:
        return self.loaded.model

    def open(self) -> None:
        """Begin the review. Raises UsageError."""
        loaded = self.loaded
        text = loaded.data.decode("utf-8-sig")
        # Kept only where it comes out as the same bytes.
        document = text if text.encode() == loaded.data else ""
        open_review(
            self.folder, self.code, self.key, loaded.model, loaded.sha256, document=document
        )


def sit_down(folder: Path, code: str, file: Path | None, scheme: str | None = None) -> Desk:
    """The review of a folder, as an assessor sees it. Raises UsageError, EvidenceError."""
    must_be_record(folder)
    key = assessor_key(code, file)
    entries = read_journal(folder)
    review = read_review(folder, key)
    return Desk(folder, code, key, entries, review, scheme_of(folder, entries, review, scheme))


def enter(desk: Desk, entry: ReviewEntry) -> Review:
    """Add the entry and say at which line."""
    try:
        review = append(desk.folder, entry, desk.key, desk.scheme)
    except UnknownNameError:
        raise
    except UsageError as error:
        raise UsageError(_titled(error.detail, desk.scheme), headline=error.headline) from error
    click.echo(say(_WRITTEN).format(review.lines))
    return review


def _titled(detail: str, scheme: Scheme) -> str:
    """The ids that a complaint lists, each behind its title in the language of the call."""
    titles = {one.id: say(one.title) for module in scheme.modules for criterion in module.criteria
              for one in criterion.aspects}  # fmt: skip
    return re.sub(
        r"(?<=[:,] )([a-z0-9-]+)(?=[,;]|$)",
        lambda found: f"{titles[found[1]]} ({found[1]})" if found[1] in titles else found[1],
        detail,
    )


@command(
    "open",
    about=Text("开始复核一次已封存的运行。", "Begin the review of a sealed run."),
)
@folder_argument
@as_option
@option(
    "--scheme",
    metavar="ID|FILE",
    about=Text("评分方案；缺省用考试的方案", "Marking scheme; by default that of the exam"),
)
@passphrase_option
def open_(folder: Path, code: str, scheme: str | None, passphrase_file: Path | None) -> None:
    """Open a review."""
    desk = sit_down(folder, code, passphrase_file, scheme)
    desk.open()
    click.echo(say(_OPENED).format(desk.scheme.scheme))


@command(
    "mark",
    about=Text(
        "按评分说明给一个 J 项打 0 至 3 分；锁定之后改分须写理由。",
        "Mark a J aspect, 0 to 3, by its anchors; after locking a change needs a reason.",
    ),
)
@folder_argument
@argument("aspect", about=Text("评分项编号", "Id of the aspect"))
@argument("mark", type=click.IntRange(0, 3), about=Text("0 至 3", "0 to 3"))
@as_option
@option("--note", default="", metavar="TEXT", about=Text("备注（锁定前保密）", "Note, covered too"))
@option(
    "--reason",
    default="",
    metavar="TEXT",
    about=Text("锁定之后改分的理由", "Why it is changed after locking"),
)
@passphrase_option
def mark(
    *,
    folder: Path,
    aspect: str,
    mark: int,
    code: str,
    note: str,
    reason: str,
    passphrase_file: Path | None,
) -> None:
    """Enter a mark."""
    desk = sit_down(folder, code, passphrase_file)
    enter(desk, mark_entry(desk, aspect, mark, note, reason))


def mark_entry(desk: Desk, aspect: str, mark: int, note: str, reason: str) -> ReviewEntry:
    """A mark, or, after locking, a changed one."""
    assert mark in (0, 1, 2, 3)
    if desk.code in desk.review.locked:
        return Remarked(by=desk.code, utc=now(), aspect=aspect, mark=mark, reason=reason)  # type: ignore[arg-type]
    return Marked(by=desk.code, utc=now(), aspect=aspect, mark=mark, note=note)  # type: ignore[arg-type]


@command(
    "comment",
    about=Text(
        "写评语（立即可见，不保密）。", "Write a comment; it can be read at once, by everybody."
    ),
)
@folder_argument
@argument(
    "text",
    about=Text(
        "评语（提到人时只写代号，姓名程序识别不出来）",
        "The comment (people by code only: a name cannot be recognised)",
    ),
)
@as_option
@option(
    "--about",
    "topic",
    default="",
    metavar="ID",
    about=Text("所指步骤或评分项", "The step or aspect that it is about"),
)
@passphrase_option
def comment(folder: Path, text: str, code: str, topic: str, passphrase_file: Path | None) -> None:
    """Enter a comment."""
    desk = sit_down(folder, code, passphrase_file)
    enter(desk, Commented(by=code, utc=now(), about=topic, text=text))


@command(
    "override",
    about=Text(
        "以考评员的分数代替机器的分数；机器的分数保留可见。",
        "An assessor's marks in place of computed ones, which stay visible.",
    ),
)
@folder_argument
@argument("aspect", about=Text("评分项编号", "Id of the aspect"))
@argument("marks", type=float, about=Text("分数", "Marks"))
@as_option
@reason_option
@passphrase_option
def override(
    *, folder: Path, aspect: str, marks: float, code: str, reason: str, passphrase_file: Path | None
) -> None:
    """Enter an override."""
    desk = sit_down(folder, code, passphrase_file)
    enter(desk, Overridden(by=code, utc=now(), aspect=aspect, marks=marks, reason=reason))


@command("deduct", about=Text("记一次扣分，或免除一次。", "Enter a deduction, or waive one."))
@folder_argument
@argument("deduction", about=Text("扣分项编号", "Id of the deduction"))
@as_option
@option("--times", type=click.IntRange(1), default=1, about=Text("次数", "How often"))
@option("--waive", is_flag=True, about=Text("免除该项扣分", "It shall not count"))
@reason_option
@passphrase_option
def deduct(
    *,
    folder: Path,
    deduction: str,
    code: str,
    times: int,
    waive: bool,
    reason: str,
    passphrase_file: Path | None,
) -> None:
    """Enter a deduction."""
    desk = sit_down(folder, code, passphrase_file)
    entry = Deducted(
        by=code, utc=now(), deduction=deduction, times=times, waived=waive, reason=reason
    )
    enter(desk, entry)


@command(
    "veto",
    about=Text(
        "裁定一项一票否决：确认或驳回；驳回的仍然可见。",
        "Decide on a veto: confirm it or reject it; a rejected one stays visible.",
    ),
)
@folder_argument
@argument("veto", about=Text("一票否决项编号", "Id of the veto"))
@as_option
@option("--confirm/--reject", "confirmed", required=True, about=Text("确认或驳回", "Which of both"))
@option(
    "--grade",
    type=click.Choice(["deduct", "zero_task", "end_exam"]),
    about=Text("处理等级；缺省用方案的等级", "Grade; by default that of the scheme"),
)
@reason_option
@passphrase_option
def veto(
    *,
    folder: Path,
    veto: str,
    code: str,
    confirmed: bool,
    grade: str | None,
    reason: str,
    passphrase_file: Path | None,
) -> None:
    """Enter a decision."""
    desk = sit_down(folder, code, passphrase_file)
    entry = VetoDecided(
        by=code, utc=now(), veto=veto, confirmed=confirmed, grade=grade, reason=reason  # type: ignore[arg-type]
    )  # fmt: skip
    enter(desk, entry)


@command(
    "lock",
    about=Text(
        "锁定本人的评分：不再更改，此后才能看到其他考评员的评分。",
        "Lock your marks: they are final, and from now on you see the others'.",
    ),
)
@folder_argument
@as_option
@passphrase_option
def lock(folder: Path, code: str, passphrase_file: Path | None) -> None:
    """Lock one's marks."""
    enter(sit_down(folder, code, passphrase_file), Locked(by=code, utc=now()))
    click.echo(say(_LOCKED))


@command("sign", about=Text("签名确认成绩。", "Sign the score off."))
@folder_argument
@as_option
@passphrase_option
def sign(folder: Path, code: str, passphrase_file: Path | None) -> None:
    """Sign off."""
    sign_at(sit_down(folder, code, passphrase_file))


def sign_at(desk: Desk) -> Review:
    """Sign the score as it stands. Raises UsageError while something is pending."""
    result = scored(desk.entries, desk.loaded, desk.review)
    entry = sign_entry(desk.code, result)
    review = enter(desk, entry)
    click.echo(say(_SIGNED).format(entry.total, say(_PASSED[entry.passed])))
    click.echo(f"{say(_HEAD)}: {short(review.head)}")
    return review


def sign_entry(code: str, result: Score) -> SignedOff:
    """A sign-off of this score. Raises UsageError while something is pending."""
    if result.total is None or result.pending:
        waiting = ("、" if language() == "zh" else ", ").join(
            f"{say(words.waiting(one, result))} ({one.partition(':')[2]})" for one in result.pending
        )
        waiting = waiting or say(_THE_TOTAL)
        raise UsageError(f"still to be decided: {waiting}", headline=_CANNOT_SIGN)
    return SignedOff(
        by=code,
        utc=now(),
        meaning=MEANING,
        total=result.total,
        passed=result.passed,
        score_sha256=digest(result),
        review_head="",  # put in when it is written
    )


@command("withdraw", about=Text("撤回本人的签名。", "Take your sign-off back."))
@folder_argument
@as_option
@reason_option
@passphrase_option
def withdraw(folder: Path, code: str, reason: str, passphrase_file: Path | None) -> None:
    """Withdraw a sign-off."""
    enter(sit_down(folder, code, passphrase_file), Withdrawn(by=code, utc=now(), reason=reason))
