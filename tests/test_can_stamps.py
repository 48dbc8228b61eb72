"""Stamps of adapters whose clock is not ours."""

import random
import threading
from itertools import pairwise

import can
import pytest
from can_help import live, soon, until
from hypothesis import given
from hypothesis import strategies as st

from harness.clock import Clock
from harness.devices.can import thread_port
from harness.devices.can.bus import CanBus
from harness.devices.can.connection import CanConnection
from harness.devices.can.stamps import StampAligner

OFFSETS = st.sampled_from([0.0, 1.7e9, -5000.0])


@given(OFFSETS, st.integers(0, 1000), st.floats(-100e-6, 100e-6))
def test_the_delay_of_reading_is_taken_out(offset: float, seed: int, drift: float) -> None:
    source = random.Random(seed)
    aligner = StampAligner()
    worst = 0.0
    last = received = -1.0
    for number in range(2000):
        true = number * 0.01
        received = max(received, true + 0.0001 + source.expovariate(1 / 0.003))
        at = aligner.align(offset + true * (1 + drift), received)
        assert at <= received
        assert at >= last
        last = at
        if number > 200:
            worst = max(worst, abs(at - true))
    assert worst < 0.002  # reading was late by up to 30 ms


def test_a_clock_that_jumps_is_followed() -> None:
    aligner = StampAligner()
    for number in range(100):
        assert aligner.align(number * 0.01, 5 + number * 0.01) == pytest.approx(5 + number * 0.01)
    # The counter of the adapter has run over.
    assert aligner.align(-4294.0, 6.0) == pytest.approx(6.0)
    assert aligner.align(-4293.99, 6.01) == pytest.approx(6.01)
    # And forward.
    assert aligner.align(100.0, 6.02) == pytest.approx(6.02)
    assert aligner.align(100.01, 6.04) == pytest.approx(6.03)


def test_a_small_step_back_is_forgotten_after_a_while() -> None:
    aligner = StampAligner()
    for number in range(1000):
        step = 0.0 if number < 200 else -0.3
        at = aligner.align(number * 0.01 + step, number * 0.01)
        if number > 700:
            assert at == pytest.approx(number * 0.01, abs=1e-6)


class Stamped(can.BusABC):
    """A driver whose frames come in lumps, stamped by a clock that began elsewhere."""

    def __init__(self) -> None:
        self.channel_info = "stamped"
        self.pause = threading.Event()
        self.number = 0
        super().__init__("stamped")

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        raise can.CanOperationError("only listens")

    def _recv_internal(self, timeout: float | None) -> tuple[can.Message | None, bool]:
        if self.number >= 100:
            self.pause.wait(timeout)
            return None, False
        if self.number % 10 == 0:
            self.pause.wait(0.01)
        self.number += 1
        return can.Message(timestamp=1.7e9 + 0.001 * self.number, arbitration_id=1), True


@pytest.mark.parametrize(("interface", "exact"), [("socketcan", True), ("serial", False)])
def test_stamps_of_drivers_are_used(
    monkeypatch: pytest.MonkeyPatch, interface: str, exact: bool
) -> None:
    driver = Stamped()

    def opened(connection: CanConnection, *, listen_only: bool) -> can.BusABC:
        return driver

    monkeypatch.setattr(thread_port, "open_bus", opened)

    async def main() -> None:
        got: list[can.Message] = []
        connection = CanConnection(can=interface, channel="x")
        bus = CanBus("b", connection, clock=Clock(virtual=False))
        bus.subscribe(got.append)
        await bus.open(soon())
        await until(lambda: len(got) == 100)
        await bus.close()
        periods = [b.timestamp - a.timestamp for a, b in pairwise(got[50:])]
        even = all(abs(period - 0.001) < 0.0005 for period in periods)
        assert even == exact

    live(main)
