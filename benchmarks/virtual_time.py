"""The whole daily inspection in virtual time: how long it really takes, and that it repeats.

The baseline is the time that passes inside the simulation, which is what the same inspection
would take on hardware with an instant technician.
"""

import os
import statistics
from pathlib import Path

from comparison import Row, duration, markdown, scratch

from harness.bench.load import load_bench
from harness.catalogue.load import load_catalogue
from harness.engine.plan import make_plan
from harness.engine.run import RunRequest, execute
from harness.evidence.read import read_journal
from harness.procedure.load import load_procedure

PROCEDURE = "PILE-INSP-01"
ROUNDS = 5
TARGET = 0.05


def rows() -> list[Row]:
    seconds: list[float] = []
    journals: list[bytes] = []
    with scratch() as name:
        folder = Path(name)
        os.environ["HARNESS_KEYS"] = str(folder / "keys")
        for number in range(ROUNDS):
            bench = load_bench("sim")
            plan = make_plan(load_procedure(PROCEDURE), bench, load_catalogue())
            result = execute(RunRequest([plan], bench, folder / str(number), seed=7))
            assert result.exit_code == 0, result.reason
            seconds.append(result.real_seconds)
            journals.append((result.folder / "journal.jsonl").read_bytes())
        simulated = read_journal(folder / "0")[-1].t
    if len(set(journals)) != 1:
        raise SystemExit(f"{PROCEDURE}: the same seed gave different journals")
    real = statistics.median(seconds)
    return [
        Row(
            f"{PROCEDURE} on the simulated bench",
            duration(real),
            f"{duration(simulated)} (simulated time)",
            real / simulated,
            TARGET,
            f"{ROUNDS} runs of one seed: journals equal byte for byte",
        )
    ]


if __name__ == "__main__":
    print(markdown(rows()))
