"""Verbs that ask control units: sound units pass, every kind of bad one is named, never passed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from benchkit import Outcome, write_procedure
from vehicle_help import (
    MiniCar,
    Tampering,
    perform,
    request_for,
    run_on,
    step,
    switch_on,
    tampering,
    write_bench,
)

from harness.clock import Deadline, loop_time
from harness.devices.vehicle.control_units import ControlUnits
from harness.errors import FileError, NoReplyError
from harness.events import DiagnosticExchange, Judged, Measured, OutcomeNoted
from harness.evidence.verify import verify
from harness.quantity import Quality
from harness.verdict import Ending, Verdict
from simulators.vehicle.diag.faults import ServerFaults

TAMPER = step("tamper", "vehicle.tamper", "{what: it}")
ON_EPS = (
    step("units", "diag.units_answer", "{units: [vcu, bms]}")
    + step("codes", "diag.scan_dtcs", "{units: [vcu, bms]}")
    + step("same", "diag.identical", "{did: vin, units: [vcu, bms]}")
    + step("approved", "diag.approved", "{dids: [software_version], units: [vcu, bms]}")
    + step("kept", "diag.record", "{dids: [serial_number], units: [bms]}")
    + step("value", "vehicle.measure", "{points: [bms.supply_voltage]}",
           "limit: {low: 6, high: 16, unit: V}")
    + step("vin", "vehicle.record", "{points: [bms.vin]}")
    + step("clear", "diag.clear_and_rescan", "{units: [vcu, bms], wait: 1500 ms}")
)  # fmt: skip
JUDGING = ("units", "codes", "same", "approved", "value", "clear")


def run_car(folder: Path, steps: str, *, do: Tampering | None = None, more: str = "",
            **options: object) -> Outcome:  # fmt: skip
    """Run with the key on. `do` happens when the units have started."""
    bench = write_bench(folder, "  vehicle: {profile: shared-ev, simulated: true}\n", more)
    text = switch_on() + (TAMPER if do is not None else "") + steps
    with tampering(it=do or (lambda _car, _bench: None)):
        request = request_for(folder, write_procedure(folder, text), bench=str(bench), **options)
        request.capture = False
        return perform(request)


def broken(unit: str, breaking: Callable[[ServerFaults], None]) -> Tampering:
    return lambda car, _bench: breaking(car.diagnosis[unit].faults)


def set_to(**changes: object) -> Callable[[ServerFaults], None]:
    def change(faults: ServerFaults) -> None:
        for name, value in changes.items():
            setattr(faults, name, value)

    return change


def exchanges(outcome: Outcome, step: str, unit: str) -> list[str]:
    """How the exchanges of a step with a unit ended."""
    return [
        event.outcome
        for event in outcome.of(DiagnosticExchange)
        if event.step == step and event.unit == unit
    ]


def found(outcome: Outcome, name: str) -> list[str]:
    """What the verdict about a list of findings names."""
    (event,) = [e for e in outcome.of(Judged) if e.measurement.name == name]
    assert isinstance(event.measurement.value, list)
    return event.measurement.value


def test_sound_units_pass(tmp_path: Path) -> None:
    outcome = run_car(tmp_path, ON_EPS)
    assert {outcome.verdicts[name] for name in JUDGING} == {Verdict.PASS}
    assert outcome.result.exit_code == 0
    assert {event.outcome for event in outcome.of(DiagnosticExchange)} == {"ok"}
    assert found(outcome, "silent_units") == []
    readings = {e.measurement.name: e.measurement for e in outcome.of(Measured)}
    assert readings["bms.vin"].value == readings["vcu.vin"].value
    assert readings["bms.serial_number"].value
    request = next(e for e in outcome.of(DiagnosticExchange) if e.step == "codes")
    assert (request.request, request.responses[0][:6]) == ("1902ff", "5902ff")


def test_all_units_of_the_car_pass(tmp_path: Path) -> None:
    steps = (
        step("units", "diag.units_answer")
        + step("codes", "diag.scan_dtcs")
        + step("vins", "diag.identical", "{did: vin}")
        + step("versions", "diag.approved", "{dids: [software_version, part_number]}")
    )
    outcome = run_car(tmp_path, steps)
    assert {outcome.verdicts[name] for name in ("units", "codes", "vins", "versions")} == {
        Verdict.PASS
    }
    assert len({event.unit for event in outcome.of(DiagnosticExchange)} - {"all"}) == 20
    everybody = [e for e in outcome.of(DiagnosticExchange) if e.unit == "all"]
    assert [(e.functional, e.request, e.outcome) for e in everybody] == [(True, "3e00", "ok")] * 2
    assert sum(len(e.responses) for e in everybody) == 20
    assert found(outcome, "extra_units") == []


# Whatever is wrong with a unit: name, what is set, the outcome of an exchange, verdicts by step

SILENT = {"units": "fail", "codes": "not_run", "same": "not_run", "approved": "not_run",
          "value": "inconclusive", "clear": "not_run"}  # fmt: skip
REFUSES = {"units": "pass", "codes": "pass", "same": "pass", "approved": "pass",
           "value": "pass", "clear": "pass"}  # fmt: skip
BROKEN: dict[str, tuple[dict[str, object], str, dict[str, str]]] = {
    "silent": ({"silent": True}, "no_reply", SILENT),
    "late": ({"response_delay": 3.0}, "no_reply", SILENT),
    "wrong sequence": (
        {"wrong_sequence_number": True}, "bad_reply",
        {**REFUSES, "same": "not_run", "approved": "not_run"},
    ),
    "length too long": (
        {"lying_length": 6}, "bad_reply",
        # The filling behind the answer is taken for a code that nobody knows.
        {"units": "pass", "codes": "fail", "same": "not_run", "approved": "not_run",
         "value": "inconclusive", "clear": "fail"},
    ),
    "length too short": (
        {"lying_length": -4}, "bad_reply", {**SILENT, "units": "not_run", "value": "error"},
    ),
    "refuses codes": (
        {"negative_for": {0x19: 0x11}}, "negative",
        {**REFUSES, "codes": "not_run", "clear": "not_run"},
    ),
    "refuses identifiers": (
        {"negative_for": {0x22: 0x31}}, "negative",
        {**REFUSES, "same": "not_run", "approved": "not_run", "value": "inconclusive"},
    ),
    "refuses clearing": (
        {"negative_for": {0x14: 0x22}}, "negative", {**REFUSES, "clear": "fail"},
    ),
    "refuses to be present": ({"negative_for": {0x3E: 0x11}}, "negative", REFUSES),
    "busy for ever": (
        {"negative_for": {0x22: 0x21}}, "negative",
        {**REFUSES, "same": "not_run", "approved": "not_run", "value": "inconclusive"},
    ),
    "another car's": ({"vin_override": "0EVEV4B28R0999999"}, "", {**REFUSES, "same": "fail"}),
    "another version": ({"version_override": "V9.99.99"}, "", {**REFUSES, "approved": "fail"}),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_whatever_is_wrong_with_a_unit_is_said(tmp_path: Path, name: str) -> None:
    changes, how, verdicts = BROKEN[name]
    outcome = run_car(tmp_path, ON_EPS, do=broken("bms", set_to(**changes)))
    assert {step: str(outcome.verdicts[step].value) for step in JUDGING} == verdicts
    kinds = {event.outcome for event in outcome.of(DiagnosticExchange) if event.unit == "bms"}
    assert not how or how in kinds
    assert {e.outcome for e in outcome.of(DiagnosticExchange) if e.unit == "vcu"} == {"ok"}
    assert not [e for e in outcome.of(OutcomeNoted) if e.branch == "harness"], "no mistake of ours"
    for step_, verdict in verdicts.items():
        if verdict in ("not_run", "error", "inconclusive"):
            notes = [e.measurement.note for e in outcome.of(Judged) if e.step == step_]
            assert "bms" in " ".join([outcome.step(step_).reason, *notes])
    assert outcome.result.ending is Ending.COMPLETED, "one bad unit is not a lost vehicle"
    assert verify(outcome.result.folder).sealed


def test_what_a_unit_answered_goes_on_record(tmp_path: Path) -> None:
    do = broken("bms", set_to(negative_for={0x22: 0x31}))
    outcome = run_car(tmp_path, ON_EPS, do=do)
    (asked,) = [e for e in outcome.of(DiagnosticExchange) if e.step == "value"]
    assert (asked.unit, asked.outcome, asked.nrc) == ("bms", "negative", 0x31)
    assert asked.responses == ["7f2231"]
    assert asked.request.startswith("22")
    assert "request out of range" in asked.error
    missing = {
        event.measurement.name: event.measurement
        for event in outcome.of(Measured)
        if event.measurement.quality is Quality.MISSING
    }
    assert {"bms.vin", "bms.serial_number"} <= set(missing)
    assert missing["bms.serial_number"].value is None
    assert "request out of range" in missing["bms.serial_number"].note


def test_what_others_have_stored_counts_though_one_is_silent(tmp_path: Path) -> None:
    """A failure that is known is not hidden behind one that could not be asked."""
    steps = step("codes", "diag.scan_dtcs", "{units: [eps, esc, ibc]}")
    do = broken("eps", set_to(silent=True))
    outcome = run_car(tmp_path, steps, do=do, faults=["brake-fluid-low"])
    assert outcome.verdicts["codes"] is Verdict.FAIL
    (judged,) = outcome.of(Judged)
    assert any(code.startswith("ibc:") for code in judged.measurement.value)  # type: ignore[union-attr]
    assert judged.measurement.note == "not every unit could be read: eps"


def test_silent_units_do_not_make_the_vehicle_lost(tmp_path: Path) -> None:
    """Two units in a row that do not answer are two units, while the bus is alive."""

    def silence(car, _bench):  # type: ignore[no-untyped-def]
        for unit in ("eps", "esc", "bcm"):
            car.diagnosis[unit].faults.silent = True

    steps = "".join(
        step(f"read-{unit}", "vehicle.measure", f"{{points: [{unit}.supply_voltage]}}",
             "limit: {low: 6, high: 16, unit: V}")
        for unit in ("eps", "esc", "bcm")
    ) + step("soc", "vehicle.measure", "{points: [soc]}", 'limit: {low: 0, unit: "%"}')  # fmt: skip
    outcome = run_car(tmp_path, steps, do=silence)
    assert outcome.verdicts["soc"] is Verdict.PASS
    assert outcome.result.ending is Ending.COMPLETED


# Pending without end


class Patient(MiniCar):
    """Its control unit asks for patience every two seconds, for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.unit.by("1902", lambda _: [(2.0 * n, bytes.fromhex("7F1978")) for n in range(400)])


