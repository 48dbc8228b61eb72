"""What a vehicle tells without being asked: its VIN, its stored trouble codes, its time.

    broadcast:
      vin: {vcu: "VCU_Identity.VCU_Vin##", bcm: "BCM_Identity.BCM_Vin##"}
      trouble_codes:
        total: GW_TroubleList.GW_TroubleTotal
        places: 16
        units: [vcu, bms, mcu]
        unit: GW_TroubleList.GW_Trouble##Unit
        code: GW_TroubleList.GW_Trouble##Code
        status: GW_TroubleList.GW_Trouble##Status
        frame: {odometer: GW_FreezeFrames.GW_Frame##Odometer}
      clock: {year: TBOX_Time.TBOX_Year, month: …}

`##` stands for a number of two digits, from 01 on. A recorded vehicle that nothing may be sent to
is known by this alone.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from harness.datafile import Path_
from harness.fields import FileModel

if TYPE_CHECKING:
    from harness.devices.vehicle.profile import VehicleProfile

NUMBER = "##"
VIN_LENGTH = 17
CLOCK = ("year", "month", "day", "hour", "minute", "second")


def numbered(pattern: str, count: int) -> list[str]:
    """The names that a pattern stands for: `A.B##` is `A.B01`, `A.B02` and so on."""
    return [pattern.replace(NUMBER, f"{number:02d}") for number in range(1, count + 1)]


def _with_number(pattern: str) -> str:
    if NUMBER not in pattern:
        raise ValueError(f"a name with {NUMBER} where the number stands")
    return pattern


class TroubleListEntry(FileModel):
    """The list of stored trouble codes that some unit broadcasts."""

    total: str = Field(description="Signal with the number of all stored codes")
    places: int = Field(ge=1, le=99, description="Codes that the list has room for")
    units: list[str] = Field(min_length=1, description="Control units by their number, from 0")
    unit: str = Field(description="Number of the control unit")
    code: str = Field(description="Number of three bytes, as ISO 15031-6 writes P0AA6-1A")
    status: str = Field(description="Status byte (ISO 14229-1)")
    frame: dict[str, str] = Field(default_factory=dict, description="Quantity -> signal")

    @field_validator("unit", "code", "status")
    @classmethod
    def _numbered(cls, value: str) -> str:
        return _with_number(value)

    @field_validator("frame")
    @classmethod
    def _all_numbered(cls, value: dict[str, str]) -> dict[str, str]:
        return {name: _with_number(pattern) for name, pattern in value.items()}

    def patterns(self) -> dict[str, str]:
        """Everything that is numbered, by where it stands in the entry."""
        own = {"unit": self.unit, "code": self.code, "status": self.status}
        return own | {f"frame.{name}": pattern for name, pattern in self.frame.items()}


class BroadcastEntry(FileModel):
    """What is broadcast."""

    vin: dict[str, str] = Field(
        default_factory=dict, description="Unit -> signals with the characters of the VIN (ASCII)"
    )
    trouble_codes: TroubleListEntry | None = None
    clock: dict[str, str] = Field(
        default_factory=dict, description="year, month, day, hour, minute, second (UTC) -> signal"
    )

    @field_validator("vin")
    @classmethod
    def _numbered(cls, value: dict[str, str]) -> dict[str, str]:
        return {unit: _with_number(pattern) for unit, pattern in value.items()}

    @field_validator("clock")
    @classmethod
    def _whole(cls, value: dict[str, str]) -> dict[str, str]:
        if value and set(value) != set(CLOCK):
            raise ValueError("all of: " + ", ".join(CLOCK))
        return value


def mistakes(profile: "VehicleProfile") -> Iterator[tuple[Path_, str, str]]:
    """Names that the databases do not have: path below `broadcast`, what is wrong, expected."""
    entry = profile.told
    if entry is None:
        return
    named: list[tuple[Path_, list[str]]] = [
        (("vin", unit), numbered(pattern, VIN_LENGTH)) for unit, pattern in entry.vin.items()
    ]
    named += [(("clock", name), [signal]) for name, signal in entry.clock.items()]
    listed = entry.trouble_codes
    if listed is not None:
        named.append((("trouble_codes", "total"), [listed.total]))
        named += [
            (("trouble_codes", *where.split(".")), numbered(pattern, listed.places))
            for where, pattern in listed.patterns().items()
        ]
    for path, names in named:
        missing = [name for name in names if name not in profile.points]
        if missing:
            yield path, f"no database has {missing[0]!r}", "Message.Signal of a database"
