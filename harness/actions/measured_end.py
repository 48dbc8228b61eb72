"""What a step that has a person drive or charge demands beforehand: its end can be measured."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from harness.actions.joint_given import check_passed
from harness.actions.registry import CheckContext, Complaint
from harness.devices.vehicle.begun import Kind

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench


def measured_at_end(kind: Kind) -> Callable[["LoadedBench", str, dict[str, Any]], str]:
    """Why a vehicle cannot show at the end of the run that it has ended; empty if it can."""

    def why_not(bench: "LoadedBench", _role: str, _parameters: dict[str, Any]) -> str:
        vehicle = bench.vehicle
        if vehicle is None:
            return "the bench has no vehicle"
        if kind.name in vehicle.ended or "vehicle" in bench.recorded:
            return ""
        return (
            f"the profile {vehicle.id} does not say what shows that a {kind.name} has ended "
            "(safe_state)"
        )

    return why_not


def check_end(context: CheckContext) -> Iterator[Complaint]:
    """`if_passed` names earlier steps, and the profile's safe state is sound."""
    if "if_passed" in context.parameters:
        yield from check_passed(context)
    vehicle = context.bench.vehicle
    if vehicle is None or not vehicle.ended:
        return
    for problem in vehicle.safe_state_problems:
        yield ("do",), str(problem), "a profile whose safe state is sound"
