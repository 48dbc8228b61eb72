"""What is known about the diagnostics of a vehicle: units, identifiers, routines, trouble codes.

Immutable; made from a file by description.py, or built in (`generic_obd`) for a vehicle of which
nothing is known but the addresses that the law prescribes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.devices.diag.link import FunctionalAddress, IsoTpAddress
from harness.devices.diag.values import Decoded, ValueFormat
from harness.errors import UnknownNameError
from harness.quantity import Value
from harness.text import Text

Access = Literal["read", "write", "io"]
Severity = Literal["stop", "restrict", "note"]


@dataclass(frozen=True, slots=True)
class Did:
    """A data identifier. `name` is the name of the point in the harness."""

    id: int
    name: str
    title: Text
    format: ValueFormat
    access: tuple[Access, ...] = ("read",)

    def __str__(self) -> str:
        return f"{self.id:04X} ({self.name})"

    @property
    def unit(self) -> str | None:
        return self.format.unit

    def interpret(self, data: bytes, unit: str) -> Decoded:
        """Value and quality of the bytes that control unit `unit` sent. Raises ImplausibleError."""
        return self.format.interpret(data, f"{unit} {self}")

    def decode(self, data: bytes, unit: str) -> Value:
        """The value of the bytes that `unit` sent. Raises ImplausibleError."""
        return self.format.decode(data, f"{unit} {self}")

    def encode(self, value: Value, unit: str) -> bytes:
        """The bytes for a value. Raises UsageError that says what fits."""
        return self.format.encode(value, f"{unit} {self}")


@dataclass(frozen=True, slots=True)
class Routine:
    """A routine: the options it takes (in order) and the result that it gives."""

    id: int
    name: str
    title: Text
    options: tuple[tuple[str, ValueFormat], ...] = ()
    result: ValueFormat | None = None

    def __str__(self) -> str:
        return f"{self.id:04X} ({self.name})"

    def decode(self, data: bytes, unit: str) -> Value | None:
        """The result in the bytes that `unit` sent; None when none is described.

        Raises ImplausibleError.
        """
        return None if self.result is None else self.result.decode(data, f"{unit} routine {self}")


@dataclass(frozen=True, slots=True)
class Dtc:
    """A trouble code that the maker has described."""

    code: str
    number: int
    title: Text
    severity: Severity = "note"
    warning_lamp: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A control unit: where it is reached, and what it knows."""

    name: str
    title: Text
    node: str
    bus: str
    address: IsoTpAddress
    sessions: tuple[int, ...] = (1,)
    security: str | None = None
    dids: tuple[Did, ...] = ()
    routines: tuple[Routine, ...] = ()
    dtcs: tuple[Dtc, ...] = ()
    obd: bool = False

    def did(self, key: int | str) -> Did:
        """The identifier of that number or name. Raises UnknownNameError."""
        for did in self.dids:
            if key in (did.id, did.name):
                return did
        raise UnknownNameError(f"data identifier of {self.name}", _shown(key), _names(self.dids))

    def routine(self, key: int | str) -> Routine:
        """The routine of that number or name. Raises UnknownNameError."""
        for routine in self.routines:
            if key in (routine.id, routine.name):
                return routine
        raise UnknownNameError(f"routine of {self.name}", _shown(key), _names(self.routines))


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Everything that one description says."""

    name: str
    title: Text
    functional: tuple[FunctionalAddress, ...]
    security: Mapping[str, Mapping[str, Any]]
    dids: Mapping[int, Did]
    routines: Mapping[int, Routine]
    dtcs: Mapping[str, Dtc]
    units: Mapping[str, Unit]
    sha256: str = ""
    data: bytes = field(default=b"", repr=False)
    """The bytes of the file, for the record."""

    def unit(self, name: str) -> Unit:
        """Raises UnknownNameError."""
        if name not in self.units:
            raise UnknownNameError("control unit", name, list(self.units))
        return self.units[name]

    def did(self, key: int | str) -> Did:
        """The identifier of that number or name. Raises UnknownNameError."""
        for did in self.dids.values():
            if key in (did.id, did.name):
                return did
        raise UnknownNameError("data identifier", _shown(key), _names(self.dids.values()))

    def dtc_title(self, code: str) -> Text | None:
        """What the maker calls a trouble code; None when the description does not have it."""
        found = self.dtcs.get(code)
        return None if found is None else found.title


def generic_obd() -> Diagnostics:
    """The eight 11-bit addresses of emission-related OBD, of which nothing else is known.

    Source: ISO 15765-4, legislated 11-bit identifiers.
    """
    units = {
        f"obd_{number}": Unit(
            name=f"obd_{number}",
            title=Text(f"OBD 控制单元 {number}", f"OBD control unit {number}"),
            node="",
            bus="obd",
            address=IsoTpAddress(0x7E0 + number, 0x7E8 + number),
            obd=True,
        )
        for number in range(8)
    }
    return Diagnostics(
        name="generic-obd",
        title=Text("通用 OBD", "Generic OBD"),
        functional=(FunctionalAddress(0x7DF),),
        security={},
        dids={},
        routines={},
        dtcs={},
        units=units,
    )


def _shown(key: int | str) -> str:
    return key if isinstance(key, str) else f"0x{key:04X}"


def _names(known: Any) -> list[str]:
    return [entry.name for entry in known]
