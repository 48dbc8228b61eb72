"""Which check finds which fault: computed by running, never written by hand.

Every procedure that a seeded fault names is run on the simulated bench in virtual time: on a
healthy bench with many seeds, then once with every fault. A fault must turn exactly the steps it
names to fail; a healthy bench must turn none; and no check may be left that no fault ever fails,
because such a check could be a decoration. Of a procedure that diagnoses, the diagnosis must name
the fault that is there.
"""

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from copy import copy
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from harness.bench.load import BUILT_IN, SIMULATED, LoadedBench, load_bench
from harness.bench.roles import PILE
from harness.bench.simulated import SeededFault, seeded_faults
from harness.bench.sockets import lacks
from harness.catalogue.load import Catalogue, load_catalogue
from harness.engine.pace import PACE, technicians_pace
from harness.engine.plan import Plan, make_plan, roles_needed
from harness.engine.recorder import Listener
from harness.engine.run import RunRequest, RunResult, execute
from harness.errors import FileError, UnknownNameError, UsageError
from harness.events import Event, Measured
from harness.procedure.load import load_procedure
from harness.verdict import Ending, Verdict

HEALTHY_SEEDS = 20
DIAGNOSIS = "diagnosis"
"""The measurement that says what a procedure found to be wrong."""
_FAILED = (Verdict.FAIL, Verdict.CONDITIONAL_FAIL)
_RECORDED = frozenset({"vehicle.nothing_sent", "vehicle.copy_recordings"})
"""Verbs that look at the recordings of the buses; other runs do without."""
_UNTROUBLED = (Verdict.PASS, Verdict.CONDITIONAL_PASS)


@dataclass(frozen=True)
class Alarm:
    """A step of a healthy run that did not pass."""

    procedure: str
    seed: int
    step: str
    verdict: Verdict


@dataclass(frozen=True)
class FaultRow:
    """What one fault did to one procedure. Steps are in the order of the procedure."""

    fault: str
    procedure: str
    expected: list[str]
    failed: list[str]
    exit_code: int
    diagnosis: str | None = None
    """What the procedure has to name; None: it diagnoses nothing."""
    named: str | None = None
    """What its last diagnosis named."""

    @property
    def as_expected(self) -> bool:
        right = self.diagnosis is None or self.named == self.diagnosis
        return right and self.expected == self.failed


@dataclass
class Matrix:
    """The whole matrix."""

    healthy_runs: int = 0
    alarms: list[Alarm] = field(default_factory=list)
    faults: list[FaultRow] = field(default_factory=list)
    never_failed: list[str] = field(default_factory=list)
    """`procedure::step` of every check that no fault turned to fail."""
    unfit: list[str] = field(default_factory=list)
    """Procedures that need a point which the asked map does not have."""

    @property
    def holds(self) -> bool:
        """Every fault found by the right steps, no false alarm, no check that cannot fail."""
        return (
            not self.alarms
            and not self.never_failed
            and all(row.as_expected for row in self.faults)
        )

    def to_json(self) -> dict[str, object]:
        """Plain values for `--json`."""
        return {
            "healthy": {
                "runs": self.healthy_runs,
                "false_alarms": len(self.alarms),
                "alarms": [
                    {
                        "procedure": alarm.procedure,
                        "seed": alarm.seed,
                        "step": alarm.step,
                        "verdict": alarm.verdict.value,
                    }
                    for alarm in self.alarms
                ],
            },
            "faults": [
                {
                    "fault": row.fault,
                    "procedure": row.procedure,
                    "expected": row.expected,
                    "failed": row.failed,
                    "diagnosis": row.diagnosis,
                    "named": row.named,
                }
                for row in self.faults
            ],
            "checks_never_failed": self.never_failed,
        }


Told = Callable[[str], None]


