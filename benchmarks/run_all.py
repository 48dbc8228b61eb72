"""Every benchmark, as one Markdown table for docs/performance.md: `make bench`."""

import platform
import sys
from collections.abc import Callable

import engine
import modbus_reads
import startup
import virtual_time
from comparison import Row, markdown

from harness.clock import real_now

BENCHMARKS: list[Callable[[], list[Row]]] = [
    engine.rows,
    modbus_reads.rows,
    virtual_time.rows,
    startup.rows,
]


def main() -> None:
    rows: list[Row] = []
    for benchmark in BENCHMARKS:
        print(f"{benchmark.__module__} …", file=sys.stderr)
        rows += benchmark()
    print(
        f"Measured {real_now():%Y-%m-%d}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}.\n"
    )
    print(markdown(rows))


if __name__ == "__main__":
    main()
