"""Taking a bus apart in a sensible order until the place of a fault is known.

The car stays on. After each disconnection the tester looks whether the part that is left works:
units are heard, nobody babbles, hardly an error frame; or, for a short that lets frames through,
whether the level of CAN-H is right again.
"""

from typing import TYPE_CHECKING

from harness.actions.bus.diagram import BusDiagram
from harness.actions.bus.evidence import reading_name
from harness.actions.bus.kinds import NODE_KINDS, WIRE_SHORTS, Diagnosis, Kind
from harness.actions.bus.search import TrunkSearch
from harness.actions.bus.signs import RECESSIVE, within
from harness.actions.bus_watching import Look, WatchedBus, noted
from harness.actions.context import StepContext
from harness.clock import loop_time, sleep_until
from harness.devices.operator import Question
from harness.errors import NotAvailableError
from harness.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection

_SETTLE = 0.5
"""Seconds after a disconnection: units that were bus-off come back."""
_WATCH = 1.0
_STRAY_ERRORS = 5
"""Error frames within a watch that an open end of the trunk may make by itself."""
_LESS_THAN = 0.25
"""Error frames fewer than this share of before: the unit that disturbs is no longer there."""
_MOST_FAULTY_UNITS = 3
_BY_LEVEL = (Kind.LOW_TO_GROUND, Kind.HIGH_TO_BATTERY)
"""Faults that let frames through, so only a level shows them."""


class Isolation:
    """One bus that is taken apart. `disconnections` counts what was opened or unplugged."""

    def __init__(
        self,
        step: StepContext,
        bus: WatchedBus,
        diagnosis: Diagnosis,
        diagram: BusDiagram,
        *,
        error_rate: float = 0.0,
    ) -> None:
        """`error_rate`: error frames per second while everything was together."""
        self._most_errors = _STRAY_ERRORS
        if diagnosis.kind is Kind.NODE_DISTURBING:
            self._most_errors = min(_STRAY_ERRORS, int(_LESS_THAN * error_rate * _WATCH))
        self._step = step
        self._bus = bus
        self._kind = diagnosis.kind
        self._diagram = diagram
        self._unplugged: list[str] = []
        self.disconnections = 0

    async def find(self, suspect: str = "") -> str:
        """The place: a unit, several as `A+B`, the connector; empty when nothing was found.

        `suspect` is a unit that other evidence points to; it is tried first.
        """
        if self._kind is Kind.TERMINATOR_LOST:
            place = await self._find_terminator()
        elif self._kind in NODE_KINDS:
            place = await self._find_units(suspect)
        else:
            place = await self._find_section()
        if self.disconnections:
            await self._join()
        return place

    # Strategies

    async def _find_units(self, suspect: str) -> str:
        """Units that have to be unplugged until everything else works."""
        for _ in range(_MOST_FAULTY_UNITS):
            unit = suspect or await self._halve()
            suspect = ""
            if unit not in self._diagram.units or unit in self._unplugged:
                return ""
            await self._unplug(unit)
            left = [one for one in self._diagram.units if one not in self._unplugged]
            if await self._sound(left):
                return "+".join(self._unplugged)
        return ""

    async def _find_section(self) -> str:
        """The unit or connector at whose branch the short is, be it in the wires or in the unit."""
        place = await self._halve()
        if self._kind in WIRE_SHORTS and place in self._diagram.units:
            await self._unplug(place)
            left = [one for one in self._diagram.units if one != place]
            inside = await self._sound(left)
            said = "inside the unit" if inside else "in the wires, not in the unit"
            self._step.measured(noted(self._step, "short_is", f"{place}: {said}"))
        return place

    async def _find_terminator(self) -> str:
        """Unplug one of the ends: if the rest works as before, that end had no terminator."""
        ends = self._diagram.terminators
        if len(ends) != 2:
            return ends[0]
        tried = ends[-1]
        await self._unplug(tried)
        left = [one for one in self._diagram.units if one != tried]
        return tried if await self._sound(left) else ends[0]

    async def _halve(self) -> str:
        search = TrunkSearch(self._diagram.order)
        while search.found is None:
            await self._split(*search.next_cut())
            search.tell(sound=await self._sound(search.seen()))
        return search.found

    # One disconnection

    async def _split(self, first: str, second: str) -> None:
        ask = Text(
            f"【{self._bus.title.zh}】点火关闭。把之前断开的主干插头重新插好，再断开 {first} 与 "
            f"{second} 之间的主干插头，点火打开后确认。",
            f"[{self._bus.title.en}] Ignition off. Close the trunk connector that was open before, "
            f"then open the one between {first} and {second}. Ignition on, and confirm.",
        )
        self.disconnections += 1
        await self._do(f"split-{self._bus.name}-{first}-{second}".lower(), ask)

    async def _unplug(self, unit: str) -> None:
        ask = Text(
            f"【{self._bus.title.zh}】点火关闭。把断开的主干插头重新插好，只拔下 {unit} 的插头，"
            "点火打开后确认。",
            f"[{self._bus.title.en}] Ignition off. Close the trunk connector that is open, and "
            f"pull only the plug of {unit}. Ignition on, and confirm.",
        )
        self.disconnections += 1
        self._unplugged.append(unit)
        await self._do(f"pull-{unit.lower()}", ask)

    async def _join(self) -> None:
        ask = Text(
            f"【{self._bus.title.zh}】把所有断开的插头重新插好，确认。",
            f"[{self._bus.title.en}] Put every plug back, and confirm.",
        )
        await self._do(f"join-{self._bus.name}", ask)

    async def _do(self, subject: str, ask: Text) -> None:
        await self._step.do_by_hand(subject, ask)

    # One look

    async def _sound(self, left: "Collection[str]") -> bool:
        """Whether the part of the bus that is left works."""
        if self._kind in _BY_LEVEL:
            return await self._level_is_right()
        await sleep_until(loop_time() + _SETTLE)
        look = Look([self._bus])
        await sleep_until(min(self._step.deadline.at, loop_time() + _WATCH))
        self._step.vehicle.require_alive()
        heard = [unit for unit in look.heard(self._bus) if unit in left]
        errors, unknown = look.errors(self._bus), look.unknown(self._bus)
        sound = bool(heard) and errors <= self._most_errors and not unknown
        self._step.measured(
            noted(
                self._step,
                "units_heard",
                heard,
                note=f"after disconnection {self.disconnections}: {errors} error frames, "
                f"{len(unknown)} unknown identifiers",
            )
        )
        return sound

    async def _level_is_right(self) -> bool:
        name = reading_name(self._bus.name, "high_recessive")
        ask = Text(
            f"【{self._bus.title.zh}】示波器测 CAN-H 对地的隐性电平。",
            f"[{self._bus.title.en}] Recessive level of CAN-H against ground, by the oscilloscope.",
        )
        answer = await self._step.ask(
            Question(
                kind="reading", step=self._step.step, subject=name, ask=ask, unit="V",
                instrument="oscilloscope",
            )
        )  # fmt: skip
        if isinstance(answer.value, bool) or not isinstance(answer.value, int | float):
            raise NotAvailableError(f"nobody measured {name!r}")
        note = f"after disconnection {self.disconnections}"
        self._step.measured(noted(self._step, name, answer.value, unit="V", note=note))
        return within(float(answer.value), RECESSIVE)
