"""Our ends of ISO-TP against can-isotp's own, with threads, over python-can's virtual bus."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import can
import isotp
import pytest
from diag_help import SMALL, real, within
from udsoncan.client import Client
from udsoncan.connections import PythonIsoTpConnection
from udsoncan.exceptions import NegativeResponseException
from udsoncan.typing import ClientConfig

from harness.devices.diag.description import load_diagnostics
from harness.devices.diag.isotp import IsoTpEndpoint
from harness.devices.diag.link import FrameId, IsoTpAddress
from harness.devices.diag.timing import Timing
from harness.devices.diag.transport import IsoTpParameters
from harness.devices.diag.uds import EXTENDED_SESSION, UdsClient


class BusLink:
    """A python-can bus as a FrameLink of the running loop."""

    def __init__(self, bus: can.BusABC) -> None:
        self._bus = bus
        self._consumers: list[tuple[Callable[[can.Message], None], set[FrameId] | None]] = []
        loop = asyncio.get_running_loop()
        self._notifier = can.Notifier(bus, [self._arrive], timeout=0.05, loop=loop)

    def send(self, message: can.Message) -> None:
        self._bus.send(message)

    def subscribe(
        self, consumer: Callable[[can.Message], None], ids: Collection[FrameId] | None = None
    ) -> Callable[[], None]:
        entry = (consumer, None if ids is None else set(ids))
        self._consumers.append(entry)
        return lambda: self._consumers.remove(entry)

    def _arrive(self, message: can.Message) -> None:
        for consumer, ids in list(self._consumers):
            if ids is None or (message.arbitration_id, message.is_extended_id) in ids:
                consumer(message)

    def stop(self) -> None:
        self._notifier.stop()


@contextmanager
def buses(name: str) -> Iterator[tuple[can.BusABC, can.BusABC]]:
    with (
        can.Bus(interface="virtual", channel=name) as ours,
        can.Bus(interface="virtual", channel=name) as theirs,
    ):
        yield ours, theirs


def their_stack(bus: can.BusABC, address: IsoTpAddress, **parameters: object) -> isotp.CanStack:
    return isotp.CanStack(
        bus,
        address=isotp.Address(
            isotp.AddressingMode.Normal_11bits, txid=address.transmit, rxid=address.receive
        ),
        params={"tx_padding": 0, "blocksize": 4, "stmin": 2, **parameters},
    )


TESTER = IsoTpAddress(0x7E1, 0x7E9)


def test_a_plain_udsoncan_client_talks_to_our_server() -> None:
    vin = b"LSVAU033572138642"
    replies = {
        b"\x10\x03": bytes.fromhex("50030fa001f4"),  # udsoncan counts P2 to the last frame
        b"\x22\xf1\x90": b"\x62\xf1\x90" + vin,
        b"\x14\xff\xff\xff": b"\x7f\x14\x22",
        b"\x36\x01" + bytes(200): b"\x76\x01" + bytes(150),
    }

    def talk(bus: can.BusABC) -> list[object]:
        connection = PythonIsoTpConnection(their_stack(bus, TESTER))
        config = ClientConfig({"data_identifiers": {0xF190: "17s"}, "request_timeout": 8})
        got: list[object] = []
        with Client(connection, config=config) as client:
            session = client.change_session(EXTENDED_SESSION)
            got.append(session.service_data.p2_star_server_max)
            got.append(client.read_data_by_identifier(0xF190).service_data.values[0xF190][0])
            block = client.transfer_data(1, bytes(200))
            got.append(len(block.service_data.parameter_records))
            with pytest.raises(NegativeResponseException):
                client.clear_dtc()
        return got

    async def main() -> None:
        with buses("diag-interop-server") as (ours, theirs):
            link = BusLink(ours)
            server = IsoTpEndpoint(
                link,
                TESTER.other_end(),
                parameters=IsoTpParameters(block_size=3, separation=1),
                on_payload=lambda payload, _: server.post(replies[payload]),
            )
            try:
                got = await asyncio.to_thread(talk, theirs)
            finally:
                server.close()
                link.stop()
        assert got == [5.0, vin, 150]

    real(main)


def test_our_client_talks_to_a_plain_can_isotp_server() -> None:
    vin = b"LSVAU033572138642"

    def serve(stack: isotp.CanStack, stop: asyncio.Event) -> None:
        while not stop.is_set():
            request = stack.recv(block=True, timeout=0.1)
            if request is not None and request[0] == 0x22:
                stack.send(b"\x7f\x22\x78")
                stack.send(b"\x62\xf1\x90" + vin)
            elif request is not None:
                stack.send(bytes([request[0] + 0x40]) + request[1:3])

    async def main() -> None:
        description = load_diagnostics(SMALL)
        with buses("diag-interop-client") as (ours, theirs):
            stack = their_stack(theirs, TESTER.other_end())
            stack.start()
            stop = asyncio.Event()
            serving = asyncio.create_task(asyncio.to_thread(serve, stack, stop))
            link = BusLink(ours)
            unit, patient = description.unit("bms"), Timing(p2=5.0)
            client = UdsClient.on(link, unit, description=description, timing=patient)
            try:
                assert (await client.read("vin", within())).value == vin.decode()
                assert await client.ask(b"\x36\x01" + bytes(300), within()) == b"\x76\x01\x00"
            finally:
                await client.close()
                stop.set()
                await serving
                link.stop()
                stack.stop()

    real(main)
