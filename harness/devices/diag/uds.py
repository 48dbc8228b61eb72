"""UDS client of one control unit (ISO 14229-1), asynchronous, on the event loop.

    client = UdsClient.on(link, unit)
    await client.session(3, deadline)
    vin = (await client.read("vin", deadline)).value
    await client.close()

Every method takes a deadline and raises NegativeResponseError (the unit refuses; with the code's
name), NoReplyError (silence, also after "response pending" without end), BadReplyError (something
came that is no response to the request), BusError or DeviceLostError.
"""

from types import TracebackType
from typing import Self

from harness.clock import Deadline
from harness.devices.diag import codec
from harness.devices.diag.conversation import Conversation
from harness.devices.diag.diagnostics import Diagnostics, Unit
from harness.devices.diag.exchange import OnExchange
from harness.devices.diag.isotp import IsoTpEndpoint
from harness.devices.diag.keeper import AT_MOST, EVERY, SessionKeeper
from harness.devices.diag.keys import KeyAlgorithm, key_algorithm
from harness.devices.diag.link import FrameLink
from harness.devices.diag.timing import Timing
from harness.devices.diag.transport import IsoTpParameters
from harness.devices.diag.uds_data import DataServices
from harness.devices.diag.uds_dtc import DtcServices
from harness.devices.diag.uds_transfer import TransferServices
from harness.errors import BadReplyError

DEFAULT_SESSION, PROGRAMMING_SESSION, EXTENDED_SESSION = 1, 2, 3


class UdsClient(DataServices, DtcServices, TransferServices):
    """Everything a tester may ask of one unit."""

    def __init__(
        self, conversation: Conversation, unit: Unit, description: Diagnostics | None = None
    ) -> None:
        super().__init__(conversation, unit, description)
        self._default_timing = conversation.timing
        self.keeper = SessionKeeper(conversation)
        """Keeps the session alive once it is started; off by default."""

    @classmethod
    def on(
        cls,
        link: FrameLink,
        unit: Unit,
        *,
        description: Diagnostics | None = None,
        timing: Timing | None = None,
        parameters: IsoTpParameters | None = None,
        on_exchange: OnExchange | None = None,
    ) -> Self:
        """A client with an ISO-TP endpoint of its own on the link."""
        endpoint = IsoTpEndpoint(link, unit.address, parameters=parameters, name=unit.name)
        conversation = Conversation(endpoint, unit.name, timing=timing, on_exchange=on_exchange)
        return cls(conversation, unit, description)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop the keeper, put on record what is left over, stop listening. Sends nothing."""
        await self.keeper.stop()
        self.conversation.report_strays()
        self.conversation.endpoint.close()

    async def session(self, kind: int, deadline: Deadline) -> Timing:
        """10: change the session, and take over the times that the unit announces."""
        response = await self.ask(codec.session(kind), deadline)
        times = codec.read_session(response, self.place(f"session {kind:02X}"))
        timing = self._default_timing
        self.conversation.timing = timing if times is None else timing.with_session(*times)
        return self.conversation.timing

    async def reset(self, kind: int, deadline: Deadline) -> int | None:
        """11: 1 hard, 2 key off and on, 3 soft. The unit is in its default session afterwards.

        Gives the seconds until power-down, where the kind of reset has them.
        """
        response = await self.ask(codec.reset(kind), deadline)
        self.conversation.timing = self._default_timing
        return codec.read_reset(response, self.place(f"reset {kind:02X}"))

    async def unlock(
        self, deadline: Deadline, level: int = 1, algorithm: KeyAlgorithm | None = None
    ) -> bool:
        """27: ask for the seed of a level and send the key for it.

        The algorithm is the unit's own by the description unless one is given. Gives False when
        the unit was unlocked already (a seed of zeros).
        """
        name, options = ("", {}) if algorithm is not None else self.security_of()
        compute = algorithm or key_algorithm(name)
        request = codec.security_access(level, codec.REQUEST_SEED)
        place = self.place(f"seed of level {level}")
        seed = codec.read_seed(await self.ask(request, deadline), place)
        if not seed:
            raise BadReplyError(f"{place}: it is empty")
        if not any(seed):
            return False
        key = compute(seed, level, options)
        await self.ask(codec.security_access(level, codec.SEND_KEY, key), deadline)
        return True

    async def communication(
        self,
        control: int,
        deadline: Deadline,
        *,
        normal: bool = True,
        network_management: bool = False,
    ) -> None:
        """28: 0 everything on, 1 receive only, 2 send only, 3 everything off."""
        request = codec.communication_control(
            control, normal=normal, network_management=network_management
        )
        await self.ask(request, deadline)

    async def tester_present(self, deadline: Deadline, *, silent: bool = False) -> None:
        """3E, once. `silent` asks for no response; a refusal is still waited for."""
        await self.ask(codec.tester_present(silent=silent), deadline)

    def keep_session(self, *, every: float = EVERY, at_most: float = AT_MOST) -> None:
        """Send 3E 80 every so many seconds: until `keeper.stop()`, `close()` or `at_most`."""
        self.keeper.start(every=every, at_most=at_most)
