"""F-01 to F-42 on the simulated pile: trigger, time, reaction, severity, recovery.

Every fault that names an alarm is switched on in the situation that triggers it. The alarm has to
come in time and do what the catalogue says; with the cause removed it has to go in the way that the
catalogue says, and in no other.
"""

from dataclasses import dataclass

import pytest
from sim_support import Point

from harness.cli.show import _FINDERS
from simulators.faults import all_faults
from simulators.faults.catalogue import CATALOGUE, Entry
from simulators.faults.fault import Fault
from simulators.pile.alarms import ALARMS, Clears

FAULTS = {name: fault for name, fault in all_faults().items() if fault.catalogue}


@dataclass(frozen=True)
class Case:
    """When it shows (`rest`, `start` or `charging`), and after how long at most (s)."""

    situation: str
    alarm: float
    off: float | None = None
    """Seconds until the output is off, where no clause says it; None: at once with the alarm."""


SOON = 0.1
CASES: dict[str, Case] = {
    "estop-pressed": Case("charging", SOON, 0.1),
    "leakage": Case("charging", SOON, 0.15),
    "rcd-tripped": Case("charging", SOON, 0.15),
    "rcd-detector-failed": Case("start", SOON),
    "input-overvoltage": Case("charging", 3.1, 3.2),
    "input-undervoltage": Case("charging", 3.1, 3.2),
    "input-frequency-high": Case("charging", 1.1, 1.2),
    "input-frequency-low": Case("charging", 1.1, 1.2),
    "phase-lost": Case("charging", 1.1, 1.2),
    "line-neutral-reversed": Case("start", SOON),
    "vehicle-overcurrent": Case("charging", 10.0, 10.0),
    "output-shorted": Case("charging", SOON, 0.1),
    "overtemperature": Case("charging", SOON, 0.15),
    "temperature-sensor-failed": Case("charging", SOON, 0.15),
    "connector-contact-burnt": Case("charging", 900.0, 900.0),
    "cp-leakage": Case("charging", SOON),
    "cp-pe-short": Case("charging", SOON),
    "cp-break": Case("charging", SOON),
    "diode-shorted": Case("start", 3.0),
    "pe-open": Case("charging", SOON),
    "contactor-welded": Case("start", SOON),
    "contactor-spare-welded": Case("start", SOON),
    "contactor-command-stuck": Case("start", SOON),
    "contactor-feedback-stuck": Case("start", SOON),
    "contactor-refuses": Case("start", 4.0),
    "breaker-off": Case("charging", SOON, 0.15),
    "surge-arrester-worn": Case("charging", SOON),
    "arrester-contact-open": Case("charging", SOON),
    "door-open": Case("charging", SOON, 0.15),
    "door-switch-broken": Case("charging", SOON, 0.15),
    "lock-jammed": Case("start", 4.0),
    "lock-feedback-open": Case("start", 4.0),
    "lock-feedback-stuck": Case("start", 1.1),
    "gun-left-out": Case("rest", 181.0),
    "holder-switch-stuck-out": Case("rest", 181.0),
    "cc-open": Case("start", SOON),
    "cc-resistor-wrong": Case("start", SOON),
    "s2-stuck-open": Case("start", 181.0),
    "vehicle-full": Case("charging", 610.0),
    "meter-line-broken": Case("charging", 5.1, 5.2),
    "meter-address-wrong": Case("charging", 5.1, 5.2),
    "meter-data-jumps": Case("charging", 3.1, 3.2),
    "meter-reversed": Case("charging", 1.1, 1.2),
    "meter-clock-off": Case("charging", SOON),
    "card-reader-silent": Case("charging", 3.1),
    "screen-silent": Case("charging", 3.1),
    "platform-offline": Case("charging", 3.1),
    "sim-missing": Case("charging", SOON),
    "storage-full": Case("start", SOON),
    "mains-off": Case("charging", SOON, 0.1),
    "smoke-inside": Case("charging", SOON, 0.15),
    "smoke-detector-failed": Case("charging", SOON, 0.15),
    "water-inside": Case("charging", SOON, 0.15),
    "water-sensor-failed": Case("charging", SOON, 0.15),
    "pile-struck": Case("charging", SOON, 0.15),
    "tilt-sensor-failed": Case("charging", SOON, 0.15),
    "tariff-missing": Case("start", SOON),
    "plug-and-charge-refused": Case("start", SOON),
    "confirmation-missing": Case("rest", 1.1),
}


