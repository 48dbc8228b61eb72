"""What all services of a UDS client share: the conversation with its unit, and the description."""

from collections.abc import Mapping
from typing import Any

from harness.clock import Deadline
from harness.devices.diag.conversation import Conversation
from harness.devices.diag.diagnostics import Diagnostics, Did, Routine, Unit
from harness.errors import UsageError


class UdsBase:
    """A unit, how to ask it, and what is described of it."""

    def __init__(
        self, conversation: Conversation, unit: Unit, description: Diagnostics | None = None
    ) -> None:
        self.conversation = conversation
        self.unit = unit
        self.description = description

    @property
    def name(self) -> str:
        return self.unit.name

    async def ask(self, request: bytes, deadline: Deadline) -> bytes:
        """Send any request and give the whole positive response (b"" for the asked silence).

        Raises NegativeResponseError, NoReplyError, BadReplyError, BusError or DeviceLostError, as
        every method of a client does.
        """
        return await self.conversation.ask(request, deadline)

    def did(self, key: int | str | Did) -> Did:
        """The identifier of that number or name: the unit's own, or any of the description."""
        if isinstance(key, Did):
            return key
        known = any(key in (did.id, did.name) for did in self.unit.dids)
        return self.description.did(key) if self.description and not known else self.unit.did(key)

    def routine_of(self, key: int | str | Routine) -> Routine:
        return key if isinstance(key, Routine) else self.unit.routine(key)

    def security_of(self) -> tuple[str, Mapping[str, Any]]:
        """Name and options of the unit's key algorithm. Raises UsageError when it has none."""
        if self.unit.security is None:
            raise UsageError(f"{self.name}: the description names no key algorithm")
        options = self.description.security if self.description is not None else {}
        return self.unit.security, options.get(self.unit.security, {})

    def place(self, what: str) -> str:
        """Where something is, for messages."""
        return f"{self.name}: {what}"
