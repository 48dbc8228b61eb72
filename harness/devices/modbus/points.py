"""What a register map says, as plain immutable values.

A `Point` is one named quantity of one device model; a `Profile` is everything that is known about
talking to that model. Both are built by `harness.devices.modbus.profile` from a YAML file; nothing
here reads files or speaks Modbus.

Addresses are always the numbers sent on the wire (0 to 65535). `words` counts 16-bit registers, or
is 1 for a coil or discrete input.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from harness.devices.modbus.versions import version_of
from harness.quantity import Quantity, Value
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.modbus.derived import Derived

Confidence = Literal["high", "medium", "low"]
Conversion = Literal["cp_duty"]
"""`cp_duty`: a duty cycle of the control pilot in %, shown as the current that it stands for."""
Packing = Literal["dotted", "letter_number", "hex", "minutes_seconds"]
"""Several things in the bytes of a whole number: `3.10.13`, `A5`, `0x40000` (texts), or a time in
seconds of which the high byte holds the minutes."""
Order = Literal["big", "little"]
LinkKind = Literal["rtu", "ascii", "tcp"]


class Table(StrEnum):
    """The four tables of a Modbus device. The same number may exist in each of them."""

    COIL = "coil"
    DISCRETE = "discrete"
    INPUT = "input"
    HOLDING = "holding"

    @property
    def is_bits(self) -> bool:
        return self in (Table.COIL, Table.DISCRETE)

    @property
    def read_function(self) -> int:
        """Function code that reads this table."""
        return _READ_FUNCTION[self]


_READ_FUNCTION = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}

TYPE_WORDS: Mapping[str, int] = {
    "bool": 1,
    "u16": 1,
    "i16": 1,
    "bcd16": 1,
    "u32": 2,
    "i32": 2,
    "f32": 2,
    "u64": 4,
    "f64": 4,
}
"""Registers of each type of fixed width; `string` and `bytes` say their own."""

Span = tuple[float, float]
Choice = float | int | str | bool | Span
"""One value, or a range with both ends included."""


def in_choices(value: Value, choices: tuple[Choice, ...]) -> bool:
    """Is this value one of the choices or inside one of their ranges? Ends are included."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    for choice in choices:
        if isinstance(choice, tuple):
            # The tolerance lets 6.000000001 (0.1 * 60) through, far below any resolution.
            margin = 1e-9 * max(1.0, abs(choice[0]), abs(choice[1]))
            if number and choice[0] - margin <= float(value) <= choice[1] + margin:  # type: ignore[arg-type]
                return True
        elif number and isinstance(choice, int | float) and not isinstance(choice, bool):
            if abs(float(value) - choice) <= 1e-9 * max(1.0, abs(choice)):  # type: ignore[arg-type]
                return True
        elif type(value) is type(choice) and value == choice:
            return True
    return False


