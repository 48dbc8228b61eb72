"""Finding the first altered line of a chained file.

Without a seal only the chain itself speaks: line numbers, and for each pair of neighbours whether
the second carries the hash of the first. With a seal each line has its mark, which settles
every case, also a chain that was recomputed from some line on.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from harness.evidence.chain import ZERO, Header, line_hash, parse_header
from harness.evidence.seal import MARK_DIGITS, ChainState
from harness.text import Text

UNREADABLE = Text("该行不是有效的证据行", "this line is no valid line of a record")
ALTERED = Text("该行内容被改动", "this line was altered")
INSERTED = Text("该行是后来插入的", "this line was inserted")
DUPLICATED = Text("该行与上一行重复", "this line repeats the one before")
SWAPPED = Text("该行与下一行被对调", "this line and the next were swapped")
SHORT = Text("记录在此处被截断", "the record was cut off here")
ADDED = Text("封存之后又追加了内容", "something was added after the sealing")
OUT_OF_PLACE = Text("该行不在原来的位置", "this line is not where it was written")


_LONGEST_TIME = 30
_raw = msgspec.json.Decoder(msgspec.Raw)


class Broken(NamedTuple):
    """The first bad line, counted from 1, and what is wrong with it."""

    line: int
    what: Text


def removed(count: int) -> Text:
    return Text(f"此处被删去 {count} 行", f"{count} line(s) were removed here")


def between(first: int, last: int) -> Text:
    return Text(
        f"第 {first} 行至第 {last} 行之间有改动",
        f"something in lines {first} to {last} was altered",
    )


class ChainedLines:
    """The complete lines of a chained file with their hashes."""

    def __init__(self, lines: Sequence[bytes], torn: bytes) -> None:
        self.lines = lines
        self.torn = torn
        self.hashes = [line_hash(line) for line in lines]

    def head_at(self, number: int) -> str:
        """Hash of line `number`, counted from 1; zeros for 0."""
        return self.hashes[number - 1] if number else ZERO


def first_break(chain: ChainedLines) -> Broken | None:
    """The first line at which the chain itself does not hold, or None.

    Not to be seen this way: lines cut off at the end, a changed body of the very last line, and
    a chain recomputed to its end. For these there is the seal.
    """
    if _holds(chain):
        return None
    headers = [parse_header(line) for line in chain.lines]
    for index, header in enumerate(headers):
        if header is None or not _is_json(chain.lines[index]):
            return Broken(index + 1, UNREADABLE)
        if header.prev != chain.head_at(index):
            return _blame(chain, headers, index, header)
        if header.n != index + 1:
            return Broken(index + 1, ALTERED)
    return None


def _holds(chain: ChainedLines) -> bool:
    """Whether every line stands where it was written. False also where it takes a closer look."""
    before = ZERO
    try:
        for number, (line, digest) in enumerate(zip(chain.lines, chain.hashes, strict=True), 1):
            start = b'{"n":%d,"t":' % number
            end = line.find(b",", len(start))
            time = line[len(start) : end]
            if (
                not line.startswith(start)
                or not line.startswith(b',"prev":"%b",' % before.encode(), end)
                or len(time) > _LONGEST_TIME
                or not time.replace(b".", b"", 1).isdigit()
            ):
                return False
            _raw.decode(line)
            if not line.isascii():
                line.decode()
            before = digest
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def _blame(
    chain: ChainedLines, headers: Sequence[Header | None], index: int, header: Header
) -> Broken:
    """Which line to blame when line `index` (from 0) does not carry the hash of the one before."""
    number = index + 1
    before = headers[index - 1] if index else None
    after = headers[index + 1] if index + 1 < len(headers) else None
    after_holds = after is not None and after.prev == chain.hashes[index]
    if header.n > number:
        swapped = after is not None and after.n == number and header.n == number + 1
        return Broken(number, SWAPPED if swapped else removed(header.n - number))
    if header.n < number:
        if chain.lines[index] == chain.lines[index - 1]:
            return Broken(number, DUPLICATED)
        if before is None or (before.n, before.prev) != (header.n, header.prev):
            return Broken(number, OUT_OF_PLACE)
        # Two lines claim one place. The original is the one that the next line carries; at the
        # end of the file, a forger who only wanted to append would have counted on.
        return Broken(index if after is None or after_holds else number, INSERTED)
    own_prev_changed = before is None or _nearly_equal(header.prev, chain.head_at(index))
    broken_on_both_sides = after is not None and not after_holds
    if own_prev_changed or broken_on_both_sides:
        return Broken(number, ALTERED)
    return Broken(index, ALTERED)  # the line before no longer has the hash it had


def _nearly_equal(one: str, other: str) -> bool:
    """Two hashes that differ in a few digits only: one is an edited copy of the other."""
    return sum(a != b for a, b in zip(one, other, strict=True)) <= len(one) // 2


def first_difference(
    chain: ChainedLines, sealed: ChainState, checkpoints: Sequence[tuple[int, str, str]] = ()
) -> Broken | None:
    """The first line that is not what the seal says it was, or None. `checkpoints` of the seal."""
    marks = [digest[:MARK_DIGITS] for digest in chain.hashes]
    if "".join(marks) == sealed.marks and not chain.torn:  # as it nearly always is
        return _against_full_hashes(chain, sealed, checkpoints)
    for index, mark in enumerate(marks):
        if index >= sealed.lines:
            return Broken(index + 1, ADDED)
        if mark != sealed.mark(index + 1):
            return Broken(index + 1, _what_happened(chain, marks, sealed, index))
    if len(marks) < sealed.lines:
        return Broken(len(marks) + 1, SHORT)
    if chain.torn:
        return Broken(len(marks) + 1, ADDED)
    return _against_full_hashes(chain, sealed, checkpoints)


def _against_full_hashes(
    chain: ChainedLines, sealed: ChainState, checkpoints: Sequence[tuple[int, str, str]]
) -> Broken | None:
    """Marks are short. Whoever forges a line to fit one is still caught by the full hashes."""
    good = 0
    for number, digest in [
        *((n, digest) for n, digest, _ in checkpoints),
        (sealed.lines, sealed.head),
    ]:
        if not 0 <= number <= len(chain.lines) or chain.head_at(number) != digest:
            return Broken(good + 1, between(good + 1, max(number, good + 1)))
        good = number
    return None


def _what_happened(
    chain: ChainedLines, marks: Sequence[str], sealed: ChainState, index: int
) -> Text:
    number = index + 1
    here, following = marks[index], marks[index + 1] if index + 1 < len(marks) else ""
    if here == sealed.mark(number + 1) and following == sealed.mark(number):
        return SWAPPED
    if index and chain.lines[index] == chain.lines[index - 1]:
        return DUPLICATED
    if following == sealed.mark(number) and len(marks) > sealed.lines:
        return INSERTED
    for skipped in range(1, sealed.lines - index):
        if here == sealed.mark(number + skipped):
            return removed(skipped) if len(marks) < sealed.lines else OUT_OF_PLACE
    return ALTERED
