"""An outlet with several piles: who is there, what differs, and that only one pile is changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure
from check_rows import bench_file
from click.testing import CliRunner

from harness.actions.site_scan import REFUSED, UNIT_SILENT, UNREACHABLE, why_silent
from harness.bench.load import load_bench
from harness.bench.roles import kind_of, split_fault
from harness.bench.simulated import seeded_faults
from harness.cli.root import ROOT
from harness.clock import Clock, Deadline, run
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.line import Line
from harness.devices.modbus.profile import load_profile
from harness.engine import pile_words, wording
from harness.errors import ConnectionFailedError, FileError, NoReplyError, UnknownNameError
from harness.events import (
    Concluded,
    DeviceIdentified,
    Judged,
    Measured,
    OutcomeNoted,
    Restored,
    SafeState,
    Written,
)
from harness.verdict import CandidateVerdict, Ending, Verdict
from simulators import site
from simulators.pile import registers
from simulators.pile.pile import Pile
from simulators.pile.session_log import SessionLog, SessionRecord

SITE = "PILE-SITE-01"
PILES = ["pile", "pile-2", "pile-3", "pile-4"]


def site_run(folder: Path, *faults: str, procedure: str | Path = SITE, **more: object) -> Outcome:
    return run_procedure(folder, procedure, bench="sim-site", faults=list(faults), **more)


def finding(outcome: Outcome, name: str) -> list[str]:
    """The last list of that name."""
    found = [one.measurement for one in outcome.of(Judged) if one.measurement.name == name][-1]
    assert isinstance(found.value, list)
    return found.value


@pytest.fixture
def piles(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Pile]]:
    """The simulated piles of the run, once it has begun."""
    made: dict[str, Pile] = {}
    begin = site.SimulatedSite.__init__

    def remember(self: site.SimulatedSite, *given: object) -> None:
        begin(self, *given)  # type: ignore[arg-type]
        made.update({role: bench.rig.pile for role, bench in self.benches.items()})

    monkeypatch.setattr(site.SimulatedSite, "__init__", remember)
    yield made


# ---------------------------------------------------------------- the bench


def test_the_built_in_outlet() -> None:
    bench = load_bench("sim-site")
    assert bench.piles == PILES
    assert {kind_of(role) for role in bench.model.devices} == {"pile"}
    assert load_bench("sim").piles == ["pile"]
    assert split_fault("clock-drift@pile-3") == ("clock-drift", "pile-3")
    assert split_fault("clock-drift") == ("clock-drift", "pile")


def test_every_pile_is_its_own(tmp_path: Path) -> None:
    outcome = site_run(tmp_path)
    assert outcome.result.exit_code == 0
    assert {one.role for one in outcome.of(SafeState) if one.safe} == set(PILES)
    serials = [
        reading.value
        for one in outcome.of(DeviceIdentified)
        for reading in one.identity
        if reading.name == "serial_number"
    ]
    assert len(set(serials)) == 4


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("{profile: gb-ac-pile, connection: {modbus: tcp, host: x}, line: a}", "line and unit"),
        ("{profile: gb-ac-pile, simulated: true, site: {nothing: 1}}", "has a point 'nothing'"),
        ("{profile: gb-ac-pile, simulated: true, site: {max_current: high}}", "cannot be 'high'"),
        ("{profile: eastron-sdm630, simulated: true}", "describes a meter"),
    ],
)
def test_mistakes_in_the_bench_file(tmp_path: Path, entry: str, complaint: str) -> None:
    first = "bench: lab\ndevices:\n  pile: {profile: gb-ac-pile, simulated: true}\n"
    text = f"{first}  pile-2: {entry}\n"
    with pytest.raises(FileError, match=complaint):
        load_bench(bench_file(tmp_path, text))


def test_one_pile_is_an_outlet_too(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, SITE)
    assert outcome.result.exit_code == 0
    assert {one.role for one in outcome.of(SafeState)} == {"pile"}


def test_a_ledger_of_its_own_goes_before_that_of_the_bench(tmp_path: Path) -> None:
    text = """\
