"""Nobody is asked to unplug a pile that is not shown to be off."""

from pathlib import Path
from typing import Any

import pytest
from benchkit import run_procedure, write_procedure

from harness.actions import pile_looking, pile_repair
from harness.actions.context import StepContext
from harness.errors import NoReplyError
from harness.events import Asked, SafeState
from harness.verdict import Verdict

WORDS = "connect: {zh: 插枪, en: Plug in}, disconnect: {zh: 已停止，拔枪, en: Off. Unplug}"
STEPS = {
    "pile.verify_session": f"{WORDS}, charge: 8 s",
    "pile.reproduce": f"{WORDS}, clamp: {{zh: 钳形表, en: Clamp}}",
}
MODULES = {"pile.verify_session": pile_repair, "pile.reproduce": pile_looking}


def _asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, verb: str, how: str
) -> tuple[list[str], Verdict | None, bool]:
    """What the person is asked, how the step ended, and whether all was safe in the end."""
    module: Any = MODULES[verb]
    seen: list[StepContext] = []
    arm, perform = module.arm_watchdog, module.perform

    async def armed(step: StepContext, *given: Any) -> float:
        seen.append(step)
        return float(await arm(step, *given))

    async def performed(device: Any, name: str, *given: Any, **more: Any) -> Any:
        if name == "stop" and how == "raises":
            raise NoReplyError("no reply to the stop")
        if name == "stop" and how == "lost":
            injector: Any = seen[-1].bench.faults.injector
            await injector.stop()
        return await perform(device, name, *given, **more)

    monkeypatch.setattr(module, "arm_watchdog", armed)
    monkeypatch.setattr(module, "perform", performed)
    link = "- id: link\n  title: {zh: 通信, en: Link}\n  do: pile.check_link\n"
    step = f"- id: it\n  title: {{zh: 试, en: Try}}\n  do: {verb}\n  with: {{{STEPS[verb]}}}\n"
    outcome = run_procedure(folder, write_procedure(folder, link + step), energise=True)
    (safe,) = outcome.of(SafeState)
    asked = [one.question.en for one in outcome.of(Asked) if one.kind == "confirm"]
    return asked, outcome.step("it").verdict, safe.safe


@pytest.mark.parametrize("verb", sorted(STEPS))
def test_a_session_that_ended_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    asked, _, safe = _asked(tmp_path, monkeypatch, verb, "")
    assert asked == ["Plug in", "Off. Unplug"]
    assert safe


@pytest.mark.parametrize("verb", sorted(STEPS))
def test_a_stop_that_failed_is_tried_again_and_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    asked, verdict, safe = _asked(tmp_path, monkeypatch, verb, "raises")
    assert verdict is Verdict.ERROR
    assert asked == ["Plug in", "Off. Unplug"]
    assert safe


@pytest.mark.parametrize("verb", sorted(STEPS))
def test_of_a_lost_pile_nobody_is_told_that_it_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    asked, verdict, safe = _asked(tmp_path, monkeypatch, verb, "lost")
    assert verdict is Verdict.ERROR
    assert len(asked) == 2 and "Unplug" not in asked[1]
    assert "do not unplug" in asked[1] and "feeder off first" in asked[1]
    assert not safe


def test_a_contactor_that_stays_is_unplugged_with_the_feeder_off(tmp_path: Path) -> None:
    weld = (
        "- id: weld\n  title: {zh: 粘连, en: Weld}\n  do: fault.set\n"
        "  with: {fault: contactor-welded}\n"
    )
    step = (
        "- id: link\n  title: {zh: 通信, en: Link}\n  do: pile.check_link\n" + weld +
        "- id: it\n  title: {zh: 试, en: Try}\n  do: pile.reproduce\n"
        f"  with: {{{STEPS['pile.reproduce']}}}\n"
    )  # fmt: skip
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, step), energise=True)
    last = [one.question.en for one in outcome.of(Asked) if one.kind == "confirm"][-1]
    assert "switch the feeder off first, then unplug" in last
