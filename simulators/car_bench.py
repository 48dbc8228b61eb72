"""The car of a simulated bench as others reach it: buses in memory, slcan adapters, hands."""

from collections.abc import Callable, Mapping
from itertools import count

from harness.clock import Deadline
from harness.devices.can.memory import Hub, offer_hub, withdraw_hub
from harness.devices.operator import Operator, Question, QuestionKind
from harness.devices.snapshot import Snapshot
from harness.errors import UnknownNameError, UsageError
from harness.quantity import Value
from harness.text import Text
from simulators import technician
from simulators.canbus.slcan_server import SlcanServer
from simulators.rig import Rig
from simulators.vehicle import hands, measuring
from simulators.vehicle.before_service import ordered_parts, taken_before
from simulators.vehicle.diagnosis import attach_diagnosis, description, ledger
from simulators.vehicle.network import CarNetwork

_NUMBERS = count(1)
"""So that every simulated bus of a process has a name of its own."""
_AT_ONCE = 1.0


class CarBench:
    """Network, diagnostic servers and adapters of the car in a rig.

    `loop_start` is the loop's time at which `now` was 0, for the stamps of frames. Must be made
    inside a running loop.
    """

    def __init__(self, rig: Rig, now: Callable[[], float], loop_start: float) -> None:
        self._rig = rig
        self.network = CarNetwork(rig.car, now=now, offset=loop_start)
        self.network.start()
        self.diagnosis = attach_diagnosis(self.network, rig.world.random, rig.advance)
        self.site: dict[str, Value] = ledger(self.diagnosis) | rig.car.rental.ledger()
        """What the ledger says of the sound car (VIN, approved versions, coding), and its order."""
        self._before = taken_before(self.diagnosis, rig, description())
        self._parts = ordered_parts(self.diagnosis)
        self._hubs: list[str] = []
        self._adapters: list[SlcanServer] = []

    @property
    def before_service(self) -> Snapshot:
        """What the car showed before the work of the workshop that it comes from."""
        return self._rig.service.stored(self._before)

    @property
    def service_papers(self) -> Mapping[str, object]:
        """Keys of a bench file's `maintenance` section for that work."""
        return self._rig.service.told(self._parts)

    def offer_buses(self) -> dict[str, str]:
        """Make every bus reachable in this process; bus -> name of its hub."""
        names: dict[str, str] = {}
        for bus, hub in self.network.buses.items():
            names[bus] = f"{bus}-{next(_NUMBERS)}"
            offer_hub(names[bus], hub)
            self._hubs.append(names[bus])
        return names

    async def serve(self, bus: str, address: str) -> str:
        """Serve a bus ("" for all of them, as the gateway shows them at the diagnostic connector).

        `address` is `slcan://HOST:PORT`, port 0 for any free one, or `pty`. Returns the address
        served. Raises UsageError, UnknownNameError, ConnectionFailedError, NotAvailableError.
        """
        buses: Mapping[str, Hub] = {str(name): hub for name, hub in self.network.buses.items()}
        if bus and bus not in buses:
            raise UnknownNameError("bus", bus, list(buses))
        scheme, _, rest = address.partition("://")
        host, _, port = rest.rpartition(":")
        if address != "pty" and (
            scheme != "slcan" or not host or not port.isdecimal() or int(port) > 65535
        ):
            raise UsageError(f"{address!r} is no address; expected slcan://HOST:PORT or pty")
        server = SlcanServer(buses[bus] if bus else self.network.mirror)
        self._adapters.append(server)
        if address == "pty":
            return await server.serve_pty()
        return f"slcan://{await server.serve_tcp(host.strip('[]'), int(port))}"

    async def stop(self) -> None:
        """Switch everything off. Safe to call twice."""
        adapters, self._adapters = self._adapters, []
        for adapter in adapters:
            await adapter.stop()
        hubs, self._hubs = self._hubs, []
        for name in hubs:
            withdraw_hub(name)
        self.diagnosis.close()
        self.network.stop()


_KINDS: tuple[tuple[Mapping[str, object], QuestionKind], ...] = (
    (hands.ACTIONS, "confirm"),
    (measuring.OBSERVATIONS, "observe"),
    (measuring.LOOKS, "inspect"),
    (measuring.READINGS, "reading"),
)


_BESIDE: tuple[tuple[Mapping[str, object], QuestionKind], ...] = (
    (technician.ACTIONS, "confirm"),
    (technician.READINGS, "reading"),
)
"""The same at a pile beside the car."""


def _kinds(*, pile: bool) -> tuple[tuple[Mapping[str, object], QuestionKind], ...]:
    return (*_KINDS, *_BESIDE) if pile else _KINDS


def subjects(*, pile: bool = False) -> list[str]:
    """Everything that hands, eyes and instruments can do at the car, and at a pile beside it."""
    return sorted({subject for table, _ in _kinds(pile=pile) for subject in table})


async def act(person: Operator, subject: str, *, pile: bool) -> str:
    """Have a person do, see or measure something at the car, and say what came of it.

    `pile`: there is one beside the car. Raises UnknownNameError, NotAvailableError.
    """
    kind = next((kind for table, kind in _kinds(pile=pile) if subject in table), None)
    if kind is None:
        raise UnknownNameError("thing to do here", subject, subjects(pile=pile))
    unit = _unit(subject) if kind == "reading" else None
    ask = Text(subject, subject)
    question = Question(kind=kind, step="sim", subject=subject, ask=ask, unit=unit)
    answer = await person.ask(question, Deadline.after(_AT_ONCE))
    shown = "ok" if answer.value is True else f"{answer.value} {unit or ''}".rstrip()
    return f"{subject}: {shown}" + (f" ({answer.note})" if answer.note else "")


def _unit(subject: str) -> str:
    reading = measuring.READINGS.get(subject) or technician.READINGS[subject]
    return reading.unit
