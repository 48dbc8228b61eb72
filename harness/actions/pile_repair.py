"""Mending what was named, clearing alarms, proving it with a session, and looking for damage."""

from harness.actions.charging import arm_watchdog, can_start, recording
from harness.actions.context import StepContext
from harness.actions.isolation import require_dead
from harness.actions.pile_diagnosis import DIAGNOSIS, NAMED, cause_title
from harness.actions.pile_fault import readings as words
from harness.actions.pile_fault.causes import BY_NAME
from harness.actions.pile_fault.model import FINDING, OK, UNKNOWN, Cause, parse
from harness.actions.pile_fault.record import RESETS, gathered
from harness.actions.registry import action
from harness.actions.unplugging import while_plugged
from harness.bench.sequences import perform
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.events import Written
from harness.fields import DurationField, TextField
from harness.limits import Clear, Range
from harness.quantity import Measurement, Value
from harness.text import Text

_REPAIRED, _CORRECTED = "repaired", "corrected"
_NONE = "none"


def _named(step: StepContext) -> tuple[str, ...]:
    """The causes of the last diagnosis. Raises NotAvailableError."""
    kept = [one for found in step.memory.measurements.values() for one in found]
    by = DIAGNOSIS if step.examiner is None else NAMED
    last = next((one for one in reversed(kept) if one.name == by), None)
    if last is None:
        raise NotAvailableError("no diagnosis is on record")
    if last.value == UNKNOWN:
        raise NotAvailableError("the diagnosis names no fault")
    return parse(str(last.value))


@action(
    "operator.repair_pile_fault",
    kind="O",
    judges=False,
    limit="none",
    title=Text("处理", "Repair"),
)
async def repair_pile_fault(step: StepContext, *, ask: TextField, device: str = "pile") -> None:
    """Have the person mend by hand what was named; settings are `pile.correct_settings`.

    Of causes that cannot be told apart each is mended in turn. Nobody is sent to a pile that was
    not switched off and proved dead in this run.
    """
    names = [name for name in _named(step) if not BY_NAME[name].writes]
    if not names:
        step.measured(_noted(step, _REPAIRED, _NONE))
        return
    require_dead(step, device)
    for name in names:
        title = cause_title(name)
        told = Text(f"{ask.zh}故障：{title.zh}。", f"{ask.en} The fault: {title.en}.")
        await step.do_by_hand(f"repair-{name}", told)
        step.measured(_noted(step, _REPAIRED, name))


@action(
    "pile.correct_settings",
    kind="W",
    writes=True,
    judges=False,
    limit="none",
    title=Text("改正参数", "Correct the settings"),
)
async def correct_settings(step: StepContext) -> None:
    """Write settings that were named as the fault back as the ledger has them; the clock as it is.

    What is written here stays: it is the repair. It is read back.
    """
    names = [name for name in _named(step) if BY_NAME[name].writes]
    if not names:
        step.measured(_noted(step, _CORRECTED, _NONE))
    for name in names:
        await _write_back(step, BY_NAME[name])
        step.measured(_noted(step, _CORRECTED, name))


async def _write_back(step: StepContext, cause: Cause) -> None:
    device = step.bench.modbus("pile")
    for point in cause.writes:
        wanted: Value | None = step.bench.site.get(point)
        if point == "clock":
            wanted = float(int(step.clock.now().utc.timestamp()))
        if wanted is None or point not in device.profile.points:
            continue
        read_back = await device.write_and_read_back(point, wanted, step.deadline)
        agreed = None if read_back is None else read_back.value == wanted
        step.emit(
            Written(
                step=step.step, role=device.role, point=point, value=wanted,
                read_back=read_back, agreed=agreed,
            )
        )  # fmt: skip


def _noted(step: StepContext, name: str, value: Value, *, unit: str | None = None) -> Measurement:
    return Measurement(name, value, unit, source=step.role, at=step.clock.elapsed())


@action(
    "pile.clear_alarms",
    kind="W",
    writes=True,
    limit="none",
    sequence="reset",
    title=Text("清除告警", "Clear the alarms"),
)
async def clear_alarms(
    step: StepContext, *, gone: DurationField = 15.0, stays: DurationField = 8.0
) -> None:
    """Reset the pile and judge that no alarm stands after `gone`, nor for `stays` after that.

    An alarm that recovers by itself takes its time.
    """
    device = step.modbus
    await perform(device, "reset", step.deadline, on_write=recording(step, device))
    step.measured(_noted(step, RESETS, 1, unit="1"))
    names = [name for name in ("fault_flags", "warning_flags") if device.has(name)]
    if not names:
        raise NotAvailableError("this pile has no alarm word")
    end = min(step.deadline.at, loop_time() + gone)
    while words.alarms(await device.read(names, step.deadline)) and loop_time() < end:
        await sleep_until(min(end, loop_time() + 0.5))
    seen = set(words.alarms(await step.read(names)) or ())
    await sleep_until(min(step.deadline.at, loop_time() + stays))
    seen |= set(words.alarms(await step.read(names)) or ())
    step.judge(_noted(step, "alarms_left", sorted(seen)), Clear([]))


