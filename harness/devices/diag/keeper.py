"""Keeps a diagnostic session alive: "tester present" at intervals, for a bounded time.

Off until somebody asks for it. It never gets between a request and its response (a request keeps
the session alive by itself), and it ends by itself when its time is up or the bus is gone.
"""

import asyncio
from contextlib import suppress

from harness.clock import Deadline, sleep
from harness.devices.diag import codec
from harness.devices.diag.conversation import Conversation
from harness.errors import DeviceLostError, HarnessError

EVERY = 2.0
"""Seconds between two messages: S3 of ISO 14229-2 is 5 s."""
AT_MOST = 600.0


class SessionKeeper:
    """The task that sends 3E 80 on behalf of one conversation."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._task: asyncio.Task[None] | None = None
        self.sent = 0

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self, *, every: float = EVERY, at_most: float = AT_MOST) -> None:
        """Begin, or begin anew with other times (seconds)."""
        if self._task is not None:
            self._task.cancel()
        name = f"tester present {self._conversation.unit}"
        self._task = asyncio.create_task(self._keep(every, Deadline.after(at_most)), name=name)

    async def stop(self) -> None:
        """End. The task is gone when this returns."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep(self, every: float, until: Deadline) -> None:
        conversation = self._conversation
        request = codec.tester_present(silent=True)
        gone = False

        def told(error: HarnessError | None) -> None:
            nonlocal gone
            gone = gone or isinstance(error, DeviceLostError)

        while not until.passed():
            await sleep(every)
            if gone:
                return  # it has been told once, and nothing will ever leave again
            if conversation.lock.locked():
                continue  # a request is under way
            async with conversation.lock:
                conversation.report_strays()
                try:
                    conversation.tell(request, told)
                except HarnessError:
                    return  # closed; whoever asks next is told
                self.sent += 1
