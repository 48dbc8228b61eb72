"""A recorded bus to values of signals: 400,000 frames of 20 messages with 6 signals each.

Ours starts from a BLF file and ends with every signal of every frame as raw number and physical
value, range checked. The baselines are python-can's BLF reader with cantools' `decode_message`,
frame by frame, and asammdf's `extract_bus_logging` of the same frames in an MF4 file. Everybody
has the description loaded before the clock starts, and all must come to the same sum of values.

    python benchmarks/can_decode.py
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import can
import cantools
import numpy as np
from comparison import Row, alternate, compare, in_fresh_process, markdown, scratch

from harness.clock import RealStopwatch
from harness.devices.can.database import load_database
from harness.devices.can.decode import decode
from harness.devices.can.logs import read_log

FRAMES = 400_000
ROUNDS = 5
MESSAGES = 20
FIRST_ID, ID_STEP = 0x100, 0x10
FRAMES_PER_SECOND = 4000
START = 1_767_574_800.0
CANTOOLS_TARGET = 0.1
ASAMMDF_TARGET = 0.5
"""At least ten times and twice as fast."""

SIGNALS = """\
 SG_ Counter : 0|8@1+ (1,0) [0|255] "" Tester
 SG_ Voltage : 8|16@1+ (0.1,0) [0|1000] "V" Tester
 SG_ Current : 31|16@0- (0.1,0) [-1000|1000] "A" Tester
 SG_ Temperature : 40|8@1+ (1,-40) [-40|215] "degC" Tester
 SG_ State : 48|4@1+ (1,0) [0|15] "" Tester
 SG_ Checksum : 56|8@1+ (1,0) [0|255] "" Tester
"""
DATABASE, BLF, MF4 = "bench.dbc", "bench.blf", "bench.mf4"


def write_files(folder: Path) -> None:
    """The description, and the recording as BLF and as MF4."""
    messages = [
        f"BO_ {FIRST_ID + ID_STEP * number} Message{number}: 8 Unit\n{SIGNALS}"
        for number in range(MESSAGES)
    ]
    (folder / DATABASE).write_text('VERSION ""\n\nBU_: Unit Tester\n\n' + "\n".join(messages))
    payloads = made_up()
    with can.BLFWriter(folder / BLF) as writer:
        for number, payload in enumerate(payloads):
            message = can.Message(
                timestamp=START + number / FRAMES_PER_SECOND,
                arbitration_id=FIRST_ID + ID_STEP * (number % MESSAGES),
                is_extended_id=False,
                data=payload.tobytes(),
                channel=0,
            )
            writer.on_message_received(message)
    write_mf4(folder / MF4, payloads)


def made_up() -> Any:
    """Payloads as a car has them: counters, slow quantities with noise, states that hold."""
    random = np.random.default_rng(1)
    number = np.arange(FRAMES)
    cycle = number // MESSAGES
    volts = 3500 + 200 * np.sin(cycle / 3000) + random.normal(0, 3, FRAMES)
    amperes = 900 * np.sin(cycle / 700) + random.normal(0, 20, FRAMES)
    table = np.zeros((FRAMES, 8), np.uint8)
    table[:, 0] = cycle
    table[:, 1:3] = volts.astype("<u2").view(np.uint8).reshape(-1, 2)
    table[:, 3:5] = amperes.astype(">i2").view(np.uint8).reshape(-1, 2)
    table[:, 5] = 65 + cycle // 4000
    table[:, 6] = cycle // 900 % 6
    table[:, 7] = np.bitwise_xor.reduce(table[:, :7], axis=1)
    return table


def write_mf4(path: Path, payloads: Any) -> None:
    """The layout in which python-can writes MF4 files, all frames at once."""
    from asammdf import MDF, Signal, Source  # noqa: PLC0415 - slow to import, not for our side
    from can.io.mf4 import STD_DTYPE  # noqa: PLC0415

    samples = np.zeros(FRAMES, STD_DTYPE)
    samples["CAN_DataFrame.BusChannel"] = 1
    samples["CAN_DataFrame.ID"] = FIRST_ID + ID_STEP * (np.arange(FRAMES) % MESSAGES)
    samples["CAN_DataFrame.DLC"] = samples["CAN_DataFrame.DataLength"] = 8
    samples["CAN_DataFrame.DataBytes"][:, :8] = payloads
    source = Source("CAN", "CAN", "", Source.SOURCE_BUS, Source.BUS_TYPE_CAN)
    stamps = np.arange(FRAMES) / FRAMES_PER_SECOND
    with MDF(version="4.10") as file:
        file.append(Signal(samples, stamps, name="CAN_DataFrame", source=source))
        file.groups[0].channel_group.flags |= 6  # bus events, as python-can marks them
        file.save(path, compression=2, overwrite=True)


def ours(folder: Path) -> tuple[float, float]:
    """Seconds, and the sum of all values."""
    database = load_database(folder / DATABASE)
    with RealStopwatch() as watch:
        decoded = decode(read_log(folder / BLF).recording.frames, database)
    assert decoded.values == FRAMES * SIGNALS.count("SG_")
    return watch.seconds, sum(
        float(column.value.sum()) for message in decoded.messages for column in message.columns
    )


def frame_by_frame(folder: Path) -> tuple[float, float]:
    """python-can and cantools."""
    database = cantools.database.load_file(folder / DATABASE, encoding="utf-8")
    with RealStopwatch() as watch, can.BLFReader(folder / BLF) as reader:
        decoded = [database.decode_message(frame.arbitration_id, frame.data) for frame in reader]
    return watch.seconds, sum(sum(values.values()) for values in decoded)


def extracted(folder: Path) -> tuple[float, float]:
    """asammdf, with the description as the object that its own loader makes."""
    from asammdf import MDF  # noqa: PLC0415
    from asammdf.blocks.utils import load_can_database  # noqa: PLC0415

    matrix = load_can_database(folder / DATABASE)
    with RealStopwatch() as watch:
        result = MDF(folder / MF4).extract_bus_logging({"CAN": [(matrix, 0)]})
    total = 0.0
    for index, group in enumerate(result.groups):
        for channel in group.channels[1:]:
            total += float(result.get(channel.name, index).samples.astype(np.float64).sum())
    return watch.seconds, total


def our_reading(folder: Path) -> tuple[float, float]:
    """The BLF file to columns of frames, without decoding."""
    with RealStopwatch() as watch:
        frames = read_log(folder / BLF).recording.frames
    return watch.seconds, float(len(frames))


def their_reading(folder: Path) -> tuple[float, float]:
    """The BLF file to python-can's messages."""
    with RealStopwatch() as watch, can.BLFReader(folder / BLF) as reader:
        count = sum(1 for _ in reader)
    return watch.seconds, float(count)


