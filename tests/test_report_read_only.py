"""Read-only runs: that nothing was sent, that something was, that nobody knows."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from record_changes import changed, with_event
from report_page import Page, words
from sample_vehicle import write_vehicle

from harness.events import BusClosed, BusOpened, DiagnosticExchange, FramesSent
from harness.report.html import render_html
from harness.report.record import Record, load_record
from harness.report.summary import summary
from harness.report.vehicle import Promise
from harness.report.view import RunView


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Record:
    place: Path = tmp_path_factory.mktemp("read-only") / "r"
    write_vehicle(place, read_only=True)
    return load_record(place)


def test_a_read_only_run_that_was_one(silent: Record) -> None:
    found = RunView(silent).vehicle.read_only()
    assert found.promise is Promise.KEPT
    assert "sent = 0 on all 4 buses" in found.text.en
    assert "2 attempts to send were refused" in found.text.en
    assert "did not even acknowledge" in found.text.en
    page = Page(render_html(silent))
    assert words(page.text["en"]).count("Not one frame was sent") == 2
    assert "只读运行" in page.text["zh"]
    assert "发送计数（sent）均为 0" in page.text["zh"]


def test_adapters_that_acknowledge_are_named(silent: Record) -> None:
    record = changed(
        silent, BusOpened, lambda bus: msgspec.structs.replace(bus, listen_only=bus.bus != "body")
    )
    found = RunView(record).vehicle.read_only()
    assert found.promise is Promise.KEPT
    assert found.text.en.endswith("acknowledge frames: Body bus.")


EXCHANGE = DiagnosticExchange(
    step="", unit="vcu", request="22f190", responses=[], outcome="no_reply", seconds=0.1
)


@pytest.mark.parametrize(
    ("break_", "wanted"),
    [
        (
            lambda record: changed(
                record, BusClosed, lambda bus: msgspec.structs.replace(bus, sent=1)
            ),
            "Chassis bus: 1 frame sent",
        ),
        (
            lambda record: with_event(record, FramesSent(step="s", bus="body", message="M")),
            "1 transmission on record",
        ),
        (lambda record: with_event(record, EXCHANGE), "1 diagnostic request on record"),
    ],
)
def test_a_read_only_run_that_was_none(
    silent: Record, break_: Callable[[Record], Record], wanted: str
) -> None:
    record = break_(silent)
    found = RunView(record).vehicle.read_only()
    assert found.promise is Promise.BROKEN
    assert wanted in found.text.en
    page = Page(render_html(record))
    assert "This contradicts the declaration" in page.text["en"]
    assert "与只读声明矛盾" in page.text["zh"]
    assert "Not one frame was sent" not in page.text["en"]
    assert summary(record)["read_only"] == "broken"


@pytest.mark.parametrize("outcome", ["stray", "link_lost", "cancelled"])
def test_what_nobody_knows_was_sent_is_no_contradiction(silent: Record, outcome: str) -> None:
    record = with_event(silent, msgspec.structs.replace(EXCHANGE, outcome=outcome))
    assert RunView(record).vehicle.read_only().promise is Promise.KEPT


def test_a_read_only_run_that_was_cut_off_shows_nothing(silent: Record) -> None:
    record = changed(silent, BusClosed, lambda bus: None if bus.bus == "adas" else bus)
    found = RunView(record).vehicle.read_only()
    assert found.promise is Promise.UNKNOWN
    assert "ADAS bus: no count at the end" in found.text.en
    assert "sent = 0" not in words(Page(render_html(record)).text["en"])


def test_a_run_without_the_declaration_makes_no_promise(tmp_path: Path) -> None:
    write_vehicle(tmp_path / "r")
    sending = load_record(tmp_path / "r")
    assert "READ-ONLY" not in Page(render_html(sending)).text["en"]
    assert summary(sending)["read_only"] is None
