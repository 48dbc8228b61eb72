"""Damaged profiles and damaged replies: only our own errors may come out."""

import copy
import random
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modbus_help import FakeDevice, opened, serving, shipped

from harness.clock import Deadline, run
from harness.devices.modbus.profile import SHIPPED, load_profile
from harness.errors import BenchError, DeviceError, FileError

GOOD = (Path(__file__).parent / "data" / "modbus-test-pile.yaml").read_bytes()
ODD = st.sampled_from(
    [
        *(None, True, "", "x", "5 V", "input 0", "9" * 400),
        *(-1, 0, 1.5, 70000, 10**30, float("inf")),
        *([], [1], [1, "x"], [6, 1], ["a", "b", "c"]),
        *({}, {"is": 1}, {"zh": "a"}, {"at": "input 0"}),
    ]
)


def load_bytes(folder: Path, data: bytes) -> None:
    path = folder / "p.yaml"
    path.write_bytes(data)
    try:
        load_profile(str(path))
    except FileError as error:
        assert error.problems
        for problem in error.problems:
            assert str(problem).startswith(str(path) + ":")


def paths_of(value: object, here: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    found = [here]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += paths_of(inner, (*here, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += paths_of(inner, (*here, index))
    return found


def load_tree() -> dict[str, object]:
    tree = yaml.safe_load(GOOD)
    assert isinstance(tree, dict)
    return tree


PATHS = [path for path in paths_of(load_tree()) if path]


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(st.tuples(st.sampled_from(PATHS), ODD | st.none()), min_size=1, max_size=3))
def test_a_profile_with_odd_values_gives_only_file_errors(
    tmp_path: Path, changes: list[tuple[tuple[object, ...], object]]
) -> None:
    tree = load_tree()
    for path, odd in changes:
        inside: object = tree
        for key in path[:-1]:
            if isinstance(inside, dict):
                inside = inside.get(key)
            elif isinstance(inside, list) and isinstance(key, int) and key < len(inside):
                inside = inside[key]
        if isinstance(inside, dict):
            if odd is None:
                inside.pop(path[-1], None)
            else:
                inside[path[-1]] = copy.deepcopy(odd)  # later changes may go into it
    load_bytes(tmp_path, yaml.safe_dump(tree, allow_unicode=True).encode())


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cut=st.integers(0, len(GOOD)),
    length=st.integers(0, 40),
    junk=st.binary(max_size=12) | st.sampled_from([b"- ", b": ", b"{", b"[", b"\t", b"&a ", b"*a"]),
)
def test_a_profile_with_damaged_bytes_gives_only_file_errors(
    tmp_path: Path, cut: int, length: int, junk: bytes
) -> None:
    load_bytes(tmp_path, GOOD[:cut] + junk + GOOD[cut + length :])


@pytest.mark.parametrize("name", ["gb-ac-pile", "heidelberg-energy-control", "eastron-sdm630"])
def test_shipped_profiles_with_lines_left_out(tmp_path: Path, name: str) -> None:
    lines = (SHIPPED / f"{name}.yaml").read_bytes().splitlines(keepends=True)
    source = random.Random(7)
    for _ in range(12):
        load_bytes(tmp_path, b"".join(line for line in lines if source.random() > 0.05))


@pytest.mark.parametrize("kind", ["memory-tcp", "memory-rtu"])
@settings(max_examples=25, deadline=None)
@given(junk=st.lists(st.binary(max_size=30), min_size=1, max_size=3), good=st.booleans())
def test_garbage_for_a_reply_gives_only_our_errors(
    kind: str, junk: list[bytes], good: bool
) -> None:
    async def main() -> None:
        profile = shipped("gb-ac-pile")
        fake = FakeDevice(u1=profile)
        replies = iter(junk)
        fake.spoil = lambda reply: next(replies, b"") + (reply if good else b"")
        async with (
            serving(fake, kind) as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            for _ in junk:
                with suppress(BenchError, DeviceError):
                    await device.read(["voltage_l1"], Deadline.after(30), attempts=1)
            fake.spoil = lambda reply: reply
            await device.read(["voltage_l1"], Deadline.after(30))
            assert record[-1].outcome == "ok"

    run(main, virtual=True)


@pytest.mark.parametrize("kind", ["memory-tcp", "memory-rtu"])
def test_flipped_bits_never_change_a_value(kind: str) -> None:
    async def main() -> None:
        profile = shipped("gb-ac-pile")
        fake = FakeDevice(u1=profile)
        fake.put("voltage_l1", 231.4)
        source = random.Random(11)
        outcomes: set[str] = set()

        def flip(reply: bytes) -> bytes:
            # On TCP the data bytes carry no checksum of ours: damage the header and length there.
            place = source.randrange(len(reply) if kind == "memory-rtu" else 9)
            return (
                reply[:place]
                + bytes([reply[place] ^ 1 << source.randrange(8)])
                + reply[place + 1 :]
            )

        fake.spoil = flip
        async with (
            serving(fake, kind) as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            for _ in range(300):
                with suppress(BenchError, DeviceError):
                    found = await device.read(["voltage_l1"], Deadline.after(30), attempts=1)
                    assert found["voltage_l1"].value == 231.4
                outcomes.add(record[-1].outcome)
        assert "ok" not in outcomes
        assert "bad_reply" in outcomes

    run(main, virtual=True)
