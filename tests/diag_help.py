"""CAN links inside the loop, and control units that misbehave by script, for diagnostics tests."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Any, TypeVar

import can

from harness.clock import Deadline, loop_time, run
from harness.devices.diag.description import load_diagnostics
from harness.devices.diag.diagnostics import generic_obd
from harness.devices.diag.exchange import Exchange
from harness.devices.diag.isotp import IsoTpEndpoint
from harness.devices.diag.link import FrameId, IsoTpAddress
from harness.devices.diag.tester import DiagnosticTester
from harness.devices.diag.transport import IsoTpParameters
from harness.devices.diag.uds import UdsClient
from harness.errors import HarnessError

T = TypeVar("T")
SMALL = Path(__file__).parent / "data" / "diag" / "small.diagnostics.yaml"
TESTER = IsoTpAddress(0x7E1, 0x7E9)
SERVER = TESTER.other_end(0x7DF)


def virtual(main: Callable[[], Awaitable[T]]) -> T:
    """Run in virtual time."""
    return _run(main, is_virtual=True)


def real(main: Callable[[], Awaitable[T]]) -> T:
    """Run on the ordinary loop."""
    return _run(main, is_virtual=False)


def _run(main: Callable[[], Awaitable[T]], *, is_virtual: bool) -> T:
    async def go() -> T:
        async with asyncio.timeout(3600 if is_virtual else 20):
            return await main()

    return run(go, virtual=is_virtual)


def within(seconds: float = 10.0) -> Deadline:
    return Deadline.after(seconds)


class Wire:
    """A bus without physics: frames follow each other, each takes `delay` seconds.

    With `delay=None` frames arrive inside `send`, as some links deliver them.
    """

    def __init__(self, delay: float | None = 0.0002) -> None:
        self.delay = delay
        self._busy_until = 0.0
        self.log: list[tuple[float, can.Message]] = []
        self.nodes: list[Node] = []
        self.lose: Callable[[can.Message], bool] = lambda _: False
        """Says of each frame whether it is lost on the way."""

    def node(self) -> "Node":
        node = Node(self)
        self.nodes.append(node)
        return node

    def carry(self, sender: "Node", message: can.Message) -> None:
        self.log.append((loop_time(), message))
        if self.lose(message):
            return
        if self.delay is None:
            self._arrive(sender, message)
            return
        self._busy_until = max(self._busy_until, loop_time()) + self.delay
        loop = asyncio.get_running_loop()
        loop.call_at(self._busy_until, self._arrive, sender, message)

    def _arrive(self, sender: "Node", message: can.Message) -> None:
        for node in self.nodes:
            if node is not sender:
                node.arrive(message)

    def frames(self, arbitration_id: int) -> list[str]:
        """Data of every frame of that id, in hex."""
        return [m.data.hex() for _, m in self.log if m.arbitration_id == arbitration_id]

    def times(self, arbitration_id: int) -> list[float]:
        return [at for at, m in self.log if m.arbitration_id == arbitration_id]


class Node:
    """One FrameLink on the wire."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.fault: Exception | None = None
        self._consumers: list[tuple[Callable[[can.Message], None], set[FrameId] | None]] = []

    def send(self, message: can.Message) -> None:
        if self.fault is not None:
            raise self.fault
        self.wire.carry(self, message)

    def subscribe(
        self, consumer: Callable[[can.Message], None], ids: Collection[FrameId] | None = None
    ) -> Callable[[], None]:
        entry = (consumer, None if ids is None else set(ids))
        self._consumers.append(entry)
        return lambda: self._consumers.remove(entry)

    @property
    def consumers(self) -> int:
        return len(self._consumers)

    def arrive(self, message: can.Message) -> None:
        got = can.Message(
            timestamp=loop_time(),
            arbitration_id=message.arbitration_id,
            is_extended_id=message.is_extended_id,
            data=message.data,
            is_fd=message.is_fd,
            bitrate_switch=message.bitrate_switch,
            is_error_frame=message.is_error_frame,
            is_remote_frame=message.is_remote_frame,
        )
        for consumer, ids in list(self._consumers):
            if ids is None or (got.arbitration_id, got.is_extended_id) in ids:
                consumer(got)


Answer = bytes | tuple[float, bytes]
"""A payload, or seconds to wait before it and the payload."""


class ScriptedServer:
    """A control unit that answers by rule: request (hex prefix) -> payloads, in order.

    The longest prefix that fits counts. A callable makes the payloads from the request.
    """

    def __init__(
        self,
        node: Node,
        address: IsoTpAddress = SERVER,
        parameters: IsoTpParameters | None = None,
    ) -> None:
        self.rules: dict[str, list[Answer] | Callable[[bytes], list[Answer]]] = {}
        self.requests: list[tuple[bytes, bool]] = []
        self.errors: list[HarnessError] = []
        self.endpoint = IsoTpEndpoint(
            node,
            address,
            parameters=parameters,
            name="server",
            on_payload=self._on_payload,
            on_error=self.errors.append,
        )

    def on(self, request: str, *answers: str | tuple[float, str]) -> None:
        self.rules[request.replace(" ", "").lower()] = [
            bytes.fromhex(a) if isinstance(a, str) else (a[0], bytes.fromhex(a[1])) for a in answers
        ]

    def by(self, request: str, rule: Callable[[bytes], list[Answer]]) -> None:
        self.rules[request.replace(" ", "").lower()] = rule

    def _on_payload(self, payload: bytes, functional: bool) -> None:
        self.requests.append((payload, functional))
        fits = [prefix for prefix in self.rules if payload.hex().startswith(prefix)]
        if not fits:
            return
        rule = self.rules[max(fits, key=len)]
        for answer in rule(payload) if callable(rule) else rule:
            wait, reply = answer if isinstance(answer, tuple) else (0.0, answer)
            if wait:
                asyncio.get_running_loop().call_later(wait, self._late, reply)
            else:
                self._late(reply)

    def _late(self, reply: bytes) -> None:
        self.endpoint.post(reply, lambda error: self.errors.append(error) if error else None)


