"""Every procedure of a car, live over slcan and in virtual time, step by step: `make live`.

    python tests/live_against_virtual.py [--seed N] [PROCEDURE[+FAULT…] …]

Prints a line for each run; the exit code is 0 when every step came to the same verdict.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from live_car import live_car

from harness.data import data_folder
from harness.engine.matrix import HURRY
from harness.engine.prepare import prepare
from harness.engine.run import RunResult, execute
from harness.verdict import Verdict

OTHERS = ("VEH-CHG-01", "VEH-CP-01", "VEH-USED-01", "CAN-FAULT-01")
"""Need a pile beside the car, or wiring that is measured with the car switched off."""
NOT_OF_A_CAR = ("RUB-", "PILE-")


def vehicle_procedures() -> list[str]:
    names = sorted(path.stem for path in data_folder("procedures").glob("*.yaml"))
    return [n for n in names if not n.startswith(NOT_OF_A_CAR) and n not in OTHERS]


def _run(procedure: str, bench: str, folder: Path, seed: int, **options: Any) -> RunResult:
    request = prepare(
        [procedure], bench, folder=folder, seed=seed, motion=True, energise=True, **options
    )
    return execute(replace(request, pace=HURRY))


def compare(procedure: str, faults: Sequence[str], seed: int, folder: Path) -> list[str]:
    """Steps whose verdicts differ, with both. Prints what was run."""
    virtual = _run(procedure, "sim", folder / "virtual", seed, faults=list(faults))
    with live_car(folder, seed, faults, pace=HURRY) as (bench, technician):
        live = _run(procedure, str(bench), folder / "live", seed, live=True, operator=technician)
    (expected,) = virtual.verdicts.values()
    (found,) = live.verdicts.values()
    different = [
        f"{step}: {expected[step]} in virtual time, {found.get(step)} live"
        for step in expected
        if expected[step] != found.get(step)
    ]
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
        for number, run in enumerate(given.runs or vehicle_procedures()):
            procedure, *faults = run.split("+")
            folder = (given.keep or Path(name)) / f"{number:02}-{procedure}"
            folder.mkdir(parents=True)
            different += compare(procedure, faults, given.seed, folder)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
