"""Plots, cells and network in the report: true to journal and recording, and never in its way."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from record_changes import changed, with_entries
from report_page import Page, words
from vehicle_inspection_help import INSPECTION, until

from harness.devices.can.codec import codec_of
from harness.devices.can.logs import read_log
from harness.engine.pace import HURRY
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import BusOpened, Judged, Measured, RunStarted, StepEnded, StepStarted
from harness.quantity import Quality
from harness.report.cell_map import families, map_at, summary
from harness.report.course import Course, difference, of_readings
from harness.report.courses import Courses
from harness.report.html import render_html
from harness.report.network_map import Presence, nodes_of
from harness.report.plot_frame import ticks
from harness.report.record import Record, load_record
from harness.text import Text
from harness.verdict import Verdict

STEPS = ("parked", "nodes-online", "pack-voltage", "cell-spread", "ready", "bus-in-ready")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recorded run in which a cell is weak and the radar is off its bus."""
    place = tmp_path_factory.mktemp("plots") / "run"
    request = prepare(
        [INSPECTION], folder=place, selected=until(INSPECTION, *STEPS),
        faults=["cell-weak", "radar-unplugged"],
    )  # fmt: skip
    execute(replace(request, pace=HURRY))
    return place


@pytest.fixture(scope="module")
def record(folder: Path) -> Record:
    return load_record(folder)


@pytest.fixture(scope="module")
def courses(record: Record, folder: Path) -> Courses:
    return Courses(folder, record.entries)


@pytest.fixture(scope="module")
def page(record: Record) -> Page:
    return Page(render_html(record, "zh"))


def course(courses: Courses, name: str) -> Course:
    found = courses.of(name)
    assert isinstance(found, Course)
    return found


def step_of(text: str, step: str) -> str:
    """The article of one step."""
    at = text.index(f'id="step-{INSPECTION}-{step}"')
    return text[at : text.index("</article>", at)]


# ---------------------------------------------------------------- truth


def test_every_reading_of_the_journal_lies_on_its_course(record: Record, courses: Courses) -> None:
    checked = 0
    for entry in record.entries:
        if not isinstance(entry.event, Measured):
            continue
        reading = entry.event.measurement
        usable = reading.quality is Quality.GOOD and reading.source == "vehicle"
        if not usable or not courses.knows(reading.name):
            continue
        found = course(courses, reading.name)
        at = int(np.argmin(np.abs(found.time - reading.at)))
        assert abs(found.time[at] - reading.at) < 2e-6, reading
        value = found.value[at]
        shown = found.states[int(value)] if found.states else value
        assert shown == reading.value or abs(float(shown) - float(str(reading.value))) < 1e-9
        checked += 1
    assert checked > 10


def test_a_course_has_every_frame_of_the_recording(courses: Courses, folder: Path) -> None:
    found = course(courses, "max_cell_voltage")
    assert found.signal == "BMS_CellExtremes.BMS_MaxCellVoltage"
    database = next(
        one for one in courses.databases["powertrain"] if "BMS_CellExtremes" in one.by_name
    )
    message = database.message("BMS_CellExtremes")
    frames = read_log(folder / "can-powertrain.blf").recording.frames
    rows = np.flatnonzero(frames.key == message.frame_id)
    one_by_one = [
        codec_of(message).unpack(bytes(frames.data[row][: frames.length[row]]))[
            "BMS_MaxCellVoltage"
        ]
        for row in rows
    ]
    assert found.value.tolist() == one_by_one


def test_the_drawn_line_goes_through_the_judged_value(record: Record, courses: Courses) -> None:
    """The points of the picture, read back into volts, are those of the recording."""
    text = step_of(render_html(record), "bus-in-ready")
    judged = [
        entry.event
        for entry in record.entries
        if isinstance(entry.event, Judged) and entry.event.step == "bus-in-ready"
    ]
    first = judged[0]
    picture = re.search(r'<svg class="plot".*?</svg>', text)
    assert picture is not None
    ys = {
        float(label.replace("−", "-")): float(y) - 4
        for y, label in re.findall(r'class="tick end" x="59.0" y="([\d.]+)">([\d.−]+)<', picture[0])
    }
    (low, at_low), (high, at_high) = sorted(ys.items())[:: len(ys) - 1]
    path = re.search(r'class="course course-0" d="M([^"]+)"', picture[0])
    assert path is not None
    points = [tuple(map(float, one.split())) for one in re.split("[LM]", path[1])]
    drawn = [low + (y - at_low) / (at_high - at_low) * (high - low) for _, y in points]
    own = course(courses, first.measurement.name).between(0, 1e9).value
    resolution = (high - low) / abs(at_high - at_low)
    assert min(abs(value - float(str(first.measurement.value))) for value in drawn) < resolution
    for value in drawn:
        assert np.abs(own - value).min() < resolution