bench: lab
devices:
  pile: {profile: gb-ac-pile, simulated: true}
  pile-2: {profile: gb-ac-pile, simulated: true, site: {max_current: 16.0}}
site: {max_current: 32.0}
"""
    outcome = run_procedure(tmp_path, SITE, bench=bench_file(tmp_path, text))
    assert finding(outcome, "others_changed") == []
    (judged,) = [one for one in outcome.of(Judged) if one.step == "current-setting"]
    assert judged.measurement.value == ["pile-2:max_current=32.0 (16.0)"]


@pytest.mark.parametrize(
    ("fault", "bench", "error"),
    [
        ("clock-drift@pile-9", "sim-site", "no pile is called 'pile-9'"),
        ("clock-drift@pile-3", "sim", "no pile is called 'pile-3'"),
        ("clock-drifft@pile-3", "sim-site", "no fault is called 'clock-drifft'"),
    ],
)
def test_a_fault_has_a_place(tmp_path: Path, fault: str, bench: str, error: str) -> None:
    with pytest.raises(UnknownNameError, match=error):
        run_procedure(tmp_path, "PILE-INSP-01", bench=bench, faults=[fault])


def test_a_fault_is_at_one_pile_only(tmp_path: Path) -> None:
    inspected = run_procedure(
        tmp_path, "PILE-INSP-01", bench="sim-site", faults=["current-setting-wrong@pile-2"]
    )
    assert inspected.verdicts["current-setting"] is Verdict.PASS  # that one looks at `pile`
    outcome = site_run(tmp_path, "current-setting-wrong@pile-2")
    assert outcome.verdicts["current-setting"] is Verdict.FAIL
    values = {
        one.measurement.source: one.measurement.value
        for one in outcome.of(Measured)
        if one.step == "current-setting"
    }
    assert values == {"pile": 32.0, "pile-2": 10.0, "pile-3": 32.0, "pile-4": 32.0}


# ---------------------------------------------------------------- off line


@pytest.mark.parametrize(
    ("fault", "causes"),
    [
        ("mains-off@pile-3", ["pile-3:power_loss"]),
        ("mains-off@pile-4", ["pile-4:power_loss"]),
        ("modbus-line-broken@pile-3", ["pile-3:bus_fault"]),
        ("modbus-address-wrong@pile-2", ["pile-2:wrong_address"]),
        ("bus-line-open", ["pile:bus_fault", "pile-2:bus_fault", "pile-3:bus_fault"]),
    ],
)
def test_power_bus_and_address_are_told_apart(
    tmp_path: Path, fault: str, causes: list[str]
) -> None:
    outcome = site_run(tmp_path, fault)
    assert outcome.result.ending is Ending.COMPLETED
    assert finding(outcome, "piles_offline") == causes
    (concluded,) = [one for one in outcome.of(Concluded) if one.step == "offline-conclusion"]
    assert concluded.key == causes[0].partition(":")[2]
    assert concluded.candidate is CandidateVerdict.RIGHT
    # The others were looked at all the same, and what is silent is not said to be safe.
    silent = {cause.partition(":")[0] for cause in causes}
    read = {one.measurement.source for one in outcome.of(Measured) if one.step == "table"}
    assert read == set(PILES) - silent
    assert {one.role for one in outcome.of(SafeState) if not one.safe} == silent


def test_a_device_that_the_ledger_does_not_know(tmp_path: Path) -> None:
    outcome = site_run(tmp_path, "foreign-device")
    assert finding(outcome, "piles_missing") == []
    (extra,) = finding(outcome, "devices_extra")
    assert extra.startswith(f"{site.STRANGER_UNIT}:")


def test_a_connection_that_is_refused_is_not_a_silent_pile(unused_tcp_port: int) -> None:
    async def look() -> str:
        clock = Clock(virtual=False)
        connection = ModbusConnection(modbus="tcp", host="127.0.0.1", port=unused_tcp_port, unit=1)
        profile = load_profile("gb-ac-pile")
        line = Line(connection.complete(profile), lambda _: 0)
        device = ModbusDevice("pile-2", profile, line, unit=1, clock=clock, simulated=True)
        with pytest.raises(ConnectionFailedError) as failed:
            await device.open(Deadline.after(5.0))
        assert why_silent(NoReplyError("x")) == UNIT_SILENT
        assert why_silent(ConnectionFailedError("no answer from that address")) == UNREACHABLE
        return why_silent(failed.value)

    assert run(look, virtual=False) == REFUSED


@pytest.fixture
def unused_tcp_port() -> int:
    import socket  # noqa: PLC0415

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---------------------------------------------------------------- putting right


def written(outcome: Outcome, step: str) -> set[tuple[str, str]]:
    return {(one.role, one.point) for one in outcome.of(Written) if one.step == step}


def test_only_the_drifted_clock_is_set(tmp_path: Path) -> None:
    outcome = site_run(tmp_path, "clock-drift@pile-3")
    assert outcome.verdicts["clocks"] is Verdict.FAIL
    assert outcome.verdicts["set-clock"] is Verdict.PASS
    assert written(outcome, "set-clock") == {("pile-3", "clock")}
    assert not [one for one in outcome.of(Restored) if one.point == "clock"]


def test_a_write_that_reaches_another_pile_is_noticed(
    tmp_path: Path, piles: dict[str, Pile], monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(pile: Pile, value: object) -> None:
        pile.clock.set(float(value))  # type: ignore[arg-type]
        piles["pile-2"].clock.set(float(value) + 90.0)  # type: ignore[arg-type]

    monkeypatch.setitem(registers.WRITE, "clock", put)
    outcome = site_run(tmp_path, "clock-drift@pile-3")
    assert outcome.verdicts["set-clock"] is Verdict.FAIL
    (entry,) = finding_of(outcome, "set-clock", "others_changed")
    assert entry.startswith("pile-2:clock.offset=")


def finding_of(outcome: Outcome, step: str, name: str) -> list[str]:
    (found,) = [
        one.measurement.value
        for one in outcome.of(Judged)
        if one.step == step and one.measurement.name == name
    ]
    assert isinstance(found, list)
    return found


def test_a_tariff_is_written_where_it_differs_and_nowhere_else(
    tmp_path: Path, piles: dict[str, Pile]
) -> None:
    outcome = site_run(tmp_path, "tariff-wrong@pile-2")
    assert outcome.verdicts["write-tariff"] is Verdict.PASS
    assert {role for role, _ in written(outcome, "write-tariff")} == {"pile-2"}
    for one in outcome.of(Written):
        if one.step == "write-tariff":
            assert one.agreed


def test_nothing_is_written_without_approval(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("by: T-1\nanswers: {write-tariff: false}\n", encoding="utf-8")
    outcome = site_run(tmp_path, "tariff-wrong@pile-2", answers=answers)
    assert outcome.verdicts["write-tariff"] is Verdict.NOT_RUN
    assert written(outcome, "write-tariff") == set()


def test_what_is_taken_out_stays_out_and_the_record_says_so(
    tmp_path: Path, piles: dict[str, Pile]
) -> None:
    outcome = site_run(tmp_path, "sessions-ended-by-fault@pile-4")
    assert written(outcome, "take-out") == {("pile-4", "enable")}
    assert not piles["pile-4"].controller.enabled and piles["pile-3"].controller.enabled
    (noted,) = [one for one in outcome.of(OutcomeNoted) if one.where == "pile-4.enable"]
    assert "stays out" in noted.headline.en
    # What was only selected to be looked at is put back.
    assert {one.point for one in outcome.of(Restored)} == {"record_number"}
    (first,) = [one for one in outcome.of(Concluded) if one.step == "first-visit"]
    assert first.key == "pile-4"
    (order,) = [one for one in outcome.of(Concluded) if one.step == "work-order"]
    assert order.key == "urgent"


def test_the_order_is_normal_for_a_setting_and_none_when_all_is_well(tmp_path: Path) -> None:
    for faults, key in ((["tariff-wrong@pile-2"], "normal"), ([], "no_order")):
        outcome = site_run(tmp_path, *faults)
        (order,) = [one for one in outcome.of(Concluded) if one.step == "work-order"]
        assert order.key == key


# ---------------------------------------------------------------- records, words


def test_counters_and_records_of_the_day_are_kept_apart() -> None:
    from random import Random  # noqa: PLC0415

    now = 1_767_574_800.0  # 09:00 in China
    log = SessionLog(Random(1), now)
    assert 3 <= log.sessions == len(log.records) <= 6
    assert all(now - 9 * 3600 <= one.started < one.ended < now for one in log.records)
    assert log.watt_hours == sum(one.watt_hours for one in log.records)
    newest = SessionRecord(now, now + 60, 100, "fault")
    log.add(newest)
    assert log.shown == newest
    log.selected = 99
    assert log.shown is None
    log.add(SessionRecord(now + 86_400, now + 86_500, 7, "fault"))  # the next day
    assert (log.sessions, log.watt_hours) == (1, 7)


@pytest.mark.parametrize(
    ("name", "entry", "zh", "en"),
    [
        ("piles_missing", "pile-3", "3 号充电桩", "pile-3"),
        ("piles_missing", "pile", "充电桩", "pile"),
        ("devices_extra", "9:pile-3", "地址 9：3 号充电桩", "unit 9: pile-3"),
        ("devices_extra", "20:4711", "地址 20：4711", "unit 20: 4711"),
        ("piles_offline", "pile-2:power_loss", "2 号充电桩：断电", "pile-2: no power"),
        (
            "ledger_differences",
            "pile-3:max_current=10.0 (32.0)",
            "3 号充电桩：最大电流设定 10.0（应为 32.0）",
            "pile-3: Maximum current 10.0 (wanted 32.0)",
        ),
        ("pile_alarms", "pile-4:F-21", "4 号充电桩：F-21", "pile-4: F-21"),
    ],
)
def test_findings_are_said_in_words(name: str, entry: str, zh: str, en: str) -> None:
    assert wording.value([entry], None, "zh", name) == zh
    assert wording.value([entry], None, "en", name) == en
    assert wording.point(name, "zh") != name


def test_roles_of_an_outlet_have_names() -> None:
    assert [wording.role(role, "zh") for role in ("pile", "pile-2", "meter")] == [
        "充电桩", "2 号充电桩", "电能表",
    ]  # fmt: skip
    assert wording.role("pile-2", "en") == "pile-2"


def test_what_a_look_at_the_site_finds_is_said_in_chinese() -> None:
    notes = [
        "the fire extinguisher is past its date", "two lamps of the site are out",
        "a bay is blocked by goods, water stands in front of it",
        "the bay marking is worn, the service phone is not legible",
        "the hasp is broken, the switch cannot be locked",
        "the L terminal is loose and discoloured",
        "the cable gland is open, the earth mark is missing",
        "the window of the surge arrester is red", "no lock at the feeder switch",
    ]  # fmt: skip
    for note in notes:
        assert pile_words.REASONS.find(note, lambda piece, _: piece), note


def test_the_report_of_a_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    out = tmp_path / "round"
    arguments = ["run", SITE, "--bench", "sim-site", "--fault", "modbus-address-wrong@pile-3"]
    result = CliRunner().invoke(ROOT, [*arguments, "--out", str(out), "--lang", "zh", "--quiet"])
    assert result.exit_code == 1, result.output
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "地址 9：3 号充电桩" in page and "unit 9: pile-3" in page


def test_a_fault_of_an_outlet_says_where_the_matrix_puts_it() -> None:
    placed = {one.name: one.at[SITE] for one in seeded_faults().values() if SITE in one.expects}
    assert placed["clock-drift"] == "pile-3"
    assert placed["foreign-device"] == "pile"


def test_steps_of_a_table_may_have_less(tmp_path: Path) -> None:
    """Points that a pile does not have are left out of its row."""
    text = """\
