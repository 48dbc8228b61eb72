"""Loads and sources over SCPI: in memory, on loopback through PyVISA, and what may go wrong."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome, run_procedure, write_procedure

from harness.bench.load import load_bench
from harness.bench.probe import probe_bench
from harness.clock import Clock, Deadline, run
from harness.devices.instrument import values
from harness.devices.instrument.connection import VisaConnection
from harness.devices.instrument.device import ScpiDevice
from harness.devices.instrument.profile import list_instrument_profiles, load_instrument_profile
from harness.engine import details, wording
from harness.engine.prepare import prepare
from harness.errors import (
    BadReplyError,
    BenchError,
    ConnectionFailedError,
    FileError,
    HarnessError,
    NoReplyError,
    UnknownNameError,
    UsageError,
)
from harness.events import InstrumentExchange, Judged, Measured, SafeState, Written
from harness.quantity import Quality, Quantity
from harness.verdict import Verdict
from simulators.scpi.commands import Commands, OutOfRangeError, within
from simulators.scpi.serving import Served

BENCH = """\
bench: scpi
devices:
  pile: {profile: gb-ac-pile, simulated: true}
  load: {profile: scpi-ac-load, simulated: true, uncertainty: {current: 0.5 %}}
  source: {profile: scpi-ac-source, simulated: true}
