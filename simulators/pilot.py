"""Control pilot: circuit formulas, voltage bands and duty cycle of GB/T 18487.1, annex A.

Pure functions. Clause and confidence of every number: tables A.1 to A.5 of the 2023 edition (read);
the 2015 bands are those of a test bench for the 2017 interoperability tests (secondary source).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Edition = Literal["2015", "2023"]

VCC = 12.0
R1 = 1000.0
R2 = 1300.0
R3 = 2740.0
DIODE_DROP = 0.7
PWM_FREQUENCY = 1000.0
TOLERANCE_R = 0.03

CABLE_RC = {10: 1500.0, 16: 680.0, 32: 220.0, 63: 100.0}
"""Rated current of the cable (A) to RC of the plug (ohm), table A.5."""
CABLE_R4 = {10: 1800.0, 16: 2700.0, 32: 3300.0, 63: 3300.0}


class S1(StrEnum):
    """What the pile puts on the pilot."""

    HIGH = "+12 V"
    PWM = "PWM"
    LOW = "-12 V"
    """Steady low: the pile says that it is out of service (state 4)."""


class PilotState(StrEnum):
    """State of the pilot as the pile sees it; the PWM (the prime) is told apart by `S1`."""

    FREE = "1"
    """12 V: nothing is plugged in."""
    CONNECTED = "2"
    """9 V: plugged in, S2 open."""
    READY = "3"
    """6 V: plugged in, S2 closed."""
    DEAD = "0"
    """0 V: supply lost or CP shorted to PE."""
    OUT_OF_SERVICE = "4"
    INVALID = "invalid"

    @property
    def letter(self) -> str:
        """The letter that most piles report: A B C E F."""
        return _LETTER[self]


_LETTER = {
    PilotState.FREE: "A",
    PilotState.CONNECTED: "B",
    PilotState.READY: "C",
    PilotState.DEAD: "E",
    PilotState.INVALID: "E",
    PilotState.OUT_OF_SERVICE: "F",
}


@dataclass(frozen=True, slots=True)
class Levels:
    """Settled levels at test point 1 (V), duty (%) and frequency (Hz); no PWM: 0 % and 0 Hz."""

    positive: float
    negative: float
    duty: float = 0.0
    frequency: float = 0.0


def loaded(source: float, r1: float, load: float | None, drop: float) -> float:
    """Level of a source behind R1 with a vehicle's resistance behind its diode.

    `load` None: nothing is connected. The formula is the divider of table A.1 with the diode.
    """
    if load is None or source <= drop:
        return source
    return drop + (source - drop) * load / (r1 + load)


def undiode(source: float, r1: float, load: float | None) -> float:
    """Level of a negative source when the diode is shorted: the vehicle pulls it towards 0 V."""
    return source if load is None else source * load / (r1 + load)


def classify(voltage: float, edition: Edition, previous: PilotState) -> PilotState:
    """State that belongs to a settled high level (V).

    2023: transition bands leave no gap; inside one the previous state is kept if it is one of the
    two. 2015: outside the bands the level is invalid.
    """
    if edition == "2015":
        for low, high, state in _BANDS_2015:
            if low <= voltage <= high:
                return state
        return PilotState.INVALID
    for low, high, states in _BANDS_2023:
        if low <= voltage <= high:
            return previous if previous in states else states[0]
    return PilotState.INVALID


_BANDS_2015 = (
    (11.2, 12.8, PilotState.FREE),
    (8.2, 9.8, PilotState.CONNECTED),
    (5.2, 6.8, PilotState.READY),
    (-1.0, 1.0, PilotState.DEAD),
    (-12.8, -11.2, PilotState.OUT_OF_SERVICE),
)
# In a transition band the first of the two states is taken when neither was there before: the one
# that is farther from energy transfer.
_BANDS_2023 = (
    (11.0, 13.0, (PilotState.FREE,)),
    (10.0, 11.0, (PilotState.FREE, PilotState.CONNECTED)),
    (8.0, 10.0, (PilotState.CONNECTED,)),
    (7.0, 8.0, (PilotState.CONNECTED, PilotState.READY)),
    (4.0, 7.0, (PilotState.READY,)),
    (1.0, 4.0, (PilotState.INVALID, PilotState.DEAD)),
    (-1.0, 1.0, (PilotState.DEAD,)),
    (-10.0, -1.0, (PilotState.INVALID,)),
    (-11.0, -10.0, (PilotState.INVALID, PilotState.OUT_OF_SERVICE)),
    (-13.0, -11.0, (PilotState.OUT_OF_SERVICE,)),
)


def low_level_ok(voltage: float, edition: Edition) -> bool:
    """Is the low level of the PWM where a sound diode leaves it?"""
    return -12.8 <= voltage <= -11.2 if edition == "2015" else -13.0 <= voltage <= -11.0


def duty_for(current: float) -> float:
    """Duty (%) that announces a current (6 to 63 A), inverse of table A.2.

    The two formulas leave 51 to 52.5 A out; there the lower one's end is announced.
    """
    return min(current / 0.6, 85.0) if current <= 52.5 else current / 2.5 + 64.0


def announced(duty: float) -> float:
    """Current (A) that a vehicle may take at a duty (%), table A.3; 0: charging not allowed.

    3 to 7 % asks for digital communication, which this vehicle does not have.
    """
    if 8.0 <= duty < 10.0:
        return 6.0
    if 10.0 <= duty <= 85.0:
        return duty * 0.6
    if 85.0 < duty <= 90.0:
        return min(63.0, (duty - 64.0) * 2.5)
    return 63.0 if 90.0 < duty <= 97.0 else 0.0
