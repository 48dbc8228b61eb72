"""A pile with sockets: test point 4, the lock, and two connection points that share nothing."""

from importlib.resources import files
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure
from sim_support import Point

from harness.bench.load import load_bench
from harness.bench.sockets import no_lock, no_second_point, points_of_one_pile
from harness.catalogue.load import load_catalogue
from harness.engine import wording
from harness.engine.plan import make_plan
from harness.errors import FileError, NotAvailableError, UsageError
from harness.events import Judged, RecordingTaken, SafeState
from harness.limits import Range, judge
from harness.procedure.load import load_procedure
from harness.quantity import Measurement, Quality
from harness.verdict import Verdict
from simulators.cable import PilotWire
from simulators.faults import all_faults
from simulators.faults.socket import FAULTS
from simulators.socket import DetachableCable
from simulators.socket_work import ACTIONS
from simulators.twin import Twin

PROCEDURE = "PILE-SOCK-01"
T11 = ("lost-off", "lost-s1")
T21 = ("ready-unlock", "pulled-unlock")
BESIDE = ("beside-unmoved", "leak-supply", "leak-off", "short-supply", "reverse-short-stays")
OF_THE_LOCK = ("locked", *T21, "stop-unlock", "unseen-no-supply", "jammed-no-supply")


def socket_run(folder: Path, *faults: str, bench: str = "sim-socket") -> Outcome:
    return run_procedure(
        folder, PROCEDURE, bench=bench, faults=list(faults), energise=True, pace=0.2
    )


def bench_file(folder: Path, pile: str = "connection_mode: B", more: str = "") -> str:
    """A bench of one simulated pile."""
    path = folder / "own.yaml"
    own = f"profile: gb-ac-pile, simulated: true, {pile}"
    path.write_text(f"bench: own\ndevices:\n  pile: {{{own}}}\n{more}", encoding="utf-8")
    return str(path)


def value_of(outcome: Outcome, step: str) -> Measurement:
    return next(one.measurement for one in outcome.of(Judged) if one.step == step)


def why(outcome: Outcome, step: str) -> str:
    return outcome.step(step).reason


def socket_point() -> Point:
    return Point(socket=True)


# The procedure


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_KEYS", str(tmp_path_factory.mktemp("keys")))
        return socket_run(tmp_path_factory.mktemp("healthy"))


def test_healthy(healthy: Outcome) -> None:
    judged = {step: found for step, found in healthy.verdicts.items() if found is not None}
    assert set(judged.values()) == {Verdict.PASS}
    assert {*T11, *BESIDE, *OF_THE_LOCK} <= set(judged)
    assert healthy.result.exit_code == 0
    assert {one.role for one in healthy.of(SafeState) if one.safe} == {"pile", "pile-2"}


def test_the_recording_shows_test_point_and_lock(healthy: Outcome) -> None:
    channels = healthy.of(RecordingTaken)[0].channels
    assert {"test_point_4", "socket_lock"} <= set(channels)


def test_times_of_a_healthy_pile(healthy: Outcome) -> None:
    for step in T11:
        value = value_of(healthy, step).value
        assert isinstance(value, float) and 0.01 < value < 0.1
    for step in T21:
        value = value_of(healthy, step).value
        assert isinstance(value, float) and 0.1 < value < 1.0


@pytest.mark.parametrize(
    ("fault", "low", "high"), [("socket-unlocks-early", 0, 0.1), ("socket-unlocks-late", 5, 7)]
)
def test_both_limits_of_unlocking(tmp_path: Path, fault: str, low: float, high: float) -> None:
    outcome = socket_run(tmp_path, fault)
    for step in T21:
        value = value_of(outcome, step).value
        assert isinstance(value, float) and low < value < high
        assert outcome.verdicts[step] is Verdict.FAIL


