"""Schemes written in a test."""

from pathlib import Path
from typing import Any

import yaml

from harness.assess.scheme_file import LoadedScheme, scheme_of
from harness.datafile import loads


def text(word: str) -> dict[str, str]:
    return {"zh": f"中{word}", "en": word}


def aspect(id: str, by: dict[str, Any], max: float = 10, **more: Any) -> dict[str, Any]:
    one = {"id": id, "type": "M", "title": text(id), "max": max, "by": by, **more}
    return _with_rows(one)


def right(id: str, step: str, max: float = 10, **more: Any) -> dict[str, Any]:
    return aspect(id, {"when": {"step": step}}, max, **more)


def judged(id: str, max: float = 9, **more: Any) -> dict[str, Any]:
    anchors = {mark: text(f"{id} {mark}") for mark in range(4)}
    return _with_rows(
        {"id": id, "type": "J", "title": text(id), "max": max, "anchors": anchors, **more}
    )


def _with_rows(one: dict[str, Any]) -> dict[str, Any]:
    return one if "skills" in one else {**one, "skills_none": text("none fits")}


def module(id: str, *aspects: dict[str, Any], **more: Any) -> dict[str, Any]:
    criterion = {"id": "c", "title": text("c"), "aspects": list(aspects)}
    return {"id": id, "title": text(id), "weight": 1, "criteria": [criterion], **more}


def deduction(id: str, marks: float, when: dict[str, Any] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"id": id, "title": text(id), "marks": marks}
    return found if when is None else {**found, "when": when}


def block(id: str, cap: float, *items: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "title": text(id), "cap": cap, "items": list(items)}


def veto(id: str, finding: str, grade: str, marks: float = 0) -> dict[str, Any]:
    return {
        "id": id, "title": text(id), "when": {"finding": finding}, "grade": grade, "marks": marks,
    }  # fmt: skip


def written(*modules: dict[str, Any], **more: Any) -> bytes:
    whole = {
        "scheme": "t", "title": text("t"), "shape": "weighted_tasks", "assessors": 2,
        "modules": list(modules), **more,
    }  # fmt: skip
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False).encode()


def scheme(*modules: dict[str, Any], **more: Any) -> LoadedScheme:
    """A checked scheme of these modules."""
    data = written(*modules, **more)
    return scheme_of(*loads(data, "t.yaml"), data, Path("t.yaml"))
