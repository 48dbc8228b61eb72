"""Verbs that watch the buses: a sound car passes each; each fault is named by the one it is for."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
from benchkit import Outcome, write_procedure
from can_help import frame
from vehicle_help import (
    MiniCar,
    Tampering,
    offered,
    perform,
    request_for,
    run_on,
    step,
    switch_on,
    tampering,
    write_bench,
    write_profile,
)

from harness.clock import loop_time
from harness.errors import FileError
from harness.events import BusClosed, Judged
from harness.report.record import load_record
from harness.report.summary import summary_text
from harness.verdict import Ending, Verdict
from simulators.bench import SimulatedBench
from simulators.canbus.node_fault import NodeFault
from simulators.car_bench import CarBench
from simulators.vehicle.units import Bus

SIM = "  vehicle: {profile: shared-ev, simulated: true}\n"
LOAD = "limit: {high: 60, unit: '%'}"
NO_ERRORS = "limit: {high: 0, unit: '1'}"
ALL = (
    step("nodes", "can.nodes_online", "{watch: 2600 ms}")
    + step("load", "can.bus_load", "{watch: 1 s}", LOAD)
    + step("errors", "can.error_frames", "{watch: 1 s}", NO_ERRORS)
    + step("whole", "can.integrity", "{watch: 1 s}")
    + step("known", "can.unknown_messages", "{watch: 1 s}")
    + step("cycles", "can.cycle_times", "{watch: 5 s}")
)
NAMES = ("nodes", "load", "errors", "whole", "known", "cycles")
LISTS = {
    "nodes": "silent_nodes", "whole": "flawed_messages", "known": "unknown_messages",
    "cycles": "off_cycle_messages",
}  # fmt: skip


def run_car(
    folder: Path, steps: str = ALL, *, do: Tampering | None = None, **options: object
) -> Outcome:
    bench = write_bench(folder, SIM)
    tamper = step("tamper", "vehicle.tamper", "{what: it}") if do is not None else ""
    procedure = write_procedure(folder, switch_on(3) + tamper + steps)
    with tampering(it=do or (lambda _car, _bench: None)):
        request = request_for(folder, procedure, bench=str(bench), **options)
        request.capture = False
        return perform(request)


def verdicts(outcome: Outcome) -> dict[str, str]:
    return {name: str(outcome.verdicts[name].value) for name in NAMES if name in outcome.verdicts}  # type: ignore[union-attr]


def named(outcome: Outcome, step: str) -> list[str]:
    (event,) = [e for e in outcome.of(Judged) if e.step == step]
    assert event.measurement.name == LISTS[step]
    assert isinstance(event.measurement.value, list)
    return event.measurement.value


def numbers(outcome: Outcome, step: str) -> dict[str, float]:
    return {
        event.measurement.name: float(event.measurement.value)  # type: ignore[arg-type]
        for event in outcome.of(Judged)
        if event.step == step
    }


def spoilt(bus: Bus, node: str, fault: NodeFault) -> Tampering:
    def spoil(car: CarBench, _bench: SimulatedBench) -> None:
        car.network.buses[bus].node(node).fault = fault

    return spoil


PASSES = dict.fromkeys(NAMES, "pass")


def test_a_sound_car_passes_every_verb(tmp_path: Path) -> None:
    outcome = run_car(tmp_path)
    assert verdicts(outcome) == PASSES
    assert outcome.result.exit_code == 0
    assert all(named(outcome, name) == [] for name in LISTS)
    load = numbers(outcome, "load")
    assert set(load) == {f"bus_load.{bus}" for bus in ("powertrain", "chassis", "body", "adas")}
    assert 1 < load["bus_load.body"] < load["bus_load.powertrain"] < 30
    for event in outcome.of(BusClosed):
        assert event.load_mean is not None
        assert abs(event.load_mean - load[f"bus_load.{event.bus}"] / 100) < 0.04
    assert set(numbers(outcome, "errors").values()) == {0.0}


@pytest.mark.parametrize(
    ("fault", "fails", "name", "what"),
    [
        ("ultrasonic-unit-dead", {"nodes", "cycles"}, "nodes", ["adas:USS"]),
        (
            "wheel-pressure-checksum-wrong", {"whole"}, "whole", ["chassis:IBC.IBC_WheelPressures"],
        ),
        ("steering-counter-stuck", {"whole"}, "whole", ["chassis:EPS.EPS_Status"]),
        ("foreign-device-on-the-bus", {"known"}, "known", None),
    ],
)  # fmt: skip
def test_each_fault_is_found_and_named(
    tmp_path: Path, fault: str, fails: set[str], name: str, what: list[str] | None
) -> None:
    outcome = run_car(tmp_path, faults=[fault])
    assert {key for key, verdict in verdicts(outcome).items() if verdict == "fail"} == fails
    # Of messages that do not come nobody knows whether they are whole.
    unshown = {"whole"} if fault == "ultrasonic-unit-dead" else set()
    assert {key for key, verdict in verdicts(outcome).items() if verdict == "pass"} == (
        set(NAMES) - fails - unshown
    )
    if what is not None:
        assert named(outcome, name) == what
    else:
        (unknown,) = named(outcome, name)
        assert unknown.startswith("powertrain:0x")


def test_what_is_allowed_is_not_held_against_the_car(tmp_path: Path) -> None:
    def spoil(car: MiniCar) -> None:
        car.quiet |= {"BMS_Status", "BMS_Cells"}
        car.stuck.add("VCU_Torque")

    for verb, name in (("nodes_online", "can:BMS"), ("integrity", "can:VCU_Torque")):
        for allowed, verdict in ((name, Verdict.PASS), ("can:Other", Verdict.FAIL)):
            absent = "'can:BMS_Status', 'can:BMS_Cells'"
            outcome = watch(tmp_path, verb, spoil, f"2 s, allowed: ['{allowed}', {absent}]")
            assert outcome.verdicts["it"] is verdict


def test_only_the_chosen_buses_are_looked_at(tmp_path: Path) -> None:
    chosen = step("it", "can.nodes_online", "{buses: [body], watch: 2600 ms}") + step(
        "load", "can.bus_load", "{buses: [adas, body]}", LOAD
    )
    outcome = run_car(tmp_path, chosen, faults=["ultrasonic-unit-dead"])
    assert outcome.verdicts["it"] is Verdict.PASS
    assert set(numbers(outcome, "load")) == {"bus_load.adas", "bus_load.body"}


def test_a_bus_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no bus is called 'boby'; did you mean: body"):
        run_car(tmp_path, step("it", "can.nodes_online", "{buses: [boby]}"))
    assert not list(tmp_path.glob("run-*"))


# A babbling node, a dead bus, bus-off: said, and the run stays bounded


def test_a_babbling_node_is_said_by_load_and_silence(tmp_path: Path) -> None:
    began = perf_counter()
    outcome = run_car(tmp_path, do=spoilt("powertrain", "DCDC", NodeFault.BABBLING))
    assert perf_counter() - began < 30, "the simulation of a full bus stays bounded"
    found = verdicts(outcome)
    assert found["load"] == "fail"
    load = numbers(outcome, "load")
    assert load["bus_load.powertrain"] > 95
    assert load["bus_load.chassis"] < 30
    assert found["nodes"] == "fail"
    assert {"powertrain:VCU", "powertrain:BMS"} <= set(named(outcome, "nodes"))
    assert found["known"] == "fail"
    assert "powertrain:0x000" in named(outcome, "known")
    assert outcome.result.ending is Ending.COMPLETED
    closed = {event.bus: event for event in outcome.of(BusClosed)}
    assert (closed["powertrain"].load_peak or 0) > 0.95
    assert closed["powertrain"].unknown_ids["0x000"] > 1000


def test_a_dead_bus_is_no_quiet_pass(tmp_path: Path) -> None:
    began = perf_counter()
    outcome = run_car(tmp_path, do=spoilt("chassis", "EPS", NodeFault.STUCK_DOMINANT))
    assert perf_counter() - began < 30
    found = verdicts(outcome)
    assert found["nodes"] == "fail"
    assert {f"chassis:{node}" for node in ("EPS", "IBC", "EPB", "ESC", "GW")} == set(
        named(outcome, "nodes")
    )
    silent = {"load", "errors", "whole", "known", "cycles"}
    assert {name for name in silent if found[name] == "pass"} == set()


def test_error_frames_are_counted_by_bus(tmp_path: Path) -> None:
    steps = step("errors", "can.error_frames", "{watch: 3 s}", NO_ERRORS)
    outcome = run_car(tmp_path, steps, do=spoilt("chassis", "IBC", NodeFault.BAD_OSCILLATOR))
    assert outcome.verdicts["errors"] is Verdict.FAIL
    counts = numbers(outcome, "errors")
    assert counts["error_frames.chassis"] > 3
    assert counts["error_frames.body"] == 0


def test_no_error_frame_is_no_pass_where_the_adapter_reports_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that come all the same still count."""
    unreported = "the adapter (slcan) does not report error frames"
    monkeypatch.setattr("harness.devices.can.bus.silent_on_errors", lambda _: unreported)
    steps = step("errors", "can.error_frames", "{watch: 1 s}", NO_ERRORS)
    steps += step("watch", "can.watch", "{watch: 1 s}")
    steps += step("watched", "can.watched", "{what: error_frames, of: watch}", NO_ERRORS)
    both = ("errors", "watched")
    (tmp_path / "sound").mkdir()
    (tmp_path / "bad").mkdir()
    sound = run_car(tmp_path / "sound", steps)
    assert {sound.verdicts[name] for name in both} == {Verdict.INCONCLUSIVE}
    judged = [event for event in sound.of(Judged) if event.step in both]
    assert len(judged) == 8 and {event.measurement.note for event in judged} == {unreported}
    assert all(event.measurement.value is None for event in judged)
    assert {one.error_frames_known for one in sound.of(BusClosed)} == {None}
    told = summary_text(load_record(sound.result.folder), "en")
    assert told.count("error frames not reported by the adapter") == 4
    bad = run_car(tmp_path / "bad", steps, do=spoilt("chassis", "IBC", NodeFault.BAD_OSCILLATOR))
    assert {bad.verdicts[name] for name in both} == {Verdict.FAIL}
    counts = {one.bus: one.error_frames_known for one in bad.of(BusClosed)}
    assert counts.pop("chassis") and set(counts.values()) == {None}


