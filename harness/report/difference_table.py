"""Before and after, as a table: what was there, what is there, and what became of it.

The sign beside each row says it without colour: `=` the same, `≠` changed, `+` new, `−` gone, `?`
not known. A value that could not be read on one side is never shown as unchanged.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from harness.engine import wording
from harness.quantity import Value
from harness.report.markup import both, clipped, said
from harness.text import Text


class Kind(StrEnum):
    """What became of something between two looks at it."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    GONE = "gone"
    UNKNOWN = "unknown"
    """Not readable before or after."""


_SIGNS = {
    Kind.SAME: ("=", Text("未变", "the same")),
    Kind.CHANGED: ("≠", Text("已改变", "changed")),
    Kind.ADDED: ("+", Text("新增", "new")),
    Kind.GONE: ("−", Text("消失", "gone")),
    Kind.UNKNOWN: ("?", Text("无法比较", "cannot be compared")),
}
_ORDER = (Kind.CHANGED, Kind.ADDED, Kind.GONE, Kind.UNKNOWN, Kind.SAME)


@dataclass(frozen=True)
class Change:
    """One row. A value is None where there was none; what it means stands in `kind`."""

    what: Text
    before: Value | None
    after: Value | None
    kind: Kind
    unit: str | None = None
    point: str = ""
    """Whose states `before` and `after` are, so that they are said in words."""


def difference_table(changes: Iterable[Change], *, shown_same: int = 0) -> Markup:
    """The rows that differ first, in their order; of those that do not `shown_same`, and a count.

    All texts are escaped; both languages are in the result, and the page shows one of them.
    """
    rows = sorted(changes, key=lambda change: _ORDER.index(change.kind))
    same = [row for row in rows if row.kind is Kind.SAME]
    shown = [row for row in rows if row.kind is not Kind.SAME] + same[:shown_same]
    left_out = len(same) - len(same[:shown_same])
    head = Markup("").join(
        Markup("<th>{}</th>").format(both(zh, en))
        for zh, en in (("项目", "What"), ("之前", "Before"), ("之后", "After"), ("变化", "Change"))
    )
    body = Markup("").join(_row(row) for row in shown)
    table = Markup("")
    if shown:
        form = '<div class="wide"><table class="differences"><tr>{}</tr>{}</table></div>'
        table = Markup(form).format(head, body)
    if not left_out:
        return table
    note = both(f"另有 {left_out} 项未变。", f"{left_out} more are the same.")
    if not shown:
        note = both(f"共 {left_out} 项，均未变。", f"All {left_out} are the same.")
    return table + Markup('<p class="note">{}</p>').format(note)


def _row(change: Change) -> Markup:
    sign, meaning = _SIGNS[change.kind]
    form = (
        '<tr class="{}"><td class="words">{}</td><td>{}</td><td>{}</td>'
        '<td class="tight"><b>{}</b> {}</td></tr>'
    )
    return Markup(form).format(
        change.kind.value,
        both(change.what),
        _value(change.before, change),
        _value(change.after, change),
        sign,
        both(meaning),
    )


def _value(value: Value | None, change: Change) -> Markup:
    if value is None:
        return Markup("–")
    return said(lambda language: clipped(wording.value(value, change.unit, language, change.point)))
