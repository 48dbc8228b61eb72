"""What belongs to the renting of the car: order, number plate, people by their codes, marks.

Everything is invented. The plate begins with a character that no province uses.
"""

from collections.abc import Callable, Mapping

from harness.errors import NotAvailableError
from harness.quantity import Value
from harness.rental import NO_DAMAGE, VIEWS
from simulators.vehicle.part import Part, Site

_OLD = ("scratch of 5 cm", "small dent", "stone chip", "paint rubbed off")
SAME, OTHER = "same", "other"
"""Whether the sheet that the renter holds shows the hash of the snapshot."""


class Rental(Part):
    """One order, the people of the hand-over, and marks on the car.

    A dict or set in an attribute is replaced, never changed in place.
    """

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/rental")
        self.order = f"R260105-{random.randrange(1000, 9999)}"
        self.plate = f"测A D{random.randrange(10**5):05d}"
        self.driver = f"K-{random.randrange(1000, 9999)}"
        """Code of the driver that the order names."""
        self.order_shown = self.order
        """Number of the order that the renter shows."""
        self.plate_on_car = self.plate
        self.staff_signs = f"T-{random.randrange(100, 999)}"
        """Code that the employee signs with."""
        self.renter_signs = self.driver
        self.sheet_shows = SAME
        marks: dict[str, str] = {}
        if random.random() < 0.5:
            marks[random.choice(VIEWS[:-1])] = random.choice(_OLD)
        self.marks: Mapping[str, str] = marks
        """Damage from before the hand-over: view -> what is there."""
        self.sheet = tuple(marks)
        """Views of which the sheet of the car names damage."""
        self.new_marks: Mapping[str, str] = {}
        """Damage since the hand-over."""
        self.hidden: frozenset[str] = frozenset()
        """Views that nobody can get to, because something stands there."""
        self.hidden_at_return: frozenset[str] = frozenset()

    def ledger(self) -> dict[str, Value]:
        """What order and sheet say, as a bench file's `site` has it."""
        return {
            "order_number": self.order,
            "plate": self.plate,
            "order_driver": self.driver,
            "known_damage": ", ".join(self.sheet) or NO_DAMAGE,
        }

    def look(self, view: str) -> str | None:
        """What is wrong at one view before the car is handed over."""
        self._reach(view, self.hidden)
        return self.marks.get(view)

    def look_again(self, view: str) -> str | None:
        """What is there at its return that was not there before."""
        self._reach(view, self.hidden_at_return)
        return self.new_marks.get(view)

    @staticmethod
    def _reach(view: str, hidden: frozenset[str]) -> None:
        if view in hidden:
            raise NotAvailableError(f"nobody can get to the view {view!r}: a wall is too close")


OBSERVATIONS: Mapping[str, Callable[[Rental], str]] = {
    "order-number": lambda rental: rental.order_shown,
    "number-plate": lambda rental: rental.plate_on_car,
    "signature-staff": lambda rental: rental.staff_signs,
    "signature-renter": lambda rental: rental.renter_signs,
    "sheet-of-renter": lambda rental: rental.sheet_shows,
}
"""What is read off or said at the hand-over, by the subject of the question."""