def test_sending_into_a_bus_that_nobody_acknowledges_ends_in_bus_off(tmp_path: Path) -> None:
    """The adapter is alone: frames are repeated until it gives up; the run says so, and ends."""

    def alone(car: CarBench, _bench: SimulatedBench) -> None:
        for name, node in car.network.buses["powertrain"].nodes.items():
            if name != "tester":
                node.powered = False

    often = step("often", "can.send_cyclic", "{message: GW_DriveCmd, period: 10 ms}")
    codes = step("codes", "diag.scan_dtcs", "{units: [vcu]}", "within: 20 s")
    soc = step("soc", "vehicle.measure", "{points: [soc]}", 'limit: {low: 0, unit: "%"}')
    began = perf_counter()
    outcome = run_car(tmp_path, often + codes + soc, do=alone)
    assert perf_counter() - began < 30
    assert outcome.verdicts["codes"] is Verdict.NOT_RUN
    assert outcome.verdicts["soc"] is Verdict.INCONCLUSIVE
    assert outcome.result.ending is Ending.COMPLETED


# Exact limits, on a small car


def watch(
    folder: Path, verb: str, spoil: Callable[[MiniCar], None], seconds: str = "2 s"
) -> Outcome:
    car = MiniCar()
    spoil(car)
    wait = step("wait", "bench.wait", "{for: 1 s}")
    return run_on(car, folder, wait + step("it", f"can.{verb}", f"{{watch: {seconds}}}"))