def test_the_difference_is_that_of_values_held_until_the_next(courses: Courses) -> None:
    first = of_readings("a", "V", [(0.0, 1.0), (1.0, 2.0), (2.0, 4.0)])
    second = of_readings("b", "V", [(0.5, 1.0), (1.5, 3.0)])
    found = difference(first, second)
    assert found.time.tolist() == [0.5, 1.0, 1.5, 2.0]
    assert found.value.tolist() == [0.0, 1.0, -1.0, 1.0]
    spread = difference(course(courses, "max_cell_voltage"), course(courses, "min_cell_voltage"))
    assert spread.value.max() > 0.3


def test_what_stands_until_the_next_is_there_from_the_start() -> None:
    found = of_readings("gear", None, [(0.0, "p"), (5.0, "d"), (9.0, "p")]).between(6.0, 8.0)
    assert found.time.tolist() == [6.0]
    assert found.states[int(found.value[0])] == "d"


# ---------------------------------------------------------------- the page


def test_failed_and_watched_steps_are_open_and_quiet_ones_have_no_plot(record: Record) -> None:
    text = render_html(record)
    assert '<details class="plots" open>' in step_of(text, "cell-spread")
    assert step_of(text, "cell-spread").count('<svg class="plot"') == 2
    assert '<details class="plots" open>' in step_of(text, "ready")
    assert '<svg class="plot"' not in step_of(text, "parked")  # passed, and stood still
    assert "open" not in step_of(text, "bus-in-ready").split('class="plots"')[1][:6]


def test_samples_of_an_earlier_step_are_shown_with_that_steps_window(
    record: Record, courses: Courses
) -> None:
    """As where a segment was recorded and two steps judge it: the second refers to the first."""
    judging = ("pack-voltage", "cell-spread")
    events = [entry.event for entry in record.entries]
    judged = next(e for e in events if isinstance(e, Judged) and e.step == judging[0])
    began, ended = (
        next(
            e.t
            for e in record.entries
            if isinstance(e.event, kind) and e.event.step == "nodes-online"
        )
        for kind in (StepStarted, StepEnded)
    )
    own = course(courses, "max_cell_voltage").between(began, ended).value
    highest = structs.replace(
        judged.measurement, name="max_cell_voltage.highest", value=float(own.max()), unit="V",
        source="vehicle",
    )  # fmt: skip

    def starts(event: StepStarted) -> StepStarted:
        if event.step == "nodes-online":
            return structs.replace(event, action="vehicle.segment")
        judges = event.step in judging
        return structs.replace(event, parameters={"of": "nodes-online"}) if judges else event

    def judges(event: Judged) -> Judged:
        same = event.step in judging
        return structs.replace(judged, step=event.step, measurement=highest) if same else event

    def ends(event: StepEnded) -> StepEnded:
        return structs.replace(event, verdict=Verdict.PASS) if event.step in judging else event

    altered = changed(changed(record, StepStarted, starts), Judged, judges)
    text = render_html(changed(altered, StepEnded, ends), "en")
    first, second = (step_of(text, one) for one in judging)
    assert re.search(r">step \d+</text>", first)
    assert ">this step</text>" not in first
    assert 'class="marker pass"' in first, "the extreme is marked where it stood"
    assert '<svg class="plot"' not in second
    assert f'plotted at step </span><a href="#step-{INSPECTION}-pack-voltage"' in second


def test_both_languages(page: Page) -> None:
    zh, en = words(page.text["zh"]), words(page.text["en"])
    for said in ("曲线", "本步骤", "记录时刻 / s", "最迟", "网络图", "单体电压分布", "未发送",
                 "原始报文全部保留在该文件中", "不在线：智驾总线 RAD"):  # fmt: skip
        assert said in zh
        assert said not in en
    for said in ("Plots", "this step", "time of record / s", "at the latest", "Network map",
                 "Voltages of the cells", "did not send", "The file keeps every frame",
                 "Did not send: RAD (ADAS bus)"):  # fmt: skip
        assert said in en
        assert said not in zh
    assert page.open == []


def test_the_page_loads_nothing(record: Record) -> None:
    text = render_html(record)
    found = re.findall(r"(?:href|src|url)[=(]\"?([^\")\s]+)", text)
    assert all(one.startswith(("#", "data:")) for one in found)


def test_the_same_record_gives_the_same_page(record: Record, folder: Path) -> None:
    assert render_html(record) == render_html(load_record(folder))


def test_a_polled_point_of_a_pile_is_drawn_from_the_journal(tmp_path: Path) -> None:
    request = prepare(["PILE-INSP-01"], folder=tmp_path / "run", selected=["supply-voltage"])
    execute(replace(request, pace=HURRY))
    record = load_record(tmp_path / "run")
    text = render_html(record)
    readings = [
        entry.event.measurement.at
        for entry in record.entries
        if isinstance(entry.event, Measured) and entry.event.measurement.name == "voltage_l1"
        and entry.event.step
    ]  # fmt: skip
    picture = re.search(r'<svg class="plot".*?</svg>', text)
    assert picture is not None
    path = re.search(r'class="course course-0" d="M([^"]+)"', picture[0])
    assert path is not None
    assert len(path[1].split("L")) == len(readings) >= 10
    assert "10 readings of the journal (journal.jsonl)" in Page(text).text["en"]
    assert "≤ 264 V" in picture[0]


