"""ISO-TP on a CAN link, driven by the event loop: payloads of 1 to 4095 bytes, whole or not at all.

    endpoint = IsoTpEndpoint(link, IsoTpAddress(0x7E1, 0x7E9), name="bms")
    reply = await endpoint.request(bytes.fromhex("22F190"), Deadline.after(1))

A client asks and receives. A server (a simulated control unit) gives `on_payload` and answers with
`post`. The code is the same in virtual and in real time. Silence is NoReplyError; everything that
came and was not a proper payload is BadReplyError with the bytes of the last frames.

Source: ISO 15765-2; the state machine is can-isotp's (see machine.py and transport.py).
"""

import asyncio
from collections import deque
from collections.abc import Callable

import can

from harness.clock import Deadline
from harness.devices.diag.frames import complaint, single_frame, single_payload
from harness.devices.diag.link import FrameLink, FunctionalAddress, IsoTpAddress
from harness.devices.diag.machine import IsoTpMachine, Job, OnDone
from harness.devices.diag.transport import IsoTpParameters
from harness.devices.diag.troubles import Lately
from harness.errors import (
    BadReplyError,
    BusError,
    DeviceLostError,
    HarnessError,
    NoReplyError,
    UsageError,
)

OnPayload = Callable[[bytes, bool], None]
"""Gets a payload, and whether it was sent to everybody (functional)."""
OnError = Callable[[HarnessError], None]
_KEPT_PAYLOADS = 64
"""A sender that talks without being asked does not fill the memory."""


