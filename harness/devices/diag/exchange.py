"""The record of one diagnostic request: what went out, what came back, how long it took."""

from collections.abc import Callable
from typing import Literal

import msgspec

Outcome = Literal[
    "ok", "silent", "negative", "no_reply", "bad_reply", "link_lost", "cancelled", "stray"
]


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One attempt at a request. Payloads are hex without spaces, transport bytes left out.

    Outcomes: `ok` a positive response; `silent` none, as the request asked for; `negative` with
    `nrc`; `no_reply` silence, also after responses that ask for patience; `bad_reply` something
    that is no response to this request; `link_lost` the bus or endpoint is gone; `cancelled` nobody
    waited for the end; `stray` responses that no request was waiting for (`request` is empty).
    """

    unit: str
    request: str
    responses: list[str] = []
    """Every payload that came, responses "pending" included, in order."""
    outcome: Outcome
    seconds: float = 0.0
    """From the first frame of the request to the end of the last response."""
    nrc: int | None = None
    functional: bool = False
    """The request went to every unit at once."""
    at: float = 0.0
    """Loop time at which the request was sent."""
    error: str = ""


OnExchange = Callable[[Exchange], None]
