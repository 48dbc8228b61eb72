"""Which thing is meant by what a candidate typed: its id, its name, or words of its name.

On record stands the id, whatever was typed.
"""

import unicodedata
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from harness.assess.thing_names import called
from harness.assess.tool_words import ToolName, ToolOrder
from harness.assess.tools import NOT_SHOWN
from harness.bench.bench import Bench
from harness.engine import names
from harness.text import Text

_NAMED: tuple[ToolName, ...] = ("read", "measure", "look", "operate", "replace")
_SEVERAL = Text("“{}”可能是：{}。请输入其中一项", "{!r} may be: {}. Type one of them")
_MOST = 12
"""Names that are listed when what was typed fits several."""


class SeveralMeantError(Exception):
    """What was typed fits several things; `told` says which."""

    def __init__(self, told: Text) -> None:
        super().__init__(told.en)
        self.told = told


def with_ids(order: ToolOrder, bench: Bench) -> ToolOrder:
    """The order with ids in place of names. What nothing is called by stays as it was typed.

    Raises SeveralMeantError.
    """
    if order.tool not in _NAMED:
        return order
    typed = " ".join(filter(None, (order.target, order.rest)))
    place, at, outlet = typed.partition("@")
    found = _meant(place, _things(bench, order.tool))
    if found is not None:
        order = replace(order, target=f"{found}{at}{outlet}", rest="")
    if order.with_:
        types = {one.type: one.id for one in bench.instruments.values()}
        if order.with_ not in types.values():
            found = _meant(order.with_, {one: _called("instruments", one) for one in types})
            order = replace(order, with_=found or order.with_)
    return order


def _things(bench: Bench, tool: ToolName) -> Mapping[str, Text]:
    """Ids, and what each is called."""
    if tool == "read":
        return {
            f"{role}.{point}": Text(names.point(point, "zh", role), names.point(point, "en", role))
            for role, device in bench.devices.items()
            if role != "injector"
            for point in device.profile.described
            if device.has(point)
        }
    ids = (one.partition(" ")[0] for one in bench.things().get(tool, []))
    return {id: _called(tool, id) for id in ids if id not in NOT_SHOWN}


def _called(kind: str, id: str) -> Text:
    return Text(called(kind, id, "zh"), called(kind, id, "en"))


def _meant(typed: str, things: Mapping[str, Text]) -> str | None:
    """The one thing that is meant; None if there is none."""
    wanted = _plain(typed)
    if not wanted or typed in things or any(id.endswith(f".{typed}") for id in things):
        return typed or None
    exact = [id for id, name in things.items() if wanted in (_plain(name.zh), _plain(name.en))]
    found = exact or [
        id for id, name in things.items() if wanted in _plain(name.zh) or wanted in _plain(name.en)
    ]
    if len(found) > 1:
        raise SeveralMeantError(_several(typed, found, things))
    return found[0] if found else None


def _several(typed: str, ids: Sequence[str], things: Mapping[str, Text]) -> Text:
    more = " …" if len(ids) > _MOST else ""
    zh = "、".join(f"{things[id].zh} [{id}]" for id in ids[:_MOST])
    en = ", ".join(f"{things[id].en} [{id}]" for id in ids[:_MOST])
    return Text(_SEVERAL.zh.format(typed, zh + more), _SEVERAL.en.format(typed, en + more))


def _plain(name: str) -> str:
    """A name without what typing differs in: width, case, spaces, hyphens."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in folded if one not in " -_")
