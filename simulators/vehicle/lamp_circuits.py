"""Warning lamps of the cluster as lamps: the check at switch-on, and what can be wrong with one."""

from simulators.vehicle.part import Part, Site
from simulators.vehicle.telltales import TELLTALES

CHECKED = ("Brake", "Abs", "Esc", "Eps", "Airbag")
"""Lamps that light for a moment when the car is switched on."""
LATE = 3.5
"""Seconds by which a late one is late."""


class WarningLamp(Part):
    """One lamp of the cluster with its driver."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.condition = "sound"
        """Or `dead`, `stuck` (lit with the key on) or `late` (lights late at the check)."""


class WarningLamps(Part):
    """All of them. The check begins with KL15 and lasts for a second and a half."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.all = {name: WarningLamp(site) for name in TELLTALES}
        self.lasts = round(site.random("car/lamp-check").uniform(1.3, 1.5), 2)

    def __getitem__(self, name: str) -> WarningLamp:
        return self.all[name]

    def checking(self, name: str, since: float) -> bool:
        """Whether the check has this lamp lit, `since` seconds after the key was turned on."""
        late = LATE if self.all[name].condition == "late" else 0.0
        return name in CHECKED and late <= since < late + self.lasts

    def shown(self, name: str, wanted: str, *, key_on: bool) -> str:
        """What the lamp does when the cluster wants it `off`, `on` or `flashing`."""
        match self.all[name].condition:
            case "dead":
                return "off"
            case "stuck" if key_on:
                return "on"
            case _:
                return wanted
