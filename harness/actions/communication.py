"""How well a device communicates."""

from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import PointName, action
from harness.errors import BenchError, DeviceError, DeviceLostError
from harness.limits import Rule
from harness.quantity import Measurement
from harness.text import Text

_DEAD = 5
"""So many failures before the first success mean that there is nobody to measure."""


async def _read_often(
    step: StepContext, point: str, reads: int
) -> tuple[list[float], list[int], dict[str, int]]:
    """Single reads without retry: response times, record lines, failures by kind."""
    times: list[float] = []
    lines: list[int] = []
    failures: dict[str, int] = {}
    for number in range(reads):
        try:
            reading = await step.device.read([point], step.deadline, attempts=1)
        except DeviceLostError:
            raise
        except (BenchError, DeviceError) as error:
            kind = type(error).__name__.removesuffix("Error")
            failures[kind] = failures.get(kind, 0) + 1
            if not times and number + 1 >= _DEAD:
                raise
            continue
        times.append(step.device.context.seconds)
        lines += reading[point].transactions
    return times, lines, failures


@action(
    "pile.communication",
    "meter.communication",
    kind="R",
    limit="needed",
    title=Text("通信质量", "Communication quality"),
)
async def communication(
    step: StepContext, *, point: PointName, reads: Annotated[int, Field(ge=10, le=10000)] = 100
) -> None:
    """Read one point many times without retries and judge the share of failures."""
    _, lines, failures = await _read_often(step, point, reads)
    failed = sum(failures.values())
    if failed:
        note = ", ".join(f"{kind} {count}" for kind, count in sorted(failures.items()))
    else:
        # Rule of three: no failure in n shows a rate below about 3/n at 95 %.
        note = f"no failure in {reads} reads shows a rate below about {300 / reads:.2g} % at 95 %"
    step.judge(
        Measurement(
            name="error_rate",
            value=round(100 * failed / reads, 4),
            unit="%",
            source=step.role,
            at=step.clock.elapsed(),
            transactions=lines,
            note=f"{failed} of {reads}: {note}" if failed else note,
        ),
        rule=Rule.SIMPLE,
    )


@action(
    "pile.response_time",
    "meter.response_time",
    kind="R",
    limit="needed",
    title=Text("响应时间", "Response time"),
)
async def response_time(
    step: StepContext, *, point: PointName, reads: Annotated[int, Field(ge=20, le=10000)] = 40
) -> None:
    """Read one point many times without retries and judge the 95th percentile of the time."""
    times, lines, failures = await _read_often(step, point, reads)
    ordered = sorted(times)
    slow = ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]
    step.judge(
        Measurement(
            name="response_time_95",
            value=round(slow, 6),
            unit="s",
            source=step.role,
            at=step.clock.elapsed(),
            transactions=lines,
            note=f"{len(times)} answers, {sum(failures.values())} failures,"
            f" median {ordered[len(ordered) // 2]:.4f} s",
        ),
        rule=Rule.SIMPLE,
    )
