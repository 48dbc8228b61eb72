"""Vehicle items: complete, with the figures of the fact sheets, and told apart by edition."""

from functools import cache

import pytest
import vehicle_facts
from test_catalogue_limits import RATINGS

from harness.catalogue.item import Confidence, Formula, Item
from harness.catalogue.load import load_catalogue
from harness.limits import Limit, describe, judge
from harness.quantity import Measurement
from harness.verdict import Verdict

FIGURES = {
    # Transcribed from the vehicle fact sheets; GB 7258 stands for both editions.
    "GB 7258/speedometer-at-40": "32.8 … 40 km/h",
    "GB 7258/vin-length": "= 17",
    "GB 7258/engine-power": "≥ 75 %",
    "GB 7258/body-height-difference": "≤ 40 mm",
    "GB 7258/steering-free-play": "≤ 15 deg",
    "GB 7258/steering-free-play-other": "≤ 25 deg",
    "GB 7258/steering-free-play-three-wheeler": "≤ 35 deg",
    "GB 7258/steering-effort": "≤ 245 N",
    "GB 7258/side-slip": "-5 … 5 m",
    "GB 7258/brake-distance-unladen": "≤ 19 m",
    "GB 7258/brake-distance-laden": "≤ 20 m",
    "GB 7258/mfdd-unladen": "≥ 6.2 m/s²",
    "GB 7258/mfdd-laden": "≥ 5.9 m/s²",
    "GB 7258/mfdd-other-unladen": "≥ 5.8 m/s²",
    "GB 7258/mfdd-other-laden": "≥ 5.4 m/s²",
    "GB 7258/pedal-force-laden": "≤ 500 N",
    "GB 7258/pedal-force-unladen": "≤ 400 N",
    "GB 7258/brake-response-hydraulic": "≤ 0.35 s",
    "GB 7258/brake-response-air": "≤ 0.6 s",
    "GB 7258/brake-response-combination": "≤ 0.8 s",
    "GB 7258/brake-force-unladen": "≥ 60 %",
    "GB 7258/brake-force-laden": "≥ 50 %",
    "GB 7258/brake-force-front": "≥ 60 %",
    "GB 7258/brake-force-rear": "≥ 20 %",
    "GB 7258/brake-imbalance-front-new": "≤ 20 %",
    "GB 7258/brake-imbalance-rear-new": "≤ 24 %",
    "GB 7258/brake-imbalance-rear-weak-new": "≤ 8 %",
    "GB 7258/brake-imbalance-front-in-use": "≤ 24 %",
    "GB 7258/brake-imbalance-rear-in-use": "≤ 30 %",
    "GB 7258/brake-imbalance-rear-weak-in-use": "≤ 10 %",
    "GB 7258/wheel-drag": "≤ 10 %",
    "GB 7258/parking-brake-force": "≥ 20 %",
    "GB 7258/parking-brake-force-light": "≥ 15 %",
    "GB 7258/pedal-travel": "≤ 75 %",
    "GB 7258/pedal-travel-auto-adjuster": "≤ 80 %",
    "GB 7258/pedal-travel-length": "≤ 120 mm",
    "GB 7258/emergency-brake-distance": "≤ 38 m",
    "GB 7258/emergency-brake-mfdd": "≥ 2.9 m/s²",
    "GB 7258/emergency-brake-hand-force": "≤ 400 N",
    "GB 7258/emergency-brake-foot-force": "≤ 500 N",
    "GB 7258/turn-signal-rate": "60 … 120 1/min",
    "GB 7258/main-beam-two-lamp-in-use": "≥ 15000 cd",
    "GB 7258/main-beam-four-lamp-in-use": "≥ 12000 cd",
    "GB 7258/main-beam-two-lamp-new": "≥ 18000 cd",
    "GB 7258/main-beam-four-lamp-new": "≥ 15000 cd",
    "GB 7258/main-beam-two-lamp-in-use-slow": "≥ 8000 cd",
    "GB 7258/main-beam-four-lamp-in-use-slow": "≥ 6000 cd",
    "GB 7258/main-beam-two-lamp-new-slow": "≥ 10000 cd",
    "GB 7258/main-beam-four-lamp-new-slow": "≥ 8000 cd",
    "GB 7258/dipped-beam-horizontal": "-170 … 350 mm",
    "GB 7258/main-beam-left-horizontal": "-170 … 350 mm",
    "GB 7258/main-beam-right-horizontal": "-350 … 350 mm",
    "GB 7258/horn-level": "90 … 115 dB(A)",
    "GB 7258/total-main-beam": "≤ 430000 cd",
    "GB 7258/tread-depth": "≥ 1.6 mm",
    "GB 7258/tread-depth-motorcycle": "≥ 0.8 mm",
    "GB 7258/tread-depth-steered-other": "≥ 3.2 mm",
    "GB 7258/tread-depth-other": "≥ 1.6 mm",
    "GB 7258/tyre-damage": "≤ 25 mm",
    "GB 7258/wheel-run-out": "≤ 5 mm",
    "GB 7258/wheel-run-out-other": "≤ 8 mm",
    "GB 7258/glazing-transmittance": "≥ 70 %",
    "GB 7258/isofix": "≥ 1 1",
    # The editions differ.
    "GB 7258-2012/parking-brake-slope": "≥ 5 min",
    "GB 7258-2017/parking-brake-slope": "≥ 2 min",
    "GB 7258-2012/dipped-beam-height": "0.7 … 0.9 1",
    "GB 7258-2012/dipped-beam-height-other": "0.6 … 0.8 1",
    "GB 7258-2017/dipped-beam-drop": "50 … 300 mm",
    "GB 7258-2017/dipped-beam-drop-high-lamp": "100 … 350 mm",
    "GB 7258-2012/main-beam-height": "0.85 … 0.95 1",
    "GB 7258-2012/main-beam-height-other": "0.8 … 0.95 1",
    "GB 7258-2017/main-beam-above": "≤ 100 mm",
    "GB 7258-2017/main-beam-low": "≥ 0.8 1",
    "GB 7258-2017/insulation-dc": "≥ 100 Ω/V",
    "GB 7258-2017/insulation-ac": "≥ 500 Ω/V",
    "GB 21861-2014/no-safety-fault": "none set",
    "GB 38900-2020/no-safety-fault": "none set",
    "GB/T 44500-2024/max-temperature-charging-ncm": "≤ 60 °C",
    "GB/T 44500-2024/max-temperature-charging-lfp": "≤ 65 °C",
    "GB/T 44500-2024/max-cell-voltage-charging-ncm": "≤ 4.5 V",
    "GB/T 44500-2024/max-cell-voltage-charging-lfp": "≤ 3.85 V",
    "GB/T 44500-2024/cell-spread-charging": "≤ 0.3 V",
    "GB/T 44500-2024/test-charger-power": "≥ 60 kW",
    "GB/T 44500-2024/test-soc": "30 … 90 %",
    "GB/T 44500-2024/test-duration": "≥ 180 s",
    "GB/T 44500-2024/max-temperature-discharging-ncm": "≤ 60 °C",
    "GB/T 44500-2024/max-temperature-discharging-lfp": "≤ 65 °C",
    "GB/T 44500-2024/motor-temperature": "≤ 175 °C",
    "GB/T 44500-2024/motor-controller-temperature": "≤ 95 °C",
    "GB/T 44500-2024/dcdc-temperature": "≤ 95 °C",
    "GB/T 44500-2024/equalisation-test-current": "≥ 0.2 A",
    "GB/T 45688-2025/max-temperature-charging-ncm": "≤ 60 °C",
    "GB/T 45688-2025/max-temperature-charging-lfp": "≤ 65 °C",
    "GB/T 45688-2025/max-cell-voltage-charging-ncm": "≤ 4.4 V",
    "GB/T 45688-2025/max-cell-voltage-charging-lfp": "≤ 3.7 V",
    "GB/T 45688-2025/cell-spread-charging": "≤ 0.5 V",
    "GB/T 45688-2025/max-temperature-discharging-ncm": "≤ 60 °C",
    "GB/T 45688-2025/max-temperature-discharging-lfp": "≤ 65 °C",
    "GB/T 45688-2025/min-cell-voltage-discharging-ncm": "≥ 1.8 V",
    "GB/T 45688-2025/min-cell-voltage-discharging-lfp": "≥ 1.5 V",
    "GB/T 45688-2025/motor-temperature-share": "≤ 20 %",
    "GB/T 45688-2025/low-insulation-frames": "≤ 4 1",
    "GB/T 45688-2025/idle-days-left": "≥ 5 d",
    "GB/T 45688-2025/offline-commercial": "≤ 60 d",
    "GB/T 45688-2025/offline-private": "≤ 90 d",
    "GB/T 45688-2025/fault-level-1": "≤ 7 d",
    "GB/T 45688-2025/fault-level-2": "≤ 1 d",
    "GB/T 45688-2025/risk-one-event": "≤ 7 d",
    "GB/T 45688-2025/risk-repeated": "≤ 1 d",
    "GB/T 45688-2025/accident-window": "≥ 30 s",
    "GB/T 45688-2025/accident-sampling": "≤ 1 s",
    "GB 18384/class-a-dc": "≤ 60 V",
    "GB 18384/class-a-ac": "≤ 30 V",
    "GB 18384/class-b-dc": "≤ 1500 V",
    "GB 18384/class-b-ac": "≤ 1000 V",
    "GB 18384/open-barrier-dc": "≤ 60 V",
    "GB 18384/open-barrier-ac": "≤ 30 V",
    "GB 18384/open-barrier-time": "≤ 1 s",
    "GB 18384/insulation-dc": "≥ 100 Ω/V",
    "GB 18384/insulation-ac": "≥ 500 Ω/V",
    "GB 18384/equalisation-chassis": "≤ 0.1 Ω",
    "GB 18384/equalisation-parts": "≤ 0.2 Ω",
    "GB 18384/contact-current-ac": "≤ 5 mA",
    "GB 18384/contact-current-dc": "≤ 25 mA",
    "JT/T 794-2019/position-accuracy": "≤ 15 m",
    "JT/T 794-2019/speed-accuracy": "≤ 2 m/s",
    "JT/T 794-2019/position-update": "≥ 1 Hz",
    "practice/vehicle-soc": "≥ 30 %",
    "practice/vehicle-battery-temperature-difference": "≤ 10 K",
    "practice/vehicle-cell-spread-at-rest": "≤ 0.3 V",
    "practice/vehicle-insulation-warning": "≥ 500 Ω/V",
    "practice/vehicle-12v-rest": "≥ 12.4 V",
    "practice/vehicle-12v-rest-operator": "≥ 12.5 V",
    "practice/vehicle-12v-ready": "13.5 … 14.8 V",
    "practice/vehicle-tyre-placard-front": "225 … 275 kPa",
    "practice/vehicle-tyre-placard-rear": "234 … 286 kPa",
    "practice/vehicle-tyre-setting-front": "240 … 260 kPa",
    "practice/vehicle-steering-centre": "-2 … 2 deg",
    "practice/vehicle-odometer-agreement": "≤ 1 km",
    "practice/vehicle-terminal-clock": "-10 … 10 s",
    "practice/vehicle-upload-period": "≤ 30 s",
    "practice/vehicle-storage-soc": "≤ 80 %",
    "practice/bus-resistance": "54 … 66 Ω",
    "practice/sensor-data-rate": "-10 … 10 %",
    "practice/sensor-supply-12v": "10.8 … 13.2 V",
    "practice/sensor-radar-range-error": "-0.5 … 0.5 m",
    "practice/sensor-acceleration-norm": "-0.2 … 0.2 m/s²",
    "practice/by-wire-handshake": "≤ 1 s",
    "practice/by-wire-heartbeat-loss": "≤ 0.5 s",
    "practice/by-wire-speed-error": "-0.5 … 0.5 km/h",
}
EDITIONS = {"GB 7258": ("2012", "2017"), "GB 18384": ("2020", "2025")}
NEEDED = """
vehicle-parked vehicle-units-online vehicle-no-confirmed-dtc vehicle-lamp-agrees-with-bus
vehicle-soc vehicle-cell-spread-at-rest vehicle-battery-temperature-ncm vehicle-12v-rest
vehicle-12v-ready vehicle-inlet-state vehicle-tyre-placard-front vehicle-tyre-gauge
vehicle-lamp-feedback-time vehicle-brake-fluid vehicle-coolant vehicle-release
vehicle-vin-agreement vehicle-module-list vehicle-approved-versions vehicle-configuration
vehicle-odometer-agreement vehicle-odometer-new-car vehicle-admission
bus-resistance bus-high-to-ground bus-low-to-ground bus-high-to-battery bus-low-to-battery
bus-recessive-high bus-recessive-low bus-dominant-high bus-dominant-low bus-load
bus-error-frames bus-error-counters-stopped bus-fault-type bus-rescan-clean
joint-connection-seen joint-smallest-limit joint-charger-efficiency joint-derating
joint-stop-reason-vehicle joint-stop-reason-pile joint-restart joint-energy-agreement
"""


