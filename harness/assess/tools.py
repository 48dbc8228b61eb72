"""The tools of a candidate: each use is on record, under the step that was open.

A tool gives what a person at the bench would see, never what the harness makes of it. What is
measured comes from an instrument of the bench that the candidate has chosen himself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.actions.charging import recording
from harness.assess.thing_names import called
from harness.assess.tool_words import ToolOrder
from harness.bench.bench import Bench
from harness.bench.instruments import goes_over, top_of_range, why_out_of_range
from harness.bench.sequences import perform
from harness.clock import Deadline
from harness.devices.modbus.device import ModbusDevice
from harness.devices.operator import Question, QuestionKind
from harness.engine import details, wording
from harness.errors import HarnessError, NotAvailableError, UnknownNameError
from harness.events import Measured, ToolUsed
from harness.over_range import OVER_RANGE, is_over_range
from harness.quantity import Measurement, Value
from harness.text import Language, Text

if TYPE_CHECKING:
    from harness.actions.context import StepContext

_MOST_SHOWN = 40
_MORE = Text("……另有 {} 个数据点，用“读 数据点”逐个查看", "… {} more points; read them by name")
NOT_SHOWN = ("fault-box",)
"""What would tell whether a fault is hidden."""
_NOTHING = Text("没有看到特别之处", "nothing striking to see")
_DONE = Text("完成", "done")
_NO_CODES = Text("没有故障码", "no codes")
_NO_TARGET = Text("缺少名称，输入“工具”查看", "a name is missing; `tools` lists them")
_NO_INSTRUMENT = Text("须指明仪表", "which instrument? measure PLACE with INSTRUMENT")
_BY_HAND = Text("请自行操作（真实台架）", "do it yourself on this bench; it is on record")
_ALARM_WORDS = ("fault_flags", "warning_flags")


class ToolRefusedError(HarnessError):
    """A tool that could not be taken as it was asked for: told to the candidate, on record."""

    headline = Text("无法使用该工具", "The tool cannot be used so")


@dataclass(frozen=True)
class ToolResult:
    """What a tool showed; `detail` goes on record."""

    lines: list[str]
    detail: dict[str, Value]


class Toolbox:
    """The tools that act on the bench, during one step."""

    def __init__(self, context: "StepContext", bench: Bench, code: str, language: Language) -> None:
        self._context = context
        self._bench = bench
        self._code = code
        self._language = language
        self.measured_with: dict[str, str] = {}
        """Quantity -> instrument that was taken for it."""

    async def take(self, order: ToolOrder, deadline: Deadline) -> list[str]:
        """Take a tool and put that on record; the lines that it shows, also when it was refused."""
        uses: Mapping[str, Callable[[ToolOrder, Deadline], object]] = {
            "read": self._read,
            "values": self._values,
            "dtc": self._codes,
            "measure": self._measure,
            "look": self._look,
            "operate": self._operate,
            "replace": self._replace,
            "clear": self._clear,
        }
        use = uses[order.tool]
        try:
            result = await use(order, deadline)  # type: ignore[misc]
        except HarnessError as error:
            self._note(order, {}, ok=False, reason=error.detail)
            return [f"{error.headline.get(self._language)}: {self._told(error)}"]
        assert isinstance(result, ToolResult)
        self._note(order, result.detail)
        return result.lines

    def _told(self, error: HarnessError) -> str:
        return details.chinese(error.detail) if self._language == "zh" else error.detail

    def _note(
        self, order: ToolOrder, detail: dict[str, Value], *, ok: bool = True, reason: str = ""
    ) -> None:
        self._context.emit(
            ToolUsed(
                step=self._context.step,
                tool=order.tool,
                target=order.target,
                detail=detail,
                ok=ok,
                reason=reason,
            )
        )

    def _shown(self, reading: Measurement) -> str:
        name = wording.quantity(reading, self._language)
        called = name if name == reading.name else f"{name} ({reading.name})"
        return f"{called} = {wording.measurement(reading, self._language)}"

    # Devices

    def _find(self, name: str) -> tuple[str, str]:
        """Role and point of `role.point`, or of a point that some device of the bench has."""
        if not name:
            raise ToolRefusedError(_NO_TARGET.en)
        role, _, point = name.partition(".")
        if role in self._bench.devices and self._bench.devices[role].has(point):
            return role, point
        for role, device in self._bench.devices.items():
            if role != "injector" and device.has(name):
                return role, name
        known = sorted(
            point
            for role, device in self._bench.devices.items()
            if role != "injector"
            for point in device.profile.described
        )
        raise UnknownNameError("point", name, known)

    async def _readings(
        self, role: str, points: list[str], deadline: Deadline
    ) -> list[Measurement]:
        device = self._bench.devices[role]
        if role == "vehicle":
            found = await self._bench.vehicle.read_what_answers(points, deadline)
        else:
            found = await device.read(points, deadline)
        for reading in found.values():
            self._context.emit(Measured(step=self._context.step, measurement=reading))
        return list(found.values())

    async def _read(self, order: ToolOrder, deadline: Deadline) -> ToolResult:
        role, point = self._find(order.target)
        (reading,) = await self._readings(role, [point], deadline)
        return ToolResult([self._shown(reading)], _value(reading))

    async def _values(self, order: ToolOrder, deadline: Deadline) -> ToolResult:
        lines: list[str] = []
        if order.target and order.target not in self._bench.devices:
            known = [role for role in self._bench.devices if role != "injector"]
            raise UnknownNameError("device", order.target, known)
        for role, device in self._bench.devices.items():
            if role == "injector" or (order.target and role != order.target):
                continue
            shown = [name for name in device.profile.shown if device.has(name)]
            if isinstance(device, ModbusDevice):
                # What is measured first: a list for the eye has an end.
                described = device.profile.described
                shown.sort(key=lambda name: described[name].unit is None)
            readings = await self._readings(role, shown[:_MOST_SHOWN], deadline)
            lines += [f"{role}.{self._shown(reading)}" for reading in readings]
            if (more := len(shown) - _MOST_SHOWN) > 0:
                lines.append(_MORE.get(self._language).format(more))
        return ToolResult(lines, {"values": len(lines)})

    async def _codes(self, order: ToolOrder, deadline: Deadline) -> ToolResult:
        wanted = order.target
        if "vehicle" in self._bench.devices and wanted != "pile":
            vehicle = self._bench.vehicle
            units = [wanted] if wanted else list(vehicle.units)
            lines = []
            if wanted and wanted not in vehicle.units:
                raise UnknownNameError("unit", wanted, list(vehicle.units))
            for unit in units:
                try:
                    stored = await vehicle.trouble_codes(unit, deadline)
                except HarnessError as error:
                    vehicle.require_alive()
                    lines.append(f"{unit}: {self._told(error)}")
                    continue
                lines += [
                    f"{unit}: {code.code} {code.title.get(self._language)} (0x{code.status:02X})"
                    for code in stored
                ]
            return ToolResult(lines or [_NO_CODES.get(self._language)], {"codes": len(lines)})
        names = [n for n in _ALARM_WORDS if self._bench.device("pile").has(n)]
        readings = await self._readings("pile", names, deadline)
        codes = [str(one) for r in readings if isinstance(r.value, list) for one in r.value]
        lines = [self._shown(reading) for reading in readings]
        return ToolResult(lines, {"codes": codes})

    async def _clear(self, order: ToolOrder, deadline: Deadline) -> ToolResult:
        wanted = order.target
        if "vehicle" in self._bench.devices and wanted != "pile":
            vehicle = self._bench.vehicle
            for unit in [wanted] if wanted else list(vehicle.units):
                await vehicle.clear_codes(unit, deadline)
        else:
            device = self._bench.modbus("pile")
            on_write = recording(self._context, device)
            await perform(device, "reset", deadline, on_write=on_write)
        return ToolResult([_DONE.get(self._language)], {})

    # Hands, eyes and instruments

    async def _measure(self, order: ToolOrder, deadline: Deadline) -> ToolResult:
        units = dict(one.rsplit(" ", 1) for one in self._bench.things().get("measure", []))
        tool = self._bench.instruments.get(order.with_) or next(
            (one for one in self._bench.instruments.values() if one.type == order.with_), None
        )
        if not order.target:
            raise ToolRefusedError(_NO_TARGET.en)
        if not order.with_:
            raise ToolRefusedError(_NO_INSTRUMENT.en)
        if tool is None:
            known = sorted({one.type for one in self._bench.instruments.values()})
            raise UnknownNameError("instrument", order.with_, known)
        by: dict[str, Value] = {"instrument": tool.id}
        if self._bench.hands is None:
            return ToolResult([_BY_HAND.get(self._language)], by)
        name = order.target.partition("@")[0]  # of an outlet, the pile stands behind it
        if name not in units:
            raise UnknownNameError("place", name, sorted(units))
        unit = units[name]
        question = self._question("reading", order.target, unit=unit, instrument=tool.type)
        answer = await self._bench.hands.ask(question, deadline)
        if answer.value is None:
            raise NotAvailableError(f"{order.target} cannot be measured now")
        value, top = answer.value, top_of_range(tool.range, unit)
        over = is_over_range(answer.note) or goes_over(tool.range, value, unit)
        if over and top is not None:
            value = top  # an open wire is a finding, no mistake in measuring
        elif why := why_out_of_range(tool.id, tool.range, value, unit):
            raise ToolRefusedError(why)
        reading = Measurement(
            order.target,
            value,
            unit,
            answer.uncertainty,
            source=f"{self._code} / {tool.id}",
            at=self._context.clock.elapsed(),
            note=OVER_RANGE if over else "",
        )
        self._context.emit(Measured(step=self._context.step, measurement=reading))
        self.measured_with[order.target] = tool.id
        shown: dict[str, Value] = {"shown": OVER_RANGE} if over else {}
        return ToolResult([f"{tool.id}: {self._shown(reading)}"], _value(reading) | shown | by)

    async def _look(self, order: ToolOrder, deadline: Deadline) -> ToolResult:
        hands = self._bench.hands
        if hands is None:
            return ToolResult([_BY_HAND.get(self._language)], {})
        if not order.target:
            raise ToolRefusedError(_NO_TARGET.en)
        if order.target in NOT_SHOWN:
            raise UnknownNameError("place", order.target, self._bench.things()["look"])
        try:
            seen = await hands.ask(self._question("inspect", order.target), deadline)
            shown = seen.note or _NOTHING.get(self._language)
        except NotAvailableError:
            seen = await hands.ask(self._question("observe", order.target), deadline)
            value = seen.value
            shown = wording.value(value, None, self._language, order.target) if value else ""
        return ToolResult([f"{self._called('look', order.target)}: {shown}"], {"seen": shown})

    async def _operate(self, order: ToolOrder, deadline: Deadline) -> ToolResult:
        return await self._by_hand(order, order.target, deadline)

    async def _replace(self, order: ToolOrder, deadline: Deadline) -> ToolResult:
        parts = self._bench.things().get("replace", [])
        if order.target and self._bench.hands is not None and order.target not in parts:
            raise UnknownNameError("part", order.target, parts)
        return await self._by_hand(order, f"repair-{order.target}", deadline)

    async def _by_hand(self, order: ToolOrder, subject: str, deadline: Deadline) -> ToolResult:
        if not order.target:
            raise ToolRefusedError(_NO_TARGET.en)
        if self._bench.hands is None:
            return ToolResult([_BY_HAND.get(self._language)], {})
        known = self._bench.things()["operate"]
        if order.tool == "operate" and subject.partition("@")[0] not in known:
            raise UnknownNameError("action", subject, known)
        await self._bench.hands.ask(self._question("confirm", subject), deadline)
        named = self._called(order.tool, order.target)
        return ToolResult([f"{named}: {_DONE.get(self._language)}"], {})

    def _called(self, kind: str, id: str) -> str:
        name = called(kind, id, self._language)
        return id if name == id else f"{name} ({id})"

    def _question(
        self, kind: QuestionKind, subject: str, *, unit: str | None = None, instrument: str = ""
    ) -> Question:
        return Question(
            kind=kind,
            step=self._context.step,
            subject=subject,
            ask=Text(subject, subject),
            unit=unit,
            instrument=instrument,
        )


def _value(reading: Measurement) -> dict[str, Value]:
    found: dict[str, Value] = {} if reading.value is None else {"value": reading.value}
    if reading.unit:
        found["unit"] = reading.unit
    return found
