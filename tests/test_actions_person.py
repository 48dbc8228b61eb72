"""What the person measures and concludes: an instrument's uncertainty, the key to a conclusion."""

from pathlib import Path

import pytest
from benchkit import run_procedure

from harness.actions.person import ConclusionKey, conclude_from
from harness.bench.instruments import Spread
from harness.errors import UsageError
from harness.events import Concluded, Judged
from harness.quantity import Quantity
from harness.verdict import CandidateVerdict, Verdict

BENCH = """
bench: warm
devices:
  pile: {profile: gb-ac-pile, simulated: true}
instruments:
  irt-9: {type: infrared_thermometer, uncertainty: STATED, calibration_due: 2099-01-01}
"""


def answers(folder: Path, text: str) -> Path:
    path = folder / "answers.yaml"
    path.write_text(f"by: T-1\nanswers: {{{text}}}\n", encoding="utf-8")
    return path


def test_a_reading_from_a_file_is_judged_with_the_uncertainty_of_the_instrument(
    tmp_path: Path,
) -> None:
    outcome = run_procedure(
        tmp_path,
        "PILE-INSP-01",
        answers=answers(tmp_path, "gun-temperature: 31.4"),
        selected=["gun-temperature", "temperature-agreement"],
    )
    assert outcome.verdicts["gun-temperature"] is Verdict.PASS
    assert outcome.verdicts["temperature-agreement"] is Verdict.PASS
    gun, agreement = outcome.of(Judged)
    assert (gun.measurement.unit, gun.measurement.uncertainty) == ("°C", 2.0)
    assert agreement.measurement.unit == "K"
    assert agreement.measurement.uncertainty is not None
    assert agreement.measurement.uncertainty > 2.0, "both readings are uncertain"


@pytest.mark.parametrize(
    ("stated", "reading", "uncertainty", "verdict"),
    [
        ("2 °C", 59.9, 2.0, Verdict.CONDITIONAL_PASS),
        ("2 K", 57.9, 2.0, Verdict.PASS),
        ("2 K", 62.1, 2.0, Verdict.FAIL),
        ("2 %", 59.5, 1.19, Verdict.CONDITIONAL_PASS),
        ("1 %", -10, 0.1, Verdict.PASS),
    ],
)
def test_the_ways_to_state_the_uncertainty_of_a_thermometer(
    tmp_path: Path, stated: str, reading: float, uncertainty: float, verdict: Verdict
) -> None:
    bench = tmp_path / "warm.yaml"
    bench.write_text(BENCH.replace("STATED", stated), encoding="utf-8")
    outcome = run_procedure(
        tmp_path,
        "PILE-INSP-01",
        bench=str(bench),
        answers=answers(tmp_path, f"gun-temperature: {reading}"),
        selected=["gun-temperature"],
    )
    (judged,) = outcome.of(Judged)
    assert judged.measurement.uncertainty == pytest.approx(uncertainty)
    assert outcome.verdicts["gun-temperature"] is verdict


def test_an_uncertainty_in_another_dimension_is_refused() -> None:
    assert Spread((Quantity(500, "mV"),)).of(231.0, "V", None) == 0.5
    assert Spread((Quantity(3, "%"),)).of(40.0, "%", None) == 3, "of a ratio, % is absolute"
    for value, stated in ((31.4, Quantity(2, "V")), ("warm", Quantity(1, "%"))):
        with pytest.raises(UsageError):
            Spread((stated,)).of(value, "°C", None)


RULE = ConclusionKey(
    in_service="use",
    restricted="limit",
    out_of_service="stop",
    out_of_service_if_failed=["estop", "contactor"],
)
SOUND = {"estop": Verdict.PASS, "contactor": Verdict.CONDITIONAL_PASS, "safety": None}


