"""Work in control units that leaves something changed: sessions, keys, backup, writing, routines.

Nothing is changed that was not read and kept before. Whoever finishes the work says so with `keep`;
whatever is not kept is put back as it was, at the latest at the end of the run.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.clock import Deadline, loop_time, sleep_until
from harness.devices.diag.keys import KeyAlgorithm
from harness.devices.diag.nrc import ATTEMPTS_EXCEEDED, DELAY_NOT_EXPIRED, INVALID_KEY
from harness.devices.diag.uds import DEFAULT_SESSION, EXTENDED_SESSION
from harness.devices.diag.uds_data import RoutineControl
from harness.errors import (
    HarnessError,
    NegativeResponseError,
    NoReplyError,
    NotAvailableError,
    ReadOnlyError,
)
from harness.quantity import Value

if TYPE_CHECKING:
    from harness.devices.vehicle.control_units import ControlUnits

TRIES = 2
"""Keys that are sent at most: units close for a while after the third wrong one."""
_HARD = 0x01
_LOOK_AGAIN = 0.5
_LOOKS = 4
"""How often a silent unit is asked before it counts as silent: a restart takes a second."""
_ROUNDS = 3
"""Put back, and once more what changed meanwhile; the last round only reads."""
_WAITS = (DELAY_NOT_EXPIRED, ATTEMPTS_EXCEEDED)

Point = tuple[str, str]
"""Unit and identifier."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """How security access to a unit went."""

    open: bool
    failed: int
    """Keys that the unit refused."""
    waited: float
    """Seconds until the unit gave a seed."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class PutBack:
    """One identifier at the end of the work: what it was, what was found, what it is now."""

    unit: str
    did: str
    backup: Value | None
    found: Value | None
    now: Value | None
    why: str = ""
    """Why it could not be put back."""

    @property
    def point(self) -> str:
        return f"{self.unit}.{self.did}"

    @property
    def right(self) -> bool:
        """It is as it was before."""
        return not self.why and self.now == self.backup

    @property
    def was_changed(self) -> bool:
        return self.found != self.backup


