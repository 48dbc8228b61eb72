"""What the verbs of an outlet share: every pile asked in turn, a silent one passed over.

A pile that does not answer is a finding and never the end of the run. Findings are lists of
`pile-3:what`; an empty list is as it should be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint
from harness.bench.roles import title
from harness.devices.modbus.device import ModbusDevice
from harness.errors import BenchError, NotAvailableError, UnknownNameError
from harness.events import Written
from harness.quantity import Measurement, Quality, Value
from harness.text import Text
from harness.verdict import Verdict

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

SHOWN = (Verdict.PASS, Verdict.CONDITIONAL_PASS)
T = TypeVar("T")


def several_piles(bench: "LoadedBench", _role: str, _given: dict[str, Any]) -> str:
    """Why this bench is no outlet."""
    return "" if bench.piles else "the bench has no pile"


@dataclass
class Stranger:
    """A device at an address where the ledger has none."""

    line: str
    unit: int
    serial: str = ""
    role: str = ""
    """The pile whose serial number it has."""

    def __str__(self) -> str:
        return f"{self.unit}:{self.role or self.serial or '?'}"


@dataclass
class Scan:
    """What a scan of the addresses has found."""

    online: list[str] = field(default_factory=list)
    """Piles that answer at the address of the ledger."""
    silent: dict[str, str] = field(default_factory=dict)
    """Piles that do not -> as far as the wire tells: `unit_silent`, `line_silent`, ..."""
    strangers: list[Stranger] = field(default_factory=list)


def kept(step: StepContext, of: str, kind: type[T]) -> T:
    """What an earlier step has found. Raises NotAvailableError when it found nothing."""
    found = step.memory.kept.get(of)
    if not isinstance(found, kind):
        raise NotAvailableError(f"step {of} found nothing to go by")
    return found


def earlier_found(context: CheckContext, *keys: str) -> Iterator[Complaint]:
    """Those parameters name earlier steps."""
    for key in keys:
        name = context.parameters[key]
        if name not in context.earlier:
            error = UnknownNameError("earlier step", name, context.earlier)
            yield ("with", key), error.detail, "the id of an earlier step"


def found_in(step: StepContext, name: str) -> list[str]:
    """The entries of every finding of a step."""
    entries = step.memory.kept.setdefault(f"{name} entries", [])
    assert isinstance(entries, list)
    return entries


def listed(step: StepContext, name: str, entries: Sequence[str], note: str = "") -> Measurement:
    """A finding: what is wrong, at which piles. The work order goes by what was found."""
    found_in(step, step.step).extend(entries)
    return Measurement(
        name=name, value=list(entries), source="site", at=step.clock.elapsed(), note=note
    )


def about(role: str, ask: Text) -> Text:
    """The question with the pile that it is about in front."""
    return Text(f"【{title(role).zh}】{ask.zh}", f"[{role}] {ask.en}")


def pile(step: StepContext, role: str) -> ModbusDevice:
    return step.bench.modbus(role)


async def read_at(
    step: StepContext, role: str, points: Sequence[str]
) -> dict[str, Measurement] | None:
    """Read those of the points that this pile has, on record; None when it is silent.

    Raises DeviceError.
    """
    device = pile(step, role)
    names = [name for name in points if device.has(name)]
    try:
        found = await device.read(names, step.deadline)
    except BenchError:
        return None
    for reading in found.values():
        step.measured(reading)
    return found


async def write_at(
    step: StepContext, role: str, point: str, value: Value, *, may_change_link: bool = False
) -> Measurement | None:
    """Write a point of one pile, read it back and put both on record.

    What was before is not put back at the end: the setting is what the run is for.
    """
    device = pile(step, role)
    read_back = await device.write_and_read_back(
        point, value, step.deadline, may_change_link=may_change_link
    )
    agreed = None if read_back is None else read_back.value == value
    step.emit(
        Written(
            step=step.step,
            role=role,
            point=point,
            value=value,
            read_back=read_back,
            agreed=agreed,
        )
    )
    return read_back


Settings = dict[str, dict[str, Value | None]]


async def settings_of(step: StepContext, roles: Sequence[str], points: Sequence[str]) -> Settings:
    """What some settings are at some piles, to compare with afterwards."""
    found: Settings = {}
    for role in roles:
        readings = await read_at(step, role, points)
        if readings is not None:
            found[role] = {name: one.value for name, one in readings.items()}
    return found


def changed(before: Settings, after: Settings) -> list[str]:
    """Settings that are not what they were, or cannot be read any more."""
    return [
        f"{role}:{name}={after.get(role, {}).get(name)} ({value})"
        for role, values in before.items()
        for name, value in values.items()
        if after.get(role, {}).get(name) != value
    ]


def good(reading: Measurement) -> bool:
    return reading.quality is Quality.GOOD and reading.value is not None
