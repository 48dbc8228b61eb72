"""Opening adapters: what is said when that fails, and peers that go away."""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import can
import pytest
from can_help import SlcanAdapter, database, frame, live, soon, until, virtual

from harness.clock import Clock, Deadline, loop_time, sleep
from harness.devices.can import adapters, thread_port
from harness.devices.can.adapters import advice, can_listen_only, known_interfaces, open_bus
from harness.devices.can.bus import CanBus
from harness.devices.can.connection import CanConnection
from harness.devices.can.sender import Sender
from harness.devices.can.thread_port import ThreadedPort
from harness.errors import BusError, ConnectionFailedError, DeviceLostError


def refused(**keywords: Any) -> str:
    """What is said when this connection is opened."""
    said: list[str] = []

    async def main() -> None:
        bus = CanBus("b", CanConnection(**keywords), clock=Clock(virtual=False))
        with pytest.raises(ConnectionFailedError) as caught:
            await bus.open(soon(5))
        said.append(caught.value.detail)
        await bus.close()

    live(main)
    return said[0]


def test_an_unknown_interface_lists_the_known_ones() -> None:
    said = refused(can="socketkan", channel="can0")
    assert said.startswith("socketkan can0 500 kbit/s: no such interface; python-can knows ")
    assert "socketcan, socketcand, systec" in said
    assert set(known_interfaces()) >= {"slcan", "pcan", "kvaser", "vector", "gs_usb", "virtual"}


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({"can": "slcan", "channel": "/dev/ttyNOPE"}, "no such port; is the adapter plugged in? "),
        ({"can": "slcan", "channel": "/dev/ttyNOPE"}, "Serial ports of this machine: "),
        (
            {"can": "slcan", "channel": "socket://127.0.0.1:9", "bitrate": 333_000},
            "expected one of 10000, 20000",
        ),
        ({"can": "slcan"}, "check 'channel' and 'options'"),
        ({"can": "slcan", "channel": "x", "fd": True}, "needs both 'bitrate' and 'data_bitrate'"),
        ({"can": "socketcand", "channel": "can0"}, "check 'channel' and 'options'"),
        ({"can": "canalystii", "channel": 0}, "the driver is missing"),
        (
            {"can": "socketcan", "channel": "can0", "listen_only": True},
            "cannot open socketcan listen",
        ),
    ],
)
def test_what_to_look_at_is_said(keywords: dict[str, Any], expected: str) -> None:
    assert expected in refused(**keywords)


def test_nobody_behind_a_port() -> None:
    said = refused(can="slcan", channel=f"socket://127.0.0.1:{closed_port()}")
    assert "nothing listens on that port" in said


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (PermissionError(13, "Permission denied"), "no right to use the adapter"),
        (OSError(16, "Device or resource busy"), "another program uses the adapter"),
        (OSError(19, "No such device"), "see 'ip link'"),
        (can.CanInitializationError("pcanbasic library not found."), "driver is missing"),
        (NameError("name 'canGetNumberOfChannels' is not defined"), "driver is missing"),
        (can.CanInterfaceNotImplementedError("only supported on Windows"), "driver is missing"),
        (can.CanInitializationError("Cannot find device 0. Devices found: 0"), "plugged in"),
        (can.CanInitializationError("Invalid bitrate"), "does not have this bit rate"),
        (TimeoutError("timed out"), "check power, network cable and address"),
        (TypeError("got an unexpected keyword argument 'x'"), "against python-can's page on pcan"),
        (RuntimeError(""), "RuntimeError; check adapter, channel and driver"),
    ],
)
def test_reasons_are_turned_into_advice(reason: Exception, expected: str) -> None:
    assert expected in advice(CanConnection(can="pcan", channel="PCAN_USBBUS1"), reason)


def keywords_of(**given: Any) -> dict[str, Any]:
    """What the library would be called with."""
    connection = CanConnection(**given)
    return adapters._keywords(connection, can_listen_only(connection.can))


def test_each_interface_is_told_not_to_acknowledge_in_its_own_way() -> None:
    assert keywords_of(can="slcan", channel="COM3")["listen_only"] is True
    assert keywords_of(can="vector", channel=0)["listen_only"] is True
    assert keywords_of(can="kvaser", channel=0)["driver_mode"] is False
    assert keywords_of(can="pcan", channel="PCAN_USBBUS1")["state"] is can.BusState.PASSIVE
    assert "listen_only" not in keywords_of(can="socketcan", channel="can0")
    assert not can_listen_only("socketcan")


