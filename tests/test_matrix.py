"""The detection matrix of the simulated bench, computed: every check can fail, none fails falsely.

A failure names the fault (or the seed) that it is about.
"""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from test_pile_maps import PILES

from harness.bench.simulated import seeded_faults
from harness.cli.root import ROOT
from harness.engine import matrix
from harness.engine.matrix import HEALTHY_SEEDS, Alarm, FaultRow, Matrix, MatrixBench
from harness.engine.run import RunRequest, RunResult
from harness.errors import UnknownNameError
from harness.verdict import Ending, Verdict
from simulators.faults.found import found_faults


def covering() -> list[tuple[str, str]]:
    """Faults that between them fail every check of every procedure, as few as a greedy choice
    finds: whole procedures are long, and `harness matrix` runs every pair.
    """
    chosen: list[tuple[str, str]] = []
    for procedure in sorted({name for one in seeded_faults().values() for name in one.expects}):
        left = {
            name: set(one.expects[procedure])
            for name, one in seeded_faults().items()
            if procedure in one.expects
        }
        open_ = set().union(*left.values())
        while open_:
            best = max(left, key=lambda name: len(left[name] & open_))
            open_ -= left.pop(best)
            chosen.append((best, procedure))
    return chosen


FAULTS = covering()
QUICK = ("clock-drift", "PILE-INSP-01")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> MatrixBench:
    return MatrixBench()


@pytest.fixture(autouse=True)
def _own_keys(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path_factory.getbasetemp() / "keys"))


@pytest.mark.parametrize(("fault", "procedure"), FAULTS)
def test_a_fault_is_found_by_exactly_the_right_steps(
    bench: MatrixBench, fault: str, procedure: str
) -> None:
    row = bench.with_fault(fault, procedure)
    assert row.failed == row.expected
    assert row.diagnosis is None or row.named == row.diagnosis


def _seeds(procedure: str) -> range:
    """`harness matrix` runs more; the daily inspection is quick, minutes on whole buses are not."""
    if procedure == "PILE-INSP-01":
        return range(1, HEALTHY_SEEDS + 1)
    return range(1, (5 if procedure.startswith("PILE-") else 2))


@pytest.mark.parametrize(
    ("procedure", "seed"),
    [
        (procedure, seed)
        for procedure in sorted({procedure for _, procedure in FAULTS})
        for seed in _seeds(procedure)
    ],
)
def test_a_healthy_bench_raises_no_alarm(bench: MatrixBench, procedure: str, seed: int) -> None:
    assert bench.healthy(procedure, seed) == []


@pytest.mark.parametrize("profile", [name for name in PILES if name != "gb-ac-pile"])
def test_a_healthy_pile_of_another_map_raises_no_alarm(bench: MatrixBench, profile: str) -> None:
    """Every procedure of the pile; `harness matrix --pile-profile` runs more seeds."""
    other = bench.of(profile)
    assert len(other.plans) >= 7
    assert [alarm for name in other.plans for alarm in other.healthy(name, 1)] == []


