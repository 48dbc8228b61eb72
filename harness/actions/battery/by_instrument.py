"""What a person measures at the high voltage with a hand instrument, referred to its voltage."""

from collections.abc import Iterator

from harness.actions.context import StepContext
from harness.actions.instruments import ask_reading
from harness.actions.registry import CheckContext, Complaint, action
from harness.catalogue.criteria.insulation_per_volt import required_resistance
from harness.devices.operator import Question
from harness.errors import NotAvailableError
from harness.fields import TextField
from harness.limits import Range
from harness.quantity import Quantity, convert, same_dimension
from harness.text import Text

_PER_VOLT = "Ω/V"


def _check(context: CheckContext) -> Iterator[Complaint]:
    limit = context.limit
    if limit is not None and (
        not isinstance(limit, Range)
        or limit.low is None
        or limit.high is not None
        or not same_dimension(limit.unit, _PER_VOLT)
    ):
        yield (), "the limit is no least resistance per volt", "low: … Ω/V"
    unit = context.parameters["unit"]
    if not same_dimension(unit, "Ω"):
        yield ("with", "unit"), f"{unit!r} is no unit of resistance", "MΩ, kΩ or Ω"


@action("vehicle.reading_per_volt", kind="I", limit="needed", check=_check,
        title=Text("仪表绝缘读数（按每伏判定）", "Insulation by instrument, per volt"))  # fmt: skip
async def reading_per_volt(
    step: StepContext, *, ask: TextField, quantity: str, unit: str, instrument: str
) -> None:
    """Have the person measure an insulation resistance, and judge it by a limit in Ω/V.

    The limit is turned into a resistance with the vehicle's rating `max_working_voltage`: the
    voltage of a moment, or of a car that is off, says nothing. The instrument counts as with
    `operator.reading`. Raises NotAvailableError where the profile has no such rating.
    """
    assert isinstance(step.limit, Range)  # see `_check`
    assert step.limit.low is not None
    rated = step.vehicle.profile.ratings.get("max_working_voltage")
    if rated is None:
        raise NotAvailableError("the profile does not say the highest working voltage")
    question = Question(
        kind="reading", step=step.step, subject=quantity, ask=ask, unit=unit, instrument=instrument
    )
    least = required_resistance(rated, Quantity(step.limit.low, step.limit.unit))
    found = await ask_reading(step, question)
    step.judge(found, Range(unit, round(convert(least.value, least.unit, unit), 9), None))
