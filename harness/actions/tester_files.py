"""Taking in the file of an inspection-line tester, for the steps that judge by it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import earlier
from harness.actions.registry import CheckContext, Complaint, action
from harness.clock import CHINA
from harness.devices.operator import Question
from harness.devices.operator.answers import FileOperator
from harness.devices.tester.layout import KINDS, Number
from harness.devices.tester.mapping import TableMapping
from harness.devices.tester.reader import LineFile, read_tester
from harness.errors import FileError, NotAvailableError, UnknownNameError, UsageError
from harness.fields import TextField
from harness.quantity import Measurement, Quality
from harness.text import Text

__all__ = ["OfFile", "check_file", "file_of"]

OfFile = Annotated[str, Field(description="The `operator.tester_file` step whose file it is")]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that could not be right: steps behind it say why they have nothing to judge."""

    why: str


def _check_kind(context: CheckContext) -> Iterator[Complaint]:
    kind = context.parameters["kind"]
    mapping = context.parameters["mapping"]
    if kind not in KINDS:
        detail = UnknownNameError("kind of tester", kind, list(KINDS)).detail
        yield ("with", "kind"), detail, "a kind of tester"
    elif mapping is not None and mapping.kind != kind:
        yield ("with", "mapping", "kind"), f"the mapping is of {mapping.kind}", kind


@action(
    "operator.tester_file",
    kind="I",
    judges=False,
    limit="none",
    check=_check_kind,
    title=Text("导入检测设备数据", "Take in a tester's file"),
)
async def tester_file(
    step: StepContext,
    *,
    ask: TextField,
    kind: str,
    of: Annotated[str, Field(description="Which run: `laden` …")] = "",
    mapping: TableMapping | None = None,
) -> None:
    """Have the person give the path of a tester's file, read it and compare its VIN.

    The VIN is the one of the bench's site ledger. The file is kept with the record, and its
    SHA-256 is the reading. A file that cannot be right, of another car or of another day than today
    is a FileError with line and column, and the steps that would have judged by it are not run.
    """
    ledger = step.bench.site.get("vin")
    if ledger is None:
        raise NotAvailableError("the bench file's site ledger has no 'vin'")
    subject = f"tester-{kind}-{of}" if of else f"tester-{kind}"
    question = Question(kind="observe", step=step.step, subject=subject, ask=ask)
    answer = await step.ask(question)
    if not isinstance(answer.value, str) or not answer.value.strip():
        raise NotAvailableError("no file of the tester was given")
    path, data = Path(answer.value), answer.content
    if data is None:
        path = _place(step, answer.value)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path.name}: {error.strerror or error}") from error
    # Kept before it is read: a file that is refused is evidence, too.
    copy = step.bench.keep_file("tester", path.name, data)
    today = step.clock.now().utc.astimezone(CHINA).date()
    try:
        found = read_tester(path.name, data, kind=kind, vin=str(ledger), day=today, entry=mapping)
    except FileError as error:
        step.memory.kept[step.step] = Refused(str(error.problems[0]))
        step.measured(
            Measurement(
                name="tester_file",
                value=hashlib.sha256(data).hexdigest(),
                source=answer.by,
                at=step.clock.elapsed(),
                note=f"refused; {copy}" if copy else "refused",
            )
        )
        raise
    step.memory.kept[step.step] = found
    undated = "" if found.day else "; the file does not say on which day the test was made"
    step.measured(
        Measurement(
            name="tester_file",
            value=hashlib.sha256(data).hexdigest(),
            source=answer.by,
            at=step.clock.elapsed(),
            note=f"{path.name}: {len(found.rows)} rows{f'; {copy}' if copy else ''}{undated}",
        )
    )


def _place(step: StepContext, answer: str) -> Path:
    """Where the file is: beside the answers file, or where the harness was started."""
    path = Path(answer.strip().strip("\"'"))
    operator = step.bench.operator
    if isinstance(operator, FileOperator) and (operator.path.parent / path).exists():
        return operator.path.parent / path
    return path


def file_of(step: StepContext, name: str, kind: str | None = None) -> LineFile:
    """The file that an earlier step took in, of this kind. Raises NotAvailableError."""
    found = step.memory.kept.get(name)
    if isinstance(found, Refused):
        raise NotAvailableError(f"the file of step {name} was refused: {found.why}")
    if not isinstance(found, LineFile):
        raise NotAvailableError(f"step {name} took in no file")
    if kind is not None and found.kind.name != kind:
        raise NotAvailableError(f"the file is of kind {found.kind.name}; expected {kind}")
    return found


def check_file(context: CheckContext) -> Iterator[Complaint]:
    """The steps named stand before this one."""
    names = [context.parameters[key] for key in ("file", "load") if key in context.parameters]
    yield from earlier(context, tuple(names), "file")


def number_from(step: StepContext, file: LineFile, column: str, value: float) -> Measurement:
    """A number of a file as a reading, with the uncertainty that the file states."""
    one = file.kind.columns[column]
    assert isinstance(one, Number)
    return Measurement(
        name=f"tester_{column}",
        value=value,
        unit=one.unit,
        uncertainty=file.uncertainty.get(column),
        quality=Quality.GOOD,
        source=f"{file.kind.name} tester",
        at=step.clock.elapsed(),
    )
