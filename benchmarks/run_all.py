"""Every benchmark, as one Markdown table for docs/performance.md: `make bench`."""

import asyncio
import platform
import sys
from collections.abc import Callable

import can_decode
import can_live
import conformance
import engine
import inspection
import many_piles
import metering_hour
import modbus_reads
import report
import startup
import store
import vehicle_sim
import virtual_time
from comparison import Row, compare, markdown

from harness.clock import real_now
from harness.devices.modbus.profile import list_profiles

READ_ROUNDS = 200


def modbus_rows() -> list[Row]:
    """Reading every point of each shipped profile, one row a profile."""
    rows: list[Row] = []
    for name in list_profiles():
        points, requests, least, bare, ours = asyncio.run(modbus_reads.measure(name, READ_ROUNDS))
        rows.append(
            compare(
                f"Modbus, all {points} points of {name}",
                ours,
                bare,
                name="bare pymodbus",
                target=modbus_reads.TARGET,
                note=f"{requests} requests, least possible {least}",
            )
        )
    return rows


BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "engine": engine.rows,
    "modbus": modbus_rows,
    "many piles": many_piles.rows,
    "virtual time": virtual_time.rows,
    "metering hour": metering_hour.rows,
    "conformance": conformance.rows,
    "startup": startup.rows,
    "CAN recordings": can_decode.rows,
    "CAN live": can_live.rows,
    "simulated car": vehicle_sim.rows,
    "inspection": inspection.rows,
    "store": store.rows,
    "report": report.rows,
}


def main() -> None:
    rows: list[Row] = []
    for name, benchmark in BENCHMARKS.items():
        print(f"{name} …", file=sys.stderr)
        rows += benchmark()
    print(
        f"Measured {real_now():%Y-%m-%d}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}.\n"
    )
    print(markdown(rows))


if __name__ == "__main__":
    main()
