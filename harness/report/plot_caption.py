"""The line under a plot: where its values come from, and how many of them are drawn."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from harness.report.markup import both
from harness.text import Text

if TYPE_CHECKING:
    from harness.report.course import Course
    from harness.report.plot_earlier import Earlier


def caption(cut: "list[Course]", drawn: list[int], *, states: bool, of: "Earlier | None") -> Markup:
    """Where the values come from, how many there are, and how many points are drawn."""
    pieces: list[Markup] = []
    if of is not None:
        step = of.step
        pieces.append(
            Markup('{} <a href="#{}">{} · {}</a>{}').format(
                both("判定的数据取自步骤", "What was judged was recorded at step"),
                step.anchor, step.number, both(step.title), both("。", "."),
            )
        )  # fmt: skip
    for course, points in zip(cut, drawn, strict=True):
        count = len(course.time)
        if not course.file:
            pieces.append(
                both(
                    f"日志（journal.jsonl）中的 {count} 个读数。",
                    f"{count} readings of the journal (journal.jsonl).",
                )
            )
            continue
        whole = Text(f"{count} 个值全部画出", f"all {count} values drawn")
        if states:
            whole = Text(f"{count} 个值", f"{count} values")
        elif points < count:
            whole = Text(
                f"{count} 个值，按列取最小值和最大值画出 {points} 点",
                f"{count} values, drawn with {points} points: lowest and highest of each column",
            )
        pieces.append(
            Markup("<code>{}</code> <code>{}</code>{}{}{}").format(
                course.file, course.signal, both("：", ": "), both(whole), both("。", ".")
            )
        )
        if course.damaged:
            pieces.append(
                both(
                    "该记录文件已损坏，只画出可读的部分。",
                    "This recording is damaged; only what can be read is drawn.",
                )
            )
    if any(course.file for course in cut):
        pieces.append(both("原始报文全部保留在该文件中。", "The file keeps every frame as it was."))
    return both("", " ").join(pieces)
