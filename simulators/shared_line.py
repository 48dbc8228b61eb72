"""Several simulated devices on one RS-485 line, behind one connection."""

from collections.abc import Sequence
from typing import Any

from simulators.modbus_server import SimulatedSlave
from simulators.wire import Disturbance, Wire


class _Clash(Wire):
    """Two devices answer at once: what arrives is neither."""

    def next_reply(self) -> Disturbance | None:
        return Disturbance.CORRUPTED


class SharedSlaves(SimulatedSlave):
    """For the server one device: at any moment the one that the last request was meant for.

    A master asks one thing at a time, so there is never more than one at work. Two with the same
    unit id spoil each other's answers, as they do on a real line.
    """

    def __init__(self, slaves: Sequence[SimulatedSlave]) -> None:
        first = slaves[0]
        super().__init__(
            first.registers,
            first.device,
            first.wire,
            advance=first.advance,
            response_delay=first.response_delay,
        )
        self._slaves = list(slaves)
        self._clash = _Clash()
        self._chosen = first

    def hears(self, unit: int, *, direct: bool) -> bool:
        hearing = [slave for slave in self._slaves if slave.hears(unit, direct=False)]
        if not hearing:
            return False
        chosen = hearing[0]
        self.registers, self.device = chosen.registers, chosen.device
        self.advance, self.response_delay = chosen.advance, chosen.response_delay
        self.wire = chosen.wire if len(hearing) == 1 else self._clash
        self._chosen = chosen
        return True

    def answer(self, request: Any) -> Any:
        return self._chosen.answer(request)