class IsoTpEndpoint:
    """One end of ISO-TP between two ids of a link.

    With `on_payload` payloads are handed over as they come; without, they wait for `receive`.
    `on_error` hears of everything that is not a proper payload, whether or not somebody waits.
    """

    def __init__(
        self,
        link: FrameLink,
        address: IsoTpAddress,
        *,
        parameters: IsoTpParameters | None = None,
        name: str = "",
        on_payload: OnPayload | None = None,
        on_error: OnError | None = None,
    ) -> None:
        self.address = address
        self.parameters = parameters or IsoTpParameters()
        self.place = f"{name} ({address})" if name else str(address)
        self._on_payload = on_payload
        self._on_error = on_error
        self._lately = Lately()
        self._machine = IsoTpMachine(
            self.place,
            address,
            self.parameters,
            self._lately,
            send=link.send,
            on_payload=lambda payload: self._deliver(payload, functional=False),
            on_failure=self._fail,
            on_note=self._note,
        )
        self._inbox: deque[bytes | HarnessError] = deque(maxlen=_KEPT_PAYLOADS)
        self._waiter: asyncio.Future[None] | None = None
        self._asking = asyncio.Lock()
        ids = [(address.receive, address.extended)]
        if address.functional is not None:
            ids.append((address.functional, address.extended))
        self._unsubscribe = link.subscribe(self._on_frame, ids)

    @property
    def receiving(self) -> bool:
        """Whether a payload has begun to come and is not complete."""
        return self._machine.receiving

    def post(self, payload: bytes, on_done: OnDone | None = None) -> None:
        """Send without waiting; several are sent one after the other.

        `on_done` is told how it ended; without it a failure goes to `on_error`. Raises UsageError
        for a payload that ISO-TP cannot carry, DeviceLostError when the endpoint is closed.
        """
        self._machine.post(self._job(payload, on_done or self._unattended))

    async def send(self, payload: bytes, deadline: Deadline) -> None:
        """Send, and wait until the last frame has gone out.

        Raises NoReplyError when flow control does not come (in time), BadReplyError when the
        partner has no room for the payload, BusError when the bus takes no frame.
        """
        done: asyncio.Future[HarnessError | None] = asyncio.get_running_loop().create_future()
        job = self._job(payload, lambda error: None if done.done() else done.set_result(error))
        self._machine.post(job)
        try:
            async with deadline.timeout():
                error = await done
        except TimeoutError:
            what = f"{self.place}: the time was up before {len(payload)} bytes were sent"
            raise NoReplyError(what) from None
        finally:
            self._machine.abandon(job)
        if error is not None:
            raise error

    async def receive(self, begin_by: Deadline, end_by: Deadline | None = None) -> bytes:
        """The next payload. It has to begin before `begin_by` and to be complete by `end_by`.

        Without `end_by` only the time limits of ISO-TP bound what has begun. One task at a time.
        Raises NoReplyError, BadReplyError, or DeviceLostError when the endpoint is closed.
        """
        while not self._inbox:
            if self._machine.closed:
                raise DeviceLostError(f"{self.place}: closed")
            begun = self.receiving
            until = end_by if begun else begin_by
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout_at(None if until is None else until.at):
                    await self._waiter
            except TimeoutError:
                if not self._inbox and (begun or not self.receiving):
                    raise self._silence(begun) from None
            finally:
                self._waiter = None
        found = self._inbox.popleft()
        if isinstance(found, HarnessError):
            raise found
        return found

    async def request(self, payload: bytes, deadline: Deadline) -> bytes:
        """Send, and give the payload that comes back. What came before is thrown away."""
        async with self._asking:
            self.flush()
            await self.send(payload, deadline)
            return await self.receive(deadline, deadline)

    def flush(self) -> list[bytes]:
        """Forget what has come so far. Returns the payloads that nobody received."""
        late = [found for found in self._inbox if isinstance(found, bytes)]
        self._inbox.clear()
        self._lately.clear()
        if self.receiving:
            self._machine.stop_receiving()
        return late

    def waiting(self) -> list[bytes]:
        """The payloads that have come and that nobody has received."""
        return [found for found in self._inbox if isinstance(found, bytes)]

    def close(self) -> None:
        """Stop listening; whoever waits gets DeviceLostError. May be called twice."""
        if self._machine.closed:
            return
        self._unsubscribe()
        self._machine.close()
        self._wake()

    def _job(self, payload: bytes, on_done: OnDone) -> Job:
        if not 1 <= len(payload) <= self.parameters.longest:
            raise UsageError(
                f"{self.place}: ISO-TP cannot carry {len(payload)} bytes; "
                f"expected 1 to {self.parameters.longest}"
            )
        return Job(bytes(payload), on_done)

    def _on_frame(self, message: can.Message) -> None:
        if self._machine.closed or message.is_error_frame or message.is_remote_frame:
            return
        data = bytes(message.data)
        self._lately.frames.append(data)
        what = complaint(data)
        if what is not None:
            self._note(what)
        elif message.arbitration_id != self.address.functional:
            self._machine.feed(message)
        elif (payload := single_payload(data)) is not None:
            self._deliver(payload, functional=True)
        else:
            self._note("a request to everybody that is no single frame")

    def _deliver(self, payload: bytes, *, functional: bool) -> None:
        if self._on_payload is not None:
            self._on_payload(payload, functional)
        else:
            self._inbox.append(payload)
            self._wake()

    def _fail(self, error: HarnessError) -> None:
        """A payload that was coming in is lost."""
        if self._on_payload is None:
            self._inbox.append(error)
            self._wake()
        self._unattended(error)

    def _note(self, what: str) -> None:
        self._lately.notes.append(what)
        self._unattended(BadReplyError(f"{self.place}: {what}{self._lately}"))

    def _unattended(self, error: HarnessError | None) -> None:
        if error is not None and self._on_error is not None:
            self._on_error(error)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _silence(self, begun: bool) -> HarnessError:
        if begun:
            return BadReplyError(f"{self.place}: the reply was not complete in time{self._lately}")
        if self._lately.notes:
            notes = "; ".join(self._lately.notes)
            return BadReplyError(f"{self.place}: no reply, only {notes}{self._lately}")
        return NoReplyError(f"{self.place}: no reply")


def broadcast(
    link: FrameLink, address: FunctionalAddress, payload: bytes, *, padding: int | None = 0xCC
) -> None:
    """Send a request to everybody, in one frame.

    Raises UsageError when it is too long for one frame, BusError when the bus does not take it.
    """
    message = can.Message(
        arbitration_id=address.request,
        is_extended_id=address.extended,
        data=single_frame(payload, padding),
        is_rx=False,
    )
    try:
        link.send(message)
    except can.CanError as error:
        raise BusError(f"{address}: the bus did not take a frame: {error}") from error
