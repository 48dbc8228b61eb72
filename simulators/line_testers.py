"""The testers of the inspection line as things that can be set wrong, and what then stands in their
files: nothing of this is a defect of the car."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from simulators.vehicle.units import with_check_digit

_INCH = 25.4
_CAR_BEFORE = with_check_digit("0EVEV4B20R0000412")


class LineTester:
    """One tester, or one of its files: `spoiled` says what is wrong with it."""

    def __init__(self) -> None:
        self.spoiled = ""

    def given(self, data: bytes) -> bytes:
        """The file that it gives instead of `data`, which is right."""
        return _WAYS[self.spoiled](data.decode()).encode() if self.spoiled else data


class LineTesters:
    """All of them, by the subject of the question for their file."""

    def __init__(self) -> None:
        self._known: dict[str, LineTester] = {}

    def of(self, subject: str) -> LineTester:
        """The one that gives this file."""
        return self._known.setdefault(subject, LineTester())


def _in_inches(text: str) -> str:
    lines = text.splitlines()
    head = next(n for n, line in enumerate(lines) if line.endswith("[mm]"))
    lines[head] = lines[head].replace("[mm]", "[in]")
    for number in range(head + 1, len(lines)):
        rest, _, value = lines[number].rpartition(",")
        lines[number] = f"{rest},{float(value) / _INCH:.3f}"
    return "\n".join(lines) + "\n"


def _rear_missing(text: str) -> str:
    """The test was ended after the front axle."""
    return "".join(line for line in text.splitlines(True) if ",rear," not in line)


def _of_the_car_before(text: str) -> str:
    return _replaced(text, "# vin ", _CAR_BEFORE)


def _decimal_commas(text: str) -> str:
    """A tester whose language writes a comma in every number."""
    lines = text.splitlines(True)
    head = next(n for n, line in enumerate(lines) if not line.startswith("#"))
    return "".join(lines[: head + 1]) + "".join(lines[head + 1 :]).replace(".", ",")


def _of_the_day_before(text: str) -> str:
    said = next(line for line in text.splitlines() if line.startswith("# tested "))
    day = date.fromisoformat(said.removeprefix("# tested "))
    return _replaced(text, "# tested ", (day - timedelta(days=1)).isoformat())


def _weighed_twice(text: str) -> str:
    """A second weighing was written behind the first one; somebody else sat in the car."""
    axle, left, right = text.splitlines()[-1].split(",")
    return f"{text}{axle},{float(left) + 41.5:.1f},{float(right) + 36.0:.1f}\n"


def _rows_lost(text: str) -> str:
    """The line to the computer was interrupted in the middle of a braking."""
    lines = text.splitlines(True)
    first = next(n for n, line in enumerate(lines) if line.startswith("service,front,0.4,"))
    return "".join(lines[:first] + lines[first + 5 :])


def _counter_restarted(text: str) -> str:
    """The counter of the way began at zero again in the middle of the braking."""
    lines = text.splitlines()
    head = next(n for n, line in enumerate(lines) if line.startswith("time "))
    half = (head + len(lines)) // 2
    start = float(lines[half].split(",")[2])
    for number in range(half, len(lines)):
        time, speed, way, *rest = lines[number].split(",")
        lines[number] = ",".join([time, speed, f"{float(way) - start:.3f}", *rest])
    return "\n".join(lines) + "\n"


def _replaced(text: str, start: str, by: str) -> str:
    lines = text.splitlines()
    return "\n".join(start + by if one.startswith(start) else one for one in lines) + "\n"


_WAYS: Mapping[str, Callable[[str], str]] = {
    "inches": _in_inches,
    "rear missing": _rear_missing,
    "car before": _of_the_car_before,
    "decimal commas": _decimal_commas,
    "empty": lambda _text: "",
    "day before": _of_the_day_before,
    "twice": _weighed_twice,
    "rows lost": _rows_lost,
    "counter restarted": _counter_restarted,
}
