"""Roles of a bench that stand for a kind of device: an outlet has `pile`, `pile-2`, `pile-3` …"""

from collections.abc import Iterable

from harness.text import Text

PILE = "pile"
MOST_PILES = 8


def kind_of(role: str) -> str:
    """The kind of device that a role is: `pile` for every pile of an outlet."""
    return PILE if is_pile(role) else role


def is_pile(role: str) -> bool:
    head, _, number = role.partition("-")
    return head == PILE and (not number or number.isdecimal())


def piles_of(roles: Iterable[str]) -> list[str]:
    """The piles among some roles, in their order."""
    return [role for role in roles if is_pile(role)]


def title(role: str) -> Text:
    """What a pile of an outlet is called: the third one is "3 号充电桩"."""
    _, _, number = role.partition("-")
    return Text(f"{number} 号充电桩" if number else "充电桩", role)


def split_fault(name: str) -> tuple[str, str]:
    """A seeded fault and the pile that has it: `clock-drift@pile-3`; without a place `pile`."""
    fault, _, place = name.partition("@")
    return fault, place or PILE
