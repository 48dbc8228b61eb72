"""Which steps of the condition check of battery and motor find which faults of the car.

Computed by running, see `harness matrix`. An item of GB/T 44500 with the maker's limit and a model
of GB/T 45688 look at the same quantity: what breaks the wider limit breaks the narrower one, too.
So no fault fails these alone:

- `drive-cell-risk`, `charge-cell-risk`, `charge-spread-risk` and the two `…-temperature-risk`: the
  steps with the narrower limits fail with them.
- `motor-temperature` (150 °C): the motor has then been above the 80 °C of `motor-share` for long. A
  controller or DC/DC that is hot for `controller-share` or `dcdc-share` (120 °C, 90 °C) is above
  the limit of its highest temperature, too.
- `drive-temperature`, `charge-temperature`, `charge-temperature-difference`: a battery that is hot
  while it is driven still is when it is charged, and it is hot at one place.
- `drive-cell`: a weak cell lies low while driven and while charged (`charge-spread`).
- `cell-sampling`: a sense wire that is open reads as an odd cell voltage.
- `trouble-codes`: what the battery management stores a code for shows in another step as well;
  `ready` with an open interlock, which is such a code. `stop-codes` are some of them.

With `dc-inlet-wet` the charge is not begun, and what it shows is not run.
"""

from collections.abc import Mapping

PROCEDURE = "VEH-BATT-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    "battery-and-drive-neglected": (
        "trouble-codes",
        "stop-codes",
        "drive-temperature",
        "drive-temperature-risk",
        "drive-cell",
        "drive-cell-risk",
        "motor-temperature",
        "motor-share",
        "controller-temperature",
        "controller-share",
        "dcdc-temperature",
        "dcdc-share",
        "way-per-energy",
        "recovered",
        "charge-temperature",
        "charge-temperature-risk",
        "charge-temperature-difference",
        "charge-cell",
        "charge-cell-risk",
        "charge-spread",
        "charge-spread-risk",
        "low-insulation",
        "capacity",
    ),
    "test-set-up-badly": (
        "charger-nameplate",
        "trouble-codes",
        "stop-codes",
        "stopped",
        "drive-time",
        "charge-ends",
        "charge-time",
        "charge-cell",
        "charge-cell-risk",
        "charge-spread",
        "charge-spread-risk",
        "cell-sampling",
    ),
    "dc-charger-small": ("charger-nameplate",),
    "dc-charge-breaks-off": ("charge-time",),
    "contactors-stay-closed": ("charge-ends",),
    "insulation-low-unnoticed": ("low-insulation",),
    "dc-inlet-wet": ("dc-inlet-insulation",),
    "ac-inlet-dirty": ("ac-inlet-insulation",),
    "bonding-strap-corroded": ("equalisation",),
    "battery-runs-hot": (
        "trouble-codes",
        "drive-temperature",
        "charge-temperature",
        "charge-temperature-difference",
    ),
    "battery-overheats-unnoticed": (
        "trouble-codes",
        "stop-codes",
        "drive-temperature",
        "drive-temperature-risk",
        "charge-temperature",
        "charge-temperature-risk",
        "charge-temperature-difference",
    ),
    "motor-warmer-than-it-should": ("motor-share",),
    "motor-overheats": ("trouble-codes", "motor-temperature", "motor-share"),
    "controller-heat-sink-loose": ("controller-temperature",),
    "controller-overheats": ("controller-temperature", "controller-share"),
    "dcdc-cooler-clogged": ("dcdc-temperature",),
    "dcdc-overheats": ("dcdc-temperature", "dcdc-share"),
    "car-not-tied-down": ("on-rollers",),
    "park-does-not-engage": ("stopped",),
    "drive-power-limited": ("drive-time",),
    "brake-drags": ("way-per-energy",),
    "no-energy-recovered": ("recovered",),
    "cell-channel-high": ("charge-cell",),
    "cell-overcharged-unnoticed": (
        "trouble-codes",
        "stop-codes",
        "charge-cell",
        "charge-cell-risk",
        "charge-spread",
        "charge-spread-risk",
    ),
    "cell-low-unnoticed": (
        "trouble-codes",
        "stop-codes",
        "drive-cell",
        "charge-spread",
        "charge-spread-risk",
    ),
    "cell-dead-unnoticed": (
        "trouble-codes",
        "stop-codes",
        "drive-cell",
        "drive-cell-risk",
        "charge-spread",
        "charge-spread-risk",
    ),
    "cell-sense-wire-open": (
        "trouble-codes",
        "stop-codes",
        "charge-cell",
        "charge-cell-risk",
        "charge-spread",
        "charge-spread-risk",
        "cell-sampling",
    ),
    "cells-far-apart": ("trouble-codes", "charge-spread"),
    "capacity-overstated": ("capacity",),
    "car-leaks": ("vehicle-preparation",),
    "somebody-below-the-car": ("area-clear",),
    "battery-clamp-loose": ("switch-on",),
    "interlock-open": ("trouble-codes", "stop-codes", "ready"),
    "ignition-relay-welded": ("switch-off",),
    "battery-nearly-empty": ("charge-soc",),
}
