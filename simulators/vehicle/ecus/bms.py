"""Battery management."""

from functools import partial

from simulators.vehicle.bms import FULL_VOLTAGE
from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import INTERLOCK_OPEN, communication, supply
from simulators.vehicle.ecus.source import Signals, live, state
from simulators.vehicle.ecus.vcu import battery_coolant
from simulators.vehicle.highvoltage import Contactor, Stage
from simulators.vehicle.pack import CAPACITY, CELLS, PROBES

PARTNERS = {"VCU": "VCU_HvControl", "OBC": "OBC_ChargeStatus", "GW": "GW_NetStatusPt"}
_PACK_HIGH, _PACK_LOW = 4.25 * CELLS, 2.80 * CELLS
_WORN = 0.70
_SOC_HIGH = 1.005
_OVER_CURRENT = 500.0


def _level(number: int) -> str:
    return "none" if number == 0 else f"level_{number}"


def _charging(u: Ecu) -> bool:
    return u.car.circuit.charge.closed


def _contactor(contactor: Contactor) -> str:
    if contactor.closed and not contactor.command:
        return "welded"
    return "closed" if contactor.closed else "open"


def _monitor_state(u: Ecu) -> str:
    if not u.car.insulation.monitor_works:
        return "fault"
    return "valid" if u.initialised else "measuring"


def _mode(u: Ecu) -> str:
    by_ac = _charging(u) and u.car.load.current() > 0.0
    if not (by_ac or u.car.dc_charging.running):
        return "none"
    return "constant_current" if u.car.pack.soc() < 0.94 else "constant_voltage"


def _current_request(u: Ecu) -> float:
    """DC current that it would take (A)."""
    return u.car.bms.charge_power() / max(u.car.pack.voltage(), 1.0) if _wants(u) else 0.0


def _wants(u: Ecu) -> bool:
    car = u.car
    return car.charging.wanted() or car.side.s2_closed or car.dc_charging.started


def _cell(number: int, u: Ecu) -> float:
    return u.car.pack.cell_readings()[number - 1]


def _probe(number: int, u: Ecu) -> float:
    return u.car.pack.probe_readings()[number - 1]


def _pack_high(u: Ecu) -> bool:
    return u.car.bms.voltage() > _PACK_HIGH


def _pack_low(u: Ecu) -> bool:
    return u.car.bms.voltage() < _PACK_LOW


def _overcurrent(u: Ecu, sign: int) -> bool:
    return sign * u.car.bms.current() > _OVER_CURRENT


