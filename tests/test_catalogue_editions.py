"""Items named without their edition, drafts, and standards spread over several files."""

from pathlib import Path

import pytest

from harness.catalogue.load import load_catalogue
from harness.errors import FileError, UnknownNameError

ENTRY = """\
- id: {id}
  clause: null
  title: {{zh: 项目, en: An item}}
  requirement: {{zh: 要求, en: A requirement}}
  applies: vehicle
  method: bus
  source: own
  confidence: medium
"""
SOURCES = """\
title: {zh: 本室规定, en: Our own rule}
sources:
  own:
    text: {zh: 本室规定, en: our own rule}
    at_most: high
items:

"""


def write(folder: Path, stem: str, head: str, *ids: str, more: str = "") -> Path:
    path = folder / f"{stem}.yaml"
    entries = "\n".join(ENTRY.format(id=id) + more for id in ids)
    path.write_text(f"{head}{SOURCES}{entries}", encoding="utf-8")
    return path


def edition(folder: Path, year: str, *names: str, more: str = "") -> Path:
    head = f'standard: Q/CAR 7\nedition: "{year}"\n{more}'
    return write(folder, f"q-car-7-{year}", head, *(f"Q/CAR 7-{year}/{name}" for name in names))


@pytest.mark.parametrize(
    ("asked", "editions", "found"),
    [
        ("GB 7258/speedometer-error", None, "GB 7258-2017/speedometer-error"),
        ("GB 7258/speedometer-error", {}, "GB 7258-2017/speedometer-error"),
        ("GB 7258/speedometer-error", {"GB 7258": "2012"}, "GB 7258-2012/speedometer-error"),
        ("GB 7258/speedometer-error", {"GB 18384": "2020"}, "GB 7258-2017/speedometer-error"),
        ("GB 7258-2017/tread-depth", {"GB 7258": "2012"}, "GB 7258-2017/tread-depth"),
        ("GB 7258/dipped-beam-height", {"GB 7258": "2012"}, "GB 7258-2012/dipped-beam-height"),
        ("GB 18384/insulation-dc", None, "GB 18384-2025/insulation-dc"),
        ("GB 18384/insulation-dc", {"GB 18384": "2020"}, "GB 18384-2020/insulation-dc"),
        ("GB/T 18487.1/T-17", None, "GB/T 18487.1-2023/T-17"),
        ("GB/T 18487.1/cp-frequency", {"GB/T 18487.1": "2015"}, "GB/T 18487.1-2015/cp-frequency"),
        ("JJG 1148/energy-step", None, "JJG 1148-2022/energy-step"),
        ("practice/bus-resistance", {"practice": "2017"}, "practice/bus-resistance"),
    ],
)
def test_a_name_without_edition_means_the_chosen_one_or_the_one_in_force(
    asked: str, editions: dict[str, str] | None, found: str
) -> None:
    catalogue = load_catalogue()
    assert catalogue.resolve(asked, editions) == found
    assert catalogue.item(asked, editions).id == found


