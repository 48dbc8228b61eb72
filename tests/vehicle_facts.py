"""Transcription of the vehicle fact sheets, for `test_catalogue_facts`.

Copied row by row from the sheets, not from the item files: standard, row, clauses seen (a dash
where none was) and the confidence of that row in that edition. A row that was read in one edition
of GB 7258 only is L in the other. Rows of tables without row numbers are numbered by section.
"""

BOTH_EDITIONS_OF_GB_7258 = """
G-01 | 4 | 4 | M | M
G-02 | 4.1.3 | - | H | L
G-03 | 4.1.4 | - | H | L
G-05 | 4 | 4 | M | M
G-06 | 4 | 4 | L | L
G-07 | 4 | 4 | M | M
G-08 | 5.1 | - | H | L
G-09 | 5.2 | - | H | L
S-01 | 6.1 | - | H | L
S-02 | 6.2 | - | H | L
S-03 | 6.3 | - | H | L
S-04 | 6 | 6 | M | M
S-05 | 6 | 6 | M | M
S-06 | 6 | 6 | M | M
S-07 | 6 | 6 | M | M
B-01 | 7 | 7 | M | M
B-02 | 7 | 7 | M | M
B-03 | 7 | 7 | M | M
B-04 | 7 | 7 | M | M
B-05 | 7 | 7 | M | M
B-06 | 7 | 7 | M | M
B-07 | 7 | 7 | M | M
B-08 | 7 | 7 | M | M
B-09 | 7 | 7 | M | M
B-10 | 7 | 7 | L | L
B-11 | - | 7.2.12 | M | M
B-12 | 7 | 7 | L | L
B-13 | 7 | 7 | M | M
B-14 | 7 | 7 | M | M
L-01 | 8 | 8 | M | M
L-02 | 8 | 8 | M | M
L-03 | 8 | 8 | M | M
L-04 | 8 | 8 | M | M
L-05 | 8 | 8 | M | M
L-06 | 8 | 8.6.1 | M | M
L-09 | 8 | 8 | M | M
L-10 | - | - | M | M
L-11 | 8 | 8 | M | M
T-01 | 9 | 9 | M | M
T-02 | 9 | 9 | M | M
T-03 | 9 | 9 | M | M
T-04 | 9 | 9 | M | M
T-05 | 9 | 9 | L | L
T-06 | 9 | 9 | L | L
T-07 | 9 | 9 | L | L
D-01 | 11 | 11 | M | M
D-03 | 11.5.7 | 11 | M | M
D-04 | 12 | 12 | M | M
D-05 | 12.2.1–12.2.2 | - | H | L
D-06 | 12.1.1 | - | H | L
D-07 | 12.1.2 | - | H | M
D-08 | 12.1.4 | - | H | L
D-09 | 12.1.5 | - | H | L
D-10 | 12.1.6 | - | H | L
D-11 | 12 | - | M | M
D-13 | 12 | 12 | L | L
D-14 | 12 | 12 | M | M
"""
"""Row, clause of 2012, clause of 2017, confidence in 2012 and in 2017."""

