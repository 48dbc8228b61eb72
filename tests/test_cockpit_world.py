"""The cockpit, the V2X unit, keys and user data, and cleaning in the world of the simulated car."""

import re

import pytest
from car_help import CarPoint

from simulators.faults import all_faults, cockpit, cockpit_many
from simulators.faults.found import veh_insp_04
from simulators.vehicle.cabin import INSIDE, OUTSIDE
from simulators.vehicle.measuring import LOOKS, OBSERVATIONS
from simulators.vehicle.v2x import MAP, SIGNAL

CHINESE = re.compile("[\u4e00-\u9fff]")
FAULTS = {fault.name: fault for fault in (*cockpit.FAULTS, *cockpit_many.FAULTS)}


def on_bus() -> CarPoint:
    point = CarPoint(buses=True)
    point.switch_on()
    return point


def test_the_cockpit_units_speak_with_the_key_on_only() -> None:
    point = CarPoint(buses=True)
    point.do("unlock-car", wait=2.0)
    assert point.signal("ICM_DisplayState") == "not_available"
    point.switch_on()
    units = ("Display", "Cluster", "Voice", "Monitor")
    assert {point.signal(f"ICM_{unit}State") for unit in units} == {"ok"}
    point.car.cockpit.voice.slow = True
    point.car.cockpit.monitor.works = False
    point.run(0.5)
    assert point.signal("ICM_VoiceState") == "degraded"
    assert point.signal("ICM_MonitorState") == "fault"
    assert point.signal("ICM_MonitorCamera") == "not_available"
    assert "B1C22-96" in point.ecu("ICM").symptoms()


def test_controls_are_seen_on_the_bus() -> None:
    point = on_bus()
    for does, signal, there, undo, gone in (
        ("press-voice-button", "ICM_Button", "voice", "let-go-of-button", "none"),
        ("sit-on-passenger-seat", "BCM_SeatPassenger", "yes", "leave-passenger-seat", "no"),
        ("fasten-rear-middle-belt", "BCM_BeltRearMiddle", "fastened",
         "release-rear-middle-belt", "open"),
        ("open-window-rl", "BCM_WindowRL", 100.0, "close-window-rl", 0.0),
        ("cover-driver-camera", "ICM_MonitorCamera", "covered", "uncover-driver-camera", "clear"),
    ):  # fmt: skip
        point.do(does, wait=0.3)
        assert point.signal(signal) == there, does
        point.do(undo, wait=0.3)
        assert point.signal(signal) == gone, undo


def test_a_roadside_message_is_on_the_bus_when_it_is_decoded() -> None:
    point = on_bus()
    v2x = point.car.telematics.v2x
    assert point.signal("TBOX_V2xKind") == "none"
    point.do("send-roadside-map")
    point.run(v2x.delay / 2)
    assert v2x.decoded() is None
    point.run(1.0)
    assert point.signal("TBOX_V2xKind") == "map"
    assert point.signal("TBOX_V2xIntersection") == MAP.intersection
    assert point.signal("TBOX_V2xLanes") == MAP.lanes
    assert point.signal("TBOX_V2xLatency") == pytest.approx(1000 * v2x.delay, abs=3)
    point.do("send-roadside-signal", wait=1.0)
    assert (point.signal("TBOX_V2xKind"), point.signal("TBOX_V2xPhase")) == ("signal", "red")
    assert point.signal("TBOX_V2xRemaining") == pytest.approx(SIGNAL.remaining - 1.0, abs=1.0)
    assert point.signal("TBOX_V2xReceived") == 2


def test_an_old_message_is_no_message() -> None:
    point = CarPoint()
    point.do("send-roadside-map", wait=1.0)
    assert point.car.telematics.v2x.decoded() == MAP
    point.run(90.0)
    assert point.car.telematics.v2x.decoded() is None


def test_without_its_antenna_nothing_comes_in() -> None:
    point = on_bus()
    point.car.telematics.v2x.hears = False
    point.do("send-roadside-map", wait=1.0)
    assert point.signal("TBOX_V2xKind") == "none"
    assert point.signal("TBOX_V2xReceived") == 0


def test_the_certificate_runs_out() -> None:
    point = on_bus()
    v2x = point.car.telematics.v2x
    assert point.signal("TBOX_V2xCertificate") == "valid"
    assert point.signal("TBOX_V2xCertificateDays") == v2x.certificate_days >= 120
    v2x.certificate_days = -1
    point.run(1.0)
    assert point.signal("TBOX_V2xCertificate") == "expired"
    assert point.signal("TBOX_V2xCertificateDays") == 0


def test_clearing_takes_away_what_a_unit_keeps() -> None:
    data = CarPoint().car.cockpit.user_data
    assert len({key for key in data.keys if key}) == 2
    data.user_profiles, data.bound_users = 2, 1
    assert data.clear(("user_profiles",)) == "passed"
    assert (data.user_profiles, data.bound_users) == (0, 1)
    data.refuses = True
    assert data.clear(("bound_users",)) == "failed"
    assert data.bound_users == 1


def test_cleaning_takes_dirt_away_and_water_stays_where_it_is_hosed() -> None:
    point = CarPoint()
    cabin = point.car.cockpit.cabin
    assert len(cabin.dirt) == 3
    dirty = {place for place in (*INSIDE, *OUTSIDE) if LOOKS[f"clean-{place}"](point.rig)}
    assert dirty == set(cabin.dirt)
    cabin.hosed = frozenset({"sensors"})
    point.do("clean-inside", "clean-outside")
    assert cabin.dirt == {}
    assert LOOKS["dry-sensors"](point.rig) == "water on the sensors"
    assert LOOKS["dry-screens"](point.rig) is None
    assert point.car.sensing.camera.blockage == 25.0
    cabin.hosed = frozenset()
    point.do("clean-outside")
    assert LOOKS["dry-sensors"](point.rig) is None


def test_the_low_speed_sound_is_heard_in_gear_only() -> None:
    point = CarPoint(buses=True)
    point.make_ready()
    heard = OBSERVATIONS["sound-outside"]
    assert heard(point.rig) == "silent"
    point.do("select-drive", wait=0.5)
    assert (point.signal("BCM_AvasState"), heard(point.rig)) == ("sounding", "heard")
    assert point.car.drive.speed() == 0.0
    point.car.body.avas_speaker_works = False
    point.run(0.5)
    assert (point.signal("BCM_AvasState"), heard(point.rig)) == ("sounding", "silent")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_described_found_and_mended(name: str) -> None:
    fault, point = FAULTS[name], CarPoint()
    assert all_faults()[name].expects[veh_insp_04.PROCEDURE] == veh_insp_04.FOUND[name]
    for text in (fault.title, fault.detail):
        assert CHINESE.search(text.zh)
        assert text.en and not CHINESE.search(text.en)

    def condition() -> list[object]:
        parts = [getattr(one.part(point.rig), one.attribute) for one in fault.defects]
        return [*parts, dict(vars(point.car.cockpit.user_data))]

    sound = condition()
    fault.switch(point.rig, True)
    broken = condition()
    assert broken != sound
    assert all(a != b for a, b in zip(broken[:-1], sound[:-1], strict=True))
    fault.switch(point.rig, False)
    assert condition() == sound