def test_rates_reach_the_library_as_each_interface_wants_them() -> None:
    fd: dict[str, Any] = {"fd": True, "data_bitrate": 2_000_000}
    plain = keywords_of(can="socketcan", channel="can0", options={"receive_own_messages": False})
    assert plain == {"channel": "can0", "bitrate": 500_000, "receive_own_messages": False}
    kvaser = keywords_of(can="kvaser", channel=0, **fd)
    assert (kvaser["bitrate"], kvaser["fd"], kvaser["data_bitrate"]) == (500_000, True, 2_000_000)
    pcan = keywords_of(can="pcan", channel="PCAN_USBBUS1", **fd)
    assert "bitrate" not in pcan
    assert (pcan["timing"].nom_bitrate, pcan["timing"].data_bitrate) == (500_000, 2_000_000)
    assert "bitrate" not in keywords_of(can="socketcan", channel="can0", bitrate=None)
    assert keywords_of(can="slcan", channel="socket://h:1")["sleep_after_open"] == 0
    assert "sleep_after_open" not in keywords_of(can="slcan", channel="COM3")


def test_real_adapters_need_real_time() -> None:
    async def main() -> None:
        bus = CanBus("b", CanConnection(can="virtual", channel="x"), clock=Clock(virtual=True))
        with pytest.raises(ConnectionFailedError, match="real time"):
            await bus.open(soon())

    virtual(main)


def with_driver(monkeypatch: pytest.MonkeyPatch, opened: Callable[[], can.BusABC]) -> CanConnection:
    """A connection whose adapter is opened by this function."""

    def open_it(connection: CanConnection, *, listen_only: bool) -> can.BusABC:
        return opened()

    monkeypatch.setattr(thread_port, "open_bus", open_it)
    return CanConnection(can="virtual", channel="driver")


def test_a_driver_that_hangs_while_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    late: list[can.BusABC] = []

    def slow() -> can.BusABC:
        free.wait(10)
        late.append(can.Bus(interface="virtual", channel="late", ignore_config=True))
        return late[0]

    async def main() -> None:
        bus = CanBus("b", with_driver(monkeypatch, slow), clock=Clock(virtual=False))
        started = loop_time()
        with pytest.raises(ConnectionFailedError, match="did not open in time"):
            await bus.open(Deadline.after(0.2))
        assert loop_time() - started < 1
        await bus.close()
        free.set()
        await until(lambda: late and late[0]._is_shutdown)  # nobody else would close it

    live(main)


class StubbornBus(can.BusABC):
    """A driver that hangs in writing and in reading until it is freed."""

    def __init__(self) -> None:
        self.channel_info = "stubborn"
        self.free = threading.Event()
        self.sending = threading.Event()
        super().__init__("stubborn")

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        self.sending.set()
        self.free.wait(20)

    def _recv_internal(self, timeout: float | None) -> tuple[can.Message | None, bool]:
        self.free.wait(20)
        return None, False


def test_a_driver_that_hangs_does_not_hang_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = StubbornBus()

    async def main() -> None:
        bus = CanBus("b", with_driver(monkeypatch, lambda: driver), clock=Clock(virtual=False))
        await bus.open(soon())
        started = loop_time()
        with pytest.raises(BusError, match="takes no frames, 512 are waiting"):
            for _ in range(600):
                bus.send(frame(1))
        assert loop_time() - started < 1
        await bus.close()
        assert loop_time() - started < 6
        assert bus.tallies().sent == 0
        driver.free.set()

    live(main)


class FailingBus(StubbornBus):
    """Refuses frames; its reading fails when it is freed."""

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        raise can.CanOperationError("Transmit buffer full")

    def _recv_internal(self, timeout: float | None) -> tuple[can.Message | None, bool]:
        if self.free.wait(timeout):
            raise ZeroDivisionError("a bug in a driver")
        return None, False


