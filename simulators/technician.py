"""A competent technician: does what is asked, says what is there, reads instruments.

Acts on the world and looks at the world, never at a register. The time that things take and the
error of an instrument are seeded; the error stays inside the instrument's stated uncertainty.
"""

from collections.abc import Callable, Mapping

from harness.clock import Deadline, sleep
from harness.devices.operator import ABNORMAL, NORMAL, Answer, Evidence, Question
from harness.errors import NoReplyError, NotAvailableError, UnknownNameError
from harness.over_range import OVER_RANGE
from harness.quantity import Measurement
from simulators import (
    conformance_work,
    pile_looks,
    pile_reasoning,
    protection_work,
    repair,
    site_work,
    socket_work,
)
from simulators.cable import OVER_RANGE as OPEN_WIRE
from simulators.displays import DISPLAYS
from simulators.instruments import Reading, constant
from simulators.pile_mending import mend, mendable
from simulators.rig import Rig
from simulators.vehicle import hands, measuring, testers

BY = "simulated technician"
_REPAIR = "repair-"


READINGS: dict[str, Reading] = {
    **pile_looks.READINGS,
    "gun_surface_temperature": Reading(
        "°C", lambda rig: rig.pile.temperatures.plug_reading(), constant(2.0), 1
    ),
    "supply_voltage_l1": Reading(
        "V", lambda rig: rig.world.supply.line_neutral(), lambda v: 0.005 * v + 0.3, 1
    ),
    "output_voltage_l1": Reading(
        "V",
        lambda rig: rig.world.grid.voltage(1, rig.world.t) if rig.world.output_live else 0.0,
        lambda v: 0.005 * v + 0.3,
        1,
        signed=False,
    ),
    "cp_voltage": Reading(
        "V", lambda rig: rig.world.levels().positive, lambda v: 0.005 * abs(v) + 0.02, 2
    ),
    "cc_resistance": Reading(
        "Ω", lambda rig: rig.world.cable.plug_resistance(), lambda v: 0.005 * v + 1.0, 0
    ),
    "output_current_l1": Reading(
        "A", lambda rig: rig.world.load.current_in(1), lambda v: 0.02 * v + 0.2, 1
    ),
    **protection_work.READINGS,
}
"""What can be measured by hand, by the subject of the question."""


def _connect_simulator(rig: Rig) -> None:
    """The plug goes into a vehicle (simulator) that keeps S2 open; it draws what it may."""
    rig.world.vehicle.wants_charge = False
    rig.world.cable.attach()
    rig.world.plug_in()


def _connect_vehicle(rig: Rig) -> None:
    """The plug goes into a vehicle, which wants to be charged. A whole car knows itself."""
    if not rig.has_car:
        rig.world.vehicle.wants_charge = True
    rig.world.cable.attach()
    rig.world.plug_in()


ACTIONS: dict[str, Callable[[Rig], None]] = {
    "wear-ppe": lambda rig: None,
    "read-work-order": lambda rig: None,
    "make-safe-for-live-work": lambda rig: None,
    "press-emergency-stop": lambda rig: rig.pile.press_emergency_stop(),
    "release-emergency-stop": lambda rig: rig.pile.release_emergency_stop(),
    "reset-emergency-stop": lambda rig: rig.pile.push_reset_button(),
    "take-gun-out": lambda rig: rig.world.take_gun(),
    "return-gun": lambda rig: rig.world.return_gun(),
    "connect-vehicle": _connect_vehicle,
    "disconnect-vehicle": lambda rig: rig.world.return_gun(),
    **protection_work.ACTIONS,
    **site_work.ACTIONS,
    **socket_work.ACTIONS,
    # A vehicle simulator, whose S2 is worked by hand
    "connect-simulator": _connect_simulator,
    "close-s2": lambda rig: rig.world.vehicle.close_s2(),
    "open-s2": lambda rig: rig.world.vehicle.open_s2(),
    # A real recorder beside a simulated pile is the business of whoever has its files
    "arm-recorder": lambda rig: None,
    # A vehicle without a screen: it is told what it wants
    "connect-vehicle-paused": _connect_simulator,
    "allow-charging": lambda rig: rig.world.vehicle.resume(),
    "ask-for-energy": lambda rig: rig.world.vehicle.ask_for_energy(),
    "press-latch": lambda rig: rig.world.press_latch(True),
    "release-latch": lambda rig: rig.world.press_latch(False),
    "reset-faults": lambda rig: rig.pile.push_reset_button(),
    # A setting in the pile's service menu
    "announce-five-percent": lambda rig: setattr(rig.pile.pilot, "digital", True),
    "announce-current": lambda rig: setattr(rig.pile.pilot, "digital", False),
    "wire-reference-meter": lambda rig: None,
    "release-power": lambda rig: None,
    "acknowledge-spot-check": lambda rig: None,
}
_LOOKS = (
    repair.LOOKS
    | conformance_work.LOOKS
    | {"enclosure", "cable-and-gun", "nameplate-and-signs", "pulse-output"}
)
_TIMES = {
    "confirm": (1.5, 4.0),
    "inspect": (4.0, 9.0),
    "observe": (1.0, 2.5),
    "reading": (3.0, 6.0),
    "decide": (2.0, 4.0),
    "rank": (3.0, 6.0),
    "rate": (1.0, 2.0),
}
"""Seconds that an answer takes, by kind of question."""


