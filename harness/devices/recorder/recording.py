"""A recording: tracks of values over its own time, and when something came to be so in it.

Time zero of a recording is its own; intervals are judged inside one recording, so no clocks have
to agree. A value holds from its stamp to the next one. A stamp says what the instrument saw of the
`window` before it, and the instrument looked every `resolution`; so a change that shows at a stamp
happened no earlier than one resolution and one window before it, or not before a gap began.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.devices.recorder.channels import CHANNELS
from harness.errors import UnknownNameError

Sample = float | str
Predicate = Callable[[Sample], bool]
Gap = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Moment:
    """When something came to be so: after `earliest`, no later than `latest` (s)."""

    earliest: float
    latest: float


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which something was so. No `begin`: it was so when the recording began."""

    begin: Moment | None
    end: Moment | None
    """When it ceased; None: it was so to the end."""

    def holds_at(self, t: float) -> bool:
        """Whether it was surely so at `t`."""
        begun = self.begin is None or self.begin.latest <= t
        return begun and (self.end is None or t < self.end.earliest)


@dataclass(frozen=True)
class Track:
    """One channel. `times` rise; `values` are numbers in `unit`, or states (no unit)."""

    name: str
    unit: str | None
    times: Sequence[float]
    values: Sequence[Sample]
    resolution: float
    """How far apart the instrument looked (s); the clock's step for a channel of events."""
    end: float
    """Until when the last value is known to hold (s)."""
    window: float = 0.0
    """How long a value is the mean of (s)."""
    uncertainty: float | None = None
    """Expanded (k = 2), of a value, in `unit`; None: nobody stated it."""
    gaps: tuple[Gap, ...] = ()
    """(last sample before, first sample after): nothing is known in between."""

    @property
    def begin(self) -> float:
        return self.times[0]

    def at(self, t: float) -> Sample:
        """The value that stands at `t`; the first one before that."""
        return self.values[max(bisect_right(self.times, t) - 1, 0)]

    def between(self, start: float, end: float) -> Iterator[tuple[float, Sample]]:
        """What stands at `start`, and every later value up to and including `end`."""
        index = max(bisect_right(self.times, start) - 1, 0)
        yield max(start, self.times[index]), self.values[index]
        for number in range(index + 1, bisect_right(self.times, end)):
            yield self.times[number], self.values[number]

    def gap_in(self, start: float, end: float) -> Gap | None:
        """The first time without a record that reaches into [start, end]."""
        if start < self.begin:
            return start, self.begin
        for gap in self.gaps:
            if gap[0] < end and gap[1] > start:
                return gap
        return (self.end, end) if end > self.end else None

    def moment(self, index: int) -> Moment:
        """When the value at `index` came to be there."""
        stamp = self.times[index]
        before = max(stamp - self.resolution, self.times[index - 1] if index else -math.inf)
        for gap in self.gaps:
            if gap[0] < stamp <= gap[1]:
                before = gap[0]
        return Moment(before - self.window, stamp)

    def spells(self, wanted: Predicate) -> list[Spell]:
        """Every time in which the value was as wanted."""
        found: list[Spell] = []
        begin: Moment | None = None
        was = wanted(self.values[0])
        for index in range(1, len(self.values)):
            now = wanted(self.values[index])
            if now == was:
                continue
            if now:
                begin = self.moment(index)
            else:
                found.append(Spell(begin, self.moment(index)))
            was = now
        if was:
            found.append(Spell(begin, None))
        return found


@dataclass(frozen=True)
class Recording:
    """Tracks by channel, and where they come from."""

    source: str
    tracks: Mapping[str, Track]
    notes: tuple[str, ...] = field(default=())

    def track(self, name: str) -> Track:
        """A channel. Raises UnknownNameError for one that was not recorded."""
        if name not in self.tracks:
            raise UnknownNameError("channel of the recording", name, list(self.tracks))
        return self.tracks[name]

    @property
    def begin(self) -> float:
        return min(track.begin for track in self.tracks.values())

    @property
    def end(self) -> float:
        return max(track.end for track in self.tracks.values())

    def spells(self, wanted: Mapping[str, Predicate]) -> list[Spell]:
        """Every time in which all channels were as wanted. Raises UnknownNameError."""
        found: list[Spell] | None = None
        for name, one in wanted.items():
            own = self.track(name).spells(one)
            found = own if found is None else list(_both(found, own))
        return found or []

    def describe(self) -> dict[str, str]:
        """Channel -> what it is, in one line, for the record."""
        return {name: _described(track) for name, track in self.tracks.items()}


