"""Drives one ISO-TP state machine: frames and payloads in, frames and payloads out.

Whatever the machine has to do is done at once when a frame comes, a payload is to be sent or a
timer of the loop runs out. It never waits and is never polled.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import can
import isotp

from harness.devices.diag.frames import normalised
from harness.devices.diag.link import IsoTpAddress
from harness.devices.diag.transport import IsoTpParameters, LoopTransport
from harness.devices.diag.troubles import Lately, Trouble, trouble_of
from harness.errors import (
    BadReplyError,
    BusError,
    DeviceLostError,
    HarnessError,
    NoReplyError,
)

OnDone = Callable[[HarnessError | None], None]


@dataclass(eq=False, slots=True)
class Job:
    """A payload on its way out. `on_done` is told how that ended."""

    payload: bytes
    on_done: OnDone


class IsoTpMachine:
    """The state machine of one pair of ids.

    `on_payload` gets whole payloads, `on_failure` hears when one that was coming in is lost,
    `on_note` of frames that belong to nothing.
    """

    def __init__(
        self,
        place: str,
        address: IsoTpAddress,
        parameters: IsoTpParameters,
        lately: Lately,
        *,
        send: Callable[[can.Message], None],
        on_payload: Callable[[bytes], None],
        on_failure: Callable[[HarnessError], None],
        on_note: Callable[[str], None],
    ) -> None:
        self._place = place
        self._parameters = parameters
        self._lately = lately
        self._send = send
        self._on_payload = on_payload
        self._on_failure = on_failure
        self._on_note = on_note
        modes = isotp.AddressingMode
        mode = modes.Normal_29bits if address.extended else modes.Normal_11bits
        self._transport = LoopTransport(
            isotp.Address(mode, txid=address.transmit, rxid=address.receive),
            parameters,
            receive=self._next_frame,
            transmit=self._transmit,
            on_error=self._trouble,
        )
        self._frames: deque[isotp.CanMessage] = deque()
        self._jobs: deque[Job] = deque()
        self._job: Job | None = None
        self._job_error: HarnessError | None = None
        self._link_error: HarnessError | None = None
        self._pumping = False
        self._timer: asyncio.TimerHandle | None = None
        self.closed = False

    @property
    def receiving(self) -> bool:
        """Whether a payload has begun to come and is not complete."""
        return self._transport.receiving

    def feed(self, message: can.Message) -> None:
        """A proper frame has come from the partner."""
        self._frames.append(
            isotp.CanMessage(
                arbitration_id=message.arbitration_id,
                data=normalised(bytes(message.data)),
                extended_id=message.is_extended_id,
                is_fd=message.is_fd,
            )
        )
        self._pump()

    def post(self, job: Job) -> None:
        """Send a payload once those before it are out. Raises DeviceLostError when closed."""
        if self.closed:
            raise DeviceLostError(f"{self._place}: closed")
        self._jobs.append(job)
        self._pump()

    def abandon(self, job: Job) -> None:
        """The sender has gone: stop the job if it is not finished."""
        if job in self._jobs:
            self._jobs.remove(job)
        elif job is self._job:
            self._job = None
            self._transport.stop_sending()
            self._pump()

    def stop_receiving(self) -> None:
        """Forget what has begun to come."""
        self._transport.stop_receiving()

    def close(self) -> None:
        """Stop for good; senders hear DeviceLostError."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._transport.reset()
        jobs = [job for job in (self._job, *self._jobs) if job is not None]
        self._job = None
        self._jobs.clear()
        for job in jobs:
            job.on_done(DeviceLostError(f"{self._place}: closed"))

    def _pump(self) -> None:
        """Do what can be done now, then hand over what came of it."""
        if self._pumping or self.closed:
            return  # a link that delivers at once calls back from inside the machine
        self._pumping = True
        try:
            while self._step():
                pass
        finally:
            self._pumping = False
        queue = self._transport.rx_queue
        while not queue.empty() and not self.closed:
            self._on_payload(bytes(queue.get_nowait()))
        if not self.closed:
            self._set_timer()

    def _step(self) -> bool:
        """One pass; says whether another is needed at once."""
        transport = self._transport
        if self._job is None and self._jobs:
            self._job = self._jobs.popleft()
            self._job_error = None
            self._lately.notes.clear()
            transport.send(self._job.payload)
        transport.process()
        transport.tidy()
        failure, self._link_error = self._link_error, None
        if failure is not None:
            transport.stop_sending()
            if transport.receiving or self._job is None:
                transport.stop_receiving()
                self._on_failure(failure)
        job, request = self._job, transport.request
        # can-isotp takes a frame for sent when it has handed it over, whatever the link says.
        if job is not None and failure is not None:
            return self._finish(job, failure)
        if job is not None and request is not None and request.complete_event.is_set():
            lost = self._job_error or BadReplyError(f"{self._place}: the payload was not sent")
            return self._finish(job, None if request.success else lost)
        return bool(self._frames) and not self.closed

    def _finish(self, job: Job, error: HarnessError | None) -> bool:
        self._job = None
        job.on_done(error)
        return not self.closed

    def _next_frame(self) -> isotp.CanMessage | None:
        return self._frames.popleft() if self._frames else None

    def _transmit(self, frame: isotp.CanMessage) -> None:
        message = can.Message(
            arbitration_id=frame.arbitration_id,
            is_extended_id=frame.is_extended_id,
            data=frame.data,
            is_fd=frame.is_fd,
            bitrate_switch=frame.bitrate_switch,
            is_rx=False,
        )
        try:
            self._send(message)
        except HarnessError as error:
            self._link_error = error
        except can.CanError as error:
            self._link_error = BusError(f"{self._place}: the bus did not take a frame: {error}")
            self._link_error.__cause__ = error

    def _trouble(self, error: Exception) -> None:
        """can-isotp complains about the frame that it is looking at, or about a timer."""
        kind, what = trouble_of(error)
        if kind is Trouble.SENDING:
            silent = isinstance(error, isotp.FlowControlTimeoutError) and not self._lately.notes
            put_off = isinstance(error, isotp.MaximumWaitFrameReachedError)
            if put_off:
                times = self._parameters.most_waits + 1
                what = f"asked {times} times in a row to wait and never let us send"
            text = f"{self._place}: {what}{self._lately}"
            self._job_error = NoReplyError(text) if silent or put_off else BadReplyError(text)
        elif kind is Trouble.RECEIVING:
            self._on_failure(BadReplyError(f"{self._place}: {what}{self._lately}"))
        else:
            self._on_note(what)

    def _set_timer(self) -> None:
        due = self._transport.due()
        timer = self._timer
        if timer is not None and (due is None or timer.when() > due):
            timer.cancel()
            timer = None
        if due is not None and timer is None:
            timer = asyncio.get_running_loop().call_at(due, self._on_timer)
        self._timer = timer

    def _on_timer(self) -> None:
        self._timer = None
        self._pump()
