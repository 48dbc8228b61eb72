"""How to reach a CAN bus, as it is written in a bench file.

    {can: socketcan, channel: can0}
    {can: slcan, channel: /dev/ttyACM0, bitrate: 500000}
    {can: slcan, channel: socket://192.0.2.7:3333, bitrate: 500000, listen_only: true}
    {can: pcan, channel: PCAN_USBBUS1, bitrate: 500000, fd: true, data_bitrate: 2000000}
    {can: socketcand, channel: can0, options: {host: 192.0.2.7, port: 29536}}
    {can: recording, file: drive.blf, channel: 2}

`can` is python-can's name of the interface, whatever that version of python-can knows; `options`
go to it unchanged. `memory` is the in-process bus of the simulated bench; `recording` plays a
recorded bus, see `recorded.py`. Whether the interface
exists is found out when it is opened (`port.open_port`), because only python-can knows, and this
module is loaded for every bench file.
"""

from pathlib import Path, PurePath
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from harness.fields import FileModel
from harness.text import Text

DEFAULT_BITRATE = 500_000
MEMORY = "memory"
RECORDING = "recording"
Option = bool | int | float | str
_OURS = ("interface", "channel", "bitrate", "fd", "data_bitrate", "listen_only")
_SERIAL = ("slcan", "serial", "robotell", "seeedstudio")


class CanConnection(FileModel):
    """One way to a bus. Raises FileError (through `datafile.validate`) or ValidationError."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    can: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$", max_length=40)]
    channel: Annotated[str, StringConstraints(min_length=1, max_length=200)] | int | None = None
    """Name or number of the channel; serial port or `socket://host:port` for slcan; name of the
    hub for `memory`; for `recording` the channel of the file, by default all of them."""
    file: Annotated[str, StringConstraints(min_length=1, max_length=400)] | None = None
    """Of a recording: the BLF, ASC, candump, TRC or MF4 file, beside the bench file."""
    bitrate: int | None = Field(default=DEFAULT_BITRATE, ge=5_000, le=1_000_000)
    """Bit/s of the arbitration phase; null: as the system has set it (then there is no load)."""
    fd: bool = False
    data_bitrate: int | None = Field(default=None, ge=5_000, le=15_000_000)
    """Bit/s of the data phase of FD frames with a rate switch."""
    listen_only: bool = False
    """Open the adapter so that it does not even acknowledge, where the interface can do that."""
    options: dict[str, Option] = Field(default_factory=dict)
    """More keywords for python-can, such as `tty_baudrate`, `host`, `serial`."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.data_bitrate is not None and not self.fd:
            raise ValueError("'data_bitrate' without 'fd: true'; expected both or neither")
        if self.can == MEMORY:
            if not isinstance(self.channel, str):
                raise ValueError("'can: memory' without a name; expected 'channel' with its name")
            if self.options:
                raise ValueError("'options' with can: memory; expected none")
        if self.can == RECORDING and self.file is None:
            raise ValueError("'can: recording' without a file; expected 'file' with its name")
        if self.can != RECORDING and self.file is not None:
            raise ValueError("'file' is of a recording; expected 'can: recording' with it")
        if self.can == RECORDING and (self.options or self.listen_only):
            raise ValueError("a recording has neither 'options' nor 'listen_only'; expected none")
        if taken := sorted(set(self.options) & set(_OURS)):
            raise ValueError(f"the option {taken[0]!r} has a key of its own; expected it there")
        return self

    @property
    def is_memory(self) -> bool:
        """Whether the bus is in this process (simulated bench)."""
        return self.can == MEMORY

    @property
    def is_recording(self) -> bool:
        """Whether frames come out of a file instead of an adapter."""
        return self.can == RECORDING

    @property
    def is_adapter(self) -> bool:
        """Whether there is an adapter that only one run may use at a time."""
        return not (self.is_memory or self.is_recording)

    @property
    def recording_sha256(self) -> str:
        """Hash of the recording that is played; empty for everything else."""
        return ""

    @property
    def recording_begins(self) -> str:
        """Wall time (ISO 8601) at which its first second begins; empty where it has no date."""
        return ""

    @property
    def recording_has_errors(self) -> bool:
        """Whether there is an error frame in the recording that is played."""
        return False

    @property
    def recording_notes(self) -> tuple[Text, ...]:
        """What a reader of the values should know about the recorded file."""
        return ()

    def describe(self) -> str:
        """One line for people and for the record."""
        if self.is_memory:
            return f"memory:{self.channel}"
        if self.is_recording:
            name = PurePath(str(self.file).replace("\\", "/")).name
            return f"recording {name}" + (
                "" if self.channel is None else f" channel {self.channel}"
            )
        parts = [self.can if self.channel is None else f"{self.can} {self.channel}"]
        if self.bitrate is not None:
            parts.append(f"{self.bitrate / 1000:g} kbit/s")
        if self.fd:
            rate = "" if self.data_bitrate is None else f" {self.data_bitrate / 1000:g} kbit/s"
            parts.append(f"FD{rate}")
        if self.listen_only:
            parts.append("listen-only")
        return " ".join(parts)

    def key(self) -> str:
        """The same text for every spelling of one adapter, for locking it.

        A link to a serial port (udev's /dev/serial/by-id/...) is that port; Windows has no case in
        COM3. Host and port of a network adapter and the serial number of a USB one belong to it.
        """
        channel = "" if self.channel is None else str(self.channel)
        if self.can in _SERIAL and "://" not in channel:
            name = channel.partition("@")[0]
            channel = name.upper() if name.lower().startswith("com") else str(Path(name).resolve())
        more = [
            str(self.options[name]) for name in ("host", "port", "serial") if name in self.options
        ]
        return ":".join(["can", self.can, channel.lower() if "://" in channel else channel, *more])
