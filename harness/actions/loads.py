"""Setting what a load draws, and what a source supplies. Every setting is read back."""

from typing import TYPE_CHECKING, Any

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.devices.instrument.device import agrees
from harness.errors import BenchError, NotAvailableError
from harness.events import Written
from harness.fields import QuantityField
from harness.quantity import Quantity, Value
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

ON, OFF = "on", "off"


async def put(step: StepContext, role: str, point: str, value: Value) -> None:
    """Set a point of a load or a source and prove it. Raises BenchError if it reads otherwise."""
    read_back = await step.bench.scpi(role).write_and_read_back(point, value, step.deadline)
    agreed = agrees(read_back, value)
    step.emit(
        Written(
            step=step.step, role=role, point=point, value=value, read_back=read_back, agreed=agreed
        )
    )
    if not agreed:
        shown = None if read_back is None else read_back.value
        raise BenchError(f"{point} was set to {value} and reads {shown}")


def _in_unit(step: StepContext, role: str, point: str, wanted: Quantity) -> float:
    known = step.bench.scpi(role).profile.points.get(point)
    if known is None or known.unit is None:
        raise NotAvailableError(f"the {role} has no point {point!r}")
    return wanted.to(known.unit)


def _one_of_two(_bench: "LoadedBench", _role: str, parameters: dict[str, Any]) -> str:
    given = [name for name in ("current", "power") if parameters[name] is not None]
    return "" if len(given) == 1 else "a load draws a current or a power, one of the two"


async def draw(step: StepContext, *, current: Quantity | None, power: Quantity | None) -> None:
    """Have the bench's load draw this, from now on."""
    for mode, point, wanted in (
        ("current", "current_setting", current),
        ("power", "power_setting", power),
    ):
        if wanted is None:
            continue
        if step.bench.scpi("load").has("mode"):
            await put(step, "load", "mode", mode)
        await put(step, "load", point, _in_unit(step, "load", point, wanted))
    await put(step, "load", "output", ON)


@action(
    "load.draw",
    kind="W",
    writes=True,
    judges=False,
    limit="none",
    possible=_one_of_two,
    title=Text("负载加载", "Load on"),
)
async def load_draw(
    step: StepContext,
    *,
    current: QuantityField | None = None,
    power: QuantityField | None = None,
) -> None:
    """Set the load to a current (per phase) or a power, switch it on, and read both back.

    That it draws it is for a `load.measure` or `pile.measure` to show. It is off again at the end.
    """
    await draw(step, current=current, power=power)


@action(
    "load.off",
    kind="W",
    writes=True,
    judges=False,
    limit="none",
    title=Text("负载卸载", "Load off"),
)
async def load_off(step: StepContext) -> None:
    """Switch the load off and read that back."""
    await put(step, "load", "output", OFF)


@action(
    "source.supply",
    kind="W",
    energises=True,
    writes=True,
    judges=False,
    limit="none",
    title=Text("电源输出", "Source on"),
)
async def supply(
    step: StepContext,
    *,
    voltage: QuantityField | None = None,
    frequency: QuantityField | None = None,
) -> None:
    """Set voltage (phase to neutral) and frequency of the source, and switch it on.

    At the end settings and output are put back to what they were before the run.
    """
    for point, wanted in (("voltage_setting", voltage), ("frequency_setting", frequency)):
        if wanted is not None:
            await put(step, "source", point, _in_unit(step, "source", point, wanted))
    await put(step, "source", "output", ON)


@action(
    "source.off",
    kind="W",
    writes=True,
    judges=False,
    limit="none",
    title=Text("电源关断", "Source off"),
)
async def source_off(step: StepContext) -> None:
    """Switch the source off and read that back."""
    await put(step, "source", "output", OFF)