class RawServer:
    """A control unit that sends exactly the given frames, whatever ISO-TP says.

    `script` gets every frame that comes and returns what goes out: hex data, in order.
    """

    def __init__(
        self,
        node: Node,
        script: Callable[[bytes], list[str]],
        address: IsoTpAddress = SERVER,
    ) -> None:
        self._node = node
        self._script = script
        self._address = address
        self.got: list[str] = []
        node.subscribe(self._on_frame, [(address.receive, address.extended)])

    def _on_frame(self, message: can.Message) -> None:
        self.got.append(message.data.hex())
        for data in self._script(bytes(message.data)):
            self.say(data)

    def say(self, data: str) -> None:
        self._node.send(
            can.Message(
                arbitration_id=self._address.transmit,
                is_extended_id=self._address.extended,
                data=bytes.fromhex(data),
            )
        )


class Desk:
    """A tester's client for `bms` of the small description, and a scripted control unit."""

    def __init__(self, *, raw: Callable[[bytes], list[str]] | None = None) -> None:
        self.wire = Wire()
        self.description = load_diagnostics(SMALL)
        self.exchanges: list[Exchange] = []
        self.node = self.wire.node()
        self.client = UdsClient.on(
            self.node,
            self.description.unit("bms"),
            description=self.description,
            on_exchange=self.exchanges.append,
        )
        self.unit_node = self.wire.node()
        if raw is None:
            self.server = ScriptedServer(self.unit_node)
        else:
            self.raw = RawServer(self.unit_node, raw)

    @property
    def requests(self) -> list[str]:
        return [request.hex() for request, _ in self.server.requests]

    @property
    def outcomes(self) -> list[str]:
        return [exchange.outcome for exchange in self.exchanges]


def pair(
    *,
    delay: float | None = 0.0002,
    server: IsoTpParameters | None = None,
    client: IsoTpParameters | None = None,
    address: IsoTpAddress = TESTER,
) -> tuple[Wire, IsoTpEndpoint, ScriptedServer]:
    """A tester and a control unit that answers every request with itself."""
    wire = Wire(delay)
    endpoint = IsoTpEndpoint(wire.node(), address, parameters=client, name="bms")
    echo = ScriptedServer(wire.node(), address.other_end(0x7DF), parameters=server)
    echo.by("", lambda request: [request])
    return wire, endpoint, echo


def raw_pair(
    script: Callable[[bytes], list[str]], client: IsoTpParameters | None = None
) -> tuple[IsoTpEndpoint, RawServer]:
    """A tester and a control unit that sends the frames of the script."""
    wire = Wire()
    return IsoTpEndpoint(wire.node(), TESTER, parameters=client, name="bms"), RawServer(
        wire.node(), script
    )


def long_reply(first: str, *rest: str) -> Callable[[bytes], list[str]]:
    """Answers a single frame with `first`, and flow control with the rest."""
    return lambda data: [first] if data[0] >> 4 == 0 else list(rest) if data[0] >> 4 == 3 else []


def at_desk(
    test: Callable[[Desk], Awaitable[None]],
    run: Any = virtual,
    raw: Callable[[bytes], list[str]] | None = None,
) -> None:
    async def main() -> None:
        desk = Desk(raw=raw)
        try:
            await test(desk)
        finally:
            await desk.client.close()
        assert desk.node.consumers == 0

    run(main)


class Car:
    """The small car with a scripted server for each unit, on one wire, and a tester."""

    def __init__(self, *, generic: bool = False) -> None:
        self.wire = Wire()
        self.description = generic_obd() if generic else load_diagnostics(SMALL)
        self.node = self.wire.node()
        self.exchanges: list[Exchange] = []
        buses = {unit.bus for unit in self.description.units.values()}
        self.tester = DiagnosticTester(
            self.description,
            dict.fromkeys(buses, self.node),
            on_exchange=self.exchanges.append,
        )
        self.servers: dict[str, ScriptedServer] = {}
        for name, unit in self.description.units.items():
            functional = 0x18DB33F1 if unit.address.extended else 0x7DF
            address = unit.address.other_end(functional)
            self.servers[name] = ScriptedServer(self.wire.node(), address)

    def on(self, name: str, request: str, *answers: str | tuple[float, str]) -> None:
        self.servers[name].on(request, *answers)


def in_car(test: Callable[[Car], Awaitable[None]], *, generic: bool = False) -> None:
    async def main() -> None:
        car = Car(generic=generic)
        try:
            await test(car)
        finally:
            await car.tester.close()
        assert car.node.consumers == 0

    virtual(main)
