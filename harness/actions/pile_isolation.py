"""Switching a pile off that may not talk at all, before hands go to its conductors.

A sound pile falls silent, which confirms that the right switch was opened. One that did not answer
before proves nothing by its silence, nor does one whose gateway goes on answering from its memory:
there only the tester at the terminals tells, which `operator.prove_dead` asks for in any case.
"""

from harness.actions.context import StepContext
from harness.actions.isolation import answers, until_silent, watched_point
from harness.actions.joint_given import Passed, check_timed, require_passed, within_of
from harness.actions.pile_fault.model import OK
from harness.actions.pile_fault.record import gathered
from harness.actions.registry import action
from harness.bench.isolation import Isolation
from harness.clock import Deadline
from harness.fields import TextField
from harness.quantity import Measurement
from harness.text import Text

_TRIES = 3
_ONE_READ = 5.0
_FROM_MEMORY = ("frozen", "stale")


async def _why_silence_tells_nothing(step: StepContext) -> str:
    if gathered(step)[0].get("live", OK) in _FROM_MEMORY:
        return "its gateway answers from a memory: silence is not to be expected"
    point = watched_point(step.modbus)
    for _ in range(_TRIES):
        if await answers(step.modbus, point, Deadline.after(_ONE_READ)):
            return ""
    return "it did not answer before: its silence proves nothing"


@action(
    "pile.switched_off",
    kind="O",
    limit="needed",
    judges=False,
    check=check_timed,
    title=Text("断开馈线", "Switch it off"),
)
async def switched_off(
    step: StepContext, *, does: str, ask: TextField, if_passed: Passed = ()
) -> None:
    """Have the person switch the pile off, and judge how soon it no longer answers.

    As `pile.goes_silent`, for a pile that may have any fault. Where silence proves nothing the
    step makes no claim of its own; what comes after it needs the proof by the tester.
    """
    require_passed(step, if_passed)
    limit = within_of(step)
    device = step.modbus
    why = await _why_silence_tells_nothing(step)
    if not why:
        await until_silent(step, limit.high, does, ask)
        return
    await step.do_by_hand(does, ask)
    isolation = step.bench.isolated[device.role] = Isolation(step.step)
    isolation.silent = not await answers(device, watched_point(device), Deadline.after(_ONE_READ))
    step.measured(
        Measurement("switched_off", True, source=step.role, at=step.clock.elapsed(), note=why)
    )
