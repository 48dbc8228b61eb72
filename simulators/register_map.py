"""A simulated device seen through a profile: requests in, register words or refusals out.

Register contents are computed when they are asked for, from the device's canonical points; points
that only the vendor knows hold their documented default and keep what is written. Knows nothing of
frames or sockets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from harness.devices.modbus.codec import codec_of, decode, encode
from harness.devices.modbus.layout import put_part
from harness.devices.modbus.points import Condition, Point, Profile, Table, in_choices
from harness.errors import RefusedError, UsageError
from harness.quantity import Quality, Value, convert
from simulators.state_codes import best_code, nearest
from simulators.units import UNITS

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
DEVICE_FAILURE = 4

_READS = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT}
_WRITES = {5: Table.COIL, 6: Table.HOLDING, 15: Table.COIL, 16: Table.HOLDING}
_SINGLE = (5, 6)
_VOLT_AMPERE_HOURS = {
    "total_energy": "total_apparent_energy",
    "session_energy": "session_apparent_energy",
}


class RefusalError(Exception):
    """The device refuses a request with this Modbus exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code}")
        self.code = code


class Device(Protocol):
    """What stands behind the registers."""

    unit_id: int

    @property
    def powered(self) -> bool: ...
    def feed(self) -> None: ...
    def knows(self, name: str) -> bool: ...
    def takes(self, name: str) -> bool: ...
    def get(self, name: str) -> Value | None: ...
    def put(self, name: str, value: Value) -> None: ...


class _Slot(NamedTuple):
    """Registers that belong together; several points are several views of them."""

    address: int
    words: int
    points: tuple[Point, ...]


Image = Mapping[tuple[int | None, Table, int], list[int]]
"""Unit id (None: the device's own), table and address of a slot -> its words."""


@dataclass(slots=True)
class Window:
    """What stands between the device and who reads it."""

    image: Image | None = None
    """Reads are answered from this, not from the device."""
    words_swapped: bool = False
    """32-bit numbers come, and are taken, with the lower word first."""


class _Source(NamedTuple):
    """Where a point's value comes from, and the factor from the device's unit to the point's."""

    name: str | None
    factor: float


