"""One message of one unit: from sources to frames, quickly.

Everything about the layout is worked out once. A frame then costs little more than counter and
checksum: what follows from the car's condition is packed again only when that has changed, what
changes with time at the rate at which the unit samples it.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from harness.devices.can.checks import Protection
from harness.devices.can.layout import field_of
from harness.devices.can.scaling import scaling_of
from harness.devices.can.specs import MessageSpec, SignalSpec
from harness.errors import UsageError
from simulators.vehicle.ecus.source import Function, Source, Value

if TYPE_CHECKING:
    from simulators.vehicle.ecus.ecu import Ecu

_Place = tuple[Function, "Encoder", int, int, int]
"""Function, encoder, byte order, shift, mask in place."""


class Encoder:
    """Value to raw number. What lies outside the limits is sent as the nearest limit."""

    __slots__ = ("_high", "_labels", "_low", "_missing", "_offset", "_per_unit", "spec")

    def __init__(self, spec: SignalSpec) -> None:
        scaling = scaling_of(spec)
        self.spec = spec
        self._per_unit = 1 / spec.scale
        self._offset = spec.offset
        self._low, self._high = scaling.low, scaling.high
        self._labels = {name: raw for raw, name in spec.values.items()}
        self._missing = next(iter(spec.sentinels), 0)

    def __call__(self, value: Value) -> int:
        """Raises UsageError for a name that the database does not have."""
        if value is None:
            return self._missing
        if isinstance(value, str):
            raw = self._labels.get(value)
            if raw is None:
                raise UsageError(f"{self.spec.name} has no value {value!r}")
            return raw
        raw = round((value - self._offset) * self._per_unit)
        if raw < self._low:
            return self._low
        return raw if raw <= self._high else self._high


class _Part:
    """Signals that are packed together, as two integers (little and big endian)."""

    __slots__ = ("clear", "every", "next", "places", "revision", "words")

    def __init__(self, every: float | None, places: list[_Place]) -> None:
        self.every = every
        self.places = places
        self.next = -1.0
        self.revision = -1
        self.words = [0, 0]

    def pack(self, ecu: "Ecu") -> None:
        words = [0, 0]
        for function, encode, order, shift, mask in self.places:
            words[order] |= encode(function(ecu)) << shift & mask
        self.words = words


class Group:
    """The signals of a message that are in one frame: all, or those of one multiplexer number."""

    def __init__(
        self, ecu: "Ecu", spec: MessageSpec, sources: Iterable[tuple[SignalSpec, Source]]
    ) -> None:
        self._ecu = ecu
        self._size = spec.length
        self._sources = list(sources)
        self._parts: list[_Part] = []
        self._frozen: frozenset[str] = frozenset()
        self._held = [0, 0]
        self.words = (0, 0)
        self._build()

    def _build(self) -> None:
        """Arrange the signals by how often they are asked; frozen ones are left out."""
        by_rate: dict[float | None, list[_Place]] = {}
        for signal, source in self._sources:
            if signal.name in self._frozen:
                continue
            field = field_of(signal, self._size)
            place = (
                source.function, Encoder(signal), field.big, field.shift, field.mask << field.shift
            )  # fmt: skip
            by_rate.setdefault(source.every, []).append(place)
        self._parts = [_Part(every, places) for every, places in by_rate.items()]

    def freeze(self, names: frozenset[str]) -> None:
        """Signals of these names keep the bits that they have."""
        mine = frozenset(s.name for s, _ in self._sources) & names
        if mine == self._frozen:
            return
        self._frozen = mine
        self._held = [0, 0]
        for signal, _ in self._sources:
            if signal.name in mine:
                field = field_of(signal, self._size)
                self._held[field.big] |= self.words[field.big] & field.mask << field.shift
        self._build()

    def update(self, t: float, revision: int) -> bool:
        """Pack what is due; whether anything is different."""
        changed = False
        for part in self._parts:
            every = part.every
            if every is None:
                if part.revision == revision:
                    continue
                part.revision = revision
            elif t < part.next and part.revision == revision:
                continue
            else:
                part.next = t + every * 0.999
                part.revision = revision
            part.pack(self._ecu)
            changed = True
        if changed:
            little, big = self._held
            for part in self._parts:
                little |= part.words[0]
                big |= part.words[1]
            self.words = (little, big)
        return changed


class Transmitter:
    """Makes the frames of one message. Called with the time at which a frame is queued."""

    def __init__(
        self, ecu: "Ecu", spec: MessageSpec, sources: Callable[[str], Source | None]
    ) -> None:
        self.spec = spec
        self._ecu = ecu
        self._site = ecu.car.site
        self._size = spec.length
        own = {spec.counter, spec.checksum.signal if spec.checksum is not None else None}
        plain: list[tuple[SignalSpec, Source]] = []
        by_mux: dict[int, list[tuple[SignalSpec, Source]]] = {}
        mux = spec.mux
        missing = []
        for signal in spec.signals:
            if signal.name in own or signal is mux:
                continue
            source = sources(signal.name)
            if source is None:
                missing.append(signal.name)
            elif signal.multiplexer is None:
                plain.append((signal, source))
            else:
                for number in signal.mux_ids:
                    by_mux.setdefault(number, []).append((signal, source))
        if missing:
            raise UsageError(f"{spec.name}: no source for {', '.join(missing)}")
        self._groups: list[Group] = []
        self._marks: list[tuple[int, int]] = []
        if mux is None:
            self._groups.append(Group(ecu, spec, plain))
            self._marks.append((0, 0))
        else:
            field = field_of(mux, spec.length)
            for number in sorted(by_mux):
                self._groups.append(Group(ecu, spec, [*plain, *by_mux[number]]))
                bits = number << field.shift
                self._marks.append((0, bits) if field.big else (bits, 0))
        self._turn = 0
        self._counter = 0
        self._payloads: list[bytes] = [b""] * len(self._groups)
        protection = Protection(spec)
        self._protection = protection if protection else None
        self._checksum_at = -1
        if spec.checksum is not None:
            field = field_of(spec.signal(spec.checksum.signal), spec.length)
            first = field.shift // 8
            self._checksum_at = self._size - 1 - first if field.big else first
        self._counter_field = (
            field_of(spec.signal(spec.counter), spec.length) if spec.counter is not None else None
        )
        self.refresh()

    def refresh(self) -> None:
        """The unit's condition may have changed: look at what is wrong with it."""
        unit, name = self._ecu.unit, self.spec.name
        self._wrong = name in unit.wrong_checksum
        self._stuck = name in unit.stuck_counter
        for group in self._groups:
            group.freeze(unit.frozen)

    def restart(self) -> None:
        """The unit was switched on: counters begin again."""
        self._counter = 0
        self._turn = 0

    def __call__(self, t: float) -> bytes:
        """The payload of the frame that is queued now."""
        turn = self._turn
        groups = self._groups
        if len(groups) > 1:
            self._turn = (turn + 1) % len(groups)
        group = groups[turn]
        protection = self._protection
        if not group.update(t, self._site.revision) and protection is None and self._payloads[turn]:
            return self._payloads[turn]
        little, big = group.words
        low, high = self._marks[turn]
        little |= low
        big |= high
        if protection is None:
            payload = self._payloads[turn] = self._join(little, big)
            return payload
        field = self._counter_field
        if field is not None:
            bits = (self._counter & field.mask) << field.shift
            if field.big:
                big |= bits
            else:
                little |= bits
            if not self._stuck:
                self._counter += 1
        at = self._checksum_at
        if at < 0:
            return self._join(little, big)
        data = bytearray(self._join(little, big))
        checksum = protection.checksum_of(data)
        data[at] = checksum ^ 0x5A if self._wrong else checksum
        return bytes(data)

    def _join(self, little: int, big: int) -> bytes:
        size = self._size
        if not big:
            return little.to_bytes(size, "little")
        if little:
            big |= int.from_bytes(little.to_bytes(size, "little"), "big")
        return big.to_bytes(size, "big")