@cache
def items() -> tuple[Item, ...]:
    return load_catalogue().items


def limit(name: str) -> Limit:
    found = load_catalogue().item(name).limit_for(RATINGS)
    assert found is not None, name
    return found


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_those_of_the_fact_sheets(name: str) -> None:
    standard, _, short = name.rpartition("/")
    names = [f"{standard}-{edition}/{short}" for edition in EDITIONS.get(standard, ())] or [name]
    for full in names:
        assert describe(limit(full)) == FIGURES[name]


@pytest.mark.parametrize("name", NEEDED.split())
def test_items_of_the_four_procedures_exist(name: str) -> None:
    item = load_catalogue().item(f"practice/{name}")
    assert item.practice
    if item.limit is not None:
        assert item.confidence is Confidence.LOW


@pytest.mark.parametrize("standard", vehicle_facts.SERIES)
def test_series_of_vehicle_rows_are_complete(standard: str) -> None:
    have = {
        row
        for item in items()
        if item.id.rpartition("/")[0] == standard
        for row in (item.row, *item.also)
    }
    wanted = {
        f"{start}{number:02d}"
        for start, last in vehicle_facts.SERIES[standard]
        for number in range(1, last + 1)
    }
    if standard == "GB 7258-2012":
        assert have & vehicle_facts.NOT_IN_2012 == set()
        wanted -= vehicle_facts.NOT_IN_2012
    assert wanted - have == set()


