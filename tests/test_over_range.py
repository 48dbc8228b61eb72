"""Over range: an open wire is a reading as well, shown as OL, put on record, and answered as OL."""

from pathlib import Path

import pytest
from exam_help import SCENARIO, hold

from harness.actions.context import _as_shown
from harness.bench.instruments import Span, goes_over, top_of_range
from harness.bench.tools import BenchInstrument
from harness.engine import wording
from harness.events import CandidateReading, Measured, ToolUsed
from harness.limits import Range, judge
from harness.over_range import OVER_RANGE, is_over_range, says_over_range, with_over_range
from harness.quantity import Measurement
from harness.verdict import CandidateVerdict, Verdict

BROKEN = SCENARIO.replace("fault: connector-overheated", "fault: cp-break").replace(
    "supply-undervoltage", "pe-open"
)
CANNOT = "measure cp_wire_resistance with tyre_gauge"
WIRE = "measure cp_wire_resistance with multimeter"
EARTH = "measure pe_resistance with low_ohm_meter"


def taken(folder: Path, case: str, *tools: str) -> tuple[list[ToolUsed], list[Measurement]]:
    script = {"takes": "10 s", "steps": {"lamp": {"tools": list(tools)}}}
    _, _, entries = hold(folder, case=case, script=script, text=BROKEN)
    used = [e.event for e in entries if isinstance(e.event, ToolUsed)]
    own = [
        e.event.measurement
        for e in entries
        if isinstance(e.event, Measured) and e.event.step == "lamp"
    ]
    return used, [one for one in own if one.source.startswith("K-017 / ")]


def test_an_open_wire_shows_ol(tmp_path: Path) -> None:
    (used,), (reading,) = taken(tmp_path, "hot-plug-case", WIRE)
    assert used.ok and used.detail["shown"] == "OL" and used.detail["value"] == 40e6
    assert is_over_range(reading.note) and reading.value == 40e6
    assert wording.measurement(reading, "zh") == "OL（超量程，大于 40 MΩ）"
    assert wording.measurement(reading, "en") == "OL (over range, above 40 MΩ)"


def test_a_whole_wire_shows_a_number(tmp_path: Path) -> None:
    used, readings = taken(tmp_path, "nothing-wrong-case", WIRE, EARTH)
    assert all(one.ok and "shown" not in one.detail for one in used)
    assert all(isinstance(one.value, float) and one.value < 5 for one in readings)
    assert not any(one.note for one in readings)


def test_another_instrument_shows_it_at_its_own_range(tmp_path: Path) -> None:
    (used,), (reading,) = taken(tmp_path, "dented-later-case", EARTH)
    assert used.ok and reading.unit == "Ω" and is_over_range(reading.note)
    assert reading.value == used.detail["value"] == 2000.0


def test_what_an_instrument_cannot_measure_at_all_is_refused(tmp_path: Path) -> None:
    (used,), readings = taken(
        tmp_path, "hot-plug-case", "measure cp_wire_resistance with tyre_gauge"
    )
    assert not used.ok and "no range in Ω" in used.reason and readings == []


@pytest.mark.parametrize("said", ["OL", "ol", "超量程"])
def test_ol_where_there_is_a_reading_is_wrong(tmp_path: Path, said: str) -> None:
    script = {"takes": "10 s", "steps": {"gun-temperature": {"answer": said}}}
    _, _, entries = hold(tmp_path, script=script)
    (reading,) = [
        e.event
        for e in entries
        if isinstance(e.event, CandidateReading) and e.event.step == "gun-temperature"
    ]
    assert reading.answer.value == 400.0 and is_over_range(reading.answer.note)
    assert reading.candidate is CandidateVerdict.WRONG
    (measured,) = [
        e.event.measurement
        for e in entries
        if isinstance(e.event, Measured) and e.event.step == "gun-temperature"
    ]
    assert measured.value == 400.0 and is_over_range(measured.note)


def test_ol_is_held_against_what_the_instrument_shows() -> None:
    meter = BenchInstrument("lom-1", "low_ohm_meter", None, None, True, True, (Span(0, 2, "kΩ"),))
    open_wire = _as_shown(Measurement("pe_resistance", 40e6, "Ω", 1.0), meter)
    assert open_wire.value == 2000.0 and is_over_range(open_wire.note)
    whole = Measurement("pe_resistance", 0.3, "Ω", 0.1)
    assert _as_shown(whole, meter) is whole
    seen = Measurement("lamp", "off")
    assert _as_shown(seen, meter) is seen


def test_ranges() -> None:
    meter = (Span(0, 1000, "V"), Span(0, 40, "MΩ"))
    assert top_of_range(meter, "Ω") == 40e6 and top_of_range(meter, "mV") == 1e6
    assert top_of_range(meter, "°C") is None
    assert top_of_range((), "Ω") == 40e6 and top_of_range((), "V") is None
    assert goes_over(meter, 40.1e6, "Ω") and not goes_over(meter, 40e6, "Ω")
    assert goes_over(meter, -1001.0, "V") and not goes_over((), 1e9, "V")


def test_words() -> None:
    assert says_over_range("O.L") and not says_over_range("0") and not says_over_range(40e6)
    assert with_over_range("") == with_over_range("OL") == "OL"
    assert is_over_range(with_over_range("leads swapped")) and not is_over_range("OLD lead")


def test_ol_is_above_a_lower_limit_and_leaves_an_upper_one_open() -> None:
    shown = Measurement("insulation", 40.0, "MΩ", 0.4, note=OVER_RANGE)

    def verdict(limit: Range) -> Verdict:
        return judge(shown, limit).verdict

    assert verdict(Range("MΩ", low=10.0)) is Verdict.PASS
    assert verdict(Range("MΩ", high=1.0)) is Verdict.FAIL
    assert verdict(Range("MΩ", high=100.0)) is Verdict.INCONCLUSIVE
    assert verdict(Range("MΩ", 10.0, 40.0)) is Verdict.INCONCLUSIVE
    reading = Measurement("insulation", 40.0, "MΩ", 0.4)
    assert judge(reading, Range("MΩ", high=100.0)).verdict is Verdict.PASS
