"""Numbers, clauses and reasons as people see them; the record keeps every digit."""

import re
from contextlib import suppress
from types import SimpleNamespace
from typing import cast

import pytest

from harness.engine import wording
from harness.engine.selection import selection
from harness.events import Judged
from harness.limits import Clear, Judgement, Limit, Range, Rule, Within
from harness.quantity import Measurement
from harness.text import Text
from harness.verdict import Verdict
from simulators.faults import appearance, vehicle_appearance
from simulators.rig import Rig


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (0.121899, "s", "0.122 s", "0.122 s"),
        (12.345678, "s", "12.346 s", "12.346 s"),
        (37327.17, "Ω/V", "37327 Ω/V", "37327 Ω/V"),
        (100.4312, "%", "100.43 %", "100.43 %"),
        (0.377419, "V", "0.377 V", "0.377 V"),
        (29844.2, "km", "29844.2 km", "29844.2 km"),
        (31.2304567, "deg", "31.23046 deg", "31.23046 deg"),
        (0.0005, "kW", "0.0005 kW", "0.0005 kW"),
        (0.123456, "1", "0.123", "0.123"),
        (85.0, "1/min", "85 次/min", "85 1/min"),
        (123456789, None, "123456789", "123456789"),
        (float("nan"), "V", "nan V", "nan V"),
        (float("inf"), "s", "inf s", "inf s"),
    ],
)
def test_numbers_are_rounded_for_people(value: float, unit: str | None, zh: str, en: str) -> None:
    assert wording.value(value, unit, "zh") == zh
    assert wording.value(value, unit, "en") == en


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        (3.0004, Within(3.0), "3.0004 s (≤ 3 s)"),
        (2.9999, Within(3.0), "2.9999 s (≤ 3 s)"),
        (3.1234567, Within(3.0), "3.123 s (≤ 3 s)"),
        (0.09999, Range("s", None, 0.1), "0.09999 s (≤ 0.1 s)"),
        (0.10004, Range("s", 0.1, 0.2), "0.10004 s (0.1 … 0.2 s)"),
        (0.10004, Range("ms", None, 100), "100.04 ms (≤ 100 ms)"),
    ],
)
def test_rounding_never_moves_a_value_across_its_limit(
    value: float, limit: Limit, shown: str
) -> None:
    event = Judged(
        step="s",
        measurement=Measurement("t", value, "s"),
        limit=limit,
        rule=None,
        judgement=Judgement(Verdict.FAIL, Rule.SIMPLE, ""),
    )
    assert wording.judged(event, "en") == shown


@pytest.mark.parametrize(
    ("clause", "zh", "en"),
    [
        ("7", "条款 7", "clause 7"),
        ("6.2, Annex D", "条款 6.2、附录 D", "clause 6.2, Annex D"),
        ("Table A.7 seq. 3.2, 4", "表 A.7 序号 3.2、4", "Table A.7 seq. 3.2, 4"),
        ("Annex B", "附录 B", "Annex B"),
        ("GB/T 18487.1-2015, 11.2", "GB/T 18487.1-2015、11.2", "GB/T 18487.1-2015, 11.2"),
        (None, "条款号未见", "clause not seen"),
    ],
)
def test_clauses(clause: str | None, zh: str, en: str) -> None:
    assert (wording.clause(clause, "zh"), wording.clause(clause, "en")) == (zh, en)


def test_a_note_says_the_states_of_its_point() -> None:
    reading = Measurement("low_beam_left.time_to_on", None, "s", note="still open_circuit, on")
    assert wording.note(reading) == Text("仍为“断路、点亮”", "still open_circuit, on")
    unread = Measurement("soc", None, "%", note="still no reading")
    assert wording.note(unread).zh == "一直没有读数"


def test_a_reason_names_steps_by_their_titles() -> None:
    titles = {"still-charging": Text("充电未中断", "Charging goes on")}
    english = "step still-charging has to pass first; it ended fail"
    assert wording.reason_with_steps(english, titles) == Text(
        "前提步骤“充电未中断”未通过（不合格）",
        "step “Charging goes on” has to pass first; it ended fail",
    )
    assert wording.reason_with_steps(english, {}).en == english
    given = wording.reason_with_steps(
        "step 'still-charging' gave no reading to compare with", titles
    )
    assert given.zh == "步骤“充电未中断”没有可供比对的读数"


