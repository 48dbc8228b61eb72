"""What renters leave in the car: keys on telephones, profiles, destinations, accounts.

The cockpit computer keeps profiles, paired phones, destinations and accounts, the telematics unit
the users that are bound to the car, the body controller the digital keys. A sound car comes back
without data of the renter; the two keys are the operator's own. A seller's account that is still
bound to the car is the same thing: whichever procedure looks, it looks here.
"""

from simulators.vehicle.part import Part, Site

KEY_PLACES = 4
COCKPIT = ("user_profiles", "paired_phones", "saved_destinations", "signed_in_accounts")
"""Counts that the cockpit computer keeps."""
TERMINAL = ("bound_users",)
"""Counts that the telematics unit keeps."""
COUNTS = (*COCKPIT, *TERMINAL)
CLEARING = 1.5
"""Seconds that clearing takes in a unit."""
_FOR_EVER = 3600.0


class UserData(Part):
    """Counts by the names of their identifiers, and the keys."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/user-data")
        self.user_profiles = 0
        self.paired_phones = 0
        self.saved_destinations = 0
        self.signed_in_accounts = 0
        self.bound_users = 0
        first, second = (random.randrange(1, 2**32) for _ in range(2))
        self.keys: tuple[int, ...] = (first, second, 0, 0)
        """Numbers of the digital keys by place; 0: no key there."""
        self.clears = True
        """False: the clearing routine says that it has passed and leaves everything."""
        self.hangs = False
        """The clearing routine goes on for ever."""
        self.refuses = False
        """The clearing routine fails."""

    def binding(self) -> str:
        """Account that the telematics unit is bound to. A fleet does not bind its own cars."""
        return "former_owner" if self.bound_users else "unbound"

    def takes(self) -> float:
        """How long clearing goes on in a unit (s)."""
        return _FOR_EVER if self.hangs else CLEARING

    def clear(self, names: tuple[str, ...]) -> str:
        """Erase these counts; the result of the routine."""
        if self.refuses:
            return "failed"
        if self.clears:
            for name in names:
                setattr(self, name, 0)
        return "passed"
