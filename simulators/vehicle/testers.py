"""The files that the testers of an inspection line write of the simulated car.

They are our own CSV layout (`docs/import-a-tester-file.md`): VIN, day, units, uncertainties.
What they show lies inside the uncertainty that they state.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from random import Random

from harness.clock import CHINA
from simulators.vehicle.car import Car
from simulators.vehicle.roadworthy import AXLES, SIDES, AxleBrake
from simulators.vehicle.wheels import WHEELS

Rows = Iterable[tuple[object, ...]]
_STEPS = 12
"""Rows of a brake that is applied slowly to its peak."""
_FORCE = 20.0
"""Uncertainties: N, kg, km/h, m, cd, mm, m/km, dB(A)."""
_LEAD, _EVERY = 0.3, 0.02
"""Seconds before the pedal is touched, and between rows, of a braking run."""
_SPOKEN = (32.0, 36.0, 42.0, 58.0)


def _file(car: Car, kind: str, header: str, spread: Mapping[str, float], rows: Rows) -> bytes:
    day = datetime.fromtimestamp(car.wall(), CHINA).date()
    lines = ["# charging-harness tester 1", f"# kind {kind}", f"# vin {car.units.vin}"]
    lines.append(f"# tested {day}")
    lines += [f"# uncertainty {name} {value:g}" for name, value in spread.items()]
    lines.append(header)
    lines += [",".join(f"{one:.10g}" if isinstance(one, float) else str(one) for one in row)
              for row in rows]  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def _about(random: Random, value: float, spread: float, digits: int = 1) -> float:
    return round(value + random.uniform(-0.4, 0.4) * spread, digits)


def _force_rows(random: Random, brake: str, axle: str, peaks: tuple[float, float]) -> Rows:
    for number in range(_STEPS + 1):
        share = number / _STEPS
        values = (max(0.0, _about(random, share * peak, _FORCE)) for peak in peaks)
        yield (brake, axle, round(0.1 * number, 1), *values)


def _axle_rows(random: Random, axle: str, brake: AxleBrake, loaded: str) -> Rows:
    yield from _force_rows(random, "service", axle, brake.peaks(loaded))
    if axle == "rear":
        peaks = (brake.parking_left, brake.parking_right)
        yield from _force_rows(random, "parking", axle, peaks)
    yield ("released", axle, 0.0, _about(random, brake.drag_left, _FORCE),
           _about(random, brake.drag_right, _FORCE))  # fmt: skip


def _brake_force(loaded: str, car: Car, random: Random) -> bytes:
    brakes = car.line.brakes
    rows = [row for axle in AXLES for row in _axle_rows(random, axle, brakes[axle], loaded)]
    header = "brake,axle,time [s],left_force [N],right_force [N]"
    spread = {"left_force": _FORCE, "right_force": _FORCE}
    return _file(car, "brake-force", header, spread, rows)


def _axle_load(loaded: str, car: Car, random: Random) -> bytes:
    rows = [
        (axle, *(_about(random, car.line.brakes[axle].load[loaded] / 2, 4.0) for _ in SIDES))
        for axle in AXLES
    ]
    header = "axle,left_load [kg],right_load [kg]"
    return _file(car, "axle-load", header, {"left_load": 4.0, "right_load": 4.0}, rows)


def _brake_run(name: str, car: Car, random: Random) -> bytes:
    """Switched on shortly before the pedal is touched; the way counts on from the run before."""
    run = car.line.runs[name]
    before, touched = random.uniform(2.0, 9.0), _LEAD + random.uniform(0.0, _EVERY)
    rows = []
    for number in range(int((touched + run.lasts) / _EVERY) + 6):
        speed, way = run.at(number * _EVERY - touched)
        way += before + run.initial / 3.6 * touched
        pedal = int(number * _EVERY >= touched)
        rows.append((round(number * _EVERY, 2), round(speed, 2), round(way, 3), pedal))
    header = "time [s],speed [km/h],distance [m],pedal"
    return _file(car, "brake-run", header, {"speed": 0.2, "distance": 0.05}, rows)


def _headlamp(car: Car, random: Random) -> bytes:
    rows = []
    for side in SIDES:
        lamp = car.line.lamps[side]
        aim = (lamp.drop, lamp.sideways, lamp.main_sideways, lamp.main_above)
        rows.append(
            (
                side,
                float(lamp.height),
                _about(random, lamp.intensity, 600.0, -1),
                *(_about(random, one, 10.0, 0) for one in aim),
            )
        )
    header = (
        "lamp,height [mm],main_intensity [cd],dipped_drop [mm],dipped_sideways [mm],"
        "main_sideways [mm],main_above [mm]"
    )
    aims = ("dipped_drop", "dipped_sideways", "main_sideways", "main_above")
    spread = {"height": 5.0, "main_intensity": 600.0} | dict.fromkeys(aims, 10.0)
    return _file(car, "headlamp", header, spread, rows)


def _side_slip(car: Car, random: Random) -> bytes:
    rows = [(number, _about(random, car.line.side_slip, 0.2)) for number in (1, 2)]
    header = "reading,slip_per_km [m]"
    return _file(car, "side-slip", header, {"slip_per_km": 0.2}, rows)


def _sound_level(car: Car, random: Random) -> bytes:
    level = car.line.horn_level if car.body.horn_works else 45.0
    rows = [(number, _about(random, level, 1.0)) for number in (1, 2, 3)]
    return _file(car, "sound-level", "reading,level [dB(A)]", {"level": 1.0}, rows)


def _tread(car: Car, random: Random) -> bytes:
    rows = [
        (wheel, place + 1, max(0.0, _about(random, car.wheels[wheel].tread - worn, 0.1)))
        for wheel in WHEELS
        for place, worn in enumerate((car.line.worn[wheel], 0.0, 0.2))
    ]
    return _file(car, "tread", "wheel,reading,depth [mm]", {"depth": 0.1}, rows)


def _speedometer(car: Car, random: Random) -> bytes:
    rows = []
    for number, true in enumerate(_SPOKEN, 1):
        ahead = car.line.speedometer_ahead * (0.5 + true / 80.0)
        rows.append((number, _about(random, true + ahead, 0.3), _about(random, true, 0.2)))
    header = "reading,indicated [km/h],true [km/h]"
    return _file(car, "speedometer", header, {"indicated": 0.3, "true": 0.2}, rows)


FILES: Mapping[str, Callable[[Car, Random], bytes]] = {
    "tester-brake-force": partial(_brake_force, "unladen"),
    "tester-brake-force-laden": partial(_brake_force, "laden"),
    "tester-axle-load": partial(_axle_load, "unladen"),
    "tester-axle-load-laden": partial(_axle_load, "laden"),
    "tester-brake-run": partial(_brake_run, "unladen"),
    "tester-brake-run-laden": partial(_brake_run, "laden"),
    "tester-brake-run-emergency": partial(_brake_run, "emergency"),
    "tester-headlamp": _headlamp,
    "tester-side-slip": _side_slip,
    "tester-sound-level": _sound_level,
    "tester-tread": _tread,
    "tester-speedometer": _speedometer,
}
"""Subject of the question for a tester's file -> the file."""
