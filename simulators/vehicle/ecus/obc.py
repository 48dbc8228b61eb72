"""On-board charger with the inlet."""

from functools import partial

from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import INTERLOCK_OPEN, communication
from simulators.vehicle.ecus.source import Signals, live, state
from simulators.vehicle.inlet import HOT

PARTNERS = {"VCU": "VCU_HvControl", "BMS": "BMS_PackStatus", "GW": "GW_NetStatusPt"}
_DEAD_PILOT = 3.0
_AC_LOW, _AC_HIGH = 180.0, 264.0
_SENSOR_LOW, _SENSOR_HIGH = -30.0, 140.0
_S2_OPENS_WITHIN = 6.0


def _cp_state(u: Ecu) -> str:
    plug = u.car.plug
    if not plug.mated:
        return "not_connected"
    if plug.out_of_service():
        return "out_of_service"
    if plug.cp_level() < _DEAD_PILOT:
        return "fault"
    return "ready" if u.car.side.s2_closed else "connected"


def _cc_state(u: Ecu) -> str:
    plug = u.car.plug
    if not plug.mated:
        return "not_connected"
    if plug.half_connected():
        return "half_connected"
    return "connected" if plug.cable_rating() else "fault"


def _ac_voltage(phase: int, u: Ecu) -> float:
    return u.car.obc.ac_voltage(phase)


def _ac_current(phase: int, u: Ecu) -> float:
    return u.car.obc.ac_current(phase)


def _dc_voltage(u: Ecu) -> float:
    circuit = u.car.circuit
    return circuit.link_voltage() if circuit.charge.closed else 0.0


def _dc_current(u: Ecu) -> float:
    volts = _dc_voltage(u)
    return u.car.obc.dc_power() / volts * u.car.obc.dc_current_gain if volts > 1.0 else 0.0


def _state(u: Ecu) -> str:
    obc = u.car.obc
    if not obc.works or obc.tripped:
        return "fault"
    if u.car.load.current() > 0.0:
        return "derated" if obc.derated else "charging"
    if u.car.charging.wanted():
        return "standby" if u.car.charging.prepared else "precharge"
    return "standby" if u.car.plug.mated else "off"


def _level(u: Ecu) -> str:
    obc = u.car.obc
    if not obc.works or obc.tripped:
        return "level_3"
    return "level_2" if obc.derated else "level_1" if _sensor_open(u) else "none"


def _lock(u: Ecu) -> str:
    inlet = u.car.inlet
    if inlet.lock_moving:
        return "moving"
    if inlet.lock_failed:
        return "fault"
    return "locked" if inlet.locked else "unlocked"


def _lamp(u: Ecu) -> str:
    lit = {
        "connected": "white", "ready": "white", "charging": "green_flashing", "finished": "green",
        "stopped_by_vehicle": "white", "stopped_by_pile": "white", "fault": "red",
    }  # fmt: skip
    return lit.get(u.car.charging.state, "white" if u.car.inlet.flap else "off")


def _inlet_temperature(number: int, u: Ecu) -> float:
    return u.car.inlet.temperature(number)


def _sensor_open(u: Ecu) -> bool:
    return not all(
        _SENSOR_LOW <= u.car.inlet.temperature(number) <= _SENSOR_HIGH for number in (1, 2)
    )


def _remaining(u: Ecu) -> float | None:
    seconds = u.car.charging.remaining()
    return None if seconds is None else seconds / 60


