"""The tester at a vehicle: a client for every control unit, and requests to all of them at once.

    tester = DiagnosticTester(load_diagnostics(path), {"powertrain": bus, "body": bus})
    vin = await tester.client("vcu").read("vin", deadline)
    for answer in await tester.discover(deadline):
        print(answer.unit, answer.response.hex())
    await tester.close()

A request to everybody (functional addressing) goes out once on every link and with every id width
that is described; the responses come back on each unit's own id.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from harness.clock import Deadline, loop_time
from harness.devices.diag import codec
from harness.devices.diag.diagnostics import Diagnostics
from harness.devices.diag.exchange import OnExchange
from harness.devices.diag.isotp import broadcast
from harness.devices.diag.link import FrameLink, FunctionalAddress
from harness.devices.diag.services import describe
from harness.devices.diag.timing import Timing
from harness.devices.diag.transport import IsoTpParameters
from harness.devices.diag.uds import UdsClient
from harness.errors import (
    HarnessError,
    NegativeResponseError,
    NotAvailableError,
    UnknownNameError,
    UsageError,
)

_WINDOW = 0.3
"""Seconds that units have to begin their response to a request to everybody."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one unit said to a request that went to everybody."""

    unit: str
    response: bytes
    """The positive response; empty when there is an error."""
    seconds: float
    """From the request to the end of the response."""
    error: HarnessError | None = None

    @property
    def nrc(self) -> int | None:
        """The code of a negative response."""
        return self.error.code if isinstance(self.error, NegativeResponseError) else None


class DiagnosticTester:
    """All control units of one description that the given links reach.

    `links` says which link leads to the units of which bus; through a gateway one link may lead to
    all of them. The links stay open when the tester closes.
    """

    def __init__(
        self,
        description: Diagnostics,
        links: Mapping[str, FrameLink],
        *,
        timing: Timing | None = None,
        parameters: IsoTpParameters | None = None,
        on_exchange: OnExchange | None = None,
    ) -> None:
        self.description = description
        self._links = dict(links)
        self._timing = timing
        self._parameters = parameters
        self._on_exchange = on_exchange
        self._clients: dict[str, UdsClient] = {}

    @property
    def units(self) -> list[str]:
        """Names of the units that can be reached, in the order of the description."""
        return [name for name, unit in self.description.units.items() if unit.bus in self._links]

    def client(self, name: str) -> UdsClient:
        """The client of a unit, always the same one.

        Raises UnknownNameError, and NotAvailableError when no link leads to the unit's bus.
        """
        if name in self._clients:
            return self._clients[name]
        unit = self.description.unit(name)
        if unit.bus not in self._links:
            known = ", ".join(self._links) or "none"
            raise NotAvailableError(f"{name} is on bus {unit.bus!r}; the bench has {known}")
        client = UdsClient.on(
            self._links[unit.bus],
            unit,
            description=self.description,
            timing=self._timing,
            parameters=self._parameters,
            on_exchange=self._on_exchange,
        )
        self._clients[name] = client
        return client

    async def request_all(
        self,
        request: bytes,
        deadline: Deadline,
        *,
        units: Iterable[str] | None = None,
        window: float = _WINDOW,
    ) -> list[Answer]:
        """Ask everybody at once, and collect what comes back within `window` seconds.

        A unit that has begun, or that asks for patience (NRC 78), is waited for until the deadline.
        Units that say nothing are left out, as the standard has it; whoever answers badly is in the
        list with an error. `units`: the ones listened to (default all that can be reached).
        Raises BusError when the request cannot be sent.
        """
        names = self.units if units is None else list(units)
        unknown = [name for name in names if name not in self.units]
        if unknown:
            raise UnknownNameError("control unit within reach", unknown[0], self.units)
        if not self.description.functional:
            raise UsageError(f"{self.description.name} has no id of requests to everybody")
        clients = [self.client(name) for name in names]
        async with AsyncExitStack() as locks:
            for _, client in sorted(self._clients.items()):
                await client.conversation.take(request, deadline)
                locks.callback(client.conversation.lock.release)
            for client in self._clients.values():
                client.conversation.report_strays()
                if client not in clients:
                    client.conversation.pass_over(request)
            started = loop_time()
            self._broadcast(request, clients)
            until = deadline.sooner(window)
            answers = await asyncio.gather(
                *(self._answer(client, request, until, deadline, started) for client in clients)
            )
        return [answer for answer in answers if answer is not None]

    async def discover(self, deadline: Deadline, *, window: float = _WINDOW) -> list[Answer]:
        """Who is there: every unit that answers "tester present" (3E 00), by whatever response."""
        request = codec.tester_present(silent=False)
        return await self.request_all(request, deadline, window=window)

    async def close(self) -> None:
        """Close every client. Sends nothing."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.close()

    async def _answer(
        self,
        client: UdsClient,
        request: bytes,
        window: Deadline,
        deadline: Deadline,
        started: float,
    ) -> Answer | None:
        error: HarnessError | None = None
        response: bytes | None = b""
        try:
            response = await client.conversation.overhear(request, window, deadline)
        except HarnessError as failure:
            error = failure
        if response is None or (error is None and not response):
            return None
        return Answer(client.name, response, loop_time() - started, error)

    def _broadcast(self, request: bytes, clients: Collection[UdsClient]) -> None:
        """Send the request once on every link that leads to one of the clients."""
        padding = (self._parameters or IsoTpParameters()).padding
        sent: list[tuple[FrameLink, FunctionalAddress]] = []
        for functional in self.description.functional:
            for client in clients:
                link = self._links[client.unit.bus]
                fits = client.unit.address.extended == functional.extended
                done = any(link is other and functional == address for other, address in sent)
                if fits and not done:
                    broadcast(link, functional, request, padding=padding)
                    sent.append((link, functional))
        if not sent:
            raise UsageError(f"{describe(request)}: no id of requests to everybody fits the units")
