"""The command layer of a simulated SCPI instrument: lines in, replies out, an error queue.

Headers may be written short or long and in any case (`MEAS:CURR?`, `measure:current?`). Nothing
here knows of sockets.
"""

from collections import deque
from collections.abc import Callable

_MOST_ERRORS = 16
_LONG = {
    "MEASURE": "MEAS",
    "CURRENT": "CURR",
    "VOLTAGE": "VOLT",
    "POWER": "POW",
    "ENERGY": "ENER",
    "FREQUENCY": "FREQ",
    "FUNCTION": "FUNC",
    "INPUT": "INP",
    "OUTPUT": "OUTP",
    "SYSTEM": "SYST",
    "ERROR": "ERR",
}
Query = Callable[[], str]
Setter = Callable[[str], None]


class OutOfRangeError(Exception):
    """A setter does not take the value."""


class Commands:
    """What one instrument understands."""

    def __init__(self, identity: str) -> None:
        self._identity = identity
        self._queries: dict[str, Query] = {}
        self._setters: dict[str, Setter] = {}
        self._errors: deque[tuple[int, str]] = deque(maxlen=_MOST_ERRORS)

    def query(self, header: str, answer: Query) -> None:
        self._queries[header] = answer

    def setter(self, header: str, take: Setter) -> None:
        self._setters[header] = take

    def handle(self, line: str) -> str | None:
        """Carry out a line, which may hold several commands; the replies, or None for none."""
        replies = [reply for part in line.split(";") if (reply := self._one(part)) is not None]
        return ";".join(replies) if replies else None

    def _one(self, text: str) -> str | None:
        header, _, value = text.strip().partition(" ")
        name = ":".join(_LONG.get(part, part) for part in header.strip(":?").upper().split(":"))
        if not header:
            return None
        if header.endswith("?"):
            if name == "*IDN":
                return self._identity
            if name in ("SYST:ERR", "SYST:ERR:NEXT"):
                code, what = self._errors.popleft() if self._errors else (0, "No error")
                return f'{code},"{what}"'
            if name in self._queries:
                return self._queries[name]()
            self._errors.append((-113, "Undefined header"))
            return None
        if name == "*CLS":
            self._errors.clear()
        elif name in self._setters:
            try:
                self._setters[name](value.strip())
            except OutOfRangeError:
                self._errors.append((-222, "Data out of range"))
            except ValueError:
                self._errors.append((-104, "Data type error"))
        else:
            self._errors.append((-113, "Undefined header"))
        return None


def switch(text: str) -> bool:
    """`ON`, `OFF`, `1` or `0`. Raises ValueError."""
    known = {"ON": True, "1": True, "OFF": False, "0": False}
    try:
        return known[text.upper()]
    except KeyError as error:
        raise ValueError(text) from error


def within(text: str, low: float, high: float) -> float:
    """A number of a setting. Raises ValueError, OutOfRangeError."""
    value = float(text)
    if not low <= value <= high:
        raise OutOfRangeError(text)
    return value


def shown(value: float) -> str:
    """A number as instruments write it."""
    return f"{value:.6E}"
