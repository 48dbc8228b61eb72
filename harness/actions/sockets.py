"""States of a pile's socket and its lock: only where it has one, and where it needs one."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_passed, require_passed
from harness.actions.pilot_session import ShownIfThere
from harness.actions.registry import action
from harness.bench.sockets import no_lock, no_socket
from harness.errors import NotAvailableError
from harness.limits import Equals, OneOf
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

OfLock = Annotated[
    bool, Field(description="Only where the standard asks for a lock: rated above 16 A")
]


def _can_show(bench: "LoadedBench", role: str, parameters: dict[str, Any]) -> str:
    return no_lock(bench, role) if parameters["lock"] else no_socket(bench, role)


@action(
    "pile.socket_shows",
    kind="R",
    limit="none",
    possible=_can_show,
    check=check_passed,
    title=Text("插座状态核对", "States of the socket"),
)
async def socket_shows(
    step: StepContext, *, states: ShownIfThere, lock: OfLock = False, if_passed: Passed = ()
) -> None:
    """Expect states as `pile.shows` does, on a pile with a socket (connection modes A and B).

    Of those points that this pile has; with none of them the step is not run. Steps that make sense
    only at a socket follow it with `after:`.
    """
    require_passed(step, if_passed)
    shown = [name for name in states if step.device.has(name)]
    if not shown:
        raise NotAvailableError(f"the pile has none of {', '.join(states)}")
    for name, reading in (await step.read(shown)).items():
        wanted = states[name]
        step.judge(reading, OneOf(list(wanted)) if isinstance(wanted, list) else Equals(wanted))
