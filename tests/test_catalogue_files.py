"""Catalogue files: the shipped ones, a lab's own, and every kind of mistake with its place."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.catalogue.catalogue_file import CatalogueFile, file_stem
from harness.catalogue.load import SHIPPED, Catalogue, load_catalogue
from harness.errors import FileError, UnknownNameError, UsageError
from harness.limits import Range
from harness.quantity import Quantity
from harness.text import Text

NEEDED_BY_DAILY_INSPECTION = """
NB/T 33002-2018/supply-voltage NB/T 33002-2018/supply-frequency NB/T 33002-2018/status-display
GB/T 18487.1-2023/emergency-stop GB/T 18487.1-2023/contactor-adhesion GB/T 18487.1-2023/marking
NB/T 33008.2-2018/appearance NB/T 33008.2-2018/marking NB/T 33008.2-2018/connection-set
NB/T 33008.2-2018/metering-function NB/T 33008.2-2018/locking-device JJG 1148-2022/energy-step
JJG 1148-2022/clock-error-in-use JJG 1148-2022/clock-error-first practice/pile-idle
practice/identity practice/safety-preparation practice/no-open-fault
practice/emergency-stop-reaction practice/emergency-stop-latched practice/emergency-stop-reset
practice/emergency-stop-at-rest practice/gun-holder practice/idle-creep practice/tariff
practice/current-setting practice/internal-temperature practice/gun-surface-temperature
practice/temperature-agreement practice/communication-error-rate practice/response-time
practice/gun-return practice/lamp-agrees practice/site-and-signs practice/cable-and-gun
practice/inspection-record practice/conclusion
"""

GOOD = """\
# A lab's own items.
standard: Q/XYZ 001
edition: "2024"
title: {zh: 本室交流桩验收, en: Our acceptance of AC piles}
sources:
  own:
    text: {zh: 本室规定, en: our own rule}
    at_most: high
  guess:
    text: {zh: 经验, en: experience}
    at_most: low
items:

- id: Q/XYZ 001-2024/output-voltage
  clause: "4.1"
  title: {zh: 输出电压, en: Output voltage}
  requirement: {zh: 输出电压合格, en: The output voltage is right}
  limit: {of: rated_voltage, tolerance: 5 %}
  applies: AC
  method: instrument
  source: own
  confidence: high

- id: Q/XYZ 001-2024/fan-noise
  clause: null
  title: {zh: 风扇噪声, en: Fan noise}
  requirement: {zh: 风扇无异响, en: The fan makes no odd noise}
  applies: AC
  method: visual
  source: guess
  confidence: low
  note: {zh: 经验判断, en: A matter of experience}
