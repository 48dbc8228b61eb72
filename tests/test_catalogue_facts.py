"""No item says more than its source: clauses and confidence against a transcription.

`FACTS` was copied row by row from the fact catalogues, not from the item files: standard, row,
clauses seen (a dash where none was) and the confidence of that row. An item may be less sure
than its row and never surer; a clause that nobody saw must not appear anywhere.
"""

from dataclasses import replace
from functools import cache

import pytest
import vehicle_facts

from harness.catalogue.item import Confidence, Item
from harness.catalogue.load import load_catalogue

FACTS = """
NB/T 33002-2018 | N2-1 | 6 | M
NB/T 33002-2018 | N2-2 | 6 | M
NB/T 33002-2018 | N2-3 | 6 | M
NB/T 33002-2018 | N2-4 | 6 | M
NB/T 33002-2018 | N2-5 | 7 | M
NB/T 33002-2018 | N2-6 | 7 | M
NB/T 33002-2018 | N2-7 | 7 | L
NB/T 33002-2018 | N2-8 | 7 | M
NB/T 33002-2018 | N2-9 | 7 | M
NB/T 33002-2018 | N2-10 | - | L
NB/T 33002-2018 | N2-11 | 8 | M
NB/T 33002-2018 | N2-12 | - | H
NB/T 33002-2018 | N2-13 | - | H
NB/T 33002-2018 | N2-14 | - | H
GB/T 18487.1-2023 | G-1 | 4.5 | H
GB/T 18487.1-2023 | G-2 | 5.1.1 | H
GB/T 18487.1-2023 | G-3 | 5.1.2 | H
GB/T 18487.1-2023 | G-4 | 5.1.3 | H
GB/T 18487.1-2023 | G-5 | 5.2.1.2 | H
GB/T 18487.1-2023 | G-6 | 5.2.1.3 | H
GB/T 18487.1-2023 | G-7 | 5.2.1.4 | H
GB/T 18487.1-2023 | G-8 | 5.2.1.5 | H
GB/T 18487.1-2023 | G-9 | 5.2.1.6 | H
GB/T 18487.1-2023 | G-10 | 5.2.1.7 | H
GB/T 18487.1-2023 | G-11 | 5.2.2.2 | H
GB/T 18487.1-2023 | G-12 | 7.1.4 | H
GB/T 18487.1-2023 | G-13 | 7.4 | H
GB/T 18487.1-2023 | G-14 | 7.6 | H
GB/T 18487.1-2023 | G-15 | 7.7.2–7.7.4 | H
GB/T 18487.1-2023 | G-16 | 7.9 | H
GB/T 18487.1-2023 | G-17 | 10.1 | H
GB/T 18487.1-2023 | G-18 | 10.2 | H
GB/T 18487.1-2023 | G-19 | 10.6.1 | H
GB/T 18487.1-2023 | G-20 | 10.7.1 | H
GB/T 18487.1-2023 | G-21 | 11.2.1 | H
GB/T 18487.1-2023 | G-22 | 11.2.2 | H
GB/T 18487.1-2023 | G-23 | 11.2.3 | H
GB/T 18487.1-2023 | G-24 | 11.3.1 | H
GB/T 18487.1-2023 | G-25 | 11.4 | H
GB/T 18487.1-2023 | G-26 | 11.5.2 | H
GB/T 18487.1-2023 | G-27 | 11.6 | H
GB/T 18487.1-2023 | G-28 | 12.1.1 | H
GB/T 18487.1-2023 | G-29 | 12.2 | H
GB/T 18487.1-2023 | G-30 | 12.3 | H
GB/T 18487.1-2023 | G-31 | 12.4 | H
GB/T 18487.1-2023 | G-32 | 12.5.3 | H
GB/T 18487.1-2023 | G-33 | 12.5.2 | H
GB/T 18487.1-2023 | G-34 | 13.2 | H
GB/T 18487.1-2023 | G-35 | 13.3 | H
GB/T 18487.1-2023 | G-36 | 14 | H
GB/T 18487.1-2023 | G-37 | 15.1.1 | H
GB/T 18487.1-2023 | G-38 | 15.1.2 | H
GB/T 18487.1-2023 | G-39 | 15.1.4 | H
GB/T 18487.1-2023 | G-40 | 17 | H
GB/T 18487.1-2023 | T-01 | Table A.7 seq. 3.2, 4 | H
GB/T 18487.1-2023 | T-02 | A.3.9.2, A.3.10.11, Table A.7 seq. 8.1/8.2 | H
GB/T 18487.1-2023 | T-03 | A.3.10.11 | H
GB/T 18487.1-2023 | T-04 | A.3.9.2, Table A.7 seq. 9.1 | H
GB/T 18487.1-2023 | T-05 | Table A.7 seq. 10.1 | H
GB/T 18487.1-2023 | T-06 | A.3.9.2, Table A.7 seq. 10.2 | H
GB/T 18487.1-2023 | T-07 | A.3.10.5, Table A.7 seq. 2.2 | H
GB/T 18487.1-2023 | T-08 | Table A.7 seq. 2.2 | H
GB/T 18487.1-2023 | T-09 | Table A.7 seq. 12 | H
GB/T 18487.1-2023 | T-10 | A.3.10.6, 5.2.1.2 | H
GB/T 18487.1-2023 | T-11 | A.3.10.7 | H
GB/T 18487.1-2023 | T-12 | A.3.10.12 | H
GB/T 18487.1-2023 | T-13 | Table A.7 seq. 9.3 | H
GB/T 18487.1-2023 | T-14 | A.3.10.4 | H
GB/T 18487.1-2023 | T-15 | A.3.10.2, Table A.7 seq. 7 | H
GB/T 18487.1-2023 | T-16 | A.3.10.3 | H
GB/T 18487.1-2023 | T-17 | A.3.8.2, Table A.7 seq. 6 | H
GB/T 18487.1-2023 | T-18 | Table A.7 seq. 6 | H
GB/T 18487.1-2023 | T-19 | A.3.8.1 | H
GB/T 18487.1-2023 | T-20 | Table A.7 seq. 11 | H
GB/T 18487.1-2023 | T-21 | Table A.7 seq. 2.1/2.2 | H
GB/T 18487.1-2023 | T-22 | Table A.7 seq. 9.2 | H
GB/T 18487.1-2023 | T-23 | A.5 | H
GB/T 18487.1-2023 | OC-1 | A.3.10.9 | H
GB/T 18487.1-2023 | OC-2 | A.3.10.9 | H
GB/T 18487.1-2023 | OC-3 | A.3.10.10 | H
GB/T 18487.1-2023 | BF-2 | A.3.5 | H
GB/T 18487.1-2023 | BF-3 | Table A.7 seq. 3.2, 4 | H
GB/T 18487.1-2023 | BF-4 | A.2.6 | H
GB/T 18487.1-2023 | BF-5 | A.3.10.8 | H
GB/T 18487.1-2023 | BF-6 | 5.1.3 | H
GB/T 18487.1-2023 | BF-7 | A.3.10.11 note 3 | H
GB/T 18487.1-2015 | AC-P3 | - | M
GB/T 18487.1-2015 | AC-P4 | - | L
GB/T 18487.1-2015 | T-02 | - | M
GB/T 18487.1-2015 | T-03 | - | M
GB/T 18487.1-2015 | T-06 | - | L
GB/T 18487.1-2015 | T-07 | - | L
GB/T 18487.1-2015 | T-10 | - | M
GB/T 18487.1-2015 | T-12 | - | M
GB/T 18487.1-2015 | OC-1 | A.3.10.7 | M
GB/T 18487.1-2015 | OC-2 | A.3.10.7 | M
GB/T 20234.1-2023 | C-3 | 6.3.1.3; 6.3.4; 6.3.6; 6.3.10; 6.3.11 | H
GB/T 20234.1-2023 | C-5 | 6.2.13 | H
GB/T 20234.2-2015 | C-1 | scope | M
GB/T 20234.2-2015 | C-2 | Annex A/B | M
GB/T 20234.2-2015 | C-4 | - | H
practice | C-7 | - | L
GB/T 34657.1-2017 | case 1 | - | M
GB/T 34657.1-2017 | case 1a | 6.2 | M
GB/T 34657.1-2017 | case 1b | - | M
GB/T 34657.1-2017 | case 2 | - | M
GB/T 34657.1-2017 | case 3 | - | M
GB/T 34657.1-2017 | case 4 | - | M
GB/T 34657.1-2017 | case 5 | - | M
GB/T 34657.1-2017 | case 6 | - | M
GB/T 34657.1-2017 | case 7 | - | M
GB/T 34657.1-2017 | case 8 | - | M
GB/T 34657.1-2017 | case 9 | - | M
GB/T 34657.1-2017 | case 10 | - | M
GB/T 34657.1-2017 | case 11 | - | M
GB/T 34657.1-2017 | case 12 | - | M
GB/T 34657.1-2017 | case 13 | - | M
GB/T 34657.1-2017 | case 14 | - | M
JJG 1148-2022 | J-1 | 5.1 | M
JJG 1148-2022 | J-2 | 5.1 | M
JJG 1148-2022 | J-3 | - | M
JJG 1148-2022 | J-6 | 5.2 | M
JJG 1148-2022 | J-7 | - | M
JJG 1148-2022 | J-8 | - | M
JJG 1148-2022 | J-9 | - | M
JJG 1148-2022 | J-10 | - | M
JJG 1148-2022 | J-11 | - | M
JJG 1148-2022 | J-12 | - | M
JJG 1148-2022 | J-13 | - | M
JJG 1148-2022 | J-14 | - | M
JJG 1148-2018 | J-3 | 9.3 | M
JJG 1148-2018 | J-4 | 5.2 | M
JJG 1148-2018 | J-5 | 5.3 | M
JJG 1148-2018 | J-6 | 5.4 | M
JJG 1148-2018 | J-7 | 6.6 | M
JJG 1148-2018 | J-15 | 9.1; 9.2; 9.4; 9.5; 9.6 | M
GB/T 51313-2018 | P-1 | 3.0.2 (1) | M
GB/T 51313-2018 | P-2 | 3.0.2 (2) | M
GB/T 51313-2018 | P-3 | 3.0.2 (3) | M
GB/T 51313-2018 | P-4 | 4.0.2 (4) | M
GB/T 51313-2018 | P-5 | - | M
GB/T 51313-2018 | P-6 | - | M
GB/T 51313-2018 | P-7 | 6.1.5 (1) | M
GB/T 51313-2018 | P-8 | 6.1.5 (2), Table 6.1.5 | M
GB/T 51313-2018 | P-9 | 6.1.5 (3)–(4) | M
GB/T 51313-2018 | P-10 | 6.1.5 (5) | M
GB/T 51313-2018 | P-11 | 6.1.6 | M
practice | DI-01 | - | M
practice | DI-02 | - | M
practice | DI-03 | - | M
practice | DI-04 | - | L
practice | DI-05 | - | M
practice | DI-06 | - | L
practice | DI-07 | - | L
practice | DI-10 | - | L
practice | DI-11 | - | M
practice | DI-12 | - | M
practice | DI-13 | - | M
practice | DI-16 | - | L
practice | DI-19 | - | M
practice | DI-22 | - | L
practice | DI-23 | - | L
practice | DI-24 | - | M
practice | DI-25 | - | L
practice | DI-29 | - | M
practice | DI-30 | - | M
practice | DI-33 | - | M
practice | DI-34 | - | M
practice | DI-35 | - | M
practice | PM-4 | - | L
practice | PM-5 | - | L
practice | PM-6 | - | L
"""
CIRCUIT_PARAMETERS = [f"AC-P{number}" for number in range(1, 16)]

