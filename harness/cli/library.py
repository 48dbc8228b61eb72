"""What there is: procedures, items, faults, profiles, actions, skills, marking schemes, as rows.

A row is a JSON object with `id` and, in both languages, `title`; `show` gets the whole entry.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from harness.actions.registry import Action, all_actions
from harness.assess.scenario_file import LoadedScenario, load_scenario, scenario_files
from harness.assess.scheme_file import LoadedScheme, load_scheme, scheme_files
from harness.bench.simulated import SeededFault, seeded_faults
from harness.catalogue.item import Item
from harness.catalogue.load import load_catalogue
from harness.catalogue.skills import Skill, load_skills
from harness.devices.instrument.profile import (
    InstrumentProfile,
    list_instrument_profiles,
    load_instrument_profile,
)
from harness.devices.modbus.points import Profile
from harness.devices.modbus.profile import list_profiles, load_profile
from harness.engine import names, states_zh
from harness.procedure.load import LoadedProcedure, load_procedure, procedure_files
from harness.text import Language, Text

if TYPE_CHECKING:
    from harness.devices.vehicle.profile import VehicleProfile

Row = dict[str, Any]
_WORD = re.compile(r"[a-z]\w+")
_COUNT = re.compile(r"([≤≥…] \S+) 1$")


WORDS_ZH = {
    "pile": "充电桩",
    "meter": "电能表",
    "injector": "故障注入器",
    "load": "负载",
    "source": "交流电源",
    "vehicle": "车辆",
    "bus": "总线信号",
    "diagnostics": "诊断读取",
    "telematics": "车联网上报",
    "physics": "物理",
    "wiring": "接线",
    "protocol": "通信",
    "data": "数据",
    "read": "设备自报",
    "instrument": "仪器测量",
    "visual": "目视",
    "document": "文件",
    "trace": "波形记录",
    "high": "高",
    "medium": "中",
    "low": "低",
    "junior": "初级",
    "intermediate": "中级",
    "senior": "高级",
    "automatic": "自动",
    "operator": "人员操作",
    "assessor": "考评员评定",
    "needed": "必须",
    "optional": "可选",
    "none": "无",
    "weighted_tasks": "任务加权",
    "fixed_blocks": "固定分块",
    "timed_modules": "分模块计时",
    "judgement_measurement": "评判与测量",
    "deduction": "扣分制",
}
"""Words of the data files, for Chinese readers."""


def word(value: str, language: Language) -> str:
    """A word of a data file in the language of the reader."""
    return WORDS_ZH.get(value, value) if language == "zh" else value


def limit(described: str, language: Language) -> str:
    """A limit of the catalogue for a reader: states and names of points in words."""
    if described == "none set":
        return Text("应为：无", "expected: none").get(language)
    described = _COUNT.sub(r"\1", described)  # a count has no unit to be told
    if language == "en":
        return described
    if described.startswith("= ") or " | " in described:
        return _WORD.sub(lambda found: states_zh.chinese(found[0]) or found[0], described)
    name, space, rest = described.partition(" ")
    return names.point(name, language) + space + rest.replace(" 1/min", " 次/min")


def both(text: Text | None) -> dict[str, str] | None:
    """A text as JSON."""
    return None if text is None else {"zh": text.zh, "en": text.en}


def procedures() -> list[Row]:
    return [procedure_row(load_procedure(name)) for name in sorted(procedure_files())]


def procedure_row(procedure: LoadedProcedure) -> Row:
    model = procedure.model
    return {
        "id": model.procedure,
        "title": both(model.title),
        "version": model.version,
        "steps": len(model.steps),
        "minutes": model.minutes,
        "skills": list(model.skills),
    }


def items() -> list[Row]:
    return [item_row(item) for item in load_catalogue().items]


def item_row(item: Item) -> Row:
    return {
        "id": item.id,
        "title": both(item.title),
        "standard": item.standard,
        "edition": item.edition,
        "clause": item.clause,
        "limit": item.limit.describe() if item.limit is not None else None,
        "method": item.method.value,
        "other_methods": [method.value for method in item.other_methods],
        "confidence": item.confidence.value,
        "source": both(item.source_text),
    }


def faults() -> list[Row]:
    return [fault_row(fault) for fault in seeded_faults().values()]


def fault_row(fault: SeededFault) -> Row:
    return {
        "id": fault.name,
        "title": both(fault.title),
        "kind": fault.kind,
        "role": fault.role,
        "catalogue": fault.entry.code if fault.entry is not None else None,
        "expects": {procedure: list(steps) for procedure, steps in fault.expects.items()},
    }


def profiles() -> list[Row]:
    # Late: vehicles bring the CAN libraries with them.
    from harness.devices.vehicle.profile import (  # noqa: PLC0415
        list_vehicle_profiles,
        load_vehicle_profile,
    )

    vehicles = [load_vehicle_profile(name) for name in list_vehicle_profiles()]
    return [
        *(profile_row(load_profile(name)) for name in list_profiles()),
        *(instrument_row(load_instrument_profile(name)) for name in list_instrument_profiles()),
        *(vehicle_row(vehicle) for vehicle in vehicles),
    ]


def profile_row(profile: Profile) -> Row:
    return {
        "id": profile.id,
        "title": both(profile.title),
        "vendor": profile.vendor,
        "model": profile.model,
        "kind": profile.kind,
        "points": len(profile.points),
        "links": sorted(profile.links),
        "confidence": profile.confidence,
    }


def instrument_row(profile: InstrumentProfile) -> Row:
    return {
        "id": profile.id,
        "title": both(profile.title),
        "vendor": profile.file.vendor,
        "model": profile.file.model,
        "kind": profile.kind,
        "points": len(profile.points),
        "links": ["visa"],
        "confidence": profile.file.confidence.value,
    }


def vehicle_row(profile: "VehicleProfile") -> Row:
    return {
        "id": profile.id,
        "title": both(profile.title),
        "vendor": profile.vendor,
        "model": profile.model,
        "kind": profile.kind,
        "points": len(profile.named),
        "links": sorted(profile.buses),
        "confidence": profile.confidence,
    }


def actions() -> list[Row]:
    return [action_row(action) for action in all_actions().values()]


def action_row(action: Action) -> Row:
    return {
        "id": action.name,
        "title": both(action.title),
        "kind": action.kind,
        "judges": action.judges,
        "writes": action.writes,
        "energises": action.energises,
        "moves": action.moves,
        "limit": action.limit,
        "parameters": action.parameters.model_json_schema(by_alias=True).get("properties", {}),
    }


def skills() -> list[Row]:
    return [skill_row(skill) for skill in load_skills().skills]


def skill_row(skill: Skill) -> Row:
    return {
        "id": skill.id,
        "title": both(skill.task),
        "area": both(skill.area),
        "level": skill.level.value,
        "shown": skill.shown.value,
        "procedures": list(skill.procedures),
    }


def schemes() -> list[Row]:
    return [scheme_row(load_scheme(name)) for name in scheme_files()]


def scheme_row(scheme: LoadedScheme) -> Row:
    model = scheme.model
    procedures = dict.fromkeys(name for module in model.modules for name in module.procedures)
    return {
        "id": model.scheme,
        "title": both(model.title),
        "version": model.version,
        "shape": model.shape,
        "procedures": list(procedures),
        "assessors": model.assessors,
    }


def scenarios() -> list[Row]:
    return [scenario_row(load_scenario(name)) for name in scenario_files()]


def scenario_row(scenario: LoadedScenario) -> Row:
    """What a candidate may know of it: never its cases."""
    model = scenario.model
    return {
        "id": model.scenario,
        "title": both(model.title),
        "level": model.level,
        "procedures": list(model.procedures),
        "scheme": model.scheme,
        "minutes": int(model.minutes) if model.minutes.is_integer() else model.minutes,
        "skills": list(model.skills),
    }


KINDS: Mapping[str, tuple[Text, Callable[[], list[Row]]]] = {
    "procedures": (Text("流程", "Procedures"), procedures),
    "items": (Text("检验项目", "Items"), items),
    "faults": (Text("故障", "Faults"), faults),
    "profiles": (Text("点表或车型", "Profiles"), profiles),
    "actions": (Text("动作", "Actions"), actions),
    "skills": (Text("技能", "Skills"), skills),
    "schemes": (Text("评分方案", "Marking schemes"), schemes),
    "scenarios": (Text("考试场景", "Exam scenarios"), scenarios),
}
"""Kind -> its name and its rows. Each raises FileError for files that are wrong."""