def show_choices(choices: tuple[Choice, ...]) -> str:
    """`0, 6 to 16` or `start, stop`."""
    shown: list[str] = []
    for choice in choices:
        if isinstance(choice, tuple):
            shown.append(f"{choice[0]:g} to {choice[1]:g}")
        else:
            shown.append(f"{choice:g}" if isinstance(choice, float) else str(choice))
    return ", ".join(shown)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold of a point's value; `is` and `is not` list values."""

    point: str
    op: Literal["is", "is_not", "at_least", "below"]
    values: tuple[Choice, ...]

    def holds(self, value: Value | None) -> bool:
        """False when there is no value: what was not read proves nothing."""
        edge = self.values[0]
        if value is None:
            return False
        if self.op == "is":
            return in_choices(value, self.values)
        if self.op == "is_not":
            return not in_choices(value, self.values)
        if isinstance(edge, str):
            return self._of_version(value, edge)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        assert isinstance(edge, int | float)
        # A current may be signed by direction; "below" is about its size.
        return value >= edge if self.op == "at_least" else abs(value) < edge

    def _of_version(self, value: Value, edge: str) -> bool:
        """At least, or below, a version: compared part by part."""
        shown, wanted = version_of(str(value)), version_of(edge)
        if shown is None or wanted is None:
            return False
        return shown >= wanted if self.op == "at_least" else shown < wanted

    def __str__(self) -> str:
        words = {"is": "is", "is_not": "is not", "at_least": "is at least", "below": "is below"}
        return f"{self.point} {words[self.op]} {show_choices(self.values)}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place where sources disagree or the document may be wrong."""

    says: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class ScaleCase:
    """Another scale, while these conditions hold (a mode, a firmware version)."""

    when: tuple[Condition, ...]
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One named quantity of one profile.

    `name` is the canonical name where one exists (`canonical.py`), else the vendor's own;
    `label` is always the vendor's own. Numbers without `raw` in their name are in `unit`.
    """

    name: str
    table: Table
    address: int
    words: int = 1
    type: str = "u16"
    title: Text | None = None
    label: str = ""
    doc: str = ""
    """The number printed in the vendor's document, where it differs from the wire address."""
    word_order: Order = "big"
    byte_order: Order = "big"
    encoding: str = "utf-8"
    """Of a string."""
    scale: float = 1.0
    offset: float = 0.0
    scale_by: tuple[str, ...] = ()
    """Points whose values the scaled value is multiplied by (CT and VT ratios)."""
    scale_if: tuple[ScaleCase, ...] = ()
    """The first case that holds gives the scale instead of `scale`."""
    conversion: Conversion | None = None
    """From the scaled number to the value, where that is no factor."""
    unit: str | None = None
    readable: bool = True
    writable: bool = False
    write_function: int = 6
    """5, 6, 15 or 16."""
    values: Mapping[int | str, Value] = field(default_factory=dict)
    """Code (a text, for a string) to shared label (or shared number) of an enumeration."""
    labels: Mapping[int | str, str] = field(default_factory=dict)
    """Code to the vendor's own label, where it differs."""
    flags: Mapping[int, str] = field(default_factory=dict)
    """Bit number to name of a set of flags; bit 0 is the least significant."""
    flag_labels: Mapping[int, str] = field(default_factory=dict)
    not_available: tuple[int, ...] = ()
    low: float | None = None
    high: float | None = None
    allowed: tuple[Choice, ...] | None = None
    """What may be written; None: anything that the type can hold."""
    default: Value | None = None
    default_raw: int | None = None
    """The documented factory value as a number before scaling; None for texts."""
    energises: tuple[Choice, ...] = ()
    """Values that can put mains on the plug when written."""
    requires: tuple[Condition, ...] = ()
    """What must hold before a write has an effect."""
    available_if: tuple[Condition, ...] = ()
    readable_if: tuple[Condition, ...] = ()
    read_back: str | None = None
    """The point that shows what was written; None: the point itself if readable."""
    read_back_idle: float | None = None
    """What that point shows while no session is enabled, and then says nothing of the setting."""
    settle: float = 0.0
    """Seconds after a write before the read-back can be trusted."""
    also_write: tuple[str, ...] = ()
    """Points that take the same value, each in a request of its own (one limit per phase)."""
    self_clearing: bool = False
    """The device takes the command and clears the register by itself."""
    overwritten_by_others: bool = False
    """Another master is known to write it, too."""
    changes_link: bool = False
    """Writing it can end the connection: the protocol, the unit id, the line's settings."""
    confidence: Confidence = "high"
    note: str = ""
    doubts: tuple[Doubt, ...] = ()
    unit_id: int | None = None
    """The unit id that it answers under; None: the device's own."""
    packing: Packing | None = None
    bits_at: tuple[int, int] | None = None
    """Lowest and highest bit of the number, inclusive, if the point is only that part of it."""
    digits_at: tuple[int, int] | None = None
    """Lowest and highest decimal digit of the number, inclusive, if the point is only that part of
    it; digit 0 is the last."""
    special: Mapping[int, float] = field(default_factory=dict)
    """Raw numbers that stand for a value of their own, whatever the scale says."""
    curve: tuple[tuple[float, float], ...] = ()
    """Raw number and value by rising raw number, straight between them, instead of a scale."""
    retentive: bool | None = None
    """Whether a setting survives a loss of supply; None: nobody says."""
    codec: Any = field(default=None, init=False, repr=False)
    """Filled by codec.py on first use."""

    @property
    def resolution(self) -> float | None:
        """One step of the raw number, in `unit`; None for floats, states, texts and flags."""
        if self.unit is None or self.values or self.flags or self.type not in _WHOLE_NUMBERS:
            return None
        if self.packing is not None:
            return 1.0
        if self.curve:
            return max(abs((b[1] - a[1]) / (b[0] - a[0])) for a, b in pairwise(self.curve))
        # 1 % of duty is 0.6 A, and above 85 % it is 2.5 A; the coarser one is never too fine.
        return abs(self.scale) * (2.5 if self.conversion == "cp_duty" else 1.0)

    @property
    def width(self) -> int | None:
        """Bits that the point's number has; None if it is not part of a larger one."""
        return None if self.bits_at is None else self.bits_at[1] - self.bits_at[0] + 1

    @property
    def part(self) -> tuple[str, int, int] | None:
        """Which part of a larger number the point is, by bits or by decimal digits."""
        if self.bits_at is not None:
            return ("bits", *self.bits_at)
        return None if self.digits_at is None else ("digits", *self.digits_at)

    @property
    def end(self) -> int:
        """The first address after the point."""
        return self.address + self.words

    @property
    def is_text(self) -> bool:
        packed = self.packing is not None and self.packing != "minutes_seconds"
        return packed or self.type in ("string", "bytes")

    def scaled(self, holds: Callable[[Condition], bool]) -> "Point":
        """The point with the scale that it has now."""
        for case in self.scale_if:
            if all(map(holds, case.when)):
                return replace(self, scale=case.scale)
        return self

    def where(self) -> str:
        """`input 6 (printed 30007)`."""
        return f"{self.table} {self.address}" + (f" (printed {self.doc})" if self.doc else "")


_WHOLE_NUMBERS = frozenset({"u16", "i16", "u32", "i32", "u64", "bcd16"})


