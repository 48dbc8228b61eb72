"""Is a review missing, or cut off at its end? Part of `harness.evidence.review_check`.

What a bundle itself cannot tell, since nothing in it names its review. Three things can: this
station's register, the head that is printed on the score sheet, and a sheet beside the record.
"""

from collections.abc import Sequence
from pathlib import Path

from harness.errors import EvidenceError
from harness.evidence import register
from harness.evidence.keys import short
from harness.evidence.layout import REVIEW
from harness.evidence.locate import ChainedLines
from harness.evidence.sheet_heads import sheet_heads
from harness.text import Text


class Missing:
    """The look for what should be there; adds to the problems and notes that it is given."""

    def __init__(
        self, problems: list[tuple[str, int, Text]], notes: list[Text], chain: ChainedLines
    ) -> None:
        self.problems = problems
        self.notes = notes
        self.chain = chain

    def look(
        self, folder: Path, digest: str, review_head: str, keys: Path | None, *, exam: bool
    ) -> None:
        """`digest`: SHA-256 of the seal, empty without one. Others: see `check_review`."""
        wanted = review_head.replace(" ", "").lower()
        if wanted and not self._holds(wanted):
            what = Text(
                "成绩单所载的复核校验值在此找不到：复核被删除、截断或更换",
                "the review head on the score sheet is not found here: the review was removed, cut "
                "off or exchanged",
            )
            self.problems.append((REVIEW, 0, what))
        registered = self._by_register(digest, keys)
        sheets = self._by_sheets(folder)
        if exam and digest and not (registered or wanted or self.problems):
            self.notes.append(_nothing_can_tell(self.chain, sheets))

    def _holds(self, head: str) -> bool:
        return any(one.startswith(head) for one in self.chain.hashes)

    def _by_register(self, digest: str, keys: Path | None) -> bool:
        """Whether this station's register knows a review of this run."""
        try:
            known = register.of_run(digest, keys) if digest else []
        except EvidenceError as error:
            self.problems.append((register.REGISTER, 0, in_full(error)))
            return False
        chain = self.chain
        for one in known:
            if one.line > len(chain.lines) or chain.head_at(one.line) != one.head:
                if any(file == REVIEW for file, _, _ in self.problems):
                    break
                gone = not chain.lines
                what = Text(
                    "本站登记有该次运行的复核，而此处没有：复核被删除"
                    if gone
                    else f"本站登记的第 {one.line} 行不在此处：复核被截断或更换",
                    "this station knows a review of this run, which is not here: it was removed"
                    if gone
                    else f"line {one.line}, known to this station, is not here: the review was cut "
                    "off or exchanged",
                )
                self.problems.append((REVIEW, 0 if gone else one.line, what))
                break
        return bool(known)

    def _by_sheets(self, folder: Path) -> list[str]:
        """The sheets beside the record that name a line of this review; others are bad."""
        agreeing: list[str] = []
        for name, head in sheet_heads(folder).items():
            if self._holds(head):
                agreeing.append(name)
            elif not self.problems:
                what = Text(
                    f"旁边的成绩单 {name} 所载的复核校验值 {short(head)} 在此找不到："
                    "复核被删除、截断或更换，或成绩单不是这次运行的",
                    f"{name} beside it names the review head {short(head)}, which is not found "
                    "here: the review was removed, cut off or exchanged, or the sheet is of "
                    "another run",
                )
                self.problems.append((REVIEW, 0, what))
        return agreeing


def _nothing_can_tell(chain: ChainedLines, sheets: Sequence[str]) -> Text:
    """What a machine has to say that neither wrote the review nor was given its head."""
    lines = len(chain.lines)
    head = short(chain.head_at(lines)) if lines else ""
    here = Text(
        f"此处的复核有 {lines} 行，校验值 {head}" if lines else "此处没有复核",
        f"the review here has {lines} lines and the head {head}" if lines else "no review is here",
    )
    beside = Text(
        f"；旁边的 {'、'.join(sheets)} 与此相符，但可能已被一并更换" if sheets else "",
        f"; {', '.join(sheets)} beside it agrees, but may have been exchanged with it"
        if sheets
        else "",
    )
    return Text(
        f"{REVIEW}：本机没有这次考试的复核登记，复核是否缺失、末尾是否被截去，在本机无从判断（{here.zh}"
        f"{beside.zh}）。请与成绩单上印的复核校验值核对：harness evidence verify 文件夹 "
        "--review-head 校验值",
        f"{REVIEW}: this machine has no register of a review of this exam; nothing here can tell "
        f"whether a review is missing or was cut off at its end ({here.en}{beside.en}). Compare "
        "its head with the one that is printed on the score sheet: harness evidence verify DIR "
        "--review-head HEAD",
    )


def in_full(error: EvidenceError) -> Text:
    """Headline and detail."""
    zh, en = error.headline.zh, error.headline.en
    return Text(f"{zh}（{error.detail}）", f"{en}: {error.detail}")
