"""`harness evidence verify` and `rejudge`: is the record what was written, and does it add up?"""

import re
from pathlib import Path
from typing import Any

import click
import msgspec

from harness.cli import wide
from harness.cli.base import argument, columns, command, language, option, say
from harness.cli.options import json_option, print_json
from harness.clock import shown_time
from harness.errors import EvidenceError, UsageError
from harness.events import Judged
from harness.evidence.keys import fingerprint, load_public_key, short
from harness.evidence.layout import JOURNAL, SEAL
from harness.evidence.read import read_journal
from harness.evidence.rejudge import rejudge as derive
from harness.evidence.review_check import ReviewState
from harness.evidence.verify import verify as check
from harness.report.words import integrity
from harness.text import Text

_HEAD = re.compile(r"[0-9a-f]{16,64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")

folder_argument = argument(
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    about=Text("一次运行的证据文件夹", "The folder of a run"),
)


def must_be_record(folder: Path) -> None:
    """Raises UsageError unless there is a record in that folder."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder; expected the folder of a run")
    if not any((folder / name).exists() for name in (JOURNAL, SEAL)):
        raise UsageError(f"{folder} holds neither {JOURNAL} nor {SEAL}; expected a run's folder")


@command(
    "verify",
    about=Text(
        "核验证据：链是否完整、附件是否被改动、封存签名是否有效。"
        "退出码：0 完整且已封存；1 被改动（指出首处）；3 完整但未封存。",
        "Check chain, attachments and seal. Exit code: 0 intact and sealed; 1 altered (the first "
        "bad place is named); 3 intact but unsealed.",
    ),
)
@folder_argument
@option(
    "--trust",
    multiple=True,
    metavar="KEY",
    about=Text(
        "只信任该公钥（.pub 文件或 64 位十六进制指纹），可重复",
        "Trust only this key (.pub file or fingerprint of 64 hex digits); repeatable",
    ),
)
@option(
    "--review-head",
    default="",
    metavar="HEX",
    about=Text(
        "成绩单上的复核校验值：复核记录必须含有它",
        "Review head on the score sheet: the review must hold it",
    ),
)
@json_option
def verify(folder: Path, trust: tuple[str, ...], review_head: str, as_json: bool) -> int:
    """Verify a record and say what was found."""
    must_be_record(folder)
    head = review_head.replace(" ", "").lower()
    if review_head and not _HEAD.fullmatch(head):
        raise UsageError(f"{review_head!r} is no review head; expected at least 16 hex digits")
    result = check(folder, [_trusted(key) for key in trust] if trust else None, review_head=head)
    if as_json:
        print_json(result.to_json())
        return result.exit_code
    headline, sentence = integrity(result)
    click.echo(click.style(say(headline), fg=_COLOURS[result.exit_code], bold=True))
    pairs: list[tuple[str, str]] = [(say(_FOLDER), str(folder))]
    if say(sentence):
        pairs.append((say(_FINDING), say(sentence)))
    pairs += [
        (say(_PLACE), f"{bad.file}:{bad.line} {say(bad.what)}") for bad in result.problems[1:]
    ]
    pairs.append((say(_LINES), f"{result.lines} + {result.modbus_lines} (Modbus)"))
    pairs.append((say(_RUN), result.run_id or "–"))
    if result.real_started:
        pairs.append(
            (say(_WHEN), f"{shown_time(result.real_started)} – {shown_time(result.real_ended)}")
        )
    if result.review is not None:
        pairs.append((say(_REVIEW), say(_review(result.review))))
    if result.sealed or result.problems:  # else the finding holds them
        pairs += [(say(_NOTE), say(note)) for note in result.notes]
    if result.trusted is not None:
        pairs.append((say(_TRUSTED), say(_YES if result.trusted else _NO)))
    click.echo(wide.rows(pairs, columns()))
    return result.exit_code


def _review(review: ReviewState) -> Text:
    """The review in a sentence: who locked, who signed, its head."""
    signed = [one.code for one in review.reviewers if one.signed]
    codes = [one.code for one in review.reviewers]
    done = f"{len(signed)}/{review.sign_offs}"
    return Text(
        f"{review.lines} 行；考评员 {'、'.join(codes)}；签名 {done}"
        f"{'（' + '、'.join(signed) + '）' if signed else ''}；校验值 {short(review.head)}",
        f"{review.lines} lines; assessors {', '.join(codes)}; signed {done}"
        f"{' (' + ', '.join(signed) + ')' if signed else ''}; head {short(review.head)}",
    )


_COLOURS = {0: "green", 1: "red", 3: "yellow"}
_FOLDER = Text("文件夹", "Folder")
_FINDING = Text("说明", "Finding")
_PLACE = Text("其他异常处", "Also")
_LINES = Text("行数", "Lines")
_REVIEW = Text("复核", "Review")
_NOTE = Text("提示", "Note")
_RUN = Text("运行编号", "Run")
_WHEN = Text("实际时间", "Real time")
_TRUSTED = Text("签名受信任", "Signer trusted")
_YES = Text("是", "yes")
_NO = Text("否", "no")


def _trusted(key: str) -> str:
    """The fingerprint that a key file or a fingerprint stands for."""
    plain = key.replace(" ", "").replace(":", "").lower()
    if _FINGERPRINT.fullmatch(plain):
        return plain
    if not Path(key).is_file():
        raise UsageError(f"{key!r} is neither a public key file nor a fingerprint of 64 hex digits")
    try:
        return fingerprint(load_public_key(Path(key)))
    except EvidenceError as error:
        raise UsageError(error.detail) from error


@command(
    "rejudge",
    about=Text(
        "只凭存储的测量值重新推导每个结论，与记录对比。退出码：0 一致；1 不一致。",
        "Derive every verdict again from the stored values and compare. Exit code: 0 the same; "
        "1 different.",
    ),
)
@folder_argument
@json_option
def rejudge(folder: Path, as_json: bool) -> int:
    """Repeat every judgement of a record."""
    must_be_record(folder)
    entries = read_journal(folder)
    differences = derive(entries)
    if as_json:
        found: list[dict[str, Any]] = [
            {"id": f"{one.procedure}::{one.step}", **msgspec.to_builtins(one)}
            for one in differences
        ]
        print_json(found)
    elif not differences:
        click.echo(say(_SAME).format(sum(isinstance(entry.event, Judged) for entry in entries)))
    for one in differences if not as_json else ():
        place = f"{JOURNAL}:{one.line} {one.procedure} {one.step}".rstrip()
        click.echo(f"{place}: {one.what.get(language())}: {one.recorded} → {one.derived}")
    return 1 if differences else 0


_SAME = Text("全部 {} 个判定与记录一致", "All {} judgements give the recorded verdicts")
