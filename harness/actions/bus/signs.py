"""Signs of bus faults: each rule looks at one kind of observation and says what it points to.

The numbers are those of a classic CAN bus (ISO 11898-2, general knowledge): 120 ohm at either end,
so 60 ohm between the wires; both wires at about 2.5 V when nobody sends, H near 3.5 V and L near
1.5 V while somebody does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.actions.bus.diagram import BusDiagram
from harness.actions.bus.evidence import BusEvidence
from harness.actions.bus.kinds import Kind

PAIR_SOUND = (50.0, 70.0)
"""Ohms between the wires with both terminators."""
PAIR_ONE = (100.0, 140.0)
"""With one terminator."""
PAIR_OPEN = 1000.0
"""Above, no terminator is reached."""
PAIR_SHORT = 20.0
"""Below, the wires touch."""
WIRE_SHORT = 1000.0
"""Below, a wire touches ground or battery (Ω)."""
TELLS_APART = 20.0
"""By so much the shorted wire has to be lower than the other, which is 60 ohm further away (Ω)."""
PATH_SOUND = 5.0
"""Ohms along one wire from the connector to a unit, at most."""
PATH_OPEN = 150.0
"""Above, there is no way but through terminators or transceivers (Ω)."""
RECESSIVE = (2.0, 3.0)
"""Volts of either wire when nobody sends."""
NEAR_GROUND = 1.0
NEAR_BATTERY = 5.0
DRIVEN = (0.3, 4.7)
"""Volts of a wire that one unit or several drive dominant."""
DOMINANT = 0.9
"""From this difference on every receiver reads dominant (V)."""
BUSY = 60.0
"""Percent of load that no healthy bus of a car reaches."""
MANY_ERRORS = 1.0
"""Error frames per second from which on somebody disturbs."""
FEW_ERRORS = 0.2


@dataclass(frozen=True)
class Sign:
    """What one observation points to."""

    kind: Kind
    reason: str
    place: str = ""


def within(value: float | None, band: tuple[float, float]) -> bool:
    """Whether a reading was taken and lies in a band."""
    return value is not None and band[0] <= value <= band[1]


# Rules


def _wires_touch(e: BusEvidence, _: BusDiagram | None) -> Iterator[Sign]:
    """Nearly no resistance between H and L."""
    if e.pair is not None and e.pair < PAIR_SHORT:
        yield Sign(Kind.SHORT_HIGH_LOW, f"{e.pair:g} Ω between the wires")


def _wire_to_supply(e: BusEvidence, _: BusDiagram | None) -> Iterator[Sign]:
    """Little resistance from one wire to ground or battery; the lower of the two is at fault."""
    for what, high, low in (
        ("ground", Kind.HIGH_TO_GROUND, Kind.LOW_TO_GROUND),
        ("battery", Kind.HIGH_TO_BATTERY, Kind.LOW_TO_BATTERY),
    ):
        of_high, of_low = e.ohms.get(f"high_{what}"), e.ohms.get(f"low_{what}")
        if of_high is None or of_low is None or min(of_high, of_low) >= WIRE_SHORT:
            continue
        if of_high <= of_low - TELLS_APART:
            yield Sign(high, f"CAN-H has {of_high:g} Ω to {what}, CAN-L {of_low:g} Ω")
        elif of_low <= of_high - TELLS_APART:
            yield Sign(low, f"CAN-L has {of_low:g} Ω to {what}, CAN-H {of_high:g} Ω")


def _levels_at_supply(e: BusEvidence, _: BusDiagram | None) -> Iterator[Sign]:
    """Both wires near ground or battery. Which of them is held there shows in the traffic.

    The stage of CAN-H only feeds and that of CAN-L only draws: with L at ground H can still be
    raised, with H at battery L can still be lowered, and the bus goes on. The other way round it
    is dead. Only where no resistance was measured, because that says it directly.
    """
    level = e.volts.get("high_recessive")
    if level is None or e.silent is None:
        return
    if level < NEAR_GROUND and "high_ground" not in e.ohms:
        kind = Kind.LOW_TO_GROUND if e.alive else Kind.HIGH_TO_GROUND
        yield Sign(kind, f"{level:g} V when nobody sends; {_life(e)}")
    if level > NEAR_BATTERY and "high_battery" not in e.ohms:
        kind = Kind.HIGH_TO_BATTERY if e.alive else Kind.LOW_TO_BATTERY
        yield Sign(kind, f"{level:g} V when nobody sends; {_life(e)}")


def _life(e: BusEvidence) -> str:
    return "units are heard" if e.alive else "no unit is heard"


def _held_dominant(e: BusEvidence, _: BusDiagram | None) -> Iterator[Sign]:
    """The levels of a dominant bit although nobody sends."""
    high, low = e.volts.get("high_recessive"), e.volts.get("low_recessive")
    if high is None or low is None or not (within(high, DRIVEN) and within(low, DRIVEN)):
        return
    if high - low > DOMINANT:
        yield Sign(Kind.NODE_STUCK_DOMINANT, f"{high:g} V and {low:g} V without end")


def _babble(e: BusEvidence, _: BusDiagram | None) -> Iterator[Sign]:
    """A full bus, and an identifier that nobody knows."""
    if e.unknown and e.load is not None and e.load > BUSY:
        names = ", ".join(e.unknown)
        yield Sign(Kind.NODE_BABBLING, f"{e.load:g} % load, unknown {names}")


def _paths(e: BusEvidence, diagram: BusDiagram | None) -> Iterator[Sign]:
    """What the ways along H and along L to a silent unit tell."""
    for unit, (high, low) in e.along.items():
        if e.silent is None or unit not in e.silent:
            continue
        said = f"to {unit}: {high:g} Ω along CAN-H, {low:g} Ω along CAN-L"
        if high >= PATH_OPEN or low >= PATH_OPEN:
            kind = _open_kind(high, low)
            if kind is not None:
                yield Sign(kind, said, _where_open(e, unit, diagram))
        elif _crossed(e, high, low):
            yield Sign(Kind.SWAPPED_WIRES, said, unit)
        elif max(high, low) <= PATH_SOUND and e.silent == (unit,) and _quiet(e):
            yield Sign(Kind.NODE_DEAD, f"{said}; {unit} alone is silent", unit)


def _crossed(e: BusEvidence, high: float, low: float) -> bool:
    """Each wire is reached only through the terminators: it is the other one."""
    if e.pair is None or min(high, low) <= PATH_SOUND:
        return False
    return all(0.7 * e.pair < way < 1.3 * e.pair for way in (high, low))


def _quiet(e: BusEvidence) -> bool:
    """No error frames speak against a dead unit; many adapters do not report them at all."""
    return e.error_rate is None or e.error_rate < FEW_ERRORS


def _open_kind(high: float, low: float) -> Kind | None:
    if high >= PATH_OPEN and low >= PATH_OPEN:
        return Kind.OPEN_PAIR
    if low <= PATH_SOUND:
        return Kind.OPEN_HIGH
    return Kind.OPEN_LOW if high <= PATH_SOUND else None


def _where_open(e: BusEvidence, unit: str, diagram: BusDiagram | None) -> str:
    """The stub of the unit while both terminators are reached, else the trunk before it."""
    assert e.silent is not None
    if within(e.pair, PAIR_SOUND) or e.silent == (unit,) or diagram is None:
        return unit
    return diagram.section_before(e.silent) or unit


def _terminator(e: BusEvidence, _: BusDiagram | None) -> Iterator[Sign]:
    """Everybody is heard, and one terminator (or both) is missing between the wires."""
    if e.silent != () or e.pair is None:
        return
    if within(e.pair, PAIR_ONE) or e.pair > PAIR_OPEN:
        said = f"{e.pair:g} Ω between the wires, and every unit is heard"
        yield Sign(Kind.TERMINATOR_LOST, said)


def _disturb(e: BusEvidence, _: BusDiagram | None) -> Iterator[Sign]:
    """Many error frames on a bus where everybody is heard and the wires are sound."""
    if e.silent != () or not within(e.pair, PAIR_SOUND) or e.error_rate is None:
        return
    if e.error_rate >= MANY_ERRORS:
        place = e.bus_off[0] if len(e.bus_off) == 1 else ""
        said = f"{e.error_rate:.3g} error frames per second on sound wires"
        yield Sign(Kind.NODE_DISTURBING, said, place)


Rule = Callable[[BusEvidence, BusDiagram | None], Iterator[Sign]]
RULES: tuple[Rule, ...] = (
    _wires_touch, _wire_to_supply, _levels_at_supply, _held_dominant, _babble, _paths,
    _terminator, _disturb,
)  # fmt: skip


def signs_of(evidence: BusEvidence, diagram: BusDiagram | None = None) -> list[Sign]:
    """Everything that the evidence points to."""
    return [sign for rule in RULES for sign in rule(evidence, diagram)]