SIGNALS: Signals = {
    # Whole battery
    "BMS_PackVoltage": live(lambda u: u.car.bms.voltage()),
    "BMS_PackCurrent": live(lambda u: u.car.bms.current()),
    "BMS_State": live(
        lambda u: (
            u.car.bms.state(charging=_charging(u), by_dc=u.car.dc_charging.running)
            if u.initialised
            else "init"
        ),
        0.1,
    ),
    "BMS_FaultLevel": live(lambda u: _level(u.car.bms.fault_level()), 0.1),
    "BMS_Balancing": live(lambda u: u.car.bms.balancing(), 0.5),
    # High-voltage safety
    "BMS_InsulationResistance": state(lambda u: u.car.insulation.measured()),
    "BMS_Interlock": state(lambda u: u.car.circuit.interlock.state()),
    "BMS_MainPositive": state(lambda u: _contactor(u.car.circuit.positive)),
    "BMS_MainNegative": state(lambda u: _contactor(u.car.circuit.negative)),
    "BMS_Precharge": state(lambda u: _contactor(u.car.circuit.precharge)),
    "BMS_ChargeContactor": state(lambda u: _contactor(u.car.circuit.charge)),
    "BMS_InsulationFault": live(lambda u: u.car.bms.insulation_fault(), 0.1),
    "BMS_ThermalEvent": live(lambda u: u.car.bms.thermal_event(), 0.1),
    "BMS_InsulationMonitor": state(_monitor_state),
    "BMS_LinkVoltage": live(lambda u: u.car.circuit.link_voltage()),
    # Charge and limits
    "BMS_Soc": live(lambda u: u.car.pack.soc() * 100),
    "BMS_Soh": state(lambda u: u.car.bms.shown_soh() * 100),
    "BMS_RemainingEnergy": live(lambda u: u.car.pack.stored() / 1000),
    "BMS_CycleCount": state(lambda u: u.car.pack.cycles),
    "BMS_Capacity": state(lambda u: u.car.bms.shown_soh() * CAPACITY * u.car.bms.capacity_gain),
    "BMS_MaxDischargePower": live(lambda u: u.car.bms.discharge_power() / 1000, 0.5),
    "BMS_MaxChargePower": live(lambda u: u.car.bms.charge_power() / 1000, 0.2),
    "BMS_MaxRegenPower": live(lambda u: min(u.car.bms.charge_power() / 1000, 60.0), 0.5),
    "BMS_MaxDischargeCurrent": live(
        lambda u: u.car.bms.discharge_power() / max(u.car.pack.voltage(), 1.0), 0.5
    ),
    "BMS_MaxChargeCurrent": live(
        lambda u: u.car.bms.charge_power() / max(u.car.pack.voltage(), 1.0), 0.2
    ),
    "BMS_ChargeVoltageRequest": live(lambda u: FULL_VOLTAGE if _wants(u) else 0.0, 0.2),
    "BMS_ChargeCurrentRequest": live(_current_request, 0.2),
    "BMS_ChargeMode": live(_mode, 0.2),
    "BMS_ChargeEnable": live(lambda u: _wants(u) and not u.car.bms.forbids_charging(), 0.1),
    "BMS_TargetSoc": state(lambda u: u.car.bms.target_soc * 100),
    # Cells and probes
    "BMS_MaxCellVoltage": live(lambda u: u.car.bms.readings().high),
    "BMS_MinCellVoltage": live(lambda u: u.car.bms.readings().low),
    "BMS_MaxCellNumber": live(lambda u: u.car.bms.readings().high_cell),
    "BMS_MinCellNumber": live(lambda u: u.car.bms.readings().low_cell),
    "BMS_CellSpread": live(lambda u: u.car.bms.readings().spread),
    "BMS_MaxTemp": live(lambda u: u.car.bms.readings().hot),
    "BMS_MinTemp": live(lambda u: u.car.bms.readings().cold),
    "BMS_MaxTempProbe": live(lambda u: u.car.bms.readings().hot_probe),
    "BMS_MinTempProbe": live(lambda u: u.car.bms.readings().cold_probe),
    "BMS_AverageTemp": live(lambda u: u.car.bms.readings().mean),
    "BMS_CoolantInletTemp": live(battery_coolant),
    "BMS_CoolantOutletTemp": live(
        lambda u: (battery_coolant(u) + u.car.pack.temperature.at(u.t)) / 2
    ),
    "BMS_PackPressure": live(
        lambda u: (
            101.3
            + 0.05 * (u.car.pack.temperature.at(u.t) - 25.0)
            + (25.0 if u.car.bms.smoke else 0.0)
        )
    ),
    **{f"BMS_CellVoltage{n:02d}": live(partial(_cell, n)) for n in range(1, CELLS + 1)},
    **{f"BMS_ProbeTemp{n:02d}": live(partial(_probe, n)) for n in range(1, PROBES + 1)},
    # Warnings
    "BMS_WarnTempSpread": live(lambda u: u.car.bms.temperature_spread()),
    "BMS_WarnOverTemp": live(lambda u: u.car.bms.over_temperature()),
    "BMS_WarnPackOverVoltage": live(_pack_high),
    "BMS_WarnPackUnderVoltage": live(_pack_low),
    "BMS_WarnSocLow": live(lambda u: u.car.bms.soc_low()),
    "BMS_WarnCellOverVoltage": live(lambda u: u.car.bms.cell_high()),
    "BMS_WarnCellUnderVoltage": live(lambda u: u.car.bms.cell_low()),
    "BMS_WarnSocHigh": live(lambda u: u.car.pack.soc() > _SOC_HIGH),
    "BMS_WarnSocJump": state(lambda u: u.car.bms.soc_jumped),
    "BMS_WarnMismatch": state(lambda u: not u.car.bms.matched),
    "BMS_WarnCellSpread": live(lambda u: u.car.bms.poor_consistency()),
    "BMS_WarnInsulation": live(lambda u: u.car.bms.insulation_warning()),
    "BMS_WarnInterlock": state(lambda u: not u.car.circuit.interlock.closed),
    "BMS_WarnOverCharge": live(lambda u: u.car.bms.cell_high() and _charging(u)),
    "BMS_WarnChargeOverCurrent": live(lambda u: _overcurrent(u, -1)),
    "BMS_WarnDischargeOverCurrent": live(lambda u: _overcurrent(u, 1)),
    "BMS_WarnPrecharge": state(lambda u: u.car.bms.precharge_failed()),
    "BMS_WarnContactor": state(lambda u: u.car.bms.contactor_fault()),
    "BMS_WarnSampling": live(lambda u: u.car.bms.sampling_fault() or u.car.bms.probe_broken()),
    "BMS_WarnCurrentSensor": state(lambda u: not u.car.bms.current_sensor_works),
    "BMS_WarnThermal": live(lambda u: u.car.bms.thermal_event()),
    "BMS_WarnCommunication": state(lambda u: not u.car.bms.internal_bus_works),
    "BMS_WarnCooling": state(lambda u: not u.car.bms.pump_works),
    "BMS_WarnSmoke": state(lambda u: u.car.bms.smoke),
}


