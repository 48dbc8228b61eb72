"""DC/DC converter to the 12 V system."""

from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import INTERLOCK_OPEN, communication
from simulators.vehicle.ecus.source import Signals, live

PARTNERS = {"VCU": "VCU_HvControl", "BMS": "BMS_PackStatus", "GW": "GW_NetStatusPt"}
_HOT = 95.0
_LOW, _HIGH = 13.0, 15.0
_OUT_OF_TOLERANCE = 0.5


def _hot(u: Ecu) -> bool:
    return u.car.low_voltage.dcdc.temperature.at(u.t) > _HOT


def _state(u: Ecu) -> str:
    converter = u.car.low_voltage.dcdc
    if not converter.works:
        return "fault"
    if converter.running:
        return "derated" if _hot(u) else "running"
    return "standby"


def _output(u: Ecu) -> float:
    return u.car.low_voltage.voltage() * u.car.low_voltage.dcdc.voltage_gain


SIGNALS: Signals = {
    "DCDC_State": live(_state),
    "DCDC_OutputVoltage": live(_output),
    "DCDC_OutputCurrent": live(lambda u: u.car.low_voltage.converter_current()),
    "DCDC_Temp": live(lambda u: u.car.low_voltage.dcdc.temperature.at(u.t)),
    "DCDC_InputVoltage": live(lambda u: u.car.circuit.link_voltage()),
}


def _running_with(u: Ecu, low: float, high: float) -> bool:
    return u.car.low_voltage.dcdc.running and low < _output(u) < high


DESIGN = Design(
    signals=SIGNALS,
    partners=PARTNERS,
    monitors={
        **INTERLOCK_OPEN,
        **communication(*PARTNERS),
        "P0A94-92": lambda u: abs(u.car.low_voltage.dcdc.voltage_error) > _OUT_OF_TOLERANCE,
        "P0A09-16": lambda u: _running_with(u, 0.0, _LOW),
        "P0A10-17": lambda u: _running_with(u, _HIGH, 99.0),
        "P1C20-96": lambda u: not u.car.low_voltage.dcdc.works,
        "P1C21-4B": _hot,
    },
)
