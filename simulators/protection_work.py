"""What the technician does and measures at the supply of a pile: feeder, insulation, RCD, earth.

He works by the rules: nothing is connected to, or touched at, terminals that are live or charged.
"""

from collections.abc import Callable, Mapping

from harness.errors import NotAvailableError
from simulators.instruments import Reading
from simulators.rig import Rig
from simulators.supply_point import SupplyPoint

NO_TRIP_TIME = 1000.0
NO_TRIP_CURRENT = 99.0
"""What the RCD tester shows when nothing trips (ms, mA)."""
_SAFE_TO_TOUCH = 50.0
_STEP = 5.0
"""Factor of the second trip time."""


def _supply(rig: Rig) -> SupplyPoint:
    return rig.world.supply


def _dead(rig: Rig) -> SupplyPoint:
    """The terminals, for somebody who is going to work at them. Raises NotAvailableError."""
    supply = _supply(rig)
    if supply.live or max(supply.line_earth(), supply.neutral_earth()) > _SAFE_TO_TOUCH:
        raise NotAvailableError("the simulated technician does not work at live terminals")
    return supply


def _open_feeder(rig: Rig) -> None:
    _supply(rig).open_switch()
    _supply(rig).locked = True


def _close_feeder(rig: Rig) -> None:
    _supply(rig).locked = False
    _supply(rig).close_switch()


def _disconnect_arrester(rig: Rig) -> None:
    _dead(rig).arrester_connected = False


def _connect_arrester(rig: Rig) -> None:
    _dead(rig).arrester_connected = True


def _start_test(rig: Rig) -> None:
    _dead(rig).start_test()


ACTIONS: Mapping[str, Callable[[Rig], None]] = {
    "feeder-off": _open_feeder,
    "feeder-on": _close_feeder,
    "disconnect-surge-arrester": _disconnect_arrester,
    "connect-surge-arrester": _connect_arrester,
    "start-insulation-test": _start_test,
    "end-insulation-test": lambda rig: _supply(rig).end_test(),
    "press-rcd-test": lambda rig: _supply(rig).rcd.press_test(),
    "close-rcd": lambda rig: _supply(rig).rcd.close(),
}


def _trip_time(times: float) -> Callable[[Rig], float]:
    """The tester sends `times` the 30 mA of the standard rating; the device opens if it can."""

    def measure(rig: Rig) -> float:
        rcd = _supply(rig).rcd
        seconds = rcd.time_to_trip(30.0 * times)
        if seconds is None or not rcd.closed:
            return NO_TRIP_TIME
        rcd.open()
        return seconds * 1000

    return measure


def _trip_current(rig: Rig) -> float:
    """The tester's ramp ends at 40 mA."""
    rcd = _supply(rig).rcd
    if not rcd.closed or rcd.time_to_trip(40.0) is None:
        return NO_TRIP_CURRENT
    rcd.open()
    return rcd.trip_current


def _volts(true: float) -> float:
    return 0.005 * abs(true) + 0.3


def _known_source(rig: Rig) -> float:
    """A socket of another circuit."""
    return rig.world.grid.beside(rig.world.t)


READINGS: Mapping[str, Reading] = {
    "known_source_voltage": Reading("V", _known_source, _volts, 1, signed=False),
    "terminal_voltage_ln": Reading(
        "V", lambda rig: _supply(rig).line_neutral(), _volts, 1, signed=False
    ),
    "terminal_voltage_lpe": Reading(
        "V", lambda rig: _supply(rig).line_earth(), _volts, 1, signed=False
    ),
    "terminal_voltage_npe": Reading(
        "V", lambda rig: _supply(rig).neutral_earth(), _volts, 1, signed=False
    ),
    "residual_test_voltage": Reading(
        "V", lambda rig: _supply(rig).charge(), _volts, 1, signed=False
    ),
    "pe_bond_resistance": Reading(
        "Ω",
        lambda rig: _supply(rig).bond_reading(cable_sound=rig.world.cable.earth_sound),
        lambda v: 0.02 * v + 0.002,
        4,
    ),
    "insulation_test_voltage": Reading(
        "V",
        lambda rig: _supply(rig).tester_voltage if _supply(rig).under_test else 0.0,
        lambda v: 0.02 * v,
        0,
    ),
    "insulation_resistance_pile": Reading(
        "MΩ", lambda rig: _supply(rig).insulation_reading(), lambda v: 0.05 * v + 0.02, 2
    ),
    "rcd_trip_current": Reading("mA", _trip_current, lambda v: 0.03 * v + 0.3, 1),
    "rcd_trip_time": Reading("ms", _trip_time(1.0), lambda v: 0.03 * v + 1.0, 1),
    "rcd_trip_time_5x": Reading("ms", _trip_time(_STEP), lambda v: 0.03 * v + 1.0, 1),
    "site_earth_resistance": Reading(
        "Ω", lambda rig: _supply(rig).earth_resistance, lambda v: 0.03 * v + 0.05, 2
    ),
}

LABELS: Mapping[str, Callable[[Rig], float]] = {
    "rcd_rated_current": lambda rig: _supply(rig).rcd.rated,
}
"""Numbers that are printed somewhere, by the subject of the question."""

LOOKS = frozenset({"lock-and-tag", "terminals", "glands-and-marks", "surge-arrester"})


def look(rig: Rig, subject: str) -> str | None:
    """What a look finds wrong; None: nothing."""
    if subject == "surge-arrester" and not rig.world.enclosure.arrester_sound:
        return "the window of the surge arrester is red"
    if subject == "lock-and-tag" and not _supply(rig).locked:
        return "no lock at the feeder switch"
    return rig.world.appearance.get(subject)
