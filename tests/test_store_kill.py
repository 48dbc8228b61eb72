"""A store whose program was killed: every bundle is either in it, whole and listed, or not."""

import subprocess
import sys
from pathlib import Path

import pytest
from skill_runs import write_run
from store_help import BACKENDS, fill

from harness.store.compare import check_all
from harness.store.filters import Filters
from harness.store.shelf import ARRIVING
from harness.store.store import Store

SCRIPT = Path(__file__).with_name("kill_store.py")


def killed(stage: str, store: Store, run: Path) -> None:
    url = store.index.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, SCRIPT, stage, str(store.shelf.url), url, run], check=False,
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode in (-9, 9), done.stderr


# What the database does at a kill is its own affair: one stage shows that it is asked to.
WHERE = [
    *(("sqlite", stage) for stage in ("copying", "copied", "written", "listed")),
    *((name, "written") for name in BACKENDS if name != "sqlite"),
]


@pytest.mark.parametrize(("index_url", "stage"), WHERE, indirect=["index_url"])
def test_killed_while_adding(stage: str, store: Store, tmp_path: Path) -> None:
    places = fill(store, tmp_path / "runs", 2)
    run = tmp_path / "another"
    write_run(run, day=7)
    killed(stage, store, run)
    shelf = tmp_path / "shelf"
    assert list(shelf.rglob(f"{ARRIVING}*")), "something was left"
    listed = [row["place"] for row in store.find(Filters(), None)]
    assert sorted(listed)[:2] == places
    assert len(listed) == (3 if stage == "listed" else 2)
    found = list(check_all(store))
    assert {one.place: one.exit_code for one in found} == dict.fromkeys(sorted(listed), 0)
    assert not list(shelf.rglob(f"{ARRIVING}*")), "finished or taken away"
    added = store.add(run)
    assert added.new is (stage != "listed")
    assert [one.exit_code for one in check_all(store)] == [0, 0, 0]


def test_killed_while_rebuilding(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path / "runs", 3)
    before = store.find(Filters(), None)
    killed("rebuilding", store, tmp_path)
    assert store.find(Filters(), None) == before, "until it is done the old index stands"
    assert store.rebuild().runs == 3
    assert store.find(Filters(), None) == before
