"""`harness review show`, `sheet` and the review guided in the terminal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from harness.assess import sheet_words
from harness.assess.entries import AnyReviewEntry, Commented, Locked, ReviewOpened
from harness.assess.result import Score
from harness.assess.review import (
    MAX_SPREAD,
    Review,
    judged,
    now,
    read_review,
    require_intact,
)
from harness.assess.review_inputs import scheme_of, scored
from harness.assess.scheme import Judged as JudgedAspect
from harness.assess.scheme import Scheme
from harness.assess.sheet import build_sheet
from harness.cli import wide
from harness.cli.assessor import as_option, assessor_key, passphrase_option
from harness.cli.base import columns, command, language, option, say
from harness.cli.evidence import folder_argument, must_be_record
from harness.cli.marks import candidate as candidate_word
from harness.cli.marks import mark as verdict_mark
from harness.cli.options import json_option, print_json
from harness.cli.review import Desk, enter, mark_entry, sign_at, sit_down
from harness.clock import shown_minute
from harness.engine import wording
from harness.errors import EvidenceError, HarnessError, UsageError
from harness.events import Answered, Asked
from harness.evidence.keys import short
from harness.evidence.read import read_journal
from harness.evidence.verify import verify
from harness.report.record import load_record
from harness.report.view import RunView, Step
from harness.report.words import integrity
from harness.text import Text

_KINDS = {
    "review_opened": Text("开始复核", "review opened"),
    "marked": Text("评分", "marked"),
    "locked": Text("锁定", "locked"),
    "remarked": Text("重评", "marked again"),
    "commented": Text("评语", "comment"),
    "overridden": Text("改分", "override"),
    "deducted": Text("扣分", "deduction"),
    "veto_decided": Text("一票否决裁定", "veto decision"),
    "signed_off": Text("签名", "signed off"),
    "withdrawn": Text("撤回签名", "sign-off withdrawn"),
}
_NO_REVIEW = Text(
    "还没有复核；开始：harness review open", "No review yet; begin: harness review open"
)
_HIDDEN = Text(
    "{} 已评 {} 项（锁定前不可见）", "{} has marked {} aspect(s), covered until both lock"
)
_SPREAD = Text(
    "{}：相差 {}，须重评并写明理由", "{}: the marks differ by {}; mark again with a reason"
)
_PENDING = Text("尚待裁定", "Still to be decided")
_STEPS = Text("一、逐步查看", "1. What happened, step by step")
_MARKS = Text("二、按评分说明打分（0 至 3）", "2. Marks by the written anchors (0 to 3)")
_SCORE = Text("三、成绩", "3. The score")
_YOURS = Text("您的评分（直接回车跳过）", "Your mark (Enter leaves it)")
_NOTE = Text("备注（可空；只写代号，不写姓名）", "Note (may be empty; codes, no names)")
_REASON = Text("改分理由", "Why is it changed")
_COMMENT = Text("总评（可空）", "A comment on the whole (may be empty)")
_LOCK = Text("锁定您的评分？锁定后不再更改", "Lock your marks? They are final then")
_SIGN = Text("签名确认这个成绩？", "Sign this score off?")
_WAIT = Text("等其他考评员锁定评分后再来签名", "Come back to sign when the others have locked")
_ANSWER = Text("考生", "candidate")
_AGAIN = Text("请输入 0、1、2 或 3", "Please enter 0, 1, 2 or 3")
_TOTAL = Text("总分", "Total")
_BEGIN = Text("还没有复核。现在开始？", "There is no review yet. Begin it now?")
_WRITTEN = Text("已写出", "Written")
_NOT_WRITTEN = Text("成绩单未能写出", "The sheet could not be written")


@command(
    "show",
    about=Text(
        "查看复核记录；用 --as 可看到本人的评分，锁定后可看到他人的。",
        "Show the review; with --as your own marks too, and the others' once you have locked.",
    ),
)
@folder_argument
@option("--as", "code", metavar="CODE", about=Text("考评员代号", "The assessor's code"))
@passphrase_option
@json_option
def show(folder: Path, code: str | None, passphrase_file: Path | None, as_json: bool) -> int:
    """Print the entries of a review."""
    must_be_record(folder)
    key = assessor_key(code, passphrase_file) if code else None
    review = read_review(folder, key)
    if as_json:
        print_json(
            {
                "entries": msgspec.to_builtins(review.entries),
                "hidden": review.hidden,
                "locked": review.locked,
                "signed": list(review.signed),
                "signed_off": review.signed_off,
                "lines": review.lines,
                "head": review.head,
            }
        )
        return 0
    if review.opened is None:
        click.echo(say(_NO_REVIEW))
        return 0
    rows = [
        (f"{shown_minute(one.utc)[5:]} {one.by} {say(_KINDS[_kind(one)])}", _line(one))
        for one in review.entries
    ]
    click.echo(wide.rows(rows, columns()))
    _say_hidden(review)
    return 0


def _kind(entry: AnyReviewEntry) -> str:
    return str(entry.__struct_config__.tag)


def _line(entry: AnyReviewEntry) -> str:
    if isinstance(entry, ReviewOpened):
        return f"{entry.scheme} {short(entry.scheme_sha256)}"
    fields: dict[str, Any] = msgspec.to_builtins(entry)
    hidden = ("entry", "by", "utc", "score_sha256", "review_head", "meaning")
    return "  ".join(str(value) for name, value in fields.items() if name not in hidden)


def _say_hidden(review: Review) -> None:
    for code, count in review.hidden.items():
        click.echo(say(_HIDDEN).format(code, count))


@command(
    "sheet",
    about=Text(
        "写出成绩单：HTML（打印用，A4）、CSV 或 XLSX。",
        "Write the score sheet: HTML for A4 paper, CSV or XLSX.",
    ),
)
@folder_argument
@option(
    "--format",
    "kind",
    type=click.Choice(["html", "csv", "xlsx"]),
    default="html",
    about=Text("格式", "Format"),
)
@option(
    "--scheme", metavar="ID|FILE", about=Text("评分方案", "Marking scheme, where it is not at hand")
)
@option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    about=Text("写到该文件；缺省写入运行文件夹", "File; by default into the run's folder"),
)
def sheet(folder: Path, kind: str, scheme: str | None, out: Path | None) -> int:
    """Write the sheet. Exit code 1 when the record was altered; the sheet says so."""
    must_be_record(folder)
    check = verify(folder)
    entries = read_journal(folder)
    review = read_review(folder)
    found = scheme_of(folder, entries, review, scheme)
    page = build_sheet(entries, scored(entries, found, review), review, check, found.model)
    target = out or folder / f"sheet.{language()}.{kind}"
    if kind == "html":
        from harness.assess.sheet_html import render_sheet  # noqa: PLC0415 - jinja is heavy

        data = render_sheet(page, language()).encode()
    else:
        from harness.assess.sheet_table import as_csv, as_xlsx  # noqa: PLC0415

        data = (as_csv if kind == "csv" else as_xlsx)(page, language())
    _write(target, data)
    click.echo(f"{say(_WRITTEN)}: {target}")
    return 0 if check.intact else 1


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


@command(
    "guide",
    about=Text(
        "在终端里逐步复核：机器结论、考生回答、评分说明，打分、锁定、签名。",
        "Review in the terminal: what the machine found, what the candidate said, the anchors; "
        "mark, lock, sign.",
    ),
)
@folder_argument
@as_option
@option("--scheme", metavar="ID|FILE", about=Text("评分方案", "Marking scheme"))
@passphrase_option
def guide(folder: Path, code: str, scheme: str | None, passphrase_file: Path | None) -> int:
    """Lead an assessor through a review."""
    must_be_record(folder)
    for text in integrity(verify(folder)):
        click.echo(say(text))
    require_intact(folder)
    desk = sit_down(folder, code, passphrase_file, scheme)
    if desk.review.opened is None:
        if not click.confirm(say(_BEGIN), default=True):
            return 0
        desk.open()
        desk = _again(desk)
    steps = _show_steps(folder)
    _ask_marks(desk, steps)
    desk = _again(desk)
    comment = click.prompt(say(_COMMENT), default="", show_default=False)
    if comment.strip():
        enter(desk, Commented(by=code, utc=now(), text=comment.strip()))
    if code not in desk.review.locked and click.confirm(say(_LOCK), default=False):
        enter(desk, Locked(by=code, utc=now()))
    desk = _again(desk)
    return _finish(desk)


def _again(desk: Desk) -> Desk:
    return desk._replace(review=read_review(desk.folder, desk.key))


def _show_steps(folder: Path) -> dict[str, Step]:
    """Print every step; they are needed again beside the aspects that are about them."""
    found: dict[str, Step] = {}
    click.echo(click.style(f"\n{say(_STEPS)}", bold=True))
    view = RunView(load_record(folder))
    for procedure in view.procedures.values():
        click.echo(say(procedure.title))
        for step in procedure.steps.values():
            found[step.id] = step
            for line in step_lines(step):
                click.echo(wide.indent(line, columns(), 4))
    return found


def step_lines(step: Step) -> list[str]:
    """A step for an assessor: verdict of the machine, then what the candidate said."""
    lines = [f"{step.number}. {say(step.title)}: {verdict_mark(step.verdict, language())}"]
    for attempt in step.attempts:
        for asked, answered in attempt.dialogue:
            if answered is not None and answered.value is not None:
                note = f" ({answered.note})" if answered.note else ""
                lines.append(f"   {say(_ANSWER)}: {_given(asked, answered)}{note}")
        lines += [
            f"   {say(_ANSWER)}: {wording.value(one.answer, None, language())}"
            for one in attempt.concluded
            if one.answer is not None
        ]
        if attempt.ended is not None and attempt.ended.reason:
            lines.append(f"   {say(wording.reason(attempt.ended.reason))}")
    if step.candidate is not None:
        lines.append(f"   {say(_ANSWER)}: {candidate_word(step.candidate, language())}")
    return lines


def _given(asked: Asked | None, answered: Answered) -> str:
    """An answer as the person was shown it, else in our words."""
    label = asked.labels.get(str(answered.value)) if asked is not None else None
    if label is not None:
        return say(label)
    return wording.value(answered.value, asked.unit if asked else None, language())


def _ask_marks(desk: Desk, steps: Mapping[str, Step]) -> None:
    click.echo(click.style(f"\n{say(_MARKS)}", bold=True))
    for aspect in judged(desk.scheme):
        _show_aspect(aspect, desk, steps)
        chosen = _asked_mark()
        if chosen is None:
            continue
        locked = desk.code in desk.review.locked
        why = click.prompt(say(_REASON if locked else _NOTE), default="", show_default=False)
        reason, note = (why, "") if locked else ("", why)
        try:
            enter(desk, mark_entry(desk, aspect.id, chosen, note, reason))
        except UsageError as error:
            _complain(error)


def _show_aspect(aspect: JudgedAspect, desk: Desk, steps: Mapping[str, Step]) -> None:
    title = f"{aspect.id}  {say(aspect.title)}  (≤ {aspect.max:g})"
    click.echo(click.style(f"\n{title}", bold=True))
    if aspect.step is not None and aspect.step in steps:
        for line in step_lines(steps[aspect.step]):
            click.echo(wide.indent(line, columns(), 3))
    for mark, anchor in sorted(aspect.anchors.items()):
        click.echo(wide.indent(f"{mark}  {say(anchor)}", columns(), 3))
    known = desk.review.marks(aspect.id)
    if known:
        click.echo("   " + "  ".join(f"{code}: {mark}" for code, mark in known.items()))
    spread = desk.review.spread(aspect.id)
    if spread > MAX_SPREAD:
        click.echo(click.style(say(_SPREAD).format(aspect.id, spread), fg="red"))


def _asked_mark() -> int | None:
    for _ in range(20):
        said = click.prompt(say(_YOURS), default="", show_default=False).strip()
        if not said:
            return None
        if said in ("0", "1", "2", "3"):
            return int(said)
        click.echo(say(_AGAIN))
    raise click.Abort


def _finish(desk: Desk) -> int:
    click.echo(click.style(f"\n{say(_SCORE)}", bold=True))
    result = scored(desk.entries, desk.loaded, desk.review)
    _say_score(result, desk.scheme, desk.review)
    _say_hidden(desk.review)
    if desk.code in desk.review.signed:
        return 0
    if result.total is None or result.pending:
        click.echo(say(_WAIT))
        return 0
    if click.confirm(say(_SIGN), default=False):
        try:
            sign_at(desk)
        except UsageError as error:
            _complain(error)
            return 2
    return 0


def _say_score(result: Score, scheme: Scheme, review: Review) -> None:
    for module in result.modules:
        marks = sheet_words.number(module.marks)
        click.echo(f"{say(module.title)}: {marks} / {module.max:g}")
    total = sheet_words.number(result.total)
    click.echo(f"{say(_TOTAL)}: {total}  {say(sheet_words.PASSED[result.passed])}")
    click.echo(wide.indent(say(result.why), columns(), 3))
    if result.pending:
        waiting = [say(sheet_words.waiting(one, result)) for one in result.pending]
        click.echo(f"{say(_PENDING)}: {', '.join(waiting)}")
    for aspect in judged(scheme):
        spread = review.spread(aspect.id)
        if spread > MAX_SPREAD:
            click.echo(click.style(say(_SPREAD).format(aspect.id, spread), fg="red"))


def _complain(error: HarnessError) -> None:
    from harness.cli.failure import complain  # noqa: PLC0415 - only for failures

    complain(error, language())
