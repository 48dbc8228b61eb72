"""Dirt, water and things in and on the car, as a cleaner finds and leaves them.

What a place has on it is a note of what the eye sees there. Cleaning takes dirt away; where it is
done with a hose, water stays at the places that must be dry.
"""

from simulators.vehicle.part import Part, Site

INSIDE = ("seats", "floor", "dashboard", "screens")
OUTSIDE = ("body", "glass", "wheels")
MUST_BE_DRY = ("inlet", "sensors", "screens")
_DIRT = {
    "seats": "crumbs on the seats", "floor": "sand on the floor",
    "dashboard": "dust on the dashboard", "screens": "fingerprints on the screens",
    "body": "road dirt on the body", "glass": "film on the glass", "wheels": "brake dust",
}  # fmt: skip


class Cabin(Part):
    """By place: what is seen there that should not be."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/cabin-dirt")
        places = random.sample((*INSIDE, *OUTSIDE), 3)
        self.dirt: dict[str, str] = {place: _DIRT[place] for place in sorted(places)}
        """What a day of renting leaves; it goes by cleaning."""
        self.stains: dict[str, str] = {}
        """What cleaning does not take away."""
        self.wet: frozenset[str] = frozenset()
        self.left_behind = ""
        """What the renter forgot, if anything."""
        self.damage = ""
        """Damage in the cabin or on the body that is not in the car's record."""
        self.hosed: frozenset[str] = frozenset()
        """Places that whoever cleans does with a hose, against the rules."""
        self.start_button_leaks = False
        """The start button lets water in when the dashboard is wiped."""
        self.start_button_wet = False
        """Water is in it: pressing does nothing."""
        self.plug_leaks = False
        """A plug in the bumper lets water in when the outside is washed."""

    def clean(self, places: tuple[str, ...]) -> None:
        """Somebody cleans these places."""
        self.dirt = {place: seen for place, seen in self.dirt.items() if place not in places}
        inside = set(places) == set(INSIDE)
        due = {"screens"} if inside else {"inlet", "sensors"}
        self.wet = (self.wet - due) | (self.hosed & due)
        if self.start_button_leaks and inside:
            self.start_button_wet = True

    def seen(self, place: str) -> str | None:
        """What is wrong with a place by the cleaning list; None: nothing."""
        return self.dirt.get(place) or self.stains.get(place)
