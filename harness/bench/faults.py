"""Faults that are put into a bench on purpose: by relays, or into its simulation."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from harness.bench.load import LoadedBench
from harness.bench.relays import RelayInjector, title_of
from harness.bench.roles import split_fault
from harness.bench.simulated import Injector
from harness.clock import Deadline
from harness.errors import (
    BenchError,
    EvidenceError,
    NotAvailableError,
    UnknownNameError,
    UsageError,
)
from harness.events import Event, FaultSet


class BenchFaults:
    """What is switched on, and how. Every switching goes on record through `emit`."""

    def __init__(
        self, loaded: LoadedBench, injector: Injector | None, emit: Callable[[Event], None]
    ) -> None:
        self.injector = injector
        """The simulation of this process, which can have any seeded fault."""
        self.relays: RelayInjector | None = None
        """The relay board, once it is open."""
        self._loaded = loaded
        self._emit = emit
        self._on: list[str] = []

    @property
    def possible(self) -> bool:
        """Faults can be put into this bench."""
        return self.injector is not None or bool(self._wired)

    @property
    def _wired(self) -> Mapping[str, str]:
        board = self._loaded.model.devices.get("injector")
        return board.faults if board is not None else {}

    def require(self, name: str) -> None:
        """Check that a fault can be injected. Raises UsageError or UnknownNameError."""
        if name in self._wired:
            return
        if self.injector is None:
            raise UsageError("faults can be injected only on a bench with an injector")
        fault, place = split_fault(name)
        if fault not in self.injector.fault_titles():
            raise UnknownNameError("fault", fault, list(self.injector.fault_titles()))
        if "@" in name and place not in self._loaded.simulated_inside:
            raise UnknownNameError("pile", place, self._loaded.piles)

    async def switch(self, name: str, *, on: bool, deadline: Deadline) -> None:
        """Switch a fault, by its relay where it has one, and put that on record.

        Raises BenchError when the relay does not do it, NotAvailableError when it is not opened.
        """
        self.require(name)
        if name in self._wired:
            if self.relays is None:
                raise NotAvailableError("the injector is not open")
            if on and name not in self._on:
                self._on.append(name)  # before it is tried: it may be on, whatever is read
            await self.relays.switch(name, on=on, deadline=deadline, emit=self._emit)
        else:
            assert self.injector is not None
            self.injector.set_fault(name, on=on)
        if on and name not in self._on:
            self._on.append(name)
        if not on and name in self._on:
            self._on.remove(name)
        self._emit(FaultSet(fault=name, on=on, title=title_of(split_fault(name)[0])))

    async def clear(self, within: float) -> None:
        """Take out whatever is in; each has `within` seconds."""
        for name in list(self._on):
            # A broken record is told by the recorder, a relay that stays on by the safe state.
            with suppress(EvidenceError, BenchError):
                await self.switch(name, on=False, deadline=Deadline.after(within))
