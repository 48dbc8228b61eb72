"""The report of a run with a million captured frames.

The run is a real one, in virtual time: the daily inspection of the simulated car, all four buses
recorded, with a step that holds READY for as long as a million frames take. It has a fault, so that
plots are open. What is timed is `write_reports` in a fresh process, from the sealed folder to the
written page: verifying, reading the journal, reading the recordings, decoding what is plotted,
drawing. Beside it the same of the journal alone, without its plots.

    python benchmarks/report.py [FRAMES]
"""

import json
import math
import shutil
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

from comparison import Row, duration, in_fresh_process, markdown, scratch

from harness.clock import RealStopwatch
from harness.data import data_folder
from harness.datafile import load
from harness.engine.pace import HURRY
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import BusClosed
from harness.evidence.read import read_journal
from harness.report.html import render_html
from harness.report.record import load_record
from harness.report.write import write_reports

FRAMES = 1_000_000
TARGET = 5.0
ROUNDS = 3
PER_SECOND = 1250
"""Frames of the READY car on its four buses, about."""
_LONGEST = 200
"""Seconds of one step that holds."""
PROCEDURE = "VEH-INSP-01"
FAULTS = ("cell-weak", "radar-unplugged")


def write_run(folder: Path, frames: int) -> Path:
    """A sealed run with at least so many frames, its folder."""
    steps_file = data_folder("procedures") / f"{PROCEDURE}.yaml"
    procedure = load(steps_file)[0]
    place = [step["id"] for step in procedure["steps"]].index("ready")
    longer = [
        {
            "id": f"long-{number}",
            "group": "low-voltage",
            "title": {"zh": "保持 READY", "en": "READY is held"},
            "do": "vehicle.holds",
            "with": {"point": "ready", "is": "ready", "for": f"{_LONGEST} s"},
        }
        for number in range(math.ceil(frames / PER_SECOND / _LONGEST))
    ]
    procedure["steps"][place + 1 : place + 1] = longer
    written = folder / f"{PROCEDURE}.yaml"
    written.write_text(json.dumps(procedure, ensure_ascii=False), encoding="utf-8")
    request = prepare([str(written)], folder=folder / "run", faults=FAULTS)
    execute(replace(request, pace=HURRY))
    return folder / "run"


def captured(folder: Path) -> int:
    """Frames in the recordings of a run."""
    return sum(
        entry.event.received + entry.event.sent
        for entry in read_journal(folder)
        if isinstance(entry.event, BusClosed)
    )


def written(folder: Path) -> tuple[float, float]:
    """Seconds to write both reports, and seconds of the processor."""
    busy = time.process_time()
    with RealStopwatch() as watch:
        write_reports(folder, "zh")
    return watch.seconds, time.process_time() - busy


def without_plots(folder: Path) -> tuple[float, float]:
    """The same to make the page of the journal alone."""
    busy = time.process_time()
    with RealStopwatch() as watch:
        render_html(replace(load_record(folder), folder=None))
    return watch.seconds, time.process_time() - busy


def rows(frames: int = FRAMES) -> list[Row]:
    """Both, each in fresh processes, in turns."""
    with scratch() as name:
        folder = write_run(Path(name), frames)
        count = captured(folder)
        found: dict[str, list[tuple[float, float]]] = {"write": [], "bare": []}
        for _ in range(ROUNDS):
            for what, times in found.items():
                real, busy = in_fresh_process(__file__, what, str(folder))
                times.append((real, busy))
        size = (folder / "report.html").stat().st_size
        raw = sum(path.stat().st_size for path in folder.glob("can-*.blf"))
        seconds, busy = (statistics.median(column) for column in zip(*found["write"], strict=True))
        _, bare = (statistics.median(column) for column in zip(*found["bare"], strict=True))
        slowest = max(real for real, _ in found["write"])
        shutil.rmtree(folder)
    return [
        Row(
            f"report of a run with {count:,} captured frames ({raw / 1e6:.0f} MB)",
            duration(seconds),
            f"the {TARGET:g} s that are asked for",
            seconds / TARGET,
            1.0,
            f"the page has {size / 1e6:.2f} MB; slowest of {ROUNDS}: {duration(slowest)}; "
            f"{duration(busy)} of the processor, {duration(bare)} without plots",
        )
    ]


def main() -> None:
    if sys.argv[1:2] in (["write"], ["bare"]):
        measure = written if sys.argv[1] == "write" else without_plots
        print(json.dumps(measure(Path(sys.argv[2]))))
        return
    print(markdown(rows(int(sys.argv[1]) if len(sys.argv) > 1 else FRAMES)))


if __name__ == "__main__":
    main()
