"""The slcan protocol and one adapter's session, without transport."""

import can
import pytest
from canbus_help import Line, frame
from hypothesis import given
from hypothesis import strategies as st

from simulators.canbus.slcan_protocol import (
    BUS_ERROR,
    OVERRUN,
    PASSIVE,
    RECEIVE_FULL,
    SEND_FULL,
    RefusedLineError,
    format_frame,
    parse_frame,
    register_bitrate,
    same_bitrate,
)
from simulators.canbus.slcan_session import SlcanSession


class Bench:
    """A session on a simulated bus, and what its client got."""

    def __init__(self, *, bitrate: int = 500_000) -> None:
        self.line = Line(tester=False)
        self.got = bytearray()
        self.room = True
        self.heard: list[can.Message] = []
        self.line.node("BMS").subscribe(self.heard.append)
        self.session = SlcanSession(self.line.bus.tap(), bitrate, self._write)

    def _write(self, data: bytes) -> bool:
        if self.room:
            self.got += data
        return self.room

    def say(self, text: str, seconds: float = 0.01) -> str:
        """What comes back on commands within a time."""
        self.got.clear()
        self.session.feed(text.encode("latin-1"))
        self.line.run(seconds)
        return self.got.decode("ascii")

    def hear(self, message: can.Message) -> str:
        self.got.clear()
        self.line.node("BMS").send(message)
        self.line.run(0.01)
        return self.got.decode("ascii")


# Lines

messages = st.booleans().flatmap(
    lambda extended: st.one_of(
        st.builds(
            lambda number, data: can.Message(
                arbitration_id=number, is_extended_id=extended, data=data
            ),
            st.integers(0, (1 << (29 if extended else 11)) - 1),
            st.binary(max_size=8),
        ),
        st.builds(
            lambda number, dlc: can.Message(
                arbitration_id=number, is_extended_id=extended, is_remote_frame=True, dlc=dlc
            ),
            st.integers(0, (1 << (29 if extended else 11)) - 1),
            st.integers(0, 8),
        ),
    )
)


@given(messages)
def test_a_frame_survives_the_line(message: can.Message) -> None:
    line = format_frame(message, timestamp=False)
    assert line.endswith(b"\r")
    assert parse_frame(line[:-1].decode()).equals(message, timestamp_delta=None)


@given(st.text(max_size=30))
def test_any_line_is_a_frame_or_refused(line: str) -> None:
    try:
        message = parse_frame(line)
    except RefusedLineError:
        return
    assert format_frame(message, timestamp=False)[:-1].decode().upper() == line.upper()


@pytest.mark.parametrize(
    "line",
    ["", "t", "t12", "t123", "t1239", "t1232AB", "t1231ABC", "t8001AB", "tG231AB", "t1231zz",
     "T1234567", "T200000000", "T1FFFFFFF9", "r1234AB", "t 231AB", "t+231AB", "d1230", "x1230"],
)  # fmt: skip
def test_wrong_lines_are_refused(line: str) -> None:
    with pytest.raises(RefusedLineError):
        parse_frame(line)


def test_bit_rates_from_timing_registers() -> None:
    # Values of the SJA1000 at 16 MHz that are in common use.
    for registers, bitrate in (
        (0x001C, 500_000), (0x011C, 250_000), (0x031C, 125_000), (0x0014, 1_000_000),
        (0x311C, 10_000),
    ):  # fmt: skip
        assert register_bitrate(registers) == pytest.approx(bitrate)
    assert same_bitrate(500_000, 502_000)
    assert not same_bitrate(500_000, 250_000)


# Commands


def test_the_life_of_a_channel() -> None:
    bench = Bench()
    assert bench.say("C\r") == "\a"  # not open
    assert bench.say("S6\r") == "\r"
    assert bench.say("O\r") == "\r"
    assert bench.say("O\r") == "\a"
    assert bench.say("S4\r") == "\a"
    assert bench.say("Z1\r") == "\a"
    assert bench.say("F\r") == "F00\r"
    assert bench.say("C\r") == "\r"
    assert bench.say("F\r") == "\a"
    assert bench.say("L\r") == "\r"
    assert bench.say("C\r") == "\r"


def test_identity_is_told_open_or_closed() -> None:
    bench = Bench()
    assert bench.say("V\r") == "V1013\r"
    assert bench.say("N\r").startswith("N")
    bench.say("O\r")
    assert bench.say("V\rN\r").count("\r") == 2
    assert bench.say("\r\r\r") == "\r\r\r"


@pytest.mark.parametrize(
    "command",
    ["S", "S9", "S66", "Sx", "s12", "s12345", "sGGGG", "Z2", "Z", "Y2", "X1", "Q", "O1", "L0", "V1",
     "d1230", "B000000000", "?", "\x00"],
)  # fmt: skip
def test_what_the_adapter_does_not_do_is_refused(command: str) -> None:
    bench = Bench()
    assert bench.say(command + "\r") == "\a"
    assert bench.say("O\r") == "\r"
    if command not in ("S", "Z"):
        assert bench.say(command + "\r") == "\a"