def test_asking_for_patience_without_end_is_bounded(tmp_path: Path) -> None:
    steps = step("codes", "diag.scan_dtcs", "{units: [bms]}") + step(
        "soc", "vehicle.measure", "{points: [soc]}", 'limit: {low: 0, unit: "%"}'
    )
    ends: list[float] = []
    outcome = run_on(Patient(), tmp_path, steps, listener=lambda _: ends.append(loop_time()))
    assert outcome.verdicts == {"codes": Verdict.NOT_RUN, "soc": Verdict.PASS}
    assert outcome.step("codes").reason == "not every unit could be read: bms"
    (asked,) = outcome.of(DiagnosticExchange)
    assert asked.outcome == "no_reply"
    assert set(asked.responses) == {"7f1978"}
    assert len(asked.responses) <= 60
    assert "asked for patience" in asked.error
    assert 60 < asked.seconds < 125
    assert ends[-1] < 140


def test_the_deadline_of_the_step_is_shorter_than_patience(tmp_path: Path) -> None:
    steps = step("codes", "diag.scan_dtcs", "{units: [bms]}", "within: 5 s")
    ends: list[float] = []
    outcome = run_on(Patient(), tmp_path, steps, listener=lambda _: ends.append(loop_time()))
    assert outcome.verdicts["codes"] in (Verdict.NOT_RUN, Verdict.ERROR)
    assert ends[-1] < 12