WITHOUT_ROW = {
    # Clauses of items that stand in tables without row numbers, or in a list of clauses.
    "GB/T 18487.1-2023": {
        "Table A.2", "Table A.3", "Table A.4", "Table A.5", "A.3.10.1", "A.1.1", "A.3.1", "A.3.2",
        "A.3.3", "A.3.4", "A.3.6", "A.3.7.2/3", "12.6, 11.7",
    },
    "GB/T 18487.1-2015": {"5.2.1.5", "10.2.5", "13"},
    "NB/T 33008.2-2018": {
        "4, Table 1", "5.2.1", "5.2.2", "5.2.3", "5.2.4", "5.2.5", "5.3.2", "5.3.3", "5.3.6",
        "5.4.1", "5.4.4", "5.4.5", "5.4.6", "5.14.1",
    },
    "JJG 1148-2018": {"5.1", "6.2", "6.4", "10.2", "3.2, 3.3"},
    "GB 39752-2024": {"5.1.2", "5.1.3", "5.1.4", "6.3.1", "6.3.2"},
}  # fmt: skip
NULL_WITHOUT_ROW = {
    # Named in the catalogue as "clause null", or read nowhere.
    "NB/T 33008.2-2018": {
        "control-sequence", "communication", "display", "input", "emergency-stop",
        "input-over-voltage", "input-under-voltage", "output-over-current", "over-temperature",
        "open-door", "insulation-resistance", "dielectric-strength", "impulse-withstand",
        "earthing", "clearance-creepage", "touchable-parts", "standby-power", "on-load-breaking",
        "pwm-power-adjustment", "data-retention", "emc", "cold", "dry-heat", "damp-heat", "mould",
        "hammer", "salt-mist", "noise",
    },
    "GB/T 18487.1-2015": {
        "cp-state-1", "cp-state-2", "cp-state-3", "cp-state-2-normal", "cp-state-3-normal",
        "cp-low-level",
    },
    "GB/T 34657.1-2017": {"cp-frequency", "duty-present"},
    "GB/T 34657.1-2025": {"ac-interoperability"},
}  # fmt: skip
CEILING = {
    # Where no row carries a confidence of its own.
    "GB/T 18487.1-2023": "H", "GB/T 18487.1-2015": "M", "NB/T 33008.2-2018": "M",
    "GB/T 34657.1-2017": "M", "GB/T 34657.1-2025": "M", "JJG 1148-2018": "M",
    "GB 39752-2024": "M", "GB/T 50966-2024": "M", "practice": "M",
}  # fmt: skip
GENERAL_KNOWLEDGE = {
    "GB/T 18487.1-2015/cp-state-2-normal",
    "GB/T 18487.1-2015/cp-low-level",
    "NB/T 33008.2-2018/salt-mist",
    "NB/T 33008.2-2018/noise",
    "practice/communication-error-rate",
    "practice/emergency-stop-reaction",
    "practice/emergency-stop-reset",
    "practice/gun-return",
    "practice/gun-surface-temperature",
    "practice/idle-creep",
    "practice/internal-temperature",
    "practice/response-time",
    "practice/temperature-agreement",
}
ELSEWHERE = {
    # Rows that say what an item of another row says already.
    "BF-1": "GB/T 18487.1-2023/contactor-adhesion",
    "C-6": "GB/T 18487.1-2023/interface-temperature",
    "DI-08": "GB/T 18487.1-2023/ip-rating",
    "DI-09": "GB/T 18487.1-2023/marking",
    "DI-14": "JJG 1148-2022/clock-error-in-use",
    "DI-15": "practice/cable-and-gun",
    "DI-17": "GB/T 18487.1-2023/plug-storage-height",
    "DI-18": "GB/T 18487.1-2023/cc-32a",
    "DI-20": "GB/T 18487.1-2023/cable-free-length",
    "DI-21": "GB/T 18487.1-2023/emergency-stop",
    "DI-22": "GB/T 18487.1-2023/rcd-rating",
    "DI-26": "NB/T 33002-2018/supply-voltage",
    "DI-27": "NB/T 33002-2018/supply-frequency",
    "DI-28": "GB/T 18487.1-2023/cp-state-1",
    "DI-31": "GB/T 18487.1-2023/duty-tolerance",
    "DI-32": "GB/T 18487.1-2023/grip-temperature-metal",
    "PM-1": "GB/T 18487.1-2023/insulation-resistance",
    "PM-2": "JJG 1148-2022/insulation-resistance",
    "PM-3": "practice/pe-bonding",
    "PM-7": "JJG 1148-2022/operating-error-class-1",
}
RANK = {"L": Confidence.LOW, "M": Confidence.MEDIUM, "H": Confidence.HIGH}