def test_a_lock_that_never_opens_fails_and_is_not_a_missing_reading(tmp_path: Path) -> None:
    outcome = socket_run(tmp_path, "socket-never-unlocks")
    found = value_of(outcome, "pulled-unlock")
    assert outcome.verdicts["pulled-unlock"] is Verdict.FAIL
    assert found.value is None
    assert found.at_least is not None and found.at_least > 5
    # A bolt that is still out cannot be jammed in.
    assert outcome.verdicts["jammed-no-supply"] is Verdict.NOT_RUN


# What a bench cannot show


def test_a_fixed_cable_has_no_socket(tmp_path: Path) -> None:
    outcome = socket_run(tmp_path, bench="sim")
    for step in (*T11, *OF_THE_LOCK, *BESIDE, "supply-plug-seen"):
        assert outcome.verdicts[step] is Verdict.NOT_RUN
    assert "connection mode C" in why(outcome, "socket-idle")
    assert outcome.verdicts["pile-idle"] is Verdict.PASS


def test_no_recorder(tmp_path: Path) -> None:
    outcome = socket_run(tmp_path, bench=bench_file(tmp_path))
    for step in (*T11, *T21):
        assert outcome.verdicts[step] is Verdict.INCONCLUSIVE
    assert (
        value_of(outcome, "lost-off").note
        == "the bench has no recorder, and polling cannot prove it"
    )
    assert outcome.verdicts["unseen-alarm"] is Verdict.PASS
    assert outcome.verdicts["leak-supply"] is Verdict.NOT_RUN  # one connection point


def test_a_slow_recorder_proves_no_100_ms(tmp_path: Path) -> None:
    slow = "recorder: {simulated: true, resolution: 200 ms}\n"
    outcome = socket_run(tmp_path, bench=bench_file(tmp_path, more=slow))
    assert outcome.verdicts["lost-off"] is Verdict.INCONCLUSIVE


def test_up_to_16_a_no_lock_is_needed(tmp_path: Path) -> None:
    shipped = files("harness.devices.modbus") / "profiles" / "gb-ac-pile.yaml"
    text = shipped.read_text(encoding="utf-8").replace("current: 32 A", "current: 16 A", 1)
    (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(
        "bench: own\ndevices:\n"
        "  pile: {profile: small.yaml, simulated: true, connection_mode: B}\n"
        "recorder: {simulated: true}\n",
        encoding="utf-8",
    )
    bench = load_bench(str(path))
    assert "above 16 A only" in no_lock(bench)
    outcome = socket_run(tmp_path, bench=str(path))
    for step in OF_THE_LOCK:
        assert outcome.verdicts[step] is Verdict.NOT_RUN
    assert "16" in why(outcome, "lock-idle")
    for step in T11:
        assert outcome.verdicts[step] is Verdict.PASS


def test_control_pilot_of_a_pile_with_a_socket(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, "PILE-CP-01", bench="sim-socket", energise=True, pace=0.2)
    failed = [step for step, found in outcome.verdicts.items() if found is Verdict.FAIL]
    assert failed == []
    for step in ("cp-break-alarm", "cc-s1", "cc-no-output", "cc-alarm"):
        assert outcome.verdicts[step] is Verdict.NOT_RUN
    assert "has a socket" in why(outcome, "cc-set")
    assert outcome.verdicts["cp-break-off"] is Verdict.PASS


def test_a_pile_that_shows_no_lock_is_judged_by_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "bench: own\ndevices:\n"
        "  pile: {profile: keba-kecontact-p30, simulated: true, connection_mode: B}\n"
        "recorder: {simulated: true}\n",
        encoding="utf-8",
    )
    outcome = socket_run(tmp_path, bench=str(path))
    for step in (*T11, *T21, "locked-while-live"):
        assert outcome.verdicts[step] is Verdict.PASS
    assert why(outcome, "lock-idle") == "the pile has none of lock_state"
    assert outcome.verdicts["unseen-no-supply"] is Verdict.NOT_RUN


# The bench file