def test_every_daily_sensor_and_by_wire_row_is_named_somewhere() -> None:
    named = {row for item in items() for row in (item.row, *item.also)}
    sensors = {*vehicle_facts.SENSORS, "IC-19"}
    services = {f"R-{number:02d}" for number in range(1, 13)}
    models = {*(f"C.{number}" for number in range(1, 11)), "C.11a", "C.11b", "C.12"}
    wanted = {*vehicle_facts.DAILY, *vehicle_facts.BY_WIRE, *sensors, *services, *models}
    assert wanted - named == set()


def test_figures_of_the_project_are_reference_values() -> None:
    for item in items():
        tunable = (item.row or "").startswith(("DC-", "DW-", "IC-"))
        if item.practice and item.limit is not None and tunable and item.limit.clear is None:
            known = {"practice/sensor-ins-fix"}  # a code of one make of receiver, not a figure
            assert item.confidence is Confidence.LOW or item.id in known, item.id


def test_nothing_of_a_draft_can_be_judged() -> None:
    drafts = [item for item in items() if item.draft]
    assert {item.row for item in drafts} == {f"F-{number:02d}" for number in range(1, 9)}
    for item in drafts:
        assert item.limit is None, item.id
        assert "never judged" in item.label.en


def test_verdict_words_of_the_recommended_inspection() -> None:
    with_words = ("GB/T 44500-2024/", "GB/T 45688-2025/")
    # They are words for results of the car, not for how the test is done.
    of_the_test = {
        f"GB/T 44500-2024/{name}"
        for name in ("test-charger-power", "test-soc", "test-duration", "test-drive-time",
                     "vehicle-preparation")
    }  # fmt: skip
    for item in items():
        said = item.id.startswith(with_words) and item.id not in of_the_test
        assert (item.verdict_words is not None) == said, item.id
    words = load_catalogue().item("GB/T 44500-2024/motor-temperature").verdict_words
    assert words is not None
    assert (words.met.zh, words.not_met.zh) == ("正常", "建议维护")