@cache
def facts() -> dict[tuple[str, str], tuple[set[str | None], Confidence]]:
    found: dict[tuple[str, str], tuple[set[str | None], Confidence]] = {}
    for line in [*FACTS.strip().splitlines(), *vehicle_facts.rows()]:
        standard, row, clauses, confidence = (part.strip() for part in line.split(" | "))
        allowed = {None if clause == "-" else clause for clause in clauses.split("; ")}
        found[standard, row] = (allowed, RANK[confidence])
    for row in CIRCUIT_PARAMETERS:
        found["GB/T 18487.1-2023", row] = ({"Table A.1"}, Confidence.HIGH)
    return found


@cache
def items() -> tuple[Item, ...]:
    return load_catalogue().items


def complaint(item: Item) -> str:
    """What an item claims beyond the transcription; empty when it keeps to it."""
    prefix, _, name = item.id.rpartition("/")
    if item.row is not None:
        if (prefix, item.row) not in facts():
            return f"{item.id}: no row {item.row} of {prefix}"
        clauses, confidence = facts()[prefix, item.row]
    elif prefix in vehicle_facts.WITHOUT_ROW:
        clauses, confidence = vehicle_facts.WITHOUT_ROW[prefix], RANK[vehicle_facts.CEILING[prefix]]
    elif prefix == "practice" and name.startswith(vehicle_facts.PARTS):
        known = item.id in vehicle_facts.MEDIUM_WITHOUT_ROW
        clauses, confidence = {None}, Confidence.MEDIUM if known else Confidence.LOW
    else:
        if prefix in {"practice", "GB/T 50966-2024"} or name in NULL_WITHOUT_ROW.get(prefix, set()):
            clauses = {None}
        else:
            clauses = set(WITHOUT_ROW.get(prefix, set()))
        confidence = RANK["L" if item.id in GENERAL_KNOWLEDGE else CEILING[prefix]]
    if item.clause not in clauses:
        return f"{item.id}: clause {item.clause!r}, seen were {clauses}"
    if item.confidence.rank > confidence.rank:
        return f"{item.id}: {item.confidence.value}, its row carries {confidence.value}"
    return ""