def _concluded(question: Question, evidence: Evidence) -> Answer:
    """What follows from the evidence that comes with the question, as far as he can tell."""
    if question.kind == "observe":
        return Answer(value=pile_reasoning.symptom(evidence), by=BY)
    if question.kind == "rank":
        ranked = pile_reasoning.hypotheses(evidence, least=question.least, most=question.most)
        return Answer(value=ranked, by=BY)
    likeliest = pile_reasoning.ranking(evidence)[0]
    return Answer(value=evidence.stands_for.get(likeliest, likeliest), by=BY)


class SimulatedTechnician:
    """The operator of a simulated bench.

    `at_once`: needs no time; for a person at the terminal, who takes the time himself. `pace`: how
    much of the usual time he takes; the detection matrix has him hurry.
    """

    simulated = True

    def __init__(self, rig: Rig, *, at_once: bool = False, pace: float = 1.0) -> None:
        self._rig = rig
        self._at_once = at_once
        self._pace = pace
        self._random = rig.world.random("technician")
        self._actions: Mapping[str, Callable[[Rig], None]] = {
            **ACTIONS,
            **(hands.ACTIONS if rig.has_car else {}),
        }

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        """Do, look or measure, and answer.

        Raises NotAvailableError for what this technician cannot do, NoReplyError when the deadline
        comes first.
        """
        if not self._at_once:
            await self._take_time(question, deadline)
        self._rig.advance()
        if question.kind == "confirm":
            return self._do(question.subject)
        if question.kind == "inspect":
            return self._inspect(question.subject)
        if question.kind == "observe" and question.evidence is None:
            return self._observe(question)
        if question.kind == "reading":
            return self._measure(question)
        if question.evidence is not None:
            return _concluded(question, question.evidence)
        # Other conclusions and marks are the candidate's and the assessor's, not the technician's.
        return Answer(value=None, by=BY)

    async def _take_time(self, question: Question, deadline: Deadline) -> None:
        low, high = _TIMES[question.kind]
        seconds = round(self._random.uniform(low, high) * self._pace, 2)
        left = deadline.remaining()
        if seconds > left:
            await sleep(left)
            raise NoReplyError(f"the technician needs {seconds} s for {question.subject!r}")
        await sleep(seconds)

    def _do(self, subject: str) -> Answer:
        action = self._actions.get(subject)
        if action is None and mend(self._rig, subject):
            return Answer(value=True, by=BY)
        if action is None:
            unknown = UnknownNameError("action", subject, list(self._actions))
            hint = unknown.detail.partition("; ")[2]  # names like it, instead of all there are
            raise NotAvailableError(f"the simulated technician cannot do {subject!r}; {hint}")
        action(self._rig)
        return Answer(value=True, by=BY)

    def _inspect(self, subject: str) -> Answer:
        if subject in conformance_work.REPORTS:
            return conformance_work.look_up(self._rig, subject, BY)
        looks = measuring.LOOKS if self._rig.has_car else {}
        if subject in looks:
            found = looks[subject](self._rig)
        elif subject in protection_work.LOOKS:
            found = protection_work.look(self._rig, subject)
        else:
            found = self._rig.world.appearance.get(subject)
        if found is not None:
            return Answer(value=ABNORMAL, by=BY, note=found)
        if subject not in _LOOKS | protection_work.LOOKS | site_work.LOOKS and subject not in looks:
            raise NotAvailableError(f"there is no {subject!r} to look at on this simulated bench")
        return Answer(value=NORMAL, by=BY)

    def _observe(self, question: Question) -> Answer:  # noqa: PLR0911 - one for each kind of thing
        if question.subject == "recording":
            return Answer(value=None, by=BY)
        if self._rig.has_car and question.subject in testers.FILES:
            data = testers.FILES[question.subject](self._rig.car, self._random)
            data = self._rig.line_testers.of(question.subject).given(data)
            return Answer(value=f"{question.subject}.csv", by=BY, content=data)
        if self._rig.has_car and question.subject in measuring.OBSERVATIONS:
            return Answer(value=measuring.OBSERVATIONS[question.subject](self._rig), by=BY)
        if question.subject in protection_work.LABELS:
            return Answer(value=protection_work.LABELS[question.subject](self._rig), by=BY)
        if question.subject in site_work.OBSERVATIONS:
            return Answer(value=site_work.OBSERVATIONS[question.subject](self._rig), by=BY)
        if question.subject in pile_looks.OBSERVATIONS:
            return Answer(value=pile_looks.OBSERVATIONS[question.subject](self._rig), by=BY)
        if question.subject != "lamp":
            raise NotAvailableError(
                f"there is no {question.subject!r} to observe on this simulated bench"
            )
        seen = self._rig.pile.indicator.visible() if self._rig.pile.powered else "off"
        return Answer(value=seen, by=BY)

    def truth(self, question: Question) -> Measurement | None:
        """What there is to measure or to see, without an instrument's error.

        None for what is no matter of fact here. The uncertainty of a number is that of the bench:
        what an instrument of the usual kind would state for it.
        """
        self._rig.advance()
        if question.subject in measuring.OWN_WORDS:
            return None
        try:
            if question.kind == "inspect":
                return Measurement(question.subject, self._inspect(question.subject).value)
            if question.kind == "observe" and question.evidence is None:
                return Measurement(question.subject, self._observe(question).value)
            return self._true_number(question.subject) if question.kind == "reading" else None
        except NotAvailableError:
            return None

    def _true_number(self, subject: str) -> Measurement | None:
        shown_there = DISPLAYS.get(subject)
        if shown_there is not None:
            shown = round(shown_there.value(self._rig), shown_there.digits)
            return Measurement(subject, shown, shown_there.unit)
        reading = self._reading(subject)
        if reading is None:
            return None
        true = reading.true(self._rig)
        spread = max(reading.uncertainty(true), 0.5 * 10.0**-reading.digits)
        true = true if reading.signed else abs(true)
        return Measurement(subject, true, reading.unit, round(spread, 6))

    def things(self) -> Mapping[str, list[str]]:
        """What can be done, measured (with its unit), seen and renewed or mended here."""
        readings = {**READINGS, **(measuring.READINGS if self._rig.has_car else {})}
        looks = measuring.OBSERVATIONS if self._rig.has_car else {}
        places = [name for name in self._actions if name.startswith(_REPAIR)]
        return {
            "replace": sorted({*mendable(), *(name.removeprefix(_REPAIR) for name in places)}),
            "operate": sorted(name for name in self._actions if not name.startswith(_REPAIR)),
            "measure": sorted(f"{name} {reading.unit}" for name, reading in readings.items()),
            "look": sorted({*_LOOKS, *pile_looks.OBSERVATIONS, *looks, "lamp"}),
        }

    def _reading(self, subject: str) -> Reading | None:
        reading = READINGS.get(subject)
        if reading is None and self._rig.has_car:
            reading = measuring.READINGS.get(subject)
        return reading

    def _measure(self, question: Question) -> Answer:
        shown_there = DISPLAYS.get(question.subject)
        if shown_there is not None and question.unit == shown_there.unit:
            return Answer(value=round(shown_there.value(self._rig), shown_there.digits), by=BY)
        reading = self._reading(question.subject)
        if reading is None or (question.unit is not None and question.unit != reading.unit):
            raise NotAvailableError(
                f"the simulated technician cannot measure {question.subject!r} in {question.unit}"
            )
        true = reading.true(self._rig)
        if question.instrument == "multimeter" and reading.unit == "V":
            true = self._rig.multimeter.shows(true)
        spread = reading.uncertainty(true)
        shown = round(true + self._random.uniform(-0.5, 0.5) * spread, reading.digits)
        if not reading.signed:
            shown = abs(shown)
        over = reading.unit == "Ω" and abs(true) >= OPEN_WIRE
        return Answer(
            value=OPEN_WIRE if over else shown,
            by=BY,
            note=OVER_RANGE if over else "",
            uncertainty=round(spread, max(3, reading.digits + 1)),
        )
