"""What the telematics unit sends of the V2X unit in it."""

from simulators.vehicle.ecus.ecu import Ecu
from simulators.vehicle.ecus.source import Signals, live, state
from simulators.vehicle.v2x import V2xUnit

_OFTEN = 0.02
"""How often the unit looks for a message that has come in (s)."""


def _unit(u: Ecu) -> V2xUnit:
    return u.car.telematics.v2x


def _kind(u: Ecu) -> str:
    message = _unit(u).decoded()
    return "none" if message is None else message.kind


def _located(u: Ecu) -> bool:
    return _unit(u).latitude(u.car.place.latitude) is not None


SIGNALS: Signals = {
    "TBOX_V2xCertificate": state(lambda u: _unit(u).certificate() if _unit(u).runs else None),
    "TBOX_V2xCertificateDays": state(
        lambda u: max(_unit(u).certificate_days, 0) if _unit(u).runs else None
    ),
    "TBOX_V2xPositionState": state(lambda u: "valid" if _located(u) else "none"),
    "TBOX_V2xDecodeErrors": state(lambda u: _unit(u).errors),
    "TBOX_V2xReceived": live(lambda u: _unit(u).received(), _OFTEN),
    "TBOX_V2xKind": live(_kind, _OFTEN),
    "TBOX_V2xPhase": live(lambda u: _unit(u).phase(), _OFTEN),
    "TBOX_V2xIntersection": live(lambda u: _unit(u).intersection(), _OFTEN),
    "TBOX_V2xLanes": live(lambda u: _unit(u).lanes(), _OFTEN),
    "TBOX_V2xLatency": live(lambda u: _unit(u).latency(), _OFTEN),
    "TBOX_V2xRemaining": live(lambda u: _unit(u).remaining(), _OFTEN),
    "TBOX_V2xLatitude": state(lambda u: _unit(u).latitude(u.car.place.latitude)),
    "TBOX_V2xLongitude": state(lambda u: u.car.place.longitude if _located(u) else None),
}
