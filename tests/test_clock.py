"""Virtual time: nothing waits, nothing hangs, and order is kept."""

import asyncio
import time

import pytest

from harness.clock import (
    SIMULATION_EPOCH,
    Clock,
    Deadline,
    TimeDeadlockError,
    loop_time,
    run,
    shown_minute,
    shown_time,
    sleep,
    sleep_until,
)


def test_an_hour_passes_without_waiting() -> None:
    async def main() -> tuple[float, str]:
        clock = Clock(virtual=True)
        for _ in range(3600):
            await sleep(1)
        return clock.elapsed(), clock.now().utc.isoformat()

    before = time.process_time()
    elapsed, wall = run(main, virtual=True)
    assert elapsed == pytest.approx(3600)
    assert wall.startswith("2026-01-05T02:00:00")
    assert time.process_time() - before < 60  # a real hour would show


def test_timers_fire_in_order() -> None:
    seen: list[float] = []

    async def waiter(delay: float) -> None:
        await sleep(delay)
        seen.append(loop_time())

    async def main() -> None:
        await asyncio.gather(*(waiter(delay) for delay in (3, 1, 2, 1.5)))

    run(main, virtual=True)
    assert seen == sorted(seen) == [1, 1.5, 2, 3]


def test_waiting_for_nothing_is_reported_instead_of_hanging() -> None:
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(TimeDeadlockError):
        run(main, virtual=True)


def test_a_deadline_shrinks_and_ends_a_wait() -> None:
    async def main() -> None:
        deadline = Deadline.after(10)
        await sleep(4)
        assert deadline.remaining() == pytest.approx(6)
        assert deadline.sooner(2).remaining() == pytest.approx(2)
        assert deadline.sooner(60) == deadline
        with pytest.raises(TimeoutError):
            async with deadline.timeout():
                await sleep(100)
        assert deadline.passed()
        assert deadline.remaining() == 0

    run(main, virtual=True)


def test_sleep_until_a_moment_in_the_past_returns_at_once() -> None:
    async def main() -> float:
        await sleep(5)
        await sleep_until(3)
        return loop_time()

    assert run(main, virtual=True) == 5


def test_real_threads_still_reach_the_virtual_loop() -> None:
    async def main() -> int:
        return await asyncio.to_thread(lambda: 42)

    # A thread is real: the loop must not run away while one works. Here a timer keeps it alive.
    async def guarded() -> int:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        loop.call_soon_threadsafe(future.set_result, 42)
        return await future

    assert run(guarded, virtual=True) == 42
    assert run(main, virtual=False) == 42


def test_the_ordinary_loop_uses_real_time() -> None:
    async def main() -> bool:
        return Clock(virtual=False).start.utc > SIMULATION_EPOCH

    assert run(main, virtual=False)


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ("2026-01-05T01:00:00+00:00", "2026-01-05 09:00:00 (UTC+8)"),
        ("2026-01-04T20:00:00.250+03:00", "2026-01-05 01:00:00 (UTC+8)"),
        ("2026-01-05T01:00:00", "2026-01-05T01:00:00"),
        ("soon", "soon"),
    ],
)
def test_readers_are_shown_one_time_wherever_the_program_runs(recorded: str, shown: str) -> None:
    assert shown_time(recorded) == shown
    assert shown_minute(recorded) == shown.replace(":00 (", " (")
