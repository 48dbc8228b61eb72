"""The simulated car on rollers and at a DC charger: energy, heat, and who looks changes nothing."""

import pytest

from simulators.rig import Rig
from simulators.vehicle.drive_cycle import LENGTH
from simulators.vehicle.hands import ACTIONS


class Day:
    """A car that is driven on rollers and charged."""

    def __init__(self, seed: int = 1) -> None:
        self.now = 0.0
        self.rig = Rig(
            seed=seed, now=lambda: self.now, wall=lambda: 1.7e9 + self.now, with_car=True
        )
        self.car = self.rig.car

    def do(self, *subjects: str, then: float = 3.0) -> None:
        for subject in subjects:
            ACTIONS[subject](self.rig)
            self.wait(then)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.rig.advance()

    def get_ready(self) -> None:
        self.do("switch-on", "make-ready", "release-parking-brake", "rollers-on", "select-drive")


def test_a_drive_takes_energy_and_gives_some_back() -> None:
    day = Day()
    day.get_ready()
    car, start = day.car, day.car.pack.stored()
    day.do("drive-cycle", then=0.0)
    speeds, currents = [], []
    for _ in range(int(LENGTH)):
        day.wait(1.0)
        speeds.append(car.drive.speed())
        currents.append(car.pack.current())
    assert max(speeds) == pytest.approx(40.0)
    assert sum(39.0 <= speed <= 41.0 for speed in speeds) >= 300
    assert min(currents) < -5.0 < 25.0 < max(currents)
    assert 200.0 < start - car.pack.stored() < 320.0
    assert car.drive.inverter.at(car.t) > car.site.ambient() + 4.0
    day.wait(5.0)
    assert (car.drive.speed(), car.drive.torque()) == (0.0, 0.0)


def test_how_often_somebody_looks_makes_no_difference() -> None:
    stored = []
    for pace in (1.7, 60.0):
        day = Day()
        day.get_ready()
        day.do("drive-cycle", then=0.0)
        end = day.now + 360.0
        while day.now < end:
            day.wait(min(pace, end - day.now))
            day.car.pack.current()
        stored.append(day.car.pack.stored())
    assert stored[0] == pytest.approx(stored[1], abs=0.01)


def test_a_dc_charge_fills_the_battery_and_ends_at_the_charger() -> None:
    day = Day()
    before = day.car.pack.soc()
    day.do("start-dc-charge")
    assert day.car.bms.state(charging=False, by_dc=day.car.dc_charging.running) == "dc_charging"
    day.wait(180.0)
    assert 0.03 < day.car.pack.soc() - before < 0.06
    assert day.car.pack.current() < -100.0
    day.do("end-dc-charge")
    assert not day.car.circuit.connected
    assert day.car.dc_charging.stop_reason == "user"


def test_a_plugged_car_gets_no_ready() -> None:
    day = Day()
    day.do("start-dc-charge", "switch-on", "make-ready")
    assert day.car.power.key == "on"
    assert day.car.control.refused == "plug_connected"
