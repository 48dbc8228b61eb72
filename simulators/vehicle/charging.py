"""Charging as the car conducts it: when to ask, how much to take, when to stop, and why it ended.

The wire-level side (S2, ramps, times) is `VehicleSide`. Here it is decided whether the car wants to
charge and how much. Why a charge ended is concluded from what the car itself sees of the plug.
"""

from typing import TYPE_CHECKING

from simulators.vehicle.highvoltage import Stage
from simulators.vehicle.inlet import HOT
from simulators.vehicle.part import Part, Site

if TYPE_CHECKING:
    from simulators.vehicle.car import Car

POWER_FACTOR = 0.99
_AWAKE = 60.0
"""The plug keeps the car awake for so long while nothing goes on (s)."""
_DEAD_PILOT = 3.0
"""Below this level (V) no pilot arrives."""
_WITHOUT_LOCK = 16.0
"""A plug that is not locked may carry so much (10.6.1)."""
_POOR_SENSOR = 16.0
"""So much is taken with an implausible inlet temperature (A)."""
_STEP = 0.5
"""Limits are whole steps of so many amperes."""
_EFFICIENCY = 0.94
"""Of the charger, as the limit is worked out."""


class Charging(Part):
    """One charging process after the other."""

    def __init__(self, site: Site, car: "Car") -> None:
        super().__init__(site)
        self._car = car
        self.reason = "none"
        """Why it ended; see `stop_reason`."""
        self.always_names: str | None = None
        """A defect of its software: whatever ended it, this is the reason that is stored."""
        self.resume_works = True
        """False: the button that lets it go on is dead."""
        self.takes_new_offer = True
        """False: a defect of its software, after a stop it has to be plugged in anew."""
        self.stopped_at = self.t
        self.user_stopped = False
        """The driver has ended it at the car, and it stays so until he or a new plug-in says."""
        self.complete = False
        self.battery_heard = True
        """The charger gets frames of the battery management."""
        self._was_plugged = False
        self._at_rest = True
        self._was_asked = False
        self._energy_at_start = 0.0
        self._began: float | None = None
        self._ended: float | None = None
        self._energy = 0.0

    # State in the words of the database

    @property
    def stop_reason(self) -> str:
        """`none`, `vehicle`, `pile`, `cp_lost`, `pe_lost`, `fault` or `user`, as it is stored."""
        if self.reason == "none" or self.always_names is None:
            return self.reason
        return self.always_names

    @property
    def state(self) -> str:
        car = self._car
        side = car.side
        if not car.plug.mated:
            return "not_connected"
        if side.s2_closed:
            return "charging" if car.plug.live else "ready"
        ended = {
            "fault": "fault", "cp_lost": "fault", "pe_lost": "fault",
            "user": "stopped_by_vehicle", "pile": "stopped_by_pile",
        }.get(self.reason)  # fmt: skip
        if ended is not None:
            return ended
        if self.complete:
            return "finished"
        if self.reason == "vehicle":
            return "stopped_by_vehicle"
        return "ready" if self._asked else "connected"

    @property
    def active(self) -> bool:
        """The car is drawing or about to."""
        return self._car.side.s2_closed

    @property
    def _asked(self) -> bool:
        """The pile offers energy."""
        return self._car.plug.coded_current() > 0.0

    # Limits

    def limits(self) -> dict[str, float]:
        """What bounds the current per phase now (A), by whom."""
        car = self._car
        return {
            "pilot": car.plug.coded_current(),
            "cable": float(car.plug.cable_rating()),
            "charger": car.obc.limit,
            "battery": self._battery_limit(),
            "inlet": self._inlet_limit(),
        }

    def limit(self) -> float:
        """All of them but the pilot's (A): the wire-level side knows the duty itself."""
        bounds = self.limits()
        del bounds["pilot"]
        return min(bounds.values())

    def _battery_limit(self) -> float:
        car = self._car
        phases = max(len(car.phases), 1)
        volts = car.plug.voltage(1) or 230.0
        power = car.bms.charge_power() + car.low_voltage.converter_input()
        amperes = power / (volts * phases * POWER_FACTOR * _EFFICIENCY)
        return max(amperes // _STEP * _STEP, 0.0)

    def _inlet_limit(self) -> float:
        inlet = self._car.inlet
        current = 63.0
        if not inlet.locked:
            current = _WITHOUT_LOCK
        if not all(-30.0 <= inlet.temperature(n) <= 140.0 for n in (1, 2)):
            current = min(current, _POOR_SENSOR)
        return current

    def trouble(self) -> str | None:
        """What of the car itself forbids charging; None: nothing."""
        car = self._car
        heat = max(car.inlet.temperature(n) for n in (1, 2))
        checks = (
            ("crash", car.body.airbag.crash_stored or car.body.airbag.deployed),
            ("battery", car.bms.forbids_charging() or not car.units["BMS"].runs),
            ("communication", not self.battery_heard),
            ("charger", car.obc.limit <= 0.0 or not car.units["OBC"].runs),
            ("cable", car.plug.cable_rating() == 0 and not car.plug.half_connected()),
            ("inlet_hot", car.inlet.pins.at(self.t) >= HOT or HOT <= heat <= 140.0),
            ("lock", car.inlet.lock_failed and car.inlet.lock_commanded),
            ("high_voltage", car.circuit.stage is Stage.FAILED),
        )
        return next((name for name, bad in checks if bad), None)

    # Hands

    def stop_by_user(self) -> None:
        """The driver ends charging at the car (screen, key or app)."""
        self.user_stopped = True
        self._end("user")
        self._car.update()

    def resume_by_user(self) -> None:
        """The driver wants it to go on."""
        if not self.resume_works:
            return
        self.user_stopped = False
        if self.reason == "user":
            self.reason = "none"
        self._car.update()

    def ask_by_user(self) -> None:
        """The driver wants energy now; a pile that offers none is woken."""
        self.resume_by_user()
        if self._car.plug.mated and not self._asked:
            self._car.side.wake_pile()

    # What happens

    def update(self) -> None:
        """Look at the plug, the battery and the circuit, and act."""
        plugged = self._car.plug.mated
        if plugged != self._was_plugged:
            self._was_plugged = plugged
            if plugged:
                self._plugged()
            else:
                self._unplugged()
        if not plugged:
            if not self._at_rest and not self._car.side.s2_closed:
                self._rest()
            return
        self._see_offer()
        self._see_end()
        self._act()

    def _plugged(self) -> None:
        car = self._car
        self.reason, self.user_stopped, self.complete = "none", False, False
        self._was_asked = self._at_rest = False
        self._energy_at_start, self._energy = car.obc.energy(), 0.0
        self._began = self._ended = None
        car.inlet.flap_open = True
        self._stay_awake()
        self.note("charging", self.state)

    def _unplugged(self) -> None:
        """CC is gone. With the plug still in (a lost coupler) current and S2 go before all else."""
        if self._began is not None and self.reason == "none":
            # Nobody but a person pulls a plug out.
            self.reason = "user"
        self._car.side.wants_charge = False
        if self._car.side.s2_closed:
            self._car.side.lose_coupler()

    def _rest(self) -> None:
        car = self._car
        self._at_rest = True
        self._finish_record()
        car.inlet.lock(False)
        car.inlet.flap_open = False
        car.circuit.charge.command = False
        car.power.charge(False)
        self.note("charging", self.state)

    def _stay_awake(self) -> None:
        car = self._car
        if not car.power.charging:
            car.power.charge(True)
        car.timers.plan("charging wake", _AWAKE, self._doze)

    def _doze(self) -> None:
        car = self._car
        if car.plug.mated and (self.active or self._working):
            self._stay_awake()
        elif car.power.charging:
            car.power.charge(False)
            car.update()

    @property
    def _working(self) -> bool:
        return self._car.circuit.stage is not Stage.OFF and not self._car.control.wants_high_voltage

    def _see_offer(self) -> None:
        asked = self._asked
        if asked and not self._was_asked:
            # A new offer begins a new process, unless the driver has said no.
            if self.takes_new_offer and self.reason not in ("none", "user"):
                self.reason = "user" if self.user_stopped else "none"
            self._car.circuit.reset()
            self._car.inlet.retry()
            self._stay_awake()
        if self._was_asked and not asked and self._car.side.s2_closed:
            self._lost_offer()
        self._was_asked = asked

    def _lost_offer(self) -> None:
        plug = self._car.plug
        if not plug.earth:
            self._end("pe_lost")
        elif plug.cp_level() < _DEAD_PILOT and not plug.out_of_service():
            self._end("cp_lost")
        else:
            self._end("pile")

    def _see_end(self) -> None:
        side, car = self._car.side, self._car
        if car.plug.live and self._began is None:
            self._began = self.t
        trouble = self.trouble() if self._asked or side.s2_closed else None
        if trouble is not None:
            self.note("charging_trouble", trouble)
            self._end("fault")
        if side.lost_mains:
            # The database has no word for the supply; the pile is the side that it came from.
            self._end("pile")
        if not side.s2_closed:
            return
        if car.plug.half_connected():
            self._end("user")
        elif car.bms.full():
            self.complete = True
            self._end("vehicle")

    def _end(self, reason: str) -> None:
        """Note why, once, and wind down."""
        if self.reason == "none":
            self.reason, self.stopped_at = reason, self.t
            self.note("charging_stop", reason)

    def wanted(self) -> bool:
        """Energy is offered, wanted, and nothing is in the way."""
        car = self._car
        return (
            self._asked
            and self.reason == "none"
            and not self.user_stopped
            and not self.complete
            and self.trouble() is None
            and not car.control.wants_high_voltage
            and car.units["VCU"].runs
        )

    def _act(self) -> None:
        car, side = self._car, self._car.side
        if car.bms.full() and self._asked and self.reason == "none":
            self.complete = True
        wanted = self.wanted()
        if wanted:
            self._prepare()
        elif not side.s2_closed and car.load.current() == 0.0:
            car.circuit.charge.command = False
            car.inlet.lock(False)
        prepared = wanted and self.prepared
        if prepared and not side.wants_charge:
            side.resume()
        elif not wanted and side.wants_charge:
            self._stop()
        if side.s2_closed and not side.waking and not car.circuit.connected:
            # Nowhere to put the energy: at once.
            side.trip()

    @property
    def prepared(self) -> bool:
        """Locked (or small enough), connected to the battery."""
        car = self._car
        return (
            car.circuit.stage is Stage.ON
            and car.circuit.charge.closed
            and not car.inlet.lock_moving
        )

    def _prepare(self) -> None:
        car = self._car
        car.inlet.lock(True)
        car.circuit.switch_on()
        if car.circuit.stage is Stage.ON:
            car.circuit.charge.command = True

    def _stop(self) -> None:
        side = self._car.side
        if side.s2_closed:
            side.finish()
        else:
            side.wants_charge = False

    def _finish_record(self) -> None:
        if self._began is not None and self._ended is None:
            self._energy = self._car.obc.energy() - self._energy_at_start
            self._ended = self.t

    # Session

    def energy(self) -> float:
        """Through the charger since the plug came, AC side (Wh)."""
        if self._ended is not None or self._began is None:
            return self._energy
        return self._car.obc.energy() - self._energy_at_start

    def duration(self) -> float:
        """Since mains first came (s)."""
        if self._began is None:
            return 0.0
        return (self.t if self._ended is None else self._ended) - self._began

    def remaining(self) -> float | None:
        """Until the target (s) at the present power; None: not charging."""
        car = self._car
        power = car.obc.dc_power() - car.low_voltage.converter_input()
        if self.state != "charging" or power < 50.0:
            return None
        return max(car.pack.seconds_to(car.bms.target_soc, power), 0.0)
