"""Payload to signals and back, for one message.

Frames off a real bus are short, long, and full of numbers that the description does not know. None
of that raises: what can be read is read, and `examine` says what is wrong.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from harness.devices.can.findings import Finding, Flaw
from harness.devices.can.groups import Group, group_of
from harness.devices.can.layout import Field, field_of
from harness.devices.can.scaling import Scaling, scaling_of
from harness.devices.can.specs import MessageSpec
from harness.errors import UnknownNameError, UsageError
from harness.quantity import Scalar

Payload = bytes | bytearray
_KEPT = 5_000
"""Messages whose codec is remembered."""


class MessageCodec:
    """Packs and unpacks one message. Made once per message (`codec_of`)."""

    def __init__(self, spec: MessageSpec) -> None:
        self.spec = spec
        self._length = spec.length
        self._root = group_of(spec, [s for s in spec.signals if s.multiplexer is None])
        self._fields = {s.name: field_of(s, spec.length) for s in spec.signals}
        self._scalings = {s.name: scaling_of(s) for s in spec.signals}
        self._names: dict[tuple[int, ...], frozenset[str]] = {}
        self.is_multiplexed = bool(self._root.switches)
        self._plain = not (self._root.switches or self._root.floats)
        orders = {field.big for field in self._fields.values()}
        self._orders = (0 in orders, 1 in orders)

    # To signals

    def unpack_raw(self, data: Payload) -> dict[str, int]:
        """Raw numbers of the signals that are in this payload, whatever its length.

        Signals beyond the end of a short payload, and those of other multiplexer numbers, are
        left out. Never raises.
        """
        whole, words = self._words(data)
        raw: dict[str, int] = {}
        groups = [self._root]
        for group in groups:  # grows on the way
            for name, big, shift, mask, sign, end, _ in group.fields:
                if whole >= end:
                    raw[name] = ((words[big] >> shift & mask) ^ sign) - sign
            for field, children in group.switches:
                child = children.get(raw[field.name]) if field.name in raw else None
                if child is not None:
                    groups.append(child)
        return raw

    def unpack(self, data: Payload) -> dict[str, float]:
        """Physical values of the signals that are in this payload. Never raises."""
        scalings = self._scalings
        return {name: scalings[name].to_physical(n) for name, n in self.unpack_raw(data).items()}

    def raw_of(self, name: str, data: Payload) -> int | None:
        """The raw number of one signal, as if it were in the frame; None beyond a short end."""
        _, big, shift, mask, sign, end, _ = self._fields[name]
        whole, words = self._words(data)
        return ((words[big] >> shift & mask) ^ sign) - sign if whole >= end else None

    def examine(self, data: Payload) -> tuple[Finding, ...]:
        """What is wrong with this payload, apart from counter and checksum."""
        size = len(data)
        if size == self._length and self._plain:
            little, big = self._orders
            words = (
                int.from_bytes(data, "little") if little else 0,
                int.from_bytes(data, "big") if big else 0,
            )
            for order, shift, mask, flip, low, high, _ in self._root.limited:
                if not low <= (words[order] >> shift & mask) ^ flip <= high:
                    break
            else:
                return ()
        return tuple(self._examine(data))

    def mux_key(self, data: Payload) -> tuple[int, ...] | None:
        """The raw numbers of the multiplexers in this payload, outermost first.

        () for a message without any; None if one is beyond a short end or has an unknown number.
        """
        switches = self._root.switches
        if not switches:
            return ()
        whole, words = self._words(data)
        key: list[int] = []
        groups = [self._root]
        for group in groups:  # grows on the way
            for field, children in group.switches:
                number = _read(field, words)
                if whole < field.end or number not in children:
                    return None
                key.append(number)
                groups.append(children[number])
        return tuple(key)

    def names_with(self, key: tuple[int, ...]) -> frozenset[str]:
        """Signals that are in a frame with these multiplexer numbers (from `mux_key`)."""
        names = self._names.get(key)
        if names is None:
            numbers = iter(key)
            groups = [self._root]
            for group in groups:  # grows on the way
                groups += [children[next(numbers)] for _, children in group.switches]
            names = frozenset(field.name for group in groups for field in group.fields)
            self._names[key] = names
        return names

    def to_physical(self, name: str, raw: int) -> float:
        """The value of a raw number in the signal's unit. Raises UnknownNameError."""
        return self.scaling(name).to_physical(raw)

    def scaling(self, name: str) -> Scaling:
        """The conversion of a signal. Raises UnknownNameError."""
        found = self._scalings.get(name)
        return scaling_of(self.spec.signal(name)) if found is None else found

    def _words(self, data: Payload) -> tuple[int, tuple[int, int]]:
        """How many bytes are usable, and the payload as an integer in both byte orders."""
        size = len(data)
        length = self._length
        if size != length:
            data = bytes(data[:length]).ljust(length, b"\0")
        return min(size, length), (int.from_bytes(data, "little"), int.from_bytes(data, "big"))

    def _examine(self, data: Payload) -> Iterable[Finding]:
        spec, size = self.spec, len(data)
        if size != self._length:
            flaw = Flaw.SHORT if size < self._length else Flaw.LONG
            yield Finding(flaw, spec.name, "", str(size), str(self._length))
        whole, words = self._words(data)
        groups = [self._root]
        for group in groups:  # grows on the way
            for order, shift, mask, flip, low, high, field in group.limited:
                if whole >= field.end and not low <= (words[order] >> shift & mask) ^ flip <= high:
                    yield from self._range(field, words)
            for field in group.floats:
                if whole >= field.end:
                    yield from self._range(field, words)
            for field, children in group.switches:
                if whole < field.end:
                    continue
                raw = _read(field, words)
                child = children.get(raw)
                if child is not None:
                    groups.append(child)
                else:
                    known = ", ".join(map(str, sorted(children)))
                    yield Finding(Flaw.UNKNOWN_MUX, spec.name, field.name, str(raw), known)

    def _range(self, field: Field, words: tuple[int, int]) -> Iterable[Finding]:
        raw = _read(field, words)
        scaling = scaling_of(field.spec)
        if not scaling.in_range(raw):
            got = f"{scaling.to_physical(raw):g}"
            limits = scaling.limits()
            yield Finding(Flaw.OUT_OF_RANGE, self.spec.name, field.name, got, limits)

    # To a payload

    def pack_raw(self, raw: Mapping[str, int]) -> bytes:
        """The payload with these raw numbers; the start value (or 0) for signals left out.

        Bits that belong to no signal are 0. Raises UnknownNameError for a name that the message
        does not have, UsageError for a number that the bits cannot hold, for a signal that is not
        in the frame with this multiplexer number, or for an unknown multiplexer number.
        """
        words = [0, 0]
        used = 0
        groups = [self._root]
        for group in groups:  # grows on the way
            for name, big, shift, mask, sign, _, spec in group.fields:
                number = raw.get(name)
                if number is None:
                    number = spec.start_value or 0
                else:
                    used += 1
                if not -sign <= number <= mask - sign:
                    raise UsageError(
                        f"{self.spec.name}.{name}: raw {number} does not fit; "
                        f"expected {-sign} to {mask - sign}"
                    )
                words[big] |= (number & mask) << shift
            for field, children in group.switches:
                groups.append(self._chosen(field, children, raw))
        if used != len(raw):
            self._complain(raw, groups)
        data = words[1].to_bytes(self._length, "big")
        if not words[0]:
            return data
        word = int.from_bytes(data, "little") | words[0]
        return word.to_bytes(self._length, "little")

    def pack(self, values: Mapping[str, Scalar], *, strict: bool = True) -> bytes:
        """The payload with these physical values or names of values.

        `strict` refuses values outside the described limits. Raises as `pack_raw` and
        `Scaling.from_physical`.
        """
        return self.pack_raw(self.to_raw(values, strict=strict))

    def to_raw(self, values: Mapping[str, Scalar], *, strict: bool = True) -> dict[str, int]:
        """Raw numbers of physical values or names. Raises as `Scaling.from_physical`."""
        raw = {}
        for name, value in values.items():
            try:
                raw[name] = self.scaling(name).from_physical(value, strict=strict)
            except UnknownNameError:
                raise
            except UsageError as error:
                raise UsageError(f"{self.spec.name}.{error.detail}") from error
        return raw

    def _chosen(self, field: Field, children: dict[int, Group], raw: Mapping[str, int]) -> Group:
        number = raw.get(field.name)
        if number is None:
            number = field.spec.start_value or 0
        child = children.get(number)
        if child is None:
            known = ", ".join(map(str, sorted(children)))
            raise UsageError(
                f"{self.spec.name}.{field.name}: multiplexer number {number} is not described; "
                f"expected one of {known}"
            )
        return child

    def _complain(self, raw: Mapping[str, int], groups: list[Group]) -> None:
        inside = {field.name for group in groups for field in group.fields}
        for name in raw:
            self.spec.signal(name)
            if name not in inside:
                raise UsageError(
                    f"{self.spec.name}.{name}: not in the frame with this multiplexer number"
                )


def _read(field: Field, words: tuple[int, int]) -> int:
    return ((words[field.big] >> field.shift & field.mask) ^ field.sign) - field.sign


@lru_cache(maxsize=_KEPT)
def codec_of(spec: MessageSpec) -> MessageCodec:
    """The codec of a message, made once."""
    return MessageCodec(spec)
