"""Requests that were given up, and the responses to them that may still come.

A response carries no number. After silence, the same request has to wait until the missing
response can hardly come any more; a response that comes during another request is known by what it
repeats, and passed over.
"""

from harness.clock import loop_time
from harness.devices.diag.services import answers, signature
from harness.devices.diag.timing import Timing


class LateResponses:
    """The signatures of unanswered requests, and how long their responses are expected."""

    def __init__(self) -> None:
        self._expected: dict[bytes, tuple[float, float]] = {}

    def expect(self, request: bytes, timing: Timing) -> None:
        """Nobody waits for the response to this request any longer."""
        now = loop_time()
        self._expected[signature(request)] = (now + timing.first, now + timing.extended)

    def hold_until(self, request: bytes) -> float:
        """Loop time until which the same request should not be sent again; 0 for at once."""
        return self._expected.get(signature(request), (0.0, 0.0))[0]

    def settled(self, request: bytes) -> None:
        """The late response has come, or is no longer waited for."""
        self._expected.pop(signature(request), None)

    def is_late(self, response: bytes, request: bytes) -> bool:
        """Whether this answers a request that was given up, and not the present one."""
        now = loop_time()
        self._expected = {key: times for key, times in self._expected.items() if times[1] > now}
        if answers(response, request):
            return False
        return any(answers(response, given_up) for given_up in self._expected)
