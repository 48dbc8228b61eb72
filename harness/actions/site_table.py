"""What the piles of an outlet show: a table of all, and each against its ledger and its records."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.site_piles import (
    SHOWN,
    Scan,
    earlier_found,
    good,
    kept,
    listed,
    pile,
    read_at,
    several_piles,
    write_at,
)
from harness.bench.clock_offset import clock_offset
from harness.clock import sleep
from harness.errors import BenchError, NotAvailableError
from harness.fields import DurationField
from harness.limits import Clear, Equals, Range, describe
from harness.quantity import Measurement, Value, same_dimension
from harness.text import Text

Points = Annotated[list[str], Field(min_length=1, description="Points; piles without one leave it")]
_MOST_RECORDS = 99
_NOBODY = "no pile that answers has any of these points"
_NOT_IN_LEDGER = "no pile that answers has any of these points in its ledger"
_RECORD = ("record_energy", "record_start_time", "record_stop_reason")
_FAULTS = ("fault", "emergency_stop", "power_lost")


def check_of_scan(context: CheckContext) -> Iterator[Complaint]:
    """`of` names an earlier step."""
    yield from earlier_found(context, "of")


def check_seconds(context: CheckContext) -> Iterator[Complaint]:
    """The same; the limit is a range of times."""
    limit = context.limit
    if limit is not None and not (isinstance(limit, Range) and same_dimension(limit.unit, "s")):
        what = f"{context.step.do} cannot judge by {describe(limit)}"
        context.limit_problem(what, "a limit with low or high, in s")
    yield from earlier_found(context, "of")


@action(
    "site.summary",
    kind="R",
    limit="needed",
    check=check_seconds,
    possible=several_piles,
    title=Text("状态汇总", "Table of all piles"),
)
async def summary(
    step: StepContext, *, of: str, points: Points, watch: DurationField = 3.0
) -> None:
    """Read the same points of every pile that answers, and judge that nothing in the table is old.

    The oldest value is judged by its age. A pile whose own clock stands still while it is watched
    answers with old values, whatever their age: it is named.
    """
    found = kept(step, of, Scan)
    if not found.online:
        raise NotAvailableError(_NOBODY)
    before = await _clocks(step, found.online)
    unreadable: list[str] = []
    oldest: Measurement | None = None
    for role in found.online:
        readings = await read_at(step, role, points)
        if readings is None:
            unreadable.append(role)
            continue
        for reading in readings.values():
            if oldest is None or reading.at < oldest.at:
                oldest = reading
    if oldest is not None:
        age = round(step.clock.elapsed() - oldest.at, 3)
        step.judge(
            Measurement("oldest_value_age", age, "s", source=oldest.source, at=step.clock.elapsed())
        )
    await sleep(watch)
    after = await _clocks(step, found.online)
    frozen = [role for role, clock in before.items() if after.get(role, clock + 1) - clock < 1]
    step.judge(listed(step, "piles_unreadable", unreadable), Clear([]))
    step.judge(listed(step, "piles_frozen", frozen), Clear([]))


async def _clocks(step: StepContext, roles: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for role in roles:
        if not pile(step, role).has("clock"):
            continue
        readings = await read_at(step, role, ["clock"])
        value = readings["clock"].value if readings is not None else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            found[role] = float(value)
    return found


@action(
    "site.flags_clear",
    kind="R",
    limit="none",
    check=check_of_scan,
    possible=several_piles,
    title=Text("各桩告警", "Alarms of all piles"),
)
async def flags_clear(step: StepContext, *, of: str, points: Points) -> None:
    """Read flag words of every pile that answers, and expect none set. Piles are named."""
    entries: list[str] = []
    looked = False
    for role in kept(step, of, Scan).online:
        readings = await read_at(step, role, points) or {}
        for reading in readings.values():
            looked = True
            if isinstance(reading.value, list) and good(reading):
                entries += [f"{role}:{flag}" for flag in reading.value]
            else:
                step.judge(reading, Clear([]))  # what cannot be read is not clear
    if not looked:
        raise NotAvailableError(_NOBODY)
    step.memory.kept[step.step] = entries
    step.judge(listed(step, "pile_alarms", entries), Clear([]))


@action(
    "site.matches_ledger",
    kind="R",
    limit="none",
    check=check_of_scan,
    possible=several_piles,
    title=Text("各桩与台账核对", "Every pile against its ledger"),
)
async def matches_ledger(step: StepContext, *, of: str, points: Points) -> None:
    """Read settings or identity of every pile that answers, and compare with its own ledger."""
    differs: dict[str, list[str]] = {}
    entries: list[str] = []
    compared = False
    for role in kept(step, of, Scan).online:
        ledger = step.bench.ledger(role)
        readings = await read_at(step, role, [name for name in points if name in ledger]) or {}
        for name, reading in readings.items():
            compared = True
            if not good(reading):
                step.judge(reading, Equals(ledger[name]))  # what cannot be read is unknown
                continue
            if _same(reading.value, ledger[name]):
                continue
            differs.setdefault(role, []).append(name)
            entries.append(f"{role}:{name}={reading.value} ({ledger[name]})")
    if not compared:
        raise NotAvailableError(_NOT_IN_LEDGER)
    step.memory.kept[step.step] = differs
    step.judge(listed(step, "ledger_differences", entries), Clear([]))


def _same(value: Value | None, wanted: Value) -> bool:
    if isinstance(value, int | float) and isinstance(wanted, int | float):
        return abs(value - wanted) < 1e-9
    return value == wanted


@action(
    "site.clock_offsets",
    kind="R",
    limit="needed",
    check=check_seconds,
    possible=several_piles,
    title=Text("各桩时钟误差", "Clock error of all piles"),
)
async def clock_offsets(step: StepContext, *, of: str) -> None:
    """Judge the clock of every pile that answers and has one, each for itself."""
    drifted: list[str] = []
    for role in kept(step, of, Scan).online:
        if not pile(step, role).has("clock"):
            continue
        try:
            offset = await clock_offset(pile(step, role), "clock", step.clock, step.deadline)
        except BenchError:
            continue  # it was there at the scan; the table says that it no longer is
        if step.judge(offset) not in SHOWN:
            drifted.append(role)
    if not step.verdicts:
        raise NotAvailableError("no pile that answers has a clock")
    step.memory.kept[step.step] = drifted


# Use of the day


@action(
    "site.usage",
    kind="R",
    limit="none",
    writes=True,
    check=check_of_scan,
    possible=several_piles,
    title=Text("当日使用与充电记录", "Use of the day and session records"),
)
async def usage(step: StepContext, *, of: str) -> None:
    """Count and sum the session records of the day, and compare with the pile's own counters.

    Records are shown one at a time: `record_number` selects one and is put back at the end.
    """
    reasons: dict[str, list[str]] = {}
    entries: list[str] = []
    for role in kept(step, of, Scan).online:
        device = pile(step, role)
        if not all(device.has(name) for name in ("day_sessions", "day_energy", *_RECORD)):
            continue
        counted = await read_at(step, role, ["day_sessions", "day_energy"])
        if counted is None:
            continue
        number, energy = counted["day_sessions"].value, counted["day_energy"].value
        records = await _records(step, role, int(number) if isinstance(number, int | float) else 0)
        reasons[role] = [str(one["record_stop_reason"].value) for one in records]
        total = sum(
            value for one in records if isinstance(value := one["record_energy"].value, int | float)
        )
        total = round(total, 3)
        if len(records) != number:
            entries.append(f"{role}:day_sessions={len(records)} ({number})")
        if not isinstance(energy, int | float) or abs(total - energy) > _step_of(device.profile):
            entries.append(f"{role}:day_energy={total} ({energy})")
    if not reasons:
        raise NotAvailableError("no pile that answers keeps session records")
    step.memory.kept[step.step] = reasons
    step.judge(listed(step, "usage_differences", entries), Clear([]))


def _step_of(profile: object) -> float:
    points = getattr(profile, "points", {})
    return float(points["day_energy"].resolution or 0.001) * 1.5


async def _records(step: StepContext, role: str, number: int) -> list[dict[str, Measurement]]:
    device = pile(step, role)
    found: list[dict[str, Measurement]] = []
    if device.profile.points["record_number"].writable:
        await step.bench.remember(device, "record_number", step.deadline)
    for index in range(min(number, _MOST_RECORDS)):
        await write_at(step, role, "record_number", index)
        shown = await read_at(step, role, _RECORD)
        if shown is None or not good(shown["record_energy"]):
            break
        found.append(shown)
    return found


@action(
    "site.faulted_sessions",
    kind="J",
    limit="none",
    check=check_of_scan,
    possible=several_piles,
    title=Text("异常结束的会话", "Sessions ended by a fault"),
)
async def faulted_sessions(
    step: StepContext, *, of: str, reasons: tuple[str, ...] = _FAULTS
) -> None:
    """Rank the piles by how many sessions of the day a fault has ended; none should have been."""
    ended: dict[str, list[str]] = kept(step, of, dict)
    counts = {role: sum(one in reasons for one in all_) for role, all_ in ended.items()}
    ranked = sorted((role for role in counts if counts[role]), key=lambda role: -counts[role])
    step.memory.kept[step.step] = ranked
    entries = [f"{role}:ended_by_fault={counts[role]}" for role in ranked]
    step.judge(listed(step, "sessions_ended_by_fault", entries), Clear([]))