class MatrixBench:
    """The built-in simulated bench with every procedure that faults are found by."""

    def __init__(self, faults: Mapping[str, SeededFault] | None = None) -> None:
        self.faults = seeded_faults() if faults is None else faults
        self.pile_profile: str | None = None
        """Another model of pile than the bench's own (`of`)."""
        self.benches: dict[str, LoadedBench] = {}
        """Procedure -> the first built-in bench with the piles that its faults are put into."""
        self.plans: dict[str, Plan] = {}
        self.unfit: list[str] = []
        catalogue: Catalogue = load_catalogue()
        built_in = [load_bench(name) for name in BUILT_IN]
        for name in sorted({name for fault in self.faults.values() for name in fault.expects}):
            procedure = load_procedure(name)
            bench = next(one for one in built_in if self._fits(one, name))
            # Simulated mains hurts nobody, so steps that energise or move are released.
            self.plans[name] = make_plan(procedure, bench, catalogue, energise=True, motion=True)
            self.benches[name] = bench

    def of(self, pile_profile: str) -> "MatrixBench":
        """The same with another model of pile on the plain bench, and what uses that pile alone.

        A procedure that needs a point which this map lacks cannot be planned; `unfit` names it.
        """
        other = copy(self)
        other.pile_profile = pile_profile
        other.plans, other.benches, other.unfit = {}, {}, []
        bench, catalogue = load_bench(SIMULATED, pile_profile=pile_profile), load_catalogue()
        for name, plan in self.plans.items():
            here = self.benches[name].model.bench == SIMULATED
            if not here or PILE not in roles_needed([plan], bench):
                continue
            try:
                other.plans[name] = make_plan(
                    load_procedure(name), bench, catalogue, energise=True, motion=True
                )
            except FileError:
                other.unfit.append(name)
                continue
            other.benches[name] = bench
        return other

    def _fits(self, bench: LoadedBench, procedure: str) -> bool:
        """Whether the faults that this procedure is to find can be put into this bench."""
        found = [fault for fault in self.faults.values() if procedure in fault.expects]
        places = {fault.at[procedure] for fault in found if procedure in fault.at}
        if not places <= set(bench.model.devices):
            return False
        return not any(lacks(bench, one.needs, one.at.get(procedure, PILE)) for one in found)

    def order(self, procedure: str, steps: Collection[str]) -> list[str]:
        """Steps in the order of the procedure, those it does not have at the end."""
        own = [step.model.id for step in self.plans[procedure].steps]
        return [name for name in own if name in steps] + sorted(set(steps) - set(own))

    def run(
        self,
        procedure: str,
        *,
        seed: int,
        faults: Sequence[str] = (),
        listeners: Sequence[Listener] = (),
    ) -> RunResult:
        """One run into a folder that is thrown away."""
        with tempfile.TemporaryDirectory(prefix="harness-matrix-") as place:
            request = RunRequest(
                [self.plans[procedure]],
                self.benches[procedure],
                Path(place) / "run",
                seed=seed,
                faults=list(faults),
                capture=any(step.action.name in _RECORDED for step in self.plans[procedure].steps),
                pace=self._pace(procedure),
            )
            return execute(request, listeners)

    def _pace(self, procedure: str) -> float:
        """He hurries at piles too: there are thousands of runs."""
        pace = technicians_pace([self.plans[procedure]], self.benches[procedure], live=False)
        return min(pace, PACE)

    def healthy(self, procedure: str, seed: int) -> list[Alarm]:
        """Steps that did not pass although nothing is wrong.

        What another model of pile cannot do is not run, which is no alarm.
        """
        fine = _UNTROUBLED if self.pile_profile is None else (*_UNTROUBLED, Verdict.NOT_RUN)
        verdicts = _whole(self.run(procedure, seed=seed)).verdicts[procedure]
        return [
            Alarm(procedure, seed, step, verdict)
            for step, verdict in verdicts.items()
            if verdict is not None and verdict not in fine
        ]

    def with_fault(self, fault: str, procedure: str, *, seed: int = 1) -> FaultRow:
        """What one fault does to one procedure. Raises UnknownNameError."""
        if fault not in self.faults:
            raise UnknownNameError("fault", fault, list(self.faults))
        expected = self.faults[fault].expects[procedure]
        diagnoses: list[str] = []

        def listen(event: Event) -> None:
            if isinstance(event, Measured) and event.measurement.name == DIAGNOSIS:
                diagnoses.append(str(event.measurement.value))

        place = self.faults[fault].at.get(procedure)
        asked = f"{fault}@{place}" if place else fault
        result = _whole(self.run(procedure, seed=seed, faults=[asked], listeners=[listen]))
        failed = [
            step for step, verdict in result.verdicts[procedure].items() if verdict in _FAILED
        ]
        return FaultRow(
            fault,
            procedure,
            self.order(procedure, expected),
            self.order(procedure, failed),
            result.exit_code,
            self.faults[fault].diagnosis.get(procedure),
            diagnoses[-1] if diagnoses else None,
        )

    def checks(self) -> Iterator[tuple[str, str]]:
        """Procedure and step of everything that makes a claim about the device."""
        for name, plan in self.plans.items():
            yield from ((name, step.model.id) for step in plan.steps if step.action.judges)


