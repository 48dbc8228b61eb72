"""What a pile asks to be paid, against price times energy."""

from collections.abc import Iterator
from typing import Any

from harness.actions.context import StepContext
from harness.actions.joint_given import number_of
from harness.actions.metering_error import why_no_energy
from harness.actions.registry import CheckContext, Complaint, PointName, action, check_of
from harness.devices.operator import Question
from harness.errors import NotAvailableError
from harness.fields import TextField
from harness.limits import Range
from harness.quantity import Measurement, convert
from harness.text import Text

_NUMBERS = ("price_of", "amount_of")


@action(
    "operator.display",
    kind="I",
    judges=False,
    limit="none",
    title=Text("读取显示值", "Read off a display"),
)
async def display(step: StepContext, *, ask: TextField, subject: str, unit: str) -> None:
    """Have the person read a number off the device's display, and keep it for later steps."""
    answer = await step.ask(
        Question(kind="reading", step=step.step, subject=subject, ask=ask, unit=unit)
    )
    if answer.value is None:
        raise NotAvailableError(f"nobody observed {subject!r}")
    step.measured(
        Measurement(
            name=subject,
            value=answer.value,
            unit=unit,
            source=answer.by,
            at=step.clock.elapsed(),
            note=answer.note,
        )
    )


@action(
    "pile.amount",
    kind="J",
    limit="needed",
    possible=lambda bench, role, parameters: why_no_energy(bench, role, parameters["energy"]),
    title=Text("付费金额", "Amount to be paid"),
)
async def amount(
    step: StepContext, *, price_of: str, amount_of: str, energy: PointName = "session_energy"
) -> None:
    """Judge the displayed amount less displayed price times the session's energy.

    Price and amount are what was read off in two earlier steps. The step of the energy register
    is what is not known about the product.
    """
    price, asked = (_kept(step, name) for name in (price_of, amount_of))
    read = await step.read_one(energy)
    kwh = number_of(read)
    if kwh is None:
        step.judge(read)
        return
    unit = read.unit or "kWh"
    tariff = convert(number_of(price) or 0.0, price.unit or "CNY/kWh", "CNY/kWh")
    paid = convert(number_of(asked) or 0.0, asked.unit or "CNY", "CNY")
    step.judge(
        Measurement(
            name=f"{asked.name} - {energy}",
            value=round(paid - tariff * convert(kwh, unit, "kWh"), 6),
            unit="CNY",
            uncertainty=(
                None
                if read.uncertainty is None
                else round(tariff * convert(read.uncertainty, unit, "kWh"), 6)
            ),
            source="pile",
            at=step.clock.elapsed(),
            transactions=read.transactions,
            note=f"{paid:g} CNY for {convert(kwh, unit, 'kWh'):g} kWh at {tariff:g} CNY/kWh",
        )
    )


def _kept(step: StepContext, earlier: str) -> Measurement:
    """The number that an earlier step put on record. Raises NotAvailableError."""
    for reading in reversed(step.memory.measurements.get(earlier, [])):
        if number_of(reading) is not None:
            return reading
    raise NotAvailableError(f"step {earlier!r} gave no reading to compare with")


@check_of("pile.amount")
def _check(context: CheckContext) -> Iterator[Complaint]:
    given: dict[str, Any] = context.parameters
    for name in _NUMBERS:
        if given[name] not in context.earlier:
            yield ("with", name), f"no earlier step is called {given[name]!r}", "an earlier step"
    if not isinstance(context.limit, Range) or context.limit.unit != "CNY":
        context.limit_problem("pile.amount judges in CNY", "a limit with low and high, in CNY")