def test_refused_frames_and_a_driver_with_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = FailingBus()

    async def main() -> None:
        lost: list[DeviceLostError] = []
        connection = with_driver(monkeypatch, lambda: driver)
        bus = CanBus("b", connection, clock=Clock(virtual=False), on_lost=lost.append)
        await bus.open(soon())
        bus.send(frame(0x10))
        await until(lambda: bus.tallies().unsent)
        assert bus.unsent_reason == "0x010: Transmit buffer full"
        assert lost == []
        driver.free.set()
        await until(lambda: lost)
        assert "a bug in a driver" in lost[0].detail
        assert isinstance(lost[0].__cause__, ZeroDivisionError)
        await bus.close()

    live(main)


class LateRefusals(StubbornBus):
    """Takes three frames and refuses the others, as a driver does: in its own thread."""

    taken = 0

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        self.taken += 1
        if self.taken > 3:
            raise can.CanOperationError("Transmit buffer full")


def test_a_cycle_of_which_a_driver_takes_no_more_has_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    driver = LateRefusals()

    async def main() -> None:
        connection = with_driver(monkeypatch, lambda: driver)
        bus = CanBus("b", connection, clock=Clock(virtual=False))
        sender = Sender(bus, database())
        told: list[str] = []
        sender.on_failure = lambda error: told.append(error.detail)
        await bus.open(soon())
        cyclic = sender.cyclic("VCU_Torque")
        await until(lambda: told)
        assert not cyclic.is_running
        assert len(told) == 1
        assert told[0].endswith("Transmit buffer full")
        driver.free.set()
        await bus.close()

    live(main)


class Socketcand:
    """Enough of a socketcand server to be opened, to send a frame, and to go away."""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.writer: asyncio.StreamWriter | None = None
        self.said: list[str] = []

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"< hi >")
        while data := await reader.readuntil(b">"):
            self.said.append(data.decode())
            writer.write(b"< ok >")
            if "rawmode" in self.said[-1]:
                break
        self.writer = writer

    async def go_away(self) -> None:
        assert self.writer is not None
        self.writer.close()
        await self.writer.wait_closed()
        self._server.close()


def test_a_socketcand_server_that_goes_is_noticed() -> None:
    async def main() -> None:
        server = Socketcand()
        await server.start()
        connection = CanConnection(
            can="socketcand", channel="can0", options={"host": "127.0.0.1", "port": server.port}
        )
        lost: list[DeviceLostError] = []
        got: list[can.Message] = []
        bus = CanBus("b", connection, clock=Clock(virtual=False), on_lost=lost.append)
        bus.subscribe(got.append)
        await bus.open(soon())
        await until(lambda: server.writer)
        assert server.writer is not None
        server.writer.write(b"< frame 123 23.424242 1122 >")
        await until(lambda: got)
        assert got[0].data == b"\x11\x22"
        await sleep(0.3)
        assert lost == []
        await server.go_away()
        await until(lambda: lost, 2)
        assert "socketcand has closed the connection" in lost[0].detail
        await bus.close()

    live(main)


def test_an_slcan_server_that_closes_at_once() -> None:
    async def main() -> None:
        adapter = SlcanAdapter()
        await adapter.start()
        channel = f"socket://127.0.0.1:{adapter.port}"
        lost: list[DeviceLostError] = []
        connection = CanConnection(can="slcan", channel=channel)
        bus = CanBus("b", connection, clock=Clock(virtual=False), on_lost=lost.append)
        await bus.open(soon())
        await until(lambda: adapter.is_open)
        await adapter.stop()
        await until(lambda: lost, 2)
        assert "the other end has closed the connection" in lost[0].detail
        with pytest.raises(DeviceLostError, match="the other end"):
            bus.send(frame(1))
        await bus.close()

    live(main)


def test_a_port_that_is_not_open_takes_nothing() -> None:
    async def main() -> None:
        sinks: Any = None
        port = ThreadedPort(CanConnection(can="virtual", channel="x"), sinks)
        with pytest.raises(BusError, match="not open"):
            port.send(frame(1))
        assert port.garbled == 0
        await port.close()

    live(main)


def test_blocking_open_gives_a_bus() -> None:
    bus = open_bus(CanConnection(can="virtual", channel="plain"), listen_only=True)
    assert bus.recv(0) is None
    bus.shutdown()