def test_a_node_is_silent_when_its_fastest_message_had_time(tmp_path: Path) -> None:
    def quiet(car: MiniCar) -> None:
        car.quiet |= {"BMS_Status", "BMS_Cells"}

    early = watch(tmp_path, "nodes_online", quiet, "450 ms")
    assert early.verdicts["it"] is Verdict.INCONCLUSIVE
    assert early.of(Judged)[-1].measurement.note == "not watched for long enough: can:BMS"
    outcome = watch(tmp_path, "nodes_online", quiet, "550 ms")
    assert outcome.verdicts["it"] is Verdict.FAIL
    assert outcome.of(Judged)[0].measurement.value == ["can:BMS"]
    half = watch(tmp_path, "nodes_online", lambda car: car.quiet.add("BMS_Status"))
    assert half.verdicts["it"] is Verdict.PASS, "one of its messages still comes"


def test_a_message_that_comes_too_seldom_is_off_its_cycle(tmp_path: Path) -> None:
    class Slow(MiniCar):
        """BMS_Status comes every `factor` x 100 ms."""

        factor = 1.0

        def _next(self, name: str, period: float) -> None:
            super()._next(name, period * self.factor if name == "BMS_Status" else period)

        def _cycle(self, name: str, period: float) -> None:
            super()._cycle(name, 0.1 if name == "BMS_Status" else period)

    for factor, verdict in ((1.0, "pass"), (1.15, "pass"), (1.6, "fail"), (0.5, "fail")):
        car = Slow()
        car.factor = factor
        outcome = run_on(car, tmp_path, step("it", "can.cycle_times", "{watch: 5 s}"))
        assert outcome.verdicts["it"] == verdict, factor
        if verdict == "fail":
            assert outcome.of(Judged)[0].measurement.value == ["can:BMS.BMS_Status"]


