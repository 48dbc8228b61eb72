"""Names in a record may have been altered: none of them leads out of the folder or stops a view."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.evidence.layout import file_inside, safe_name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bundle = tmp_path / "bundle"
    (bundle / "attachments").mkdir(parents=True)
    (bundle / "attachments" / "photo.png").write_bytes(b"x")
    (tmp_path / "secret").write_bytes(b"y")
    return bundle


def test_a_file_of_the_record_is_found(folder: Path) -> None:
    assert file_inside(folder, "attachments/photo.png") == folder / "attachments" / "photo.png"


@pytest.mark.parametrize("name", ["", ".", "attachments", "none", "../secret", "\x00", "a" * 4000])
def test_what_is_no_file_of_the_record_is_none(folder: Path, name: str) -> None:
    assert file_inside(folder, name) is None
    assert file_inside(folder, str(folder.parent / "secret")) is None


def test_a_link_that_leads_out_is_none(folder: Path) -> None:
    (folder / "link").symlink_to(folder.parent / "secret")
    assert file_inside(folder, "link") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
@example("\ud800")
@example("\x00")
def test_any_text_is_answered(folder: Path, name: str) -> None:
    found = file_inside(folder, name)
    assert found is None or found.is_relative_to(folder)
    safe = safe_name(name)
    assert "/" not in safe and "\x00" not in safe and safe not in ("", ".", "..")
