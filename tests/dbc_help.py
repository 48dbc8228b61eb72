"""The shipped CAN databases as cantools reads them, and what the tests ask of their parts."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cantools
from cantools.database import Database, Message, Signal

DBC = Path(__file__).parents[1] / "dbc"
BUSES = ("powertrain", "chassis", "body", "adas")
NODES = {
    "powertrain": "VCU BMS MCU OBC DCDC GW",
    "chassis": "EPS IBC EPB ESC GW",
    "body": "BCM ICM TPMS TBOX GW",
    "adas": "CAM RAD LID USS GNSS ADCU GW",
}
BITRATE = 500_000
ALGORITHMS = {"crc8-sae-j1850", "xor8", "sum8"}
SNAKE = re.compile(r"[a-z][a-z0-9_]*\Z")
BILINGUAL = re.compile(r"[^/]*[\u4e00-\u9fff][^/]* / [^\u4e00-\u9fff]*[A-Za-z][^\u4e00-\u9fff]*\Z")


@cache
def database(bus: str) -> Database:
    return parse((DBC / f"ev_{bus}.dbc").read_text(encoding="utf-8"))


def parse(text: str) -> Database:
    loaded = cantools.database.load_string(text, database_format="dbc", strict=True)
    assert isinstance(loaded, Database)
    return loaded


def messages() -> Iterator[tuple[str, Message]]:
    for bus in BUSES:
        for message in database(bus).messages:
            yield bus, message


def signals() -> Iterator[tuple[Message, Signal]]:
    for _, message in messages():
        for signal in message.signals:
            yield message, signal


def attribute(item: Message | Signal, name: str) -> Any:
    """An attribute that is written at the item itself; None when it is not."""
    assert item.dbc is not None
    found = item.dbc.attributes.get(name)
    return None if found is None else found.value


def texts(signal: Signal) -> dict[int, str]:
    return {raw: str(name) for raw, name in (signal.choices or {}).items()}


def raw_range(signal: Signal) -> tuple[int, int]:
    half = 1 << (signal.length - 1)
    return (-half, half - 1) if signal.is_signed else (0, 2 * half - 1)


def sentinel(signal: Signal) -> int:
    """The raw number that is kept for "not available"."""
    low, high = raw_range(signal)
    return low if signal.is_signed else high


def frames_per_second(bus: str) -> float:
    return sum(1000 / m.cycle_time for m in database(bus).messages if m.cycle_time)


def longest_frame(message: Message) -> int:
    """Bits with all the stuff bits that can be needed, and the pause (ISO 11898-1)."""
    stuffed = (54 if message.is_extended_frame else 34) + 8 * message.length
    return stuffed + (stuffed - 1) // 4 + 13
