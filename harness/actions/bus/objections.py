"""What speaks against a named bus fault: readings that are missing, readings that contradict."""

from collections.abc import Iterator

from harness.actions.bus.evidence import BusEvidence
from harness.actions.bus.kinds import Kind
from harness.actions.bus.signs import (
    BUSY,
    DRIVEN,
    FEW_ERRORS,
    NEAR_BATTERY,
    NEAR_GROUND,
    PAIR_ONE,
    PAIR_OPEN,
    PAIR_SHORT,
    PAIR_SOUND,
    PATH_SOUND,
    RECESSIVE,
    WIRE_SHORT,
    within,
)

_KILLS = (
    Kind.SHORT_HIGH_LOW,
    Kind.HIGH_TO_GROUND,
    Kind.LOW_TO_BATTERY,
    Kind.NODE_STUCK_DOMINANT,
)
"""Faults with which no frame gets through."""
_MAY_KILL = (Kind.NODE_BABBLING, Kind.OPEN_HIGH, Kind.OPEN_LOW, Kind.OPEN_PAIR)
"""Faults after which the connector may or may not hear somebody."""
_OPEN = (Kind.OPEN_HIGH, Kind.OPEN_LOW, Kind.OPEN_PAIR)
_TO_GROUND = (Kind.HIGH_TO_GROUND, Kind.LOW_TO_GROUND)
_TO_BATTERY = (Kind.HIGH_TO_BATTERY, Kind.LOW_TO_BATTERY)


def missing(kind: Kind, e: BusEvidence) -> Iterator[str]:
    """Readings without which this cannot be named, or `none` cannot be said."""
    if e.silent is None:
        yield "nobody watched which units send"
    if e.pair is None:
        yield "the resistance between the wires was not measured"
    if "high_recessive" not in e.volts:
        yield "the level of CAN-H was not measured"
    if kind is Kind.NONE and e.error_rate is None:
        yield "nobody counted error frames"


def objections(kind: Kind, e: BusEvidence) -> Iterator[str]:
    """Readings that cannot be as they are with this fault alone."""
    yield from _traffic(kind, e)
    yield from _resistance(kind, e)
    yield from _insulation(kind, e)
    yield from _levels(kind, e)
    yield from _paths(e)


def _traffic(kind: Kind, e: BusEvidence) -> Iterator[str]:
    if kind in _KILLS:
        if e.alive:
            yield f"units are heard, which {kind} does not let through"
    elif kind in _MAY_KILL:
        pass
    elif kind is Kind.NONE:
        if e.silent:
            yield f"silent, and nothing says why: {', '.join(e.silent)}"
        if e.error_rate is not None and e.error_rate > 0:
            yield f"{e.error_rate:.3g} error frames per second, and nothing says why"
        if e.load is not None and e.load > BUSY:
            yield f"{e.load:g} % load, and nothing says why"
    elif e.dead:
        yield f"no unit is heard, and {kind} does not explain that"
    if kind is Kind.NODE_DEAD and e.error_rate is not None and e.error_rate >= FEW_ERRORS:
        yield "error frames, which a dead unit does not make"


def _resistance(kind: Kind, e: BusEvidence) -> Iterator[str]:
    if e.pair is None:
        return
    sound = within(e.pair, PAIR_SOUND)
    one = within(e.pair, PAIR_ONE)
    if kind is Kind.SHORT_HIGH_LOW:
        fits = e.pair < PAIR_SHORT
    elif kind is Kind.TERMINATOR_LOST:
        fits = one or e.pair > PAIR_OPEN
    elif kind in _OPEN:
        fits = sound or one or e.pair > PAIR_OPEN
    elif kind is Kind.NODE_DEAD:
        fits = sound or one  # a unit that was taken out takes its terminator with it
    else:
        fits = sound
    if not fits:
        why = "and nothing says why" if kind is Kind.NONE else f"which does not go with {kind}"
        yield f"{e.pair:g} Ω between the wires, {why}"


def _insulation(kind: Kind, e: BusEvidence) -> Iterator[str]:
    for what, kinds in (("ground", _TO_GROUND), ("battery", _TO_BATTERY)):
        for wire in ("high", "low"):
            ohms = e.ohms.get(f"{wire}_{what}")
            if ohms is not None and ohms < WIRE_SHORT and kind not in kinds:
                yield f"CAN-{wire[0].upper()} has {ohms:g} Ω to {what}"


def _levels(kind: Kind, e: BusEvidence) -> Iterator[str]:
    for wire in ("high", "low"):
        level = e.volts.get(f"{wire}_recessive")
        if level is None:
            continue
        if kind in _TO_GROUND:
            fits = level < NEAR_GROUND
        elif kind in _TO_BATTERY:
            fits = level > NEAR_BATTERY
        elif kind is Kind.NODE_STUCK_DOMINANT:
            fits = within(level, DRIVEN)
        else:
            fits = within(level, RECESSIVE)
        if not fits:
            yield f"CAN-{wire[0].upper()} at {level:g} V when nobody sends"


def _paths(e: BusEvidence) -> Iterator[str]:
    for unit, ways in e.along.items():
        if e.silent is not None and unit not in e.silent and max(ways) > PATH_SOUND:
            yield f"{unit} is heard, and {max(ways):g} Ω lie along a wire to it"
