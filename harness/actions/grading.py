"""Grades by bands of readings, and the cost of putting a car in order, said by the candidate."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import earlier, number_of
from harness.actions.registry import CheckContext, Complaint, PointNames, action, check_of
from harness.devices.operator import Question
from harness.fields import FileModel, QuantityField, TextField
from harness.quantity import Measurement
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict

_BAD = (Verdict.FAIL, Verdict.CONDITIONAL_FAIL)


class Edge(FileModel):
    """Between which values a reading has to lie; the edges belong to it."""

    low: QuantityField | None = None
    high: QuantityField | None = None

    def holds(self, value: float, unit: str) -> bool:
        """Raises UsageError for a unit of another dimension."""
        above = self.low is None or value >= self.low.to(unit)
        return above and (self.high is None or value <= self.high.to(unit))


class Band(FileModel):
    """A grade, and what every reading has to be for it."""

    choice: str
    needs: dict[str, Edge] = Field(min_length=1, description="Point -> its edges")


class CostBand(FileModel):
    """One choice, and the highest sum for which it is right (CNY)."""

    choice: str
    up_to: float = Field(gt=0)


def band_of(
    readings: Mapping[str, Measurement], bands: list[Band], otherwise: str
) -> tuple[str | None, dict[str, str]]:
    """The first band of which every need is met, and what kept the car from the one before.

    None when a reading that decides is not usable.
    """
    kept: dict[str, str] = {}
    for band in bands:
        missed = {}
        for point, edge in band.needs.items():
            reading = readings[point]
            value = number_of(reading)
            if value is None:
                return None, {}
            if not edge.holds(value, reading.unit or "1"):
                missed[point] = f"{value:g} {reading.unit or ''}".strip()
        if not missed:
            return band.choice, kept
        kept = missed
    return otherwise, kept


async def _decided(
    step: StepContext, question: Question, right: str | None, basis: dict[str, str]
) -> None:
    value = (await step.ask(question)).value
    if value is None and step.bench.operator.simulated:
        value = right  # as in `operator.decide`
    if right is None:
        step.candidate = CandidateVerdict.PENDING
        return
    step.conclude(value, right, basis)


def _question(step: StepContext, subject: str, ask: Text, choices: dict[str, Text]) -> Question:
    return Question(kind="decide", step=step.step, subject=subject, ask=ask,
                    choices=list(choices), labels=choices)  # fmt: skip


@action("vehicle.grade_by_bands", kind="D", judges=False, limit="none",
        title=Text("按分档评级", "Grade by bands"))  # fmt: skip
async def grade_by_bands(
    step: StepContext,
    *,
    ask: TextField,
    subject: str,
    points: PointNames,
    choices: Annotated[dict[str, TextField], Field(min_length=2)],
    bands: Annotated[list[Band], Field(min_length=1)],
    otherwise: str,
) -> None:
    """Read points, and have the person say the grade; the first band whose needs are all met is it.

    The bands stand in the procedure, so a fleet can have its own. A reading that is not usable
    leaves the answer pending.
    """
    readings = await step.read(points)
    right, basis = band_of(readings, bands, otherwise)
    await _decided(step, _question(step, subject, ask, choices), right, basis)


@action("operator.estimate_cost", kind="D", judges=False, limit="none",
        title=Text("估算费用", "Estimate the cost"))  # fmt: skip
async def estimate_cost(
    step: StepContext,
    *,
    ask: TextField,
    subject: str,
    choices: Annotated[dict[str, TextField], Field(min_length=2)],
    costs: Annotated[dict[str, float], Field(min_length=1)],
    bands: Annotated[list[CostBand], Field(min_length=1)],
    otherwise: str,
) -> None:
    """Have the person say in which band the cost lies; the key adds up what the failed steps cost.

    `costs` says for each step what it costs (CNY) when it fails; `bands` go from low to high. In an
    exam the verdicts are those of the true values.
    """
    verdicts = dict(step.memory.verdicts)
    if step.examiner is not None:
        verdicts |= step.memory.by_truth
    due = {name: cost for name, cost in costs.items() if verdicts.get(name) in _BAD}
    total = sum(due.values())
    right = next((band.choice for band in bands if total <= band.up_to), otherwise)
    step.measured(
        Measurement(f"{subject}.sum", round(total, 2), "CNY", source="procedure",
                    at=step.clock.elapsed())
    )  # fmt: skip
    basis = {name: f"{cost:g} CNY" for name, cost in due.items()}
    await _decided(step, _question(step, subject, ask, choices), right, basis)


@check_of("vehicle.grade_by_bands")
def _bands(context: CheckContext) -> Iterator[Complaint]:
    """Grades can be chosen, and what they need is read."""
    parameters = context.parameters
    yield from _choices(context)
    for number, band in enumerate(parameters["bands"]):
        for point in band.needs:
            if point not in parameters["points"]:
                path = ("with", "bands", number, "needs", point)
                yield path, f"{point!r} is not read here", "one of `points`"


@check_of("operator.estimate_cost")
def _costs(context: CheckContext) -> Iterator[Complaint]:
    """Bands can be chosen and rise, and costs are those of earlier steps."""
    parameters = context.parameters
    yield from _choices(context)
    edges = [band.up_to for band in parameters["bands"]]
    if edges != sorted(set(edges)):
        yield ("with", "bands"), "the bands do not rise", "bands from low to high"
    for name in parameters["costs"]:
        for _, what, expected in earlier(context, (name,), "costs"):
            yield ("with", "costs", name), what, expected


def _choices(context: CheckContext) -> Iterator[Complaint]:
    parameters = context.parameters
    choices = parameters["choices"]
    named = [(("with", "bands", n, "choice"), one.choice)
             for n, one in enumerate(parameters["bands"])]  # fmt: skip
    for path, name in [*named, (("with", "otherwise"), parameters["otherwise"])]:
        if name not in choices:
            yield path, f"{name!r} is not one of the choices", "one of: " + ", ".join(choices)
