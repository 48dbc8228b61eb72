"""Accepting the work of a workshop at a vehicle: parts, service counters and the invoice.

What was agreed and what the workshop says stands in the bench file under `maintenance:`.
"""

import math
from collections.abc import Iterator

from harness.actions.changes import change, said, the_one
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import earlier
from harness.actions.registry import CheckContext, Complaint, action
from harness.bench.maintenance import InvoiceLine, MaintenanceEntry
from harness.devices.snapshot import number, same
from harness.errors import NotAvailableError
from harness.limits import Clear
from harness.text import Text

PARTS, SERVICES, INVOICE, INVOICE_GAP = (
    "parts_differing", "service_gaps", "invoice_gaps", "invoice_gap",
)  # fmt: skip
NEW_PART = "serial_number"
_CENT = 0.005


def _check(context: CheckContext) -> Iterator[Complaint]:
    for key in ("before", "after"):
        yield from earlier(context, (context.parameters[key],), key)


@action("vehicle.replaced", kind="J", limit="none", possible=has_diagnostics, check=_check,
        title=Text("更换件与工单一致", "Replaced parts are those of the order"))  # fmt: skip
async def replaced(step: StepContext, *, before: str, after: str) -> None:
    """Hold ids, part number and coding of replaced units against the order, by two snapshots.

    `maintenance: {parts: …}` says what has to be shown. A serial number that is the same as
    before is no replacement, whatever the order says.
    """
    wanted = step.bench.maintenance.papers_of("vehicle").parts
    if not wanted:
        raise NotAvailableError("the bench file's `maintenance` section names no parts")
    first, second = step.bench.maintenance.kept(before), step.bench.maintenance.kept(after)
    differing: list[str] = []
    for point, ordered in wanted.items():
        old, new = first.points.get(point), second.points.get(point)
        step.measured(said(step, f"{point}.changed", change(old, new), f"ordered: {ordered}"))
        if not same(new, ordered) or (point.endswith(f".{NEW_PART}") and same(old, new)):
            differing.append(point)
    step.judge(said(step, PARTS, differing), Clear())


@action("vehicle.services", kind="J", limit="none", possible=has_diagnostics, check=_check,
        title=Text("保养计数复位", "Service counters"))  # fmt: skip
async def services(step: StepContext, *, before: str, after: str) -> None:
    """Judge that exactly those service counters were reset for which the work was done.

    A counter counts down to the next service; one that reads more than before was reset. Counters
    stand under `service_counters`, those that the work covers under `serviced`.
    """
    papers = step.bench.maintenance.papers_of("vehicle")
    if not papers.service_counters:
        raise NotAvailableError("the bench file's `maintenance` section names no service counters")
    first, second = step.bench.maintenance.kept(before), step.bench.maintenance.kept(after)
    gaps: list[str] = []
    for point in papers.service_counters:
        old, new = number(first.points.get(point)), number(second.points.get(point))
        if old is None or new is None:
            raise NotAvailableError(f"a snapshot has no value of {point}")
        reset, due = new > old, point in papers.serviced
        told = change(first.points.get(point), second.points.get(point), second.units.get(point))
        note = "work done" if due else "no work done"
        step.measured(said(step, f"{point}.changed", told, note))
        if reset != due:
            gaps.append(point)
    step.judge(said(step, SERVICES, gaps), Clear())


@action("vehicle.invoice", kind="J", limit="none",
        title=Text("费用核对", "Invoice"))  # fmt: skip
async def invoice(step: StepContext) -> None:
    """Work the invoice out again: lines, sum, scope, and the price that was approved.

    `invoice_gap` names the one thing that is wrong (`arithmetic`, `total`, `scope`, `price`),
    `none` or `several`, for a conclusion to be held against.
    """
    papers = step.bench.maintenance.papers_of("vehicle")
    if not papers.invoice or papers.invoice_total is None:
        raise NotAvailableError("the bench file's `maintenance` section has no invoice")
    gaps = list(dict.fromkeys(_gaps(papers, papers.invoice_total)))
    note = f"stated {papers.invoice_total:.2f} CNY, worked out {_sum(papers.invoice):.2f} CNY"
    step.measured(said(step, INVOICE_GAP, the_one(gaps)))
    step.judge(said(step, INVOICE, gaps, note), Clear())


def _sum(lines: list[InvoiceLine]) -> float:
    """Of what the lines state."""
    return math.fsum(line.amount for line in lines)


def _gaps(papers: MaintenanceEntry, total: float) -> Iterator[str]:
    for line in papers.invoice:
        if abs(line.quantity * line.price - line.amount) > _CENT:
            yield "arithmetic"
        if papers.approved_lines and line.what not in papers.approved_lines:
            yield "scope"
    if abs(_sum(papers.invoice) - total) > _CENT:
        yield "total"
    if papers.approved_price is not None and total > papers.approved_price + _CENT:
        yield "price"
