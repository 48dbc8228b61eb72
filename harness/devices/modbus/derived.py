"""Values that a device does not show itself: made of several of its points.

A sum of products (power from voltages and currents, hours and minutes in two registers), texts put
together (a version in three registers), or a state that several readings decide between them. What
one of its points does not say, or says wrongly, the derived value does not say either.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from harness.devices.modbus.points import Condition, Confidence, Doubt
from harness.quantity import Measurement, Quality, Value
from harness.text import Text


@dataclass(frozen=True, slots=True)
class Term:
    """The product of some points, each in its own unit, times a factor."""

    points: tuple[str, ...]
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """A state, and what must hold together for it."""

    state: Value
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """One derived quantity: exactly one of `terms`, `join` and `cases` is filled."""

    name: str
    needs: tuple[str, ...]
    """The points that it is made of, each once."""
    title: Text | None = None
    unit: str | None = None
    terms: tuple[Term, ...] = ()
    join: tuple[str, ...] = ()
    separator: str = ""
    cases: tuple[Case, ...] = ()
    """The first one that holds counts."""
    low: float | None = None
    high: float | None = None
    confidence: Confidence = "high"
    note: str = ""
    doubts: tuple[Doubt, ...] = ()

    @property
    def type(self) -> str:
        return "string" if self.join else "f64" if self.terms else "u16"

    @property
    def values(self) -> Mapping[int, Value]:
        """The states that it can take, numbered in the order of the cases."""
        states = dict.fromkeys(case.state for case in self.cases if isinstance(case.state, str))
        return dict(enumerate(states))

    @property
    def flags(self) -> Mapping[int, str]:
        return {}

    @property
    def is_text(self) -> bool:
        return bool(self.join)

    def made_of(self, found: Mapping[str, Measurement], source: str) -> Measurement:
        """The value, from readings of every point in `needs`.

        Its uncertainty is that of its parts, taken as independent of each other; it is as old as
        the latest of them.
        """
        parts = [found[name] for name in self.needs]
        lines = sorted({line for part in parts for line in part.transactions})
        at = max(part.at for part in parts)
        bad = next((one for one in parts if one.quality is not Quality.GOOD), None)
        if bad is not None:
            note = f"{bad.name} is {bad.quality.value}"
            return Measurement(
                self.name, None, self.unit, quality=bad.quality, source=source, at=at,
                raw=bad.raw, transactions=lines, note=note,
            )  # fmt: skip
        value, quality = self._value(found)
        spread = self._uncertainty(found) if self.terms else None
        raw = None if value is not None else ", ".join(f"{p.name}={p.value}" for p in parts)
        return Measurement(
            self.name, value, self.unit, spread, quality, source, at, raw, None, lines, ""
        )

    def _value(self, found: Mapping[str, Measurement]) -> tuple[Value | None, Quality]:
        if self.join:
            return self.separator.join(str(found[name].value) for name in self.join), Quality.GOOD
        if self.cases:
            for case in self.cases:
                if all(one.holds(found[one.point].value) for one in case.when):
                    return case.state, Quality.GOOD
            return None, Quality.UNKNOWN_CODE
        total = sum(term.factor * _product(term.points, found) for term in self.terms)
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return total, Quality.GOOD if low <= total <= high else Quality.OUT_OF_RANGE

    def _uncertainty(self, found: Mapping[str, Measurement]) -> float | None:
        """Expanded, k = 2; None as soon as a part does not know its own."""
        squares = 0.0
        for name in self.needs:
            spread = found[name].uncertainty
            if spread is None:
                return None
            slope = sum(
                term.factor
                * term.points.count(name)
                * _product(_without_one(term.points, name), found)
                for term in self.terms
                if name in term.points
            )
            squares += (slope * spread) ** 2
        return math.sqrt(squares)


def _product(names: tuple[str, ...], found: Mapping[str, Measurement]) -> float:
    product = 1.0
    for name in names:
        value = found[name].value
        assert isinstance(value, int | float)  # the profile checked that it is a number
        product *= value
    return product


def _without_one(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    index = names.index(name)
    return names[:index] + names[index + 1 :]
