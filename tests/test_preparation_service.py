"""A prepared car is rentable exactly when it may be rented, and no other car is written to."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from bench_end import look_at_the_end
from benchkit import Outcome
from vehicle_inspection_help import steps_of

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.engine import wording
from harness.engine.pace import HURRY
from harness.engine.plan import make_plan
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import Concluded, DiagnosticExchange, Event, Judged, Measured, SafeState
from harness.evidence.read import read_journal
from harness.procedure.load import load_procedure
from harness.verdict import Ending, Verdict
from simulators.bench import SimulatedBench
from simulators.faults.found.veh_prep_01 import FOUND

PREP, DEBUGGING = "VEH-PREP-01", "VEH-PREP-02"
CHINESE = re.compile("[\u4e00-\u9fff]")
WRITING = ("10", "11", "14", "27", "2e", "31")
"""Beginnings of requests that change something in a unit, sessions among them."""


@dataclass
class Cars:
    """The bench of the run, and how it left the telematics unit."""

    bench: SimulatedBench | None = None
    coding: dict[str, int | str] = field(default_factory=dict)

    def look(self, bench: SimulatedBench) -> None:
        bench.rig.advance()
        self.coding = dict(bench.rig.car.units["TBOX"].configuration)

    @property
    def car(self) -> Any:
        assert self.bench is not None
        return self.bench.rig.car


@pytest.fixture
def cars(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cars]:
    seen, start = Cars(), SimulatedBench.start_in_memory

    async def kept(bench: SimulatedBench, *given: Any, **more: Any) -> Any:
        seen.bench = bench
        return await start(bench, *given, **more)

    monkeypatch.setattr(SimulatedBench, "start_in_memory", kept)
    look_at_the_end(monkeypatch, seen.look)
    yield seen


def at(cars: Cars, step: str, do: Callable[[Any], None]) -> Callable[[Event], None]:
    """Do something to the car when a step begins."""

    def listen(event: Event) -> None:
        if getattr(event, "step", None) == step and type(event).__name__ == "StepStarted":
            do(cars.car)

    return listen


def run(
    folder: Path,
    procedure: str = PREP,
    *,
    listener: Callable[[Event], None] | None = None,
    text: Callable[[str], str] | None = None,
    **options: Any,
) -> Outcome:
    """Run it whole, with its text changed by `text`."""
    if text is not None:
        path = folder / f"{procedure}.yaml"
        path.write_text(text(load_procedure(procedure).data.decode()), encoding="utf-8")
        procedure = str(path)
    request = prepare([procedure], folder=folder / "run", **options)
    result = execute(
        replace(request, pace=HURRY, capture=False), [] if listener is None else [listener]
    )
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


def key_of(outcome: Outcome) -> str:
    (key,) = (event.key for event in outcome.of(Concluded) if event.step == "release")
    return str(key)


def closed(outcome: Outcome) -> list[str]:
    (one,) = (event.measurement for event in outcome.of(Measured)
              if event.measurement.name == "gates_closed")  # fmt: skip
    assert isinstance(one.value, list)
    return one.value


def sent(outcome: Outcome, *begins: str) -> list[str]:
    return [event.request for event in outcome.of(DiagnosticExchange)
            if event.request.startswith(begins)]  # fmt: skip


def test_every_step_that_can_fail_decides_whether_the_car_is_rentable() -> None:
    plan = make_plan(load_procedure(PREP), load_bench(SIMULATED), load_catalogue())
    judging = [step.model.id for step in plan.steps if step.action.judges]
    steps = {step["id"]: step for step in steps_of(PREP)}
    gates = steps["in-service"]["with"]["gates"].values()
    gated = {name for one in gates for name in (*one["steps"], *one.get("not_failed", ()))}
    kept = steps["settled-service"]["with"]["keep"]["tbox"]
    written = judging.index("in-service")
    assert set(judging[:written]) == gated
    assert {one for one in judging[written:] if one != "settled-service"} <= set(kept)


@pytest.mark.parametrize(
    "fault",
    ["telematics-changes-more", "service-state-changes-more", "left-rentable",
     "ignition-relay-welded", "cluster-with-another-key", "tyre-unit-falls-silent"],
)  # fmt: skip
def test_a_car_that_may_not_be_rented_is_left_not_ready(
    tmp_path: Path, cars: Cars, fault: str
) -> None:
    outcome = run(tmp_path, faults=[fault])
    assert {name for name, one in outcome.verdicts.items() if one is Verdict.FAIL} == set(
        FOUND[fault]
    )
    assert key_of(outcome) != "in_service"
    assert cars.coding["service_state"] == "not_ready"
    assert cars.coding["config_ota"] == "enabled"


def test_a_car_that_may_be_rented_is_ready(tmp_path: Path, cars: Cars) -> None:
    outcome = run(tmp_path)
    assert key_of(outcome) == "in_service"
    assert closed(outcome) == []
    assert cars.coding["service_state"] == "ready"


def test_a_rentable_car_is_taken_out_of_service_and_never_put_back_into_it(
    tmp_path: Path, cars: Cars
) -> None:
    outcome = run(tmp_path, faults=["left-rentable", "geofence-refused"])
    assert closed(outcome) == ["out-of-service", "parameters"]
    told = [event.measurement for event in outcome.of(Measured)
            if event.measurement.name == "tbox.service_state.changed"]  # fmt: skip
    assert [(one.value, one.note) for one in told] == [
        ("ready → not_ready", "taken out of service")
    ]
    assert wording.note(told[0]).zh == "已改为不可租"
    assert cars.coding["service_state"] == "not_ready", "the backup has ready"


def test_a_step_behind_it_that_fails_takes_the_car_out_of_service_again(
    tmp_path: Path, cars: Cars
) -> None:
    outcome = run(tmp_path, text=lambda text: text.replace("oldest: 2 h", "oldest: 10 ms"))
    assert outcome.verdicts["in-service"] is Verdict.PASS
    assert closed(outcome) == []
    assert outcome.verdicts["gate-report"] is Verdict.FAIL
    assert outcome.verdicts["settled-service"] is Verdict.PASS
    assert key_of(outcome) == "restricted"
    assert cars.coding["service_state"] == "not_ready"
    (judged,) = [event for event in outcome.of(Judged) if event.step == "settled-service"]
    assert "tbox.service_state" in judged.measurement.note.partition("; as before")[0]


def test_a_run_that_ends_behind_it_takes_the_car_out_of_service_again(
    tmp_path: Path, cars: Cars
) -> None:
    def stop(text: str) -> str:
        head, mark, rest = text.partition("  - id: gate-report\n")
        return (
            head + mark + rest.replace("oldest: 2 h}", "oldest: 10 ms}\n    on_fail: stop_run", 1)
        )

    outcome = run(tmp_path, text=stop)
    assert outcome.result.ending is Ending.STOPPED
    (safe,) = outcome.of(SafeState)
    assert safe.safe
    assert cars.coding["service_state"] == "not_ready"


def test_a_gate_goes_by_what_is_there_now(tmp_path: Path, cars: Cars) -> None:
    def release(car: Any) -> None:
        car.parking_brake.applied = False

    outcome = run(tmp_path, listener=at(cars, "snapshot-after", release))
    assert outcome.verdicts["parked"] is Verdict.PASS
    assert closed(outcome) == ["parked"]
    assert outcome.verdicts["in-service"] is Verdict.PASS
    assert sent(outcome, "2e") and cars.coding["service_state"] == "not_ready"
    told = {event.measurement.name: event.measurement for event in outcome.of(Measured)
            if event.step == "gate-report"}["parking_brake"]  # fmt: skip
    assert told.value == "released" and told.note.endswith("which closes the gate")
    assert wording.note(told).zh.endswith("不满足")


def test_a_gate_whose_value_cannot_be_read_is_closed(tmp_path: Path, cars: Cars) -> None:
    def silent(car: Any) -> None:
        car.units["ICM"].missing = frozenset({"ICM_Display"})

    outcome = run(tmp_path, listener=at(cars, "in-service", silent))
    assert closed(outcome) == ["presets"]
    assert outcome.verdicts["in-service"] is Verdict.PASS
    assert outcome.verdicts["gate-report"] is Verdict.FAIL
    assert cars.coding["service_state"] == "not_ready"


def test_what_changes_again_while_a_unit_is_put_back_is_put_back_once_more(
    tmp_path: Path, cars: Cars
) -> None:
    """The unit switches its updates off with every write: first in the backup is written first."""

    def first(text: str) -> str:
        return text.replace("tbox.config_ota, ", "").replace(
            "points: [icm.language,", "points: [tbox.config_ota, icm.language,"
        )

    outcome = run(tmp_path, text=first, faults=["telematics-changes-more"])
    assert outcome.verdicts["settled-service"] is Verdict.PASS
    assert cars.coding["config_ota"] == "enabled"


@pytest.mark.parametrize("procedure", [PREP, DEBUGGING])
def test_nothing_is_written_to_a_car_with_a_unit_of_another(tmp_path: Path, procedure: str) -> None:
    outcome = run(tmp_path, procedure, faults=["unit-of-another-car"])
    assert outcome.verdicts["vin"] is Verdict.FAIL
    assert outcome.result.ending is Ending.STOPPED
    assert sent(outcome, *WRITING) == []


@pytest.mark.parametrize("procedure", [PREP, DEBUGGING])
def test_nothing_is_written_to_another_car_than_that_of_the_ledger(
    tmp_path: Path, procedure: str
) -> None:
    file = tmp_path / "bench.yaml"
    file.write_text(
        "bench: mine\ndevices:\n  vehicle: {profile: shared-ev, simulated: true}\n"
        "site: {vin: 0EVEV4B20R0000817}\n",
        encoding="utf-8",
    )
    outcome = run(tmp_path, procedure, bench=str(file))
    assert outcome.verdicts["vin"] is Verdict.FAIL
    assert sent(outcome, *WRITING) == []


@pytest.mark.parametrize("procedure", [PREP, DEBUGGING])
def test_without_the_vin_no_unit_is_written_to(tmp_path: Path, procedure: str) -> None:
    chosen = [step["id"] for step in steps_of(procedure) if step["id"] != "vin"]
    outcome = run(tmp_path, procedure, selected=chosen)
    assert outcome.verdicts["unlocked"] is Verdict.NOT_RUN
    assert sent(outcome, "11", "14", "27", "2e", "31") == []


def test_codes_that_keep_changing_are_not_cleared(tmp_path: Path) -> None:
    steps = ["switch-on", "settled", "vin", "snapshot", "cleared"]
    outcome = run(tmp_path, faults=["trouble-memory-unsteady"], selected=steps)
    assert outcome.verdicts["cleared"] is Verdict.INCONCLUSIVE
    asked = [event.unit for event in outcome.of(DiagnosticExchange)
             if event.request.startswith("14")]  # fmt: skip
    assert "esc" not in asked and "eps" in asked
    told = {event.measurement.name: event.measurement for event in outcome.of(Measured)
            if event.step == "cleared"}  # fmt: skip
    assert told["not_cleared_units"].value == ["esc"]
    assert CHINESE.search(wording.note(told["not_cleared_units"]).zh)
    assert told["cleared_units"].value == asked


def test_a_unit_that_does_not_clear_keeps_no_other_from_being_cleared(tmp_path: Path) -> None:
    steps = ["switch-on", "settled", "vin", "snapshot", "cleared"]
    outcome = run(tmp_path, faults=["trouble-memory-locked"], selected=steps)
    judged = {event.measurement.name: event.measurement for event in outcome.of(Judged)
              if event.step == "cleared"}  # fmt: skip
    assert outcome.verdicts["cleared"] is Verdict.FAIL
    assert judged["not_cleared_units"].value == ["epb"]
    assert "NRC 72" in judged["not_cleared_units"].note
    assert "拒绝" in wording.note(judged["not_cleared_units"]).zh
    assert judged["returned_codes"].value == [], "all are scanned again"
    (cleared,) = (event.measurement.value for event in outcome.of(Measured)
                  if event.measurement.name == "cleared_units")  # fmt: skip
    assert isinstance(cleared, list) and "adcu" in cleared and "epb" not in cleared
