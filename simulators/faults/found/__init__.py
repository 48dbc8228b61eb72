"""Which steps of a procedure find which faults: one module per procedure.

A module holds `PROCEDURE`, its id, and `FOUND`, fault -> the steps whose device verdict it turns
to fail, in the order of the procedure; a procedure that diagnoses also holds `DIAGNOSIS`, fault ->
what it has to name. That of an outlet says with `PILE` (and `AT`, by fault) which pile has the
fault. The tables are computed by running (`harness matrix`), then read and
understood; the steps of the daily inspection stand with the faults themselves.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulators.faults.fault import Fault
from simulators.faults.found import (
    acc_loss_01,
    hand_01,
    pile_conf_01,
    pile_cp_01,
    pile_fault_01,
    pile_maint_01,
    pile_met_01,
    pile_safe_01,
    pile_site_01,
    pile_sock_01,
    veh_7258_01,
    veh_batt_01,
    veh_chg_01,
    veh_cp_01,
    veh_insp_02,
    veh_insp_03,
    veh_insp_04,
    veh_maint_01,
    veh_prep_01,
    veh_prep_02,
    veh_used_01,
)

_PROCEDURES = (
    veh_7258_01,
    veh_batt_01,
    acc_loss_01,
    veh_chg_01,
    veh_cp_01,
    veh_insp_02,
    veh_insp_03,
    veh_maint_01,
    hand_01,
    veh_used_01,
    veh_prep_01,
    veh_prep_02,
    veh_insp_04,
    pile_conf_01,
    pile_cp_01,
    pile_met_01,
    pile_safe_01,
    pile_site_01,
    pile_fault_01,
    pile_maint_01,
    pile_sock_01,
)


def _table(module: Any, name: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = getattr(module, name, {})
    return table


def with_found(fault: Fault) -> Fault:
    """The fault with the steps of every procedure that has a table."""
    expects, diagnosis, at = dict(fault.expects), dict(fault.diagnosis), dict(fault.at)
    for module in _PROCEDURES:
        steps = module.FOUND.get(fault.name)
        if steps is not None:
            expects[module.PROCEDURE] = steps
            place = _table(module, "AT").get(fault.name, getattr(module, "PILE", ""))
            if place:
                at[module.PROCEDURE] = place
        named = _table(module, "DIAGNOSIS").get(fault.name)
        if named is not None:
            diagnosis[module.PROCEDURE] = named
    if (expects, diagnosis, at) == (fault.expects, fault.diagnosis, fault.at):
        return fault
    return replace(fault, expects=expects, diagnosis=diagnosis, at=at)


def found_faults() -> Mapping[str, tuple[str, ...]]:
    """Procedure -> the faults that its table names, for checking that they all exist."""
    return {
        module.PROCEDURE: (*module.FOUND, *_table(module, "DIAGNOSIS")) for module in _PROCEDURES
    }
