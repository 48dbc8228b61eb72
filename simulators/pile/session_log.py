"""The day's sessions as the pile has kept them: a record of each, and two counters beside them.

Counters and records are kept apart, as they are in a pile: when a record gets lost the counters
still know of it. The simulation begins in the middle of a day, so some sessions have been before.
"""

from dataclasses import dataclass
from random import Random

_DAY = 86_400.0
_CHINA = 8 * 3600.0


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One finished session. Times are of the pile's own clock (Unix s)."""

    started: float
    ended: float
    watt_hours: int
    reason: str


def _midnight(unix: float) -> float:
    return (unix + _CHINA) // _DAY * _DAY - _CHINA


class SessionLog:
    """Records of today, oldest first."""

    def __init__(self, random: Random, now: float) -> None:
        self._day = _midnight(now)
        count = random.randint(3, 6)
        slot = (now - self._day) / (count + 1)
        self.records: list[SessionRecord] = []
        for number in range(count):
            started = self._day + slot * (number + random.uniform(0.1, 0.4))
            ended = started + slot * random.uniform(0.2, 0.5)
            watt_hours = round((ended - started) / 3600 * random.uniform(5_000, 7_000))
            reason = random.choice(("remote_stop", "vehicle_stopped", "vehicle_stopped"))
            self.records.append(
                SessionRecord(float(int(started)), float(int(ended)), watt_hours, reason)
            )
        self.sessions = count
        """How many sessions ended today, by the counter."""
        self.watt_hours = sum(record.watt_hours for record in self.records)
        self.selected = 0
        """Number of the record that is shown; 0 is the newest."""

    def add(self, record: SessionRecord) -> None:
        """A session has ended."""
        if _midnight(record.ended) != self._day:
            self._day = _midnight(record.ended)
            self.records, self.sessions, self.watt_hours = [], 0, 0
        self.records = [*self.records, record]
        self.sessions += 1
        self.watt_hours += record.watt_hours

    @property
    def shown(self) -> SessionRecord | None:
        """The selected record; None: there are not so many."""
        if self.selected >= len(self.records):
            return None
        return self.records[-1 - self.selected]
