"""MF4 files as loggers write them, made of one that asammdf wrote: descriptions first, then data.

asammdf writes the records first and describes them at the end; so nothing but the order of the
blocks, and how the records are kept, has to be changed.
"""

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import can
from can_offline_help import message

_DATA = (b"##DT", b"##DZ")


class Block:
    """One block: its links lead to blocks, not yet to places."""

    def __init__(self, name: bytes, links: list["Block | None"], facts: bytes) -> None:
        self.name = name
        self.links = links
        self.facts = facts

    def bytes(self, places: dict[int, int]) -> bytes:
        links = [0 if link is None else places[id(link)] for link in self.links]
        length = 24 + 8 * len(links) + len(self.facts)
        head = struct.pack("<4s4xQQ", self.name, length, len(links))
        packed = head + struct.pack(f"<{len(links)}Q", *links) + self.facts
        return packed.ljust(length + -length % 8, b"\0")


def written(path: Path, frames: int) -> bytes:
    """What asammdf writes, without compression: data frames, a few of them remote."""
    with can.MF4Writer(path, compression_level=0) as writer:
        for at in range(frames):
            one = message(1000 * at, arbitration_id=at, data=at.to_bytes(2, "big") * 4)
            if at % 10 == 3:
                one = message(1000 * at, arbitration_id=at, is_remote_frame=True, dlc=at % 9)
            writer.on_message_received(one)
    return path.read_bytes()


def parsed(data: bytes) -> Block:
    """The header of a file, from which all other blocks can be reached."""
    made: dict[int, Block] = {}

    def block(at: int) -> Block | None:
        if at and at not in made:
            name, length, count = struct.unpack_from("<4s4xQQ", data, at)
            links = struct.unpack_from(f"<{count}Q", data, at + 24)
            made[at] = one = Block(name, [], data[at + 24 + 8 * count : at + length])
            one.links = [block(link) for link in links]
        return made.get(at)

    header = block(64)
    assert header is not None
    return header


def groups(header: Block) -> list[Block]:
    """The data groups of a file."""
    found = []
    group = header.links[0]
    while group is not None:
        found.append(group)
        group = group.links[0]
    return found


def logged(header: Block, *, unfinished: int = 0) -> bytes:
    """A file with the descriptions first and the records last, as loggers write it."""
    order = list(_reachable(header))
    order.sort(key=lambda block: block.name in _DATA)
    places, at = {}, 64
    for one in order:
        places[id(one)] = at
        at += len(one.bytes(dict.fromkeys(map(id, order), 0)))
    name = b"UnFinMF " if unfinished else b"MDF     "
    first = name + b"4.10    test    " + bytes(4) + struct.pack("<H", 410)
    return b"".join(
        [first.ljust(60, b"\0"), struct.pack("<HH", unfinished, 0)]
        + [one.bytes(places) for one in order]
    )


def _reachable(header: Block) -> Iterable[Block]:
    seen: dict[int, Block] = {}
    waiting = [header]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen[id(one)] = one
            links = one.links[1:] + one.links[:1] if one.name == b"##DL" else one.links
            waiting += [link for link in reversed(links) if link is not None]
    return seen.values()


def record_size(channels: Block) -> int:
    """Bytes of one record of a channel group."""
    return sum(struct.unpack_from("<24xLL", channels.facts))


def in_pieces(header: Block, size: int, *, packed: bool = False, columns: int = 0) -> None:
    """Keep the records of every group in blocks of `size` bytes, three to a list."""
    for group in groups(header):
        whole = group.links[2]
        if whole is None:
            continue
        cut = [whole.facts[at : at + size] for at in range(0, len(whole.facts), size)]
        blocks = [_zipped(piece, columns) if packed else Block(b"##DT", [], piece) for piece in cut]
        following: Block | None = None
        for at in reversed(range(0, len(blocks), 3)):
            some = blocks[at : at + 3]
            offsets = struct.pack(
                f"<{len(some)}Q", *range(at * size, (at + len(some)) * size, size)
            )
            facts = struct.pack("<B3xL", 0, len(some)) + offsets
            following = Block(b"##DL", [following, *some], facts)
        group.links[2] = Block(b"##HL", [following], struct.pack("<HB5x", 0, columns > 0))


def _zipped(records: bytes, columns: int) -> Block:
    turned = records
    if columns:
        rows = len(records) // columns
        inside = records[: rows * columns]
        turned = b"".join(inside[at::columns] for at in range(columns)) + records[rows * columns :]
    packed = zlib.compress(turned)
    head = struct.pack("<2sBxLQQ", b"DT", columns > 0, columns, len(records), len(packed))
    return Block(b"##DZ", [], head + packed)


def mixed(header: Block, *, counted: bool = True) -> None:
    """All groups in one, whose records stand among each other with their number before them."""
    every = groups(header)
    rows: list[list[bytes]] = []
    for number, group in enumerate(every, 1):
        channels, whole = group.links[1], group.links[2]
        assert channels is not None
        size = record_size(channels)
        held = b"" if whole is None else whole.facts
        some = [held[at : at + size] for at in range(0, len(held), size)]
        rows.append([bytes([number]) + record for record in some])
        cycles = len(some) if counted else 0
        channels.facts = struct.pack("<QQ", number, cycles) + channels.facts[16:]
        if number < len(every):
            channels.links[0] = every[number].links[1]
    turns = range(max(map(len, rows)))
    records = b"".join(some[at] for at in turns for some in rows if at < len(some))
    first = every[0]
    first.links[0] = None
    first.links[2] = Block(b"##DT", [], records)
    first.facts = b"\1" + first.facts[1:]
