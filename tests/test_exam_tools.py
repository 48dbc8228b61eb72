"""The list of tools: names as a technician says them, found by words, broken where words end."""

import io
import re
from pathlib import Path

import pytest
from exam_help import prepared
from rich.console import Console

from harness.assess.desk import Commands
from harness.assess.thing_names import called
from harness.assess.tool_words import parse
from harness.bench.simulated import SimulatedSide
from harness.cli.exam import at_the_width_of
from harness.cli.wide import width
from harness.clock import Clock, Deadline, run
from harness.devices.operator import Answer, Question
from harness.engine.prepare import load_bench_for
from harness.engine.run import execute
from harness.events import ToolUsed
from harness.evidence.read import read_journal
from harness.text import Language

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def things() -> dict[str, list[str]]:
    """What there is on a bench with a whole car."""

    async def main() -> dict[str, list[str]]:
        loaded = load_bench_for("sim", live=False)
        clock = Clock(virtual=True)
        side = SimulatedSide(loaded, seed=1, clock=clock, needed=list(loaded.model.devices))
        return {kind: list(names) for kind, names in side.things().items()}

    return run(main, virtual=True)


@pytest.mark.parametrize("kind", ["measure", "look", "operate", "replace"])
def test_every_thing_has_a_chinese_name_of_its_own(things: dict[str, list[str]], kind: str) -> None:
    ids = [one.partition(" ")[0] for one in things[kind] if one != "fault-box"]
    names = {id: called(kind, id, "zh") for id in ids}
    assert len(ids) > 60
    assert not [id for id, name in names.items() if not HAN.search(name)]
    assert not [id for id in ids if called(kind, id, "en") == id and "-" in id]
    if kind != "replace":  # of parts some are called alike: what is done is the same
        twice = [name for name in names.values() if list(names.values()).count(name) > 1]
        assert not twice


def test_instruments_have_names() -> None:
    loaded = load_bench_for("sim", live=False)
    types = {one.type for one in loaded.model.instruments.values()}
    assert len(types) > 8 and all(HAN.search(called("instruments", one, "zh")) for one in types)


class Looking:
    """At the first question takes tools and keeps what they show."""

    simulated = False

    def __init__(self, commands: Commands, lines: list[str]) -> None:
        self.commands = commands
        self.lines = lines
        self.shown: list[list[str]] = []

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        if not self.shown:
            for line in self.lines:
                order = parse(line)
                assert order is not None
                self.shown.append(await self.commands.take(order, deadline))
        return Answer(value=None, by="K-1")


def shown(folder: Path, *lines: str, language: Language = "zh") -> list[list[str]]:
    exam = prepared(folder)
    commands = Commands(exam.attendant, language)
    looking = Looking(commands, list(lines))
    exam.attendant.desk = None
    exam.request.operator = looking
    execute(exam.request, [])
    return looking.shown


def test_the_list_is_searched_by_words(tmp_path: Path) -> None:
    everything, welded, parts, none, english = shown(
        tmp_path, "工具", "工具 接触器", "工具 更换", "工具 大象", "tools replace"
    )
    heads = [line.partition("：")[0] for line in everything]
    assert heads == ["可测量", "可目视", "可操作", "可更换或修复", "可读数据点", "仪表"]
    assert "按下急停 [press-emergency-stop]" in everything[2]
    assert "车辆侧 CP 电压 [cp_voltage, V]" in everything[0]
    assert "万用表 [multimeter, dmm-1]" in everything[5]
    assert re.match(r"可更换或修复：共 \d{3} 项，用词查找", everything[3])
    assert any("[contactor-welded]" in line for line in welded)
    assert not any("press-emergency-stop" in line for line in welded)
    assert len(parts) == 1 and parts[0].count("[") > 200
    assert english == parts
    assert none == ["没有名称含“大象”的项"]
    assert not any("fault-box" in line for line in everything)


def test_the_list_is_english_in_english(tmp_path: Path) -> None:
    everything, found = shown(tmp_path, "tools", "tools stop", language="en")
    assert any("press the emergency stop [press-emergency-stop]" in line for line in everything)
    assert not any(HAN.search(line) for line in everything + found)


def test_lines_end_where_words_do() -> None:
    def printed(*, terminal: bool) -> list[str]:
        page = io.StringIO()
        console = Console(file=page, width=80, force_terminal=terminal, color_system=None)
        show = at_the_width_of(
            console, lambda text: console.print(text, soft_wrap=True, markup=False)
        )
        show("    可操作：" + "、".join(f"按下急停 [press-emergency-stop-{n}]" for n in range(12)))
        return page.getvalue().splitlines()

    lines = printed(terminal=True)
    assert len(lines) > 4
    assert all(width(line) <= 80 and line.startswith("    ") for line in lines)
    ids = [f"[press-emergency-stop-{n}]" for n in range(12)]
    assert all(any(id in line for line in lines) for id in ids)
    assert len(printed(terminal=False)) == 1


def test_things_are_meant_by_name_or_by_words_of_it(tmp_path: Path) -> None:
    by_name, by_id, parts, several, unknown, read, english = shown(
        tmp_path,
        "测 车辆侧CP电压 用 万用表",
        "测 cp_voltage 用 multimeter",
        "操作 按下急停",
        "测 绝缘 用 万用表",
        "操作 大象",
        "读 充电状态",
        "operate press the emergency stop",
    )
    assert by_name[0].partition("=")[0] == by_id[0].partition("=")[0]
    assert "(cp_voltage)" in by_name[0] and by_name[0].startswith("dmm-1: ")
    assert parts == english == ["按下急停 (press-emergency-stop): 完成"]
    assert several[0].startswith("“绝缘”可能是：") and "[insulation_resistance_pile]" in several[0]
    assert unknown[0].startswith("名称不存在")
    assert "(charging_state)" in read[0]


def test_the_record_has_the_id_whatever_was_typed(tmp_path: Path) -> None:
    exam = prepared(tmp_path)
    exam.attendant.desk = None
    exam.request.operator = Looking(Commands(exam.attendant, "zh"), ["操作 按下急停"])
    folder = execute(exam.request, []).folder
    used = [entry.event for entry in read_journal(folder) if isinstance(entry.event, ToolUsed)]
    assert [one.target for one in used] == ["press-emergency-stop"]
