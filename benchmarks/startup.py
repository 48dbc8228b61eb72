"""`harness --help`, beside a Python that only imports click."""

import subprocess
import sys
from pathlib import Path

from comparison import Row, alternate, compare, markdown

from harness.clock import RealStopwatch

ROUNDS = 20
TARGET = 1.5


def seconds(*command: str) -> float:
    with RealStopwatch() as watch:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return watch.seconds


def rows() -> list[Row]:
    program = str(Path(sys.executable).parent / "harness")
    found = alternate(
        ROUNDS,
        {
            "click": lambda: seconds(sys.executable, "-c", "import click"),
            "help": lambda: seconds(program, "--help"),
        },
    )
    return [
        compare(
            "`harness --help`",
            found["help"],
            found["click"],
            name='python -c "import click"',
            target=TARGET,
        )
    ]


if __name__ == "__main__":
    print(markdown(rows()))