@dataclass(frozen=True, slots=True)
class Link:
    """Factory settings of one kind of link."""

    kind: LinkKind
    unit: int | None = None
    units: tuple[int, int] | None = None
    """Unit ids that the device can be set to."""
    port: int | None = None
    baudrate: int | None = None
    baudrates: tuple[int, ...] = ()
    parity: Literal["N", "E", "O"] | None = None
    bytesize: int | None = None
    stopbits: int | None = None
    timeout: float | None = None
    """Seconds to wait for a reply."""
    clients: int | None = None
    """How many masters may be connected at a time."""
    idle_close: float | None = None
    """Seconds without a request after which the device closes the connection."""
    confidence: Confidence = "high"
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReadRules:
    """What one read request may ask for."""

    max_registers: int = 125
    max_bits: int = 2000
    gap: int = 0
    """How many registers in a row that nobody documented may be read over."""
    exact: bool = False
    """Every request must ask for exactly one point."""
    forbidden: tuple[tuple[Table, int, int], ...] = ()
    """Spans (first and last address) that must not be touched."""
    pause: float = 0.0
    """Seconds of silence between two requests."""
    every: float = 0.0
    """Seconds between the starts of two readings, however many requests each of them takes; reading
    more often harms the device."""
    first_ignored: float = 0.0
    """The device ignores a request until it comes once more: seconds after which it is sent again;
    0: it answers at once."""
    longer_replies: bool = False
    """Replies may carry more registers than were asked for; the first ones count."""


@dataclass(frozen=True, slots=True)
class Watchdog:
    """What the device does when its master falls silent."""

    fed_by: Literal["any_request", "rewrite_point", "write_point"]
    """Any request, the setpoint written again, or a register of its own."""
    timeout: float
    """Seconds; the documented default."""
    timeout_point: str | None
    failsafe_point: str | None
    action: Text
    feed_every: float
    """Seconds; how often to make a request so that it does not trip."""
    recovery: float
    """Seconds from the first request after a trip until the device is normal again."""
    note: str = ""
    point: str | None = None
    """What is written to feed it; None for `any_request`."""
    recover: str | None = None
    """The sequence that makes the device usable again after a trip; a run never carries it out."""
    tokens: tuple[Value, ...] = ()
    """What is written there, one after the other; none: what was written there last."""


@dataclass(frozen=True, slots=True)
class SequenceStep:
    """One line of a sequence.

    `write` writes `value` to `point`; `rewrite` writes again what `point` holds;
    `require` reads and goes on only if every condition holds; `wait` waits. After a step, `settle`
    seconds pass.
    """

    op: Literal["write", "rewrite", "require", "wait"]
    point: str | None = None
    value: Value | None = None
    conditions: tuple[Condition, ...] = ()
    settle: float = 0.0


@dataclass(frozen=True, slots=True)
class SafeState:
    """How the device is made safe and which readings, all together, prove it."""

    sequence: str
    proof: tuple[Condition, ...]
    within: float
    """Seconds after the sequence in which the proof must hold."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Quirk:
    tag: str
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The register map of one device model and the rules for talking to it."""

    id: str
    title: Text
    vendor: str
    model: str
    kind: Literal["pile", "meter", "injector"]
    points: Mapping[str, Point]
    links: Mapping[str, Link]
    rules: ReadRules
    watchdog: Watchdog | None
    ratings: Mapping[str, Quantity]
    """`voltage` (phase to neutral), `current` (per phase), `phases`, `power`, `frequency`."""
    models: tuple[str, ...]
    sequences: Mapping[str, tuple[SequenceStep, ...]]
    safe_state: SafeState | None
    quirks: tuple[Quirk, ...]
    confidence: Confidence
    sources: tuple[str, ...]
    note: str
    path: Path
    data: bytes = field(repr=False)
    sha256: str = ""
    derived: Mapping[str, "Derived"] = field(default_factory=dict)
    """Values made of several points, by name."""
    connectors: int = 1
    """How many connectors the map describes; this profile is that of one of them."""
    variants: tuple[str, ...] = ()
    """Variants of the device that the file describes beside the usual one."""
    variant: str | None = None
    """Which of them this profile is; None: the usual one."""

    @property
    def gates(self) -> tuple[str, ...]:
        """Points that decide whether other points exist or can be read, and how they scale."""
        names = {
            condition.point
            for point in self.points.values()
            for condition in (*point.available_if, *point.readable_if)
        }
        for point in self.points.values():
            names |= {*point.scale_by, *(c.point for case in point.scale_if for c in case.when)}
        return tuple(name for name in self.points if name in names)

    @property
    def described(self) -> Mapping[str, "Point | Derived"]:
        """Everything that can be asked for by name: points, and what is derived from them."""
        return {**self.points, **self.derived} if self.derived else self.points

    @property
    def shown(self) -> tuple[str, ...]:
        """All of them: no register map has too many to be shown."""
        return tuple(self.described)

    def energising(self) -> dict[str, tuple[Choice, ...]]:
        """Every point that can put mains on the plug, with the values that do."""
        return {name: point.energises for name, point in self.points.items() if point.energises}
