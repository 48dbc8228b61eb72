"""`harness show ID`: one thing of any kind that `harness list` knows."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from harness.actions.registry import all_actions
from harness.assess.scenario_file import load_scenario, scenario_files
from harness.assess.scheme_file import load_scheme, scheme_files
from harness.bench.simulated import seeded_faults
from harness.catalogue.load import load_catalogue
from harness.catalogue.skills import load_skills
from harness.cli import library, wide
from harness.cli.base import argument, columns, command, language, say
from harness.cli.library import KINDS, Row, both
from harness.cli.options import json_option, print_json
from harness.devices.instrument.profile import (
    list_instrument_profiles,
    load_instrument_profile,
)
from harness.devices.modbus.derived import Derived
from harness.devices.modbus.points import Point, Profile
from harness.devices.modbus.profile import list_profiles, load_profile
from harness.errors import UnknownNameError
from harness.procedure.load import load_procedure, procedure_files
from harness.text import Text

Pairs = list[tuple[str, str]]


@command(
    "show",
    about=Text(
        "按编号查看一个流程、检验项目、故障、点表或车型、动作、技能、评分方案或考试场景。",
        "Show one procedure, item, fault, profile, action, skill, marking scheme or scenario "
        "by its id.",
    ),
)
@argument("id", metavar="ID", about=Text("编号，见 harness list", "The id, see harness list"))
@json_option
def show(id: str, as_json: bool) -> None:
    """Find an id among everything there is, and print it whole."""
    found = [(kind, entry) for kind, find in _FINDERS.items() if (entry := find(id)) is not None]
    if not found:
        raise UnknownNameError(
            "procedure, item, fault, profile, action, skill, marking scheme or scenario",
            id,
            _near(id),
        )
    if as_json:
        entries = [{"list": kind, **entry} for kind, entry in found]
        print_json(entries[0] if len(entries) == 1 else entries)
        return
    for kind, entry in found:
        click.echo(f"{say(KINDS[kind][0])}: {entry['id']}")
        pairs = list(_pairs(entry))
        click.echo(wide.rows(pairs, columns()))


def _procedure(id: str) -> Row | None:
    if id not in procedure_files():
        return None
    loaded = load_procedure(id)
    steps = [
        {
            "id": step.id,
            "title": both(step.title),
            "do": step.do,
            "item": step.item,
            "critical": step.critical,
        }
        for step in loaded.model.steps
    ]
    row = library.procedure_row(loaded)
    return {**row, "summary": both(loaded.model.summary), "steps": steps}


def _item(id: str) -> Row | None:
    try:
        item = load_catalogue().item(id)
    except UnknownNameError:
        return None
    return {
        **library.item_row(item),
        "requirement": both(item.requirement),
        "criterion": both(item.criterion),
        "label": both(item.label),
        "applies": item.applies,
        "formula": item.formula,
        "draft": item.draft or None,
        "note": both(item.note),
        "supersedes": item.supersedes,
        "superseded_by": item.superseded_by,
    }


def _fault(id: str) -> Row | None:
    fault = seeded_faults().get(id)
    if fault is None:
        return None
    row = {**library.fault_row(fault), "detail": both(fault.detail)}
    entry = fault.entry
    if entry is None:
        return row
    return {
        **row,
        "alarm": both(entry.title),
        "severity": entry.severity,
        "consequence": both(entry.consequence),
        "recovery": both(entry.recovery),
        "clause": f"GB/T 18487.1-2023 {entry.clause}" if entry.clause is not None else None,
        "limit": f"{entry.within:g} s" if entry.within is not None else None,
        "confidence": entry.confidence,
    }


def _vehicle(id: str) -> Row | None:
    # Late: vehicles bring the CAN libraries with them.
    from harness.devices.vehicle.profile import (  # noqa: PLC0415
        list_vehicle_profiles,
        load_vehicle_profile,
    )

    if id not in list_vehicle_profiles():
        return None
    profile = load_vehicle_profile(id)
    return {
        **library.vehicle_row(profile),
        "ratings": {name: str(rating) for name, rating in profile.ratings.items()},
        "buses": {
            name: ", ".join(path.name for path in bus.databases)
            for name, bus in profile.buses.items()
        },
        "sources": list(profile.sources),
        "points": [
            {
                "id": name,
                "title": both(profile.points[name].title),
                "from": dotted,
                "unit": profile.points[name].unit,
                "values": {str(code): label for code, label in profile.points[name].values.items()},
            }
            for name, (_, dotted, _) in profile.named.items()
        ],
    }


def _profile(id: str) -> Row | None:
    if id in list_instrument_profiles():
        return _instrument(id)
    if id not in list_profiles():
        return _vehicle(id)
    profile = load_profile(id)
    return {
        **library.profile_row(profile),
        "ratings": {name: str(rating) for name, rating in profile.ratings.items()},
        "watchdog": both(profile.watchdog.action) if profile.watchdog is not None else None,
        "quirks": [f"{quirk.tag}: {quirk.detail}" for quirk in profile.quirks],
        "sources": list(profile.sources),
        "points": [_point(profile, point) for point in profile.points.values()],
        "derived": [_derived(one) for one in profile.derived.values()],
    }


def _instrument(id: str) -> Row:
    """A load or a source: its points with the commands that set and ask them."""
    profile = load_instrument_profile(id)
    return {
        **library.instrument_row(profile),
        "sources": profile.file.sources,
        "points": [
            {
                "id": point.name,
                "set": point.row.set,
                "get": point.row.get,
                "unit": point.unit,
                "values": dict(point.values),
            }
            for point in profile.points.values()
        ],
    }


def _point(profile: Profile, point: Point) -> Row:
    access = ("r" if point.readable else "") + ("w" if point.writable else "")
    return {
        "id": point.name,
        "title": both(point.title),
        "table": point.table.value,
        "address": point.address,
        "type": point.type,
        "unit": point.unit,
        "scale": point.scale,
        "access": access,
        "values": {str(code): label for code, label in point.values.items()},
        "confidence": point.confidence,
    }


def _derived(point: Derived) -> Row:
    """A point that the harness works out from others."""
    return {
        "id": point.name,
        "title": both(point.title),
        "needs": list(point.needs),
        "unit": point.unit,
        "confidence": point.confidence,
    }


def _action(id: str) -> Row | None:
    action = all_actions().get(id)
    if action is None:
        return None
    about = (action.function.__doc__ or "").strip()
    return {**library.action_row(action), "about": " ".join(about.split())}


def _skill(id: str) -> Row | None:
    try:
        skill = load_skills().skill(id)
    except UnknownNameError:
        return None
    return {
        **library.skill_row(skill),
        "summary": both(skill.summary),
        "evidence": both(skill.evidence),
    }


def _scheme(id: str) -> Row | None:
    if id not in scheme_files():
        return None
    loaded = load_scheme(id)
    aspects = [
        {
            "id": aspect.id,
            "title": both(aspect.title),
            "module": module.id,
            "type": aspect.type,
            "max": aspect.max,
            "skills": list(aspect.skills),
        }
        for module in loaded.model.modules
        for criterion in module.criteria
        for aspect in criterion.aspects
    ]
    return {**library.scheme_row(loaded), "aspects": aspects}


def _scenario(id: str) -> Row | None:
    """What a candidate may see, too: the order, and nothing of the cases."""
    if id not in scenario_files():
        return None
    loaded = load_scenario(id)
    return {**library.scenario_row(loaded), "order": both(loaded.model.order)}


_FINDERS: Mapping[str, Callable[[str], Row | None]] = {
    "procedures": _procedure,
    "items": _item,
    "faults": _fault,
    "profiles": _profile,
    "actions": _action,
    "skills": _skill,
    "schemes": _scheme,
    "scenarios": _scenario,
}

_WORDS = {
    "order": Text("任务单", "work order"),
    "scheme": Text("评分方案", "marking scheme"),
    "shape": Text("形式", "shape"),
    "assessors": Text("考评员人数", "assessors"),
    "aspects": Text("评分项", "aspects"),
    "title": Text("名称", "title"),
    "summary": Text("说明", "summary"),
    "requirement": Text("要求", "requirement"),
    "criterion": Text("判据", "criterion"),
    "limit": Text("限值", "limit"),
    "clause": Text("条款", "clause"),
    "standard": Text("标准", "standard"),
    "edition": Text("版本", "edition"),
    "source": Text("来源", "source"),
    "sources": Text("来源", "sources"),
    "confidence": Text("可信度", "confidence"),
    "label": Text("可信度说明", "standing"),
    "method": Text("方法", "method"),
    "applies": Text("适用", "applies to"),
    "formula": Text("计算判据", "formula"),
    "draft": Text("征求意见稿", "draft"),
    "other_methods": Text("其他方法", "other methods"),
    "note": Text("备注", "note"),
    "supersedes": Text("代替", "supersedes"),
    "superseded_by": Text("被代替为", "superseded by"),
    "steps": Text("步骤", "steps"),
    "minutes": Text("时长（分钟）", "minutes"),
    "skills": Text("技能", "skills"),
    "version": Text("版本", "version"),
    "kind": Text("类别", "kind"),
    "role": Text("设备", "device"),
    "detail": Text("详情", "detail"),
    "catalogue": Text("故障编号", "fault number"),
    "alarm": Text("告警", "alarm"),
    "severity": Text("严重等级", "severity"),
    "consequence": Text("桩的动作", "reaction"),
    "recovery": Text("恢复方式", "recovery"),
    "expects": Text("应检出于", "turns to fail"),
    "vendor": Text("制造商", "vendor"),
    "model": Text("型号", "model"),
    "points": Text("数据点", "points"),
    "derived": Text("合成数据点", "derived"),
    "links": Text("接口", "links"),
    "ratings": Text("额定值", "ratings"),
    "buses": Text("总线", "buses"),
    "watchdog": Text("看门狗", "watchdog"),
    "quirks": Text("特殊之处", "quirks"),
    "judges": Text("对设备判定", "judges the device"),
    "writes": Text("写入", "writes"),
    "energises": Text("通电", "energises"),
    "moves": Text("动作", "moves"),
    "parameters": Text("参数", "parameters"),
    "about": Text("说明", "about"),
    "area": Text("工作领域", "area"),
    "level": Text("等级", "level"),
    "shown": Text("考核方式", "shown"),
    "evidence": Text("证据", "evidence"),
    "procedures": Text("流程", "procedures"),
}


def _pairs(entry: Row) -> Iterator[tuple[str, str]]:
    """Name and text of every field that holds something."""
    for key, value in entry.items():
        if key == "id" or value in (None, "", [], {}):
            continue
        name = say(_WORDS[key]) if key in _WORDS else key
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield name, str(len(value))
            yield from ((f"  {part['id']}", _line(part)) for part in value)
        else:
            is_limit = key == "limit" and isinstance(value, str)
            yield name, library.limit(value, language()) if is_limit else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"zh", "en"}:
        return str(value[language()])
    if isinstance(value, bool):
        return say(Text("是", "yes") if value else Text("否", "no"))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_parameter(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return library.word(value, language()) if isinstance(value, str) else str(value)


def _parameter(part: Any) -> str:
    if not isinstance(part, dict):
        return _text(part)
    kind = part.get("type", "")
    kind = " | ".join(kind) if isinstance(kind, list) else str(kind)
    default = f" = {part['default']}" if part.get("default") is not None else ""
    return (kind + default) or "…"


def _line(part: Row) -> str:
    """A step of a procedure or a point of a profile in one line."""
    words = [_text(part["title"])] if part.get("title") else []
    if "do" in part:
        words += [part["do"], part["item"] or "", "★" if part["critical"] else ""]
    elif "table" in part:
        unit = f" {part['unit']}" if part["unit"] else ""
        words += [f"{part['table']} {part['address']}", part["type"] + unit, part["access"]]
    elif "module" in part:
        words += [part["module"], f"{part['type']} {part['max']:g}", ", ".join(part["skills"])]
    elif "needs" in part:
        words += ["← " + ", ".join(part["needs"]), part["unit"] or ""]
    elif "from" in part:
        words += [part["from"], part["unit"] or " | ".join(map(str, part["values"].values()))]
    return " · ".join(word for word in words if word)


def _near(id: str) -> list[str]:
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    known = [row["id"] for _, rows in KINDS.values() for row in rows()]
    return get_close_matches(id, known, n=8, cutoff=0.5) or sorted(KINDS)