def _flags(point: Point) -> set[str]:
    return {*point.get("fault_flags"), *point.get("warning_flags")}


def _brought_about(name: str) -> tuple[Point, float]:
    """The fault switched on in its situation, its alarm waited for; the time it was triggered."""
    case, fault = CASES[name], FAULTS[name]
    point = Point(plug_and_charge=name == "plug-and-charge-refused")
    if case.situation == "charging":
        point.charge()
    fault.switch(point.rig, True)
    since = point.t
    if case.situation == "start":
        point.world.plug_in()
        point.run(0.05)
        if not point.pile.settings.plug_and_charge:
            point.put("charge_command", "start")
            since = point.t
    at = point.t + case.alarm
    while point.t < at and fault.catalogue not in _flags(point):
        point.run(min(0.02, at - point.t) if case.alarm < 1.0 else case.alarm / 100)
    return point, since


def test_every_number_has_a_fault_and_every_fault_a_case() -> None:
    assert set(CATALOGUE) == {f"F-{number:02}" for number in range(1, 43)} == set(ALARMS)
    assert {fault.catalogue for fault in FAULTS.values()} == set(CATALOGUE)
    assert FAULTS.keys() == CASES.keys()


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_alarm_comes_in_time_and_does_what_it_should(name: str) -> None:
    case, entry = CASES[name], FAULTS[name].entry
    assert entry is not None
    sound = Point()
    if case.situation == "charging":
        sound.charge()
    assert entry.code not in _flags(sound)
    point, since = _brought_about(name)
    assert entry.code in _flags(point)
    point.run(0.2)
    point.world.advance()
    _reacts(point, since, case, entry)


def _reacts(point: Point, since: float, case: Case, entry: Entry) -> None:
    assert (entry.code in point.get("warning_flags")) is (entry.severity == "C")
    closed = point.trace.first_after(since, "contactor", "closed")
    if case.situation == "charging" and entry.reaction == "stop":
        limit = entry.within if entry.within is not None else case.off
        assert limit is not None
        off = _off_after(point, since)
        assert off is not None and off - since <= limit + 1e-9, (off, since)
        assert point.get("charging_state") == "fault"
        assert point.get("stop_reason") in ("fault", "emergency_stop", "power_lost")
    elif case.situation == "start" and entry.reaction == "no_start":
        assert closed is None
        assert point.world.load.current() == 0.0
        assert point.get("charging_state") != "charging"
    elif entry.reaction == "end":
        point.run(10.0)
        assert point.get("charging_state") == "finished"
        assert not point.pile.contactor.closed
    elif entry.reaction == "warn" and case.situation == "charging":
        point.run(30.0)
        assert point.get("charging_state") == "charging"
        assert point.world.load.current() > 30


def _off_after(point: Point, since: float) -> float | None:
    """When mains left the plug: the contactor opened, or what feeds it."""
    times = [
        point.trace.first_after(since, "contactor", "open"),
        point.trace.first_after(since, "breaker", "tripped"),
    ]
    there = [at for at in times if at is not None]
    if not point.pile.output_live and not there:
        return since
    return min(there, default=None)