class UnitWork:
    """What one run changes in the control units of one vehicle."""

    def __init__(self, units: "ControlUnits", keys: Mapping[str, KeyAlgorithm] | None = None):
        """`keys`: the bench's own, by the name that the description has for the algorithm."""
        self._units = units
        self._keys = dict(keys or {})
        self._backup: dict[Point, Value] = {}
        self._touched: dict[Point, None] = {}
        """Everything that may be changed and is not kept, in the order of the work."""
        self._unlocked: set[str] = set()
        self._whys: dict[Point, str] = {}
        """Why it could not be put back when that was tried first: a car that is off says less."""
        self._running: dict[str, str] = {}
        """Unit -> the routine that was started and is not known to have ended."""

    # Sessions and keys

    async def begin(self, unit: str, deadline: Deadline) -> None:
        """Extended session, kept alive until the end of the run. Raises as `UdsClient`."""
        await self._units.enter_session(unit, EXTENDED_SESSION, deadline)

    async def unlock(self, unit: str, deadline: Deadline, *, patience: float = 0.0) -> Unlocked:
        """Security access. A unit that gives no seeds yet is asked again for `patience` seconds.

        A wrong key is tried once more and never a third time. Raises what is no refusal.
        """
        client = self._units.client(unit)
        self._unlocked.discard(unit)
        if client.unit.security is None:
            self._unlocked.add(unit)
            return Unlocked(True, 0, 0.0)
        algorithm = self._keys.get(client.unit.security)
        failed, started = 0, loop_time()
        until = min(deadline.at, started + patience)
        while True:
            try:
                await client.unlock(deadline, algorithm=algorithm)
            except NegativeResponseError as error:
                if error.code == INVALID_KEY:
                    failed += 1
                    if failed < TRIES:
                        continue
                elif error.code in _WAITS and loop_time() + _LOOK_AGAIN < until:
                    await sleep_until(loop_time() + _LOOK_AGAIN)
                    continue
                return Unlocked(False, failed, _since(started), error.detail)
            self._unlocked.add(unit)
            return Unlocked(True, failed, _since(started))

    def is_unlocked(self, unit: str) -> bool:
        """Security access was given, and nothing has ended it that this run knows of."""
        return unit in self._unlocked

    # Backup and changes

    async def back_up(self, unit: str, did: str, deadline: Deadline) -> Value:
        """Read and keep what is there before anything is changed; the first reading stands."""
        point = (unit, did)
        if point not in self._backup:
            decoded = await self._units.client(unit).read(did, deadline)
            if decoded.value is None:
                raise NotAvailableError(f"{unit}.{did} has no value that could be put back")
            self._backup[point] = decoded.value
        return self._backup[point]

    def require_backup(self, unit: str, did: str) -> None:
        """The guard of everything that changes a unit. Raises NotAvailableError."""
        if (unit, did) not in self._backup:
            what = f"there is no backup of {unit}.{did}: nothing is changed without one"
            raise NotAvailableError(what)

    def kept(self, unit: str, did: str) -> Value | None:
        """The backup of an identifier."""
        return self._backup.get((unit, did))

    def backed_up(self, unit: str) -> list[str]:
        """What of a unit is in the backup, as `unit.identifier`."""
        return [f"{name}.{did}" for name, did in self._backup if name == unit]

    def leave_as(self, unit: str, did: str, value: Value) -> None:
        """Put this value back there, whatever was found. Raises NotAvailableError."""
        self.require_backup(unit, did)
        self._backup[unit, did] = value

    def _touch(self, unit: str, did: str) -> None:
        """Before the request: it may arrive and its answer not."""
        if self._units.read_only:
            raise ReadOnlyError(f"{unit}.{did} would be changed")
        self.require_backup(unit, did)
        # A unit may change more than it was told to: all of its backup counts.
        self._touched |= dict.fromkeys(point for point in self._backup if point[0] == unit)

    async def write(self, unit: str, did: str, value: Value, deadline: Deadline) -> None:
        """2E, only with a backup. Raises NotAvailableError, and as `UdsClient.write`."""
        self._touch(unit, did)
        await self._units.client(unit).write(did, value, deadline)

    async def start(
        self, unit: str, routine: str, restores: str, deadline: Deadline
    ) -> Value | None:
        """31 01, only with a backup of what the routine changes (`restores`)."""
        self._touch(unit, restores)
        self._running[unit] = routine
        try:
            return await self._units.client(unit).routine(routine, RoutineControl.START, deadline)
        except NegativeResponseError:
            del self._running[unit]
            raise

    async def status(self, unit: str, routine: str, deadline: Deadline) -> Value | None:
        """31 03."""
        return await self._units.client(unit).routine(routine, RoutineControl.RESULT, deadline)

    async def stop(self, unit: str, deadline: Deadline) -> None:
        """31 02, of whatever was started there."""
        routine = self._running.get(unit)
        if routine is not None:
            await self._units.client(unit).routine(routine, RoutineControl.STOP, deadline)
            self.ended(unit)

    def ended(self, unit: str) -> None:
        """The routine has come to an end by itself."""
        self._running.pop(unit, None)

    # The end of the work

    async def reset(self, unit: str, deadline: Deadline) -> None:
        """11 01; the session ends with it, and is no longer kept alive."""
        await self._units.client(unit).keeper.stop()
        await self._units.client(unit).reset(_HARD, deadline)
        self._units.session_ended(unit)
        self._unlocked.discard(unit)
        self.ended(unit)

    def keep(self, units: Iterable[str]) -> None:
        """The work in these units is done and verified: it stays."""
        names = set(units)
        self._touched = {point: None for point in self._touched if point[0] not in names}

    @property
    def open(self) -> list[str]:
        """What is not as it was or may not be, as `unit.identifier`."""
        return [f"{unit}.{did}" for unit, did in self._touched]

    async def put_back(
        self, deadline: Deadline, units: Iterable[str] | None = None
    ) -> list[PutBack]:
        """Bring everything that was touched and is not kept back to its backup, and read it.

        Routines that still run are stopped first. What could not be put back says why, and stays
        open. Raises no HarnessError.
        """
        wanted = set(units) if units is not None else None
        found: list[PutBack] = []
        for unit in dict.fromkeys(unit for unit, _ in self._touched):
            if wanted is not None and unit not in wanted:
                continue
            dids = [did for name, did in self._touched if name == unit]
            why = await self._ready(unit, deadline)
            for one in await self._all_of(unit, dids, why, deadline):
                point = (unit, one.did)
                if one.right:
                    del self._touched[point]
                    found.append(one)
                else:
                    found.append(replace(one, why=self._whys.setdefault(point, one.why)))
            with suppress(HarnessError):  # who cannot be asked was said above; S3 ends it
                await self._units.enter_session(unit, DEFAULT_SESSION, deadline)
        return found

    async def _ready(self, unit: str, deadline: Deadline) -> str:
        """Stop, begin a session anew and unlock; why that did not work, or nothing."""
        try:
            await self.stop(unit, deadline)
        except HarnessError:
            # A new session ends it as well; whether it did is seen by what the unit then holds.
            self.ended(unit)
        for again in range(_LOOKS, 0, -1):
            try:
                await self._units.enter_session(unit, DEFAULT_SESSION, deadline)
                await self.begin(unit, deadline)
                return (await self.unlock(unit, deadline)).why
            except NoReplyError as error:  # it may be on its way up after a reset
                if again == 1:
                    return error.detail
                await sleep_until(min(deadline.at, loop_time() + _LOOK_AGAIN))
            except HarnessError as error:
                return error.detail
        raise AssertionError("the last look returns")

    async def _all_of(
        self, unit: str, dids: list[str], why: str, deadline: Deadline
    ) -> list[PutBack]:
        """What became of everything in a unit, read again after the last value was written.

        A unit may change what was right already while it is given another value.
        """
        first = {did: await self._one(unit, did, why, deadline) for did in dids}
        last = dict(first)
        written = any(one.was_changed for one in first.values())
        for left in range(_ROUNDS - 1, 0, -1):
            if not written:
                break
            written = False
            for did in [did for did, one in last.items() if one.right]:
                one = await self._one(unit, did, why, deadline, write=left > 1)
                written = written or one.was_changed
                last[did] = replace(one, found=first[did].found)
        return list(last.values())

    async def _one(
        self, unit: str, did: str, why: str, deadline: Deadline, *, write: bool = True
    ) -> PutBack:
        client, backup = self._units.client(unit), self._backup[unit, did]
        found: Value | None = None
        try:
            found = (await client.read(did, deadline)).value
            if found == backup:
                return PutBack(unit, did, backup, found, found)
            if not write:
                why = f"it reads {found} after {backup} was written"
            if why:
                return PutBack(unit, did, backup, found, found, why)
            await client.write(did, backup, deadline)
            now = (await client.read(did, deadline)).value
        except HarnessError as error:
            return PutBack(unit, did, backup, found, found, error.detail)
        why = "" if now == backup else f"it reads {now} after {backup} was written"
        return PutBack(unit, did, backup, found, now, why)

    async def make_safe(self, deadline: Deadline) -> tuple[list[str], list[str], list[PutBack]]:
        """The end of the run: what was done, what could not be, each in words, and the values."""
        found = await self.put_back(deadline)
        right = [one for one in found if one.right]
        back = ", ".join(one.point for one in right if one.was_changed)
        kept = ", ".join(one.point for one in right if not one.was_changed)
        done = [f"put back from the backup and read again: {back}"] if back else []
        done += [f"as it was before, read again: {kept}"] if kept else []
        troubles = [
            f"{one.point} could not be put back: {one.why}" for one in found if not one.right
        ]
        return done, troubles, found

    @property
    def not_put_back(self) -> list[str]:
        """For a bus that is gone: what is left as it is."""
        left = ", ".join(self.open)
        return [f"not put back from the backup: {left}"] if left else []


def _since(started: float) -> float:
    return round(loop_time() - started, 3)
