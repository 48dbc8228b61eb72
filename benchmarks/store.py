"""The store: verifying a large bundle, rebuilding the index, listing among a million runs.

Verifying is held against SHA-256 over the same bytes, read from the same files. Rebuilding and
listing are held against what is asked for. The million runs are written through the same code that
a rebuild uses, from facts instead of bundles; each listing is asked of a fresh connection, so that
nothing is prepared, and the slowest of several kinds of filters counts.

    python benchmarks/store.py [RUNS [postgresql://…]]
"""

import hashlib
import json
import statistics
import struct
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from comparison import Row, alternate, compare, duration, in_fresh_process, markdown, scratch
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.clock import RealStopwatch
from harness.events import (
    Judged,
    ProcedureEnded,
    RunEnded,
    RunStarted,
    StepEnded,
    StepStarted,
    Transaction,
)
from harness.evidence.journal import Bundle
from harness.evidence.verify import verify
from harness.limits import Range, judge
from harness.quantity import Measurement
from harness.store.facts import Check, ProcedureFacts, RunFacts, State, StepFacts
from harness.store.filters import Filters
from harness.store.store import Store
from harness.text import Text
from harness.verdict import Ending, Verdict

LARGE = 100_000_000
VERIFY_TARGET = 2.0
"""At least half of SHA-256's rate."""
BUNDLES = 4000
REBUILD_TARGET = 2000.0
"""Bundles a second."""
RUNS = 1_000_000
LISTING_TARGET = 0.050
ROUNDS = 5
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DAY = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
NOTHING = {"host": "benchmark"}