def _both(one: Iterable[Spell], other: Sequence[Spell]) -> Iterator[Spell]:
    """The times in which both were so."""
    for a in one:
        for b in other:
            begin = _extreme(a.begin, b.begin, later=True)
            end = _extreme(a.end, b.end, later=False)
            if begin is None or end is None or begin.latest < end.latest:
                yield Spell(begin, end)


def _extreme(a: Moment | None, b: Moment | None, *, later: bool) -> Moment | None:
    if a is None or b is None:
        return a or b
    pick = max if later else min
    return Moment(pick(a.earliest, b.earliest), pick(a.latest, b.latest))


def _described(track: Track) -> str:
    parts = [
        track.unit or "states",
        f"{len(track.times)} values",
        f"every {track.resolution:.3g} s",
    ]
    if track.window:
        parts.append(f"mean over {track.window:.3g} s")
    if track.uncertainty is not None:
        parts.append(f"U = {track.uncertainty:.3g} {track.unit}")
    if track.gaps:
        parts.append(f"{len(track.gaps)} gaps")
    return ", ".join(parts)


def with_derived(tracks: Mapping[str, Track]) -> dict[str, Track]:
    """The tracks, and the channels that follow from them: `voltage`, `current`, `s1`."""
    found = dict(tracks)
    for name in ("voltage", "current"):
        phases = [tracks[f"{name}_l{p}"] for p in (1, 2, 3) if f"{name}_l{p}" in tracks]
        if phases:
            found[name] = _highest(name, phases)
    if "s1" not in found and {"cp_high", "cp_low"} <= found.keys():
        found["s1"] = _switch(found["cp_high"], found["cp_low"])
    return found


def _merged(tracks: Sequence[Track], value: Callable[[list[Sample]], Sample]) -> tuple[
    list[float], list[Sample]
]:  # fmt: skip
    times: list[float] = []
    values: list[Sample] = []
    start = max(track.begin for track in tracks)
    stamps = sorted({start, *(t for track in tracks for t in track.times if t >= start)})
    for t in stamps:
        one = value([track.at(t) for track in tracks])
        if not values or values[-1] != one:
            times.append(t)
            values.append(one)
    return times, values


def _common(name: str, unit: str | None, tracks: Sequence[Track], times: list[float],
            values: list[Sample]) -> Track:  # fmt: skip
    spreads = [track.uncertainty for track in tracks if track.uncertainty is not None]
    return Track(
        name,
        unit,
        times,
        values,
        resolution=max(track.resolution for track in tracks),
        end=min(track.end for track in tracks),
        window=max(track.window for track in tracks),
        uncertainty=max(spreads) if unit is not None and spreads else None,
        gaps=tuple(sorted({gap for track in tracks for gap in track.gaps})),
    )


def _highest(name: str, phases: Sequence[Track]) -> Track:
    times, values = _merged(phases, lambda given: max(float(one) for one in given))
    return _common(name, CHANNELS[name].unit, phases, times, values)


_APART = 2.0
"""High and low level (V) that are farther apart than this are those of a PWM."""


def _switch(high: Track, low: Track) -> Track:
    """What S1 does, as far as the levels show it. Without PWM both levels are the same."""

    def state(given: list[Sample]) -> str:
        top, bottom = float(given[0]), float(given[1])
        if top - bottom > _APART:
            return "pwm"
        return "high" if bottom > 1.0 else "low" if top < -1.0 else "none"

    times, values = _merged((high, low), state)
    return _common("s1", None, (high, low), times, values)
