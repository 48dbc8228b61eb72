"""What one slcan adapter does with its client's commands; transport and bus are given to it."""

from collections.abc import Callable

import can

from harness.devices.can.memory import Hub
from simulators.canbus.slcan_protocol import (
    BITRATES,
    BUS_ERROR,
    DONE,
    LONGEST,
    OVERRUN,
    PASSIVE,
    RECEIVE_FULL,
    REFUSED,
    SEND_FULL,
    SENT_EXTENDED,
    SENT_STANDARD,
    WARNING,
    RefusedLineError,
    format_frame,
    parse_frame,
    parse_hex,
    register_bitrate,
    same_bitrate,
)

VERSION = b"V1013\r"
SERIAL = b"NSIM1\r"
_SENDING = ("t", "T", "r", "R")
_SETTING = ("S", "s", "Z")


class SlcanSession:
    """One adapter: a channel that its client opens, closes and sends through.

    `write` takes bytes for the client and says False when it has too many waiting; a frame is then
    lost, counted (`lost`) and flagged, as in an adapter whose queue is full. `sent` is told every
    frame that the bus took.

    With a bit rate that is not that of the bus no frame is received and none gets out; the status
    flags show bus errors. (A real adapter with a wrong bit rate that does not just listen spoils
    the frames of the others too; that is not simulated.)
    """

    def __init__(
        self,
        hub: Hub,
        bus_bitrate: int,
        write: Callable[[bytes], bool],
        sent: Callable[[can.Message], None] = lambda _message: None,
    ) -> None:
        self._hub = hub
        self._bus_bitrate = bus_bitrate
        self._write = write
        self._sent = sent
        self._bitrate: float = bus_bitrate
        self._detach: Callable[[], None] | None = None
        self._listen_only = False
        self._timestamps = False
        self._flags = 0
        self._line = bytearray()
        self._overlong = False
        self.lost = 0
        """Frames that the client did not take in time."""

    @property
    def is_open(self) -> bool:
        """The channel is open."""
        return self._detach is not None

    # From the client

    def feed(self, data: bytes) -> None:
        """Bytes from the client, in pieces of any size."""
        for byte in data:
            if byte == DONE[0]:
                line, self._line = bytes(self._line), bytearray()
                overlong, self._overlong = self._overlong, False
                self._write(REFUSED if overlong else self._answer(line))
            elif len(self._line) < LONGEST:
                if byte != ord("\n"):  # some terminals send CR LF
                    self._line.append(byte)
            else:
                self._overlong = True

    def close(self) -> None:
        """Close the channel. Safe to call twice."""
        detach, self._detach = self._detach, None
        if detach is not None:
            detach()

    def _answer(self, line: bytes) -> bytes:
        try:
            return self._carry_out(line.decode("ascii"))
        except (UnicodeDecodeError, RefusedLineError):
            return REFUSED
        except can.CanOperationError:
            self._flags |= SEND_FULL
            return REFUSED

    def _carry_out(self, line: str) -> bytes:
        letter, rest = line[:1], line[1:]
        if letter in _SENDING:
            return self._transmit(parse_frame(line))
        if letter in _SETTING:
            return self._set_up(letter, rest)
        command = self._commands.get(line)
        return REFUSED if command is None else command()

    @property
    def _commands(self) -> dict[str, Callable[[], bytes]]:
        """Commands without arguments. An empty line only ends what came before."""
        return {
            "": lambda: DONE,
            "O": lambda: self._open(listen_only=False),
            "L": lambda: self._open(listen_only=True),
            "C": self._shut,
            "F": self._status,
            "V": lambda: VERSION,
            "N": lambda: SERIAL,
        }

    def _shut(self) -> bytes:
        was_open = self.is_open
        self.close()
        return DONE if was_open else REFUSED

    def _status(self) -> bytes:
        if not self.is_open:
            return REFUSED
        flags, self._flags = self._flags, 0
        return b"F%02X\r" % flags

    def _set_up(self, letter: str, rest: str) -> bytes:
        if self.is_open:
            return REFUSED
        if letter == "S" and len(rest) == 1 and rest in "012345678":
            self._bitrate = BITRATES[int(rest)]
        elif letter == "s" and len(rest) == 4:
            self._bitrate = register_bitrate(parse_hex(rest))
        elif letter == "Z" and rest in ("0", "1"):
            self._timestamps = rest == "1"
        else:
            return REFUSED
        return DONE

    def _open(self, *, listen_only: bool) -> bytes:
        if self.is_open:
            return REFUSED
        self._flags = 0
        self._listen_only = listen_only
        quiet = listen_only or not self._matches
        self._detach = self._hub.attach(self._received, listen_only=quiet)
        return DONE

    @property
    def _matches(self) -> bool:
        return same_bitrate(self._bitrate, self._bus_bitrate)

    def _transmit(self, message: can.Message) -> bytes:
        if not self.is_open or self._listen_only:
            return REFUSED
        if not self._matches:
            self._flags |= BUS_ERROR | PASSIVE | WARNING
            return REFUSED
        self._hub.transmit(message)
        self._sent(message)
        return SENT_EXTENDED if message.is_extended_id else SENT_STANDARD

    # From the bus

    def _received(self, message: can.Message) -> None:
        if not self._matches:
            self._flags |= BUS_ERROR | PASSIVE | WARNING
        elif message.is_error_frame:
            self._flags |= BUS_ERROR
        else:
            self.show(message)

    def show(self, message: can.Message) -> None:
        """Give the client a frame, if its channel is open and it has room."""
        if not self.is_open or message.is_fd or not self._matches:
            return
        if not self._write(format_frame(message, timestamp=self._timestamps)):
            self.lost += 1
            self._flags |= RECEIVE_FULL | OVERRUN
