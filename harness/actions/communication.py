"""How well a device communicates."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import PointName, action
from harness.errors import BadReplyError, DeviceError, DeviceLostError, NoReplyError
from harness.limits import Rule
from harness.quantity import Measurement, Quality
from harness.text import Text

_DEAD = 5
"""So many failures before the first success mean that there is nobody to measure; so many
silences in a row later on, that there is nobody any more."""


async def _read_often(
    step: StepContext, point: str, reads: int
) -> tuple[list[float], list[int], dict[str, int]]:
    """Single reads without retry: response times, record lines, failures by kind.

    A device that is not there has no error rate: raises what went wrong when the first reads all
    fail, and DeviceLostError when a device that answered falls silent.
    """
    times: list[float] = []
    lines: list[int] = []
    failures: dict[str, int] = {}
    silences = 0
    for number in range(reads):
        try:
            reading = await step.modbus.read([point], step.deadline, attempts=1)
        except (NoReplyError, BadReplyError, DeviceError) as error:
            kind = type(error).__name__.removesuffix("Error")
            failures[kind] = failures.get(kind, 0) + 1
            silences = silences + 1 if isinstance(error, NoReplyError) else 0
            if not times and number + 1 >= _DEAD:
                raise
            if silences >= _DEAD:
                what = f"{error.detail}: silent {silences} times in a row, after {len(times)}"
                raise DeviceLostError(f"{what} answers") from error
            continue
        silences = 0
        times.append(step.modbus.context.seconds)
        lines += reading[point].transactions
    return times, lines, failures


def _percentile(values: Sequence[float], share: int) -> float | None:
    """The smallest value that at least `share` per cent do not exceed; None without values."""
    if not values:
        return None
    return sorted(values)[max(0, -(-len(values) * share // 100) - 1)]


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
    failed = sum(failures.values())
    note = f"{len(times)} answers, {failed} failures"
    slow = _percentile(times, 95)
    if slow is not None:
        slow = round(slow, 6)
        note += f", median {_percentile(times, 50):.4f} s"
    step.judge(
        Measurement(
            name="response_time_95",
            value=slow,
            unit="s",
            quality=Quality.GOOD if times else Quality.MISSING,
            source=step.role,
            at=step.clock.elapsed(),
            transactions=lines,
            note=note,
        ),
        rule=Rule.SIMPLE,
    )
