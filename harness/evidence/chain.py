"""An append-only file of JSON lines in which every line carries the hash of the one before.

    {"n":1,"t":0.0,"prev":"0000…","event":"run_started",…}
    {"n":2,"t":0.1,"prev":"<SHA-256 of the stored bytes of line 1, newline excluded>",…}

The stored bytes are the record: a body is spliced behind the three chain fields as it was
encoded, and nothing is ever re-encoded to check it. A line counts once its newline is there; what
stands behind the last newline is a torn line, whatever it looks like.
"""

import hashlib
import math
import os
import re
from pathlib import Path
from typing import NamedTuple, Self

from harness.errors import EvidenceError
from harness.text import Text

ZERO = "0" * 64
"""The `prev` of a first line."""

_HEADER = re.compile(
    rb'\{"n":([1-9][0-9]{0,17}),"t":(-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?),"prev":"([0-9a-f]{64})",'
)
_DISK = Text("证据无法写入磁盘", "The evidence cannot be written to disk")

# fdatasync leaves out what is not needed to read the data back; it exists on Linux only.
_force_to_disk = getattr(os, "fdatasync", os.fsync)


class Header(NamedTuple):
    """The chain fields of one line."""

    n: int
    t: float
    prev: str


def parse_header(line: bytes) -> Header | None:
    """The chain fields of a stored line (no newline); None when it does not start with them."""
    match = _HEADER.match(line)
    if match is None:
        return None
    t = float(match[2])
    return Header(int(match[1]), t, match[3].decode()) if math.isfinite(t) else None


def line_hash(line: bytes) -> str:
    """Hex SHA-256 of a stored line, newline excluded."""
    return hashlib.sha256(line).hexdigest()


def split_lines(data: bytes) -> tuple[list[bytes], bytes]:
    """The complete lines of a file (no newlines), and the torn rest behind the last newline."""
    *lines, torn = data.split(b"\n")
    return lines, torn


class ChainWriter:
    """Writes one chained file. The file must not exist yet.

    Every line is handed to the operating system in one write, so a killed process loses nothing
    that `append` returned for; `flush` with `sync` also waits for the disk, for power cuts. After
    the first failed write the writer refuses everything and keeps naming that first cause.
    """

    def __init__(self, path: Path, *, sync: bool) -> None:
        self.path = path
        self.sync = sync
        self.head = ZERO
        self.lines = 0
        self._on_disk = 0
        self._cause: OSError | None = None
        try:
            self._file = path.open("xb", buffering=0)
        except OSError as error:
            raise EvidenceError(f"{path}: {error}", headline=_DISK) from error

    def append(self, body: bytes, t: float) -> int:
        """Append one JSON object; its line number, counted from 1.

        `t` is in seconds and is kept to the microsecond. Raises EvidenceError when the line
        could not be written whole.
        """
        if not body.startswith(b'{"') or b"\n" in body:
            raise EvidenceError(f"{self.path}: a line must be one JSON object with a field")
        if not math.isfinite(t):
            raise EvidenceError(f"{self.path}: the time {t!r} is not finite")
        if self._cause is not None:
            raise EvidenceError(
                f"{self.path}: earlier failure: {self._cause}", headline=_DISK
            ) from self._cause
        number = self.lines + 1
        line = f'{{"n":{number},"t":{round(float(t), 6)!r},"prev":"{self.head}",'.encode()
        line += body[1:]
        self._write(line + b"\n")
        self.lines = number
        self.head = hashlib.sha256(line).hexdigest()
        return number

    def _write(self, data: bytes) -> None:
        try:
            written = self._file.write(data)
            while written < len(data):  # a nearly full disk takes a part first
                more = self._file.write(data[written:])
                if more == 0:
                    raise OSError(f"only {written} of {len(data)} bytes were taken")
                written += more
        except OSError as error:
            raise self._failed(error) from error

    def flush(self) -> None:
        """Wait until all lines are on the disk, when `sync` is set. Raises EvidenceError."""
        if self.sync and self._on_disk < self.lines and not self._file.closed:
            try:
                _force_to_disk(self._file.fileno())
            except OSError as error:
                raise self._failed(error) from error
            self._on_disk = self.lines

    def _failed(self, error: OSError) -> EvidenceError:
        self._cause = error
        return EvidenceError(f"{self.path} after line {self.lines}: {error}", headline=_DISK)

    def close(self) -> None:
        """Flush and close; closing twice is harmless. Raises EvidenceError."""
        if self._file.closed:
            return
        try:
            if self._cause is None:
                self.flush()
            self._file.close()
        except OSError as error:
            raise self._failed(error) from error
        finally:
            if self._cause is None:
                self._cause = OSError("the file was closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