@pytest.mark.parametrize(
    ("english", "zh"),
    [
        ("s2 closed → ac_voltage_l1 > 100 V", "开关 S2 闭合 → 交流电压 L1（车辆） > 100 V"),
        (
            "there is nothing to stop: charging_state is connected",
            "没有可停止的充电：充电状态为“已连接”",
        ),
        ("highest minus lowest of 2", "2 个读数的极差"),
        ("sum of 96 readings", "96 个读数之和"),
        ("below the mark: brake fluid, washer fluid", "液面低于下限：制动液、洗涤液"),
        (
            "the simulated technician cannot do 'pres-brake'; did you mean: press-brake",
            "模拟技师不会做“pres-brake”；相近的有：press-brake",
        ),
    ],
)  # fmt: skip
def test_reasons_of_steps(english: str, zh: str) -> None:
    assert wording.reason(english).zh == zh


def test_what_a_look_finds_is_said_in_chinese() -> None:
    site = SimpleNamespace(world=SimpleNamespace(appearance={}))
    for fault in (*appearance.FAULTS, *vehicle_appearance.FAULTS):
        if fault.on is not None:
            with suppress(AttributeError):  # one of them is about a part, not about a look
                fault.on(cast(Rig, site))
    notes = list(site.world.appearance.values())
    assert len(notes) >= 10
    for note in (*notes, "burn marks at the pins", "covered or dirty: LID"):
        assert re.search("[\u4e00-\u9fff]", wording.reason(note).zh), note


def test_a_run_of_chosen_steps_has_a_result_of_its_own() -> None:
    verdicts = {
        ("P", "a"): Verdict.PASS,
        ("P", "b"): None,
        ("P", "c"): Verdict.NOT_RUN,
    }
    assert selection((), verdicts) is None
    found = selection({("P", "c")}, verdicts)
    assert found is not None
    assert (found.chosen, found.steps, found.verdict) == (2, 3, Verdict.PASS)
    assert found.text == Text("共 3 步，只选择执行 2 步", "only 2 of 3 steps were chosen")
    nothing = selection({("P", "a"), ("P", "c")}, verdicts)
    assert nothing is not None and nothing.verdict is None


def test_a_large_resistance_is_said_in_the_larger_unit_but_not_beside_its_limit() -> None:
    open_circuit = Measurement("cc_resistance", 39916790.0, "Ω")
    assert wording.measurement(open_circuit, "en") == "39.917 MΩ"
    assert wording.measurement(Measurement("cc_resistance", 680.0, "Ω"), "en") == "680 Ω"
    limit = Range("Ω", low=1e6)
    assert wording.measurement(open_circuit, "en", limit).endswith(" Ω")


@pytest.mark.parametrize(
    ("reading", "limit", "shown"),
    [
        (Measurement("cell_spread", -0.143, "V"), Range("mV", low=-30, high=30),
         "-143 mV (-30 … 30 mV)"),
        (Measurement("insulation", 354e3, "Ω", uncertainty=7e3), Range("MΩ", low=1),
         "0.354 MΩ (≥ 1 MΩ)"),
        (Measurement("offset", -0.0, "mm"), Range("mm", low=-5, high=5), "0 mm (-5 … 5 mm)"),
    ],
)  # fmt: skip
def test_a_reading_is_said_in_the_unit_of_its_limit(
    reading: Measurement, limit: Range, shown: str
) -> None:
    event = Judged(step="a", measurement=reading, limit=limit, rule=Rule.SIMPLE,
                   judgement=Judgement(Verdict.FAIL, Rule.SIMPLE, ""))  # fmt: skip
    assert wording.judged(event, "en") == shown


@pytest.mark.parametrize(
    ("flags", "zh", "en"),
    [
        ([], "未发现异常", "nothing abnormal"),
        (["F-01"], "F-01 (应为：无)", "F-01 (expected: none)"),
    ],
)
def test_a_clear_word_is_said_so(flags: list[str], zh: str, en: str) -> None:
    verdict = Verdict.FAIL if flags else Verdict.PASS
    event = Judged(
        step="alarms",
        measurement=Measurement("some_word", list(flags)),
        limit=Clear([]),
        rule=Rule.SIMPLE,
        judgement=Judgement(verdict, Rule.SIMPLE, ""),
    )
    assert (wording.judged(event, "zh"), wording.judged(event, "en")) == (zh, en)