def test_an_alarm_of_another_map_is_noticed(
    bench: MatrixBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, run = bench.of("heidelberg-energy-control"), MatrixBench.run

    def faulty(self: MatrixBench, procedure: str, *, seed: int) -> RunResult:
        return run(self, procedure, seed=seed, faults=["pilot-looked-at-rarely"])

    monkeypatch.setattr(MatrixBench, "run", faulty)
    found = other.healthy("PILE-CP-01", 1)
    assert Alarm("PILE-CP-01", 1, "phase-spread", Verdict.FAIL) in found


def test_every_check_is_failed_by_some_fault(bench: MatrixBench) -> None:
    expected = {
        (procedure, step)
        for one in seeded_faults().values()
        for procedure, steps in one.expects.items()
        for step in steps
    }
    assert [check for check in bench.checks() if check not in expected] == []


def test_expected_steps_exist(bench: MatrixBench) -> None:
    for one in seeded_faults().values():
        for procedure, steps in one.expects.items():
            known = {step.model.id for step in bench.plans[procedure].steps}
            assert set(steps) <= known, one.name


def test_the_tables_name_faults_that_there_are() -> None:
    for procedure, named in found_faults().items():
        assert set(named) <= set(seeded_faults()), procedure


def test_a_fault_that_is_not_found_is_noticed() -> None:
    """The matrix itself can fail: a fault that claims what it does not do."""
    faults = dict(seeded_faults())
    name, procedure = QUICK
    faults[name] = replace(faults[name], expects={procedure: ("alarms",)})  # type: ignore[type-var]
    row = MatrixBench(faults).with_fault(name, procedure)
    assert not row.as_expected
    assert row.expected == ["alarms"]


def test_a_diagnosis_that_names_something_else_is_noticed() -> None:
    """A fault of a procedure that diagnoses, claiming to be another one."""
    faults = dict(seeded_faults())
    name, procedure, right = next(
        (name, procedure, value)
        for name, one in faults.items()
        for procedure, value in one.diagnosis.items()
    )
    other = replace(faults[name], diagnosis={procedure: "none"})  # type: ignore[type-var]
    faults = {name: other}
    row = MatrixBench(faults).with_fault(name, procedure)
    assert row.failed == row.expected
    assert (row.diagnosis, row.named) == ("none", right)
    assert not row.as_expected


def test_a_procedure_that_diagnoses_nothing_names_nothing() -> None:
    name, procedure = QUICK
    row = MatrixBench(dict(seeded_faults())).with_fault(name, procedure)
    assert (row.diagnosis, row.named) == (None, None)
    assert row.as_expected


@pytest.mark.parametrize(
    ("found", "holds"),
    [
        (Matrix(1, [], [FaultRow("f", "P", ["a"], ["a"], 1)], []), True),
        (Matrix(1, [], [FaultRow("f", "P", ["a"], ["a", "b"], 1)], []), False),
        (Matrix(1, [], [FaultRow("f", "P", ["a"], [], 0)], []), False),
        (Matrix(1, [], [FaultRow("f", "P", ["a"], ["a"], 1, "x", "x")], []), True),
        (Matrix(1, [], [FaultRow("f", "P", ["a"], ["a"], 1, "x", "y")], []), False),
        (Matrix(1, [], [FaultRow("f", "P", ["a"], ["a"], 1, "x", None)], []), False),
        (Matrix(1, [], [FaultRow("f", "P", ["a"], ["a"], 1, None, "y")], []), True),
        (Matrix(1, [Alarm("P", 1, "a", Verdict.FAIL)], [], []), False),
        (Matrix(1, [], [], ["P::a"]), False),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_exit_code_and_json(
    monkeypatch: pytest.MonkeyPatch, found: Matrix, holds: bool, lang: str
) -> None:
    monkeypatch.setattr("harness.cli.matrix.compute_matrix", lambda *_, **__: found)
    shown = CliRunner().invoke(ROOT, ["matrix", "--lang", lang])
    assert shown.exit_code == (0 if holds else 1)
    result = CliRunner().invoke(ROOT, ["matrix", "--json"])
    assert result.exit_code == shown.exit_code
    value = json.loads(result.stdout)
    assert set(value) == {"healthy", "faults", "checks_never_failed"}
    assert value["healthy"]["runs"] == 1
    assert value["healthy"]["false_alarms"] == len(found.alarms)
    for row in value["faults"]:
        assert set(row) == {
            "fault", "procedure", "expected", "failed", "diagnosis", "named"
        }  # fmt: skip


def test_one_fault_through_the_command_line() -> None:
    name, procedure = QUICK
    result = CliRunner().invoke(ROOT, ["matrix", "--json", "--fault", name, "--seeds", "1"])
    assert result.exit_code == 0, result.output
    value = json.loads(result.stdout)
    assert {row["fault"] for row in value["faults"]} == {name}
    assert value["checks_never_failed"] == []
    assert procedure in {row["procedure"] for row in value["faults"]}


def test_only_the_procedures_of_the_named_faults_are_run() -> None:
    name = next(
        name for name, one in seeded_faults().items() if list(one.expects) == ["VEH-ONB-01"]
    )
    told: list[str] = []
    found = matrix.compute_matrix([name], seeds=2, tell=told.append)
    assert told == ["VEH-ONB-01: 1", "VEH-ONB-01: 2", f"VEH-ONB-01: {name}"]
    assert found.healthy_runs == 2


def test_two_processes_find_what_one_finds() -> None:
    alone = matrix.compute_matrix([QUICK[0]], procedures=[QUICK[1]], seeds=2)
    shared = matrix.compute_matrix([QUICK[0]], procedures=[QUICK[1]], seeds=2, jobs=2)
    assert alone == shared
    assert [row.procedure for row in shared.faults] == [QUICK[1]]
    with pytest.raises(UnknownNameError):
        matrix.compute_matrix(procedures=["PILE-NONE-01"])


def test_a_run_that_a_person_ends_ends_the_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []

    def ended(request: RunRequest, *_: object) -> RunResult:
        runs.append(request.plans[0].procedure.id)
        return RunResult(request.folder, Ending.ABORTED, None, 130, "", True, {runs[0]: {}}, 0.0)

    monkeypatch.setattr(matrix, "execute", ended)
    result = CliRunner().invoke(ROOT, ["matrix", "--fault", QUICK[0], "--seeds", "3"])
    assert result.exit_code == 130
    assert len(runs) == 1


def test_an_unknown_fault() -> None:
    assert CliRunner().invoke(ROOT, ["matrix", "--fault", "no-such-fault"]).exit_code == 2
    with pytest.raises(UnknownNameError):
        matrix.compute_matrix(["no-such-fault"])