"""
HEAD, _, ENTRIES = GOOD.partition("items:\n")
STEM = "q-xyz-001-2024"
RATINGS = {"voltage": Quantity(220.0, "V")}


def write(folder: Path, text: str, stem: str = STEM) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.yaml"
    path.write_bytes(text.encode())
    return path


def words(text: str) -> list[str]:
    """Ids of a list in which standards contain blanks."""
    joined = " ".join(text.split())
    for start in ("NB/T", "GB/T", "JJG"):
        joined = joined.replace(f"{start} ", f"{start}_")
    return [word.replace("_", " ") for word in joined.split()]


def test_every_shipped_item_loads_with_both_languages() -> None:
    items = load_catalogue().items
    assert len({item.id for item in items}) == len(items) > 300
    for item in items:
        texts = [item.title, item.requirement, item.criterion, item.source_text, item.label]
        texts += [item.note] if item.note else []
        for text in [*texts, item.citation]:
            assert text.zh.strip(), item.id
            assert text.en.strip(), item.id
        for text in texts:
            assert not any("\u4e00" <= sign <= "\u9fff" for sign in text.en), item.id
        for text in (item.title, item.requirement, item.source_text, item.label):
            assert any("\u4e00" <= sign <= "\u9fff" for sign in text.zh), (item.id, text.zh)
        assert item.source == item.source_text.en


def test_no_source_prints_an_internal_key() -> None:
    for item in load_catalogue().items:
        for key in ("S1 ", "S7", "S8", "S9", "GK", "charging-pile.md"):
            assert key not in f"{item.source} {item.note.en if item.note else ''} ", item.id


@pytest.mark.parametrize("name", words(NEEDED_BY_DAILY_INSPECTION))
def test_items_of_the_daily_inspection_exist(name: str) -> None:
    assert load_catalogue().item(name).id == name


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_one_item_alone_is_the_same_as_in_the_whole_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = CatalogueFile(path)
    assert [item.id for item in whole.items()] == CatalogueFile(path).ids()
    quick = CatalogueFile(path)
    # The short cut must do it alone: it is what keeps a run from parsing hundreds of items.
    monkeypatch.setattr(quick, "_load", lambda: pytest.fail("the whole file was parsed"))
    assert quick.head.prefix == whole.head.prefix
    for item in whole.items():
        assert quick.get(item.id) == item


def test_only_the_file_of_the_asked_standard_is_opened() -> None:
    catalogue = load_catalogue()
    assert catalogue.used == {}
    catalogue.item("JJG 1148-2022/energy-step")
    assert list(catalogue.used) == ["jjg-1148-2022.yaml"]
    assert catalogue.used["jjg-1148-2022.yaml"] == (SHIPPED / "jjg-1148-2022.yaml").read_bytes()


def test_standards_know_their_status() -> None:
    heads = {head.prefix: head for head in load_catalogue().standards}
    assert heads["GB/T 18487.1-2015"].replaced_by == "GB/T 18487.1-2023"
    assert heads["GB/T 18487.1-2023"].replaces == "GB/T 18487.1-2015"
    assert str(heads["GB 39752-2024"].in_force) == "2025-08-01"
    assert heads["practice"].edition is None


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("NB/T 33002-2018/suply-voltage", "NB/T 33002-2018/supply-voltage"),
        ("JJG 1148-2021/energy-step", "JJG 1148-2022/energy-step"),
        ("GB/T 18487.1-2023/t-01", "GB/T 18487.1-2023/T-01"),
        ("nonsense", "practice/..."),
        ("", "practice/..."),
        ("practice/\udcff", "practice/tariff"),
    ],
)
def test_an_unknown_item_lists_near_matches(asked: str, offered: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        load_catalogue().item(asked)
    assert offered in caught.value.detail


def test_file_names_follow_from_standards() -> None:
    assert file_stem("GB/T 18487.1-2023") == "gb-t-18487.1-2023"
    assert file_stem("practice") == "practice"


def test_a_lab_adds_a_folder(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    catalogue = load_catalogue([tmp_path])
    item = catalogue.item("Q/XYZ 001-2024/output-voltage")
    assert item.standard == "Q/XYZ 001"
    assert item.edition == "2024"
    assert item.citation == Text("Q/XYZ 001-2024 第 4.1 条", "Q/XYZ 001-2024, 4.1")
    assert item.source_text == Text("本室规定", "our own rule")
    assert catalogue.item("practice/tariff").practice
    assert len(catalogue.items) == len(load_catalogue().items) + 2


def test_a_lab_adds_practice_of_its_own_beside_ours(tmp_path: Path) -> None:
    own = GOOD.replace("Q/XYZ 001-2024", "practice").replace("Q/XYZ 001", "practice")
    own = own.replace('edition: "2024"', "edition: null").replace('clause: "4.1"', "clause: null")
    write(tmp_path / "ours", own, "practice")
    catalogue = load_catalogue([tmp_path / "ours"])
    assert catalogue.item("practice/fan-noise").row is None
    assert catalogue.item("practice/tariff").title.zh == "费率"
    # Two files of one name: each is kept under a name of its own.
    assert set(catalogue.used) == {"items/practice.yaml", "ours/practice.yaml"}


def test_an_id_belongs_to_one_file_only(tmp_path: Path) -> None:
    write(tmp_path / "a", GOOD)
    write(tmp_path / "b", GOOD)
    catalogue = load_catalogue([tmp_path / "a", tmp_path / "b"])
    with pytest.raises(FileError) as caught:
        catalogue.item("Q/XYZ 001-2024/fan-noise")
    assert f"{STEM}.yaml:24:7: the id 'Q/XYZ 001-2024/fan-noise' stands in" in str(caught.value)
    with pytest.raises(FileError) as caught:
        _ = catalogue.items
    assert len(caught.value.problems) == 2


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such folder"):
        load_catalogue([tmp_path / "nowhere"])


MISTAKES = [
    ("id: Q/XYZ 001-2024/fan-noise", "id: Q/XYZ 002-2024/fan-noise", "24:7", "does not belong to"),
    ("id: Q/XYZ 001-2024/fan-noise", "id: fan noise", "24:7", "should match pattern"),
    ("001-2024/fan-noise", "001-2024/output-voltage", "24:7", "stands twice"),
    ("  clause: null\n", "", "24:3", "'clause' is missing"),
    ("clause: null", 'clause: ""', "25:11", "at least 1"),
    ("clause: null", "clause: 4.1", "25:11", "valid string"),
    ("zh: 风扇噪声, en: Fan noise", "zh: 风扇噪声", "26:10", "both languages"),
    ("en: The fan makes no odd noise", 'en: ""', "27:16", "both languages"),
    ("method: visual", "method: guessing", "29:11", "'instrument'"),
    ("applies: AC\n  method: visual", "applies: DC\n  method: visual", "28:12", "'EVSE'"),
    ("source: guess", "source: gues", "30:11", "one of: guess, own"),
    ("confidence: low", "confidence: medium", "31:15", "at most low"),
    ("confidence: low", "confidence: certain", "31:15", "'medium'"),
    ("  note: {zh: 经验判断, en: A matter of experience}\n", "", "24:3", "a note"),
    ("tolerance: 5 %", "tolerance: 5 furlong", "18:41", "unknown unit"),
    ("tolerance: 5 %", "tolerance: -5 %", "18:10", "zero or more"),
    ("limit: {of: rated_voltage, tolerance: 5 %}", "limit: {low: 9, high: 1, unit: V}", "18:10",
     "range is empty"),
    ("limit: {of:", "limit: {from:", "18:17", "not known here"),
    ("  applies: AC\n  method: instrument", "  colour: red\n  applies: AC\n  method: instrument",
     "19:11", "not known here"),
    ("    at_most: low", "    at_most: none", "11:14", "'low'"),
    ("edition: \"2024\"", "edition: 24", "3:10", "pattern"),
    ("standard: Q/XYZ 001", "standard: Q/XYZ 003", "2:11", "q-xyz-003-2024.yaml"),
    ("items:\n", "items: []\nothers:\n", "12:8", "at least 1"),
    ("clause: null", "clause: null\n  clause: null", "26:3", "stands twice"),
    ("title: {zh: 风扇噪声, en", "title: {zh: 风扇噪声, en: [", "26:26", "valid YAML"),
    ("  note: {zh", "  superseded_by: Q/XYZ 001-2024/nothing\n  note: {zh", "32:18",
     "no item is called"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "is_now", "place", "complaint"), MISTAKES)
def test_a_mistake_is_reported_with_its_place(
    tmp_path: Path, was: str, is_now: str, place: str, complaint: str
) -> None:
    assert GOOD.count(was) == 1
    path = write(tmp_path, GOOD.replace(was, is_now))
    catalogue = Catalogue([CatalogueFile(path)])
    with pytest.raises(FileError) as caught:
        _ = catalogue.items
    found = [str(problem) for problem in caught.value.problems]
    assert any(
        line.startswith(f"{path}:{place}") and complaint.replace("'", "") in line.replace("'", "")
        for line in found
    ), found


def test_a_mistake_in_the_asked_item_is_not_hidden_by_the_short_cut(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("method: visual", "method: guessing"))
    with pytest.raises(FileError) as caught:
        load_catalogue([tmp_path]).item("Q/XYZ 001-2024/fan-noise")
    assert f"{path}:29:11" in str(caught.value)


def test_practice_with_a_clause_is_refused(tmp_path: Path) -> None:
    own = GOOD.replace("Q/XYZ 001-2024", "practice").replace("Q/XYZ 001", "practice")
    write(tmp_path, own.replace('edition: "2024"', "edition: null"), "practice")
    with pytest.raises(FileError, match="15:11: practice has no clauses; expected null"):
        load_catalogue([tmp_path]).item("practice/output-voltage")


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD.replace("- id: Q/XYZ 001-2024/fan-noise", '- id: "Q/XYZ 001-2024/fan-noise"'),
        GOOD.replace("- id: Q/XYZ 001-2024/fan-noise\n  clause: null",
                     "- clause: null\n  id: Q/XYZ 001-2024/fan-noise"),
        GOOD.replace("source: guess", "source: &s guess"),
        GOOD.replace("requirement: {zh: 输出", "requirement: &r {zh: 输出").replace(
            "requirement: {zh: 风扇无异响, en: The fan makes no odd noise}", "requirement: *r"),
        f"{HEAD}items:\n" + "".join(f"  {line}\n" for line in ENTRIES.splitlines()),
        f"standard: Q/XYZ 001\nitems:\n{ENTRIES}" + HEAD.partition("standard: Q/XYZ 001\n")[2],
    ],
    ids=["crlf", "bom", "quoted", "id-second", "anchor", "alias", "indented", "items-first"],
)  # fmt: skip
def test_other_ways_to_write_the_same_file(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    for name in ("output-voltage", "fan-noise"):
        item = load_catalogue([tmp_path]).item(f"Q/XYZ 001-2024/{name}")
        assert item.source in ("our own rule", "experience")
    first = load_catalogue([tmp_path]).item("Q/XYZ 001-2024/output-voltage")
    assert first.limit is not None
    assert first.limit.describe() == "rated_voltage ± 5 %"
    assert len(Catalogue([CatalogueFile(tmp_path / f"{STEM}.yaml")]).items) == 2


def test_an_int_edition_is_a_year(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace('edition: "2024"', "edition: 2024"))
    item = load_catalogue([tmp_path]).item("Q/XYZ 001-2024/fan-noise")
    assert item.edition == "2024"


@given(
    st.integers(0, len(GOOD.encode())),
    st.integers(0, 12),
    st.binary(max_size=6) | st.sampled_from([b"\n- ", b": ", b"{", b"&a ", b"*a", b"\t", b"|"]),
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_a_complaint_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, at: int, cut: int, put: bytes
) -> None:
    data = GOOD.encode()
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / f"{STEM}.yaml"
    path.write_bytes(data[:at] + put + data[at + cut :])
    file = CatalogueFile(path)
    for name in ("output-voltage", "fan-noise"):
        try:
            item = file.get(f"Q/XYZ 001-2024/{name}")
        except FileError as error:
            assert str(path) in error.detail
            continue
        if item is not None:
            try:
                assert isinstance(item.limit_for(RATINGS), Range | None)
            except UsageError as error:
                assert item.id in error.detail
    try:
        Catalogue([CatalogueFile(path)]).items  # noqa: B018
    except FileError as error:
        assert str(path) in error.detail


def test_the_example_of_the_standards_page_is_a_good_file(tmp_path: Path) -> None:
    page = (SHIPPED.parents[2] / "docs" / "standards.md").read_text(encoding="utf-8")
    name, _, rest = page.partition('title="our-items/')[2].partition('"\n')
    write(tmp_path, rest.partition("```")[0], name.removesuffix(".yaml"))
    item = load_catalogue([tmp_path]).item("Q/LAB 001-2026/cable-length")
    assert item.limit_for() == Range("m", 4.0, None)
