"""Statistics over runs, held against figures worked out by hand."""

import json
import math
import statistics
from pathlib import Path

import pytest
from click.testing import CliRunner
from skill_runs import RIGHT, WRONG

from harness.cli.root import ROOT
from harness.store.facts import Check, RunFacts, State, StepFacts
from harness.store.filters import Filters
from harness.store.index import Index
from harness.store.stats import items, steps
from harness.verdict import CandidateVerdict

ABSENT, PENDING = CandidateVerdict.ABSENT, CandidateVerdict.PENDING


def run(
    number: int, value: float | None = 1.0, verdict: str = "pass", *, device: str = "d1",
    state: State = State.SEALED, said: str = "", attempts: int = 1, faults: str = "",
    item: str = "I",
) -> tuple[str, RunFacts]:  # fmt: skip
    """A run with one judgement and one step of a candidate."""
    facts = RunFacts(
        identity=str(number), run_id=f"r{number}", state=state, bench="b", device=device,
        started=f"2026-11-{number:02}T00:00:00.000000Z", faults=faults, candidate="C-1",
        checks=[Check("P", "s", 1, item, "voltage_l1", "V", value, verdict)],
        steps=[StepFacts("P", "say", 1, "D", attempts, "", said)],
    )  # fmt: skip
    return f"place-{number:02}", facts


def test_pass_rates(index_url: str) -> None:
    index = Index(index_url)
    verdicts = ["pass"] * 5 + ["conditional_pass", "conditional_fail", "fail", "inconclusive"]
    verdicts += ["error", "not_run"]
    runs = [run(n, verdict=verdict) for n, verdict in enumerate(verdicts, start=1)]
    index.replace([*runs, run(20, verdict="fail", state=State.ALTERED),
                   run(21, verdict="error", item="J")])  # fmt: skip
    with index.reading() as connection:
        one, other = items(connection, Filters())
        assert (one.item, one.runs, one.decided) == ("I", 11, 8)
        assert one.pass_rate == pytest.approx(6 / 8)
        assert (other.item, other.decided, other.pass_rate) == ("J", 0, None)
        assert [s.item for s in items(connection, Filters(item="J"))] == ["J"]
        few = items(connection, Filters(since="2026-11-08", until="2026-11-09"))
        assert [(s.runs, s.pass_rate) for s in few] == [(2, 0.0)]


def test_repeatability_is_pooled_over_equal_conditions(index_url: str) -> None:
    first, second = [229.9, 230.4, 230.1, 230.2], [1000230.9, 1000231.0]
    faulty = [180.0, 181.0]
    runs = [run(n, value) for n, value in enumerate(first, start=1)]
    runs += [run(n, value, device="d2") for n, value in enumerate(second, start=5)]
    runs += [run(n, value, faults="f") for n, value in enumerate(faulty, start=7)]
    runs += [run(9, 99.0, device="alone"), run(10, None), run(11, 5.0, state=State.ALTERED)]
    index = Index(index_url)
    index.replace(runs)
    with index.reading() as connection:
        (one,) = items(connection, Filters())
    (again,) = one.repeated
    squares = sum((len(v) - 1) * statistics.variance(v) for v in (first, second, faulty))
    assert (again.quantity, again.unit, again.values, again.groups) == ("voltage_l1", "V", 8, 3)
    assert again.deviation == pytest.approx(math.sqrt(squares / (8 - 3)), rel=1e-6)
    assert again.limit == pytest.approx(2.8 * again.deviation)


def test_one_value_alone_says_nothing_of_repeating(tmp_path: Path) -> None:
    index = Index(str(tmp_path / "i.db"))
    index.replace([run(1, 1.0), run(2, 2.0, device="other")])
    with index.reading() as connection:
        assert items(connection, Filters())[0].repeated == []


def test_where_candidates_fail(index_url: str) -> None:
    index = Index(index_url)
    said = [RIGHT, RIGHT, WRONG, ABSENT, PENDING, "", WRONG]
    runs = [run(n, said=str(one), attempts=1 + n % 2) for n, one in enumerate(said, start=1)]
    runs[-1][1].state = State.ALTERED
    runs.append(run(20, said="right"))
    runs[-1][1].steps[0].step = "easy"
    index.replace(runs)
    with index.reading() as connection:
        worst, easy = steps(connection, Filters())
        assert (worst.step, worst.decided, worst.failed) == ("say", 4, 2)
        assert worst.fail_rate == pytest.approx(0.5)
        assert worst.attempts == pytest.approx((2 + 1 + 2 + 1 + 2) / 5)
        assert (easy.step, easy.fail_rate) == ("easy", 0.0)
        assert steps(connection, Filters(candidate="C-2")) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command(lang: str, tmp_path: Path) -> None:
    url = str(tmp_path / "i.db")
    Index(url).replace([run(1, 1.0, said="right"), run(2, 2.0, "fail", said="wrong")])
    words = ["store", "stats", "--index", url, "--lang", lang]
    said = CliRunner().invoke(ROOT, words)
    assert said.exit_code == 0, said.output
    for word in ("50.0 %", "s = 0.707 V", "P say", {"en": "failed", "zh": "错误率"}[lang]):
        assert word in said.output
    told = json.loads(CliRunner().invoke(ROOT, [*words, "--json"]).output)
    assert told["items"][0]["pass_rate"] == 0.5
    assert told["items"][0]["repeatability"][0]["values"] == 2
    assert told["steps"][0]["candidates"] == {"right": 1, "wrong": 1, "pending": 0, "absent": 0}
