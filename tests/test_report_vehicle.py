"""The vehicle's part of the reports: buses, read-only runs, frames, diagnostic exchanges."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from record_changes import changed, with_entries, with_event
from report_page import Page, words
from sample_record import write_sample
from sample_vehicle import BUSES, VIN, write_vehicle

from harness.events import (
    Answered,
    AnyEvent,
    Asked,
    BusClosed,
    BusOpened,
    DiagnosticExchange,
    FramesSent,
    Judged,
    Measured,
)
from harness.evidence.read import Entry
from harness.quantity import Measurement
from harness.report.html import render_html
from harness.report.html_vehicle import MAX_EXCHANGES
from harness.report.junit import render_junit
from harness.report.record import Record, load_record
from harness.report.summary import summary, summary_text
from harness.report.vehicle import changes_something
from harness.report.view import RunView
from harness.text import Text

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("vehicle")
    write_vehicle(root / "sending")
    write_vehicle(root / "read-only", read_only=True)
    write_vehicle(root / "joint", pile=True)
    return root


@pytest.fixture(scope="module")
def sending(place: Path) -> Record:
    return load_record(place / "sending")


@pytest.fixture(scope="module")
def silent(place: Path) -> Record:
    return load_record(place / "read-only")


@pytest.fixture(scope="module")
def page(sending: Record) -> Page:
    return Page(render_html(sending, "zh"))


# ---------------------------------------------------------------- the page


def test_the_page_is_sound(page: Page) -> None:
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert {(anchor["href"] or "#")[1:] for anchor in page.all("a")} <= set(page.ids)
    found = {letter for letter in page.text["en"] if CHINESE.match(letter)}
    assert found <= set("中文"), "only the switch"


def test_the_report_is_called_by_what_was_tested(place: Path, page: Page) -> None:
    assert "车辆检测报告" in page.text["zh"]
    assert "法定检定" not in page.text["zh"]
    joint = Page(render_html(load_record(place / "joint")))
    assert "Charging pile and vehicle test report" in joint.text["en"]
    assert "metering spot check is not a legal verification" in joint.text["en"]


def test_every_bus_is_described(sending: Record, page: Page) -> None:
    text = words(page.text["en"])
    for entry in sending.entries:
        if isinstance(entry.event, BusOpened):
            for part in (*entry.event.databases, entry.event.capture, entry.event.bus):
                assert part in text
        if isinstance(entry.event, BusClosed):
            assert str(entry.event.received) in text
    for wanted in (
        "Frames sent14310100", "Error frames0300", "(GBK)",
        "21.3 % / 25.4 %", "18FF3377x (12), 5A1 (40)", "Frames that this run sent: 244",
        "diagnostic requests among them: 25", "(that change something in a control unit: 3)",
        "the other end has closed the connection", "there to the end",
    ):  # fmt: skip
        assert wanted in text, wanted
    chinese = words(page.text["zh"])
    for wanted in ("动力总线", "本进程内的模拟器", "中断：适配器断开：对端已断开连接"):
        assert wanted in chinese, wanted


def test_more_buses_than_fit_beside_each_other_get_another_table(sending: Record) -> None:
    for number in range(5):
        sending = with_event(
            sending,
            BusOpened(role="vehicle", bus=f"extra{number}", connection="x", databases=["x.dbc"]),
        )
    page = Page(render_html(sending))
    tables = [attrs for attrs in page.all("table") if attrs.get("class") == "buses"]
    assert len(tables) == 3
    assert "no record of its end" in page.text["en"]
    assert "how many frames were sent is not known" in page.text["en"]


def test_a_reading_stands_with_its_frame(sending: Record, page: Page) -> None:
    text = words(page.text["zh"])
    for entry in sending.entries:
        if isinstance(entry.event, Measured | Judged) and entry.event.measurement.frame:
            bus, rest = entry.event.measurement.frame.split(" ")
            number, data = rest.split("#")
            spaced = " ".join(data[at : at + 2] for at in range(0, len(data), 2))
            name = {"powertrain": "动力总线", "chassis": "底盘总线", "body": "车身总线"}[bus]
            assert f"{name} · {number} · {spaced}" in text
    assert "18FF50E5x" in text


def test_a_frame_that_cannot_be_read_is_shown_as_it_is(sending: Record) -> None:
    odd = changed(
        sending,
        Measured,
        lambda event: msgspec.structs.replace(
            event, measurement=msgspec.structs.replace(event.measurement, frame="???")
        ),
    )
    assert "???" in Page(render_html(odd)).text["en"]


def test_exchanges_are_shown_under_their_step(sending: Record, page: Page) -> None:
    text = words(page.text["en"])
    lines = [e.n for e in sending.entries if isinstance(e.event, DiagnosticExchange)]
    assert {f"x{line}" for line in lines} <= set(page.ids)
    for wanted in (
        "Diagnostic requests 10: 9 ok, 1 no reply",
        "Diagnostic requests 3: 2 ok, 1 negative response",
        "negative response NRC 22 conditions not correct",
        "Diagnosis EPB 3E 00 tester present: no reply",
        "7F 19 78", "62 F1 90", "reply that nobody asked for", "to all",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert "否定响应 NRC 22 条件不满足" in words(page.text["zh"])
    assert "步骤之外的诊断" in page.text["zh"]
    codes = next(step for step in RunView(sending).steps if step.id == "codes")
    assert [at.event.unit for at in codes.last.exchanges] == ["bms", "eps", "obc"]


def test_control_units_are_counted(sending: Record) -> None:
    units = {unit.unit: unit for unit in RunView(sending).vehicle.units()}
    assert units["epb"].outcomes == {"no_reply": 1}
    assert units["bcm"].requests == 5, "a stray response is no request"
    assert units["bcm"].refusals == {0x33: 1}
    assert units["eps"].longest == pytest.approx(0.412)


def test_what_was_sent_and_changed_is_listed(sending: Record, silent: Record, page: Page) -> None:
    text = words(page.text["en"])
    assert "Nothing was written" not in text
    for wanted in (
        "14 FF FF FF clear diagnostic information", "GW_SteerCmd", "every 20 ms",
        "cyclic transmission ended", "GW_SteerModeRequest = by wire, GW_SteerAngle = 12.5",
        "01 50 14 00 00 00 1F 3C",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert "Nothing was written to any device" in Page(render_html(silent)).text["en"]


@pytest.mark.parametrize(
    ("request_", "changes"),
    [("14ffffff", True), ("2f29010301", True), ("2e2a03", True), ("31010210", True), ("1101", True),
     ("31020210", True), ("31810210", True), ("31030210", False), ("31830210", False),
     ("31", False),
     ("22f190", False), ("1902ff", False), ("3e00", False), ("1003", False), ("", False),
     ("zz", False)],
)  # fmt: skip
def test_which_requests_change_something(request_: str, changes: bool) -> None:
    exchange = DiagnosticExchange(
        step="s", unit="u", request=request_, responses=[], outcome="ok", seconds=0.0
    )
    assert changes_something(exchange) is changes


def test_trouble_codes_are_said_in_words(page: Page) -> None:
    zh, en = words(page.text["zh"]), words(page.text["en"])
    assert "BMS：P0AA6-1A 高压系统绝缘电阻过低" in zh
    assert "BMS: P0AA6-1A High-voltage insulation resistance too low" in en
    assert "2F：当前故障、本次上电循环出现过故障、待定故障、已确认故障、清码后出现过故障" in zh
    assert "08: confirmed" in en
    assert "发现 2 项" in zh


def test_why_a_unit_could_not_be_read_is_shown(sending: Record) -> None:
    def unread(event: Measured) -> Measured:
        reading = Measurement(
            "eps.trouble_codes", [], source="vehicle", note="eps: 19 02 FF (read DTC information): "
            "refused with NRC 22 (conditions not correct)",
        )  # fmt: skip
        return msgspec.structs.replace(event, measurement=reading)

    text = words(Page(render_html(changed(sending, Measured, unread))).text["zh"])
    assert "eps: 19 02 FF 读取故障码信息: 被拒绝，NRC 22（条件不满足）" in text


def test_many_units_with_one_fate_are_one_line(sending: Record) -> None:
    record = sending
    for unit in ("cam", "rad", "lid"):
        record = changed_units(record, unit)
    text = words(Page(render_html(record)).text["en"])
    assert "Diagnosis CAM, RAD, LID, EPB 3E 00 tester present: no reply × 4" in text


def changed_units(record: Record, unit: str) -> Record:
    """The record with one more silent unit before `epb`."""
    found: list[Entry] = []
    for entry in record.entries:
        event = entry.event
        if isinstance(event, DiagnosticExchange) and event.unit == "epb":
            found.append(entry._replace(event=msgspec.structs.replace(event, unit=unit)))
        found.append(entry)
    return with_entries(record, found)


def test_answers_are_shown_in_words_that_the_person_knew(sending: Record) -> None:
    def asked(event: Asked) -> Asked:
        labels = {"odd_one": Text("奇怪", "odd"), "normal": Text("好", "good")}
        return msgspec.structs.replace(event, choices=["odd_one", "normal"], labels=labels)

    record = changed(sending, Asked, asked)
    record = changed(record, Answered, lambda one: msgspec.structs.replace(one, value="odd_one"))
    text = words(Page(render_html(record)).text["zh"])
    assert "[奇怪 / 好]" in text
    assert "答 奇怪" in text


def test_long_attempts_show_what_went_wrong(sending: Record) -> None:
    many: list[Entry] = []
    for entry in sending.entries:
        many.append(entry)
        if isinstance(entry.event, DiagnosticExchange) and entry.event.unit == "eps":
            many += [entry._replace(n=1000 + number) for number in range(2 * MAX_EXCHANGES)]
    text = words(Page(render_html(with_entries(sending, many))).text["en"])
    assert f"Left out here: {MAX_EXCHANGES + 3}" in text
    assert "negative response NRC 22" in text


def test_a_very_long_response_is_cut(sending: Record) -> None:
    long = changed(
        sending,
        DiagnosticExchange,
        lambda event: msgspec.structs.replace(event, responses=["62f190" + "00" * 4000]),
    )
    text = render_html(long)
    assert "4003 bytes, see journal.jsonl" in text
    assert len(text) < 600_000


def test_a_pile_report_has_none_of_this(tmp_path: Path) -> None:
    write_sample(tmp_path / "r")
    page = Page(render_html(load_record(tmp_path / "r")))
    text = words(page.text["en"])
    assert "AC charging pile test report" in text
    for word in ("CAN bus", "Diagnosis", "READ-ONLY", "Diagnostic requests", "Frames that"):
        assert word not in text, word
    assert not [tag for tag, attrs in page.tags if attrs.get("class") in ("buses", "frame")]


# ---------------------------------------------------------------- other outputs


def test_the_summary_has_buses_units_and_frames(sending: Record, silent: Record) -> None:
    found = json.loads(json.dumps(summary(sending)))
    assert [bus["bus"] for bus in found["buses"]] == list(BUSES)
    assert found["buses"][0]["load_peak"] == pytest.approx(0.2544)
    refusals = {unit["unit"]: unit["refusals"] for unit in found["diagnostics"]}
    assert refusals["obc"] == {"22": 1}
    judged = [one for step in found["steps"] for one in step["judged"]]
    assert "chassis 1C5#00FF3C10" in {one["frame"] for one in judged}
    assert summary(silent)["read_only"] == "kept"
    text = summary_text(silent, "zh")
    assert "动力总线: 收 21480，发 0，拦截 2，错误帧 0，负载率 21.3 % / 25.4 %" in text
    assert "只读运行: 没有发送任何报文" in text


def test_junit_names_frames_and_the_promise(silent: Record) -> None:
    (suite,) = ElementTree.fromstring(render_junit(silent))
    properties = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert properties["read_only"] == "kept"
    said = "".join(case.findtext("system-out", "") for case in suite.iter("testcase"))
    assert "CAN frame chassis 1C5#00FF3C10" in said
    assert "Modbus lines []," not in said


def test_a_vehicle_run_cut_off_anywhere(sending: Record) -> None:
    for count in range(0, len(sending.entries), 7):
        cut = with_entries(sending, sending.entries[:count])
        assert Page(render_html(cut)).open == []
        assert "cut off" in summary_text(cut, "en")
        json.dumps(summary(cut))
        ElementTree.fromstring(render_junit(cut))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
@example("\x00")
@example("a" * 4000)
def test_no_text_of_a_vehicle_record_becomes_markup(sending: Record, text: str) -> None:
    nasty = f"{text}\"><img src=x onerror=y>'<b>"

    def infect(event: AnyEvent) -> AnyEvent:
        if isinstance(event, BusOpened):
            return msgspec.structs.replace(
                event, bus=nasty, connection=nasty, databases=[nasty], encodings=[nasty],
                capture=nasty,
            )  # fmt: skip
        if isinstance(event, BusClosed):
            return msgspec.structs.replace(event, bus=nasty, unknown_ids={nasty: 1}, lost=nasty)
        if isinstance(event, FramesSent):
            return msgspec.structs.replace(
                event, bus=nasty, message=nasty, values={nasty: nasty}, data=nasty
            )
        if isinstance(event, DiagnosticExchange):
            return msgspec.structs.replace(
                event, unit=nasty, request=nasty, responses=[nasty], outcome=nasty, error=nasty
            )
        if isinstance(event, Measured):
            reading = msgspec.structs.replace(event.measurement, frame=nasty, name=nasty)
            return msgspec.structs.replace(event, measurement=reading)
        return event

    clean = Page(render_html(sending))
    entries = [entry._replace(event=infect(entry.event)) for entry in sending.entries]
    dirty = Page(render_html(with_entries(sending, entries)))
    assert dirty.open == []
    assert {tag for tag, _ in dirty.tags} <= {tag for tag, _ in clean.tags}
    assert not any("onerror" in attrs for _, attrs in dirty.tags)


def test_the_identity_of_the_vehicle_is_shown(page: Page) -> None:
    assert f"车辆识别代号：{VIN}" in words(page.text["zh"]).replace("： ", "：")