ONE_EDITION = """
GB 7258-2017 | G-04 | 4.1.5 | M
GB 7258-2017 | L-07 | 8.6.5 | M
GB 7258-2017 | L-08 | - | M
GB 7258-2017 | D-02 | - | M
GB 7258-2017 | D-12 | - | M
GB 7258-2017 | E-01 | - | M
GB 7258-2017 | E-02 | - | M
GB 7258-2017 | E-03 | - | M
GB 7258-2017 | E-04 | - | L
GB 7258-2017 | E-05 | - | L
GB 7258-2025-draft | F-01 | - | M
GB 7258-2025-draft | F-02 | - | M
GB 7258-2025-draft | F-03 | - | M
GB 7258-2025-draft | F-04 | - | M
GB 7258-2025-draft | F-05 | - | M
GB 7258-2025-draft | F-06 | - | M
GB 7258-2025-draft | F-07 | - | M
GB 7258-2025-draft | F-08 | - | M
GB 21861-2014 | 2-1 | - | L
GB 21861-2014 | 2-2 | - | H
GB 21861-2014 | 2-3 | -; 6.3.1.1–6.3.1.3; 6.3.2 | H
GB 21861-2014 | 2-4 | - | H
GB 21861-2014 | 2-5 | - | H
GB 21861-2014 | 2-6 | - | M
GB 21861-2014 | 2-7 | - | M
GB 21861-2014 | 2-8 | - | M
GB 38900-2020 | 2-1 | - | L
GB 38900-2020 | 2-2 | - | L
GB 38900-2020 | 2-3 | - | L
GB 38900-2020 | 2-4 | - | M
GB 38900-2020 | 2-5 | - | M
GB 38900-2020 | 2-6 | - | M
GB 38900-2020 | 2-7 | - | M
GB 38900-2020 | 2-8 | -; Annex D; Annex E; Annex F | M
GB/T 44500-2024 | N-01 | Annex B | M
GB/T 44500-2024 | N-02 | Annex B | M
GB/T 44500-2024 | N-03 | Annex B | L
GB/T 44500-2024 | N-04 | Annex B | M
GB/T 44500-2024 | N-05 | Annex B | L
GB/T 44500-2024 | N-06 | Annex B | M
GB/T 44500-2024 | N-07 | Annex B | M
GB/T 44500-2024 | N-08 | Annex B | M
GB/T 44500-2024 | N-09 | - | M
GB/T 44500-2024 | N-10 | -; 6.3.2.4 | M
GB/T 44500-2024 | N-11 | 4.1 | H
GB/T 44500-2024 | N-12 | 4.3 | H
GB/T 44500-2024 | N-13 | - | H
GB/T 45688-2025 | C.1 | C.1 | H
GB/T 45688-2025 | C.2 | C.2 | H
GB/T 45688-2025 | C.3 | C.3 | H
GB/T 45688-2025 | C.4 | C.4 | H
GB/T 45688-2025 | C.5 | C.5 | H
GB/T 45688-2025 | C.6 | C.6 | H
GB/T 45688-2025 | C.7 | C.7 | H
GB/T 45688-2025 | C.8 | C.8 | H
GB/T 45688-2025 | C.9 | C.9 | H
GB/T 45688-2025 | C.10 | C.10 | H
GB/T 45688-2025 | C.11a | C.11 | H
GB/T 45688-2025 | C.11b | C.11 | H
GB/T 45688-2025 | C.12 | C.12 | H
GB 18384-2020 | H-01 | 4 | M
GB 18384-2020 | H-02 | 5.1.2.1 | M
GB 18384-2020 | H-03 | 5.1.3 | M
GB 18384-2020 | H-04 | 5.1.4 | M
GB 18384-2020 | H-05 | 5.1.4.2 | H
GB 18384-2020 | H-06 | 5.1.4 | M
GB 18384-2020 | H-07 | 5.1.4.4 | M
GB 18384-2020 | H-08 | 5.1.5 | M
GB 18384-2020 | H-09 | 5.2 | L
GB 18384-2020 | H-10 | 5.2.2.3 | M
GB 18384-2020 | H-11 | 5.7 | M
GB 18384-2020 | H-12 | 5.6 | M
GB 18384-2020 | H-13 | 5.8 | M
GB 18384-2025 | H-01 | 4 | M
GB 18384-2025 | H-02 | 5.1 | M
GB 18384-2025 | H-03 | - | M
GB 18384-2025 | H-04 | 5.1.4 | M
GB 18384-2025 | H-05 | - | M
GB 18384-2025 | H-06 | 5.1.4 | M
GB 18384-2025 | H-07 | - | M
GB 18384-2025 | H-08 | 5.1 | M
GB 18384-2025 | H-09 | 5.3 | L
GB 18384-2025 | H-10 | - | M
GB 18384-2025 | H-11 | 5.8 | M
GB 18384-2025 | H-12 | 5.7 | M
GB 18384-2025 | H-13 | 5.9 | M
GB 18384-2025 | H-14 | 5.2, 6.3 | H
GB 18384-2025 | H-15 | - | M
GB 18384-2025 | H-16 | 5.11 | H
JT/T 794-2019 | IC-19 | 6.2 | H
JT/T 1068-2016 | R-03 | - | M
JT/T 1068-2016 | R-04 | - | M
JT/T 1068-2016 | R-05 | - | M
JT/T 1069-2016 | R-07 | - | L
GB/T 29911-2013 | R-08 | - | L
practice | R-01 | - | M
practice | R-02 | - | M
practice | R-06 | - | H
practice | R-09 | - | M
practice | R-10 | - | H
practice | R-11 | - | M
practice | R-12 | - | M
practice | N-09 | - | L
practice | N-10 | - | L
practice | T-05 | - | L
"""
NUMBERED = {
    # Standard, start of the row, last number, clause and confidence of a whole table.
    ("GB/T 45688-2025", "4.1-", 12): ("Table 1", "H"),
    ("GB/T 45688-2025", "4.3-", 7): ("6.2, Annex D", "H"),
}
DAILY = [f"DC-{number:02d}" for number in range(1, 26)]
"""Rows without a confidence: figures are tunable, what only names a check is M at most."""
SENSORS = {
    **{f"IC-{number:02d}": "L" for number in (1, 2, 6, 9, 10, 12, 14, 15, 16, 18)},
    **{f"IC-{number:02d}": "M" for number in (3, 4, 5, 7, 8, 11, 13, 17, 20)},
}
BY_WIRE = [f"DW-{number:02d}" for number in range(1, 10)]