def test_frames_go_out_and_come_in_while_the_channel_is_open() -> None:
    bench = Bench()
    assert bench.say("t1232AABB\r") == "\a"
    assert bench.hear(frame(0x321, b"\x01")) == ""
    bench.say("O\r")
    assert bench.say("t1232AABB\r") == "z\r"
    assert bench.say("T0ABCDEF01ff\r") == "Z\r"
    assert bench.say("r1234\r") == "z\r"
    assert bench.say("R000000018\r") == "Z\r"
    assert [(m.arbitration_id, m.dlc) for m in bench.heard] == [
        (0x123, 2), (0x0ABCDEF0, 1), (0x123, 4), (0x1, 8),
    ]  # fmt: skip
    assert bench.hear(frame(0x321, b"\x01\xfe")) == "t321201FE\r"
    assert bench.hear(frame(0x18DAF110, b"", extended=True)) == "T18DAF1100\r"
    bench.say("C\r")
    assert bench.hear(frame(0x321, b"\x01")) == ""


def test_a_listening_channel_hears_and_does_not_send() -> None:
    bench = Bench()
    bench.say("L\r")
    assert bench.say("t1232AABB\r") == "\a"
    assert bench.hear(frame(0x321)) == "t3210\r"
    assert bench.heard == []


def test_time_stamps_are_milliseconds_within_a_minute() -> None:
    bench = Bench()
    bench.line.run(61.0)
    bench.say("Z1\rO\r")
    line = bench.hear(frame(0x321, b"\x05"))
    assert line.startswith("t321105")
    assert int(line[7:-1], 16) == pytest.approx(1000, abs=60)
    bench.say("C\rZ0\rO\r")
    assert bench.hear(frame(0x321, b"\x05")) == "t321105\r"


@pytest.mark.parametrize("setting", ["S4", "S5", "s011C"])
def test_a_wrong_bit_rate_gives_errors_and_no_frames(setting: str) -> None:
    bench = Bench()
    assert bench.say(setting + "\rO\r") == "\r\r"
    assert bench.say("F\r") == "F00\r"
    assert bench.hear(frame(0x321)) == ""
    flags = int(bench.say("F\r")[1:3], 16)
    assert flags & BUS_ERROR
    assert flags & PASSIVE
    assert bench.say("t1230\r") == "\a"
    assert bench.heard == []
    assert bench.say("C\rS6\rO\r") == "\r\r\r"
    assert bench.say("F\r") == "F00\r"
    assert bench.say("t1230\r") == "z\r"


def test_error_frames_show_in_the_status() -> None:
    bench = Bench()
    bench.say("O\r")
    for part in bench.line.bus.wiring.terminators.values():
        part.ohms = float("inf")
    assert bench.hear(frame(0x321)) == ""
    assert int(bench.say("F\r")[1:3], 16) & BUS_ERROR
    assert bench.say("F\r") == "F00\r"  # reading clears


def test_a_bus_that_takes_nothing_is_told() -> None:
    bench = Bench()
    bench.say("O\r")
    bench.line.bus.wiring.insulation["obd"].high_low = 0.1
    assert bench.say("t1230\r", 0.05) == "z\r"  # taken, but it will never get out
    assert bench.say("t1230\r") == "\a"  # bus-off by now
    assert int(bench.say("F\r")[1:3], 16) & SEND_FULL


def test_frames_that_the_client_does_not_take_are_counted_and_flagged() -> None:
    bench = Bench()
    bench.say("O\r")
    bench.room = False
    for _ in range(5):
        bench.hear(frame(0x321))
    bench.room = True
    assert bench.session.lost == 5
    flags = int(bench.say("F\r")[1:3], 16)
    assert flags & RECEIVE_FULL
    assert flags & OVERRUN
    assert bench.hear(frame(0x321)) == "t3210\r"


def test_lines_without_end_are_refused_once_and_forgotten() -> None:
    bench = Bench()
    bench.say("O\r")
    assert bench.say("t" * 10_000) == ""
    assert bench.say("\r") == "\a"
    assert bench.say("t1230\r") == "z\r"
    assert bench.say("V\r\nV\r\n") == "V1013\rV1013\r"  # CR LF


def test_closing_twice_is_harmless() -> None:
    bench = Bench()
    bench.say("O\r")
    bench.session.close()
    bench.session.close()
    assert not bench.session.is_open


fragments = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"O\r", b"C\r", b"L\r", b"S6\r", b"S4\r", b"t1232AABB\r", b"T0000000180", b"F\r", b"Z1\r",
         b"V\r", b"\r", b"\a", b"r7FF8\r", b"s001C\r"]
    ),
)  # fmt: skip


@given(st.lists(st.tuples(fragments, st.booleans()), max_size=30))
def test_nothing_that_a_client_says_breaks_the_adapter(
    talk: list[tuple[bytes, bool]],
) -> None:
    bench = Bench()
    for data, speak in talk:
        bench.session.feed(data)
        if speak:
            bench.line.node("BMS").send(frame(0x321, b"\x01"))
        bench.line.run(0.001)
    bench.session.feed(b"\r")
    if bench.session.is_open:
        assert bench.say("C\r") == "\r"
    assert bench.say("Z0\rS6\rO\r") == "\r\r\r"
    assert bench.say("t1230\r") == "z\r"
    assert bench.hear(frame(0x321, b"\x01")) == "t321101\r"
