"""The diagnostic server of one control unit: requests in, responses out, in simulated time.

It knows nothing of frames: payloads come to `receive` and go out through `send`. It takes a few
milliseconds for an answer; slow work asks for patience in time (NRC 78). While it works on one
request another is refused as busy. Nothing runs while nobody asks, but the S3 timer of a session.

Source: ISO 14229-1 (suppressed responses, functional requests), ISO 14229-2 (P2, P2*, S3).
"""

from collections.abc import Callable
from dataclasses import dataclass

from harness.devices.diag.nrc import NOT_SUPPORTED
from harness.devices.diag.services import wants_silence
from simulators.scheduler import Scheduler
from simulators.timers import Timers
from simulators.vehicle.diag.diagnosed_ecu import DEFAULT, DiagnosedEcu
from simulators.vehicle.diag.dispatch import answer
from simulators.vehicle.diag.faults import ServerFaults
from simulators.vehicle.diag.hooks import ResetKind
from simulators.vehicle.diag.memory import DtcMemory
from simulators.vehicle.diag.outcome import Later, Nrc, Outcome, RefusalError, Then, refusal
from simulators.vehicle.diag.service_session import P2, P2_STAR, S3

Send = Callable[[bytes, Callable[[], None]], None]
"""Sends a payload and calls back when its last frame is out, or when that has failed."""
REACTION = 0.006
"""Seconds from a request to the answer of a unit that has nothing special to do."""
AWAY: dict[ResetKind, float] = {"hard": 0.5, "soft": 0.3}
"""How long a restart takes (s)."""
_FIRST_PENDING = 0.8 * P2
_NEXT_PENDING = 0.5 * P2_STAR
_LAST_FRAME = 0.02
"""From the last frame's being queued until the node may leave the bus (s)."""
_TESTER_PRESENT = 0x3E


@dataclass(slots=True, eq=False)
class _Work:
    """The request that the unit is busy with."""

    request: bytes
    functional: bool
    outcome: Outcome | RefusalError
    pended: bool = False

    @property
    def service(self) -> int:
        return self.request[0]


class UdsServer:
    """UDS and OBD of one unit. `powered` says whether it has its supply."""

    def __init__(
        self,
        ecu: DiagnosedEcu,
        scheduler: Scheduler,
        *,
        powered: Callable[[], bool] = lambda: True,
        reaction: float = REACTION,
    ) -> None:
        self.ecu = ecu
        self.send: Send = lambda _payload, sent: sent()
        self.restarting = False
        """The unit is off the bus for a restart."""
        self._powered = powered
        self._reaction = reaction
        self._timers = Timers(scheduler)
        self._work: _Work | None = None
        self._was_on = self._in_cycle = False
        ecu.on_restart = self.restart

    @property
    def memory(self) -> DtcMemory:
        return self.ecu.memory

    @property
    def faults(self) -> ServerFaults:
        return self.ecu.faults

    @property
    def awake(self) -> bool:
        """The unit runs."""
        return self._powered() and not self.restarting

    # Requests

    def receive(self, request: bytes, functional: bool = False) -> None:
        """A request has come, for this unit alone or for everybody."""
        faults = self.faults
        if not request or not self.awake or faults.silent:
            return
        service = request[0]
        if self._work is not None:
            if not functional and service != _TESTER_PRESENT:
                self.send(refusal(service, Nrc.BUSY), _nothing)
            return
        self._timers.cancel("s3")
        outcome = self._outcome(request)
        self._work = _Work(request, functional, outcome)
        seconds = self._reaction + (outcome.seconds if isinstance(outcome, Later) else 0.0)
        if faults.pending_forever or seconds > _FIRST_PENDING:
            self._timers.plan("pending", _FIRST_PENDING, self._ask_for_patience)
        if not faults.pending_forever:
            self._timers.plan("answer", seconds + faults.response_delay, self._answer)

    def _outcome(self, request: bytes) -> Outcome | RefusalError:
        forced = self.faults.negative_for.get(request[0])
        if forced is not None:
            return RefusalError(forced)
        try:
            return answer(self.ecu, request)
        except RefusalError as error:
            return error

    def _ask_for_patience(self) -> None:
        work = self._work
        if work is None or not self.awake:
            self._drop()
            return
        work.pended = True
        self._timers.plan("pending", _NEXT_PENDING, self._ask_for_patience)
        if not self.faults.pending_forever and not self._timers.running("answer"):
            self._timers.plan("answer", self._reaction, self._answer)
        self.send(refusal(work.service, Nrc.PENDING), _nothing)

    def _answer(self) -> None:
        self._timers.cancel("pending")
        work = self._work
        if work is None or not self.awake:
            self._drop()
            return
        outcome, after = work.outcome, _nothing
        if isinstance(outcome, RefusalError):
            unheard = work.functional and outcome.nrc in NOT_SUPPORTED
            payload = refusal(work.service, outcome.nrc)
        else:
            unheard = wants_silence(work.request)
            if isinstance(outcome, Then):
                payload, after = outcome.reply, outcome.action
            else:
                payload = outcome.finish() if isinstance(outcome, Later) else outcome
        # Whoever has been asked for patience gets the end of it, whatever it is.
        if unheard and not work.pended:
            self._done(work, after)
        else:
            self.send(payload, lambda: self._done(work, after))

    def _done(self, work: _Work, after: Callable[[], None]) -> None:
        if work is not self._work:
            return
        self._work = None
        if self.ecu.session != DEFAULT:
            self._timers.plan("s3", S3, lambda: self.ecu.enter(DEFAULT))
        after()

    def _drop(self) -> None:
        """The unit stops in the middle of whatever it does."""
        self._timers.cancel_all()
        self._work = None

    # Supply, restart, operation cycles

    def restart(self, kind: ResetKind) -> None:
        """Restart the unit: its node is off the bus for a moment."""
        self._timers.plan("restart", _LAST_FRAME, lambda: self._go(kind))

    def _go(self, kind: ResetKind) -> None:
        self._drop()
        self.restarting = True
        self.ecu.forget()
        self.ecu.hooks.reset(kind)
        self.ecu.hooks.set_power(False)
        self._timers.plan("back", AWAY[kind], self._come_back)

    def _come_back(self) -> None:
        self.restarting = False
        self.ecu.life.reset_reason = "diagnostic"
        self.ecu.hooks.set_power(True)

    def check_supply(self) -> None:
        """Look whether the supply has come or gone. The clock asks anyway; this is at once."""
        on = self._powered()
        if on == self._was_on:
            return
        self._was_on = on
        if on:
            self.ecu.life.power_on()
            self.memory.restart_tests()
            return
        if self.restarting:
            self._come_back()
        self._drop()
        self.ecu.forget()
        self.ecu.life.power_off()

    def tick(self, key_on: bool) -> None:
        """Look at supply, key and monitors. Called a few times per second by `MonitorClock`."""
        self.check_supply()
        cycle = self._was_on and key_on
        if cycle != self._in_cycle:
            self._in_cycle = cycle
            if cycle:
                self.memory.start_cycle()
            else:
                self.memory.end_cycle()
        if self._was_on and not self.restarting:
            self.memory.evaluate()

    def close(self) -> None:
        """Stop everything; nothing is planned any more."""
        self._drop()


def _nothing() -> None:
    """Nothing follows."""
