"""ASC (Vector) and TRC (PEAK) recordings, read through python-can.

python-can reads the frames; what it does not say is where in the file it is, that a line is cut
off, or that a payload is shorter than announced. That is watched here.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import can
from can.io.asc import ASCReader
from can.io.trc import TRCReader

from harness.devices.can.logs_frames import EARLIEST_DATE, FrameList, Recording
from harness.devices.can.logs_messages import add_message, what_is_wrong
from harness.errors import Problem
from harness.text import Text

# What python-can's readers warn about is told by our own checks, with its place.
logging.getLogger("can.io").addHandler(logging.NullHandler())

_ASC_HEADER = re.compile(r"date\b|base\b|//|(no\s+)?internal\s+events\s+logged", re.IGNORECASE)
_ASC_RELATIVE = re.compile(r"base\s+\w+\s+timestamps\s+relative", re.IGNORECASE)
_ASC_STAMP = re.compile(r"\s*(\d+\.\d+)(?=\s)")
_UNREADABLE_DATE = "Incompatible datetime"
"""What python-can says of a date that it cannot read."""
_ASC_END_OF_HEADER = "no internal events logged\n"
_TRC_VERSION = re.compile(rb";\$FILEVERSION=(\S+)")
_TRC_VERSIONS = ("1.1", "1.3", "2.0", "2.1")

_LOCAL_DATE = Text(
    "ASC 的日期是记录电脑的本地时间，按本机时区换算为 UTC",
    "An ASC file has the local time of the recording computer; it was taken as that of this one",
)
_NO_DATE = Text(
    "文件没有可读的日期：时间从记录开始算起",
    "The file has no date that can be read: times count from the start of the recording",
)


def is_asc(first: bytes) -> bool:
    """Whether a file that begins so is an ASC recording."""
    return re.match(rb"\s*(//.*\s+)*(date\s|base\s+(hex|dec)\b)", first, re.IGNORECASE) is not None


def is_trc(first: bytes) -> bool:
    """Whether a file that begins so is a TRC recording."""
    return first.lstrip().startswith((b";$FILEVERSION", b";####", b";---"))


def read_asc(path: Path) -> Recording:
    """All frames of an ASC recording. Damage ends the reading and is reported. Raises OSError.

    The date in the file is taken as local time of this computer. Stamps that count from the line
    before ("timestamps relative") are added up.
    """
    recording = _read_asc(path, dated=True)
    return recording if recording is not None else cast(Recording, _read_asc(path, dated=False))


def _read_asc(path: Path, *, dated: bool) -> Recording | None:
    """None when the date cannot be read and `dated` asks for it."""
    with path.open("rb") as file:
        lines = _AscLines(file)
        reader = ASCReader(cast(TextIO, lines), relative_timestamp=not dated)
        frames, wrong = _collect(reader, lines, first_channel=1)
        if dated and wrong is not None and _UNREADABLE_DATE in wrong:
            return None
        has_date = dated and reader.start_time >= EARLIEST_DATE
    notes = (_LOCAL_DATE if has_date else _NO_DATE,) if len(frames) else ()
    damage = _damage(path, lines, wrong, len(frames))
    return Recording(frames.frames(), has_date, damage, notes=notes)


def read_trc(path: Path) -> Recording:
    """All frames of a TRC recording. Damage ends the reading and is reported. Raises OSError."""
    with path.open("rb") as file:
        version = _TRC_VERSION.search(file.read(4096))
        number = version[1].decode("ascii", "replace") if version else ""
        if version and number not in _TRC_VERSIONS:
            what = f"the TRC version {number} is not known; 0 frames were read before it"
            problem = Problem(str(path), 1, 1, what, f"one of {', '.join(_TRC_VERSIONS)}")
            return Recording(FrameList().frames(), False, problem)
        file.seek(0)
        lines = _Lines(file)
        reader = _Trc(cast(TextIO, lines))
        frames, wrong = _collect(reader, lines, first_channel=0)
        dated = reader.start_time is not None and reader.start_time.timestamp() >= EARLIEST_DATE
    notes = (_NO_DATE,) if len(frames) and not dated else ()
    damage = _damage(path, lines, wrong, len(frames))
    return Recording(frames.frames(), dated, damage, notes=notes)


class _Trc(TRCReader):
    """python-can's reader leaves out lines with too few columns; here they are an error."""

    def _parse_line(self, line: str) -> can.Message | None:
        if not line or line.startswith(";"):
            return None
        return self._parse_cols(tuple(line.split(maxsplit=self._num_columns)))


class _Lines:
    """The lines of a text file as python-can's readers want them, and where they are."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0
        """Of the line read last, from 1."""
        self.cut = False
        """Whether that line has no end."""
        self.text = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for line in self._file:
            self.number += 1
            self.cut = not line.endswith(b"\n")
            try:
                self.text = line.decode("utf-8").strip()
            except UnicodeDecodeError:
                self.text = line.decode("latin-1").strip()
            if self.text:
                return self.text + "\n"
        raise StopIteration

    def close(self) -> None:
        self._file.close()


class _AscLines(_Lines):
    """The same for ASC: the header always ends in a way that python-can sees.

    Without the line about internal events, python-can takes the first line after the header for
    part of it.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._in_header = True
        self._relative = False
        self._total = 0.0
        self._kept: str | None = None

    def __next__(self) -> str:
        if self._kept is not None:
            line, self._kept = self._kept, None
            return line
        line = super().__next__()
        if self._in_header:
            self._relative |= _ASC_RELATIVE.match(line) is not None
            if "internal" in line.lower():
                self._in_header = False
            elif _ASC_HEADER.match(line) is None:
                self._in_header = False
                self._kept = self._absolute(line)
                return _ASC_END_OF_HEADER
            return line
        return self._absolute(line)

    def _absolute(self, line: str) -> str:
        stamp = _ASC_STAMP.match(line) if self._relative else None
        if stamp is None:
            return line
        self._total += float(stamp[1])
        return f"{self._total:.9f}{line[stamp.end() :]}"


def _collect(
    reader: Iterable[can.Message], lines: _Lines, *, first_channel: int
) -> tuple[FrameList, str | None]:
    """All frames up to the end, or up to the line that is wrong: what is wrong with it.

    `first_channel`: the number that the file gives to what python-can calls channel 0.
    """
    frames = FrameList()
    messages = iter(reader)
    while True:
        try:
            message = next(messages, None)
        except LookupError:
            return frames, "the line has too few columns"
        except (ValueError, TypeError, ArithmeticError) as error:
            return frames, f"the line cannot be read ({error or type(error).__name__})"
        if lines.cut and (message is not None or _is_cut(lines)):
            return frames, "the file ends within this line"
        if message is None:
            return frames, None
        if (wrong := what_is_wrong(message)) is not None:
            return frames, wrong
        add_message(frames, message, first_channel)


def _is_cut(lines: _Lines) -> bool:
    """Whether a last line that is no frame could have become one."""
    return not lines.text.lower().startswith((";", "//", "end "))


def _damage(path: Path, lines: _Lines, wrong: str | None, frames: int) -> Problem | None:
    if wrong is None:
        return None
    what = f"{wrong} ({lines.text[:60]!r}); {frames} frames were read before it"
    return Problem(str(path), lines.number, 1, what, "a whole line of the recording")
