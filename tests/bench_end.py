"""What there is to see of a simulated bench when a run is over, just before it is taken down."""

from collections.abc import Callable

import pytest

from simulators.bench import SimulatedBench


def look_at_the_end(patch: pytest.MonkeyPatch, look: Callable[[SimulatedBench], None]) -> None:
    """Have every simulated bench looked at before it stops."""
    stop = SimulatedBench.stop

    async def looked_at(bench: SimulatedBench) -> None:
        look(bench)
        await stop(bench)

    patch.setattr(SimulatedBench, "stop", looked_at)