def write_large(folder: Path) -> int:
    """A bundle as a long run with recordings leaves it; its bytes.

    One byte in twenty is journal and Modbus record, the others are recordings of two buses.
    """
    now = 0.0
    bundle = Bundle(folder, lambda: now, force_to_disk=False)
    bundle.emit(_started("large"))
    limit = Range("V", 198.0, 235.4)
    while sum(path.stat().st_size for path in folder.iterdir()) < LARGE // 20:
        number = bundle.journal.lines
        _step(bundle, f"step-{number}", number, limit, 200)
        now += 0.5
    _end(bundle)
    size = sum(path.stat().st_size for path in folder.iterdir())
    for bus in range(2):
        bundle.attach("captures", f"can-{bus}.blf", _noise(bus, (LARGE - size) // 2))
    _seal(bundle)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _noise(seed: int, size: int) -> bytes:
    return hashlib.shake_256(bytes([seed])).digest(size)


def _started(name: str) -> RunStarted:
    return RunStarted(run_id=name, utc=DAY.isoformat(), virtual_time=True, simulated=True,
                      procedures=["P"], bench="bench-1", seed=1, operator="C-1")  # fmt: skip


def _step(bundle: Bundle, step: str, number: int, limit: Range, reads: int) -> None:
    title = Text("电压", "Voltage")
    bundle.emit(StepStarted(procedure="P", step=step, number=number, title=title,
                            action="pile.measure", kind="J"))  # fmt: skip
    for read in range(reads):
        frame = struct.pack(">HHHBBHH", read, 0, 6, 1, 3, 4096, 2).hex()
        bundle.modbus.append(
            Transaction(role="pile", step=step, unit=1, function=3, address=4096, count=2,
                        request=frame, reply=frame, outcome="ok", seconds=0.004)
        )  # fmt: skip
    value = 215.0 + number % 20
    measured = Measurement("voltage_l1", value, "V", source="pile", at=0.0)
    bundle.emit(
        Judged(step=step, measurement=measured, limit=limit, rule=None,
               judgement=judge(measured, limit), item="NB/T 33002-2018/supply-voltage")
    )  # fmt: skip
    bundle.emit(StepEnded(procedure="P", step=step, verdict=judge(measured, limit).verdict))


def _end(bundle: Bundle) -> None:
    bundle.emit(
        ProcedureEnded(procedure="P", ending=Ending.COMPLETED, verdict=None, counts={}, coverage=1)
    )
    bundle.emit(RunEnded(ending=Ending.COMPLETED, verdict=None, exit_code=0))


def _seal(bundle: Bundle, minute: int = 0) -> None:
    start = DAY + timedelta(minutes=minute)
    bundle.seal(KEY, real_started=start, real_ended=start + timedelta(minutes=1), place=NOTHING)


def write_small(root: Path) -> None:
    """Bundles of three steps, in folders of a thousand."""
    limit = Range("V", 198.0, 235.4)
    for number in range(BUNDLES):
        folder = root / f"part-{number // 1000}" / f"run-{number}"
        bundle = Bundle(folder, lambda: 0.0, force_to_disk=False)
        bundle.emit(_started(f"run-{number}"))
        for step in range(3):
            _step(bundle, f"step-{step}", step, limit, 1)
        _end(bundle)
        _seal(bundle, number)


def hashed(folder: Path) -> float:
    """Seconds that SHA-256 alone takes over every file."""
    with RealStopwatch() as watch:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                with path.open("rb") as file:
                    hashlib.file_digest(file, "sha256")
    return watch.seconds


def verified(folder: Path) -> float:
    """Seconds that verifying takes."""
    with RealStopwatch() as watch:
        result = verify(folder, known={})
    assert result.exit_code == 0
    return watch.seconds


def rebuilt(folder: Path) -> float:
    """Seconds that one rebuild takes, into a new index."""
    index = folder.parent / "index.db"
    index.unlink(missing_ok=True)
    with RealStopwatch() as watch:
        found = Store(str(folder), str(index)).rebuild()
    assert (found.runs, found.altered) == (BUNDLES, [])
    return watch.seconds


def many(count: int) -> Iterator[tuple[str, RunFacts]]:
    """A year of a large school: 400 candidates, 40 benches, 25 procedures, 60 items."""
    verdicts = [v.value for v in (Verdict.PASS,) * 14 + (Verdict.FAIL,) * 4] + ["error", ""]
    draw = Random(1)
    for n in range(count):
        started = DAY + timedelta(seconds=31 * n)
        procedure = f"PILE-TEST-{draw.randrange(25):02}"
        # One item is judged in one procedure only.
        number = draw.randrange(60)
        item = f"GB/T 1-2018/item-{number}"
        procedure = procedure if number else "PILE-TEST-00"
        verdict = draw.choice(verdicts)
        yield (
            f"{started:%Y-%m}/run-{n}",
            RunFacts(
                identity=f"{n:064x}", state=State.SEALED, run_id=f"{n:016x}", head=f"{n:064x}",
                started=started.isoformat(timespec="microseconds").replace("+00:00", "Z"),
                seconds=60.0, candidate=f"C-{draw.randrange(400):03}",
                mode="run" if draw.random() < 0.999 else "exam",
                bench=f"bench-{draw.randrange(40)}", simulated=draw.random() < 0.9,
                ending="completed", verdict=verdict,
                procedures=[ProcedureFacts(procedure, verdict, "completed")],
                steps=[StepFacts(procedure, "read", 1, "R", 1, verdict, "right")],
                checks=[Check(procedure, "read", 1, item, "voltage_l1", "V",
                              220.0 + draw.random(), verdict or "inconclusive")],
            ),
        )  # fmt: skip


LISTINGS = {
    "everything": Filters(),
    "a candidate": Filters(candidate="C-123"),
    "a procedure": Filters(procedure="PILE-TEST-07"),
    "a procedure that failed": Filters(procedure="PILE-TEST-07", verdict="fail"),
    "an item that failed": Filters(item="GB/T 1-2018/item-21", verdict="fail"),
    "a bench and a verdict": Filters(bench="bench-3", verdict="error"),
    "procedure, bench, time": Filters(procedure="PILE-TEST-04", bench="bench-8",
                                      since="2026-03-01", until="2026-03-31"),
    "candidate, procedure, verdict": Filters(candidate="C-200", procedure="PILE-TEST-00",
                                             verdict="pass"),
    "exams with an item": Filters(mode="exam", item="GB/T 1-2018/item-40"),
    "an item and a procedure": Filters(item="GB/T 1-2018/item-40", procedure="PILE-TEST-03"),
    "the two never together": Filters(item="GB/T 1-2018/item-0", procedure="PILE-TEST-01"),
    "real devices, an early day": Filters(simulated=False, until="2026-01-06"),
    "nothing is like that": Filters(candidate="C-123", bench="bench-39", verdict="error"),
}  # fmt: skip


def listed(folder: str, index: str, name: str) -> tuple[float, int]:
    """Seconds of one listing, connecting included, and the number of runs found."""
    store = Store(folder, index)
    with RealStopwatch() as watch:
        found = store.find(LISTINGS[name], 50)
    return watch.seconds, len(found)


def listings(folder: Path, count: int, index: str) -> list[Row]:
    """Every listing, the first time in its process and then again."""
    Store(str(folder), index).index.replace(many(count))
    rows = []
    for name in LISTINGS:
        first, number, median = in_fresh_process(__file__, "list", str(folder), index, name)
        rows.append(
            Row(
                f"{count:,} runs, listing of 50: {name}",
                duration(median),
                f"the {duration(LISTING_TARGET)} that are asked for",
                median / LISTING_TARGET,
                1.0,
                f"{number} found; {duration(first)} the first time",
            )
        )
    return rows


def rows(count: int = RUNS, server: str = "") -> list[Row]:
    """All of it."""
    with scratch() as name:
        folder = Path(name)
        size = write_large(folder / "large")
        found = alternate(
            ROUNDS,
            {
                "ours": lambda: verified(folder / "large"),
                "hash": lambda: hashed(folder / "large"),
            },
        )
        large = compare(
            f"verify a bundle of {size / 1e6:.0f} MB",
            found["ours"],
            found["hash"],
            name="SHA-256 of the same files",
            target=VERIFY_TARGET,
            note=f"{size / 1e6 / found['ours']:.0f} MB/s",
        )
        write_small(folder / "small")
        seconds = statistics.median(rebuilt(folder / "small") for _ in range(ROUNDS))
        rate = BUNDLES / seconds
        small = Row(
            f"rebuild the index from {BUNDLES:,} small bundles",
            f"{rate:.0f} bundles/s",
            f"the {REBUILD_TARGET:.0f} that are asked for",
            REBUILD_TARGET / rate,
            1.0,
            "signature and digest of each journal checked",
        )
        index = server or str(folder / "index-of-many.db")
        return [large, small, *listings(folder, count, index)]


def main() -> None:
    if sys.argv[1:2] == ["list"]:
        times = [listed(*sys.argv[2:5]) for _ in range(2 * ROUNDS)]
        median = statistics.median(seconds for seconds, _ in times[1:])
        print(json.dumps([times[0][0], times[0][1], median]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print(markdown(rows(count, sys.argv[2] if len(sys.argv) > 2 else "")))


if __name__ == "__main__":
    main()