# Strangers, codes


def test_a_stranger_at_the_connector_is_found(tmp_path: Path) -> None:
    steps = step("units", "diag.units_answer")
    outcome = run_car(tmp_path, steps, faults=["foreign-device-on-the-bus"])
    assert outcome.verdicts["units"] is Verdict.FAIL
    assert found(outcome, "silent_units") == []
    (extra,) = found(outcome, "extra_units")
    allowed = step("units", "diag.units_answer", f"{{allowed_extra: ['{extra}']}}")
    outcome = run_car(tmp_path, allowed, faults=["foreign-device-on-the-bus"])
    assert outcome.verdicts["units"] is Verdict.PASS


def test_a_unit_that_is_not_there_is_named(tmp_path: Path) -> None:
    steps = step("units", "diag.units_answer") + step("codes", "diag.scan_dtcs")
    outcome = run_car(tmp_path, steps, faults=["ultrasonic-unit-dead"])
    assert found(outcome, "silent_units") == ["uss"]
    assert outcome.verdicts["units"] is Verdict.FAIL
    assert outcome.verdicts["codes"] is Verdict.FAIL, "the others have noticed, and stored it"


def test_codes_are_found_allowed_and_come_back(tmp_path: Path) -> None:
    codes = step("codes", "diag.scan_dtcs", "{units: [bcm, ibc]}")
    back = step("back", "diag.clear_and_rescan", "{units: [ibc], wait: 5 s}")
    outcome = run_car(tmp_path, codes + back, faults=["brake-fluid-low"])
    (code,) = found(outcome, "trouble_codes")
    assert code.startswith("ibc:C")
    assert outcome.verdicts["codes"] is Verdict.FAIL
    assert outcome.verdicts["back"] is Verdict.FAIL, "the cause is still there"
    assert found(outcome, "returned_codes") == [code]
    stored = [e.measurement for e in outcome.of(Measured) if e.measurement.name.startswith("ibc.C")]
    assert stored
    assert all(isinstance(one.value, int) and one.value & 0x09 for one in stored)
    allowed = codes.replace("ibc]", f"ibc], allowed: ['{code}']")
    outcome = run_car(tmp_path, allowed, faults=["brake-fluid-low"])
    assert outcome.verdicts["codes"] is Verdict.PASS


