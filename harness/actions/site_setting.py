"""Putting right what differs at one pile of an outlet, and proving that no other has changed."""

from collections.abc import Iterator

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.site_piles import (
    Scan,
    about,
    changed,
    earlier_found,
    kept,
    listed,
    pile,
    settings_of,
    several_piles,
    write_at,
)
from harness.actions.site_table import Points, check_seconds
from harness.bench.clock_offset import clock_offset
from harness.errors import NotAvailableError
from harness.events import OutcomeNoted
from harness.fields import TextField
from harness.limits import Clear, Equals
from harness.quantity import Measurement
from harness.text import Text

_UNTOUCHED = 2.0
"""Seconds that a clock that nobody has set may seem to move by, between two readings."""
_STAYS_OUT = Text("按流程停用，运行结束后不恢复", "Taken out of service by this run; it stays out")
NOTHING = "none"


def check_two(context: CheckContext) -> Iterator[Complaint]:
    """`of` and `scan` name earlier steps."""
    yield from earlier_found(context, "of", "scan")


def check_clocks(context: CheckContext) -> Iterator[Complaint]:
    """The same, with a limit in seconds."""
    yield from check_seconds(context)
    yield from earlier_found(context, "scan")


@action(
    "site.set_clocks",
    kind="W",
    limit="needed",
    writes=True,
    check=check_clocks,
    possible=several_piles,
    title=Text("校时", "Set the clocks that are off"),
)
async def set_clocks(step: StepContext, *, of: str, scan: str, unchanged: Points) -> None:
    """Set the clock of those piles whose error was too large, and judge it again.

    The settings `unchanged` of all piles, and the clocks of those that were right, are read before
    and after: nothing else may have changed.
    """
    online = kept(step, scan, Scan).online
    drifted: list[str] = kept(step, of, list)
    others = [role for role in online if role not in drifted]
    before = await settings_of(step, online, unchanged)
    offsets = {role: await _offset(step, role) for role in others}
    for role in drifted:
        await write_at(step, role, "clock", float(round(step.clock.now().utc.timestamp())))
    for role in drifted:
        step.judge(await clock_offset(pile(step, role), "clock", step.clock, step.deadline))
    moved: list[str] = []
    for role, then in offsets.items():
        now = await _offset(step, role)
        if then is not None and (now is None or abs(now - then) > _UNTOUCHED):
            moved.append(f"{role}:clock.offset={now} ({then})")
    after = await settings_of(step, online, unchanged)
    step.judge(listed(step, "others_changed", [*moved, *changed(before, after)]), Clear([]))


async def _offset(step: StepContext, role: str) -> float | None:
    device = pile(step, role)
    if not device.has("clock"):
        return None
    found = await clock_offset(device, "clock", step.clock, step.deadline)
    step.measured(found)
    return float(found.value) if isinstance(found.value, int | float) else None


@action(
    "site.write_settings",
    kind="W",
    limit="none",
    writes=True,
    check=check_two,
    possible=several_piles,
    title=Text("下发批准的设置", "Write the approved settings"),
)
async def write_settings(
    step: StepContext,
    *,
    of: str,
    scan: str,
    points: Points,
    does: str,
    ask: TextField,
    may_change_link: bool = False,
) -> None:
    """Write what the ledger says to those piles that differed, and read it back.

    Nobody's settings are written without approval: the person confirms, and the record says who.
    The same points of all other piles are read before and after. A setting that can end the
    connection is refused unless `may_change_link` says that it is meant; it is not read back.
    """
    differs: dict[str, list[str]] = kept(step, of, dict)
    online = kept(step, scan, Scan).online
    others = [role for role in online if role not in differs]
    before = await settings_of(step, others, points)
    refused: list[str] = []
    if differs:
        await step.do_by_hand(does, ask)
    for role in differs:
        ledger = step.bench.ledger(role)
        for name in points:
            described = pile(step, role).profile.points.get(name)
            if name not in ledger or described is None or not described.writable:
                continue
            shown = await write_at(step, role, name, ledger[name], may_change_link=may_change_link)
            if described.changes_link:
                continue  # it answers elsewhere now, if at all
            if shown is None or shown.value != ledger[name]:
                seen = None if shown is None else shown.value
                refused.append(f"{role}:{name}={seen} ({ledger[name]})")
    after = await settings_of(step, others, points)
    step.judge(listed(step, "settings_not_taken", refused), Clear([]))
    step.judge(listed(step, "others_changed", changed(before, after)), Clear([]))


@action(
    "site.take_out",
    kind="W",
    limit="none",
    writes=True,
    check=check_two,
    possible=several_piles,
    title=Text("停用挂牌", "Take a pile out of service"),
)
async def take_out(step: StepContext, *, of: str, scan: str, does: str, ask: TextField) -> None:
    """Disable the pile that ranks first in `of`, read that back, and have the tag hung up.

    It is not enabled again at the end: being out of service is the result of the work, and the
    record says so. When no pile ranks, none is taken out.
    """
    ranked: list[str] = kept(step, of, list)
    online = kept(step, scan, Scan).online
    role = next((one for one in ranked if one in online), None)
    if role is None:
        nothing = Measurement("pile_taken_out", NOTHING, source="site", at=step.clock.elapsed())
        step.judge(nothing, Equals(NOTHING))
        return
    described = pile(step, role).profile.points.get("enable")
    if described is None or not described.writable:
        raise NotAvailableError(f"{role} cannot be disabled over the bus; tag it and lock it off")
    before = (await pile(step, role).read(["enable"], step.deadline))["enable"]
    shown = await write_at(step, role, "enable", "disabled")
    if shown is None:
        raise NotAvailableError(f"nothing shows whether {role} is disabled")
    step.judge(shown, Equals("disabled"))
    if shown.value == "disabled":
        detail, where = f"it was {before.value}", f"{role}.enable"
        step.emit(OutcomeNoted(where=where, branch="person", headline=_STAYS_OUT, detail=detail))
    await step.do_by_hand(f"{does}@{role}", about(role, ask))
