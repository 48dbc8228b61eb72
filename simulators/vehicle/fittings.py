"""What is mounted on the car, carried in it or stamped on it, and wears, is lost or is altered."""

from simulators.vehicle.part import Part, Site

CARRIED = frozenset({"warning triangle", "reflective vest", "extinguisher"})
SEATS_BELTED = ("driver", "passenger", "rear left", "rear middle", "rear right")


class Fittings(Part):
    """All sound at first. Words say what is wrong there; empty: nothing."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.plate_covered = ""
        """Which number plate is."""
        self.motor_plate = True
        """Model and number of the drive motor can be read."""
        self.recorder = True
        self.cut_off_stated = True
        """The papers of the car state that it can cut its traction circuit."""
        self.torn_edge = ""
        self.mirror_film = False
        """On the side windows."""
        self.mirrors = {"left": True, "right": True}
        """Whether the glass is there and whole."""
        self.extra_lamps = ""
        self.high_voltage_marks = True
        self.tread_patterns = {"front": ("A", "A"), "rear": ("A", "A")}
        """Left and right tyre of each axle."""
        self.retreads: frozenset[str] = frozenset()
        """Wheels with a retread."""
        self.steering_wheel = "left"
        self.belts = dict.fromkeys(SEATS_BELTED, 3)
        """Points at which each belt is held; 0: there is none."""
        self.webbing_cut: frozenset[str] = frozenset()
        self.anchorages = 2
        """For child seats."""
        self.carried = CARRIED
        self.extinguisher_charged = True
        self.door_sags = ""
        self.anti_lock = True
        """The hydraulic unit of the anti-lock brakes is there."""
        self.motor_noise = ""
        self.dark_segment = ""
        """Part of the cluster's display that shows nothing."""
        self.windows_reverse = True
        """Power windows reverse at an obstacle."""
        self.wipers_park = True
        self.horn_contact = True
        """False: it makes contact now and then."""
        self.wrong_colour = ""
        """Lamp that shines in another colour."""
        self.steering_sticks = False
        self.steering_centres = True
        self.loose_pin = ""
        self.leak = ""
        self.damper_leaks = ""
        self.pulls = ""
        """Side to which the car goes when it is braked hard."""
