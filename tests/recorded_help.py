"""Recordings for the tests of recorded buses, and benches that play them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import can

from harness.clock import Clock, Deadline, loop_time, run
from harness.devices.can.bus import CanBus
from harness.devices.can.connection import CanConnection
from harness.devices.can.recorded import located

BEGINS = 1_772_000_000.0


def write(path: Path, frames: Sequence[can.Message]) -> Path:
    with can.Logger(str(path)) as log:
        for frame in frames:
            log.on_message_received(frame)
    return path


def frame(at: float, number: int, data: bytes = b"\x01", **more: object) -> can.Message:
    return can.Message(timestamp=BEGINS + at, arbitration_id=number, data=data, **more)  # type: ignore[arg-type]


def played(path: Path, **more: object) -> list[tuple[float, can.Message]]:
    """What a bus hears of a recording, with the loop's time at which it hears it."""
    heard: list[tuple[float, can.Message]] = []

    async def main() -> None:
        connection = located(CanConnection(can="recording", file=path.name, **more), path.parent)  # type: ignore[arg-type]
        bus = CanBus("any", connection, clock=Clock(virtual=True))
        bus.subscribe_batches(lambda all_: heard.extend((loop_time(), one) for one in all_))
        await bus.open(Deadline.after(1))
        await asyncio.sleep(3600)
        assert bus.lost is not None
        await bus.close()

    run(main, virtual=True)
    return heard


def car_file(folder: Path) -> Path:
    """A profile with the buses a and b: message 1 is known on a, message 2 on b (29 bits)."""
    for bus, number in (("a", 1), ("b", 2)):
        text = f'VERSION ""\n\nBU_:\n\nBO_ {0x8000_0000 + number} M{number}: 1 Vector__XXX\n'
        text += f' SG_ S{number} : 0|8@1+ (1,0) [0|255] "V" Vector__XXX\n'
        text += 'BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;\nBA_DEF_DEF_ "GenMsgCycleTime" 0;\n'
        text += f'BA_ "GenMsgCycleTime" BO_ {0x8000_0000 + number} 100;\n'
        (folder / f"{bus}.dbc").write_text(text, "utf-8")
    path = folder / "car.yaml"
    path.write_text(
        "profile: two\nkind: vehicle\ntitle: {zh: 车, en: Car}\nvendor: x\nmodel: y\n"
        "confidence: low\nsources: [x]\nbuses: {a: {database: a.dbc}, b: {database: b.dbc}}\n"
        "points: {one: {signal: M1.S1, title: {zh: 一, en: One}},"
        " two: {signal: M2.S2, title: {zh: 二, en: Two}}}\n",
        "utf-8",
    )
    return path


def bench_file(folder: Path, connections: str, name: str = "bench.yaml") -> Path:
    path = folder / name
    path.write_text(
        f"bench: recorded\ndevices:\n  vehicle:\n    profile: car.yaml\n    {connections}\n",
        "utf-8",
    )
    return path
