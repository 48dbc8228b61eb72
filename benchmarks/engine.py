"""What the engine costs for each step, beside OpenHTF's cost for each phase.

Both run 1,000 steps that put one number on record and hold it against a range, and both write
their record: ours the journal (chained, and sealed at the end), OpenHTF its JSON file. The cost
of one step is (T(1000) - T(10)) / 990, so opening the bench and starting up do not count.
OpenHTF never waits for the disk; the second row compares it with a run of ours that does, at the
end of every step. The third says how much of that is the disk itself: the same bytes, appended
and forced by nothing but system calls.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from comparison import Row, alternate, compare, in_fresh_process, markdown, scratch

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.bench.load import LoadedBench, load_bench
from harness.catalogue.load import load_catalogue
from harness.clock import RealStopwatch
from harness.engine.plan import Plan, make_plan
from harness.engine.run import RunRequest, execute
from harness.procedure.load import load_procedure
from harness.quantity import Measurement
from harness.text import Text

FEW, MANY = 10, 1000
ROUNDS = 7
OPENHTF_TARGET = 0.10
FORCED_TARGET = 0.5


@action("bench.constant", kind="R", limit="needed", title=Text("恒值", "A constant"))
async def constant(step: StepContext, *, value: float) -> None:
    """Put a constant on record and judge it. No device is asked."""
    measurement = Measurement(
        name="voltage",
        value=value,
        unit="V",
        uncertainty=0.5,
        source="bench",
        at=step.clock.elapsed(),
    )
    step.measured(measurement)
    step.judge(measurement)


def make_steps(number: int, folder: Path) -> Plan:
    """A procedure of that many constants, written, loaded and bound like any other."""
    lines = [
        f"procedure: BENCH-{number}",
        "title: {zh: 引擎基准, en: Engine benchmark}",
        "steps:",
    ]
    for index in range(number):
        lines += [
            f"  - id: step-{index}",
            "    title: {zh: 电压, en: Voltage}",
            "    do: bench.constant",
            "    with: {value: 230.0}",
            "    limit: {low: 176, high: 264, unit: V}",
        ]
    path = folder / f"BENCH-{number}.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return make_plan(load_procedure(str(path)), pile_bench(folder), load_catalogue())


def pile_bench(folder: Path) -> LoadedBench:
    """A simulated pile alone: with a car, each step is marked in four bus recordings as well."""
    path = folder / "bench.yaml"
    path.write_text(
        "bench: engine\ndevices:\n  pile: {profile: gb-ac-pile, simulated: true}\n",
        encoding="utf-8",
    )
    return load_bench(str(path))


def our_seconds(plan: Plan, folder: Path, *, force: bool) -> float:
    """One whole run: header, simulated bench, steps, safe state, seal."""
    number = len(plan.steps)
    place = folder / f"run-{number}-{len(list(folder.iterdir()))}"
    request = RunRequest([plan], pile_bench(folder), place, force_to_disk=force)
    with RealStopwatch() as watch:
        result = execute(request)
    assert result.exit_code == 0, result.reason
    assert len(result.verdicts[plan.procedure.id]) == number
    return watch.seconds


def disk_seconds(plan: Plan, folder: Path) -> float:
    """The journal of such a run once more: one write and one wait for the disk a step."""
    our_seconds(plan, folder, force=False)
    (journal,) = folder.glob(f"run-{len(plan.steps)}-*/journal.jsonl")
    steps: list[bytes] = [b""]
    for line in journal.read_bytes().splitlines(keepends=True):
        steps[-1] += line
        if b'"event":"step_ended"' in line:
            steps.append(b"")
    force = getattr(os, "fdatasync", os.fsync)  # as harness.evidence.chain does
    with (folder / "bare.jsonl").open("xb", buffering=0) as file, RealStopwatch() as watch:
        for step in steps:
            file.write(step)
            force(file.fileno())
    return watch.seconds / len(plan.steps)


def openhtf_test(number: int, path: Path) -> Any:
    """The same steps as OpenHTF phases, with its JSON file as the record."""
    import openhtf  # noqa: PLC0415 - not needed to time ourselves
    from openhtf.output.callbacks import json_factory  # noqa: PLC0415
    from openhtf.util import units  # noqa: PLC0415

    def phase(index: int) -> Any:
        name = f"voltage_{index}"
        measurement = openhtf.Measurement(name).with_units(units.VOLT).in_range(176, 264)

        @openhtf.PhaseOptions(name=f"step_{index}")
        @openhtf.measures(measurement)
        def constant_phase(test: Any) -> None:
            test.measurements[name] = 230.0

        return constant_phase

    test = openhtf.Test(*(phase(index) for index in range(number)), test_name=f"bench-{number}")
    test.add_output_callbacks(json_factory.OutputToJSON(str(path)))
    return test


def openhtf_seconds(number: int, folder: Path) -> float:
    path = folder / f"openhtf-{number}-{len(list(folder.iterdir()))}.json"
    test = openhtf_test(number, path)
    with RealStopwatch() as watch:
        passed = test.execute(test_start=lambda: "unit")
    record = json.loads(path.read_text(encoding="utf-8"))
    assert passed
    assert sum(bool(phase["measurements"]) for phase in record["phases"]) == number
    return watch.seconds


def cost_of_one_step(who: str) -> float:
    """Seconds for one step, measured in this process after one short run to warm up."""
    with scratch() as name:
        folder = Path(name)
        os.environ["HARNESS_KEYS"] = str(folder / "keys")
        if who == "openhtf":
            openhtf_seconds(FEW, folder)
            few, many = openhtf_seconds(FEW, folder), openhtf_seconds(MANY, folder)
        elif who == "disk":
            return disk_seconds(make_steps(MANY, folder), folder)
        else:
            force = who == "forced"
            short, long = make_steps(FEW, folder), make_steps(MANY, folder)
            our_seconds(short, folder, force=force)
            few = our_seconds(short, folder, force=force)
            many = our_seconds(long, folder, force=force)
    return (many - few) / (MANY - FEW)


def rows() -> list[Row]:
    """Every measurement in a fresh process, so that neither side fills the other's memory."""
    found = alternate(
        ROUNDS,
        {
            who: lambda who=who: in_fresh_process(__file__, who)  # type: ignore[misc]
            for who in ("ours", "openhtf", "forced", "disk")
        },
    )
    name = "OpenHTF, one phase"
    return [
        compare(
            "Engine, one measured and judged step",
            found["ours"],
            found["openhtf"],
            name=name,
            target=OPENHTF_TARGET,
        ),
        compare(
            "Engine, every step end forced to disk",
            found["forced"],
            found["openhtf"],
            name=name,
            target=FORCED_TARGET,
            note="the baseline does not wait for the disk",
        ),
        compare(
            "Engine, every step end forced to disk",
            found["forced"],
            found["disk"],
            name="the disk alone, same bytes",
            target=None,
        ),
    ]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(cost_of_one_step(sys.argv[1])))
    else:
        print(markdown(rows()))
