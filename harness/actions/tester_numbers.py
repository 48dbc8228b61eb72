"""Numbers that a tester's file states as they are judged, and the speedometer's error."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.tester_files import OfFile, check_file, file_of, number_from
from harness.devices.operator import Question
from harness.devices.tester.layout import KINDS, Number
from harness.errors import NotAvailableError, UnknownNameError
from harness.fields import TextField
from harness.text import Text


def _check_column(context: CheckContext) -> Iterator[Complaint]:
    yield from check_file(context)
    known = {one.name for kind in KINDS.values() for one in kind.numbers}
    name = context.parameters["column"]
    if name not in known:
        detail = UnknownNameError("column", name, sorted(known)).detail
        yield ("with", "column"), detail, "a column of numbers"


@action(
    "operator.tester_number",
    kind="I",
    limit="needed",
    check=_check_column,
    title=Text("检测设备数值", "Number of a tester"),
)
async def tester_number(
    step: StepContext,
    *,
    file: OfFile,
    column: str,
    of: Annotated[dict[str, str] | None, Field(description="Only rows with these words")] = None,
    take: Literal["each", "lowest", "highest"] = "each",
) -> None:
    """Judge the numbers of a column, each by itself or the lowest or highest of them."""
    found, rows = file_of(step, file), of or {}
    one = found.kind.columns.get(column)
    unknown = sorted(set(rows) - {key.name for key in found.kind.keys})
    if not isinstance(one, Number) or unknown:
        missing = unknown[0] if unknown else column
        raise NotAvailableError(f"a file of {found.kind.name} has no column {missing}")
    values = found.column(column, **rows)
    if not values:
        raise NotAvailableError(f"the file has no rows of {' '.join(rows.values())}")
    if take != "each":
        values = [min(values) if take == "lowest" else max(values)]
    for value in values:
        reading = number_from(step, found, column, value)
        step.measured(reading)
        step.judge(reading)


@action(
    "operator.speedometer",
    kind="I",
    limit="none",
    check=check_file,
    title=Text("车速表误差", "Speedometer error"),
)
async def speedometer(step: StepContext, *, file: OfFile) -> None:
    """Judge what the speedometer shows against the true speed, at every speed of the file."""
    from harness.catalogue.criteria.speedometer_error import speedometer_error  # noqa: PLC0415

    found = file_of(step, file, "speedometer")
    pairs = zip(found.column("indicated"), found.column("true"), strict=True)
    for indicated, true in pairs:
        error, limit = speedometer_error(
            number_from(step, found, "indicated", indicated),
            number_from(step, found, "true", true),
        )
        step.measured(error)
        step.judge(error, limit)


SUSPENSIONS = ("independent", "rigid")


@action(
    "operator.side_slip",
    kind="I",
    limit="needed",
    check=check_file,
    title=Text("横向侧滑量", "Side slip"),
)
async def side_slip(step: StepContext, *, file: OfFile, ask: TextField) -> None:
    """Have the person say how the steered axle is suspended, and judge the side slip of a `rigid`
    one. Of an `independent` suspension the figures go on record and nothing is claimed.
    """
    found = file_of(step, file, "side-slip")
    answer = await step.ask(
        Question(
            kind="observe",
            step=step.step,
            subject="front-suspension",
            ask=ask,
            choices=list(SUSPENSIONS),
            labels={
                "independent": Text("独立悬架", "independent suspension"),
                "rigid": Text("非独立悬架", "no independent suspension"),
            },
        )
    )
    if answer.value not in SUSPENSIONS:
        raise NotAvailableError("nobody observed 'front-suspension'")
    for value in found.column("slip_per_km"):
        reading = number_from(step, found, "slip_per_km", value)
        step.measured(reading)
        if answer.value == "rigid":
            step.judge(reading)
    if answer.value == "independent":
        step.no_claim = "independent suspension: side slip is not judged"