def test_the_built_in_pile_with_two_sockets() -> None:
    bench = load_bench("sim-socket")
    assert points_of_one_pile(bench) == ["pile", "pile-2"]
    assert not no_lock(bench) and not no_second_point(bench)
    assert no_lock(load_bench("sim")) and no_second_point(load_bench("sim-site"))


@pytest.mark.parametrize(
    ("pile", "more", "complaint"),
    [
        ("connection_mode: D", "", "connection_mode|'D'"),
        ("housing: one", "", "only the pile is in the housing"),
        (
            "unit: 1",
            "  meter: {profile: eastron-sdm630, simulated: true, housing: x}\n",
            "of a pile",
        ),
    ],
)
def test_mistakes_in_a_bench_file(tmp_path: Path, pile: str, more: str, complaint: str) -> None:
    with pytest.raises(FileError, match=complaint):
        load_bench(bench_file(tmp_path, pile, more))


@pytest.mark.parametrize(
    ("fault", "bench"),
    [
        ("supply-plug-loose", "sim"),
        ("residual-detector-shared", "sim-site"),
        ("half-plugged", "sim-socket"),
    ],
)
def test_a_fault_that_this_pile_cannot_have(tmp_path: Path, fault: str, bench: str) -> None:
    with pytest.raises(UsageError, match="needs more"):
        socket_run(tmp_path, fault, bench=bench)


# The simulated socket


def test_the_lock_holds_the_plug() -> None:
    point = socket_point()
    ACTIONS["insert-supply-plug"](point.rig)
    point.rig.world.vehicle.wants_charge = True
    point.rig.world.plug_in()
    point.run(1.0)
    assert point.get("lock_state") == "unlocked"
    point.rig.pile.controller.start()
    point.run(5.0)
    assert (point.get("charging_state"), point.get("lock_state")) == ("charging", "locked")
    with pytest.raises(NotAvailableError, match="the lock holds it"):
        ACTIONS["pull-supply-plug"](point.rig)
    point.rig.world.return_gun()
    point.run(2.0)
    ACTIONS["pull-supply-plug"](point.rig)
    point.run(1.0)
    assert point.get("cable_state") == "not_connected"


def test_without_the_supply_plug_the_vehicle_is_not_there() -> None:
    point = socket_point()
    point.rig.world.plug_in()
    point.run(1.0)
    assert point.get("charging_state") == "idle"


def test_hands_at_a_fixed_cable() -> None:
    with pytest.raises(NotAvailableError, match="no socket"):
        ACTIONS["insert-supply-plug"](Point().rig)


def test_what_two_outlets_share_shows_only_while_it_is_shared() -> None:
    first, second = socket_point(), socket_point()
    twin = Twin(first.rig, second.rig)
    for point in (first, second):
        ACTIONS["insert-supply-plug"](point.rig)
        point.vehicle.wants_charge = True

    def run(seconds: float) -> None:
        for _ in range(round(seconds / 0.01)):
            first.run(0.01)
            second.run(0.01)

    first.charge()
    second.run(first.t - second.t)
    assert first.get("charging_state") == "charging"
    for shared in ("one_detector", "one_chain", "one_generator", "weak_supply"):
        before = (first.get("cp_voltage_positive"), first.get("leakage_current"))
        setattr(twin, shared, True)
        setattr(twin, shared, False)
        assert (first.get("cp_voltage_positive"), first.get("leakage_current")) == before
    second.world.cable.pilot_wire = PilotWire.SHORTED
    second.world.refresh()
    run(1.0)
    assert first.get("charging_state") == "charging"
    twin.weak_supply = True
    assert first.get("cp_voltage_positive") < 4
    run(1.0)
    assert first.get("contactor_state") == "open"


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
def test_a_fault_changes_something_and_takes_it_back(name: str) -> None:
    point, beside = socket_point(), socket_point()
    Twin(point.rig, beside.rig)
    fault = all_faults()[name]
    sound = _condition(point)
    fault.switch(point.rig, True)
    assert _condition(point) != sound
    fault.switch(point.rig, False)
    assert _condition(point) == sound