def test_each_chemistry_has_an_item_of_its_own() -> None:
    names = {item.id for item in items()}
    for name in names:
        if name.endswith("-ncm"):
            assert name.removesuffix("ncm") + "lfp" in names


def test_editions_of_one_item_name_each_other() -> None:
    known = {item.id: item for item in items()}
    for item in items():
        if item.supersedes is not None and item.standard.startswith(("GB 7258", "GB 18384")):
            assert known[item.supersedes].superseded_by == item.id


def test_what_was_read_in_2012_only_says_so_in_2017() -> None:
    sure = {
        item.id.rpartition("/")[2]
        for item in items()
        if item.id.startswith("GB 7258-2012/") and item.confidence is Confidence.HIGH
    }
    assert {"vin-marking", "mirrors", "seat-belts-fitted", "three-point-belts"} <= sure
    for name in sure:
        later = load_catalogue().item(f"GB 7258-2017/{name}")
        assert later.confidence is not Confidence.HIGH
        assert later.clause is None
        assert later.former_clause is not None


def test_formulas_are_named_where_a_figure_is_worked_out() -> None:
    wanted: dict[str, Formula] = {
        "GB 7258-2012/speedometer-error": "speedometer-error",
        "GB 7258-2017/mfdd-unladen": "mfdd",
        "GB 7258-2017/brake-imbalance-rear-weak-in-use": "brake-imbalance",
        "GB 7258-2017/brake-force-rear": "braking-rate",
        "GB 7258-2017/wheel-drag": "wheel-drag",
        "GB 18384-2025/insulation-dc": "insulation-per-volt",
        "GB/T 45688-2025/cell-spread-charging": "cell-spread-rms",
        "GB 7258-2017/turn-signal-rate": "flash-rate",
    }
    for name, formula in wanted.items():
        assert load_catalogue().item(name).formula == formula
    assert load_catalogue().item("GB 7258-2017/horn-level").formula is None


