"""While something goes on in real time, the collector leaves alone what was loaded before."""

import gc
from collections.abc import Iterator

import pytest

from harness.pauses import no_long_pauses


@pytest.fixture(autouse=True)
def _nothing_frozen() -> Iterator[None]:
    """The test run itself has frozen what it collected."""
    gc.unfreeze()
    yield
    gc.collect()
    gc.freeze()


class Node:
    """Holds itself."""

    def __init__(self) -> None:
        self.me = self


def test_what_is_loaded_is_set_aside_until_it_ends() -> None:
    with no_long_pauses():
        assert gc.get_freeze_count() > 10_000
        assert len(gc.get_objects()) < 1_000, "so little is left to look through"
        Node()
        assert gc.collect() >= 1, "new garbage is still found"
    assert gc.get_freeze_count() == 0


def test_who_has_arranged_it_already_is_left_alone() -> None:
    gc.freeze()
    before = gc.get_freeze_count()
    with no_long_pauses():
        assert gc.get_freeze_count() == before
    assert gc.get_freeze_count() == before


def test_it_ends_whatever_happens() -> None:
    with pytest.raises(KeyError), no_long_pauses():
        raise KeyError
    assert gc.get_freeze_count() == 0