def test_a_unit_that_is_silent_to_clearing_keeps_no_other_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear = ControlUnits.clear_codes
    tried: list[str] = []

    async def half_way(units: ControlUnits, unit: str, deadline: Deadline) -> None:
        if unit == "bms":
            tried.append(unit)
            raise NoReplyError("bms: 14 FF FF FF (clear diagnostic information): no reply")
        await clear(units, unit, deadline)

    monkeypatch.setattr(ControlUnits, "clear_codes", half_way)
    steps = step("clear", "diag.clear_and_rescan", "{units: [vcu, bms, ibc], wait: 1500 ms}")
    outcome = run_car(tmp_path, steps)
    assert outcome.verdicts["clear"] is Verdict.FAIL
    judged = {event.measurement.name: event.measurement for event in outcome.of(Judged)}
    assert judged["not_cleared_units"].value == ["bms"]
    assert "no reply" in judged["not_cleared_units"].note
    assert judged["returned_codes"].value == [], "the scan comes all the same"
    (cleared,) = (event.measurement.value for event in outcome.of(Measured)
                  if event.measurement.name == "cleared_units")  # fmt: skip
    assert cleared == ["vcu", "ibc"]
    assert len(tried) == 2, "one lost frame is not a unit that is gone"


def test_codes_whose_cause_is_gone_stay_away_once_cleared(tmp_path: Path) -> None:
    def repair(_car, bench):  # type: ignore[no-untyped-def]
        bench.set_fault("brake-fluid-low", False)

    steps = (
        step("codes", "diag.scan_dtcs", "{units: [ibc]}")
        + TAMPER.replace("tamper\n", "repair\n", 1)
        + step("wait", "bench.wait", "{for: 3 s}")
        + step("back", "diag.clear_and_rescan", "{units: [ibc], wait: 5 s}")
    )
    bench = write_bench(tmp_path, "  vehicle: {profile: shared-ev, simulated: true}\n")
    with tampering(it=repair):
        outcome = perform(
            request_for(
                tmp_path, write_procedure(tmp_path, switch_on() + steps), bench=str(bench),
                faults=["brake-fluid-low"],
            )
        )  # fmt: skip
    assert outcome.verdicts["codes"] is Verdict.FAIL
    assert outcome.verdicts["back"] is Verdict.PASS
    kept = [e.measurement for e in outcome.of(Measured) if e.measurement.name == "before_clearing"]
    assert kept[0].value, "what was there is on record"


# Agreement and approval


def test_the_ledger_says_what_has_to_be_identical(tmp_path: Path) -> None:
    steps = step("same", "diag.identical", "{did: vin, units: [vcu, bms]}")
    outcome = run_car(tmp_path, steps, more="site: {vin: 0EVEV4B27R0000000}\n")
    assert outcome.verdicts["same"] is Verdict.FAIL, "they agree, but on the wrong one"
    assert len(found(outcome, "vin.differing")) == 2


def test_the_majority_says_it_without_a_ledger(tmp_path: Path) -> None:
    def forget(car, bench):  # type: ignore[no-untyped-def]
        car.diagnosis["ibc"].faults.vin_override = "0EVEV4B28R0999999"

    steps = step("same", "diag.identical", "{did: vin, units: [ibc, vcu, bms]}")
    outcome = run_car(tmp_path, steps, do=forget)
    assert found(outcome, "vin.differing") == ["ibc=0EVEV4B28R0999999"]
    one = step("same", "diag.identical", "{did: vin, units: [ibc]}")
    outcome = run_car(tmp_path, one)
    assert outcome.verdicts["same"] is Verdict.NOT_RUN
    assert "2 are needed" in outcome.step("same").reason


