"""Routines of one control unit (service 31): start, stop, result.

A routine whose result has a value "running" answers at once and is asked for its result later; any
other answers when it is through, with "response pending" until then. A routine that the car knows
nothing about is the unit's own self test: it fails when the test of some trouble code fails.
"""

from collections.abc import Callable
from dataclasses import dataclass

from harness.devices.diag.diagnostics import Routine
from harness.quantity import Value
from simulators.scheduler import Event, Scheduler
from simulators.vehicle.diag.did_bytes import to_bytes
from simulators.vehicle.diag.hooks import EcuHooks, Options, RoutineRun
from simulators.vehicle.diag.outcome import Later, Nrc, Outcome, RefusalError, need

RUNNING = "running"
_OWN_DURATION = 2.0
_HEAD = 0x71
START, STOP, RESULT = 0x01, 0x02, 0x03


@dataclass(slots=True)
class _Progress:
    """One routine that was started: still running, or with its result."""

    running: bool
    event: Event | None = None
    result: bytes = b""


class Routines:
    """The routines of one unit."""

    def __init__(
        self, unit: str, scheduler: Scheduler, hooks: EcuHooks, healthy: Callable[[], bool]
    ) -> None:
        self._unit = unit
        self._scheduler = scheduler
        self._hooks = hooks
        self._healthy = healthy
        self._progress: dict[str, _Progress] = {}
        self._described: dict[str, Routine] = {}

    def start(self, routine: Routine, options: Options) -> Outcome:
        """Begin. Raises RefusalError: 24 while it runs, or as the car refuses."""
        progress = self._progress.get(routine.name)
        need(progress is None or not progress.running, Nrc.SEQUENCE_ERROR)
        run = self._hooks.routine(routine.name, "start", options)
        if isinstance(run, Nrc):
            raise RefusalError(run)
        if run is None:
            run = RoutineRun(_OWN_DURATION, lambda: self._own_result(routine))
        begun = self._progress[routine.name] = _Progress(running=True)

        def finish() -> bytes:
            begun.running = False
            begun.result = self._bytes(routine, run.result())
            return _answer(START, routine, begun.result)

        if not _tells_running(routine):
            return Later(run.duration, finish)
        begun.event = self._scheduler.after(run.duration, lambda: (finish(), None)[1])
        return _answer(START, routine, self._bytes(routine, RUNNING))

    def stop(self, routine: Routine) -> Outcome:
        """End it early. Raises RefusalError (24) when it does not run."""
        need(self._end(routine.name), Nrc.SEQUENCE_ERROR)
        return _answer(STOP, routine, b"")

    def result(self, routine: Routine) -> Outcome:
        """How it stands. Raises RefusalError (24) when it was not started."""
        progress = self._progress.get(routine.name)
        if progress is None:
            raise RefusalError(Nrc.SEQUENCE_ERROR)
        data = self._bytes(routine, RUNNING) if progress.running else progress.result
        return _answer(RESULT, routine, data)

    def stop_all(self) -> None:
        """The session ends, or the unit restarts: nothing runs on and no result is kept."""
        for name in list(self._progress):
            self._end(name)
        self._progress.clear()

    def _end(self, name: str) -> bool:
        """Stop a routine; whether it was running."""
        progress = self._progress.get(name)
        if progress is None or not progress.running:
            return False
        if progress.event is not None:
            progress.event.cancel()
        del self._progress[name]
        self._hooks.routine(name, "stop", {})
        return True

    def _own_result(self, routine: Routine) -> Value | None:
        form = routine.result
        names = () if form is None else form.values.values()
        wanted = "passed" if self._healthy() else "failed"
        return wanted if wanted in names else None

    def _bytes(self, routine: Routine, value: Value | None) -> bytes:
        if routine.result is None or value is None:
            return b""
        place = f"{self._unit} routine {routine}"
        return to_bytes(routine.result, value, place) or b""


def _tells_running(routine: Routine) -> bool:
    return routine.result is not None and RUNNING in routine.result.values.values()


def _answer(action: int, routine: Routine, data: bytes) -> bytes:
    return bytes([_HEAD, action]) + routine.id.to_bytes(2, "big") + data
