"""Monitors of trouble codes that many units have."""

from collections.abc import Mapping
from functools import partial

from simulators.vehicle.ecus.ecu import Ecu, Monitor

LOST = {
    "VCU": "U0100-87", "MCU": "U0110-87", "BMS": "U0111-87", "OBC": "U1101-87", "DCDC": "U0298-87",
    "EPS": "U0131-87", "IBC": "U0129-87", "EPB": "U0128-87", "ESC": "U0121-87", "BCM": "U0140-87",
    "ICM": "U0155-87", "TPMS": "U0127-87", "TBOX": "U0198-87", "GW": "U0146-87", "CAM": "U023A-87",
    "RAD": "U0235-87", "LID": "U1130-87", "USS": "U1131-87", "GNSS": "U1132-87", "ADCU": "U1135-87",
}  # fmt: skip
"""Node -> the code that says that it is lost."""
_UNDER_VOLTAGE, _UNDER_VOLTAGE_READY, _OVER_VOLTAGE = 11.8, 13.0, 15.5


def _is_lost(node: str, ecu: Ecu) -> bool:
    return ecu.lost(node)


def _distrusts(nodes: tuple[str, ...], ecu: Ecu) -> bool:
    return any(ecu.distrusts(node) for node in nodes)


def communication(*partners: str) -> dict[str, Monitor]:
    """Monitors for lost partners and for the unit's own bus-off."""
    lost: dict[str, Monitor] = {LOST[node]: partial(_is_lost, node) for node in partners}
    return {**lost, "U0001-88": lambda u: u.bus_off}


def checksums(code: str, *partners: str) -> dict[str, Monitor]:
    """A monitor for frames of partners that fail their checksum or counter."""
    return {code: partial(_distrusts, partners)}


def supply(gain: str) -> dict[str, Monitor]:
    """Monitors of the 12 V supply by the unit's own measurement (an attribute of LowVoltage)."""

    def volts(ecu: Ecu) -> float:
        network = ecu.car.low_voltage
        return network.voltage() * float(getattr(network, gain))

    def low(ecu: Ecu) -> bool:
        ready = ecu.car.power.key == "ready"
        return volts(ecu) < (_UNDER_VOLTAGE_READY if ready else _UNDER_VOLTAGE)

    return {"P0562-16": low, "P0563-17": lambda u: volts(u) > _OVER_VOLTAGE}


INTERLOCK_OPEN: Mapping[str, Monitor] = {
    "P0A0A-13": lambda u: u.car.circuit.interlock.open_at is not None
}