def _condition(point: Point) -> list[object]:
    """What a fault of the socket may change."""
    pile, twin = point.pile, point.rig.twin
    cable, input_ = point.world.cable, pile.connection
    assert isinstance(cable, DetachableCable)
    return [
        (cable.in_socket, cable.socket_contact_sound, input_.filter, input_.stuck_closed),
        (pile.lock.move, pile.lock.believed, pile.controller.settings, pile.alarms.harmless),
        (pile.controller.program.watches_socket, pile.controller.program.unlocks),
        (pile.earth_through_detector, pile.taken_for_ready, pile.world.supply.condition()),
        (twin.one_detector, twin.one_chain, twin.one_generator, twin.weak_supply),
    ]


# The verbs of the other outlet


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ("{fault: no-such-fault}", "no fault is called 'no-such-fault'"),
        ("{fault: contactor-welded}", "puts mains on the plug by itself"),
        ("{fault: leakage, if_passed: [later]}", "no earlier step is called 'later'"),
    ],
)
def test_mistakes_of_a_fault_beside(tmp_path: Path, parameters: str, complaint: str) -> None:
    steps = f"""
    - id: beside
      title: {{zh: 故障, en: Fault}}
      do: site.beside_fault
      with: {parameters}
    """
    procedure = write_procedure(tmp_path, steps)
    with pytest.raises(FileError, match=complaint):
        run_procedure(tmp_path, procedure, bench="sim-socket")


def test_relays_of_the_other_outlet(tmp_path: Path) -> None:
    path = tmp_path / "wired.yaml"
    pile = "profile: gb-ac-pile, connection_mode: B, housing: twin, connection"
    path.write_text(
        "bench: wired\ndevices:\n"
        f"  pile: {{{pile}: {{modbus: tcp, host: 192.0.2.1}}}}\n"
        f"  pile-2: {{{pile}: {{modbus: tcp, host: 192.0.2.2}}}}\n"
        "  injector:\n    profile: relay-8ch\n    connection: {modbus: tcp, host: 192.0.2.3}\n"
        "    faults: {leakage-beside: relay_1}\n",
        encoding="utf-8",
    )
    plan = make_plan(
        load_procedure(PROCEDURE), load_bench(str(path)), load_catalogue(), energise=True
    )
    assert "leak-set" not in plan.not_possible
    assert "no relay for the fault 'cp-pe-short-beside'" in plan.not_possible["short-set"]
    assert "no relay for the fault 'leakage'" in plan.not_possible["reverse-leak-set"]


# A range of times


@pytest.mark.parametrize(("waited", "verdict"), [(7.0, Verdict.FAIL), (4.0, Verdict.INCONCLUSIVE)])
def test_what_never_came_is_later_than_a_range(waited: float, verdict: Verdict) -> None:
    limit = Range(low=0.1, high=5.0, unit="s")
    quality = Quality.GOOD if waited > 5 else Quality.MISSING
    reading = Measurement(name="t", value=None, unit="s", at_least=waited, quality=quality)
    assert judge(reading, limit).verdict is verdict
    assert judge(reading, Range(low=0.1, unit="s")).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "english",
    [
        "the cable of the pile is fixed to it (connection mode C): it has no socket",
        "the pile has a socket: it does not see the CC of the vehicle's end",
        "the rated current of the pile is not known, so nor is whether it needs a lock",
        "the pile is rated 16 A: a lock is needed above 16 A only",
        "the bench does not name a second connection point of the pile (`housing`)",
        "the pile-2 does not charge within 10 s",
        "the supply plug does not come out: the lock holds it",
    ],
)
def test_reasons_in_chinese(english: str) -> None:
    said = wording.reason(english)
    assert said.en == english
    assert said.zh != english and "the" not in said.zh
