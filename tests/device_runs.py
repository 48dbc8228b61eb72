"""Short sealed runs with device verdicts of any kind, for the tests of exports."""

from collections.abc import Mapping
from pathlib import Path

from sample_record import KEY
from skill_runs import DAY

from harness.events import ProcedureEnded, RunEnded, RunStarted, StepEnded, StepStarted
from harness.evidence.journal import Bundle
from harness.text import Text
from harness.verdict import Ending, Verdict


def write_device_run(
    folder: Path, verdicts: Mapping[str, Verdict], ending: Ending = Ending.COMPLETED
) -> None:
    """One step for each verdict."""
    bundle = Bundle(folder, lambda: 0.0, force_to_disk=False)
    bundle.emit(
        RunStarted(
            run_id="r", utc=DAY.isoformat(), virtual_time=True, simulated=True, procedures=["P"],
            bench="b", seed=1,
        )
    )  # fmt: skip
    for number, (step, verdict) in enumerate(verdicts.items(), start=1):
        bundle.emit(
            StepStarted(
                procedure="P", step=step, number=number, title=Text("步骤", "Step"),
                action="pile.measure", kind="R",
            )
        )  # fmt: skip
        bundle.emit(StepEnded(procedure="P", step=step, verdict=verdict))
    bundle.emit(ProcedureEnded(procedure="P", ending=ending, verdict=None, counts={}, coverage=1.0))
    bundle.emit(RunEnded(ending=ending, verdict=None, exit_code=0))
    bundle.close()
    bundle.seal(KEY, real_started=DAY, real_ended=DAY, place={"host": "h"})
