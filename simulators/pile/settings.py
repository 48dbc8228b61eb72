"""What kind of pile is simulated: ratings, edition, delays, thresholds.

Limits of GB/T 18487.1-2023 stand beside their clause; values marked † are product settings (no
standard gives them; the order of size is that of public pile firmware), all others are own choices
inside the limit.
"""

from dataclasses import dataclass

from simulators.pilot import Edition


@dataclass(frozen=True, slots=True)
class PileSettings:
    """Times in s, currents in A, voltages in V, temperatures in °C."""

    edition: Edition = "2023"
    """Which voltage bands the pile uses to tell CP states apart (§2.1 or §2.2 of the guidance)."""

    # Ratings
    rated_current: float = 32.0
    rated_voltage: float = 220.0
    phases: int = 3
    max_power: float = 21_000.0
    min_current: float = 6.0
    """The duty cycle announces 6 A or more (table A.2)."""
    max_current: float = 32.0
    """Site setting."""
    current_limit: float = 32.0
    """Limit at power-on."""
    electronic_lock: bool = True
    """Needed above 16 A (10.6.1)."""
    plug_and_charge: bool = False
    """Start without a command as soon as a vehicle is plugged in."""

    connection_sense: bool = True
    """The pile sees by CC whether the plug is in an inlet (tells a CP break from unplugging)."""

    # Socket (connection modes A and B)
    socket: bool = False
    """It has a socket for a detachable cable, with test point 4 and a lock."""
    unlock_after: float = 0.15
    """From the end of a session with the contactor open to driving the socket's lock open: about
    100 ms (A.3.9.2), and the bolt needs its own time; 100 ms to 5 s from state 1 (table A.7)."""
    socket_lock_time: float = 0.2
    """† Moving the bolt of the socket's lock."""

    # Control pilot
    detect_after: float = 0.02
    """Debounce of test points; they are to be checked at least every 50 ms (A.3.8.1)."""
    close_after: float = 0.5
    """From state 3' to closing the contactor (limit 3 s, A.3.7.1)."""
    force_open_after: float = 6.0
    """Opening under load when the vehicle does not react (A.3.9.2; 3 s is usual for 2015)."""
    duty_after: float = 0.3
    """From a new current limit to the new duty (limit 10 s, table A.7 seq. 6)."""
    duty_pause: float = 5.0
    """No second change of duty within 5 s (A.3.8.2)."""
    hold_state_4: float = 0.4
    """State 4 lasts at least 300 ms (A.5)."""
    start_timeout: float = 180.0
    """† S2 never closes: the PWM ends (F-26)."""
    plug_wait: float = 60.0
    """† A start command waits so long for a vehicle."""

    # Contactor
    pull_in: float = 0.03
    release: float = 0.025
    """Mechanical times; detection and release together stay below 100 ms (A.3.9.2, A.3.10.5)."""
    feedback_after: float = 0.5
    """† How long the feedback may differ from the command."""
    lock_time: float = 0.3
    lock_timeout: float = 1.0
    """† Moving the lock, and how long to wait for its confirmation (F-23)."""

    # Over-current (A.3.10.9, A.3.10.10)
    overcurrent_hold: float = 5.0
    overcurrent_react: float = 1.0
    """After the hold the supply is to be open within the next 5 s."""
    component_factor: float = 1.15
    """† Carrying capacity of the parts over the rated current."""

    # Residual current
    leakage_trip: float = 30.0
    """mA; at most 30 mA (11.3.1)."""
    leakage_time: float = 0.03

    # Supply †; the inspection limits are 176-264 V and 49-51 Hz, the pile trips further out
    overvoltage: float = 275.0
    undervoltage: float = 165.0
    voltage_hysteresis: float = 10.0
    voltage_debounce: float = 3.0
    voltage_recovery: float = 5.0
    frequency_high: float = 51.5
    frequency_low: float = 48.5
    frequency_hysteresis: float = 0.5
    frequency_debounce: float = 1.0

    # Contacts, protection and modules inside †
    smoke_alarm: float = 6.0
    """Obscuration (%/m)."""
    water_alarm: float = 5.0
    """Depth (mm)."""
    tilt_alarm: float = 15.0
    """Degrees."""
    polarity_alarm: float = 60.0
    """Voltage of N against PE (V) that means L and N changed over."""
    rcd_test_low: float = 0.8
    """The self-test's current has to read at least this share of what it is."""
    rcd_test_high: float = 1.2
    breaker_opens: float = 0.01
    """A short circuit trips the breaker in so many seconds."""
    module_silence: float = 3.0
    """A module that does not answer for so long is off-line (F-31, F-32, F-33)."""
    meter_poll: float = 1.0
    meter_misses: int = 5
    """Polls of the energy meter that may go unanswered, less one (F-28)."""
    meter_clock_off: float = 60.0
    """Difference (s) of the meter's clock to the pile's that is told (F-30)."""
    orders_room: int = 1
    """Free places for orders; fewer: F-35."""
    confirm_timeout: float = 60.0
    """The app has so long to confirm a card (F-42)."""
    confirm_after: float = 2.0

    # Temperature †
    inside_derate: float = 78.0
    inside_trip: float = 85.0
    inside_recover: float = 65.0
    plug_derate: float = 80.0
    plug_trip: float = 90.0
    plug_recover: float = 60.0
    derate_to: float = 0.5

    # Reminders and reset †
    holder_reminder: float = 180.0
    """The plug is out of its holder and in no vehicle: F-24."""
    reset_time: float = 0.5
    boot_time: float = 6.0
    """† From the return of the supply to the first answer."""
    small_current: float = 0.5
    small_current_time: float = 600.0

    # Watchdog
    watchdog_timeout: float = 10.0
    """0: off."""
    failsafe_current: float = 0.0
    watchdog_ends_session: bool = True
    """A trip with a fail-safe current of 0 ends the session; False: state F until fed again."""
    watchdog_recovery: float = 0.0

    # Metering
    session_register_per_session: bool = True
    """False: the session energy register counts since power-on."""