SERIES = {
    "GB 7258-2012": [("G-", 9), ("S-", 7), ("B-", 14), ("L-", 11), ("T-", 7), ("D-", 14)],
    "GB 7258-2017": [
        ("G-", 9), ("S-", 7), ("B-", 14), ("L-", 11), ("T-", 7), ("D-", 14), ("E-", 5),
    ],
    "GB 7258-2025-draft": [("F-", 8)],
    "GB/T 44500-2024": [("N-", 13)],
    "GB 18384-2020": [("H-", 13)],
    "GB 18384-2025": [("H-", 16)],
}  # fmt: skip
"""Rows that each file has to carry, counted from 01."""
NOT_IN_2012 = {"G-04", "L-07", "L-08", "D-02", "D-12"}
"""Rows that are marked as not applicable, or seen in 2017 only."""

WITHOUT_ROW = {
    "GB/T 45688-2025": {None, "Table B.5"},
    "GB 21861-2014": {None},
    "GB 38900-2020": {None, "Annex G"},
}
CEILING = {"GB/T 45688-2025": "H", "GB 21861-2014": "M", "GB 38900-2020": "M"}
PARTS = ("vehicle-", "bus-", "joint-", "sensor-", "by-wire-", "service-")
MEDIUM_WITHOUT_ROW = {"practice/vehicle-12v-rest-operator", "practice/vehicle-brake-pad"}


def rows() -> list[str]:
    """All rows as `standard | row | clauses | confidence`."""
    found = ONE_EDITION.strip().splitlines()
    for line in BOTH_EDITIONS_OF_GB_7258.strip().splitlines():
        row, old, new, sure_old, sure_new = line.split(" | ")
        found += [
            f"GB 7258-2012 | {row} | {old} | {sure_old}",
            f"GB 7258-2017 | {row} | {new} | {sure_new}",
        ]
    for (standard, start, last), (clause, confidence) in NUMBERED.items():
        found += [
            f"{standard} | {start}{number} | {clause} | {confidence}"
            for number in range(1, last + 1)
        ]
    found += [f"practice | {row} | - | M" for row in DAILY if row != "DC-18"]
    found += [f"practice | {row} | - | {confidence}" for row, confidence in SENSORS.items()]
    found += [f"practice | {row} | - | L" for row in BY_WIRE]
    return found
