"""Looking at a pile before and while its complaint is reproduced: link, snapshot, session."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from harness.actions.charging import arm_watchdog, can_start, recording
from harness.actions.context import StepContext
from harness.actions.pile_fault import readings as words
from harness.actions.pile_fault.model import ALARMS, OK
from harness.actions.pile_fault.record import note_findings, require_link
from harness.actions.pile_trying import try_limit
from harness.actions.registry import action
from harness.actions.unplugging import while_plugged
from harness.bench.sequences import perform
from harness.clock import loop_time, sleep_until
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.frames import Request
from harness.devices.operator import Question
from harness.errors import BadReplyError, BenchError, DeviceError, NoReplyError, RefusedError
from harness.fields import DurationField, TextField
from harness.limits import Clear
from harness.quantity import Measurement
from harness.text import Text

_SLOW = 0.3
"""Seconds: the median reply of a pile that answers slowly."""
_OTHER_UNITS = range(1, 17)
_ENOUGH = 3
"""So many silences before the first answer: nobody is there under this address."""
_MOVING = ("clock", "total_energy", "voltage_l1")
_TURNS = 9
"""Readings of what should move."""
_SAME_LEVEL = 0.3
"""Volts by which a level may move for no reason."""
_STOPS_WITHIN = 4.5
"""Seconds: a vehicle that obeys has stopped by then (A.3.9.2 allows 6)."""
_WATCHED = (
    "charging_state", "cp_voltage_positive", "cp_voltage_negative", "cp_duty", "signaled_current",
    "current_l1", "contactor_state", "lock_state", "fault_flags", "warning_flags",
)  # fmt: skip


@action("pile.check_link", kind="R", limit="none", title=Text("通信检查", "Check the link"))
async def check_link(
    step: StepContext, *, point: str = "charging_state",
    reads: Annotated[int, Field(ge=45, le=1000)] = 90,
) -> None:  # fmt: skip
    """Read one point many times without retries: is it there, does it answer well and in time?

    Silence, damaged replies, refusals and replies of another unit are told apart; a pile that is
    silent is looked for under other addresses. Judged: nothing of that was found.
    """
    device = step.modbus
    kinds: dict[str, int] = {}
    times: list[float] = []
    strays = device.line.strays
    for _ in range(reads):
        try:
            await device.read([point], step.deadline, attempts=1)
        except (NoReplyError, BadReplyError, RefusedError) as error:
            kind = _kind(error)
            kinds[kind] = kinds.get(kind, 0) + 1
            if not times and kinds.get("lost", 0) + kinds.get("damaged", 0) >= _ENOUGH:
                break
        else:
            times.append(device.context.seconds)
    if not times:
        garbled = "damaged" in kinds
        elsewhere = None if garbled else await _look_elsewhere(step, device, point)
        note = f"answers as unit {elsewhere}" if elsewhere else "no reply under any address"
        found = {"link": "garbled" if garbled else "elsewhere" if elsewhere else "silent"}
        note = "every reply is damaged" if garbled else note
        note_findings(step, found, note=note)
    else:
        if "lost" in kinds and device.line.strays - strays >= kinds["lost"]:
            kinds["late"] = kinds.pop("lost")
        worst = max(kinds, key=lambda kind: kinds[kind]) if kinds else OK
        middle = sorted(times)[len(times) // 2]
        found = {"link": OK, "replies": worst, "speed": "slow" if middle > _SLOW else OK}
        counted = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        note_findings(step, found, note=f"{reads} reads, {counted or 'all answered'}")
    _judge(step, "link_findings", [f"{key} = {word}" for key, word in found.items() if word != OK])


def _judge(step: StepContext, name: str, wrong: list[str]) -> None:
    step.judge(Measurement(name, wrong, source=step.role, at=step.clock.elapsed()), Clear([]))


def _kind(error: Exception) -> str:
    if isinstance(error, NoReplyError):
        return "lost"
    if isinstance(error, RefusedError):
        return "refused"
    return "other unit" if "wrong unit" in str(error) else "damaged"


async def _look_elsewhere(step: StepContext, device: ModbusDevice, point: str) -> int | None:
    """Another address under which somebody answers; None: there is none."""
    at = device.profile.points[point]
    for unit in _OTHER_UNITS:
        if unit == device.unit or step.deadline.passed():
            continue
        request = Request(unit, at.table.read_function, at.address, at.words)
        try:
            await device.line.transact([request], device.context, step.deadline, attempts=1)
        except RefusedError:
            return unit
        except BenchError:
            continue
        return unit
    return None


@action(
    "pile.snapshot",
    kind="R",
    judges=False,
    limit="none",
    title=Text("复位前取证", "Snapshot before any reset"),
)
async def snapshot(step: StepContext, *, over: DurationField = 24.0) -> None:
    """Keep alarm words, states, settings, clock and session record, as they are now.

    The clock is read several times during `over`: what does not move comes from a memory on the
    way. Nothing is written.
    """
    require_link(step)
    device = step.modbus
    names = [name for name in words.AT_REST if device.has(name)]
    moving = [name for name in _MOVING if device.has(name)]
    first = await step.read(names)
    taken: dict[str, list[Measurement]] = {name: [] for name in _MOVING}
    for turn in range(_TURNS):
        if turn:
            await sleep_until(min(step.deadline.at, loop_time() + over / (_TURNS - 1)))
        for name, reading in (await step.read(moving)).items() if moving else ():
            taken[name].append(reading)
    now = step.clock.now().utc.timestamp()
    last = await step.read(names)
    found = words.at_rest(last, step.bench.site)
    clocks = taken["clock"]
    told = {
        "rest.clock": words.clock(clocks[-1], now) if clocks else None,
        "live": words.live(_numbers(clocks), _numbers(taken["voltage_l1"])),
        "rest.register": words.register(taken["total_energy"]),
    }
    note_findings(step, found | {key: word for key, word in told.items() if word is not None})
    _note_alarms(step, first, last)


def _numbers(readings: list[Measurement]) -> list[float]:
    return [float(one.value) for one in readings if isinstance(one.value, int | float)]


def _note_alarms(step: StepContext, *moments: words.Readings) -> None:
    """Every alarm that any of these readings shows, on record as a finding."""
    seen = [codes for codes in map(words.alarms, moments) if codes is not None]
    if seen:
        codes = sorted({code for one in seen for code in one})
        step.measured(Measurement(ALARMS, list(codes), source=step.role, at=step.clock.elapsed()))


@action(
    "pile.reproduce",
    kind="W",
    energises=True,
    writes=True,
    judges=False,
    limit="none",
    sequence="start",
    possible=can_start,
    title=Text("复现故障", "Reproduce the complaint"),
)
async def reproduce(
    step: StepContext,
    *,
    watch: DurationField = 12.0,
    watchdog: DurationField = 5.0,
    connect: TextField,
    disconnect: TextField,
    clamp: TextField,
) -> None:
    """Plug in, start, watch for a while, stop, unplug; what is seen goes on record as findings.

    Whatever the pile does is a finding and ends nothing. The watchdog is armed first, as for every
    session.
    """
    require_link(step)
    device = step.modbus
    async with while_plugged(step, device, connect, disconnect):
        await _session(step, device, watch, watchdog, clamp)


async def _session(
    step: StepContext, device: ModbusDevice, watch: float, watchdog: float, clamp: Text
) -> None:
    await sleep_until(loop_time() + 1.0)
    names = [name for name in _WATCHED if device.has(name)]
    extra = [
        name
        for name in ("cc_resistance", "holder_state", "rated_current", "max_current")
        if device.has(name)
    ]
    plugged = await step.read([*names, *extra])
    rated = device.profile.ratings.get("current")
    found = {
        "rep.cp": _level(plugged, "9V"),
        "rep.cc": words.connection(plugged, rated.to("A") if rated is not None else None),
        "rep.holder": "in" if words.state(plugged, "holder_state") == "in" else OK,
    }
    note_findings(step, {key: word for key, word in found.items() if word is not None})
    step.bench.guard_session(device, await arm_watchdog(step, device, watchdog))
    moments: list[words.Readings] = [plugged]
    try:
        await perform(
            device, "start", step.deadline, on_write=recording(step, device),
            before_write=lambda point: step.bench.remember(device, point, step.deadline),
        )  # fmt: skip
    except DeviceError as error:
        note_findings(step, {"rep.outcome": "refused"}, note=error.detail)
    else:
        moments += await _watch_session(step, device, plugged, watch, clamp)
    await _stop(step, device, names, moments)
    _note_alarms(step, *moments)


def _level(found: words.Readings, wanted: str) -> str | None:
    level = words.cp_level(words.number(found, "cp_voltage_positive", "V"))
    return OK if level == wanted else level


async def _watch_session(
    step: StepContext, device: ModbusDevice, plugged: words.Readings, watch: float, clamp: Text
) -> list[words.Readings]:
    names = [name for name in _WATCHED if device.has(name)]
    end = loop_time() + watch
    moments: list[words.Readings] = []
    charged = False
    while loop_time() < end:
        await sleep_until(min(end, loop_time() + 1.0))
        now = await device.read(names, step.deadline)
        moments.append(now)
        charged = charged or words.state(now, "charging_state") == "charging"
    for one in moments[-1].values():
        step.measured(one)
    last = words.state(moments[-1], "charging_state")
    found = {"rep.outcome": _outcome(last, charged=charged)}
    if found["rep.outcome"] == "waiting" and not any(_announces(one) for one in moments):
        found["rep.outcome"] = "not started"
    if found["rep.outcome"] == "waiting" and (moved := _moved([plugged, *moments])) is not None:
        found["rep.cp_waiting"] = moved
    if last == "charging":
        found |= words.charging(moments[-1])
    elif (duty := words.duty(moments[-1])) is not None:
        found["rep.duty"] = duty
    levels = [words.number(one, "cp_voltage_negative", "V") for one in moments]
    with_pwm = [v for v, one in zip(levels, moments, strict=True)
                if v is not None and (words.number(one, "cp_duty", "%") or 0) > 0]  # fmt: skip
    if with_pwm:
        found["rep.low_level"] = "high" if max(with_pwm) > -11.0 else OK
    currents = {words.charging(one).get("rep.current") for one in moments}
    if "high" in currents:
        found["rep.current"] = "high"
    note_findings(step, found)
    if last == "charging" and found.get("rep.current") == OK:
        await _clamp(step, device, clamp)
        await try_limit(step, device)
        moments.append(await device.read(names, step.deadline))
    return moments


def _moved(moments: Sequence[words.Readings]) -> str | None:
    """Whether the level of the pilot changed while the vehicle was waited for: S2 did something."""
    levels = [words.number(one, "cp_voltage_positive", "V") for one in moments]
    known = [level for level in levels if level is not None]
    if not known:
        return None
    return "changed" if max(known) - min(known) > _SAME_LEVEL else OK


def _outcome(last: str | None, *, charged: bool) -> str:
    if last == "charging":
        return OK
    if last == "fault":
        return "fault"
    if charged:
        return "stopped"
    return "waiting" if last in ("connected", "suspended_ev") else str(last)


async def _clamp(step: StepContext, device: ModbusDevice, ask: Text) -> None:
    """Compare the pile's current with a clamp meter's, where the bench has one in date."""
    tool = step.bench.instrument(None, "clamp_meter")
    if tool is None or not tool.in_date or not device.has("current_l1"):
        return
    answer = await step.ask(
        Question(
            kind="reading", step=step.step, subject="output_current_l1", ask=ask, unit="A",
            instrument="clamp_meter",
        )
    )  # fmt: skip
    if isinstance(answer.value, bool) or not isinstance(answer.value, int | float):
        return
    own = words.number({"current_l1": await step.read_one("current_l1")}, "current_l1", "A")
    step.measured(
        Measurement(
            "output_current_l1", answer.value, "A", answer.uncertainty,
            source=f"{answer.by} / {tool.id}", at=step.clock.elapsed(),
        )
    )  # fmt: skip
    if own is not None:
        near = abs(own - answer.value) <= 0.03 * answer.value + 0.3
        note_findings(step, {"rep.clamp": OK if near else "differs"})


def _announces(found: words.Readings) -> bool:
    """The pile puts out a PWM, as far as its readings tell."""
    duty = words.number(found, "cp_duty", "%")
    return duty is None or duty > 0.0


def _stopped(before: words.Readings, after: words.Readings) -> str:
    """How pile and vehicle took the stop."""
    if words.state(after, "contactor_state") != "closed":
        return OK
    if "cp_duty" in after and _announces(after):
        return "not obeyed"
    if words.cp_level(words.number(after, "cp_voltage_positive", "V")) in ("9V", "12V"):
        return "contactor stays"
    drawn, left = words.number(before, "current_l1", "A"), words.number(after, "current_l1", "A")
    if drawn is None or left is None or left > 0.8 * drawn:
        return "ignored"
    return "slow" if left > 1.0 else "S2 late"


async def _stop(
    step: StepContext, device: ModbusDevice, names: list[str], moments: list[words.Readings]
) -> None:
    """End the session in order, and see how it ended."""
    before = moments[-1]
    running = words.state(before, "charging_state") == "charging"
    await perform(device, "stop", step.deadline, on_write=recording(step, device))
    started = loop_time()
    while loop_time() < started + _STOPS_WITHIN:
        moments.append(await device.read(names, step.deadline))
        if words.state(moments[-1], "contactor_state") != "closed":
            break
        await sleep_until(loop_time() + 0.25)
    found: dict[str, str] = {}
    if running:
        found["rep.stop"] = _stopped(before, moments[-1])
        await sleep_until(started + _STOPS_WITHIN + 3.0)
    reason = words.state(
        await step.read([one for one in ("stop_reason",) if device.has(one)]), "stop_reason"
    )
    if reason is not None:
        found["rep.stop_reason"] = OK if reason in ("remote_stop", "none") else reason
    note_findings(step, found)