CONTESTANTS: dict[str, Callable[[Path], tuple[float, float]]] = {
    "ours": ours,
    "cantools": frame_by_frame,
    "asammdf": extracted,
    "our reading": our_reading,
    "their reading": their_reading,
}


def rows() -> list[Row]:
    """Every measurement in a fresh process, in turns."""
    sums: dict[str, float] = {}

    def measure(name: str, folder: str) -> float:
        seconds, sums[name] = in_fresh_process(__file__, name, folder)
        return float(seconds)

    with scratch() as name:
        write_files(Path(name))
        found = alternate(
            ROUNDS,
            {who: lambda who=who: measure(who, name) for who in CONTESTANTS},  # type: ignore[misc]
        )
    for other in ("cantools", "asammdf"):
        if abs(sums[other] - sums["ours"]) > 1e-9 * abs(sums["ours"]):
            raise SystemExit(f"{other} decodes to a sum of {sums[other]}, ours is {sums['ours']}")
    what = f"CAN recording of {FRAMES:,} frames to {FRAMES * SIGNALS.count('SG_'):,} values"
    return [
        compare(
            what,
            found["ours"],
            found["cantools"],
            name="python-can + cantools, BLF",
            target=CANTOOLS_TARGET,
        ),
        compare(what, found["ours"], found["asammdf"], name="asammdf, MF4", target=ASAMMDF_TARGET),
        compare(
            f"CAN recording of {FRAMES:,} frames, reading only",
            found["our reading"],
            found["their reading"],
            name="python-can, BLF",
            target=None,
        ),
    ]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(CONTESTANTS[sys.argv[1]](Path(sys.argv[2]))))
    else:
        print(markdown(rows()))
