"""Reading the clock ledger of an exam: what was working time, and what was not."""

from collections.abc import Sequence

import msgspec

from harness.events import ClockNoted

_COUNTS = ("working", "overtime")


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the ledger. Seconds since the start of the record; `end` None: the last."""

    phase: str
    start: float
    end: float | None
    by: str = ""
    why: str = ""
    line: int = 0


class Ledger(msgspec.Struct, frozen=True):
    """All phases in order. Preparation, referee pauses and technical stops are no working time."""

    phases: tuple[Phase, ...]

    def seconds(self, begin: float, end: float, among: Sequence[str] = _COUNTS) -> float:
        """Time of these phases inside a stretch of the record."""
        found = 0.0
        for one in self.phases:
            if one.phase in among:
                stop = end if one.end is None else min(one.end, end)
                found += max(0.0, stop - max(one.start, begin))
        return round(found, 6)


def ledger_of(noted: Sequence[tuple[int, float, ClockNoted]], begin: float, end: float) -> Ledger:
    """The ledger that a record keeps; without one, all of its steps' time is working time.

    `noted`: line, time and event of each entry; `begin` and `end`: first and last step.
    """
    if not noted:
        return Ledger((Phase(phase="working", start=begin, end=end),))
    phases: list[Phase] = []
    for place, (line, at, event) in enumerate(noted):
        later = noted[place + 1][1] if place + 1 < len(noted) else end
        phases.append(
            Phase(
                phase=event.phase,
                start=at,
                end=None if event.phase == "ended" else max(at, later),
                by=event.by,
                why=event.why,
                line=line,
            )
        )
        if event.phase == "ended":
            break
    return Ledger(tuple(phases))
