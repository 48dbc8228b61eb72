"""Whether the blocks of an MF4 file lead back to themselves: asammdf would follow them for ever.

That takes no more than one changed byte in a link.
"""

import mmap
import struct

HEADER = 64
"""Where the header block begins, after the identification."""
BLOCK = struct.Struct("<4s4xQQ")
"""Name, length and number of links; the links follow, 8 bytes each."""
LINK = struct.Struct("<Q")
_ALL = (-1,)
_FOLLOWED: dict[bytes, tuple[int, ...]] = {
    b"##HD": (0, 1, 3, 4),  # data groups, history, attachments, events
    b"##FH": (0,),
    b"##AT": (0,),
    b"##EV": (0,),
    b"##DG": (0, 1, 2),  # next, channel groups, data
    b"##CG": (0, 1),  # next, channels
    b"##CN": (0, 1, 5),  # next, parts, data
    b"##CA": (0,),
    b"##HL": (0,),
    b"##DL": _ALL,
    b"##LD": _ALL,
}
"""The links that make up the tree of a file. The others may well lead back."""


def circle(file: mmap.mmap, start: int = HEADER) -> int | None:
    """A block below that at `start` to which its own links lead back; None if there is none."""
    open_blocks: set[int] = set()
    done: set[int] = set()
    path = [start]
    while path:
        at = path[-1]
        if at in done or at in open_blocks:  # all that it leads to was looked at
            path.pop()
            open_blocks.discard(at)
            done.add(at)
            continue
        open_blocks.add(at)
        following = _following(file, at)
        for other in following:
            if other in open_blocks:
                return other
        path += [other for other in following if other not in done]
    return None


def _following(file: mmap.mmap, at: int) -> list[int]:
    size = len(file)
    if not 0 < at <= size - BLOCK.size:
        return []
    name, _, links = BLOCK.unpack_from(file, at)
    begin = at + BLOCK.size
    most = min(links, (size - begin) // LINK.size)
    wanted = _FOLLOWED.get(name, ())
    numbers = range(most) if wanted is _ALL else (number for number in wanted if number < most)
    return [at for n in numbers if (at := LINK.unpack_from(file, begin + n * LINK.size)[0])]
