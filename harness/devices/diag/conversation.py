"""One request at a time with one control unit: waiting, patience, repetition, and the record.

What a unit may do is allowed for: "response pending" within bounds of count and time, "busy" once,
silence where it was asked for. A response that comes too late is not taken for the answer to the
next request. Whatever is no response to the request is BadReplyError, not a guess.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.clock import Deadline, loop_time, sleep_until
from harness.devices.diag.exchange import Exchange, OnExchange, Outcome
from harness.devices.diag.isotp import IsoTpEndpoint
from harness.devices.diag.late import LateResponses
from harness.devices.diag.nrc import BUSY, PENDING
from harness.devices.diag.services import (
    NEGATIVE,
    answers,
    check_response,
    describe,
    wants_silence,
)
from harness.devices.diag.timing import Timing
from harness.errors import (
    BadReplyError,
    HarnessError,
    NegativeResponseError,
    NoReplyError,
    NotAvailableError,
    UsageError,
)


@dataclass(slots=True)
class _Attempt:
    """A request on its way, and what has come of it so far."""

    request: bytes
    begin_by: Deadline
    deadline: Deadline
    functional: bool = False
    started: float = field(default_factory=loop_time)
    responses: list[bytes] = field(default_factory=list)
    pending: int = 0


class Conversation:
    """Requests and responses of one unit, one after the other."""

    def __init__(
        self,
        endpoint: IsoTpEndpoint,
        unit: str,
        *,
        timing: Timing | None = None,
        on_exchange: OnExchange | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.unit = unit
        self.timing = timing or Timing()
        self.lock = asyncio.Lock()
        """Held while a request is under way; a request to all units takes every lock."""
        self._on_exchange = on_exchange
        self._late = LateResponses()

    async def ask(self, request: bytes, deadline: Deadline) -> bytes:
        """Send a request and give the positive response, b"" for the silence that it asks for.

        Raises NegativeResponseError, NoReplyError, BadReplyError, BusError or DeviceLostError.
        """
        if not request:
            raise UsageError(f"{self.unit}: an empty request")
        await self.take(request, deadline)
        try:
            await self._let_late_response_pass(request, deadline)
            try:
                return await self._send_and_wait(request, deadline)
            except NegativeResponseError as error:
                again = loop_time() + self.timing.busy_pause
                if error.code != BUSY or again >= deadline.at:
                    raise
            await sleep_until(again)
            return await self._send_and_wait(request, deadline)
        finally:
            self.lock.release()

    async def take(self, request: bytes, deadline: Deadline) -> None:
        """Take the lock. Raises NoReplyError when the time is up before the unit is free."""
        try:
            async with deadline.timeout():
                await self.lock.acquire()
        except TimeoutError:
            what = f"{self.unit}: {describe(request)}: the time was up before it could be sent"
            raise NoReplyError(what) from None

    async def overhear(self, request: bytes, window: Deadline, deadline: Deadline) -> bytes | None:
        """The unit's response to a request that went to everybody; None when it says nothing.

        The response has to begin within the window. The caller holds the lock and has called
        `report_strays`. Raises as `ask` does.
        """
        attempt = _Attempt(request, window, deadline, functional=True)
        try:
            return await self._recorded(attempt)
        except NoReplyError:
            if attempt.pending:
                raise
            return None

    def pass_over(self, request: bytes) -> None:
        """Somebody sent this request to everybody: the unit's response to it is not for us."""
        self._late.expect(request, self.timing)

    def tell(
        self, request: bytes, told: Callable[[HarnessError | None], None] = lambda _: None
    ) -> None:
        """Send a request whose response nobody waits for; `told` hears whether it went out.

        The caller holds the lock.
        """
        self.pass_over(request)
        attempt = _Attempt(request, Deadline(0.0), Deadline(0.0))

        def done(error: HarnessError | None) -> None:
            self._record(attempt, "silent", error)
            told(error)

        self.endpoint.post(request, done)

    def report_strays(self) -> None:
        """Put on record what came while nobody was asking."""
        late = self.endpoint.flush()
        if late:
            self._stray(late)

    async def _send_and_wait(self, request: bytes, deadline: Deadline) -> bytes:
        self.report_strays()
        attempt = _Attempt(request, deadline, deadline)
        return await self._recorded(attempt)

    async def _recorded(self, attempt: _Attempt) -> bytes:
        """One attempt, put on record however it ends."""
        failure: HarnessError | None = None
        outcome: Outcome = "cancelled"
        try:
            if not attempt.functional:
                await self.endpoint.send(attempt.request, attempt.deadline)
                attempt.begin_by = attempt.deadline.sooner(self.timing.first)
            response = await self._response(attempt)
            outcome = "ok" if response else "silent"
            return response
        except HarnessError as error:
            failure = error
            outcome = outcome_of(error)
            raise
        finally:
            if outcome in ("no_reply", "cancelled") and not attempt.functional:
                self._late.expect(attempt.request, self.timing)
            unheard = attempt.functional and outcome == "no_reply" and not attempt.responses
            if not unheard:
                self._record(attempt, outcome, failure)

    async def _response(self, attempt: _Attempt) -> bytes:
        request, timing = attempt.request, self.timing
        patience = Deadline.after(timing.longest_pending)
        while True:
            try:
                response = await self.endpoint.receive(attempt.begin_by, attempt.deadline)
            except NoReplyError as error:
                if wants_silence(request) and not attempt.pending:
                    return b""
                raise self._no_reply(attempt, error.detail) from error
            attempt.responses.append(response)
            if self._late.is_late(response, request):
                if attempt.begin_by.passed():
                    raise self._no_reply(attempt, "only responses to earlier requests")
            elif response == bytes([NEGATIVE, request[0], PENDING]):
                attempt.pending += 1
                attempt.begin_by = attempt.deadline.sooner(timing.extended)
                if attempt.pending >= timing.most_pending or patience.passed():
                    raise self._no_reply(attempt, "")
            else:
                check_response(response, request, self.unit)
                self._check_alone(attempt)
                return response

    def _check_alone(self, attempt: _Attempt) -> None:
        """Two answers in one breath: two units that use the same id."""
        others = self.endpoint.waiting()
        if any(answers(other, attempt.request) for other in others):
            attempt.responses += others
            self.endpoint.flush()
            raise BadReplyError(
                f"{self.unit}: {describe(attempt.request)}: {len(others) + 1} responses to one "
                "request; expected 1 (two control units on one id?)"
            )

    def _no_reply(self, attempt: _Attempt, what: str) -> NoReplyError:
        if attempt.pending:
            what = f"asked for patience {attempt.pending} times (NRC 78) and never answered"
        error = NoReplyError(f"{self.unit}: {describe(attempt.request)}: {what}")
        error.asked_for_patience = attempt.pending > 0
        return error

    async def _let_late_response_pass(self, request: bytes, deadline: Deadline) -> None:
        """After silence: let the late response to the same request come before asking again."""
        until = Deadline(min(self._late.hold_until(request), deadline.at))
        if not until.passed() and not self.endpoint.waiting():
            try:
                self._stray([await self.endpoint.receive(until, until)])
            except (NoReplyError, BadReplyError):
                self.endpoint.flush()
        self._late.settled(request)

    # The record

    def _stray(self, payloads: list[bytes]) -> None:
        if self._on_exchange is not None:
            hexes = [payload.hex() for payload in payloads]
            now = loop_time()
            self._on_exchange(
                Exchange(unit=self.unit, request="", responses=hexes, outcome="stray", at=now)
            )

    def _record(self, attempt: _Attempt, outcome: Outcome, failure: HarnessError | None) -> None:
        nothing_sent = isinstance(failure, UsageError | NotAvailableError)
        if self._on_exchange is None or nothing_sent:
            return
        self._on_exchange(
            Exchange(
                unit=self.unit,
                request=attempt.request.hex(),
                responses=[response.hex() for response in attempt.responses],
                outcome=outcome if failure is None else outcome_of(failure),
                seconds=loop_time() - attempt.started,
                nrc=failure.code if isinstance(failure, NegativeResponseError) else None,
                functional=attempt.functional,
                at=attempt.started,
                error="" if failure is None else failure.detail,
            )
        )


def outcome_of(error: HarnessError) -> Outcome:
    """How an error is called in the record."""
    if isinstance(error, NegativeResponseError):
        return "negative"
    if isinstance(error, NoReplyError):
        return "no_reply"
    return "bad_reply" if isinstance(error, BadReplyError) else "link_lost"
