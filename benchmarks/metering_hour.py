"""One hour of metering in virtual time: a session that a reference meter looks at for 3,600 s.

Pile and meter speak real RTU frames and the pile's watchdog is fed all the time. The baseline is
the hour itself, which is what the same comparison takes on hardware.
"""

import os
import statistics
from pathlib import Path

from comparison import Row, duration, markdown, scratch

from harness.bench.load import load_bench
from harness.catalogue.load import load_catalogue
from harness.engine.plan import make_plan
from harness.engine.run import RunRequest, execute
from harness.procedure.load import load_procedure

HOUR = 3600.0
ROUNDS = 5
TARGET = 1.0 / HOUR
"""A second for an hour."""
_TITLE = "title: {zh: 一小时计量, en: An hour of metering}"
_STEPS = f"""\
procedure: BENCH-HOUR
{_TITLE}
steps:
  - id: connect
    {_TITLE}
    do: operator.confirm
    with: {{does: connect-vehicle, ask: {{zh: 插枪, en: Plug in}}}}
  - id: start
    {_TITLE}
    do: pile.start_charging
    with: {{current: 16 A, watchdog: 60 s}}
  - id: hour
    {_TITLE}
    do: meter.compare_energy
    with: {{at_least: 1 h, longest: 2 h, refresh: 500 ms}}
    item: JJG 1148-2022/operating-error-class-2
    within: 2 h
  - id: stop
    {_TITLE}
    do: pile.stop_charging
"""


def rows() -> list[Row]:
    seconds: list[float] = []
    with scratch() as name:
        folder = Path(name)
        os.environ["HARNESS_KEYS"] = str(folder / "keys")
        path = folder / "BENCH-HOUR.yaml"
        path.write_text(_STEPS, encoding="utf-8")
        for number in range(ROUNDS):
            bench = load_bench("sim")
            plan = make_plan(load_procedure(str(path)), bench, load_catalogue(), energise=True)
            result = execute(RunRequest([plan], bench, folder / str(number), seed=7))
            assert result.exit_code == 0, result.reason
            seconds.append(result.real_seconds)
        requests = len((folder / "0" / "modbus.jsonl").read_bytes().splitlines())
    real = statistics.median(seconds)
    return [
        Row(
            "an hour of metering on the simulated bench",
            duration(real),
            f"{duration(HOUR)} (simulated time)",
            real / HOUR,
            TARGET,
            f"{requests} Modbus requests, pile and reference meter",
        )
    ]


if __name__ == "__main__":
    print(markdown(rows()))
