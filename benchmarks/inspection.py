"""VEH-7258-01 whole on the simulated car: real time from the first event to the seal.

All four buses are captured to the disk and every signal of them is checked; the technician works
as quickly as `harness run` has it, and once more at his usual pace. The baseline is the limit that
was set for it.
"""

import os
import statistics
from dataclasses import replace
from pathlib import Path

from comparison import Row, duration, markdown, scratch

from harness.engine.pace import USUAL
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import BusClosed
from harness.evidence.read import read_journal

PROCEDURE = "VEH-7258-01"
LIMIT = 10.0
ROUNDS = 3
TARGET = 1.0


def rows() -> list[Row]:
    return [
        _row("as typed", None),
        _row("a technician at his usual pace", USUAL),
    ]


def _row(who: str, pace: float | None) -> Row:
    seconds: list[float] = []
    with scratch() as name:
        folder = Path(name)
        os.environ["HARNESS_KEYS"] = str(folder / "keys")
        for number in range(ROUNDS):
            request = prepare([PROCEDURE], folder=folder / str(number), seed=7, motion=True)
            result = execute(replace(request, pace=pace))
            assert result.exit_code == 0, result.reason
            seconds.append(result.real_seconds)
        entries = read_journal(folder / "0")
        steps = sum(len(plan.steps) for plan in request.plans)
    frames = sum(one.event.received for one in entries if isinstance(one.event, BusClosed))
    simulated = entries[-1].t
    real = statistics.median(seconds)
    return Row(
        f"{PROCEDURE}, {who}: all {steps} steps, four buses captured, {simulated:.0f} simulated s",
        duration(real),
        f"{duration(LIMIT)} that is asked for",
        real / LIMIT,
        TARGET,
        f"{frames:,} frames",
    )


if __name__ == "__main__":
    print(markdown(rows()))