# ---------------------------------------------------------------- cells and network


def test_the_weak_cell_is_named(courses: Courses, record: Record) -> None:
    family = next(
        one for one in families("powertrain", courses.databases["powertrain"]) if one.unit == "V"
    )
    assert len(family.names) == 96
    cells = map_at(courses, family, record.entries[-1].t)
    assert not isinstance(cells, Text)
    low, place = min(cells.known)
    assert cells.at_extreme(low) == [place]
    name = f"BMS_CellVoltages.BMS_CellVoltage{place:02d}"
    assert low == course(courses, name).value[-1]
    assert f"№ {place:02d}" in summary(cells).zh
    assert f"{cells.spread:.3f} V" in summary(cells).en
    assert isinstance(map_at(courses, family, -1.0), Text)


def test_the_silent_unit_is_marked_and_no_other(courses: Courses) -> None:
    presence = {}
    for bus in courses.buses:
        nodes = nodes_of(courses, bus, frozenset())
        assert not isinstance(nodes, Text)
        presence |= {f"{bus}:{node.name}": node.presence for node in nodes}
    assert [name for name, one in presence.items() if one is Presence.SILENT] == ["adas:RAD"]
    assert presence["powertrain:BMS"] is Presence.SENT
    found = nodes_of(courses, "powertrain", frozenset({"powertrain:BMS"}))
    assert not isinstance(found, Text)
    assert [node.name for node in found if node.found_silent] == ["BMS"]


# ---------------------------------------------------------------- what cannot be had


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwritten(path: Path) -> None:
    path.write_bytes(b"no recording at all" * 50)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def removed(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("damage", "zh", "en"),
    [
        (cut_short, "该记录文件已损坏，只画出可读的部分", "This recording is damaged"),
        (overwritten, "can-powertrain.blf 无法读取", "can-powertrain.blf cannot be read"),
        (emptied, "can-powertrain.blf 无法读取", "can-powertrain.blf cannot be read"),
        (removed, "记录中没有报文记录文件 can-powertrain.blf", "is not in the record"),
    ],
)
def test_a_damaged_or_missing_recording_is_a_sentence(
    folder: Path, tmp_path: Path, damage: Callable[[Path], None], zh: str, en: str
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(folder, copy)
    damage(copy / "can-powertrain.blf")
    page = Page(render_html(load_record(copy)))
    assert zh in words(page.text["zh"])
    assert en in words(page.text["en"])
    assert page.open == []


def test_a_damaged_database_leaves_the_report_whole(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(folder, copy)
    for path in (copy / "attachments/database").glob("*.dbc"):
        path.write_bytes(b"\xff\xfe no database")
    for path in (copy / "attachments/profile").glob("*.yaml"):
        path.write_text("points: [")
    assert '<svg class="plot"' not in render_html(load_record(copy))


def test_a_car_known_by_its_database_alone_is_plotted_by_its_signals(
    folder: Path, record: Record, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(folder, copy)
    for path in (copy / "attachments/profile").glob("*.yaml"):
        path.unlink()
    courses = Courses(copy, record.entries)
    assert not courses.knows("max_cell_voltage")
    assert courses.knows("BMS_CellExtremes.BMS_MaxCellVoltage")
    assert len(course(courses, "BMS_CellExtremes.BMS_MaxCellVoltage").time) > 10


def test_a_recording_outside_the_record_is_not_read(record: Record, tmp_path: Path) -> None:
    def lead_out(event: BusOpened) -> BusOpened:
        import msgspec  # noqa: PLC0415

        return msgspec.structs.replace(event, capture="../../can.blf")

    text = render_html(changed(record, BusOpened, lead_out))
    assert "is not in the record" in text
    assert '<svg class="plot"' not in text


def test_names_out_of_the_record_are_escaped(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(folder, copy)
    database = copy / "attachments/database/ev_powertrain.dbc"
    text = database.read_text(encoding="utf-8")
    hostile = "<script>alert(1)</script>"
    text = re.sub(r'(VAL_ \d+ VCU_Ready [^;]*?)"[^"]*"', rf'\1"{hostile}"', text, count=1)
    assert hostile in text
    database.write_text(text, encoding="utf-8")
    drawn = render_html(load_record(copy))
    assert hostile not in drawn
    assert "<script>alert" in unescape(drawn)


def test_a_record_without_its_start_has_no_plots(record: Record) -> None:
    without = [one for one in record.entries if not isinstance(one.event, RunStarted)]
    assert '<svg class="plot"' not in render_html(with_entries(record, without))


def test_ticks_are_round_and_few() -> None:
    assert ticks(0.0, 10.0, 6) == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    assert ticks(0.0, 10.0, 4) == [0.0, 5.0, 10.0]
    assert ticks(22.1, 26.3, 7) == [23.0, 24.0, 25.0, 26.0]
    assert ticks(3.0, 3.0, 5) == [3.0]
