"""Profiles of SCPI instruments: which command sets, asks and proves what.

    profile: scpi-ac-load
    title: {zh: …, en: …}
    kind: load
    identity: "*IDN?"
    errors: "SYST:ERR?"
    points:
      current_setting: {set: "CURR {value}", get: "CURR?", unit: A, low: 0, high: 63}
      output: {set: "INP {value}", get: "INP?", values: {"0": off, "1": on}}
      voltage: {get: "MEAS:VOLT?", unit: V}
    safe: {point: output, value: off, proof: {point: current, below: 0.5 A}}

`{value}` stands for the number or the code of the state. Nothing else is filled in: a profile is
data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from harness.catalogue.item import Confidence
from harness.datafile import load, sha256, validate
from harness.errors import UnknownNameError, UsageError
from harness.fields import FileModel, Kebab, QuantityField, TextField
from harness.quantity import known_unit
from harness.text import Text

_SHIPPED = files("harness.devices.instrument") / "profiles"
InstrumentKind = Literal["load", "source"]


class PointRow(FileModel):
    """One quantity: how it is asked, and how it is set where it can be."""

    get: str | None = Field(default=None, min_length=2, description="The query")
    set: str | None = Field(default=None, description="The command, with {value} in it")
    unit: str | None = None
    values: dict[str, str] = Field(default_factory=dict, description="Reply -> state")
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _fits(self) -> "PointRow":
        if self.get is None and self.set is None:
            raise ValueError("'get', 'set' or both")
        if self.set is not None and self.set.count("{value}") != 1:
            raise ValueError("a command with {value} once")
        if self.values and self.unit is not None:
            raise ValueError("a unit or states, not both")
        if self.unit is not None:
            try:
                known_unit(self.unit)
            except UsageError as error:
                raise ValueError(error.detail) from error
        return self


class ProofRow(FileModel):
    """A reading that shows that it is off."""

    point: str
    below: QuantityField


class SafeRow(FileModel):
    """How the instrument is made safe: one state, and what proves it."""

    point: str
    value: str
    proof: ProofRow | None = None


class InstrumentFile(FileModel):
    """A whole profile of an instrument."""

    profile: Kebab
    title: TextField
    vendor: str = Field(min_length=1)
    model: str = Field(min_length=1)
    kind: InstrumentKind
    confidence: Confidence
    sources: list[str] = Field(min_length=1)
    note: str = ""
    identity: str = "*IDN?"
    errors: str = "SYST:ERR?"
    points: dict[str, PointRow] = Field(min_length=1)
    safe: SafeRow

    @model_validator(mode="after")
    def _safe_is_a_point(self) -> "InstrumentFile":
        row = self.points.get(self.safe.point)
        if row is None or row.set is None or row.get is None:
            raise ValueError("'safe' with a point that is set and read back")
        if self.safe.value not in row.values.values():
            raise ValueError("'safe' with a state of its point")
        proof = self.safe.proof
        if proof is not None and self.points.get(proof.point) is None:
            raise ValueError("a proof that is a point")
        return self


@dataclass(frozen=True)
class InstrumentPoint:
    """A point as the harness knows points of any device."""

    name: str
    row: PointRow
    title: Text | None = None
    flags: Mapping[int, str] = field(default_factory=dict)
    is_text: bool = False

    @property
    def unit(self) -> str | None:
        return self.row.unit

    @property
    def type(self) -> str:
        return "string" if self.row.values else "f64"

    @property
    def values(self) -> Mapping[str, str]:
        return self.row.values

    @property
    def readable(self) -> bool:
        return self.row.get is not None

    @property
    def writable(self) -> bool:
        return self.row.set is not None


@dataclass(frozen=True)
class InstrumentProfile:
    """What is known about one model of instrument."""

    file: InstrumentFile
    data: bytes
    points: Mapping[str, InstrumentPoint]

    @property
    def id(self) -> str:
        return self.file.profile

    @property
    def title(self) -> Text:
        return self.file.title

    @property
    def kind(self) -> str:
        return self.file.kind

    @property
    def described(self) -> Mapping[str, InstrumentPoint]:
        return self.points

    @property
    def shown(self) -> Sequence[str]:
        return tuple(self.points)

    @property
    def sha256(self) -> str:
        return sha256(self.data)


@cache
def list_instrument_profiles() -> tuple[str, ...]:
    """Names of the shipped profiles."""
    return tuple(
        sorted(
            entry.name.removesuffix(".yaml")
            for entry in _SHIPPED.iterdir()
            if entry.name.endswith(".yaml")
        )
    )


def load_instrument_profile(name: str, folders: Sequence[Path] = ()) -> InstrumentProfile:
    """A shipped profile, one of a folder, or a file. Raises FileError, UnknownNameError."""
    for path in (Path(name), *(folder / f"{name}.yaml" for folder in folders)):
        if path.suffix in (".yaml", ".yml") and path.is_file():
            return _read(path)
    if name not in list_instrument_profiles():
        raise UnknownNameError("profile", name, list(list_instrument_profiles()))
    return _shipped(name)


@cache
def _shipped(name: str) -> InstrumentProfile:
    return _read(Path(str(_SHIPPED / f"{name}.yaml")))


def _read(path: Path) -> InstrumentProfile:
    values, places, data = load(path)
    file = validate(InstrumentFile, values, places)
    points = {name: InstrumentPoint(name, row) for name, row in file.points.items()}
    return InstrumentProfile(file, data, points)
