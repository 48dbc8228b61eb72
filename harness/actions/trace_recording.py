"""Beginning and ending a recording. In between other steps bring about what is to be seen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_passed, earlier, require_passed
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.trace_given import OfStep
from harness.clock import loop_time, sleep_until
from harness.devices.operator import Question
from harness.devices.operator.answers import FileOperator
from harness.errors import NotAvailableError
from harness.fields import DurationField, TextField
from harness.text import Text

_ARM = Text(
    "请启动录波仪（示波器、功率分析仪）记录，开始后确认。",
    "Start the recorder (oscilloscope, power analyser) and confirm.",
)
_FILE = Text(
    "请停止记录并保存文件，输入录波文件（或所在文件夹）的路径。",
    "Stop and save the recording, then give the path of its file (or of the folder).",
)


@action(
    "trace.begin",
    kind="R",
    judges=False,
    limit="none",
    check=check_passed,
    title=Text("开始录波", "Begin a recording"),
)
async def begin(
    step: StepContext,
    *,
    lead: Annotated[DurationField, Field(description="Record so long before the step ends")] = 0.2,
    ask: TextField | None = None,
    if_passed: Passed = (),
) -> None:
    """Record from now on. One recording at a time: one that still runs is given up.

    What was before a cause has to be in the recording as well, hence the `lead`.

    A real recorder is started by the person. A bench without one goes on: the steps that would
    judge by the recording say that they could not.
    """
    require_passed(step, if_passed)
    recorder = step.bench.recorder
    if not recorder.is_there:
        return
    if not recorder.simulated:
        await step.do_by_hand("arm-recorder", ask or _ARM)
    recorder.begin(step.step)
    await sleep_until(min(step.deadline.at, loop_time() + lead))


def _check_end(context: CheckContext) -> Iterator[Complaint]:
    yield from check_passed(context)
    yield from earlier(context, (context.parameters["recording"],), "recording")


@action(
    "trace.end",
    kind="R",
    judges=False,
    limit="none",
    check=_check_end,
    title=Text("结束录波", "End a recording"),
)
async def end(
    step: StepContext,
    *,
    recording: OfStep,
    after: Annotated[DurationField, Field(description="Go on recording for so long")] = 0.0,
    ask: TextField | None = None,
    if_passed: Passed = (),
) -> None:
    """End the recording and take it in, for the steps that judge by it.

    The file of a real recorder is asked for: a path (relative to the recorder's `folder`, or to
    the answers file), a folder, or `true` for the recorder's own folder. In a folder it is the file
    called like the `trace.begin` step, or the only new one. It is kept with the run.
    """
    require_passed(step, if_passed)
    if after:
        await sleep_until(min(step.deadline.at, loop_time() + after))
    recorder = step.bench.recorder
    if not recorder.is_there:
        return
    if recorder.simulated:
        recorder.end(step.step, recording)
        return
    answer = await step.ask(
        Question(kind="observe", step=step.step, subject="recording", ask=ask or _FILE)
    )
    place = _place(step, answer.value)
    await recorder.take_file(step.step, recording, place, in_thread=not step.clock.virtual)


def _place(step: StepContext, answer: object) -> Path:
    """Where the answer says that the file is. Raises NotAvailableError."""
    drop = step.bench.recorder.drop_folder
    if answer is True:
        if drop is None:
            raise NotAvailableError("the bench file names no folder of the recorder")
        return drop
    if not isinstance(answer, str) or not answer.strip():
        raise NotAvailableError("no file of the recorder was given")
    path = Path(answer.strip().strip("\"'"))
    operator = step.bench.operator
    above = [drop] if drop is not None else []
    if isinstance(operator, FileOperator):
        above.append(operator.path.parent)
    found = [folder / path for folder in above if (folder / path).exists()]
    return found[0] if found else path
