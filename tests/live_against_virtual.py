"""Every procedure of a car, live and in virtual time, step by step: `make live`.

    python tests/live_against_virtual.py [--seed N] [PROCEDURE[+FAULT…] …]

Live, the car is reached over slcan, and a procedure that wants a pile has one beside the car, over
Modbus TCP, with relays for the faults that it puts in and a recorder whose files the person brings.
(`VEH-CP-01` touches no bus of the car: there it is the pile, the relays and the recorder.) An
slcan adapter tells of no error frames: the steps of `CAN-FAULT-01` that count them are inconclusive
live, and so is its diagnosis where it is not another sign that names a fault. Faults that show by
error frames alone are not found live. All else of it is measured by the person, the car switched
off included.

It takes real time, and a quarter of one processor: on a machine with nothing left, answers of the
simulated units come too late, as those of real ones would.

Prints a line for each run; the exit code is 0 when every step came to the same verdict and every
device ended equally safe.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from live_bench import live_bench

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.data import data_folder
from harness.engine.pace import HURRY
from harness.engine.plan import make_plan, roles_needed
from harness.engine.prepare import prepare
from harness.engine.run import RunResult, execute
from harness.events import SafeState
from harness.evidence.read import read_journal
from harness.procedure.load import load_procedure
from harness.verdict import Verdict

NOT_OF_A_CAR = ("RUB-", "PILE-")
FAULTY = ("VEH-USED-01+state-of-health-rewritten", "VEH-CHG-01+cp-break-taken-for-unplugging")
"""Runs of car and pile together in which something has to be found, beside the sound ones."""
ONLY_INSIDE: Mapping[tuple[str, str], Verdict] = {
    ("CAN-FAULT-01", "resistance-agreement"): Verdict.NOT_RUN,
}
"""What a step comes to live, where it looks at something that only a simulation in the same
process can tell: the true resistance of the wires, against which the reading that was typed in is
held. At a car nobody knows it better than the meter, so there the step is not run, and says so."""
UNREPORTED: Mapping[tuple[str, str], Verdict] = {
    ("CAN-FAULT-01", "error-frames"): Verdict.INCONCLUSIVE,
    ("CAN-FAULT-01", "errors-stopped"): Verdict.INCONCLUSIVE,
}
"""What a step comes to live that counts error frames: an slcan adapter does not report them."""
NO_FAULT: Mapping[tuple[str, str], Verdict] = {
    ("CAN-FAULT-01", "diagnosis"): Verdict.INCONCLUSIVE,
    ("CAN-FAULT-01", "isolation"): Verdict.NOT_RUN,
    ("CAN-FAULT-01", "repair"): Verdict.NOT_RUN,
}
"""What a step comes to live on a sound car: without error frames counted, a unit that disturbs
cannot be ruled out, so nobody can say that there is no fault, and nothing is built on that."""


def vehicle_procedures() -> list[str]:
    names = sorted(path.stem for path in data_folder("procedures").glob("*.yaml"))
    return [name for name in names if not name.startswith(NOT_OF_A_CAR)]


def wants(procedure: str) -> dict[str, list[str]]:
    """The devices that a procedure touches, and the faults that it has relays put in."""
    built_in = load_bench(SIMULATED)
    loaded = load_procedure(procedure)
    plan = make_plan(loaded, built_in, load_catalogue(), energise=True, motion=True)
    put_in = [step.parameters["fault"] for step in plan.steps if step.action.name == "fault.set"]
    return {"roles": sorted(roles_needed([plan], built_in)), "wired": put_in}


def _run(procedure: str, bench: str, folder: Path, seed: int, **options: Any) -> RunResult:
    request = prepare(
        [procedure], bench, folder=folder, seed=seed, motion=True, energise=True, **options
    )
    return execute(replace(request, pace=HURRY))


def _differences(
    procedure: str, faults: Sequence[str], virtual: RunResult, live: RunResult
) -> Iterator[str]:
    otherwise = {**ONLY_INSIDE, **UNREPORTED, **({} if faults else NO_FAULT)}
    (expected,) = virtual.verdicts.values()
    (found,) = live.verdicts.values()
    for step, verdict in expected.items():
        wanted = otherwise.get((procedure, step), verdict)
        if found.get(step) != wanted:
            yield f"{step}: {verdict} in virtual time, {found.get(step)} live"
    ends = [_safe(result.folder) for result in (virtual, live)]
    for role, safe in ends[0].items():
        if ends[1].get(role) != safe:
            yield f"{role}: safe {safe} in virtual time, {ends[1].get(role)} live"


def _safe(folder: Path) -> dict[str, bool]:
    """Role -> whether it was shown to be safe at the end of the run."""
    events = (entry.event for entry in read_journal(folder))
    return {event.role: event.safe for event in events if isinstance(event, SafeState)}


def compare(procedure: str, faults: Sequence[str], seed: int, folder: Path) -> list[str]:
    """What differs, with both. Prints what was run."""
    virtual = _run(procedure, SIMULATED, folder / "virtual", seed, faults=list(faults))
    with live_bench(folder, seed, faults, pace=HURRY, **wants(procedure)) as (bench, technician):
        live = _run(procedure, str(bench), folder / "live", seed, live=True, operator=technician)
    different = list(_differences(procedure, faults, virtual, live))
    (found,) = live.verdicts.values()
    failed = sum(verdict is Verdict.FAIL for verdict in found.values())
    what = "+".join((procedure, *faults))
    print(f"{what}: {len(found)} steps live in {live.real_seconds:.0f} s, {failed} fail, "
          f"{len(different)} different", flush=True)  # fmt: skip
    for line in different:
        print(f"    {line}", flush=True)
    return different


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="*", metavar="PROCEDURE[+FAULT…]")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="folder that keeps the runs")
    given = parser.parse_args()
    different: list[str] = []
    with tempfile.TemporaryDirectory(prefix="harness-") as name:
        os.environ["HARNESS_KEYS"] = str(Path(name) / "keys")
        os.environ["XDG_STATE_HOME"] = str(Path(name) / "state")
        for number, run in enumerate(given.runs or [*vehicle_procedures(), *FAULTY]):
            procedure, *faults = run.split("+")
            folder = (given.keep or Path(name)) / f"{number:02}-{procedure}"
            folder.mkdir(parents=True)
            different += compare(procedure, faults, given.seed, folder)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
