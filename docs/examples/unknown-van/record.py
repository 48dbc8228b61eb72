"""Twelve seconds of a delivery van that does not exist, as a logger would have recorded them.

    python record.py sound.asc
    python record.py tired.blf --weak-cell --slow-brake

The van waits, pulls away, drives and brakes to a stand. `--weak-cell`: the voltage of one cell
collapses under load. `--slow-brake`: the brake light comes late. The kind of file follows from its
name (.asc, .blf, .log, .trc).
"""

import argparse
import random
import sys
from datetime import UTC, datetime

import can
import cantools

BEGINS = datetime(2026, 3, 9, 8, 30, tzinfo=UTC).timestamp()
DATABASE = "van.dbc"


def speed_at(t: float) -> float:
    """Road speed in km/h: away at 2 s, 36 km/h from 6 s, braked from 9 s, at rest at 11 s."""
    if t < 2:
        return 0.0
    if t < 6:
        return 9.0 * (t - 2)
    if t < 9:
        return 36.0
    return max(0.0, 36.0 - 18.0 * (t - 9))


def current_at(t: float) -> float:
    """Pack current in A, positive when it is discharged."""
    if t < 2:
        return 1.5
    if t < 6:
        return 1.5 + 40.0 * (t - 2)
    if t < 9:
        return 22.0
    return -35.0 if t < 11 else 1.5


def frames(weak_cell: bool, slow_brake: bool) -> list[can.Message]:
    database = cantools.database.load_file(DATABASE)
    noise = random.Random(7)
    found: list[can.Message] = []

    def send(name: str, t: float, values: dict[str, float]) -> None:
        message = database.get_message_by_name(name)
        data = message.encode(values, strict=False)
        found.append(
            can.Message(
                timestamp=BEGINS + t + noise.uniform(0, 0.0004),
                arbitration_id=message.frame_id,
                is_extended_id=message.is_extended_frame,
                data=data,
            )
        )

    metres = 0.0
    for tick in range(1200):  # of 10 ms
        t = tick / 100
        speed, current = speed_at(t), current_at(t)
        metres += speed / 3.6 * 0.01
        braking = 9 <= t < 11
        if tick % 2 == 0:
            send("VMU_Motion", t, {
                "RoadSpeed": speed, "Odometer": 48213.4 + metres / 1000,
                "DriveSelector": 3 if 1.5 <= t < 11.5 else 0, "Alive": tick // 2 % 16,
            })  # fmt: skip
            pressure = 38.0 + noise.uniform(-0.3, 0.3) if braking else 0.0
            send("BRK_Circuit", t + 0.002, {
                "LinePressureFront": pressure, "LinePressureRear": 0.6 * pressure, "FluidLow": 0,
            })  # fmt: skip
        if tick % 5 == 0:
            late = 0.6 if slow_brake else 0.0
            send("VMU_Pedals", t + 0.004, {
                "Accelerator": 30.0 if 2 <= t < 6 else 8.0 if 6 <= t < 9 else 0.0,
                "BrakeLightSwitch": 1 if 9 + late <= t < 11.2 else 0,
            })  # fmt: skip
        if tick % 10 == 0:
            cells = [3.712 - 0.0003 * current + noise.uniform(-0.002, 0.002) for _ in range(6)]
            if weak_cell:
                cells[3] -= 0.0009 * max(current, 0.0)
            send("HVB_Pack", t + 0.006, {
                "PackVoltage": 16 * sum(cells), "PackCurrent": current, "StateOfCharge": 71.5,
            })  # fmt: skip
            group = tick // 10 % 3
            send("HVB_CellGroup", t + 0.008, {
                "GroupNumber": group,
                f"Cell{2 * group + 1:02}": cells[2 * group],
                f"Cell{2 * group + 2:02}": cells[2 * group + 1],
            })  # fmt: skip
    return sorted(found, key=lambda frame: frame.timestamp)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--weak-cell", action="store_true")
    parser.add_argument("--slow-brake", action="store_true")
    given = parser.parse_args()
    found = frames(given.weak_cell, given.slow_brake)
    with can.Logger(given.file) as log:
        for frame in found:
            log.on_message_received(frame)
    sys.stdout.write(f"{given.file}: {len(found)} frames\n")


if __name__ == "__main__":
    main()