def test_nothing_is_approved_that_the_ledger_does_not_name(tmp_path: Path) -> None:
    car = MiniCar()
    steps = step("ok", "diag.approved", "{dids: [vin], units: [bms]}")
    outcome = run_on(car, tmp_path, steps)
    assert outcome.verdicts["ok"] is Verdict.NOT_RUN
    assert "names none of these" in outcome.step("ok").reason
    outcome = run_on(car, tmp_path, steps, more="site: {bms.vin: 0EVE60AB9SA000123}\n")
    assert outcome.verdicts["ok"] is Verdict.PASS
    outcome = run_on(car, tmp_path, steps, more="site: {bms.vin: 0EVE60AB9SA000124}\n")
    assert outcome.verdicts["ok"] is Verdict.FAIL


# Found before anything is opened

LAMP = '{unit: bcm, did: lamp_low_beam_left, to: "on", states: {low_beam_left: "on"}}'
DRIVE = step("drive", "diag.io_control", LAMP)


@pytest.mark.parametrize(
    ("verb", "with_", "place", "what"),
    [
        ("scan_dtcs", "{units: [vcu, §abs]}", "no control unit is called 'abs'", "esc"),
        ("units_answer", "{units: [§abs]}", "no control unit is called 'abs'", ""),
        ("clear_and_rescan", "{units: [§abs]}", "no control unit is called 'abs'", ""),
        ("record", "{dids: [vin, §win]}", "no data identifier is called 'win'", "vin"),
        ("approved", "{dids: [§win]}", "no data identifier is called 'win'", "vin"),
        ("identical", "{did: §win}", "no data identifier is called 'win'", "vin"),
        (
            "io_control", LAMP.replace("bcm", "§abs"), "no control unit is called 'abs'", "",
        ),
        (
            "io_control", LAMP.replace("lamp_low_beam_left", "§doors_open", 1),
            "(doors_open) has access read", "io",
        ),
        (
            "io_control", LAMP.replace("lamp_low_beam_left", "§steering_angle_offset", 1),
            "no data identifier of bcm is called", "",
        ),
        ("io_control", LAMP.replace('to: "on"', "to: §dim"), "dim", "off"),
        (
            "io_control", LAMP.replace('low_beam_left: "on"', "low_beam_left: §dim"),
            "low_beam_left cannot be 'dim'", "one of",
        ),
        ("io_control", LAMP.replace("low_beam_left:", "low_bean_left: §"), "no profile has", ""),
        ("scan_dtcs", "{units: §vcu}", "'vcu' is not accepted", "tuple"),
    ],
)  # fmt: skip
def test_mistakes_are_found_before_anything_is_opened(
    tmp_path: Path, verb: str, with_: str, place: str, what: str
) -> None:
    text = step("a", f"diag.{verb}", with_)
    line = next(line for line in text.splitlines() if "with:" in line)
    column = line.index("§") + 3  # two more for the indent of the list
    with pytest.raises(FileError) as caught:
        run_car(tmp_path, text.replace("§", ""))
    said = str(caught.value)
    assert place in said
    assert what in said
    assert f":{column}: " in said or "no profile has" in said
    assert not list(tmp_path.glob("run-*"))


def test_a_vehicle_without_description_is_not_asked(tmp_path: Path) -> None:
    from vehicle_help import DBC  # noqa: PLC0415 - for this test only

    bench = write_bench(
        tmp_path,
        f"  vehicle: {{database: {DBC / 'good.dbc'}, connection: {{can: virtual, channel: x}}}}\n",
    )
    steps = step("codes", "diag.scan_dtcs") + step("units", "diag.units_answer")
    request = request_for(tmp_path, write_procedure(tmp_path, steps), bench=str(bench), live=True)
    reasons = request.plans[0].not_possible
    assert set(reasons) == {"codes", "units"}
    assert all("has no diagnostic description" in reason for reason in reasons.values())


def test_what_will_be_sent_is_announced(tmp_path: Path) -> None:
    steps = (
        DRIVE
        + step("clear", "diag.clear_and_rescan", "{units: [vcu]}")
        + step("codes", "diag.scan_dtcs")
    )
    bench = write_bench(tmp_path, "  vehicle: {profile: shared-ev, simulated: true}\n")
    request = request_for(tmp_path, write_procedure(tmp_path, steps), bench=str(bench))
    assert request.plans[0].writes == [
        "drive: diag.io_control bcm lamp_low_beam_left on",
        "clear: diag.clear_and_rescan",
    ]
