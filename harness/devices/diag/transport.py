"""can-isotp's state machine with timers that run on the event loop's time.

can-isotp reads a clock of its own in its `Timer`, of which it makes three: separation time, waiting
for flow control, waiting for the next consecutive frame. Here they are replaced, so the machine
behaves alike in virtual time and in real time, and nothing of it needs a thread. It is never
polled: `due` says when it has to be looked at next.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import isotp
from isotp.tools import Timer

from harness.clock import loop_time
from harness.errors import UsageError

_LOGGER = "harness.diag.isotp"
_HAIR_NS = 1_000
"""A loop's timer may fire a rounding error early; then virtual time would stand still."""
_FRAME_LENGTHS = (8, 12, 16, 20, 24, 32, 48, 64)

# can-isotp logs what it also reports; without a handler Python would print it on the terminal.
logging.getLogger(_LOGGER).addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class IsoTpParameters:
    """How an end of ISO-TP behaves. Times are seconds.

    Defaults: ISO 15765-2 time limits (N_Bs and N_Cr 1000 ms), frames padded to 8 bytes with CC.
    """

    block_size: int = 8
    """Consecutive frames that we let the partner send at a stretch (0: all of them)."""
    separation: int = 0
    """STmin byte that we ask of the partner: 00–7F milliseconds, F1–F9 hundreds of µs."""
    least_separation: float = 0.0
    """Our own frames are never closer than this, whatever the partner allows."""
    padding: int | None = 0xCC
    """Byte that fills frames up to 8; None sends them short."""
    longest: int = 4095
    """Payloads longer than this are neither sent nor received."""
    most_waits: int = 10
    """How often in a row the partner may answer "wait"."""
    flow_control_timeout: float = 1.0
    consecutive_timeout: float = 1.0
    fd: bool = False
    bitrate_switch: bool = False
    frame_length: int = 8
    """Bytes of our frames: 8, with CAN FD up to 64."""

    def __post_init__(self) -> None:
        if self.frame_length not in _FRAME_LENGTHS or (self.frame_length > 8 and not self.fd):
            raise UsageError(
                f"ISO-TP frames cannot have {self.frame_length} bytes; "
                f"expected 8, or with CAN FD one of {_FRAME_LENGTHS}"
            )
        if not (0 <= self.block_size <= 0xFF and 0 <= self.separation <= 0xFF):
            raise UsageError("block size and separation of ISO-TP are one byte each")


class LoopTimer(Timer):
    """A timer of can-isotp that asks the running loop for the time."""

    def __init__(self, timeout: float, least: float = 0.0) -> None:
        self._least = least
        super().__init__(timeout)

    def set_timeout(self, timeout: float) -> None:
        super().set_timeout(max(timeout, self._least))

    def start(self, timeout: float | None = None) -> None:
        if timeout is not None:
            self.set_timeout(timeout)
        self.start_time = _now_ns()

    def elapsed(self) -> float:
        return self.elapsed_ns() / 1e9

    def elapsed_ns(self) -> int:
        return 0 if self.start_time is None else _now_ns() - self.start_time

    def is_timed_out(self) -> bool:
        return self.start_time is not None and self.elapsed_ns() >= self.timeout - _HAIR_NS

    def due(self) -> float | None:
        """Loop time at which it runs out; None while it is stopped."""
        return None if self.start_time is None else (self.start_time + self.timeout) / 1e9


def _now_ns() -> int:
    return round(loop_time() * 1e9)


class LoopTransport(isotp.TransportLayerLogic):
    """One end of ISO-TP, moved on by calls of `process()`."""

    timer_tx_stmin: LoopTimer
    timer_rx_fc: LoopTimer
    timer_rx_cf: LoopTimer

    def __init__(
        self,
        address: isotp.Address,
        parameters: IsoTpParameters,
        *,
        receive: Callable[[], isotp.CanMessage | None],
        transmit: Callable[[isotp.CanMessage], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        self._ours = parameters
        self.request: isotp.TransportLayerLogic.SendRequest | None = None
        """The transmission that `send` started last."""
        super().__init__(
            rxfn=lambda _: receive(),
            txfn=transmit,
            address=address,
            error_handler=on_error,
            post_send_callback=self._keep,
            params={
                "stmin": parameters.separation,
                "blocksize": parameters.block_size,
                "tx_padding": parameters.padding,
                "wftmax": parameters.most_waits,
                "max_frame_size": parameters.longest,
                "rx_flowcontrol_timeout": round(parameters.flow_control_timeout * 1000),
                "rx_consecutive_frame_timeout": round(parameters.consecutive_timeout * 1000),
                "can_fd": parameters.fd,
                "bitrate_switch": parameters.bitrate_switch,
                "tx_data_length": parameters.frame_length,
                "logger_name": _LOGGER,
                "wait_func": lambda _: None,  # used by can-isotp's own threads only
            },
        )

    def load_params(self) -> None:
        super().load_params()
        self.timer_tx_stmin = LoopTimer(0.0, self._ours.least_separation)
        self.timer_rx_fc = LoopTimer(self._ours.flow_control_timeout)
        self.timer_rx_cf = LoopTimer(self._ours.consecutive_timeout)

    def _start_rx_fc_timer(self) -> None:
        self.timer_rx_fc.start()

    def _start_rx_cf_timer(self) -> None:
        self.timer_rx_cf.start()

    def _keep(self, request: isotp.TransportLayerLogic.SendRequest) -> None:
        self.request = request

    @property
    def receiving(self) -> bool:
        """Whether a reply has begun and is not complete."""
        return self.rx_state != self.RxState.IDLE

    def tidy(self) -> None:
        """Stop a timer that can-isotp lets run on when a single frame interrupts a reception."""
        if not self.receiving:
            self.timer_rx_cf.stop()

    def due(self) -> float | None:
        """Loop time at which `process()` is needed next if no frame comes; None for never."""
        times = [self.timer_rx_fc.due(), self.timer_rx_cf.due()]
        if self.tx_state == self.TxState.TRANSMIT_CF:
            times.append(self.timer_tx_stmin.due())
        return min((at for at in times if at is not None), default=None)