@action(
    "pile.verify_session",
    kind="W",
    energises=True,
    writes=True,
    limit="none",
    sequence="start",
    possible=can_start,
    title=Text("试充验证", "Prove it by a session"),
)
async def verify_session(
    step: StepContext,
    *,
    charge: DurationField = 20.0,
    watchdog: DurationField = 5.0,
    connect: TextField,
    disconnect: TextField,
) -> None:
    """Charge for a while and stop; judge that energy was counted and the session ended in order."""
    device = step.modbus
    async with while_plugged(step, device, connect, disconnect):
        await sleep_until(loop_time() + 1.0)
        step.bench.guard_session(device, await arm_watchdog(step, device, watchdog))
        await perform(
            device, "start", step.deadline, on_write=recording(step, device),
            before_write=lambda point: step.bench.remember(device, point, step.deadline),
        )  # fmt: skip
        end = loop_time() + charge
        while loop_time() < end:
            await sleep_until(min(end, loop_time() + 1.0))
            state = (await device.read(["charging_state"], step.deadline))["charging_state"]
        await perform(device, "stop", step.deadline, on_write=recording(step, device))
        await sleep_until(loop_time() + 4.0)
        ended = await step.read(
            [n for n in ("session_energy", "stop_reason", "contactor_state") if device.has(n)]
        )
    counted = ended.get("session_energy")
    if counted is None:
        raise NotAvailableError("this pile has no session energy")
    unit = "kVAh" if "VA" in (counted.unit or "") else "kWh"
    # One step of the register is no proof of a session.
    step.judge(counted, Range(unit, low=0.01))
    wrong = [] if state.value == "charging" else [f"charging_state = {state.value}"]
    if words.state(ended, "stop_reason") not in (None, "remote_stop", "local_stop", "none"):
        wrong.append(f"stop_reason = {words.state(ended, 'stop_reason')}")
    if words.state(ended, "contactor_state") == "closed":
        wrong.append("contactor_state = closed")
    step.judge(_noted(step, "session_findings", list(wrong)), Clear([]))


def _as_wanted(step: StepContext, point: str, reading: Measurement) -> bool:
    """Whether a setting that was put right is right now."""
    if point == "clock":
        return words.clock(reading, step.clock.now().utc.timestamp()) == "ok"
    return point not in step.bench.site or reading.value == step.bench.site[point]


@action("pile.sweep", kind="R", limit="none", title=Text("复查", "Sweep"))
async def sweep(step: StepContext, *, snapshot: str) -> None:
    """Judge that no alarm stands and that no setting is another than in the snapshot, but for what
    the repair was to change."""
    device = step.modbus
    looked_at = (*words.SETTINGS, "clock", "fault_flags", "warning_flags")
    names = [name for name in looked_at if device.has(name)]
    now = await step.read(names)
    before = {one.name: one.value for one in step.memory.measurements.get(snapshot, [])}
    mended = [BY_NAME[name] for name in _named(step)]
    meant = {point for cause in mended for point in (*cause.writes, *cause.changes)}
    wrong = [f"{code}" for code in words.alarms(now) or ()]
    for point in sorted({point for cause in mended for point in cause.writes} & now.keys()):
        if not _as_wanted(step, point, now[point]):
            wrong.append(f"{point} = {now[point].value}")
    meant |= set(device.written)  # what this run's own sequences have set is put back at its end
    for name in words.SETTINGS:
        if name in now and name in before and name not in meant and now[name].value != before[name]:
            wrong.append(f"{name} = {now[name].value}")
    step.judge(_noted(step, "collateral", list(wrong)), Clear([]))


@action(
    "pile.effort", kind="J", judges=False, limit="none", title=Text("用时与次数", "Time and resets")
)
async def effort(step: StepContext) -> None:
    """Put on record how often the pile was reset, whether the evidence was kept before, what was
    repaired and corrected, and how long it took. For the assessor: nothing is judged."""
    kept = [one for found in step.memory.measurements.values() for one in found]
    resets = [one.at for one in kept if one.name == RESETS]
    snapshots = [one.at for one in kept if one.name.startswith(f"{FINDING}rest.")]
    step.measured(_noted(step, "resets_in_all", len(resets), unit="1"))
    if resets and gathered(step)[0].get("link", OK) == OK:  # else there was nothing to read
        first = bool(snapshots) and min(snapshots) < min(resets)
        step.measured(_noted(step, "evidence_before_reset", first))
    for name, found in (("parts_repaired", _REPAIRED), ("settings_corrected", _CORRECTED)):
        done = [str(one.value) for one in kept if one.name == found and one.value != _NONE]
        step.measured(_noted(step, name, list(done)))
    step.measured(_noted(step, "time_taken", round(step.clock.elapsed(), 1), unit="s"))
