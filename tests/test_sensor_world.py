"""The simulated car's sensors: boards that they see, dirt and how it comes off, time, position."""

import math
import statistics

import pytest
from car_help import CarPoint

from harness.errors import NotAvailableError
from simulators.faults import all_faults, vehicle_platform, vehicle_sensors
from simulators.faults.fault import Fault
from simulators.faults.found import veh_insp_02
from simulators.vehicle.boards import PLACES, SPOTS
from simulators.vehicle.cleaning import MEANS, SUITS
from simulators.vehicle.measuring import LOOKS, READINGS

SEEDS = range(1, 7)
FAULTS: dict[str, Fault] = {
    fault.name: fault for family in (vehicle_sensors, vehicle_platform) for fault in family.FAULTS
}


# ---------------------------------------------------------------- targets


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("place", PLACES)
def test_every_sensor_sees_the_target_where_it_stands(seed: int, place: str) -> None:
    point = CarPoint(seed=seed)
    sensing = point.car.sensing
    counted, listed = sensing.camera_objects(), sensing.lidar_objects()
    point.do(f"place-target-{place}")
    distance, azimuth = PLACES[place]
    assert (sensing.camera_objects(), sensing.lidar_objects()) == (counted + 1, listed + 1)
    nearest = sensing.nearest()
    assert nearest is not None
    assert nearest.range == pytest.approx(distance, abs=0.01)
    assert nearest.azimuth == pytest.approx(azimuth, abs=0.1)
    first = sensing.radar_objects()[0]
    assert first.range == pytest.approx(distance, abs=0.2)
    assert first.azimuth == pytest.approx(azimuth, abs=0.35)
    point.do("take-boards-away")
    assert sensing.camera_objects() == counted
    assert sensing.board is None


def test_there_is_one_board_only() -> None:
    point = CarPoint()
    before = len(point.car.sensing.around)
    point.do("place-target-near", "place-target-side")
    assert len(point.car.sensing.around) == before + 1


def test_a_sensor_that_looks_aside_sees_the_target_aside() -> None:
    point = CarPoint()
    sensing = point.car.sensing
    point.do("place-target-near")
    straight = sensing.radar_objects()[0]
    FAULTS["radar-misaligned"].switch(point.rig, True)
    turned = sensing.radar_objects()[0]
    assert turned.azimuth - straight.azimuth == pytest.approx(3.0)
    assert turned.range == straight.range
    point.do("place-target-side")
    counted = sensing.camera_objects()
    FAULTS["camera-turned"].switch(point.rig, True)
    assert sensing.camera_objects() < counted


@pytest.mark.parametrize("spot", SPOTS)
def test_a_board_before_a_transducer_is_heard_and_measured(spot: str) -> None:
    number, distance = SPOTS[spot]
    for seed in SEEDS:
        point = CarPoint(seed=seed)
        point.do("clear-place", f"place-board-{spot}")
        heard = point.car.sensing.ultrasonic.distance(number)
        assert heard == pytest.approx(distance, abs=0.035)
        true = READINGS["board_distance"].true(point.rig) / 1000
        assert heard == pytest.approx(true, abs=0.011)
    point.do("take-boards-away")
    with pytest.raises(NotAvailableError, match="no board"):
        READINGS["board_distance"].true(point.rig)


# ---------------------------------------------------------------- dirt


@pytest.mark.parametrize("means", MEANS)
@pytest.mark.parametrize("node", SUITS)
@pytest.mark.parametrize("soil", ["mud", "grease", "paint"])
def test_dirt_goes_by_the_right_means_only(node: str, soil: str, means: str) -> None:
    point = CarPoint()
    sensor = point.car.sensors[node]
    sensor.soil, sensor.blockage = soil, 75.0
    face = f"sensor-face-{node.lower()}"
    assert LOOKS[face](point.rig) == soil
    point.do(f"clean-{node.lower()}-{means}")
    if means in SUITS[node] and soil != "paint":
        assert sensor.blockage <= 1.0
        assert LOOKS[face](point.rig) is None
    else:
        assert sensor.blockage == (83.0 if means == "bare-hand" else 75.0)
        assert LOOKS[face](point.rig) == soil


def test_what_was_cleaned_stays_clean_when_its_fault_is_taken_out() -> None:
    point = CarPoint()
    sensor = point.car.sensing.camera
    own = sensor.blockage
    FAULTS["camera-window-muddy"].switch(point.rig, True)
    assert not sensor.sees
    point.do("clean-cam-blow-and-wipe")
    assert sensor.sees
    FAULTS["camera-window-muddy"].switch(point.rig, False)
    assert (sensor.blockage, sensor.soil) == (own, "dust")


# ---------------------------------------------------------------- time and position


def test_a_clock_that_drifts_stays_within_what_can_be_reported() -> None:
    point = CarPoint()
    lidar = point.car.sensing.lidar
    FAULTS["lidar-clock-drifts"].switch(point.rig, True)
    assert lidar.time_offset() > 10
    first = lidar.time_offset()
    point.run(30.0)
    assert lidar.time_offset() - first == pytest.approx(30.0)
    point.run(3600.0)
    assert lidar.time_offset() == pytest.approx(101.9)
    FAULTS["lidar-clock-drifts"].switch(point.rig, False)
    assert abs(lidar.time_offset()) < 2


def spread(point: CarPoint) -> float:
    """Standard deviation of the position over 60 s (mm)."""
    places = []
    for _ in range(60):
        point.run(1.0)
        place = point.car.positioning.position(point.car.place)
        assert place is not None
        places.append(place)
    shrink = math.cos(math.radians(places[0][0]))
    north = statistics.variance([latitude for latitude, _ in places])
    east = statistics.variance([longitude * shrink for _, longitude in places])
    return 111_320_000.0 * math.sqrt(north + east)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_position_at_rest_wanders_little_or_by_reflections_much(seed: int) -> None:
    point = CarPoint(seed=seed)
    assert spread(point) < 12.0
    FAULTS["reflections-around"].switch(point.rig, True)
    assert spread(point) > 35.0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_computer_without_its_heat_sink_gets_hot_within_two_minutes(seed: int) -> None:
    point = CarPoint(seed=seed)
    computer = point.car.computer
    point.switch_on()
    point.run(600.0)
    assert computer.hottest() < 75
    point.do("switch-off", wait=3600.0)
    FAULTS["computer-heat-sink-loose"].switch(point.rig, True)
    point.switch_on()
    point.run(100.0)
    assert 88 < computer.hottest() <= 105


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_breaks_its_parts_and_is_mended(name: str) -> None:
    fault, point = FAULTS[name], CarPoint()
    assert all_faults()[name].expects[veh_insp_02.PROCEDURE] == veh_insp_02.FOUND[name]

    def condition() -> list[object]:
        return [getattr(one.part(point.rig), one.attribute) for one in fault.defects]

    sound = condition()
    fault.switch(point.rig, True)
    assert all(before != now for before, now in zip(sound, condition(), strict=True))
    fault.switch(point.rig, False)
    assert condition() == sound
