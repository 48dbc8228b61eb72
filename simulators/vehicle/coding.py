"""Writing the coding of a unit, with what a defective unit makes of it."""

from harness.quantity import Value
from simulators.vehicle.diag.hooks import Done
from simulators.vehicle.diag.outcome import Nrc
from simulators.vehicle.ecus.ecu import Ecu
from simulators.vehicle.fleet import SERVICE_STATE


def write_coding(ecu: Ecu, name: str, value: Value) -> Done:
    """A tester writes one value; the car goes by it at once."""
    workshop, unit = ecu.car.workshop, ecu.unit
    if ecu.name in workshop.refuses_writing:
        return Nrc.PROGRAMMING_FAILURE
    if name in workshop.refuses_names.get(ecu.name, ()):
        if ecu.name == "TBOX":
            ecu.car.fleet.state = "refused"
        return Nrc.CONDITIONS_NOT_CORRECT
    if ecu.name in ecu.car.fleet.spoiled:
        return Nrc.PROGRAMMING_FAILURE
    assert not isinstance(value, list | float)  # codes have names or are whole numbers
    if ecu.name not in workshop.forgets_writing:
        besides = workshop.codes_besides.get(ecu.name, {})
        if name == SERVICE_STATE:
            besides = {**besides, **ecu.car.fleet.changes_with_state}
        unit.configuration = {**unit.configuration, **besides, name: value}
        if ecu.name == "TBOX":
            ecu.car.fleet.written(name)
        if ecu.name in ecu.car.fleet.worn_after_first:
            ecu.car.fleet.spoiled |= {ecu.name}
        ecu.car.update()
    return True
