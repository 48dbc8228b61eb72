"""Kills live, energised runs at random moments and looks at what is left.

    python tests/kill_run.py --kills 200

Each kill: a live simulated pile with a vehicle, a run of CHARGE-TEST-01 that starts charging,
SIGKILL at a random moment. What must then hold: the journal verifies up to its last line
(unsealed), and the pile's contactor opens by the pile's own watchdog within the declared time. The
pile is watched through its event file, because a Modbus request would feed the watchdog.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.evidence.verify import verify

PROCEDURE = Path(__file__).parent / "data" / "procedures" / "CHARGE-TEST-01.yaml"
WATCHDOG = 3.0
"""Seconds; what the procedure arms."""
STOPPING = 6.0
"""Seconds that GB/T 18487.1-2023 A.3.9.2 gives a vehicle before the pile opens under load."""
DECLARED = WATCHDOG + STOPPING + 0.5
"""Seconds from the kill until the contactor must be open; the rest is for a slow machine."""
LONGEST_LIFE = 13.0
_EARLY = 1.0
"""Moments up to here (s) count from the start of the process, later ones from the journal's
beginning: on a busy machine the program is killed before anything is energised otherwise."""
_START = 20.0


@dataclass
class Kill:
    """One killed run and what was found."""

    after: float
    lines: int
    intact: bool
    sealed: bool
    was_closed: bool
    opened_after: float | None
    """Seconds from the kill to the contactor opening; None when it was open already."""

    @property
    def good(self) -> bool:
        safe = not self.was_closed or (
            self.opened_after is not None and self.opened_after <= DECLARED
        )
        return self.intact and safe


BENCH = """bench: kill
devices:
  pile:
    profile: gb-ac-pile
    simulated: true
    connection: {{modbus: tcp, host: 127.0.0.1, port: {port}, unit: 1, timeout: 500 ms}}
"""


def kill_one(work: Path, number: int, after: float) -> Kill:
    """One live pile, one run, one kill."""
    folder = work / f"kill-{number}"
    folder.mkdir()
    events = folder / "events.jsonl"
    environment = {**os.environ, "HARNESS_KEYS": str(work / "keys")}
    harness = [sys.executable, "-m", "harness"]
    pile = subprocess.Popen(
        [*harness, "sim", "pile", "--modbus", "tcp://127.0.0.1:0", "--vehicle", "connected",
         "--seed", str(number), "--events", str(events)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    )  # fmt: skip
    try:
        assert pile.stdout is not None
        port = pile.stdout.readline().strip().rpartition(":")[2].split()[0].rstrip("/")
        (folder / "bench.yaml").write_text(BENCH.format(port=port), encoding="utf-8")
        (folder / "answers.yaml").write_text("by: T\nanswers: {start: true}\n", encoding="utf-8")
        run = subprocess.Popen(
            [*harness, "run", str(PROCEDURE), "--bench", str(folder / "bench.yaml"), "--live",
             "--allow-energise", "--answers", str(folder / "answers.yaml"),
             "--out", str(folder / "run")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        if after > _EARLY:
            _wait_for(folder / "run" / "journal.jsonl")
        time.sleep(after)
        run.kill()
        killed = time.time()
        run.wait()
        time.sleep(DECLARED + 0.3)
        was_closed, opened_after = _contactor(events, killed)
    finally:
        pile.terminate()
        pile.communicate(timeout=10)
    record = folder / "run"
    if not (record / "journal.jsonl").exists() or not (record / "journal.jsonl").stat().st_size:
        return Kill(after, 0, True, False, was_closed, opened_after)
    checked = verify(record)
    return Kill(after, checked.lines, checked.intact, checked.sealed, was_closed, opened_after)


def _wait_for(journal: Path) -> None:
    """Until the run has begun, or surely never will."""
    latest = time.monotonic() + _START
    while not journal.exists() and time.monotonic() < latest:
        time.sleep(0.05)


def _contactor(events: Path, killed: float) -> tuple[bool, float | None]:
    """Whether the contactor was closed at the kill, and how long after it opened."""
    closed, opened_after = False, None
    for line in events.read_text("utf-8").splitlines():
        event = json.loads(line)
        if event["name"] != "contactor":
            continue
        shut = event["value"] in (True, "closed", 1)
        if event["wall"] <= killed:
            closed = shut
        elif closed and not shut and opened_after is None:
            opened_after = event["wall"] - killed
    return closed, opened_after


def kill_many(work: Path, kills: int, *, at_once: int, seed: int) -> list[Kill]:
    """Kill so many runs, several at a time. The moments come from the seed."""
    moments = random.Random(seed)
    waiting = [(number, moments.uniform(0.2, LONGEST_LIFE)) for number in range(kills)]
    done: list[Kill] = []
    lock = threading.Lock()

    def worker() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                number, after = waiting.pop()
            result = kill_one(work, number, after)
            with lock:
                done.append(result)

    threads = [threading.Thread(target=worker) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as work:
        found = kill_many(Path(work), chosen.kills, at_once=chosen.at_once, seed=chosen.seed)
    closed = [kill for kill in found if kill.was_closed]
    delays = [kill.opened_after for kill in closed if kill.opened_after is not None]
    print(f"{len(found)} runs killed; journals: {sum(k.intact for k in found)} intact,"
          f" {min(k.lines for k in found)} to {max(k.lines for k in found)} lines")  # fmt: skip
    print(f"contactor closed at the kill: {len(closed)}; opened within {DECLARED:g} s:"
          f" {sum(k.good for k in closed)}; longest {max(delays, default=0):.2f} s")  # fmt: skip
    bad = [kill for kill in found if not kill.good]
    for kill in bad:
        print("NOT GOOD:", kill)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