def test_only_what_happens_while_it_is_watched_counts(tmp_path: Path) -> None:
    """An unknown frame and a flaw before the step are not held against it."""

    class Once(MiniCar):
        def attach(self, on_frame, *, listen_only=False):  # type: ignore[no-untyped-def]
            detach = super().attach(on_frame, listen_only=listen_only)
            self.put(frame(0x7AA, b"\x01"))
            self.spoilt.add("VCU_Torque")
            self.send("VCU_Torque")
            self.spoilt.clear()
            return detach

    steps = (
        step("wait", "bench.wait", "{for: 1 s}")
        + step("known", "can.unknown_messages")
        + step("whole", "can.integrity")
    )
    outcome = run_on(Once(), tmp_path, steps)
    assert outcome.verdicts == {"wait": None, "known": Verdict.PASS, "whole": Verdict.PASS}
    assert outcome.of(BusClosed)[0].unknown_ids == {"0x7AA": 1}


def test_diagnostic_identifiers_are_known(tmp_path: Path) -> None:
    car = MiniCar()
    car.unit.on("1902FF", "5902FF")
    steps = step("codes", "diag.scan_dtcs", "{units: [bms]}") + step("it", "can.unknown_messages")
    outcome = run_on(car, tmp_path, steps)
    assert outcome.verdicts["it"] is Verdict.PASS
    assert outcome.of(BusClosed)[0].unknown_ids == {}


def test_a_watch_ends_with_the_step(tmp_path: Path) -> None:
    ends: list[float] = []
    steps = step("it", "can.integrity", "{watch: 1 h}", "within: 3 s")
    outcome = run_on(MiniCar(), tmp_path, steps, listener=lambda _: ends.append(loop_time()))
    assert outcome.verdicts["it"] is not Verdict.FAIL
    assert ends[-1] < 4


def test_no_bit_rate_no_load(tmp_path: Path) -> None:
    write_profile(tmp_path)
    with offered(MiniCar()) as name:
        bench = write_bench(
            tmp_path,
            "  vehicle: {profile: mini.yaml, simulated: true, connection: "
            f"{{can: memory, channel: {name}, bitrate: null}}}}\n",
        )
        request = request_for(
            tmp_path, write_procedure(tmp_path, step("load", "can.bus_load", "", LOAD)),
            bench=str(bench), live=True,
        )  # fmt: skip
        request.live = False
        outcome = perform(request)
    assert outcome.verdicts["load"] is Verdict.NOT_RUN
    assert "bit rate" in outcome.step("load").reason
