"""Keys, immobiliser, alarm, and commands that come by radio."""

from simulators.vehicle.part import Part, Site


class Access(Part):
    """What the body controller knows of keys."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/access")
        self.key_present = True
        """A key is in reach of the antennas."""
        self.key_learned = True
        """The key is one of this car's."""
        self.key_id = random.randint(1, 4)
        self.transponder_works = True
        self.immobilised = False
        """By a remote command."""
        self.armed = True
        self.triggered = False
        self.remote_result = "none"

    def immobiliser(self) -> str:
        """Id state, in the words of the database."""
        if not self.transponder_works:
            return "fault"
        if not self.key_present:
            return "no_key"
        return "id_valid" if self.key_learned else "id_invalid"

    @property
    def releases(self) -> bool:
        """The immobiliser lets the car drive."""
        return self.immobiliser() == "id_valid" and not self.immobilised

    def alarm(self) -> str:
        if self.triggered:
            return "triggered"
        return "armed" if self.armed else "disarmed"
