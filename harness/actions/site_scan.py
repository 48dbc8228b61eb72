"""Who is there: the addresses of an outlet against its ledger, and why a pile is off line."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.site_piles import (
    Scan,
    Stranger,
    about,
    earlier_found,
    kept,
    listed,
    pile,
    several_piles,
)
from harness.clock import Deadline
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.line import Line
from harness.devices.operator import Question
from harness.errors import (
    BadReplyError,
    BenchError,
    ConnectionFailedError,
    DeviceError,
    HarnessError,
    NotAvailableError,
)
from harness.fields import DurationField, TextField
from harness.limits import Clear
from harness.quantity import Quality
from harness.text import Text

Units = Annotated[tuple[int, int], Field(description="First and last unit id that is asked")]

UNIT_SILENT = "unit_silent"
LINE_SILENT = "line_silent"
WRONG_ADDRESS = "wrong_address"
DISTURBED = "disturbed"
REFUSED = "refused"
UNREACHABLE = "unreachable"
POWER_LOSS = "power_loss"
BUS_FAULT = "bus_fault"
NONE = "none"
CAUSES = {
    NONE: Text("没有离线的桩", "no pile is off line"),
    POWER_LOSS: Text("断电", "no power"),
    BUS_FAULT: Text("总线或通信接口故障", "bus or interface"),
    WRONG_ADDRESS: Text("地址错误", "wrong address"),
    DISTURBED: Text("应答受扰或地址冲突", "disturbed, or two at one address"),
    REFUSED: Text("连接被拒绝（设备通电，服务未开）", "connection refused: on, but no service"),
    UNREACHABLE: Text("网络不可达", "not reachable over the network"),
}
_GREETING_WITHIN = 6.0


def check_units(context: CheckContext) -> Iterator[Complaint]:
    """A range of unit ids."""
    first, last = context.parameters["units"]
    if not 1 <= first <= last <= 247:
        yield ("with", "units"), f"{first} to {last} are no unit ids", "two numbers from 1 to 247"


@action(
    "site.scan",
    kind="R",
    limit="none",
    check=check_units,
    possible=several_piles,
    title=Text("扫描地址并与台账核对", "Scan the addresses against the ledger"),
)
async def scan(step: StepContext, *, units: Units = (1, 32), timeout: DurationField = 0.3) -> None:
    """Ask every pile of the ledger, and every other address of its line: who is missing, who extra?

    Each other unit id is asked once, for `timeout`. A device there is asked for its serial number:
    when that belongs to a missing pile, the pile has another address than the ledger says.
    """
    found = Scan()
    lines: dict[Line, list[str]] = {}
    for role in step.bench.piles:
        lines.setdefault(pile(step, role).line, []).append(role)
        cause = await _greet(step, role)
        if cause:
            found.silent[role] = cause
        else:
            found.online.append(role)
    for line, roles in lines.items():
        if not line.connection.is_bus:
            continue  # over TCP the address is the device
        used = {pile(step, role).unit for role in roles}
        for unit in range(units[0], units[1] + 1):
            if unit not in used and (stranger := await _ask(step, roles, unit, timeout)):
                found.strangers.append(stranger)
    _explain(step, found, lines)
    step.memory.kept[step.step] = found
    step.judge(listed(step, "piles_missing", list(found.silent)), Clear([]))
    step.judge(listed(step, "devices_extra", [str(one) for one in found.strangers]), Clear([]))


def _greeting(device: ModbusDevice) -> str:
    return "charging_state" if device.has("charging_state") else next(iter(device.profile.points))


async def _greet(step: StepContext, role: str) -> str:
    """Why a pile does not answer at its address; empty when it does."""
    device = pile(step, role)
    within = Deadline.after(min(_GREETING_WITHIN, step.deadline.remaining()))
    try:
        await device.open(within)
        await device.read([_greeting(device)], within)
    except BadReplyError:
        return DISTURBED
    except DeviceError:
        return ""  # it answers, if only to refuse
    except BenchError as error:
        return why_silent(error)
    step.bench.unopened.discard(role)
    return ""


def why_silent(error: BaseException) -> str:
    """What kind of silence it is: no link, a link that is refused, or a link without answer."""
    cause: BaseException | None = error
    found = UNIT_SILENT
    while cause is not None:
        if isinstance(cause, ConnectionRefusedError):
            return REFUSED
        if isinstance(cause, ConnectionFailedError):
            found = UNREACHABLE
        cause = cause.__cause__
    return found


async def _ask(step: StepContext, roles: list[str], unit: int, timeout: float) -> Stranger | None:
    """The device at an address where the ledger has none, if there is one."""
    known = pile(step, roles[0])
    guest = ModbusDevice(
        known.role,
        known.profile,
        known.line,
        unit=unit,
        clock=step.clock,
        simulated=known.simulated,
    )
    guest.at_step(step.step, 1)
    try:
        await guest.read([_greeting(known)], Deadline.after(timeout), attempts=1)
    except (BadReplyError, DeviceError):
        return Stranger(roles[0], unit)  # something is there
    except BenchError:
        return None
    stranger = Stranger(roles[0], unit)
    if guest.has("serial_number"):
        try:
            reading = (await guest.read(["serial_number"], step.deadline))["serial_number"]
        except HarnessError:
            return stranger
        if reading.quality is Quality.GOOD:
            stranger.serial = str(reading.value)
    return stranger


def _explain(step: StepContext, found: Scan, lines: dict[Line, list[str]]) -> None:
    """Say of silent piles what the rest of the line tells about them."""
    for stranger in found.strangers:
        for role in found.silent:
            serial = step.bench.ledger(role).get("serial_number")
            if stranger.serial and str(serial) == stranger.serial:
                stranger.role = role
                found.silent[role] = WRONG_ADDRESS
    strangers_at = {stranger.line for stranger in found.strangers}
    for roles in lines.values():
        alone = len(roles) < 2
        if (
            not alone
            and all(role in found.silent for role in roles)
            and roles[0] not in strangers_at
        ):
            for role in roles:
                if found.silent[role] == UNIT_SILENT:
                    found.silent[role] = LINE_SILENT


@action(
    "site.offline",
    kind="R",
    limit="none",
    check=lambda context: earlier_found(context, "of"),
    possible=several_piles,
    title=Text("离线原因", "Why piles are off line"),
)
async def offline(step: StepContext, *, of: str, ask: TextField) -> None:
    """Tell for each silent pile of a scan: power, bus, or address.

    The wire alone cannot tell a pile without power from one with a broken interface, so somebody
    looks whether anything is lit there (`ask`). A whole silent line with its piles lit is the line.
    """
    found = kept(step, of, Scan)
    causes: dict[str, str] = {}
    for role, cause in found.silent.items():
        causes[role] = cause
        if cause in (UNIT_SILENT, LINE_SILENT, UNREACHABLE):
            causes[role] = await _by_its_lamp(step, role, cause, ask)
    step.memory.kept[step.step] = causes
    entries = [f"{role}:{cause}" for role, cause in causes.items()]
    step.judge(listed(step, "piles_offline", entries), Clear([]))


async def _by_its_lamp(step: StepContext, role: str, cause: str, ask: Text) -> str:
    answer = await step.ask(
        Question(
            kind="observe",
            step=step.step,
            subject=f"lamp-lit@{role}",
            ask=about(role, ask),
            choices=["lit", "dark"],
            labels={"lit": Text("有灯亮或屏亮", "lit"), "dark": Text("全部熄灭", "dark")},
        )
    )
    if answer.value is None:
        raise NotAvailableError(f"nobody observed {role!r}")
    if answer.value == "dark":
        return POWER_LOSS
    return cause if cause == UNREACHABLE else BUS_FAULT


@action(
    "site.decide_offline",
    kind="D",
    judges=False,
    limit="none",
    check=lambda context: earlier_found(context, "of"),
    title=Text("判断离线原因", "Conclude why a pile is off line"),
)
async def decide_offline(step: StepContext, *, of: str, ask: TextField) -> None:
    """Have the person conclude why the (first) silent pile is off line, and compare."""
    causes: dict[str, str] = kept(step, of, dict)
    right = next(iter(causes.values()), NONE)
    answer = await step.ask(
        Question(
            kind="decide",
            step=step.step,
            subject="offline-cause",
            ask=ask,
            choices=list(CAUSES),
            labels=CAUSES,
        )
    )
    value = answer.value
    if value is None and step.bench.operator.simulated:
        value = right
    step.conclude(value, right, dict(causes))