"""


def step(id: str, do: str, given: str = "{}", more: str = "") -> str:
    return f"- id: {id}\n  title: {{zh: 步骤, en: Step}}\n  do: {do}\n  with: {given}\n" + "".join(
        f"  {line}\n" for line in more.splitlines()
    )


ASK = "ask: {zh: 做, en: Do}"
PLUG = step("plug", "operator.confirm", f"{{does: connect-vehicle, {ASK}}}")
START = step("start", "pile.start_charging", "{current: 32 A}", "limit: {within: 15 s}")
WAIT = "bench.wait", "{for: 5 s}"
AMPERES = "limit: {low: 9.8, high: 10.2, unit: A}"
SESSION = (
    PLUG
    + START
    + step("off-yet", "pile.measure", "{points: [current_l1]}", "limit: {high: 0.1 A}")
    + step("draw", "load.draw", "{current: 10 A}")
    + step("settle", *WAIT)
    + step("pile-sees", "pile.measure", "{points: [current_l1]}", AMPERES)
    + step("load-sees", "load.measure", "{points: [current]}", AMPERES)
)


@pytest.fixture
def ran(tmp_path: Path) -> Callable[..., Outcome]:
    def go(steps: str, bench: str = BENCH, **more: Any) -> Outcome:
        path = tmp_path / "bench.yaml"
        path.write_text(bench, encoding="utf-8")
        file = write_procedure(tmp_path, steps)
        return run_procedure(tmp_path, file, bench=str(path), energise=True, **more)

    return go


def safe_state(outcome: Outcome, role: str) -> SafeState:
    return next(one for one in outcome.of(SafeState) if one.role == role)


def test_the_load_draws_in_place_of_the_charger(ran: Callable[..., Outcome]) -> None:
    outcome = ran(SESSION)
    assert outcome.result.exit_code == 0
    judged = [one for one in outcome.of(Judged) if one.step == "load-sees"]
    assert judged[0].measurement.uncertainty == pytest.approx(0.05, rel=0.01)
    written = [
        (one.point, one.value, one.agreed) for one in outcome.of(Written) if one.role == "load"
    ]
    assert written == [
        ("mode", "current", True),
        ("current_setting", 10.0, True),
        ("output", "on", True),
        ("output", "off", True),
    ]
    state = safe_state(outcome, "load")
    assert state.safe and state.how == "off, read back and measured"
    assert [one.value for one in state.readings] == ["off", 0.0]
    assert outcome.of(InstrumentExchange)


def test_by_power_too(ran: Callable[..., Outcome]) -> None:
    power = "{low: 5.9, high: 6.1, unit: kW}"
    outcome = ran(
        PLUG
        + START
        + step("draw", "load.draw", "{power: 6 kW}")
        + step("settle", *WAIT)
        + step("sees", "load.measure", "{points: [active_power]}", f"limit: {power}")
    )
    assert outcome.verdicts["sees"] is Verdict.PASS


def test_what_is_set_is_announced(tmp_path: Path) -> None:
    path = tmp_path / "bench.yaml"
    path.write_text(BENCH, encoding="utf-8")
    steps = (
        step("draw", "load.draw", "{current: 10 A}")
        + step("both", "bench.draw_current", "{current: lowest}")
        + step("none", "load.off")
    )
    request = prepare(
        [str(write_procedure(tmp_path, steps))], bench=str(path), folder=tmp_path / "x"
    )
    assert request.plans[0].writes == [
        "draw: load (load.draw: current 10 A)",
        "both: pile.current_limit",
        "both: load (bench.draw_current: current lowest, point current_limit)",
        "none: load (load.off: off)",
    ]


def test_a_load_that_is_not_touched_is_left(ran: Callable[..., Outcome]) -> None:
    outcome = ran(step("look", "load.record", "{points: [output, current]}"))
    assert safe_state(outcome, "load").how == "left as it was found"
    assert {one.role for one in outcome.of(SafeState)} == {"load"}, "no other device is opened"


def test_the_source_moves_the_mains_and_is_put_back(ran: Callable[..., Outcome]) -> None:
    outcome = ran(
        step("low", "source.supply", "{voltage: 190 V, frequency: 49.5 Hz}")
        + step("settle", *WAIT)
        + step(
            "volts",
            "pile.measure",
            "{points: [voltage_l1]}",
            "limit: {low: 186, high: 194, unit: V}",
        )
        + step(
            "hertz",
            "pile.measure",
            "{points: [frequency]}",
            "limit: {low: 49.4, high: 49.6, unit: Hz}",
        )
    )
    assert outcome.result.exit_code == 0
    state = safe_state(outcome, "source")
    assert state.safe and state.how == "put back to what it was before the run"
    assert wording.reason(state.how).zh == "已恢复到运行前的设置"
    back = {one.name: one.value for one in state.readings}
    assert back["output"] == "on"
    assert 215 < float(back["voltage_setting"]) < 235  # type: ignore[arg-type]
    assert back["frequency_setting"] == pytest.approx(50.0, abs=0.1)


def test_what_the_pile_hangs_on_goes_last(ran: Callable[..., Outcome]) -> None:
    """The pile is measured while it has its supply, even when the run changed the source."""
    outcome = ran(step("low", "source.supply", "{voltage: 210 V}") + SESSION)
    assert safe_state(outcome, "pile").safe
    assert outcome.result.exit_code == 0


def test_energising_by_the_source_has_to_be_released(tmp_path: Path) -> None:
    path = tmp_path / "bench.yaml"
    path.write_text(BENCH, encoding="utf-8")
    file = write_procedure(tmp_path, step("low", "source.supply", "{voltage: 190 V}"))
    outcome = run_procedure(tmp_path, file, bench=str(path))
    assert outcome.verdicts["low"] is Verdict.NOT_RUN
    assert not outcome.of(Written)


def test_metering_with_a_load(ran: Callable[..., Outcome], tmp_path: Path) -> None:
    meter = (
        "  meter: {profile: eastron-sdm630, simulated: true, uncertainty: {total_energy: 0.2 %}, "
        "resolution: {total_energy: 0.1 Wh}, calibration_due: 2027-06-30}\n"
    )
    path = tmp_path / "bench.yaml"
    path.write_text(BENCH + meter, encoding="utf-8")
    outcome = run_procedure(tmp_path, "PILE-MET-01", bench=str(path), energise=True)
    assert outcome.verdicts["error-high"] is Verdict.PASS
    assert outcome.verdicts["error-low"] is Verdict.PASS
    assert ("current_setting", 6.0) in [
        (one.point, one.value) for one in outcome.of(Written) if one.role == "load"
    ]
    assert outcome.result.exit_code == 0


# What may go wrong


BAD = {
    "garbage": (lambda _line, _reply: "#!x\x1b[2J", Verdict.ERROR, "is no number"),
    "silence": (lambda _line, _reply: None, Verdict.ERROR, "no reply within"),
    "unit that does not fit": (lambda _line, _reply: "10 V", Verdict.ERROR, "is not in A"),
    "overflow": (lambda _line, _reply: "9.9E37", Verdict.INCONCLUSIVE, "out_of_range"),
    "not a number": (lambda _line, _reply: "9.91E37", Verdict.INCONCLUSIVE, "not_a_number"),
    "beyond its range": (lambda _line, _reply: "1000", Verdict.INCONCLUSIVE, "out_of_range"),
}


@pytest.mark.parametrize(("distort", "verdict", "why"), BAD.values(), ids=BAD)
def test_a_reading_that_is_none(
    ran: Callable[..., Outcome],
    monkeypatch: pytest.MonkeyPatch,
    distort: Callable[[str, str], str | None],
    verdict: Verdict,
    why: str,
) -> None:
    bad_answers(monkeypatch, "MEAS:CURR?", distort)
    outcome = ran(step("sees", "load.measure", "{points: [current]}", AMPERES))
    assert outcome.verdicts["sees"] is verdict
    said = [outcome.step("sees").reason, *(one.judgement.reason for one in outcome.of(Judged))]
    assert any(why in text for text in said)
    for text in filter(None, (outcome.step("sees").reason,)):
        assert re.search("[\u4e00-\u9fff]", wording.reason(text).zh)


def bad_answers(
    patch: pytest.MonkeyPatch, query: str, distort: Callable[[str, str], str | None]
) -> None:
    """Have every simulated instrument answer one query otherwise."""
    real = Served.__init__

    def made(served: Served, *given: Any) -> None:
        real(served, *given)
        served.distort = lambda line, reply: distort(line, reply) if line == query else reply

    patch.setattr(Served, "__init__", made)


def test_units_behind_numbers_are_taken(
    ran: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad_answers(monkeypatch, "MEAS:CURR?", lambda *_: "10000 mA")
    outcome = ran(step("sees", "load.measure", "{points: [current]}", AMPERES))
    assert outcome.verdicts["sees"] is Verdict.PASS


def test_an_entry_in_the_error_queue_is_an_error(
    ran: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def one_error(line: str, reply: str) -> str:
        asked.append(line)
        return '-222,"Data out of range"' if len(asked) in (2, 4) else reply

    bad_answers(monkeypatch, "SYST:ERR?", one_error)
    outcome = ran(step("draw", "load.draw", "{current: 10 A}"))
    assert outcome.verdicts["draw"] is Verdict.ERROR
    reason = outcome.step("draw").reason
    assert "FUNC CURR: -222, Data out of range" in reason
    assert re.search("[\u4e00-\u9fff]", wording.reason(reason).zh)
    assert safe_state(outcome, "load").safe, "tried again at the end, until it was taken"


def test_an_error_queue_without_end(
    ran: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad_answers(monkeypatch, "SYST:ERR?", lambda *_: '-350,"Queue overflow"')
    outcome = ran(step("look", "load.record", "{points: [current]}"))
    assert outcome.result.exit_code == 4
    assert "does not become empty" in outcome.result.reason


def test_a_load_that_does_not_take_the_setting(
    ran: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad_answers(monkeypatch, "CURR?", lambda *_: "3")
    outcome = ran(step("draw", "load.draw", "{current: 10 A}"))
    assert outcome.verdicts["draw"] is Verdict.ERROR
    assert "current_setting was set to 10.0 and reads 3.0" in outcome.step("draw").reason
    assert [one.agreed for one in outcome.of(Written) if one.point == "current_setting"] == [False]


def test_a_load_that_stays_on_is_told_loudly(
    ran: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad_answers(monkeypatch, "MEAS:CURR?", lambda *_: "7.5")
    outcome = ran(step("draw", "load.draw", "{current: 10 A}"))
    state = safe_state(outcome, "load")
    assert not state.safe
    assert outcome.result.exit_code == 4
    assert wording.reason(state.detail).zh == "限时内的读数不能证明已关断"


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ("{current: 10 A, power: 2 kW}", "one of the two"),
        ("{}", "one of the two"),
    ],
)
def test_a_load_draws_one_thing(ran: Callable[..., Outcome], steps: str, what: str) -> None:
    outcome = ran(step("draw", "load.draw", steps))
    assert outcome.verdicts["draw"] is Verdict.NOT_RUN
    assert what in outcome.step("draw").reason


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (
            "{profile: scpi-ac-load, connection: {modbus: tcp, host: 192.0.2.1}}",
            "a load speaks SCPI",
        ),
        ("{profile: scpi-ac-source, simulated: true}", "describes a source"),
        ("{profile: scpi-ac-laod, simulated: true}", "no profile is called"),
        ("{profile: scpi-ac-load, simulated: true, uncertainty: {current: 1 V}}", "cannot convert"),
        ("{profile: scpi-ac-load, simulated: true, uncertainty: {voltige: 1 V}}", "'voltige'"),
        ("{profile: scpi-ac-load, connection: {visa: ''}}", "at least 3"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_bench_file(tmp_path: Path, entry: str, what: str) -> None:
    path = tmp_path / "bench.yaml"
    path.write_text(f"bench: wrong\ndevices:\n  load: {entry}\n", encoding="utf-8")
    with pytest.raises(FileError, match=what) as caught:
        load_bench(str(path))
    assert re.search("[\u4e00-\u9fff]", details.describe(caught.value).partition(":\n")[2])


def test_a_pile_is_not_reached_by_visa(tmp_path: Path) -> None:
    path = tmp_path / "bench.yaml"
    path.write_text(
        "bench: wrong\ndevices:\n  pile: {profile: gb-ac-pile, connection: {visa: GPIB0::5}}\n",
        encoding="utf-8",
    )
    with pytest.raises(FileError, match="a pile is not reached by VISA"):
        load_bench(str(path))


def test_profiles() -> None:
    assert list_instrument_profiles() == ("scpi-ac-load", "scpi-ac-source")
    for name in list_instrument_profiles():
        profile = load_instrument_profile(name)
        assert profile.points[profile.file.safe.point].writable
    with pytest.raises(UnknownNameError):
        load_instrument_profile("nothing")


PROFILE_MISTAKES = {
    "no value in the command": (
        'set: "CURR {value}"',
        'set: "CURR"',
        "a command with {value} once",
    ),
    "unknown unit": ("unit: A", "unit: Amp", "unknown unit"),
    "safe is no point": ("safe: {point: output", "safe: {point: nothing", "set and read back"),
    "safe is no state": ("value: off", "value: asleep", "a state of its point"),
}


@pytest.mark.parametrize(("old", "new", "what"), PROFILE_MISTAKES.values(), ids=PROFILE_MISTAKES)
def test_a_mistake_in_a_profile(tmp_path: Path, old: str, new: str, what: str) -> None:
    text = load_instrument_profile("scpi-ac-load").data.decode()
    assert old in text
    path = tmp_path / "own.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FileError, match=re.escape(what)):
        load_instrument_profile(str(path))


@pytest.mark.parametrize(
    ("reply", "value", "quality"),
    [
        ("1.5E+01", 15.0, Quality.GOOD),
        (" +.5\r", 0.5, Quality.GOOD),
        ("2 kW", 2000.0, Quality.GOOD),
        ("NAN", None, Quality.NOT_A_NUMBER),
        ("9.91E+37", None, Quality.NOT_A_NUMBER),
        ("-9.9E37", None, Quality.OUT_OF_RANGE),
        ("1e999", None, Quality.NOT_A_NUMBER),
    ],
)
def test_numbers(reply: str, value: float | None, quality: Quality) -> None:
    assert values.number(reply, "W") == (value, quality)


@pytest.mark.parametrize("reply", ["", "ten", "1,5", "1 2", "5 V", "5 Bananas", "\x00"])
def test_what_is_no_number(reply: str) -> None:
    with pytest.raises(BadReplyError):
        values.number(reply, "W")


def test_states_and_errors() -> None:
    known = {"0": "off", "1": "on"}
    assert values.state("1.0", known) == ("on", Quality.GOOD)
    assert values.state('"0"', known) == ("off", Quality.GOOD)
    assert values.state("maybe", known) == (None, Quality.UNKNOWN_CODE)
    assert values.state("1e999", known) == (None, Quality.UNKNOWN_CODE)
    assert values.error_of('-113,"Undefined header"') == (-113, "Undefined header")
    assert values.error_of("0") == (0, "")
    with pytest.raises(BadReplyError):
        values.error_of("fine")


def test_the_simulated_command_layer() -> None:
    taken: list[float] = []
    commands = Commands("us,LOAD,1,2")
    commands.setter("CURR", lambda text: taken.append(within(text, 0, 10)))
    commands.query("MEAS:CURR", lambda: "1")
    assert commands.handle("*idn?") == "us,LOAD,1,2"
    assert commands.handle("measure:current?;:MEAS:CURR?") == "1;1"
    assert commands.handle("CURRENT 5") is None and taken == [5.0]
    for line in ("CURR 11", "CURR x", "NONSENSE 1", "NONSENSE?"):
        assert commands.handle(line) is None
    codes = [int((commands.handle("SYST:ERR?") or "").partition(",")[0]) for _ in range(5)]
    assert codes == [-222, -104, -113, -113, 0]
    assert taken == [5.0]
    with pytest.raises(OutOfRangeError):
        within("-1", 0, 1)


def test_the_probe_reads_and_sets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bench.yaml"
    path.write_text(BENCH, encoding="utf-8")
    loaded = load_bench(str(path))

    def probed() -> dict[str, Any]:
        async def main() -> Any:
            return await probe_bench(loaded, Clock(virtual=True))

        return {one.role: one for one in run(main, virtual=True).devices}

    load = probed()["load"]
    assert load.reachable and not load.findings
    assert {one.name: one.value for one in load.readings}["output"] == "off"
    bad_answers(monkeypatch, "MEAS:CURR?", lambda *_: "rubbish")
    assert [one.code for one in probed()["load"].findings] == ["bad-answer"]
    bad_answers(monkeypatch, "*IDN?", lambda *_: None)
    assert not probed()["load"].reachable


# Through PyVISA, on loopback


async def _served(distort: Callable[[str, str], str | None] | None = None) -> tuple[Served, str]:
    commands = Commands("us,LOAD,1,2")
    state = {"INP": "0", "CURR": "0", "FUNC": "CURR", "POW": "0"}
    for name in list(state):
        commands.setter(name, lambda text, name=name: state.__setitem__(name, text))  # type: ignore[misc]
        commands.query(name, lambda name=name: state[name])  # type: ignore[misc]
    commands.query("MEAS:CURR", lambda: state["CURR"] if state["INP"] == "1" else "0")
    served = Served("load", commands, lambda: None)
    if distort is not None:
        served.distort = distort
    return served, await served.serve("127.0.0.1", 0)


def _device(visa: str, told: list[InstrumentExchange], timeout: str = "2 s") -> ScpiDevice:
    return ScpiDevice(
        "load",
        load_instrument_profile("scpi-ac-load"),
        VisaConnection(visa=visa, timeout=timeout),  # type: ignore[arg-type]
        clock=Clock(virtual=False),
        record=told.append,
        uncertainty={"current": Quantity(1, "%")},
        simulated=True,
    )


def test_a_real_connection() -> None:
    told: list[InstrumentExchange] = []
    emitted: list[Written] = []

    async def main() -> SafeState:
        served, visa = await _served()
        device = _device(visa, told)
        deadline = Deadline.after(10.0)
        try:
            await device.open(deadline)
            assert device.identity == "us,LOAD,1,2"
            await device.write_and_read_back("current_setting", 12.5, deadline)
            read_back = await device.write_and_read_back("output", "on", deadline)
            assert read_back is not None and read_back.value == "on"
            reading = (await device.read(["current"], deadline))["current"]
            assert (reading.value, reading.uncertainty) == (12.5, 0.125)
            with pytest.raises(UsageError):
                await device.write_and_read_back("current_setting", 99.0, deadline)
            with pytest.raises(UsageError):
                await device.write_and_read_back("output", "perhaps", deadline)
            return await device.make_safe(Deadline.after(5.0), emitted.append)
        finally:
            await device.close()
            await served.stop()

    state = run(main, virtual=False)
    assert state.safe and [one.value for one in state.readings] == ["off", 0.0]
    assert ("INP ON" not in [one.command for one in told]) and "INP 1" in [
        one.command for one in told
    ]
    assert [(one.point, one.agreed) for one in emitted] == [("output", True)]


@pytest.mark.parametrize(
    ("distort", "error"),
    [
        (lambda line, reply: None if line == "CURR?" else reply, NoReplyError),
        (lambda line, reply: "zzz" if line == "CURR?" else reply, BadReplyError),
    ],
)
def test_silence_and_garbage_over_a_real_connection(
    distort: Callable[[str, str], str | None], error: type[HarnessError]
) -> None:
    async def main() -> None:
        served, visa = await _served(distort)
        device = _device(visa, [], timeout="300 ms")
        try:
            await device.open(Deadline.after(5.0))
            with pytest.raises(error):
                await device.read(["current_setting"], Deadline.after(5.0))
        finally:
            await device.close()
            await served.stop()

    run(main, virtual=False)


def test_nobody_listens() -> None:
    async def main() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        device = _device(f"TCPIP::127.0.0.1::{port}::SOCKET", [], timeout="500 ms")
        try:
            with pytest.raises(ConnectionFailedError):
                await device.open(Deadline.after(5.0))
        finally:
            await device.close()

    run(main, virtual=False)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("harness.devices.instrument.visa.import_module", missing)

    async def main() -> None:
        device = _device("TCPIP::127.0.0.1::1::SOCKET", [])
        with pytest.raises(ConnectionFailedError, match="extra 'instruments'") as caught:
            await device.open(Deadline.after(5.0))
        assert "未安装附加组件" in details.describe(caught.value)
        await device.close()

    run(main, virtual=False)


def test_a_memory_instrument_that_is_not_there() -> None:
    async def main() -> None:
        device = _device("memory::nothing", [])
        with pytest.raises(BenchError, match="no simulator serves it"):
            await device.open(Deadline.after(1.0))

    run(main, virtual=True)


def test_readings_are_on_record(ran: Callable[..., Outcome]) -> None:
    outcome = ran(step("look", "load.record", "{points: [voltage, total_energy]}"))
    assert [(one.measurement.name, one.measurement.unit) for one in outcome.of(Measured)] == [
        ("voltage", "V"), ("total_energy", "Wh")
    ]  # fmt: skip
