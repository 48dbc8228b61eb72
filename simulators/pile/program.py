"""What a pile's control program does right; a seeded fault has it do one thing wrong."""

from dataclasses import dataclass


@dataclass(slots=True)
class Program:
    """A sound program as it stands; each field is a mistake that programs have been found with."""

    checks_diode: bool = True
    checks_adhesion: bool = True
    waits_for_s2: bool = True
    needs_digital: bool = True
    """False: at 5 % duty it closes for a vehicle that does not talk, as at any other duty."""
    recloses: bool = True
    """False: S2 that closes again in the same session is not seen."""
    takes_start: bool = True
    takes_stop: bool = True
    takes_disable: bool = True
    takes_enable: bool = True
    stays_stopped: bool = True
    """False: a second after a stop the session begins again."""
    keeps_pwm: bool = True
    """False: the session ends when S2 opens."""
    watches_socket: bool = True
    """False: once a session runs, test point 4 is not looked at any more."""
    unlocks: bool = True
    """False: the lock of the socket is never driven open."""
    lowest_limit: float = 0.0
    """Limits below this (A) are raised to it."""
