"""Security access of one control unit (service 27): seeds, keys, attempts and the delay after them.

A seed serves one key. After three wrong keys in a row the unit refuses seeds for ten seconds; then
one further attempt is open. The count survives a reset, so a reset does not shorten the wait.
Source: ISO 14229-1, security access; numbers and times are usual ones.
"""

from collections.abc import Callable
from random import Random

from simulators.scheduler import Scheduler
from simulators.vehicle.diag.outcome import Nrc, RefusalError, need

KeyFunction = Callable[[bytes, int], bytes]
"""From seed and level (the odd number of the request for the seed) to the key."""
SEED_LENGTH = 4
ATTEMPTS = 3
DELAY = 10.0
LEVEL = 0x01
"""The one level that the units have."""


class SecurityLock:
    """The lock of one unit; `unlocked` until it is locked again."""

    def __init__(self, key_of: KeyFunction, random: Random, scheduler: Scheduler) -> None:
        self.unlocked = False
        self.attempts = 0
        """Wrong keys in a row that count."""
        self.key_of = key_of
        self.shut_until: Callable[[], float] = lambda: 0.0
        """Until when (s) it gives no seeds for keys that were tried before this car's time here."""
        self._random = random
        self._scheduler = scheduler
        self._seed: bytes | None = None
        self._closed_until = 0.0

    def request_seed(self) -> bytes:
        """A new seed; zeros when it is unlocked already. Raises RefusalError (37)."""
        if self.unlocked:
            return bytes(SEED_LENGTH)
        closed = max(self._closed_until, self.shut_until())
        need(self._scheduler.t >= closed, Nrc.DELAY_NOT_EXPIRED)
        self._seed = self._random.randrange(1, 256**SEED_LENGTH).to_bytes(SEED_LENGTH, "big")
        return self._seed

    def send_key(self, key: bytes) -> None:
        """Unlock with a key. Raises RefusalError (13, 24, 35, 36)."""
        seed = self._seed
        if seed is None:
            raise RefusalError(Nrc.SEQUENCE_ERROR)
        expected = self.key_of(seed, LEVEL)
        need(len(key) == len(expected), Nrc.WRONG_LENGTH)
        self._seed = None
        if key == expected:
            self.unlocked = True
            self.attempts = 0
            return
        self.attempts += 1
        need(self.attempts >= ATTEMPTS, Nrc.INVALID_KEY)
        self.attempts = ATTEMPTS - 1
        self._closed_until = self._scheduler.t + DELAY
        raise RefusalError(Nrc.ATTEMPTS_EXCEEDED)

    def lock(self) -> None:
        """Another session begins."""
        self.unlocked = False
        self._seed = None

    def restart(self) -> None:
        """The unit restarts; with one attempt left, one waits first."""
        self.lock()
        if self.attempts >= ATTEMPTS - 1:
            self._closed_until = self._scheduler.t + DELAY