def _does_not_close(u: Ecu, contactor: Contactor) -> bool:
    """The last attempt failed, and this one was still open when it was told to close."""
    return u.car.circuit.stage is Stage.FAILED and contactor.stuck == "open"


def _welded(contactor: Contactor) -> bool:
    return _contactor(contactor) == "welded"


DESIGN = Design(
    signals=SIGNALS,
    partners=PARTNERS,
    monitors={
        **INTERLOCK_OPEN,
        **communication(*PARTNERS),
        "P0562-16": supply("vehicle_gain")["P0562-16"],
        "P0AA6-1A": lambda u: u.car.bms.insulation_fault(),
        "P0AA6-96": lambda u: not u.car.insulation.monitor_works,
        "P0A0C-11": lambda u: u.car.circuit.interlock.shorted_to == "ground",
        "P0A0D-12": lambda u: u.car.circuit.interlock.shorted_to == "battery",
        "P0A7E-4B": lambda u: u.car.bms.over_temperature(),
        "P0A80-00": lambda u: u.car.pack.soh < _WORN,
        "P0A7D-16": lambda u: u.car.bms.soc_low(),
        "P0AA1-73": lambda u: _welded(u.car.circuit.positive),
        "P0AA2-72": lambda u: _does_not_close(u, u.car.circuit.positive),
        "P0AA4-73": lambda u: _welded(u.car.circuit.negative),
        "P0AA5-72": lambda u: _does_not_close(u, u.car.circuit.negative),
        "P0C78-00": lambda u: u.car.bms.precharge_failed(),
        "P0AC0-64": lambda u: not u.car.bms.current_sensor_works,
        "P0B3B-13": lambda u: u.car.bms.sampling_fault(),
        "P1A10-17": lambda u: u.car.bms.cell_high(),
        "P1A11-16": lambda u: u.car.bms.cell_low(),
        "P1A12-62": lambda u: u.car.bms.poor_consistency(),
        "P1A13-17": _pack_high,
        "P1A14-16": _pack_low,
        "P1A15-62": lambda u: u.car.bms.temperature_spread(),
        "P1A16-13": lambda u: u.car.bms.probe_broken(),
        "P1A17-00": lambda u: u.car.bms.thermal_event(),
        "P1A18-00": lambda u: u.car.bms.soc_jumped,
        "P1A19-92": lambda u: not u.car.bms.pump_works,
    },
)
