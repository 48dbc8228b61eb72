"""PILE-CONF-01 whole on the simulated bench: real time from the first event to the seal.

The technician takes his usual time, which is virtual; recordings, journal and Modbus record are
written to disk. The baseline is the limit that was set for it.
"""

import os
import statistics
from pathlib import Path

from comparison import Row, duration, markdown, scratch

from harness.bench.load import load_bench
from harness.catalogue.load import load_catalogue
from harness.engine.plan import make_plan
from harness.engine.run import RunRequest, execute
from harness.procedure.load import load_procedure

PROCEDURE = "PILE-CONF-01"
LIMIT = 5.0
ROUNDS = 5
TARGET = 1.0


def rows() -> list[Row]:
    seconds: list[float] = []
    with scratch() as name:
        folder = Path(name)
        os.environ["HARNESS_KEYS"] = str(folder / "keys")
        bench, catalogue = load_bench("sim"), load_catalogue()
        plan = make_plan(load_procedure(PROCEDURE), bench, catalogue, energise=True)
        for number in range(ROUNDS):
            result = execute(RunRequest([plan], bench, folder / str(number), seed=7))
            assert result.exit_code == 0, result.reason
            seconds.append(result.real_seconds)
        requests = len((folder / "0" / "modbus.jsonl").read_bytes().splitlines())
    real = statistics.median(seconds)
    return [
        Row(
            f"{PROCEDURE}, all {len(plan.steps)} steps on the simulated bench",
            duration(real),
            f"{duration(LIMIT)} that is asked for",
            real / LIMIT,
            TARGET,
            f"{requests} Modbus requests",
        )
    ]


if __name__ == "__main__":
    print(markdown(rows()))