@pytest.mark.parametrize("name", sorted(CASES))
def test_it_recovers_as_the_catalogue_says_and_in_no_other_way(name: str) -> None:
    fault, case = FAULTS[name], CASES[name]
    entry = fault.entry
    assert entry is not None
    point, _ = _brought_about(name)
    if entry.clears is Clears.RESET:
        # A reset is of no use while the cause is there.
        point.pile.push_reset_button()
        point.run(0.6)
        if name not in PASSED_WITH_THE_SESSION:
            assert entry.code in _flags(point)
    fault.switch(point.rig, False)
    if entry.clears is Clears.CAUSE:
        point.run(10.0 if "overtemperature" not in name else 2 * 3600.0)
        assert entry.code not in _flags(point)
    elif entry.clears is Clears.RESET and name not in PASSED_WITH_THE_SESSION:
        point.run(20.0)
        point.world.return_gun()
        point.run(20.0)
        assert entry.code in _flags(point)
        point.pile.push_reset_button()
        point.run(0.6)
        if name == "connector-contact-burnt":
            point.run(3600.0)
            point.pile.push_reset_button()
            point.run(0.6)
        assert entry.code not in _flags(point)
    elif entry.clears is Clears.UNPLUG:
        point.run(20.0)
        assert entry.code in _flags(point)
        point.world.return_gun()
        point.run(0.1)
        assert entry.code not in _flags(point)
    elif entry.clears is Clears.START:
        point.run(20.0)
        assert entry.code in _flags(point)
        point.world.plug_in()
        point.put("charge_command", "start")
        point.run(0.1)
        assert entry.code not in _flags(point)
    point.put("charge_command", "stop")
    point.run(10.0)
    point.world.return_gun()
    point.run(1.0)
    point.pile.push_reset_button()
    point.run(1.0)
    point.charge()
    assert point.world.load.current() > 15.0
    assert case.alarm > 0


PASSED_WITH_THE_SESSION = {"leakage", "contactor-refuses"}
"""Nothing leaks without mains, and a coil that is not driven agrees with its contact: the alarm
stays latched, and a reset may clear it until the next start."""


def test_a_card_starts_a_session_when_the_app_confirms_and_else_lapses() -> None:
    point = Point()
    point.world.plug_in()
    point.pile.present_card()
    point.run(15.0)
    assert point.get("charging_state") == "charging"
    point = Point()
    point.pile.card.app_confirms = False
    point.world.plug_in()
    point.pile.present_card()
    point.run(59.9)
    assert point.get("warning_flags") == []
    point.run(0.2)
    assert point.get("warning_flags") == ["F-42"]
    point = Point()
    point.pile.modules.reader_answers = False
    point.world.plug_in()
    point.pile.present_card()
    point.run(65.0)
    assert point.get("charging_state") == "connected"
    assert point.get("warning_flags") == ["F-31"]


def test_leakage_comes_back_with_the_next_session() -> None:
    point, _ = _brought_about("leakage")
    point.run(30.0)
    assert "F-02" in _flags(point)
    point.pile.push_reset_button()
    point.run(0.6)
    assert "F-02" not in _flags(point)
    point.put("charge_command", "start")
    point.run(5.0)
    assert "F-02" in _flags(point)
    assert not point.pile.contactor.closed


def test_the_confidence_is_high_only_with_a_clause() -> None:
    for entry in CATALOGUE.values():
        assert (entry.confidence == "high") == (entry.clause is not None)
        assert entry.within is None or entry.clause is not None


def test_show_tells_number_severity_and_confidence() -> None:
    row = _FINDERS["faults"]("pe-open")
    assert row is not None
    assert (row["catalogue"], row["severity"], row["confidence"]) == ("F-17", "A", "high")
    assert row["clause"] == "GB/T 18487.1-2023 A.3.10.6"
    row = _FINDERS["faults"]("screen-silent")
    assert row is not None
    assert (row["catalogue"], row["severity"], row["confidence"]) == ("F-32", "C", "low")
    plain = _FINDERS["faults"]("clock-drift")
    assert plain is not None
    assert plain["catalogue"] is None and "severity" not in plain


def test_a_fault_without_a_number_has_no_line() -> None:
    fault: Fault = all_faults()["lamp-failed"]
    assert fault.entry is None
