"""Findings, hand checks, causes, and a diagnosis.

A finding is one word about one thing: `rest.cp` is `ok` or `0V`. Its key says where it comes from:

    link, replies, speed, live      the communication
    rest.*                          readings while nothing is plugged in, before anything is reset
    rep.*                           readings while the complaint is reproduced
    hand.*                          what a person measured or saw
    alarm.F-17                      `set` or `clear`
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from harness.text import Text

OK = "ok"
SET, CLEAR = "set", "clear"
ALARM = "alarm."
ALARMS = "finding.alarms"
"""Name of the reading that lists every alarm seen."""
FINDING = "finding."
"""Before the key, in the name of a reading that is a finding."""
NONE, UNKNOWN = "no_fault", "unknown"


Power = Literal["on", "off"]


@dataclass(frozen=True, slots=True)
class Band:
    """A state of a hand check and the readings that mean it."""

    state: str
    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)


@dataclass(frozen=True, slots=True)
class HandCheck:
    """One thing that a person measures (`bands`) or looks at (`choices`)."""

    key: str
    subject: str
    ask: Text
    unit: str = ""
    instrument: str = ""
    bands: Sequence[Band] = ()
    choices: Mapping[str, Text] = field(default_factory=dict)
    """What may be seen; the first is as it should be."""
    power: Power = "on"
    """Whether the pile is on while it is done, or switched off and proved dead."""

    @property
    def normal(self) -> str:
        return next(iter(self.choices), OK)


@dataclass(frozen=True, slots=True)
class Cause:
    """One fault: what it shows, and what may follow from it."""

    name: str
    title: Text
    signs: Mapping[str, str | tuple[str, ...]]
    """Findings, all of which it brings about."""
    may: tuple[str, ...] = ()
    """Findings that may follow; `*` stands for any."""
    writes: tuple[str, ...] = ()
    """It is mended by writing these settings as the site's ledger has them."""
    changes: tuple[str, ...] = ()
    """Points that are another once it is mended, beside those."""

    def wants(self, key: str) -> tuple[str, ...]:
        """The states of a finding that go with this cause."""
        want = self.signs[key]
        return (want,) if isinstance(want, str) else want


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the findings point to: none, one, or several that they cannot tell apart."""

    causes: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    known: bool = True
    """False: something is wrong that no cause of the table explains."""

    @property
    def value(self) -> str:
        """As it stands on record: `no_fault`, `unknown`, `cp-break`, `a|b`."""
        if not self.known:
            return UNKNOWN
        return "|".join(sorted(self.causes)) or NONE


def parse(value: str) -> tuple[str, ...]:
    """The causes that a recorded diagnosis names."""
    return () if value in (NONE, UNKNOWN) else tuple(value.split("|"))
