"""The simulated car as a process of its own behind slcan adapters, and hands that operate it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.clock import Deadline
from harness.devices.operator import Answer, Question

BUSES = ("powertrain", "chassis", "body")


class Hands:
    """Does at the served car what is asked, and finds everything as it should be."""

    simulated = True

    def __init__(self, car: "subprocess.Popen[str]") -> None:
        self._car = car

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        if question.kind == "confirm":
            if question.subject != "wear-ppe":
                assert self._car.stdin is not None
                self._car.stdin.write(question.subject + "\n")
                self._car.stdin.flush()
            return Answer(value=True, by="hands")
        if question.kind == "rate":
            return Answer(value=2, by="hands")
        return Answer(value={"decide": "in_service"}.get(question.kind, "normal"), by="hands")


@contextmanager
def served_car(folder: Path, seed: int, *faults: str) -> Iterator[tuple[Path, Hands]]:
    """A bench file of the car, which is switched off, and somebody who operates it."""
    words = [sys.executable, "-m", "harness", "sim", "vehicle", "--key", "off", "--seed", str(seed)]
    for bus in BUSES:
        words += ["--bus", f"{bus}=slcan://127.0.0.1:0"]
    for fault in faults:
        words += ["--fault", fault]
    bench = folder / "served.yaml"
    car = subprocess.Popen(
        [*words, "--write-bench", str(bench)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert car.stdout is not None
        for _ in BUSES:
            assert "slcan" in car.stdout.readline()
        end = time.monotonic() + 10
        while not (bench.is_file() and bench.stat().st_size) and time.monotonic() < end:
            time.sleep(0.02)
        yield bench, Hands(car)
    finally:
        car.terminate()
        car.communicate(timeout=10)