bench: lab
devices:
  pile: {profile: gb-ac-pile, simulated: true}
  pile-2: {profile: etek-ekepc2, simulated: true}
"""
    rows = """\
- {id: scan, title: {zh: 扫, en: Scan}, do: site.scan}
- id: table
  title: {zh: 表, en: Table}
  do: site.summary
  with: {of: scan, points: [charging_state, session_end_time]}
  limit: {high: 5 s}
"""
    bench = bench_file(tmp_path, text)
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, rows), bench=bench)
    assert set(outcome.verdicts.values()) == {Verdict.PASS}


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("do: site.scan, with: {units: [5, 2]}", "are no unit ids"),
        ("do: site.offline, with: {of: nothing, ask: {zh: 看, en: Look}}", "no earlier step"),
        (
            "do: site.clock_offsets, with: {of: scan}, limit: {high: 1 V}",
            "a limit with low or high",
        ),
    ],
)
def test_mistakes_in_a_procedure(tmp_path: Path, row: str, complaint: str) -> None:
    rows = "- {id: scan, title: {zh: 扫, en: Scan}, do: site.scan}\n"
    rows += f"- {{id: b, title: {{zh: 乙, en: B}}, {row}}}\n"
    with pytest.raises(FileError, match=complaint):
        site_run(tmp_path, procedure=write_procedure(tmp_path, rows))


@pytest.mark.parametrize("profile", ["etek-ekepc2", "keba-kecontact-p30", "sungrow-ac011e"])
def test_what_was_not_compared_has_not_passed(tmp_path: Path, profile: str) -> None:
    """A pile without clock, records or a ledger entry comes to no verdict there."""
    outcome = run_procedure(tmp_path, SITE, pile_profile=profile)
    odd = {Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.ERROR}
    assert not odd & set(outcome.verdicts.values())
    assert outcome.verdicts["scan"] is Verdict.PASS
    for step in ("clocks", "set-clock", "usage", "faulted", "take-out"):
        assert outcome.verdicts[step] is Verdict.NOT_RUN, step
    reason = outcome.step("clocks").reason
    assert wording.reason(reason).zh == "应答的桩都没有时钟"


def test_without_a_single_pile_there_is_no_table(tmp_path: Path) -> None:
    outcome = site_run(tmp_path, "bus-line-open", "modbus-line-broken@pile-4")
    assert outcome.result.ending is Ending.COMPLETED
    assert finding(outcome, "piles_missing") == PILES
    for step in ("table", "alarms", "identity", "clocks", "usage"):
        assert outcome.verdicts[step] is Verdict.NOT_RUN, step
    assert not any(one.safe for one in outcome.of(SafeState))
    # A bench with one pile is no outlet: without it there is nothing to look at.
    alone = run_procedure(tmp_path, SITE, faults=["modbus-line-broken"])
    assert alone.result.ending is Ending.LOST


def test_a_round_may_be_answered_from_a_file(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "by: T-3\nanswers:\n  offline: lit\n  offline-conclusion: bus_fault\n"
        "  first-visit: none\n  work-order: normal\n",
        encoding="utf-8",
    )
    outcome = site_run(tmp_path, "modbus-line-broken@pile-3", answers=answers)
    concluded = {one.step: one.candidate for one in outcome.of(Concluded)}
    assert concluded == {
        "offline-conclusion": CandidateVerdict.RIGHT,
        "first-visit": CandidateVerdict.RIGHT,
        "work-order": CandidateVerdict.WRONG,
    }