SIGNALS: Signals = {
    # Control pilot
    "OBC_CpState": state(_cp_state),
    "OBC_CcState": state(_cc_state),
    "OBC_S2": state(lambda u: u.car.side.s2_closed),
    "OBC_PwmPresent": state(lambda u: u.car.plug.duty() > 0.0),
    "OBC_PeConnected": state(lambda u: u.car.plug.earth),
    "OBC_CpVoltage": state(lambda u: u.car.plug.cp_level()),
    "OBC_CpDuty": state(lambda u: u.car.plug.duty()),
    "OBC_PilotCurrentLimit": state(lambda u: u.car.plug.coded_current()),
    "OBC_CableRating": state(lambda u: u.car.plug.cable_rating()),
    "OBC_CpFrequency": state(lambda u: u.car.plug.frequency()),
    # AC and DC side
    **{f"OBC_AcVoltageL{n}": live(partial(_ac_voltage, n)) for n in (1, 2, 3)},
    **{f"OBC_AcCurrentL{n}": live(partial(_ac_current, n)) for n in (1, 2, 3)},
    "OBC_AcFrequency": live(lambda u: u.car.plug.mains_frequency()),
    "OBC_AcPower": live(lambda u: u.car.obc.ac_power() / 1000),
    "OBC_DcVoltage": live(_dc_voltage),
    "OBC_DcCurrent": live(_dc_current),
    "OBC_Temp": live(lambda u: u.car.obc.temperature.at(u.t)),
    "OBC_State": live(_state),
    "OBC_FaultLevel": live(_level),
    # Inlet
    "OBC_InletLock": state(_lock),
    "OBC_InletFlap": state(lambda u: "open" if u.car.inlet.flap else "closed"),
    "OBC_InletLamp": state(_lamp),
    "OBC_InletTemp1": live(partial(_inlet_temperature, 1)),
    "OBC_InletTemp2": live(partial(_inlet_temperature, 2)),
    # Session
    "OBC_ChargingState": state(lambda u: u.car.charging.state),
    "OBC_StopReason": state(lambda u: u.car.charging.stop_reason),
    "OBC_PlugConnected": state(lambda u: u.car.plug.mated),
    "OBC_SessionEnergy": live(lambda u: u.car.charging.energy() / 1000),
    "OBC_SessionTime": live(lambda u: u.car.charging.duration() // 60, 1.0),
    "OBC_RemainingTime": live(_remaining, 1.0),
}


def _live_mains(u: Ecu) -> list[float]:
    plug = u.car.plug
    return [plug.voltage(phase) for phase in u.car.phases] if plug.live else []


def _s2_stuck(u: Ecu) -> bool:
    charging = u.car.charging
    ended = charging.stop_reason != "none" and u.t - charging.stopped_at > _S2_OPENS_WITHIN
    return ended and u.car.side.s2_closed


def _begin(ecu: Ecu) -> None:
    charging = ecu.car.charging

    def hear() -> None:
        charging.battery_heard = not ecu.lost("BMS")

    ecu.on_partners.append(hear)


DESIGN = Design(
    signals=SIGNALS,
    partners=PARTNERS,
    monitors={
        **INTERLOCK_OPEN,
        **communication(*PARTNERS),
        "P1C10-31": lambda u: u.car.charging.stop_reason == "cp_lost",
        "P1C11-31": lambda u: u.car.charging.stop_reason == "pe_lost",
        "P1C12-64": lambda u: u.car.plug.duty() > 0.0 and u.car.plug.coded_current() == 0.0,
        "P1C13-64": lambda u: _cc_state(u) == "fault",
        "P1C14-4B": lambda u: any(
            HOT <= u.car.inlet.temperature(n) <= _SENSOR_HIGH for n in (1, 2)
        ),
        "P1C15-13": _sensor_open,
        "P1C16-71": lambda u: u.car.inlet.lock_failed,
        "P1C17-16": lambda u: any(v < _AC_LOW for v in _live_mains(u)),
        "P1C18-17": lambda u: any(v > _AC_HIGH for v in _live_mains(u)),
        "P1C19-4B": lambda u: u.car.obc.hot or u.car.obc.tripped,
        "P1C1A-96": lambda u: not u.car.obc.works or u.car.obc.derated_to < 1.0,
        "P1C1B-71": _s2_stuck,
    },
    begin=_begin,
)
