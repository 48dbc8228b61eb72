"""Command frames: counter and checksum of right ones, and what is wrong with the wrong ones."""

from typing import cast

import pytest
from by_wire_help import COMMANDS
from hypothesis import given
from hypothesis import strategies as st

from harness.devices.can.checks import Protection
from harness.devices.can.codec import codec_of
from harness.devices.can.findings import Flaw
from harness.devices.can.sender import Cyclic, _Outgoing
from harness.devices.can.specs import MessageSpec
from harness.devices.vehicle.misuse import FRAMES, Misuse
from harness.devices.vehicle.profile import load_vehicle_profile
from harness.devices.vehicle.profile_file import ByWireEntry

PROFILE = load_vehicle_profile("shared-ev")
ENTRIES = {entry.command: entry for entry in PROFILE.by_wire.values()}
SPECS: dict[str, MessageSpec] = {
    name: database.by_name[name]
    for databases in PROFILE.databases.values()
    for database in databases
    for name in COMMANDS
    if name in database.by_name
}
FLAWS = {"checksum": Flaw.CHECKSUM, "counter": Flaw.COUNTER}


class Sent:
    """A cyclic transmission without a bus: its frames, one after the other."""

    def __init__(self, spec: MessageSpec) -> None:
        self.spec = spec
        self.outgoing = _Outgoing(spec, switched=False)
        self.spoil: Misuse | None = None

    @property
    def next_counter(self) -> int:
        return self.outgoing.counter

    def count_on_from(self, counter: int) -> None:
        self.outgoing.counter = counter

    def frame(self) -> bytes:
        return bytes(self.outgoing.frame(self.spoil).data)


def _values(entry: ByWireEntry) -> dict[str, float | str]:
    return {**entry.besides, entry.mode: entry.on, entry.demand: entry.neutral}


def test_every_by_wire_unit_has_its_command() -> None:
    assert set(SPECS) == set(ENTRIES) == set(COMMANDS)
    for spec in SPECS.values():
        protection = Protection(spec)
        assert protection.counter_range == 16
        assert protection.checksum_at == 7


@given(
    name=st.sampled_from(COMMANDS),
    plan=st.lists(st.tuples(st.integers(1, 20), st.sampled_from(["checksum", "counter", "range"])),
                  max_size=5),
)  # fmt: skip
def test_wrong_frames_are_seen_as_what_they_are_and_right_ones_count_on(
    name: str, plan: list[tuple[int, str]]
) -> None:
    spec, entry = SPECS[name], ENTRIES[name]
    protection, codec = Protection(spec), codec_of(spec)
    sent = Sent(spec)
    sent.outgoing.set(_values(entry), strict=True)
    right = codec.unpack_raw(sent.frame()) | {spec.counter: 0}
    previous: int | None = 0

    def next_is_right() -> None:
        nonlocal previous
        data = sent.frame()
        finding, counter = protection.inspect(data, previous)
        assert finding is None
        assert codec.examine(data) == ()
        raw = codec.unpack_raw(data)
        assert {key: raw[key] for key in right if key not in _guards(spec)} == {
            key: right[key] for key in right if key not in _guards(spec)
        }
        previous = counter

    for before, flaw in plan:
        for _ in range(before):
            next_is_right()
        if flaw == "range" and not entry.beyond:
            continue
        values = dict(entry.beyond) if flaw == "range" else {}
        sent.spoil = Misuse(cast(Cyclic, sent), _values(entry), values, flaw)
        for _ in range(FRAMES):
            data = sent.frame()
            finding, counter = protection.inspect(data, previous)
            if flaw == "range":
                assert finding is None
                beyond = Flaw.OUT_OF_RANGE in {one.flaw for one in codec.examine(data)}
                # A demand that has no numbers has one bit pattern that says nothing.
                demand = codec.unpack_raw(data)[entry.demand]
                assert beyond or demand in spec.signal(entry.demand).sentinels
                previous = counter
            else:
                assert finding is not None
                assert finding.flaw is FLAWS[flaw]
        assert sent.spoil is None, "it takes itself away"
    next_is_right()


def _guards(spec: MessageSpec) -> set[str]:
    assert spec.counter is not None
    assert spec.checksum is not None
    return {spec.counter, spec.checksum.signal}


@pytest.mark.parametrize("name", COMMANDS)
def test_silence_between_right_frames_stays_below_the_time_out(name: str) -> None:
    timeout = 0.25 if name == "GW_EpbCmd" else 0.1
    assert (FRAMES + 1) * ENTRIES[name].period < timeout
