"""Everything simulated at one charging point, in one place: what faults and technician act on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.devices.modbus.points import Profile
from harness.errors import NotAvailableError
from simulators.fitting import pile_identity, pile_settings
from simulators.hand_tools import Multimeter
from simulators.hunting import Hunting
from simulators.line_testers import LineTesters
from simulators.meter.reference_meter import ReferenceMeter
from simulators.overrides import Overrides
from simulators.pile.pile import Pile
from simulators.pile.registers import PileRegisters
from simulators.pile.settings import PileSettings
from simulators.repair import Repair
from simulators.service import Service
from simulators.task import RentalTask
from simulators.vehicle.car import Car
from simulators.vehicle_side import VehicleSettings
from simulators.wire import Wire
from simulators.world import World

if TYPE_CHECKING:
    from simulators.twin import Twin


class Rig:
    """World, pile, meter and car of one seed, and the condition of the wires to them.

    Without `with_car` the vehicle at the pile is only its charging side: it never gets full.
    """

    def __init__(
        self,
        *,
        seed: int,
        now: Callable[[], float],
        wall: Callable[[], float],
        pile: Profile | None = None,
        meter: Profile | None = None,
        settings: PileSettings | None = None,
        vehicle: VehicleSettings | None = None,
        with_car: bool = False,
    ) -> None:
        if settings is None:
            settings = pile_settings(pile) if pile is not None else PileSettings()
        self.world = World(
            seed,
            now,
            phases=settings.phases,
            rated_voltage=settings.rated_voltage,
            rated_current=settings.rated_current,
            vehicle=vehicle,
            socket=settings.socket,
        )
        # Wall time at the start; from there on it goes with the world, so that an event that is
        # carried out late carries its own time.
        start = wall() - now()
        random = self.world.random("identity")
        self.pile = Pile(
            self.world,
            settings,
            wall=lambda: start + self.world.t,
            identity=pile_identity(pile, random) if pile is not None else None,
        )
        self.registers = PileRegisters(self.pile)
        self.meter = ReferenceMeter(self.world, self.world.random("meter"))
        self.hunting = Hunting(self.world)
        self.wires: dict[str, Wire] = {"pile": Wire(), "meter": Wire(), "injector": Wire()}
        self.line = Wire()
        """The trunk that the pile's wire branches off; piles on one line share it."""
        self.stranger = False
        """Somebody has connected a device to the line that the ledger does not know."""
        self.overrides = Overrides()
        self.repair = Repair()
        self.service = Service()
        self.task = RentalTask()
        """What the next rental wants of the car."""
        self.multimeter = Multimeter()
        self.line_testers = LineTesters()
        self.faults_on: set[str] = set()
        """Seeded faults that are there now; who mends one takes it out."""
        self.joined_to: Twin | None = None
        """This and another connection point of one pile."""
        self._car = Car(self.world, wall=lambda: start + self.world.t) if with_car else None

    def written_to_carrier(self, data: bytes) -> bytes:
        """What the data carrier for copies of evidence keeps of what is written to it."""
        if self._car is None or self._car.body.accident.carrier_sound or not data:
            return data
        middle = len(data) // 2
        return data[:middle] + bytes([data[middle] ^ 0x40]) + data[middle + 1 :]

    @property
    def car(self) -> Car:
        """The car. Raises NotAvailableError on a bench without one."""
        if self._car is None:
            raise NotAvailableError("no car is simulated on this bench")
        return self._car

    @property
    def twin(self) -> "Twin":
        """This and the other connection point of its pile. Raises NotAvailableError."""
        if self.joined_to is None:
            raise NotAvailableError("no second connection point is simulated on this bench")
        return self.joined_to

    @property
    def has_car(self) -> bool:
        return self._car is not None

    def advance(self) -> None:
        self.world.advance()
