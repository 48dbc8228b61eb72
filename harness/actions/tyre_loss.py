"""Air that the tyres of a vehicle lost between two snapshots."""

from collections.abc import Iterator

from harness.actions.changes import said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import earlier
from harness.actions.registry import CheckContext, Complaint, action
from harness.devices.snapshot import Snapshot, number
from harness.quantity import Measurement
from harness.text import Text

TYRES = ("fl", "fr", "rl", "rr")
_AIR, _KELVIN, _COLD = 101.3, 273.15, 20.0
"""Pressure of the air (kPa), 0 °C (K), and the temperature that pressures are told for (°C)."""
_SPREAD = 4.0
"""Two pressures in steps of 0.5 kPa, each at a temperature in steps of 1 K, which is 1.2 kPa."""


def _check(context: CheckContext) -> Iterator[Complaint]:
    for key in ("before", "after"):
        yield from earlier(context, (context.parameters[key],), key)


@action("vehicle.tyre_loss", kind="J", limit="needed", possible=has_diagnostics, check=_check,
        title=Text("胎压变化", "Change of the tyre pressures"))  # fmt: skip
async def tyre_loss(step: StepContext, *, before: str, after: str, unit: str) -> None:
    """Judge each tyre's pressure in one snapshot less that in an earlier one, both at 20 °C.

    A tyre is warm after a drive and shows more: each pressure is worked out for 20 °C by the
    temperature that its sensor gave with it. `unit` is the control unit of the tyres. One that
    gives no pressure or no temperature leaves its tyre without a verdict.
    """
    first, second = step.bench.maintenance.kept(before), step.bench.maintenance.kept(after)
    for tyre in TYRES:
        name = f"tyre_change_{tyre}"
        then, now = (_cold(one, unit, tyre) for one in (first, second))
        if then is None or now is None:
            step.judge(said(step, name, None))
            continue
        note = f"{then:.1f} to {now:.1f} kPa, at 20 °C"
        step.judge(
            Measurement(name, round(now - then, 1), "kPa", uncertainty=_SPREAD,
                        source=step.role, at=step.clock.elapsed(), note=note)
        )  # fmt: skip


def _cold(snapshot: Snapshot, unit: str, tyre: str) -> float | None:
    """Gauge pressure at 20 °C (kPa)."""
    pressure, warmth = (
        number(snapshot.points.get(f"{unit}.tyre_{what}_{tyre}"))
        for what in ("pressure", "temperature")
    )
    if pressure is None or warmth is None:
        return None
    return (pressure + _AIR) * (_COLD + _KELVIN) / (warmth + _KELVIN) - _AIR
