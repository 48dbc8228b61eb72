"""What a calibration changes in a unit, and the block of data in which the unit keeps it.

Eight bytes, the same in every unit that learns something: state, two numbers in hundredths (yaw
and pitch of a sensor, zero of the steering angle, zero of a pedal), and the day as YY MM DD in BCD.
Written back by a tester, the block brings the unit to exactly what it was.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

from harness.quantity import Value
from simulators.vehicle.car import Car
from simulators.vehicle.diag.hooks import Done, Options, RoutineAction, RoutineRun, Started
from simulators.vehicle.diag.outcome import Nrc
from simulators.vehicle.learned import Learned
from simulators.vehicle.sensing import BLOCKED, Sensor
from simulators.vehicle.workshop import DARK

STATES = ("calibrated", "not_calibrated", "running", "failed")
ROUTINES = {"CAM": "sensor_calibration", "RAD": "sensor_calibration", "LID": "sensor_calibration",
            "EPS": "steering_angle_zero", "IBC": "pedal_learning",
            "VCU": "pedal_learning"}  # fmt: skip
"""The routine of each unit that learns."""
_SENSORS = ("CAM", "RAD", "LID")
_SECONDS = {"sensor_calibration": 6.0, "steering_angle_zero": 1.5, "pedal_learning": 1.5}
_FOR_EVER = 1e6
_MOST = 10.0
"""Degrees beyond which a sensor takes the target for something else."""
_FOOT = 10.0
"""Pedal (%) that no zero can be."""
_WRONG = {"CAM": 3.4, "RAD": 1.35, "LID": 3.4, "EPS": 7.0, "IBC": -3.6, "VCU": -3.6}
"""By how much a unit with the defect `wrong` learns too much."""
_SHARE = {"wrong": 1.0, "rough": 0.4}


def learned_of(car: Car, node: str) -> Learned:
    """Where that unit keeps what it has learned."""
    if node in _SENSORS:
        return car.sensors[node].learned
    if node == "EPS":
        return car.steering.learned
    return car.brake.learned if node == "IBC" else car.control.learned


def record_of(car: Car, node: str) -> bytes | None:
    """The unit's block of data; None: it does not give it."""
    if node in car.workshop.hides:
        return None
    kept = learned_of(car, node)
    numbers = b"".join(round(100 * one).to_bytes(2, "big", signed=True) for one in kept.numbers)
    return bytes([STATES.index(kept.state)]) + numbers + _bcd(kept.day)


def _bcd(day: date) -> bytes:
    return bytes.fromhex(f"{day:%y%m%d}")


def take_record(car: Car, node: str, value: Value) -> Done:
    """A tester writes the block. Refused when it is none, or when the memory is worn."""
    if node in car.workshop.refuses_writing:
        return Nrc.PROGRAMMING_FAILURE
    data = bytes.fromhex(str(value))
    try:
        state = STATES[data[0]]
        day = datetime.strptime(data[5:].hex(), "%y%m%d").replace(tzinfo=UTC).date()
    except (IndexError, ValueError):
        return Nrc.OUT_OF_RANGE
    if state == "running":
        return Nrc.OUT_OF_RANGE
    if node not in car.workshop.forgets_writing:
        numbers = tuple(
            int.from_bytes(data[at : at + 2], "big", signed=True) / 100 for at in (1, 3)
        )
        learned_of(car, node).keep(state, (numbers[0], numbers[1]), day)
        car.update()
    return True


def routines_of(car: Car, node: str) -> dict[str, Callable[[RoutineAction, Options], Started]]:
    """The calibration routine of a unit, if it has one."""
    name = ROUTINES.get(node)
    if name is None:
        return {}
    return {name: lambda action, _options: _calibrate(car, node, name, action)}


def _calibrate(car: Car, node: str, name: str, action: RoutineAction) -> Started:
    learned, defect = learned_of(car, node), car.workshop.routines.get(node, "")
    if action == "stop":
        learned.running = False
        return None
    if defect == "refused" or car.power.key == "off":
        return Nrc.CONDITIONS_NOT_CORRECT
    learned.running = True

    def finish() -> Value:
        learned.running = False
        found = _found(car, node)
        if isinstance(found, str):
            return found
        if defect == "fails":
            return "failed"
        if defect == "aborts":
            learned.keep("failed", (0.0, 0.0), learned.day)
            car.update()
            return "failed"
        if defect in _SHARE:
            found = (found[0] + _WRONG[node] * _SHARE[defect], found[1])
        today = datetime.fromtimestamp(car.wall(), UTC).date()
        learned.keep("calibrated", (round(found[0], 2), round(found[1], 2)), today)
        car.update()
        return "passed"

    return RoutineRun(_FOR_EVER if defect == "hangs" else _SECONDS[name], finish)


def _found(car: Car, node: str) -> tuple[float, float] | str:
    """What the unit measures as its error; a word: why it cannot."""
    if node in _SENSORS:
        return _seen(car, node, car.sensors[node])
    if node == "EPS":
        steering = car.steering
        still = abs(steering.rate()) < 1.0 and steering.sensor_works
        return (steering.angle() + steering.sensor_offset, 0.0) if still else "failed"
    if node == "IBC":
        return _pedal(car.brake.pedal, car.brake.pedal_offset)
    return _pedal(car.control.accelerator, car.control.accelerator_offset)


def _pedal(foot: float, offset: float) -> tuple[float, float] | str:
    return (foot + offset, 0.0) if foot < _FOOT else "failed"


def _seen(car: Car, node: str, sensor: Sensor) -> tuple[float, float] | str:
    """Where the board is seen against where it has to be: straight ahead, at the car's height."""
    board = car.sensing.board
    if not sensor.works or sensor.blockage >= BLOCKED:
        return "failed"
    if node == "CAM" and car.workshop.light < DARK:
        return "failed"
    if board is None:
        return "no_target"
    off = sensor.misalignment + sensor.azimuth_error + board.azimuth
    if abs(off) > _MOST:
        return "no_target"
    return off, sensor.pitch + car.workshop.slope
