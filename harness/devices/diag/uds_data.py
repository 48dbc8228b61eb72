"""UDS services on data: read (22), write (2E), input/output control (2F), routines (31)."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from harness.clock import Deadline
from harness.devices.diag import codec
from harness.devices.diag.diagnostics import Did, Routine
from harness.devices.diag.uds_base import UdsBase
from harness.devices.diag.values import Decoded
from harness.errors import BadReplyError, HarnessError, ImplausibleError, UsageError
from harness.quantity import Value


class IoControl(IntEnum):
    """What an input/output control asks for."""

    RETURN = 0
    """The unit controls it again."""
    DEFAULT = 1
    FREEZE = 2
    ADJUST = 3
    """Take the given value, for as long as the session lasts."""


class RoutineControl(IntEnum):
    START = 1
    STOP = 2
    RESULT = 3


class DataServices(UdsBase):
    """Values by their identifiers, and what a unit can be made to do."""

    async def read_raw(self, ids: Sequence[int], deadline: Deadline) -> dict[int, bytes]:
        """22: the bytes of each identifier, in one request.

        For more than one the lengths must be described. A unit may leave out those it does not
        have. Raises ImplausibleError where lengths do not add up.
        """
        response = await self.ask(codec.read_dids(list(ids)), deadline)
        if len(ids) == 1:
            return {ids[0]: response[3:]}
        return self._split(response[1:], [self.did(id) for id in ids])

    async def read(self, key: int | str | Did, deadline: Deadline) -> Decoded:
        """22: the value of one described identifier, with its quality.

        Raises ImplausibleError for a wrong length and for bytes that mean nothing.
        """
        did = self.did(key)
        raw = await self.read_raw([did.id], deadline)
        return did.interpret(raw[did.id], self.name)

    async def read_many(
        self, keys: Sequence[int | str | Did], deadline: Deadline
    ) -> dict[str, Decoded]:
        """22: several described identifiers in one request, by name; missing ones are left out."""
        dids = [self.did(key) for key in keys]
        raw = await self.read_raw([did.id for did in dids], deadline)
        return {did.name: did.interpret(raw[did.id], self.name) for did in dids if did.id in raw}

    async def read_each(
        self, keys: Sequence[int | str | Did], deadline: Deadline
    ) -> dict[str, Decoded | HarnessError]:
        """22: one request for each identifier, by name; what failed stands there as its error."""
        found: dict[str, Decoded | HarnessError] = {}
        for did in [self.did(key) for key in keys]:
            try:
                found[did.name] = await self.read(did, deadline)
            except HarnessError as error:
                found[did.name] = error
        return found

    async def write(self, key: int | str | Did, value: Value, deadline: Deadline) -> None:
        """2E. Raises UsageError when the value does not fit or may not be written."""
        did = self.did(key)
        _need(did, "write")
        await self.ask(codec.write_did(did.id, did.encode(value, self.name)), deadline)

    async def io_control(
        self,
        key: int | str | Did,
        control: IoControl,
        deadline: Deadline,
        value: Value | None = None,
    ) -> Decoded | None:
        """2F. `value` is needed for ADJUST. Gives the state that the unit reports, if it does."""
        did = self.did(key)
        _need(did, "io")
        if (value is None) == (control is IoControl.ADJUST):
            wanted = "a value" if control is IoControl.ADJUST else "no value"
            raise UsageError(f"{self.name} {did}: {control.name.lower()} takes {wanted}")
        data = b"" if value is None else did.encode(value, self.name)
        response = await self.ask(codec.io_control(did.id, control, data), deadline)
        return did.interpret(response[4:], self.name) if len(response) > 4 else None

    async def routine(
        self,
        key: int | str | Routine,
        control: RoutineControl,
        deadline: Deadline,
        options: Mapping[str, Value] | None = None,
    ) -> Value | None:
        """31: start, stop or ask for the result of a described routine. Gives its result.

        None when the response carries none. Raises UsageError for options that do not fit.
        """
        routine = self.routine_of(key)
        data = self._options(routine, options or {}) if control is RoutineControl.START else b""
        raw = await self.routine_raw(routine.id, control, deadline, data)
        return routine.decode(raw, self.name) if raw else None

    async def routine_raw(
        self, id: int, control: RoutineControl, deadline: Deadline, data: bytes = b""
    ) -> bytes:
        """31 with any bytes. Gives the bytes that the routine answers with."""
        response = await self.ask(codec.routine(control, id, data), deadline)
        return codec.read_routine(response, self.place(f"routine {id:04X}"))

    def _options(self, routine: Routine, given: Mapping[str, Value]) -> bytes:
        names = [name for name, _ in routine.options]
        if set(given) != set(names):
            wanted = ", ".join(names) or "none"
            raise UsageError(
                f"{self.name} routine {routine}: options {', '.join(given) or 'none'}; "
                f"expected {wanted}"
            )
        return b"".join(
            form.encode(given[name], f"{self.name} routine {routine} {name}")
            for name, form in routine.options
        )

    def _split(self, data: bytes, dids: Sequence[Did]) -> dict[int, bytes]:
        """The bytes of each identifier in a response that carries several."""
        wanted = {did.id: did for did in dids}
        found: dict[int, bytes] = {}
        at = 0
        while at < len(data):
            did = wanted.get(int.from_bytes(data[at : at + 2], "big"))
            if did is None or did.id in found or len(data) < at + 2:
                rest = data[at : at + 8].hex(" ").upper()
                raise _misfit(self.name, found, f"{rest} where an identifier was expected")
            length = did.format.length
            if length is None:
                raise UsageError(f"{self.name} {did}: its length is not described; read it alone")
            piece = data[at + 2 : at + 2 + length]
            if len(piece) < length:
                raise ImplausibleError(
                    f"{self.name} {did}: {len(piece)} bytes; expected {length}, at the end of a "
                    "response with several identifiers"
                )
            found[did.id] = piece
            at += 2 + length
        if not found:
            raise BadReplyError(f"{self.name}: a response without any of the asked identifiers")
        return found


def _misfit(unit: str, found: Mapping[int, bytes], what: str) -> HarnessError:
    if not found:
        return BadReplyError(f"{unit}: {what}")
    last = list(found)[-1]
    return ImplausibleError(f"{unit}: {what}; is {last:04X} before it longer than described?")


def _need(did: Did, access: str) -> None:
    if access not in did.access:
        raise UsageError(f"{did} has access {', '.join(did.access)}; expected {access}")
