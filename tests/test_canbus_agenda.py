"""The order in which buses and everything else in a world do things."""

import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.canbus.agenda import Agenda
from simulators.scheduler import Scheduler

times = st.lists(st.integers(0, 20).map(lambda ms: ms / 1000), max_size=12)


@given(times, times, st.lists(st.integers(1, 25).map(lambda ms: ms / 1000), max_size=5))
def test_deeds_and_events_happen_in_order_however_the_world_is_advanced(
    deeds: list[float], events: list[float], stops: list[float]
) -> None:
    done: list[tuple[float, float, str]] = []
    for coarse in (True, False):
        now = [0.0]
        scheduler = Scheduler(0.0)
        agenda = Agenda.of(scheduler, (lambda now=now: now[0]) if coarse else None)  # type: ignore[misc]
        seen: list[tuple[float, float, str]] = []
        for at in deeds:
            agenda.plan(at, lambda t, seen=seen, s=scheduler: seen.append((t, s.t, "deed")))  # type: ignore[misc]
        for at in events:
            scheduler.after(
                at,
                lambda at=at, seen=seen, s=scheduler: seen.append((at, s.t, "event")),  # type: ignore[misc]
            )
        for stop in [*sorted(stops), 0.03]:
            now[0] = stop
            scheduler.run_to(stop)
            assert all(t <= stop for t, _, _ in seen)
        assert [t for t, _, _ in seen] == sorted([*deeds, *events])
        assert all(t == pytest.approx(world, abs=1e-12) for t, world, _ in seen)
        if done:
            assert sorted(seen) == sorted(done)
        done = seen


def test_a_deed_may_plan_others_before_and_after_an_event() -> None:
    scheduler = Scheduler(0.0)
    agenda = Agenda.of(scheduler, lambda: 1.0)
    seen: list[str] = []
    scheduler.after(0.5, lambda: seen.append("event"))

    def deed(t: float) -> None:
        agenda.plan(t + 0.1, lambda _t: seen.append("before"))
        agenda.plan(t + 0.4, lambda _t: seen.append("after"))
        agenda.plan(t - 0.1, lambda at: seen.append(f"late {at == t}"))

    agenda.plan(0.2, deed)
    scheduler.run_to(1.0)
    assert seen == ["late True", "before", "event", "after"]


def test_an_event_planned_by_a_deed_comes_in_its_turn() -> None:
    scheduler = Scheduler(0.0)
    agenda = Agenda.of(scheduler, lambda: 1.0)
    seen: list[tuple[str, float]] = []

    def deed(_t: float) -> None:
        scheduler.after(0.05, lambda: seen.append(("event", scheduler.t)))

    agenda.plan(0.1, deed)
    agenda.plan(0.2, lambda _t: seen.append(("deed", scheduler.t)))
    scheduler.run_to(1.0)
    assert seen == [("event", pytest.approx(0.15)), ("deed", 0.2)]


def test_starting_waits_for_everything_of_the_moment() -> None:
    scheduler = Scheduler(0.0)
    agenda = Agenda.of(scheduler, lambda: 1.0)
    seen: list[str] = []

    class Traffic:
        def start(self, t: float) -> None:
            seen.append(f"start {t}")

    agenda.plan_start(0.1, Traffic())
    agenda.plan(0.1, lambda _t: seen.append("deed"))
    scheduler.after(0.1, lambda: seen.append("event"))
    scheduler.run_to(1.0)
    assert seen[-1] == "start 0.1"
    assert sorted(seen) == ["deed", "event", "start 0.1"]


def test_buses_of_one_scheduler_share_an_agenda_and_others_do_not() -> None:
    one, other = Scheduler(0.0), Scheduler(0.0)
    agenda = Agenda.of(one)
    assert Agenda.of(one, lambda: 3.0) is agenda
    assert agenda.now is not None
    assert Agenda.of(other) is not agenda


def test_an_agenda_goes_with_its_scheduler() -> None:
    scheduler = Scheduler(0.0)
    gone = weakref.ref(Agenda.of(scheduler))
    gc.collect()
    assert gone() is None


def test_an_error_in_a_deed_does_not_lose_the_others() -> None:
    scheduler = Scheduler(0.0)
    agenda = Agenda.of(scheduler, lambda: 1.0)
    seen: list[float] = []

    def broken(_t: float) -> None:
        raise RuntimeError("broken")

    agenda.plan(0.1, broken)
    agenda.plan(0.2, seen.append)
    with pytest.raises(RuntimeError, match="broken"):
        scheduler.run_to(1.0)
    scheduler.run_to(1.0)
    assert seen == [0.2]