@pytest.mark.parametrize(
    ("asked", "editions", "said"),
    [
        (
            "GB 7258/tread-depth",
            {"GB 7258": "2004"},
            ("no edition is called", "GB 7258-2012", "GB 7258-2017"),
        ),
        ("GB 7258/low-speed-sound", {"GB 7258": "2004"}, ("no edition is called", "GB 7258-2017")),
        (
            "GB 7258/tread-depth",
            {"GB 7258": "2025"},
            ("no edition is called 'GB 7258-2025'", "-2012", "-2017"),
        ),
        (
            "GB 7258/low-speed-sound",
            {"GB 7258": "2012"},
            ("item of GB 7258-2012", "GB 7258-2017/low-speed-sound"),
        ),
        (
            "GB 7258/dipped-beam-height",
            None,
            ("item of the edition in force", "GB 7258-2012/dipped-beam-height"),
        ),
        ("GB 7258/pedal-misuse", None, ("item of the edition in force",)),
        ("GB 7258/tred-depth", None, ("GB 7258-2017/tread-depth",)),
        (
            "GB 21861/unique-vin",
            None,
            ("item of the edition in force", "GB 21861-2014/unique-vin"),
        ),
        ("GB 9999/tread-depth", None, ("no item is called", "GB 7258-2017/tread-depth")),
    ],
)
def test_what_cannot_be_resolved_says_which_editions_have_it(
    asked: str, editions: dict[str, str] | None, said: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        load_catalogue().item(asked, editions)
    for part in said:
        assert part in caught.value.detail


def test_an_unknown_edition_offers_only_those_that_have_the_item() -> None:
    with pytest.raises(UnknownNameError) as caught:
        load_catalogue().item("GB 7258/low-speed-sound", {"GB 7258": "2004"})
    assert "2012" not in caught.value.detail


def test_editions_are_listed_oldest_first_with_drafts() -> None:
    heads = load_catalogue().editions("GB 7258")
    assert [head.prefix for head in heads] == ["GB 7258-2012", "GB 7258-2017", "GB 7258-2025-draft"]
    assert load_catalogue().editions("practice") == ()
    assert load_catalogue().editions("GB 7258-2017") == ()
    assert load_catalogue().editions("") == ()


def test_the_files_that_decided_are_kept_in_the_record() -> None:
    catalogue = load_catalogue()
    catalogue.item("GB 7258/tread-depth")
    assert set(catalogue.used) == {
        "gb-7258-2012.yaml",
        "gb-7258-2017.yaml",
        "gb-7258-2025-draft.yaml",
    }


def test_a_later_edition_of_a_lab_is_the_one_in_force(tmp_path: Path) -> None:
    edition(tmp_path, "2019", "width")
    edition(tmp_path, "2024", "width", "height")
    edition(tmp_path, "2026", "width", more="draft: true\n").rename(
        tmp_path / "q-car-7-2026-draft.yaml"
    )
    path = tmp_path / "q-car-7-2026-draft.yaml"
    path.write_text(path.read_text("utf-8").replace("-2026/", "-2026-draft/"), encoding="utf-8")
    catalogue = load_catalogue([tmp_path])
    assert catalogue.item("Q/CAR 7/width").id == "Q/CAR 7-2024/width"
    assert catalogue.item("Q/CAR 7-2026-draft/width").draft
    with pytest.raises(UnknownNameError, match="Q/CAR 7-2024/height"):
        catalogue.item("Q/CAR 7/height", {"Q/CAR 7": "2019"})
    assert len(catalogue.items) == len(load_catalogue().items) + 4


def test_an_edition_that_was_replaced_is_not_in_force(tmp_path: Path) -> None:
    edition(tmp_path, "2019", "width")
    edition(tmp_path, "2024", "width", more="replaced_by: Q/CAR 8-2026\n")
    assert load_catalogue([tmp_path]).item("Q/CAR 7/width").id == "Q/CAR 7-2019/width"


def test_a_draft_with_a_limit_is_refused(tmp_path: Path) -> None:
    head = 'standard: Q/CAR 7\nedition: "2026"\ndraft: true\n'
    limit = "  limit: {high: 2, unit: m}\n"
    write(tmp_path, "q-car-7-2026-draft", head, "Q/CAR 7-2026-draft/width", more=limit)
    with pytest.raises(FileError, match=r"19:10: nothing is judged against a draft; expected no"):
        load_catalogue([tmp_path]).item("Q/CAR 7-2026-draft/width")


PART = "standard: practice\nedition: null\npart: lamps\n"


def test_a_part_is_found_by_the_start_of_the_name(tmp_path: Path) -> None:
    write(tmp_path, "practice-lamps", PART, "practice/lamps-clean", "practice/lamps-dry")
    catalogue = load_catalogue([tmp_path])
    assert catalogue.item("practice/lamps-dry").id == "practice/lamps-dry"
    assert "practice-lamps.yaml" in catalogue.used
    assert "practice-bus.yaml" not in catalogue.used
    catalogue = load_catalogue([tmp_path])
    catalogue.item("practice/tariff")
    assert set(catalogue.used) == {"practice.yaml"}


def test_an_item_of_a_part_begins_with_its_name(tmp_path: Path) -> None:
    write(tmp_path, "practice-lamps", PART, "practice/lamps-clean", "practice/glass-clean")
    with pytest.raises(FileError, match=r"20:7: 'glass-clean' does not belong to the part 'lamps'"):
        _ = load_catalogue([tmp_path]).items


def test_the_file_of_a_part_is_named_after_it(tmp_path: Path) -> None:
    write(tmp_path, "practice-lights", PART, "practice/lamps-clean")
    with pytest.raises(FileError, match=r"the file name practice-lamps\.yaml"):
        _ = load_catalogue([tmp_path]).items


def test_an_id_in_a_part_and_in_the_main_file_stands_twice(tmp_path: Path) -> None:
    write(tmp_path, "practice-lamps", PART, "practice/lamps-clean")
    write(tmp_path, "practice", PART.replace("part: lamps\n", ""), "practice/lamps-clean")
    with pytest.raises(FileError, match="stands in"):
        load_catalogue([tmp_path]).item("practice/lamps-clean")