def _whole(result: RunResult) -> RunResult:
    """The run, unless a person ended it: then the whole matrix ends. Raises KeyboardInterrupt."""
    if result.ending is Ending.ABORTED:
        raise KeyboardInterrupt
    return result


def compute_matrix(
    faults: Sequence[str] = (),
    *,
    procedures: Sequence[str] = (),
    seeds: int = HEALTHY_SEEDS,
    pile_profile: str | None = None,
    jobs: int = 1,
    tell: Told = lambda _: None,
) -> Matrix:
    """Run everything. `faults` and `procedures` limit it (with `faults`, no check is held to be
    unfailable); `jobs` processes share the work. With a `pile_profile` there are healthy runs of
    that model alone: which faults it can show differs from map to map.

    `tell` is told what is being run. Raises UnknownNameError for a name that does not exist.
    """
    bench = _bench(pile_profile)
    for kind, asked, known in (
        ("fault", faults, list(bench.faults)),
        ("procedure", procedures, list(bench.plans)),
    ):
        for name in asked:
            if name not in known:
                raise UnknownNameError(kind, name, known)
    if pile_profile is not None and faults:
        raise UsageError("--pile-profile is for healthy runs, --fault is not")
    wanted = [bench.faults[name] for name in faults or bench.faults]
    concerned = {procedure for fault in wanted for procedure in fault.expects}
    chosen = [
        name for name in bench.plans if name in concerned and name in (procedures or concerned)
    ]
    work = [Job(name, seed=seed) for name in chosen for seed in range(1, seeds + 1)]
    if pile_profile is None:
        work += [Job(name, one.name) for one in wanted for name in one.expects if name in chosen]
    matrix = Matrix(unfit=bench.unfit)
    for found in _carried_out(work, bench, jobs, tell):
        if isinstance(found, FaultRow):
            matrix.faults.append(found)
        else:
            matrix.alarms += found
            matrix.healthy_runs += 1
    if not faults and pile_profile is None:
        seen = {(row.procedure, step) for row in matrix.faults for step in row.failed}
        matrix.never_failed = [
            f"{procedure}::{step}"
            for procedure, step in bench.checks()
            if procedure in chosen and (procedure, step) not in seen
        ]
    return matrix


@dataclass(frozen=True)
class Job:
    """One run: of a healthy bench with this seed, or with a fault."""

    procedure: str
    fault: str | None = None
    seed: int = 1

    def __str__(self) -> str:
        return f"{self.procedure}: {self.fault or self.seed}"

    def carry_out(self, bench: MatrixBench) -> "list[Alarm] | FaultRow":
        if self.fault is None:
            return bench.healthy(self.procedure, self.seed)
        return bench.with_fault(self.fault, self.procedure, seed=self.seed)


def _carried_out(
    work: Sequence[Job], bench: MatrixBench, jobs: int, tell: Told
) -> Iterator[list[Alarm] | FaultRow]:
    """The results in the order of the work."""
    if jobs == 1:
        for job in work:
            tell(str(job))
            yield job.carry_out(bench)
        return
    # Spawned, not forked: so it is on every system, and nothing of this process is shared.
    ready = (bench.pile_profile,)
    with ProcessPoolExecutor(jobs, get_context("spawn"), _get_ready, ready) as pool:
        for job, found in zip(work, pool.map(_in_worker, work), strict=True):
            tell(str(job))
            yield found


_of_worker: list[MatrixBench] = []


def _bench(pile_profile: str | None) -> MatrixBench:
    bench = MatrixBench()
    return bench if pile_profile is None else bench.of(pile_profile)


def _get_ready(pile_profile: str | None) -> None:
    _of_worker.append(_bench(pile_profile))


def _in_worker(job: Job) -> list[Alarm] | FaultRow:
    return job.carry_out(_of_worker[0])
