"""Security access, and memory transfer behind it."""

from ecu_diag_help import Bench, key
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.vehicle.diag.flash import BLOCK, SIZE

WRONG = "27 02 00 00 00 00"


def test_seed_and_key() -> None:
    bench = Bench()
    bench.extended()
    seed = bytes.fromhex(bench.ask("27 01"))[2:]
    assert len(seed) == 4
    assert any(seed)
    assert not bench.ecu.unlocked
    assert bench.ask("27 02 " + key(seed, 1).hex()) == "67 02"
    assert bench.ecu.unlocked
    assert bench.ask("27 01") == "67 01 00 00 00 00"
    bench.ask("10 03")
    assert not bench.ecu.unlocked
    assert bytes.fromhex(bench.ask("27 01"))[2:] != seed


def test_security_refused() -> None:
    bench = Bench()
    bench.extended()
    assert bench.ask("27 03") == "7F 27 12"
    assert bench.ask("27") == "7F 27 13"
    assert bench.ask("27 01 00") == "7F 27 13"
    assert bench.ask(WRONG) == "7F 27 24"  # no seed was asked for
    bench.ask("27 01")
    assert bench.ask("27 02 00") == "7F 27 13"
    assert bench.ask(WRONG) == "7F 27 35"
    assert bench.ask(WRONG) == "7F 27 24"  # the seed is used up


def test_three_wrong_keys_close_the_lock_for_a_while() -> None:
    bench = Bench()
    bench.extended()
    for answer in ("7F 27 35", "7F 27 35", "7F 27 36"):
        bench.ask("27 01")
        assert bench.ask(WRONG) == answer
    assert bench.ask("27 01") == "7F 27 37"
    for _ in range(2):
        bench.run(4.5)
        bench.ask("3E 80")
    assert bench.ask("27 01") == "7F 27 37"
    bench.run(1.5)
    bench.ask("27 01")
    assert bench.ask(WRONG) == "7F 27 36"  # one attempt was open
    assert bench.ask("27 01") == "7F 27 37"


def test_a_reset_does_not_shorten_the_wait_and_a_right_key_forgives() -> None:
    bench = Bench()
    bench.extended()
    for _ in range(3):
        bench.ask("27 01")
        bench.ask(WRONG)
    bench.run(5.0)
    bench.ask("11 01")
    bench.run(9.0)
    bench.extended()
    assert bench.ask("27 01") == "7F 27 37"
    bench.run(3.0)
    bench.unlock()
    bench.ask("10 03")
    bench.ask("27 01")
    assert bench.ask(WRONG) == "7F 27 35"


# Download and upload


def ready() -> Bench:
    bench = Bench()
    bench.programming()
    bench.unlock()
    return bench


def test_download_and_upload() -> None:
    bench = ready()
    assert bench.all("34 00 44 00 00 10 00 00 00 00 06", 1.0) == ["7F 34 78", "74 20 04 02"]
    assert bench.ask("36 01 AA BB CC DD") == "76 01"
    assert bench.ask("36 01 AA BB CC DD") == "76 01"  # said again because the answer was lost
    assert bench.ask("36 02 EE FF") == "76 02"
    assert bench.all("37", 0.5) == ["7F 37 78", "77"]
    assert bench.ecu.flash.data[0x1000:0x1007].hex() == "aabbccddeeffff"
    assert bench.ask("35 00 12 10 00 04") == "75 20 04 02"
    assert bench.ask("36 01") == "76 01 AA BB CC DD"
    assert bench.ask("36 01") == "76 01 AA BB CC DD"
    assert bench.ask("37", 0.5) == "77"


def test_the_block_counter_wraps() -> None:
    bench = ready()
    bench.ask("34 00 22 00 00 02 00", 1.0)
    for number in range(1, 0x201):
        assert bench.ask(f"36 {number & 0xFF:02X} 5A") == f"76 {number & 0xFF:02X}"
    assert bench.ask("37", 0.5) == "77"


def test_transfer_refused() -> None:
    bench = ready()
    assert bench.ask("36 01 00") == "7F 36 24"
    assert bench.ask("37", 0.5) == "7F 37 24"
    assert bench.ask("34 00") == "7F 34 13"
    assert bench.ask("34 10 11 00 04") == "7F 34 31"  # compressed
    assert bench.ask("34 00 51 00 04") == "7F 34 31"
    assert bench.ask("34 00 11 00") == "7F 34 13"
    assert bench.ask("34 00 11 00 00") == "7F 34 31"
    assert bench.ask(f"34 00 44 00 00 FF FF {SIZE:08X}") == "7F 34 31"
    bench.ask("34 00 11 00 04", 1.0)
    assert bench.ask("34 00 11 00 04") == "7F 34 22"
    assert bench.ask("36") == "7F 36 13"
    assert bench.ask("36 01") == "7F 36 13"
    assert bench.ask("36 02 00") == "7F 36 73"
    assert bench.ask("36 00 00") == "7F 36 73"
    assert bench.ask("36 01 00 00 00 00 00") == "7F 36 71"
    assert bench.ask("36 01 " + "00" * (BLOCK - 1)) == "7F 36 13"
    assert bench.ask("37", 0.5) == "7F 37 24"
    assert bench.ask("36 01 00 00 00 00") == "76 01"
    assert bench.ask("36 02 00") == "7F 36 24"
    assert bench.ask("37 00") == "7F 37 13"
    assert bench.ask("37", 0.5) == "77"
    bench.ask("35 00 11 00 04")
    assert bench.ask("36 01 00") == "7F 36 13"


def test_transfer_needs_security_and_standstill_and_ends_with_the_session() -> None:
    bench = Bench()
    bench.programming()
    assert bench.ask("34 00 11 00 04") == "7F 34 33"
    bench.unlock()
    bench.car.values["vehicle_speed"] = 5.0
    assert bench.ask("34 00 11 00 04") == "7F 34 70"
    bench.car.values["vehicle_speed"] = 0.0
    bench.ask("34 00 11 00 04", 1.0)
    bench.run(6.0)
    bench.programming()
    assert bench.ask("36 01 00") == "7F 36 24"


@settings(max_examples=30)
@given(st.binary(min_size=1, max_size=3000), st.integers(1, BLOCK - 2), st.integers(0, 0x8000))
def test_what_was_written_is_read_back(data: bytes, size: int, address: int) -> None:
    bench = ready()
    head = f"00 44 {address:08X} {len(data):08X}"
    assert bench.ask(f"34 {head}", 1.0) == "74 20 04 02"
    for number, at in enumerate(range(0, len(data), size), start=1):
        block = data[at : at + size].hex()
        assert bench.ask(f"36 {number & 0xFF:02X} {block}") == f"76 {number & 0xFF:02X}"
    assert bench.ask("37", 0.5) == "77"
    assert bench.ask(f"35 {head}") == "75 20 04 02"
    found = b""
    number = 0
    while len(found) < len(data):
        number += 1
        found += bytes.fromhex(bench.ask(f"36 {number & 0xFF:02X}"))[2:]
    assert found == data
    assert bench.ask("37", 0.5) == "77"