@pytest.mark.parametrize(
    ("name", "value", "unit", "verdict"),
    [
        ("GB/T 45688-2025/max-temperature-charging-ncm", 60.0, "°C", Verdict.PASS),
        ("GB/T 45688-2025/max-temperature-charging-ncm", 60.5, "°C", Verdict.FAIL),
        ("GB/T 45688-2025/max-temperature-charging-lfp", 64.0, "°C", Verdict.PASS),
        ("GB/T 45688-2025/max-cell-voltage-charging-lfp", 3750.0, "mV", Verdict.FAIL),
        ("GB/T 44500-2024/max-cell-voltage-charging-lfp", 3750.0, "mV", Verdict.PASS),
        ("GB 7258-2012/parking-brake-slope", 180.0, "s", Verdict.FAIL),
        ("GB 7258-2017/parking-brake-slope", 180.0, "s", Verdict.PASS),
        ("practice/bus-resistance", 60.0, "Ω", Verdict.PASS),
        ("practice/bus-resistance", 120.0, "Ω", Verdict.FAIL),
        ("practice/vehicle-tyre-placard-front", 2.5, "bar", Verdict.PASS),
        ("practice/vehicle-tyre-placard-front", 2.0, "bar", Verdict.FAIL),
    ],
)
def test_worked_examples_both_ways(name: str, value: float, unit: str, verdict: Verdict) -> None:
    reading = Measurement("x", value, unit, 0.0)
    assert judge(reading, limit(name)).verdict is verdict
