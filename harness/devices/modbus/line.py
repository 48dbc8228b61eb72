"""One wire and its single owner.

However many devices share a serial line or a gateway, one task sends requests, one at a time and
with the asked silence between them. A caller that is cancelled leaves its transaction to the
owner, who finishes it, so nobody else gets the answer. Every attempt is put on record.

On RTU a reply carries no number. After silence, a request whose reply would look just like the
missing one waits until that can no longer come (twice the timeout after it was asked for).
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, NamedTuple

from harness.clock import Deadline
from harness.devices.modbus.client import ModbusClient
from harness.devices.modbus.connection import DEFAULT_TIMEOUT, ModbusConnection
from harness.devices.modbus.frames import Request
from harness.errors import (
    BadReplyError,
    BenchError,
    ConnectionFailedError,
    DeviceLostError,
    NoReplyError,
    RefusedError,
)
from harness.events import Transaction

_AFTER_STRAY = 0.05
"""Seconds to let a late reply run out once its first bytes are seen."""
_HAIR = 1e-6
_BITS_PER_CHARACTER = 11
_FRAME_GAP_CHARACTERS = 3.5


@dataclass(slots=True)
class RecordContext:
    """What the transactions of a device belong to at the moment."""

    role: str = ""
    step: str = ""
    attempt: int = 1
    seconds: float = 0.0
    """From request to outcome of the last transaction, without the pause before it."""


class Reply(NamedTuple):
    """What came of one request: data bytes (none for a write), line in the record, loop time."""

    data: bytes
    line: int
    at: float


Failure = BenchError | RefusedError
_NOT_NOW = (5, 6)
"""Exceptions "acknowledge" and "busy": the device asks for the request again."""


class Job:
    """Requests that somebody wants carried out, in order, and how far that has come."""

    __slots__ = ("answer", "attempts", "context", "deadline", "left", "pause", "replies", "todo")

    def __init__(
        self,
        requests: Sequence[Request],
        context: RecordContext,
        deadline: Deadline,
        *,
        pause: float,
        attempts: int,
        answer: "asyncio.Future[list[Reply]]",
    ) -> None:
        self.todo = requests
        self.replies: list[Reply] = []
        self.context = context
        self.deadline = deadline
        self.pause = pause
        self.attempts = self.left = attempts
        self.answer = answer

    @property
    def request(self) -> Request:
        """The one whose turn it is."""
        return self.todo[len(self.replies)]

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Line:
    """One connection with one owner task. `record` keeps a transaction, gives its line number."""

    def __init__(self, connection: ModbusConnection, record: Callable[[Transaction], int]) -> None:
        self.connection = connection
        self.attempts = connection.attempts
        self.timeout = connection.timeout or DEFAULT_TIMEOUT
        self._record = record
        self._client = ModbusClient(connection, self._stray)
        self._queue: deque[Job] = deque()
        self._wake: asyncio.Future[None] | None = None
        self._owner: asyncio.Task[None] | None = None
        self._users = 0
        self._last_end = -math.inf
        self.read_at: dict[int | None, float] = {}
        """When the last reading of a device began (loop time), by unit id; None for the one device
        behind a connection that is no bus, whatever unit ids it has."""
        self._ghosts: dict[tuple[int, int, int], float] = {}
        self._least_pause = _frame_gap(connection)
        self._is_bus = connection.is_bus
        self.strays = 0
        """Bytes that came when nobody waited for them: replies that were late."""

    async def open(self, deadline: Deadline) -> None:
        """Connect, once for all devices of the line. Raises ConnectionFailedError."""
        if self._owner is None:
            await self._client.open(deadline)
            self._owner = asyncio.create_task(self._own(), name=f"line {self.connection.port}")
        self._users += 1

    async def close(self) -> None:
        """Give the line back; the last one to do so closes it. Never waits for a device."""
        self._users = max(0, self._users - 1)
        if self._users > 0 or self._owner is None:
            return
        owner, self._owner = self._owner, None
        owner.cancel()
        with suppress(asyncio.CancelledError):
            await owner
        self._client.close()
        while self._queue:
            self._queue.popleft().fail(DeviceLostError("the line was closed"))

    async def transact(
        self,
        requests: Sequence[Request],
        context: RecordContext,
        deadline: Deadline,
        *,
        pause: float = 0.0,
        attempts: int | None = None,
    ) -> list[Reply]:
        """Carry out requests in order, with `pause` seconds of silence before each.

        Silence, damaged replies, "busy" and a lost link are tried again, so that each request is
        sent up to `attempts` times; any other refusal is final. Others who wait for the line get
        their turn between any two attempts. Raises NoReplyError, BadReplyError, DeviceLostError or
        RefusedError for the first request that fails.
        """
        owner = self._owner
        if owner is None:
            raise DeviceLostError(f"{requests[0]}: the line is not open")
        answer: asyncio.Future[list[Reply]] = owner.get_loop().create_future()
        tries = self.attempts if attempts is None else attempts
        job = Job(requests, context, deadline, pause=pause, attempts=tries, answer=answer)
        self._queue.append(job)
        if self._wake is not None and not self._wake.done():
            # The owner is idle, so the job's turn is now and its own time limits end it.
            self._wake.set_result(None)
            return await answer
        try:
            async with deadline.timeout():
                return await answer
        except TimeoutError as error:
            what = f"{requests[0]}: the time was up before the line was free"
            raise NoReplyError(what) from error

    # The owner

    async def _own(self) -> None:
        loop = asyncio.get_running_loop()
        queue = self._queue
        while True:
            job = await self._next(loop)
            try:
                while not job.answer.done():
                    await self._step(job, loop)
                    if (queue or self._ghosts) and not job.answer.done():
                        queue.append(job)  # the others first
                        break
            except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
                job.fail(error)
            except asyncio.CancelledError:
                job.fail(DeviceLostError("the line was closed"))
                raise

    async def _next(self, loop: asyncio.AbstractEventLoop) -> Job:
        """The first job in the queue that need not wait for a late reply."""
        queue = self._queue
        while True:
            if queue and not self._ghosts:
                return queue.popleft()
            # A timer may fire a hair early, and then virtual time stands still.
            now = loop.time() + _HAIR
            first = math.inf
            for _ in range(len(queue)):
                job = queue.popleft()
                until = 0.0 if job.answer.done() else self._ghost_until(job, now)
                if until <= now:
                    return job
                first = min(first, until)
                queue.append(job)
            self._wake = loop.create_future()
            timer = loop.call_at(first, self._rouse) if queue else None
            await self._wake
            if timer is not None:
                timer.cancel()

    def _rouse(self) -> None:
        """Let the owner look at its queue."""
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def _ghost_until(self, job: Job, now: float) -> float:
        """Until when a late reply may come that looks like the answer to the job's request."""
        self._ghosts = {key: until for key, until in self._ghosts.items() if until > now}
        return min(self._ghosts.get(job.request.signature(), 0.0), job.deadline.at)

    def _stray(self) -> None:
        """Bytes came that nobody waits for: the late reply. Let it run out."""
        self.strays += 1
        if self._ghosts:
            soon = asyncio.get_running_loop().time() + _AFTER_STRAY
            self._ghosts = {key: min(until, soon) for key, until in self._ghosts.items()}
            self._rouse()

    async def _step(self, job: Job, loop: asyncio.AbstractEventLoop) -> None:
        """One attempt at the request whose turn it is."""
        request = job.request
        pause = max(job.pause, self._least_pause)
        if pause:
            wait = min(self._last_end + pause, job.deadline.at) - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
        started = loop.time()
        timeout = min(self.timeout, job.deadline.at - started)
        if timeout <= 0:
            raise NoReplyError(f"{request}: the time was up before it could be sent")
        data = b""
        failure: Failure | None = None
        client = self._client
        try:
            if not client.connected:
                await self._reopen(job)
            data = await client.transact(request, timeout)
        except (BenchError, RefusedError) as error:
            failure = error
        except asyncio.CancelledError:
            lost = DeviceLostError("the line was closed")
            self._keep(job.context, request, lost, loop.time() - started)
            raise
        self._last_end = ended = loop.time()
        line = self._keep(job.context, request, failure, ended - started)
        if failure is None:
            job.replies.append(Reply(data, line, ended))
            job.left = job.attempts
            if len(job.replies) == len(job.todo) and not job.answer.done():
                job.answer.set_result(job.replies)
            return
        if self._is_bus and isinstance(failure, NoReplyError):
            self._ghosts[request.signature()] = started + 2 * self.timeout
        job.left -= 1
        if job.left <= 0 or _is_final(failure) or job.deadline.passed():
            job.fail(failure)

    async def _reopen(self, job: Job) -> None:
        try:
            await self._client.open(job.deadline)
        except ConnectionFailedError as error:
            raise DeviceLostError(f"{job.request}: gone, and {error.detail}") from error

    def _keep(
        self, context: RecordContext, request: Request, failure: Failure | None, seconds: float
    ) -> int:
        client = self._client
        context.seconds = seconds
        return self._record(
            Transaction(
                role=context.role,
                step=context.step,
                attempt=context.attempt,
                unit=request.unit,
                function=request.function,
                address=request.address,
                count=request.count,
                request=client.sent.hex(),
                reply=client.received.hex(),
                outcome=_outcome(failure),
                seconds=seconds,
                exception=failure.code if isinstance(failure, RefusedError) else None,
            )
        )


def _is_final(failure: Failure) -> bool:
    return isinstance(failure, RefusedError) and failure.code not in _NOT_NOW


def _outcome(
    failure: Exception | None,
) -> Literal["ok", "exception", "no_reply", "bad_reply", "link_lost"]:
    if failure is None:
        return "ok"
    if isinstance(failure, RefusedError):
        return "exception"
    if isinstance(failure, NoReplyError):
        return "no_reply"
    return "bad_reply" if isinstance(failure, BadReplyError) else "link_lost"


def _frame_gap(connection: ModbusConnection) -> float:
    """RTU frames on a real line are 3.5 characters apart, at least 1.75 ms."""
    if connection.modbus != "rtu":
        return 0.0
    characters = _FRAME_GAP_CHARACTERS * _BITS_PER_CHARACTER
    return max(characters / (connection.baudrate or 9600), 0.00175)
