"""How to reach a Modbus device, as it is written in a bench file.

    {modbus: tcp, host: 192.0.2.7}
    {modbus: rtu, port: /dev/ttyUSB0, baudrate: 19200, parity: E, unit: 1}
    {modbus: rtu-over-tcp, host: 192.0.2.7, port: 4196, unit: 2, timeout: 500 ms}

What is left out comes from the profile's factory settings (`complete`). `memory` is the in-process
transport of the simulated bench: real frames, no socket.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from harness.devices.modbus.points import Link, Profile
from harness.errors import UsageError
from harness.quantity import parse_duration

DEFAULT_TIMEOUT = 1.0
DEFAULT_ATTEMPTS = 3
DEFAULT_TCP_PORT = 502
LONGEST = 60.0
_SERIAL_ONLY = ("baudrate", "parity", "bytesize", "stopbits")


def _seconds(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST:
        return float(value)
    try:
        found = parse_duration(value)
    except UsageError as error:
        raise ValueError("a time like '100 ms' or '2 s'") from error
    if found > LONGEST:
        raise ValueError(f"a time of at most {LONGEST:g} s")
    return found


Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema({"type": ["string", "number"], "examples": ["100 ms", "2 s"]}),
]
"""A time written with its unit; Python code may give plain seconds."""


Framing = Literal["tcp", "rtu", "ascii"]


class ModbusConnection(BaseModel):
    """One way to a device. Raises FileError (through `datafile.validate`) or ValidationError."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    modbus: Literal["tcp", "rtu", "ascii", "rtu-over-tcp", "memory"]
    host: str | None = None
    port: int | str | None = None
    """TCP port; name of the serial port (`/dev/ttyUSB0`, `COM3`); number of the in-memory line."""
    unit: int | None = Field(default=None, ge=0, le=255)
    baudrate: int | None = Field(default=None, ge=300, le=4_000_000)
    parity: Literal["N", "E", "O"] | None = None
    bytesize: Literal[7, 8] | None = None
    stopbits: Literal[1, 2] | None = None
    timeout: Seconds | None = None
    """Seconds to wait for a reply to one request."""
    attempts: int = Field(default=DEFAULT_ATTEMPTS, ge=1, le=10)
    """How often one request is sent before silence or damaged replies count as final."""
    pause: Seconds | None = None
    """Silence between two requests; overrides the profile's."""
    framing: Framing | None = None
    """Of `memory` only."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.is_serial:
            if not isinstance(self.port, str) or not self.port:
                raise ValueError(f"'port' with the name of a serial port for modbus: {self.modbus}")
            if self.host is not None:
                raise ValueError(f"no 'host' with modbus: {self.modbus}")
        else:
            if isinstance(self.port, str):
                raise ValueError(f"'port' as a number for modbus: {self.modbus}")
            if self.port is not None and not 1 <= self.port <= 65535:
                raise ValueError("a port from 1 to 65535")
            given = [name for name in _SERIAL_ONLY if getattr(self, name) is not None]
            if given:
                raise ValueError(f"no {given[0]!r} with modbus: {self.modbus}")
        if self.modbus in ("tcp", "rtu-over-tcp") and not self.host:
            raise ValueError(f"'host' for modbus: {self.modbus}")
        if self.modbus in ("rtu-over-tcp", "memory") and self.port is None:
            raise ValueError(f"'port' for modbus: {self.modbus}")
        if self.framing is not None and self.modbus != "memory":
            raise ValueError("'framing' only with modbus: memory")
        if self.timeout is not None and self.timeout <= 0:
            raise ValueError("a timeout above zero")
        return self

    @property
    def is_serial(self) -> bool:
        return self.modbus in ("rtu", "ascii")

    @property
    def framed(self) -> Framing:
        """What the frames look like, whatever carries them."""
        if self.modbus == "memory":
            return self.framing or "tcp"
        if self.modbus in ("rtu", "rtu-over-tcp"):
            return "rtu"
        return "ascii" if self.modbus == "ascii" else "tcp"

    @property
    def is_bus(self) -> bool:
        """Frames without a transaction number, as on a serial line: a late reply looks like the
        answer to the next request of its kind."""
        return self.framed != "tcp"

    def complete(self, profile: Profile) -> "ModbusConnection":
        """This connection with everything left out filled from the profile's factory settings.

        Raises UsageError when a unit id is needed and nobody says it, or when the device cannot
        be set to the one that is given.
        """
        link = _link_for(self, profile)
        filled = self.model_dump()
        wanted = ["unit", "timeout"]
        if self.is_serial:
            wanted += _SERIAL_ONLY
        elif self.modbus == "tcp":
            wanted.append("port")
        for name in wanted:
            if filled[name] is None and link is not None:
                filled[name] = getattr(link, name)
        if filled["timeout"] is None:
            filled["timeout"] = DEFAULT_TIMEOUT
        if filled["pause"] is None:
            filled["pause"] = profile.rules.pause
        if self.is_serial:
            bits = 7 if self.modbus == "ascii" else 8
            fallback = {"baudrate": 9600, "parity": "N", "bytesize": bits, "stopbits": 1}
            filled |= {key: value for key, value in fallback.items() if filled[key] is None}
        if self.modbus == "tcp" and filled["port"] is None:
            filled["port"] = DEFAULT_TCP_PORT
        if filled["unit"] is None:
            raise UsageError(f"profile {profile.id} has no factory unit id; expected 'unit' here")
        if link is not None and link.units is not None:
            low, high = link.units
            if not low <= filled["unit"] <= high:
                raise UsageError(
                    f"unit {filled['unit']} cannot be a {profile.id}; expected {low} to {high}"
                )
        return ModbusConnection.model_validate(filled)

    def describe(self) -> str:
        """One line for people and for the record."""
        unit = "" if self.unit is None else f" unit {self.unit}"
        if self.modbus == "memory":
            return f"memory:{self.port} ({self.framed} frames){unit}"
        if self.is_serial:
            line = f"{self.bytesize or '?'}{self.parity or '?'}{self.stopbits or '?'}"
            return f"{self.modbus} {self.port} {self.baudrate or '?'} {line}{unit}"
        return f"{self.modbus} {self.host}:{self.port or DEFAULT_TCP_PORT}{unit}"


def _link_for(connection: ModbusConnection, profile: Profile) -> Link | None:
    """The link of the profile that this connection uses, or the nearest one."""
    kinds = [connection.framed, *(kind for kind in profile.links if kind != connection.framed)]
    return next((profile.links[kind] for kind in kinds if kind in profile.links), None)