def test_no_item_claims_more_than_its_row() -> None:
    assert [found for item in items() if (found := complaint(item))] == []


def test_every_row_has_an_item() -> None:
    have = {(item.id.rpartition("/")[0], item.row) for item in items()}
    assert set(facts()) - have == set()


@pytest.mark.parametrize("row", ELSEWHERE)
def test_a_row_that_repeats_another_is_named_there(row: str) -> None:
    assert row in load_catalogue().item(ELSEWHERE[row]).also


def test_series_of_rows_are_complete() -> None:
    named = {row for item in items() for row in (item.row, *item.also)}
    series = {"G-": 40, "N2-": 14, "J-": 15, "C-": 7, "AC-P": 15, "OC-": 3, "BF-": 7, "P-": 11,
              "PM-": 7}  # fmt: skip
    wanted = {f"{start}{number}" for start, last in series.items() for number in range(1, last + 1)}
    wanted |= {f"T-{number:02d}" for number in range(1, 24)}
    wanted |= {f"DI-{number:02d}" for number in range(1, 36)}
    assert wanted - named == set()


def test_the_check_itself_finds_an_invented_clause_and_a_bold_confidence() -> None:
    honest = load_catalogue().item("JJG 1148-2022/energy-step")
    assert complaint(honest) == ""
    assert "6.4" in complaint(replace(honest, clause="6.4"))
    assert "high" in complaint(replace(honest, confidence=Confidence.HIGH))
    assert "no row" in complaint(replace(honest, row="J-99"))
    nameless = load_catalogue().item("NB/T 33008.2-2018/noise")
    assert "5.9" in complaint(replace(nameless, clause="5.9"))
    assert "medium" in complaint(replace(nameless, confidence=Confidence.MEDIUM))


def test_every_low_confidence_item_says_so_and_why() -> None:
    for item in items():
        if item.draft:
            assert "never judged" in item.label.en, item.id
        elif item.confidence is Confidence.LOW:
            assert item.note is not None, item.id
            assert "not judged" in item.label.en, item.id
            assert "不作为按标准的判定" in item.label.zh, item.id
        else:
            assert "configurable" not in item.label.en, item.id


def test_practice_never_prints_a_clause() -> None:
    for item in items():
        if item.practice:
            assert item.clause is None, item.id
            assert item.citation.en == "practice"
        elif item.draft:
            assert "draft" in item.citation.en
            assert "征求意见稿" in item.citation.zh
        elif item.clause is None:
            assert item.citation.en == f"{item.standard}-{item.edition}"
        else:
            assert item.clause in item.citation.en
