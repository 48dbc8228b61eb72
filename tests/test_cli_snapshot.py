"""`harness snapshot compare`: two kept snapshots, for an inventory."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli.root import ROOT
from harness.devices.snapshot import Snapshot
from harness.devices.vehicle.snapshot import NOT_READ

BEFORE = Snapshot(
    "shared-ev", "2026-01-05T01:00:15Z",
    {NOT_READ: [], "vcu.odometer": 9.0, "adcu.edr_event_count": 0}, {"vcu.odometer": "km"},
)  # fmt: skip
USED = replace(BEFORE, points={**BEFORE.points, "vcu.odometer": 19.5})
HIT = replace(USED, points={**USED.points, "adcu.edr_event_count": 1})


def _compare(folder: Path, after: Snapshot, lang: str, alter: bool = False) -> tuple[int, str]:
    for name, one in (("a", BEFORE), ("b", after)):
        (folder / f"{name}.json").write_bytes(one.dump())
    if alter:
        path = folder / "b.json"
        path.write_text(path.read_text("utf-8").replace("19.5", "9.5"), encoding="utf-8")
    files = [str(folder / f"{name}.json") for name in "ab"]
    found = CliRunner().invoke(ROOT, ["snapshot", "compare", *files, "--lang", lang])
    return found.exit_code, found.output


def test_use_is_no_finding(tmp_path: Path) -> None:
    code, text = _compare(tmp_path, USED, "en")
    assert code == 0
    assert "Odometer: 9 km → 19.5 km" in text


@pytest.mark.parametrize(("lang", "what"), [("zh", "须查明原因"), ("en", "needs a reason")])
def test_an_event_is_one_and_stands_first(tmp_path: Path, lang: str, what: str) -> None:
    code, text = _compare(tmp_path, HIT, lang)
    assert code == 1
    assert text.splitlines()[1].strip().startswith(what)


@pytest.mark.parametrize(("lang", "what"), [("zh", "已被改动"), ("en", "was altered")])
def test_an_altered_file_is_refused(tmp_path: Path, lang: str, what: str) -> None:
    code, text = _compare(tmp_path, USED, lang, alter=True)
    assert code == 2
    assert what in text
