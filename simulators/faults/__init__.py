"""Seeded faults of the simulated bench, by name. A new fault is an entry in one of the families."""

from collections.abc import Mapping
from functools import cache

from simulators.faults import (
    accident,
    appearance,
    breaker,
    bus_nodes,
    bus_repair,
    bus_wiring,
    by_wire,
    calibrating,
    car_service,
    charging,
    cockpit,
    cockpit_many,
    conformance,
    contactor,
    emergency_stop,
    gun,
    handover,
    identity,
    joint_pile,
    joint_vehicle,
    lamp,
    metering,
    metering_check,
    modules,
    outlet,
    pilot_pile,
    pilot_provoked,
    pilot_vehicle,
    preparing,
    protection,
    repair,
    roadworthy,
    sensors,
    socket,
    supply,
    temperature,
    used_car,
    vehicle_appearance,
    vehicle_body,
    vehicle_condition,
    vehicle_highvoltage,
    vehicle_identity,
    vehicle_inlet,
    vehicle_lamps,
    vehicle_lowvoltage,
    vehicle_network,
    vehicle_pilot,
    vehicle_platform,
    vehicle_sensors,
    vehicle_state,
    vehicle_tyres,
    wire,
)
from simulators.faults.fault import Fault
from simulators.faults.found import with_found

__all__ = ["Fault", "all_faults"]

_FAMILIES = (
    identity,
    appearance,
    lamp,
    sensors,
    supply,
    emergency_stop,
    contactor,
    gun,
    metering,
    metering_check,
    modules,
    breaker,
    temperature,
    wire,
    charging,
    protection,
    outlet,
    joint_pile,
    joint_vehicle,
    vehicle_state,
    vehicle_network,
    vehicle_highvoltage,
    vehicle_lowvoltage,
    vehicle_inlet,
    vehicle_tyres,
    vehicle_lamps,
    vehicle_body,
    vehicle_identity,
    vehicle_appearance,
    by_wire,
    accident,
    used_car,
    bus_wiring,
    bus_nodes,
    bus_repair,
    pilot_provoked,
    pilot_pile,
    pilot_vehicle,
    conformance,
    repair,
    vehicle_pilot,
    vehicle_sensors,
    vehicle_platform,
    handover,
    car_service,
    vehicle_condition,
    calibrating,
    cockpit,
    cockpit_many,
    preparing,
    roadworthy,
    socket,
)


@cache
def all_faults() -> Mapping[str, Fault]:
    """Every fault by its name, in the order of the families."""
    found: dict[str, Fault] = {}
    for family in _FAMILIES:
        for fault in family.FAULTS:
            assert fault.name not in found, fault.name
            found[fault.name] = with_found(fault)
    return found
