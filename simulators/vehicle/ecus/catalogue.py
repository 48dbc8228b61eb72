"""The design of every unit by its node."""

from collections.abc import Mapping

from simulators.vehicle.ecus import (
    adcu,
    bcm,
    bms,
    dcdc,
    epb,
    eps,
    esc,
    gw,
    ibc,
    icm,
    mcu,
    obc,
    sensors,
    tbox,
    tpms,
    vcu,
)
from simulators.vehicle.ecus.ecu import Design

DESIGNS: Mapping[str, Design] = {
    "VCU": vcu.DESIGN,
    "BMS": bms.DESIGN,
    "MCU": mcu.DESIGN,
    "OBC": obc.DESIGN,
    "DCDC": dcdc.DESIGN,
    "GW": gw.DESIGN,
    "EPS": eps.DESIGN,
    "IBC": ibc.DESIGN,
    "EPB": epb.DESIGN,
    "ESC": esc.DESIGN,
    "BCM": bcm.DESIGN,
    "ICM": icm.DESIGN,
    "TPMS": tpms.DESIGN,
    "TBOX": tbox.DESIGN,
    "CAM": sensors.CAM,
    "RAD": sensors.RAD,
    "LID": sensors.LID,
    "USS": sensors.USS,
    "GNSS": sensors.GNSS,
    "ADCU": adcu.DESIGN,
}
