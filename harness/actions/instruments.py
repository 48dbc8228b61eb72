"""What a person has read off a hand instrument, with what the bench says about the instrument."""

import msgspec

from harness.actions.context import StepContext
from harness.bench.calibration import NO_DATE
from harness.bench.instruments import why_out_of_range
from harness.devices.operator import Answer, Question
from harness.errors import NotAvailableError
from harness.quantity import Measurement, Quality, Value


async def ask_reading(
    step: StepContext, question: Question, *, reference: tuple[str, str] | None = None
) -> Measurement:
    """Have the person measure, and put the reading with its uncertainty on record.

    `reference` is role and point for the same quantity: in an exam the candidate's reading is held
    against it where the truth is not known otherwise. An instrument that the bench does not list,
    whose calibration has run out or whose range does not hold what is said to be shown gives a
    reading that proves nothing. Raises NotAvailableError when nobody measured.
    """
    quantity = question.subject
    answer = await step.ask(question)
    if step.examiner is not None and reference is not None and step.reference is None:
        role, point = reference
        own = await step.read_one(point, role=role)
        step.compare_reading(question, answer, msgspec.structs.replace(own, name=quantity))
    if answer.value is None:
        raise NotAvailableError(f"nobody measured {quantity!r}")
    measurement = _measurement(step, answer, answer.value, question)
    step.measured(measurement)
    return measurement


def _measurement(
    step: StepContext, answer: Answer, value: Value, question: Question
) -> Measurement:
    quantity, unit = question.subject, question.unit or "1"
    instrument = question.instrument
    tool = step.bench.instrument(answer.instrument or None, instrument)
    quality, note = Quality.GOOD, answer.note
    if tool is None:
        quality, note = Quality.OUT_OF_CALIBRATION, "the bench lists no such instrument"
    elif tool.calibration_due is None:
        quality, note = Quality.OUT_OF_CALIBRATION, NO_DATE
    elif not tool.in_date:
        quality, note = Quality.OUT_OF_CALIBRATION, f"calibration due {tool.calibration_due}"
    elif why := why_out_of_range(tool.id, tool.range, value, unit):
        quality, note = Quality.OUT_OF_RANGE, why
    spread = answer.uncertainty
    if spread is None and tool is not None and tool.uncertainty is not None:
        spread = tool.uncertainty.of(value, unit, tool.resolution)
    return Measurement(
        name=quantity,
        value=value,
        unit=unit,
        uncertainty=spread,
        quality=quality,
        source=f"{answer.by} / {tool.id if tool else instrument}",
        at=step.clock.elapsed(),
        note=note,
    )
