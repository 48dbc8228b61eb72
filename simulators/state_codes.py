"""The code that a register with several meanings holds.

Many piles have one state register that is both CP state and charging state, and few know all the
shared states. The code is chosen so that every view of the register says what is true, or what is
nearest to it.
"""

from collections.abc import Mapping, Sequence

from harness.devices.modbus.points import Point
from harness.quantity import Value

NEAREST: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "charging_state": {
        "connected": ("suspended_evse",),
        "suspended_ev": ("connected", "suspended_evse", "charging"),
        "suspended_evse": ("connected", "suspended_ev"),
        "finished": ("connected", "idle"),
        "unavailable": ("fault", "idle"),
        "fault": ("unavailable",),
    },
    "cp_state": {"E": ("F",), "F": ("E",)},
    "indicator_state": {"off": ("standby",)},
}
"""What to show instead, nearest first, on a device that does not know a state."""

_EXACT = {"charging_state": 12, "cp_state": 6}
_WRONG = -10


def best_code(
    views: Sequence[Point], values: Sequence[Value | None], *, permits: bool
) -> int | str:
    """The raw code for a register seen through `views`, whose true values are `values`.

    Among codes that fit equally, one whose vendor label ends in 1 or 2 is chosen by whether the
    pile permits charging (A1/A2, B1/B2); else the lowest.
    """
    found = {code for view in views for code in (*view.values, *view.not_available)}
    codes: list[int | str] = sorted(found, key=lambda code: (isinstance(code, str), code))
    scored = [
        (sum(_fit(view, value, code) for view, value in zip(views, values, strict=True)), code)
        for code in codes
    ]
    top = max(score for score, _ in scored)
    best = [code for score, code in scored if score == top]
    if len(best) > 1:
        suffix = "2" if permits else "1"
        for code in best:
            labels = [view.labels.get(code, str(code)) for view in views]
            if any(len(label) == 2 and label.endswith(suffix) for label in labels):
                return code
    return best[0]


def _fit(view: Point, value: Value | None, code: int | str) -> int:
    shown = view.values.get(code)
    if shown is None or value is None:
        return 0
    if shown == value:
        return _EXACT.get(view.name, 8)
    instead = NEAREST.get(view.name, {}).get(str(value), ())
    if shown in instead:
        return 4 - instead.index(str(shown))
    return _WRONG


def nearest(point: Point, value: str) -> str | None:
    """A state that the point knows in place of `value`; None: there is none."""
    known = set(point.values.values())
    return next(
        (other for other in NEAREST.get(point.name, {}).get(value, ()) if other in known), None
    )