class RegisterMap:
    """The registers of one device. Raises UsageError for a map that contradicts itself."""

    def __init__(self, profile: Profile, device: Device) -> None:
        self.profile = profile
        self._device = device
        self.unit_ids = frozenset(
            point.unit_id for point in profile.points.values() if point.unit_id is not None
        )
        """Unit ids that answer beside the device's own."""
        self._slots: dict[tuple[int | None, Table], dict[int, _Slot]] = {
            (unit_id, table): {} for unit_id in (None, *self.unit_ids) for table in Table
        }
        self._own: dict[str, list[int]] = {}
        self.window = Window()
        for slot in _gather(profile):
            slots = self._slots[_place(slot.points[0])]
            for address in range(slot.address, slot.address + slot.words):
                if address in slots:
                    other = slots[address].points[0].name
                    raise UsageError(
                        f"{profile.id}: {slot.points[0].name} overlaps {other} at"
                        f" {slot.points[0].table} {address}"
                    )
                slots[address] = slot
        self._sources = {point.name: self._source(point) for point in profile.points.values()}
        points = profile.points.values()
        self.functions = frozenset(
            {point.table.read_function for point in points if point.readable}
            | {point.write_function for point in points if point.writable}
        )
        """Function codes that the device accepts."""

    def feeds_watchdog(self, function: int, address: int, words: int) -> bool:
        """Whether a request that was carried out writes what the device's watchdog wants."""
        guard = self.profile.watchdog
        if guard is None or guard.point is None:
            return False
        point = self.profile.points[guard.point]
        same = _WRITES.get(function) is point.table
        return same and address <= point.address < address + max(words, 1)

    @property
    def any_request_feeds(self) -> bool:
        guard = self.profile.watchdog
        return guard is None or guard.fed_by == "any_request"

    # Reading

    def read(
        self, function: int, address: int, count: int, unit_id: int | None = None
    ) -> list[int]:
        """Words (or bits) of a read request. Raises RefusalError.

        `unit_id` is None for the device's own, else one of `unit_ids`.
        """
        if function not in self.functions or function not in _READS:
            raise RefusalError(ILLEGAL_FUNCTION)
        table, rules = _READS[function], self.profile.rules
        end = address + count
        if not 1 <= count <= (rules.max_bits if table.is_bits else rules.max_registers):
            raise RefusalError(ILLEGAL_VALUE)
        if any(t is table and low < end and address <= high for t, low, high in rules.forbidden):
            raise RefusalError(ILLEGAL_ADDRESS)
        slots = self._slots[unit_id, table]
        if rules.exact:
            slot = slots.get(address)
            if slot is None or (slot.address, slot.words) != (address, count):
                raise RefusalError(ILLEGAL_ADDRESS)
        words: list[int] = []
        gap = 0
        while address < end:
            slot = slots.get(address)
            if slot is None:
                gap += 1
                if gap > rules.gap or address > 0xFFFF:
                    raise RefusalError(ILLEGAL_ADDRESS)
                words.append(0)
                address += 1
                continue
            gap = 0
            held = self._seen(slot)
            skip = address - slot.address
            words += held[skip : skip + end - address]
            address = slot.address + slot.words
        return words

    def image(self) -> Image:
        """The contents of every slot that can be read now."""
        found: dict[tuple[int | None, Table, int], list[int]] = {}
        for (unit_id, table), slots in self._slots.items():
            for slot in {id(slot): slot for slot in slots.values()}.values():
                try:
                    found[unit_id, table, slot.address] = self._words(slot)
                except RefusalError:
                    continue  # it cannot be read now, so nothing of it is kept
        return found

    def _seen(self, slot: _Slot) -> list[int]:
        """The words of a slot as they come out of the window."""
        if self.window.image is None:
            words = self._words(slot)
        else:
            kept = self.window.image.get((*_place(slot.points[0]), slot.address))
            if kept is None:
                raise RefusalError(ILLEGAL_ADDRESS)
            words = kept
        return words[::-1] if self._turned(slot) else words

    def _turned(self, slot: _Slot) -> bool:
        """The window changes over the words of this slot."""
        return self.window.words_swapped and slot.words == 2 and not slot.points[0].is_text

    def shown(self, name: str) -> Value | None:
        """The value of a point as a client would decode it now."""
        point = self.profile.points[name]
        slot = self._slots[_place(point)][point.address]
        return decode(point.scaled(self._holds), self._words(slot)).value

    def _words(self, slot: _Slot) -> list[int]:
        views = [point for point in slot.points if self._can_be_read(point)]
        if not views:
            raise RefusalError(ILLEGAL_ADDRESS)
        whole = _telling([view for view in views if view.part is None])
        words = self._of_views(whole) if whole else [0] * slot.words
        for part in dict.fromkeys(view.part for view in views if view.part is not None):
            same = [view for view in views if view.part == part]
            # Bits that only the vendor knows follow the whole register, if there is one.
            if not whole or any(self._sources[view.name].name is not None for view in same):
                words = put_part(same[0], words, self._of_views(same))
        return words

    def _of_views(self, views: list[Point]) -> list[int]:
        """The words of points that are views of the same registers, or of the same bits."""
        if len(views) > 1 and all(view.values for view in views):
            permits = self._device.get("enable") != "disabled"
            values = [self._value(view) for view in views]
            return _packed(views[0], best_code(views, values, permits=permits))
        return self._encoded(views[0])

    def _can_be_read(self, point: Point) -> bool:
        if not point.readable:
            return False
        gates = (*point.available_if, *point.readable_if)
        return not gates or all(self._holds(gate) for gate in gates)

    def _holds(self, condition: Condition) -> bool:
        point = self.profile.points.get(condition.point)
        if point is None:
            return False
        return condition.holds(decode(point, self._encoded(point)).value)

    def _value(self, point: Point) -> Value | None:
        """The live value in the point's unit."""
        name, factor = self._sources[point.name]
        if name is None:
            return decode(point.scaled(self._holds), self._kept(point)).value
        value = self._device.get(name)
        factor /= self._ratio(point)
        if factor != 1.0 and isinstance(value, int | float) and not isinstance(value, bool):
            return value * factor
        return value

    def _ratio(self, point: Point) -> float:
        """What a client multiplies the register by: a meter counts on the secondary side."""
        ratio = 1.0
        for name in point.scale_by:
            value = self.shown(name)
            if isinstance(value, int | float) and value:
                ratio *= value
        return ratio

    def _encoded(self, point: Point) -> list[int]:
        if self._sources[point.name].name is None:
            return self._kept(point)
        value = self._value(point)
        point = point.scaled(self._holds)
        codec = codec_of(point)
        if point.values and isinstance(value, int) and value not in point.values.values():
            return codec.pack(value)  # a raw code from a defective part
        try:
            if value is None and not point.not_available and not point.is_text:
                return [0] * point.words
            return encode(point, value, checked=False)
        except UsageError:
            return self._fitted(point, value)

    def _fitted(self, point: Point, value: Value | None) -> list[int]:
        """What a device shows that has no code, bit or room for a value."""
        if point.flags and isinstance(value, list):
            known = set(point.flags.values())
            return encode(point, [flag for flag in value if flag in known], checked=False)
        if point.values:
            other = nearest(point, str(value))
            if other is not None:
                return encode(point, other, checked=False)
            return _first_state(point)
        if isinstance(value, int | float):
            return [0xFFFF if value > 0 else 0] * point.words
        return [0] * point.words

    def _kept(self, point: Point) -> list[int]:
        """Contents of a point that only the vendor knows: the default, or what was written."""
        words = self._own.get(point.name)
        if words is None:
            if point.default is not None:
                words = encode(point, point.default, checked=False)
            elif point.values:
                words = _first_state(point)
            else:
                words = [0] * point.words
            self._own[point.name] = words
        return words

    # Writing

    def write(
        self, function: int, address: int, words: Sequence[int], unit_id: int | None = None
    ) -> None:
        """Carry out a write request; all of it or nothing. Raises RefusalError."""
        if function not in self.functions or function not in _WRITES:
            raise RefusalError(ILLEGAL_FUNCTION)
        slots = self._slots[unit_id, _WRITES[function]]
        planned: list[tuple[Point, Value, list[int]]] = []
        done = 0
        while done < len(words):
            slot = slots.get(address + done)
            point = next((p for p in slot.points if p.writable), None) if slot else None
            if slot is None or point is None:
                raise RefusalError(ILLEGAL_ADDRESS)
            if function in _SINGLE and point.write_function not in _SINGLE:
                raise RefusalError(ILLEGAL_FUNCTION)
            part = [int(word) for word in words[done : done + slot.words]]
            if self._turned(slot):
                part.reverse()
            if slot.address != address + done or len(part) < slot.words:
                raise RefusalError(ILLEGAL_VALUE)
            planned.append((point, self._acceptable(point, part), part))
            done += slot.words
        for point, value, part in planned:
            self._apply(point, value, part)

    def _acceptable(self, point: Point, words: list[int]) -> Value:
        found = decode(point.scaled(self._holds), words)
        value = found.value
        if found.quality is Quality.UNKNOWN_CODE and point.allowed is not None:
            # A number that is no state but may be written (a password).
            raw = codec_of(point).unpack(words)
            value = None if isinstance(raw, bytes) else raw
        elif point.values and value is not None:
            return value
        if value is None or found.quality in (Quality.NOT_A_NUMBER, Quality.SENTINEL):
            raise RefusalError(ILLEGAL_VALUE)
        if point.allowed is not None and not in_choices(value, point.allowed):
            raise RefusalError(ILLEGAL_VALUE)
        return value

    def _apply(self, point: Point, value: Value, words: list[int]) -> None:
        name, factor = self._sources[point.name]
        if name is not None and self._device.takes(name):
            if factor != 1.0 and isinstance(value, int | float):
                value = value / factor
            try:
                self._device.put(name, value)
            except RefusedError as error:
                raise RefusalError(error.code) from error
            return
        if name is not None:
            raise RefusalError(ILLEGAL_ADDRESS)
        if not all(self._holds(condition) for condition in point.requires):
            raise RefusalError(DEVICE_FAILURE)
        if not point.self_clearing:
            self._own[point.name] = words

    def _known(self, name: str) -> bool:
        return self._device.knows(name) or self._device.takes(name)

    def _source(self, point: Point) -> _Source:
        name = point.name
        if point.unit in ("VAh", "kVAh"):
            name = _VOLT_AMPERE_HOURS.get(name, name)
        if not self._known(name):
            # What is written to one register is shown in another.
            written = (p.name for p in self.profile.points.values() if p.read_back == name)
            name = next((one for one in written if self._known(one)), "")
        if not name:
            return _Source(None, 1.0)
        own = UNITS.get(name)
        if own is None or point.unit is None:
            return _Source(name, 1.0)
        return _Source(name, convert(1.0, own, point.unit))


def _telling(views: list[Point]) -> list[Point]:
    """Views without those that can show nothing: a number none of whose codes is a value."""
    codes = {code for view in views for code in view.values}
    return [view for view in views if view.values or not codes or codes - set(view.not_available)]


def _packed(point: Point, code: int | str) -> list[int]:
    return codec_of(point).pack(code.encode(point.encoding) if isinstance(code, str) else code)


def _first_state(point: Point) -> list[int]:
    """The lowest code: what a register holds that nobody has set."""
    return _packed(point, min(point.values, key=lambda code: (isinstance(code, str), code)))


def _gather(profile: Profile) -> list[_Slot]:
    """The profile's points by the registers that they occupy."""
    spans: dict[tuple[tuple[int | None, Table], int, int], list[Point]] = {}
    for point in profile.points.values():
        spans.setdefault((_place(point), point.address, point.words), []).append(point)
    return [_Slot(address, words, tuple(points)) for (_, address, words), points in spans.items()]


def _place(point: Point) -> tuple[int | None, Table]:
    """The registers of one unit id and table."""
    return point.unit_id, point.table
