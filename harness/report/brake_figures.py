"""The brake forces of a tester's file that a step took in, one picture for each axle.

Beside the largest difference stand the ratio and the limit of the step that judged it.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from harness.errors import HarnessError
from harness.events import Judged, StepStarted
from harness.evidence.layout import file_inside
from harness.evidence.read import read_file
from harness.limits import Range
from harness.report.markup import both
from harness.report.record import Record
from harness.report.view import Attempt, Step
from harness.text import Text

if TYPE_CHECKING:
    from harness.report.html_plots import Figure

TAKES_IN = "operator.tester_file"
KIND = "brake-force"
JUDGES = "operator.brake_imbalance"
_AXLES = {"front": Text("前轴制动力", "Front axle"), "rear": Text("后轴制动力", "Rear axle")}
_VIN = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPR-Z]{17}(?![0-9A-Z])")


def brake_figures(record: Record, step: Step, attempt: Attempt) -> "list[Figure]":
    """Pictures of the service brake; none of another kind of file, or one that cannot be read."""
    parameters = _parameters(record, step)
    if step.action != TAKES_IN or parameters.get("kind") != KIND or record.folder is None:
        return []
    kept = [at.event.measurement.note.rpartition("; ")[2] for at in attempt.measured]
    path = file_inside(record.folder, kept[-1]) if kept else None
    return [] if path is None else _drawn(path, parameters.get("mapping"), _ratios(record, step))


def _parameters(record: Record, step: Step) -> dict[str, Any]:
    for entry in record.entries:
        event = entry.event
        if isinstance(event, StepStarted) and (event.procedure, event.step) == (
            step.procedure, step.id,
        ):  # fmt: skip
            return dict(event.parameters)
    return {}


def _ratios(record: Record, step: Step) -> dict[str, tuple[float, float]]:
    """Axle -> ratio judged by this file and its limit, both in %.

    Where both bases were judged, the one that comes nearer to its limit.
    """
    judged: dict[tuple[str, str], tuple[float, float]] = {}
    started: StepStarted | None = None
    for entry in record.entries:
        event = entry.event
        if isinstance(event, StepStarted):
            started = event
        elif isinstance(event, Judged) and started is not None and event.step == started.step:
            limit, value = event.limit, event.measurement.value
            if (
                started.action == JUDGES
                and started.procedure == step.procedure
                and started.parameters.get("file") == step.id
                and isinstance(limit, Range)
                and limit.high
                and isinstance(value, int | float)
            ):
                axle = str(started.parameters.get("axle"))
                judged[axle, started.step] = (float(value), limit.high)
    nearest: dict[str, tuple[float, float]] = {}
    for (axle, _), one in judged.items():
        known = nearest.get(axle)
        if known is None or one[0] / one[1] > known[0] / known[1]:
            nearest[axle] = one
    return nearest


def _picture(series: list[list[float]], judged: tuple[float, float] | None) -> Markup:
    """The picture of one axle. What its difference was divided by follows from the ratio."""
    from harness.report.brake_diagram import brake_diagram, largest_difference  # noqa: PLC0415

    seconds, left, right = series
    if judged is None or judged[0] <= 0:
        return brake_diagram(seconds, left, right)
    ratio, limit = judged
    basis = 100 * largest_difference(seconds, left, right).difference / ratio
    return brake_diagram(seconds, left, right, basis=basis, limit=limit)


def _drawn(path: Path, mapping: object, ratios: dict[str, tuple[float, float]]) -> "list[Figure]":
    # Late: they need numpy and the testers' room.
    from harness.devices.tester.mapping import TableMapping  # noqa: PLC0415
    from harness.devices.tester.reader import read_tester  # noqa: PLC0415
    from harness.report.html_plots import Figure  # noqa: PLC0415 - it imports this module

    shown = both(
        Text(
            f"数据来自 {path.name}，原文件随记录保存。",
            f"From {path.name}, which is kept with the record.",
        )
    )
    try:
        data = read_file(path)
        entry = None if mapping is None else TableMapping.model_validate(mapping)
        text = data.decode("utf-8" if entry is None else entry.encoding, "replace")
        vin = _VIN.search(text)
        file = read_tester(path.name, data, kind=KIND, vin=vin[0] if vin else "", entry=entry)
        return [
            Figure(
                title,
                _picture(
                    [
                        file.column(name, brake="service", axle=axle)
                        for name in ("time", "left_force", "right_force")
                    ],
                    ratios.get(axle),
                ),
                shown,
            )
            for axle, title in _AXLES.items()
        ]  # fmt: skip
    except (HarnessError, ValueError):
        return []  # the step itself says what is wrong with the file
