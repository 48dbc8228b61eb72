"""A run that is killed leaves a record that verifies and a pile that opens its contactor."""

from pathlib import Path

from kill_run import kill_many


def test_killed_live_runs(tmp_path: Path) -> None:
    kills = kill_many(tmp_path, 12, at_once=6, seed=7)
    assert len(kills) == 12
    assert [kill for kill in kills if not kill.good] == []
    # The test must have met both: a session that was running, and a journal worth checking.
    assert any(kill.was_closed for kill in kills)
    assert any(kill.lines > 5 for kill in kills)
    assert not any(kill.sealed and kill.was_closed for kill in kills)