@pytest.mark.parametrize(
    ("more", "conclusion", "basis"),
    [
        ({}, "use", {}),
        ({"clock": Verdict.PASS, "tariff": Verdict.NOT_RUN}, "use", {}),
        ({"estop": Verdict.FAIL}, "stop", {"estop": "fail"}),
        ({"estop": Verdict.CONDITIONAL_FAIL}, "stop", {"estop": "conditional_fail"}),
        ({"clock": Verdict.FAIL}, "limit", {"clock": "fail"}),
        ({"clock": Verdict.ERROR}, "limit", {"clock": "error"}),
        ({"clock": Verdict.INCONCLUSIVE}, "limit", {"clock": "inconclusive"}),
        ({"estop": Verdict.INCONCLUSIVE}, "limit", {"estop": "inconclusive"}),
        ({"estop": Verdict.ERROR}, "limit", {"estop": "error"}),
        ({"estop": Verdict.NOT_RUN}, "limit", {"estop": "not_run"}),
        (
            {"estop": Verdict.FAIL, "contactor": Verdict.NOT_RUN, "clock": Verdict.FAIL},
            "stop",
            {"estop": "fail", "clock": "fail"},
        ),
    ],
)
def test_the_conclusion_that_verdicts_give(
    more: dict[str, Verdict | None], conclusion: str, basis: dict[str, str]
) -> None:
    assert conclude_from({**SOUND, **more}, RULE) == (conclusion, basis)


@pytest.mark.parametrize(
    ("more", "conclusion", "basis"),
    [
        ({}, "use", {}),
        ({"tariff": Verdict.NOT_RUN}, "use", {}),
        ({"estop": Verdict.NOT_RUN}, "later", {"estop": "not_run"}),
        ({"clock": Verdict.INCONCLUSIVE}, "later", {"clock": "inconclusive"}),
        ({"estop": Verdict.NOT_RUN, "clock": Verdict.FAIL}, "limit",
         {"clock": "fail", "estop": "not_run"}),
        ({"estop": Verdict.FAIL, "contactor": Verdict.NOT_RUN}, "stop", {"estop": "fail"}),
    ],
)  # fmt: skip
def test_what_is_only_missing_is_not_decided_where_the_key_says_so(
    more: dict[str, Verdict | None], conclusion: str, basis: dict[str, str]
) -> None:
    rule = RULE.model_copy(update={"undecided": "later"})
    assert conclude_from({**SOUND, **more}, rule) == (conclusion, basis)


def test_where_nothing_was_judged_nothing_follows() -> None:
    assert conclude_from({}, RULE) == (None, {})
    assert conclude_from({"safety": None, "estop": Verdict.NOT_RUN}, RULE) == (None, {})


def test_a_pile_in_good_order_is_concluded_to_be_so(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, "PILE-INSP-01")
    assert outcome.step("conclusion").candidate is CandidateVerdict.RIGHT
    (concluded,) = outcome.of(Concluded)
    assert (concluded.answer, concluded.key) == ("in_service", "in_service")


def test_what_was_not_looked_at_is_no_reason_to_put_a_pile_into_service(tmp_path: Path) -> None:
    outcome = run_procedure(
        tmp_path,
        "PILE-INSP-01",
        answers=answers(tmp_path, "conclusion: in_service"),
        selected=["pile-idle", "supply-voltage", "conclusion"],
    )
    (concluded,) = outcome.of(Concluded)
    assert (concluded.key, concluded.candidate) == ("restricted", CandidateVerdict.WRONG)
    assert concluded.basis["estop-press"] == "not_run"


@pytest.mark.parametrize("said", ["conclusion: in_service", ""])
def test_a_conclusion_from_nothing_waits_for_the_assessor(tmp_path: Path, said: str) -> None:
    outcome = run_procedure(
        tmp_path,
        "PILE-INSP-01",
        selected=["conclusion"],
        answers=answers(tmp_path, said) if said else None,
    )
    assert outcome.step("conclusion").candidate is CandidateVerdict.PENDING
    assert not outcome.of(Concluded)
