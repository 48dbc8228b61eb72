"""One run: header, open, preamble, procedures, ending, safe state, seal.

The order is the guarantee. The header is on disk before the first device is opened; whatever
ends the run (the last step, the failure policy, a person, a signal, a lost device, a full disk,
a mistake in an action) the same ending follows: settings put back, faults cleared, every device
taken to its safe state and measured there, the record closed and sealed.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import __version__
from harness.bench.bench import Bench
from harness.bench.load import LoadedBench
from harness.bench.recordings import recorded_at, recordings_of
from harness.clock import Clock, Deadline, RealStopwatch, real_now, run
from harness.datafile import sha256
from harness.devices.operator import Operator
from harness.engine.attendant import Attendant
from harness.engine.pace import technicians_pace
from harness.engine.plan import Plan, at_end, roles_needed, roles_of_faults
from harness.engine.recorder import Listener, Recorder
from harness.engine.signals import AbortOnSignal
from harness.engine.steps import ProcedureRun
from harness.errors import BenchError, EvidenceError, HarnessError, StopRun
from harness.events import (
    DeviceOpened,
    Event,
    FileUsed,
    OutcomeNoted,
    PlanAnnounced,
    RunEnded,
    RunStarted,
)
from harness.evidence.journal import Bundle
from harness.evidence.keys import station_key
from harness.evidence.seal import this_place
from harness.pauses import no_long_pauses
from harness.text import Text
from harness.verdict import Ending, ExitCode, Verdict, exit_code, worst

OPENING_DEADLINE = 30.0
_LINK_CHECK = "pile.check_link"
"""The verb that finds out why a device is silent; without it, silence ends the run at once."""
PREAMBLE_DEADLINE = 120.0
CLOCK_DEADLINE = 10.0


@dataclass
class RunRequest:
    """Everything a run needs. The plans were made (and so checked) for this bench."""

    plans: list[Plan]
    bench: LoadedBench
    folder: Path
    seed: int = 1
    faults: list[str] = field(default_factory=list)
    live: bool = False
    operator: Operator | None = None
    """Who answers; None means the bench's own simulated technician, or nobody."""
    operator_name: str = ""
    extra_files: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Kind, name and bytes of further files that the run depends on (answers)."""
    read_only: bool = False
    """Not one CAN frame may leave."""
    capture: bool = True
    """Record every CAN frame beside the journal."""
    pace: float | None = None
    """How much of the usual time the technician of a simulated bench takes; None: as `pace.py` has
    it."""
    attendant: Attendant | None = None
    """Who attends, when the run is an exam: what is hidden is his business, not `faults`."""
    force_to_disk: bool | None = None
    """Whether the end of a step waits for the disk; None means in a live run only."""


@dataclass
class RunResult:
    """What a run came to."""

    folder: Path
    ending: Ending
    verdict: Verdict | None
    exit_code: int
    reason: str
    sealed: bool
    verdicts: dict[str, dict[str, Verdict | None]]
    """Device verdicts by procedure id and step id."""
    real_seconds: float


_MISTAKE = Text("程序内部错误", "A mistake in the harness itself")
_LOST = Text("设备失联", "A device was lost")


def execute(request: RunRequest, listeners: Sequence[Listener] = ()) -> RunResult:
    """Run and seal. Raises EvidenceError when the record cannot even be begun."""
    started = real_now()
    stopwatch = RealStopwatch()
    with stopwatch:
        session = run(lambda: _run(request, list(listeners)), virtual=not request.live)
    sealed = False
    try:
        if session.recorder.broken is None:
            session.bundle.seal(
                station_key(),
                real_started=started,
                real_ended=real_now(),
                place=this_place(),
            )
            sealed = True
    finally:
        session.bundle.close()
    return RunResult(
        request.folder,
        session.ending,
        session.verdict,
        session.exit_code,
        session.reason,
        sealed,
        {one.id: one.verdicts for one in session.procedures},
        stopwatch.seconds,
    )


async def _whatever_comes(work: Coroutine[Any, Any, None], task: "asyncio.Task[Any]") -> None:
    """Run the ending to its end, even when a signal cancels the run at this very moment."""
    ending = asyncio.ensure_future(work)
    while not ending.done():
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            if ending.cancelled():
                raise
            task.uncancel()
    ending.result()


def _pace(request: RunRequest) -> float:
    if request.pace is not None:
        return request.pace
    return technicians_pace(request.plans, request.bench, live=request.live)


async def _run(request: RunRequest, listeners: list[Listener]) -> "_Session":
    played = roles_needed(request.plans, request.bench) & set(request.bench.recorded)
    wall = recorded_at(request.bench.model) if played else None
    clock = Clock(virtual=not request.live, wall=wall)
    force = request.live if request.force_to_disk is None else request.force_to_disk
    bundle = Bundle(request.folder, clock.elapsed, force_to_disk=force)
    session = _Session(request, clock, bundle, Recorder(bundle, listeners, request.attendant))
    await session.run()
    return session


class _Session:
    """The state of one run while it lasts."""

    def __init__(
        self, request: RunRequest, clock: Clock, bundle: Bundle, recorder: Recorder
    ) -> None:
        self._request = request
        self._clock = clock
        self.bundle = bundle
        self.recorder = recorder
        self.bench = Bench(
            request.bench,
            seed=request.seed,
            clock=clock,
            record=recorder.record,
            emit=recorder.emit,
            operator=request.operator,
            needed=roles_needed(request.plans, request.bench)
            | roles_of_faults(request.faults, request.bench)
            | set(request.attendant.roles if request.attendant is not None else ()),
            read_only=request.read_only
            or any(plan.procedure.model.read_only for plan in request.plans),
            captures=request.folder if request.capture else None,
            pace=_pace(request),
            attach=self.bundle.attach if request.capture else None,
        )
        self.procedures: list[ProcedureRun] = []
        self.ending = Ending.COMPLETED
        self.verdict: Verdict | None = None
        self.reason = ""
        self.headline: Text | None = None
        self.exit_code = ExitCode.BENCH
        self._steady = contextlib.ExitStack()
        """What holds from the opening of the bench to the end of the run."""
        self._attendant = request.attendant
        played = set(self.bench.needed) & set(request.bench.recorded)
        self._played = recordings_of(request.bench.model) if played else []

    @property
    def _is_recorded_time(self) -> bool:
        """The record's clock runs as that of the recordings did."""
        begun = recorded_at(self._request.bench.model)
        return bool(self._played) and self._clock.start.utc == begun

    async def run(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self._attendant is not None:
            self._attendant.task = task
        with self._steady, AbortOnSignal(task) as signals:
            try:
                self._begin()
                await self._work()
            except asyncio.CancelledError:
                task.uncancel()
                over = self._attendant.interrupted() if self._attendant is not None else None
                if over is not None:
                    self._end_as(Ending.STOPPED, over.en, over)
                else:
                    self._end_as(Ending.ABORTED, signals.reason.en, signals.reason)
            except StopRun as stop:
                ending = Ending.ABORTED if stop.aborted else Ending.STOPPED
                self._end_as(ending, stop.reason.en, stop.reason)
            except BenchError as error:
                self._end_as(Ending.LOST, error.detail, error.headline)
                self._note("bench", error)
            except HarnessError as error:
                self._end_as(Ending.LOST, error.detail, error.headline)
                self._note("harness", error)
            except Exception as error:  # noqa: BLE001 - whatever it is, the bench is made safe
                mistake = HarnessError(f"{type(error).__name__}: {error}", headline=_MISTAKE)
                self._end_as(Ending.LOST, mistake.detail, mistake.headline)
                self._note("harness", mistake)
            signals.finishing = True
            self.recorder.finishing = True
            await _whatever_comes(self._finish(), task)

    def _end_as(self, ending: Ending, reason: str, headline: Text) -> None:
        self.ending, self.reason, self.headline = ending, reason, headline

    def _note(self, branch: str, error: HarnessError) -> None:
        self._try_emit(
            OutcomeNoted(
                where="run",
                branch="bench" if branch == "bench" else "harness",
                headline=error.headline,
                detail=error.detail,
            )
        )

    def _begin(self) -> None:
        """Header, files and plan: all on record before anything is opened."""
        request = self._request
        files = [
            self.bundle.attach("bench", f"{request.bench.id}.yaml", request.bench.data),
            *(
                self.bundle.attach("profile", f"{profile.id}.yaml", profile.data)
                for role, profile in request.bench.profiles.items()
                if role in self.bench.needed
            ),
            *(
                self.bundle.attach("profile", f"{profile.id}.yaml", profile.data)
                for role, profile in request.bench.scpi.items()
                if role in self.bench.needed
            ),
            *(self.bundle.attach(kind, name, data) for kind, name, data in self._vehicle_files()),
            *(
                self.bundle.attach("procedure", f"{plan.procedure.id}.yaml", plan.procedure.data)
                for plan in request.plans
            ),
            *(self.bundle.attach(kind, name, data) for kind, name, data in request.extra_files),
            *(
                [self.bundle.attach("instruments", *request.bench.register)]
                if request.bench.register is not None
                else []
            ),
        ]
        self.recorder.emit(
            RunStarted(
                run_id=self._run_id(files),
                utc=self._clock.start.utc.isoformat(),
                virtual_time=self._clock.virtual,
                simulated=request.bench.simulated,
                recorded=bool(self._played),
                recorded_time=self._is_recorded_time,
                procedures=[plan.procedure.id for plan in request.plans],
                bench=request.bench.id,
                seed=request.seed if self._attendant is None else 0,
                faults=list(request.faults),
                operator=request.operator_name,
                station=request.bench.model.station,
                edition=request.bench.model.edition,
                files=files,
                software={"charging-harness": __version__},
                read_only=self.bench.read_only,
            )
        )
        for plan in request.plans:
            self.recorder.emit(
                PlanAnnounced(
                    procedure=plan.procedure.id,
                    title=plan.procedure.model.title,
                    steps=len(plan.steps),
                    not_possible=plan.not_possible,
                    writes=plan.writes,
                    energises=plan.energises,
                    moves=plan.moves,
                    at_end=at_end(request.bench, self.bench.needed),
                    skills=plan.procedure.model.skills,
                    deselected=plan.deselected,
                    groups={group.id: group.title for group in plan.procedure.model.groups},
                )
            )
        if self._attendant is not None:
            self._attendant.announced(self.bench, self.recorder.emit)

    def _vehicle_files(self) -> list[tuple[str, str, bytes]]:
        """Profile, databases and diagnostic description of the vehicle, where it is needed."""
        vehicle = self._request.bench.vehicle
        if vehicle is None or "vehicle" not in self.bench.needed:
            return []
        return vehicle.files()

    def _run_id(self, files: list[FileUsed]) -> str:
        if not self._clock.virtual or self._attendant is not None:
            # Of an exam, a name that follows from the faults could be found out by trying.
            return uuid.uuid4().hex[:16]
        # Same files, seed and faults: the same simulated run, so the same name.
        parts = [file.sha256 for file in files]
        parts += [str(self._request.seed), *self._request.faults, __version__]
        parts += [name for plan in self._request.plans for name in plan.deselected]
        parts += ["read-only"] if self.bench.read_only else []
        parts += [one.sha256 for one in self._played]
        return sha256("\n".join(parts).encode())[:16]

    async def _work(self) -> None:
        for name in self._request.faults:
            self.bench.faults.require(name)
        await self.bench.open(Deadline.after(OPENING_DEADLINE))
        if self._request.live:
            self._steady.enter_context(no_long_pauses())
        for role, device in self.bench.devices.items():
            if role in self.bench.unopened:
                continue
            self.recorder.emit(
                DeviceOpened(
                    role=role,
                    simulated=device.simulated,
                    recorded=role in self._request.bench.recorded,
                    profile=device.profile.id,
                    profile_sha256=device.profile.sha256,
                    connection=self.bench.connection_text(role),
                )
            )
        await self.bench.all_relays_off(Deadline.after(OPENING_DEADLINE))
        for name in self._request.faults:
            await self.bench.faults.switch(name, on=True, deadline=Deadline.after(OPENING_DEADLINE))
        copes = any(
            step.action.name == _LINK_CHECK for plan in self._request.plans for step in plan.steps
        )
        if self._attendant is not None:
            await self._attendant.prepare()
            self.recorder.write_kept()
        await self.bench.preamble(
            Deadline.after(PREAMBLE_DEADLINE),
            may_be_silent=copes or self._attendant is not None,
        )
        for plan in self._request.plans:
            procedure = self._procedure(plan)
            self.procedures.append(procedure)
            await procedure.run()
            if procedure.ending is not None:
                self.ending, self.reason = procedure.ending, procedure.reason
                self.headline = _LOST if procedure.ending is Ending.LOST else None
                break
            procedure.completed = True
            if self._attendant is None:  # of an exam, what it came to is told at its end
                procedure.finish(Ending.COMPLETED, "")
        if self._attendant is not None and self.ending is Ending.COMPLETED:
            self._attendant.finished()
        self.bench.at_step("ending", 1)
        await self.bench.notice_other_masters()
        await self.bench.compare_clocks("end", Deadline.after(CLOCK_DEADLINE))

    def _procedure(self, plan: Plan) -> ProcedureRun:
        return ProcedureRun(plan, self.bench, self._clock, self.recorder, self._attendant)

    async def _finish(self) -> None:
        """The ending that every run has. Runs even when the record is broken."""
        if self._attendant is not None:
            with contextlib.suppress(EvidenceError):  # kept in `recorder.broken`
                self.recorder.write_kept()
            self.recorder.opened = True
            for event in self._attendant.ending():
                self._try_emit(event)
        for plan in self._request.plans[len(self.procedures) :]:
            self.procedures.append(self._procedure(plan))
        for procedure in self.procedures:
            if not procedure.finished:
                self._finish_procedure(procedure)
        safe = await self.bench.make_safe(self._try_emit)
        verdicts = [verdict for one in self.procedures for verdict in one.verdicts.values()]
        self.verdict = worst(verdicts)
        if self.recorder.broken is not None and self.ending is not Ending.ABORTED:
            error = self.recorder.broken
            self._end_as(Ending.LOST, error.detail, error.headline)
        self.exit_code = exit_code(self.ending, verdicts, safe=safe)
        self._try_emit(
            RunEnded(
                ending=self.ending,
                verdict=self.verdict,
                exit_code=self.exit_code,
                reason=self.reason,
                headline=self.headline,
                safe=safe,
            )
        )
        await self.bench.close()

    def _finish_procedure(self, procedure: ProcedureRun) -> None:
        ending, why = self.ending, f"the run was {self.ending.value}: {self.reason}"
        if procedure.completed:
            ending, why = Ending.COMPLETED, ""
        with contextlib.suppress(EvidenceError):  # kept in `recorder.broken`, told in RunEnded
            procedure.finish(ending, why)

    def _try_emit(self, event: Event) -> None:
        with contextlib.suppress(EvidenceError):
            self.recorder.emit(event)
