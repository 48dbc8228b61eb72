"""The pictures of the whole vehicle as the report's template asks for them: network, cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from harness.engine import names, wording
from harness.report.html_plots import PlotPage
from harness.report.markup import both
from harness.report.plot_earlier import earlier_of
from harness.report.view import RunView
from harness.text import Text
from harness.verdict import Verdict

if TYPE_CHECKING:
    from harness.report.network_map import NetworkMap

_ABOUT = {
    "V": re.compile(r"cell|sum_of_parts", re.I),
    "mV": re.compile(r"cell|sum_of_parts", re.I),
    "°C": re.compile(r"battery_temperature|cell_?temp|probe_?temp", re.I),
}
"""What judgements that look at cells, or at probes, are called."""
_SILENT = "silent_nodes"
_MOST_NAMED = 8


@dataclass(frozen=True)
class Pictured:
    """A picture with what is said under it."""

    title: Text
    picture: Markup
    caption: Markup


class MapPage:
    """Pictures that belong to no single step."""

    def __init__(self, view: RunView, plots: PlotPage) -> None:
        self._view = view
        self._plots = plots

    @cached_property
    def cells(self) -> list[Pictured]:
        """A map of every family of cells and probes that was recorded."""
        return list(self._cells())

    def _cells(self) -> Iterator[Pictured]:
        courses = self._plots.courses
        if courses is None:
            return
        from harness.report import cell_map  # noqa: PLC0415 - vehicles only, needs numpy

        for bus, databases in courses.databases.items():
            for family in cell_map.families(bus, databases):
                judged = self._about(_ABOUT[family.unit])
                at = self._view.seconds if judged is None else judged
                cells = cell_map.map_at(courses, family, at)
                if isinstance(cells, Text):
                    continue  # what was not recorded is said at the steps
                message = family.names[0].partition(".")[0]
                origin = Markup("{}<br><code>{}</code> <code>{}</code>{}{} s").format(
                    both(cell_map.summary(cells)),
                    cells.file,
                    message,
                    both("，记录时刻 ", ", at "),
                    f"{at:.3f}",
                )
                yield Pictured(_title(family.unit), cell_map.draw(cells), origin)

    def _about(self, name: re.Pattern[str]) -> float | None:
        """The moment that is shown: of the last judgement that did not pass, else of the last.

        What was judged of an earlier step's samples is shown as it was when these ended: by the
        time of the judgement a charge may be over, and some of the cells be told anew already.
        """
        found: list[tuple[bool, float]] = []
        for step in self._view.steps:
            earlier = earlier_of(self._view.procedures[step.procedure].steps, step.last)
            for at in step.last.judged:
                reading = at.event.measurement
                if name.search(reading.name):
                    moment = reading.at if earlier is None else earlier.window[1]
                    found.append((at.event.judgement.verdict is Verdict.PASS, moment))
        failed = [one for one in found if not one[0]]
        every = failed or found
        return every[-1][1] if every else None

    @cached_property
    def network(self) -> Pictured | None:
        """The buses with their units; None where no bus was recorded."""
        courses = self._plots.courses
        if courses is None:
            return None
        from harness.report import network_map as drawing  # noqa: PLC0415 - vehicles only

        silent = frozenset(self._found_silent())
        buses = []
        titles: dict[str, Text] = {}
        for bus in courses.buses:
            title = Text(wording.bus(bus, "zh"), wording.bus(bus, "en"))
            nodes = drawing.nodes_of(courses, bus, silent)
            if isinstance(nodes, Text):
                buses.append(drawing.BusNodes(bus, title, why=nodes))
                continue
            buses.append(drawing.BusNodes(bus, title, nodes))
            for node in nodes:
                if (known := names.node_title(node.name)) is not None:
                    titles[node.name] = known
        found = drawing.NetworkMap(buses, titles)
        if not any(bus.nodes for bus in buses):
            return None
        title = Text("网络图", "Network map")
        return Pictured(title, drawing.draw(found), _of_network(found))

    def _found_silent(self) -> Iterator[str]:
        for step in self._view.steps:
            for at in step.last.judged:
                reading = at.event.measurement
                if reading.name == _SILENT and isinstance(reading.value, list):
                    yield from reading.value


def _title(unit: str) -> Text:
    if unit == "°C":
        return Text("电池温度分布", "Temperatures of the battery")
    return Text("单体电压分布", "Voltages of the cells")


def _of_network(found: "NetworkMap") -> Markup:
    """Which units did not send, and what the picture is made of."""
    silent, partly = found.silent, found.partly
    pieces = []
    if silent:
        zh = "、".join(f"{bus.title.zh} {node.name}" for bus, node in silent[:_MOST_NAMED])
        en = ", ".join(f"{node.name} ({bus.title.en})" for bus, node in silent[:_MOST_NAMED])
        pieces.append(both(f"不在线：{zh}。", f"Did not send: {en}."))
    if partly:
        zh = "、".join(
            f"{node.name}（{'、'.join(node.missing[:3])}）" for _, node in partly[:_MOST_NAMED]
        )
        en = ", ".join(
            f"{node.name} ({', '.join(node.missing[:3])})" for _, node in partly[:_MOST_NAMED]
        )
        pieces.append(
            both(f"从未收到的周期报文：{zh}。", f"Cyclic messages that never came: {en}.")
        )
    if not silent and not partly:
        pieces.append(both("各控制单元均在线。", "Every unit sent."))
    for bus in found.buses:
        if bus.why is not None:
            pieces.append(both(f"{bus.title.zh}：{bus.why.zh}", f"{bus.title.en}: {bus.why.en}"))
    pieces.append(
        both(
            "按整个运行期间的报文记录统计；✕ 和粗虚线框为不在线，细虚线框为缺少部分报文。",
            "Counted over the recordings of the whole run. A cross and a heavy dashed frame: did "
            "not send; a light dashed frame: some messages are missing.",
        )
    )
    return both("", " ").join(pieces)
