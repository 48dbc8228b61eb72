"""What the file of a brake tester proves: braking rates, balance, drag."""

from typing import TYPE_CHECKING, Literal

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.actions.tester_files import OfFile, check_file, file_of, number_from
from harness.devices.tester.reader import LineFile
from harness.errors import NotAvailableError
from harness.quantity import Measurement
from harness.text import Text

if TYPE_CHECKING:
    from harness.catalogue.criteria.inputs import Series

AxleName = Literal["front", "rear"]
Brake = Literal["service", "parking"]


def _wheels(file: LineFile, brake: str, axle: str) -> "tuple[Series, Series]":
    from harness.catalogue.criteria.inputs import Series  # noqa: PLC0415

    left, right = (
        Series(
            file.column(f"{side}_force", brake=brake, axle=axle),
            "N",
            file.uncertainty.get(f"{side}_force"),
        )
        for side in ("left", "right")
    )
    if not left.values:
        raise NotAvailableError(f"the file has no rows of {brake} {axle}")
    return left, right


def _load(step: StepContext, name: str, axles: tuple[str, ...]) -> Measurement:
    """Weight (N) on these axles, of the file with the axle loads."""
    from harness.catalogue.criteria.braking_rate import weight  # noqa: PLC0415
    from harness.catalogue.criteria.inputs import calculated, root_sum  # noqa: PLC0415

    file = file_of(step, name, "axle-load")
    parts = [
        number_from(step, file, column, value)
        for axle in axles
        for column in ("left_load", "right_load")
        for value in file.column(column, axle=axle)
    ]
    total = sum(float(one.value) for one in parts if isinstance(one.value, float))
    spread = root_sum(*(one.uncertainty for one in parts))
    return weight(calculated("axle_load", total, "kg", spread, inputs=parts))


@action(
    "operator.braking_rate",
    kind="I",
    limit="needed",
    check=check_file,
    title=Text("制动率", "Braking rate"),
)
async def braking_rate(
    step: StepContext,
    *,
    file: OfFile,
    load: OfFile,
    brake: Brake = "service",
    axle: AxleName | None = None,
) -> None:
    """Judge brake forces over the weight: of one axle, or of the whole car.

    The parking brake acts on whichever axles the file has rows of; its force goes over the whole
    weight.
    """
    from harness.catalogue.criteria.braking_rate import braking_rate as rate  # noqa: PLC0415

    found = file_of(step, file, "brake-force")
    names: tuple[str, ...] = ("front", "rear") if axle is None else (axle,)
    braked = names
    if brake == "parking":
        braked = tuple(name for name in names if found.of(brake=brake, axle=name)) or names
    result = rate([_wheels(found, brake, name) for name in braked], _load(step, load, names))
    step.measured(result)
    step.judge(result)


@action(
    "operator.brake_imbalance",
    kind="I",
    limit="needed",
    check=check_file,
    title=Text("制动不平衡率", "Brake imbalance"),
)
async def brake_imbalance(
    step: StepContext,
    *,
    file: OfFile,
    load: OfFile,
    axle: AxleName,
    basis: Literal["wheel_force", "axle_load"] = "wheel_force",
) -> None:
    """Judge how far left and right differ while the force builds up, on one basis.

    A rear axle below 60 % of its load goes by the load, any other axle by the larger wheel force;
    the step of the other basis records that ratio and claims nothing. Where the uncertainty leaves
    it open, both are judged.
    """
    from harness.catalogue.criteria.brake_imbalance import (  # noqa: PLC0415
        brake_imbalance as balances,
    )

    left, right = _wheels(file_of(step, file, "brake-force"), "service", axle)
    weight = _load(step, load, (axle,)) if axle == "rear" else None
    found = balances(left, right, rear=axle == "rear", axle_load=weight)
    ratios = [one.ratio for one in found if one.basis == basis or one.ratio.value is None]
    if not ratios:
        step.measured(found[0].ratio)
        step.no_claim = f"this axle is judged by {found[0].basis.value}"
    for ratio in ratios:
        step.measured(ratio)
        step.judge(ratio)


@action(
    "operator.wheel_drag",
    kind="I",
    limit="needed",
    check=check_file,
    title=Text("车轮阻滞率", "Wheel drag"),
)
async def wheel_drag(step: StepContext, *, file: OfFile, load: OfFile, axle: AxleName) -> None:
    """Judge what each wheel of an axle holds with the brake released, over the axle load."""
    from harness.catalogue.criteria.wheel_drag import wheel_drag as drag  # noqa: PLC0415

    weight = _load(step, load, (axle,))
    for wheel in _wheels(file_of(step, file, "brake-force"), "released", axle):
        result = drag(wheel, weight)
        step.measured(result)
        step.judge(result)
